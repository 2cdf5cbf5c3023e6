"""What an ascent, column generation or a dive is asked: who is planned anew, on which days, and what stays."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from optimise.roster.kernels import GRID
from optimise.roster.kernels.cover import CoverRows

__all__ = ["Masks", "Subproblem"]

Floats = NDArray[np.float64]
Masks = Mapping[int, NDArray[np.bool_]]


@dataclass(frozen=True, slots=True, eq=False)
class Subproblem:
    r"""Some people on some days, with everything else as it is.

    With what the others add to the lines, :math:`g`, it is to choose a roster :math:`p` for each of the people

    .. math::
        \min \sum_e c_{ep} + \sum_\ell f_\ell(v_\ell), \quad v = g + \sum_e a_{ep},

    over rosters that take none of the cells that are shut, at a cost below ``cutoff``.

    Parameters
    ----------
    cover : CoverRows
    people : tuple of int
        Who is planned anew.
    days : (int, int)
        Half-open window in which they are.
    fixed : float array (lines,)
        What everybody else adds to the lines.
    lines : bool array (lines,), optional
        Lines that may change, which alone are counted; None where all may.
    shut : mapping of person to bool array (days, duties)
        Cells that they may not take: outside the days all but their own duty, in dives and branches those given up.
    cost : float
        What these people and lines cost in the plan known; infinite without one.
    cutoff : float
        Cost from which on a plan of these people and lines is of no use.
    lattice : float
        Step of which all costs are multiples, or 0.
    grid : float
        Step of the duals that are priced; :data:`optimise.roster.kernels.COARSE` makes pricing faster and bounds a
        little weaker.

    Raises
    ------
    ValueError
        If somebody is named twice or is not in the roster, or days or ``fixed`` do not fit.
    """

    cover: CoverRows
    people: tuple[int, ...]
    days: tuple[int, int]
    fixed: Floats
    lines: NDArray[np.bool_] | None = None
    shut: Masks = field(default_factory=dict)
    cost: float = math.inf
    cutoff: float = math.inf
    lattice: float = 0.0
    grid: float = GRID

    def __post_init__(self) -> None:
        among = range(len(self.cover.kind))
        if len(set(self.people)) < len(self.people) or not all(e in among for e in self.people):
            raise ValueError(f"people of a subproblem are distinct and among {len(among)}: {self.people}")
        if not 0 <= self.days[0] < self.days[1] <= self.cover.days:
            raise ValueError(f"days of a subproblem are a window of {self.cover.days}: {self.days}")
        if self.fixed.shape != (self.cover.lines,):
            raise ValueError(f"a subproblem has {self.cover.lines} lines, not {self.fixed.shape}")

    @classmethod
    def whole(cls, cover: CoverRows, people: Iterable[int] | None = None, *, lattice: float = 0.0) -> Subproblem:
        """Everybody (or these people alone) on all days, with nothing that is fixed."""
        chosen = range(len(cover.kind)) if people is None else people
        return cls(cover, tuple(chosen), (0, cover.days), np.zeros(cover.lines), lattice=lattice)

    def below(self, cutoff: float) -> Subproblem:
        """The same with another cutoff."""
        return replace(self, cutoff=cutoff)

    def without(self, shut: Masks) -> Subproblem:
        """The same with exactly these cells shut."""
        return replace(self, shut=shut)
