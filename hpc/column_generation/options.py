"""Options of column generation and of the parallel search."""

from __future__ import annotations

from pathlib import Path

from pydantic import Field

from hpc.column_generation.master_tuning import AscentTuning, DiveTuning, RootTuning, TreeTuning, WindowTuning
from hpc.column_generation.tuning import AnnealingTuning, NeighbourhoodTuning, OpeningTuning, SearchTuning
from hpc.long_horizon.tuning import LongTuning
from hpc.runtime.balance import BalanceTuning
from optimise.core.options import ResumableOptions, Tuning
from optimise.roster.search.tuning import ConstructionTuning

__all__ = ["ColumnGenerationOptions", "ColumnGenerationTuning", "ParallelSearchOptions"]


class ColumnGenerationTuning(Tuning):
    """All phases."""

    construction: ConstructionTuning = ConstructionTuning()
    annealing: AnnealingTuning = AnnealingTuning()
    opening: OpeningTuning = OpeningTuning()
    root: RootTuning = RootTuning()
    ascent: AscentTuning = AscentTuning()
    dive: DiveTuning = DiveTuning()
    windows: WindowTuning = WindowTuning()
    tree: TreeTuning = TreeTuning()
    search: SearchTuning = SearchTuning()
    neighbourhood: NeighbourhoodTuning = NeighbourhoodTuning()
    balance: BalanceTuning = BalanceTuning()


class ColumnGenerationOptions(ResumableOptions):
    """Options on rosters.

    Under a work limit (``limits.iterations``) a resumed run gives the answer of one that was never stopped: a root that
    was cut short is repeated from its beginning (once; a root that is cut again goes on from its columns).
    """

    root: bool = True
    """Whether to compute the bound of the linear master (or of the relaxation, on long horizons)."""
    root_share: float | None = Field(None, gt=0, le=1)
    """Share of the time for that bound; a half when left out, a fifth on long horizons."""
    anneal_share: float | None = Field(None, ge=0, le=1)
    """Share of the time for annealing; as the tuning says when left out."""
    long: bool | None = None
    """Whether to solve as a long horizon, with priced totals in place of exact pricing; by size when left out."""
    columns: Path | None = None
    """File that gets the columns of the linear master with their reduced costs, where the root was solved."""
    certificate: Path | None = None
    """File that gets a certificate of the root's bound: duals as fractions, and everybody's cheapest line at them."""
    tuning: ColumnGenerationTuning = ColumnGenerationTuning()
    """Numbers that steer the phases."""
    long_tuning: LongTuning = LongTuning()
    """The same on long horizons."""


class ParallelSearchOptions(ColumnGenerationOptions):
    """Options of the search alone."""

    root: bool = False
    """Whether to compute the bound of the linear master (or of the relaxation, on long horizons) all the same."""
