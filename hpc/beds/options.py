"""Options of column generation on bed problems."""

from __future__ import annotations

from optimise.core.options import ResumableOptions, Tuning, knob
from optimise.hospital.beds_search.tuning import BedSearchTuning

__all__ = ["BedOptions", "BedSearchOptions", "BedTuning"]


class BedTuning(Tuning):
    """Search, prices, columns, whole numbers, search again."""

    search: float = knob(0.5, unit="share of the time limit", source="no run on record", gt=0, lt=1)
    """For the first search."""
    prices: float = knob(0.1, unit="share of the time limit", source="no run on record", gt=0, lt=1)
    """For prices by subgradients."""
    master: float = knob(0.2, unit="share of the time limit", source="no run on record", gt=0, lt=1)
    """For the linear master and whole numbers; what is left is search again."""
    whole: float = knob(0.4, unit="part of the master's share", source="no run on record", gt=0, lt=1)
    """For whole numbers of columns."""
    smooth: float = knob(0.7, unit="share of the old prices", source="Wentges 1997", ge=0, lt=1)
    """In the prices that are tried next."""


class BedOptions(ResumableOptions):
    """Options of column generation on bed problems with fixed stays."""

    tuning: BedTuning = BedTuning()
    """Numbers that steer the phases."""
    search_tuning: BedSearchTuning = BedSearchTuning()
    """The same of the searches before, beside and after the columns."""


class BedSearchOptions(ResumableOptions):
    """Options of the search on bed problems with fixed stays."""

    tuning: BedSearchTuning = BedSearchTuning()
    """Numbers that steer the search."""
