"""What each duty of one person on a stretch of days adds to the cover cost, whatever the others do."""

# Numba's generator inside compiled functions is the legacy one.
# ruff: noqa: NPY002

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from optimise.core.jit import compiled
from optimise.roster.arrays import RosterArrays
from optimise.roster.kernels.roster_state import RosterState, Workspace, line_price

__all__ = ["cover_prices"]

Longs = NDArray[np.int64]


@compiled
def cover_prices(
    staff: RosterArrays,
    plan: RosterState,
    kind: int,
    cuts: Longs,
    pieces: int,
    noise: float,
    risen: bool,
    space: Workspace,
) -> None:
    """Price the duties on free days into ``space.price`` (days, duties), with some noise.

    Parameters
    ----------
    staff : RosterArrays
    plan : RosterState
        Its cover without the person.
    kind : int
        Kind of the person, a row of ``staff.pointer``.
    cuts : int64 array (2 * pieces,) or longer
        The free days are ``[cuts[2i], cuts[2i+1])``.
    pieces : int
        Number of pieces of free days.
    noise : float
        Largest surcharge on a duty, drawn evenly.
    risen : bool
        Whether ``plan.rise`` is in step: it then is the price of a whole person more.
    space : Workspace
        Written.
    """
    duties = staff.letter.shape[1]
    for i in range(pieces):
        for d in range(cuts[2 * i], cuts[2 * i + 1]):
            for a in range(duties):
                cell = d * duties + a
                v = 0.0
                for p in range(staff.pointer[kind, cell], staff.pointer[kind, cell + 1]):
                    line = staff.row[p]
                    if risen and staff.value[p] == 1.0:
                        v += plan.rise[line]
                    else:
                        v += line_price(staff, line, plan.lines[line] + staff.value[p])
                        v -= line_price(staff, line, plan.lines[line])
                if noise > 0.0:
                    v += noise * np.random.random()
                space.price[d, a] = v
