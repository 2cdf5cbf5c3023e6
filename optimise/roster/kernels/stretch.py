"""Best duties of one person on a stretch of days, the other days fixed.

Sequence rules are followed by the automaton from the state reached before the stretch; what each state at its end costs
until the sequence meets the old one again is known before (:mod:`~optimise.roster.kernels.stretch_days`). Two totals
(the *inner* and the *outer* counter) are dimensions of a small dense table over the stretch alone
(:mod:`~optimise.roster.kernels.stretch_table`): what they may take is what the other days leave. Before the table is
filled, a pass in each direction finds the corridor of inner totals from which both ends can be reached
(:mod:`~optimise.roster.kernels.stretch_corridor`): where hard limits leave little slack, a whole year of one person
fits in a few megabytes. Further totals are checked afterwards, and duties that broke them are excluded in another try
(:mod:`~optimise.roster.kernels.stretch_totals`).
"""

# mypy: disable-error-code="no-any-return, arg-type"
# (elements of arrays are NumPy scalars)

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from optimise.core.jit import compiled, inlined
from optimise.roster.arrays import RosterArrays
from optimise.roster.kernels.roster_state import RosterState, Workspace, total_price
from optimise.roster.kernels.stretch_days import Axis, Stretch
from optimise.roster.kernels.stretch_table import best_in_table
from optimise.roster.kernels.stretch_totals import beyond_table, table_axes

__all__ = ["best_duties"]

#: Tries, each with more duties excluded; in the last ones none of a broken total's duties stay.
_TRIES, _KEEPING = 8, 6


@inlined
def _opened(staff: RosterArrays, e: int, cuts: NDArray[np.int64], pieces: int, space: Workspace) -> int:
    """Shut what is forbidden on the free days (``space.shut``); returns their number."""
    free = 0
    for i in range(pieces):
        for d in range(cuts[2 * i], cuts[2 * i + 1]):
            free += 1
            for a in range(staff.letter.shape[1]):
                space.shut[d, a] = not staff.allowed[e, d, a]
    return free


@inlined
def _cost_now(
    staff: RosterArrays,
    plan: RosterState,
    stretch: Stretch,
    inner: int,
    outer: int,
    slack: float,
    hard: float,
    space: Workspace,
) -> float:
    """``slack`` more than the duties so far cost, in the terms of the table.

    Hard upper limits that the table does not hold are kept by excluding duties: where they are broken now, that counts.
    """
    e, cuts = stretch.person, stretch.cuts
    k = staff.automaton[e]
    cost = slack
    for i in range(stretch.pieces):
        for d in range(cuts[2 * i], cuts[2 * i + 1]):
            a = plan.words[e, d]
            r = staff.at[staff.layer[k, d]] + plan.states[e, d] * staff.width[k] + staff.letter[k, a]
            cost += space.price[d, a] + staff.unit[e, d, a] + staff.cost[r]
    for c in range(staff.own[e], staff.own[e + 1]):
        over = staff.table[c] >= 0 and plan.amounts[c] * staff.unit_of[c] > staff.upper[c]
        if c in (inner, outer) or (over and staff.price_upper[c] == np.inf):
            cost += total_price(staff, c, plan.amounts[c], hard)
    return cost


@compiled
def best_duties(
    staff: RosterArrays,
    plan: RosterState,
    e: int,
    cuts: NDArray[np.int64],
    pieces: int,
    open_end: bool,
    hard: float,
    slack: float,
    space: Workspace,
) -> float:
    """Best duties of a person on the days of the pieces ``[cuts[2i], cuts[2i+1])``, the others fixed.

    Parameters
    ----------
    staff : RosterArrays
    plan : RosterState
        Of this person, words, states and amounts are read.
    e : int
        The person.
    cuts : int64 array (2 * pieces,) or longer
    pieces : int
    open_end : bool
        Whether the days from the first piece on are undecided.
    hard : float
        Price of a unit outside a hard total.
    slack : float
        Answers that cost more than this beyond the person's duties so far are of no interest.
    space : Workspace
        ``space.price`` (days, duties) holds what each duty costs; ``space.new`` (days,) receives the duties.

    Returns
    -------
    float
        The least cost, where that is within the slack; else infinite, or the cost of a dearer answer.
    """
    free = _opened(staff, e, cuts, pieces, space)
    stretch = Stretch(np.int64(e), cuts, np.int64(pieces), np.int64(free), open_end)
    inner, outer = table_axes(staff, plan, stretch, space)
    cutoff = np.inf
    if slack < np.inf and not open_end:
        cutoff = _cost_now(staff, plan, stretch, inner.counter, outer.counter, slack, hard, space)
    # flags as variables: a literal would be compiled as a function of its own
    strict, loose = free > 0, free <= 0
    for attempt in range(_TRIES):
        space.work[1] = 0.0
        value = best_in_table(staff, plan, stretch, inner, outer, strict, cutoff, hard, space)
        if np.isnan(value) and outer.counter >= 0:
            outer = Axis(np.int64(-1), np.int64(0), np.int64(1))
            continue
        if np.isnan(value):
            return np.inf
        if value == np.inf:
            if attempt == 0 and space.work[1] == 0.0:
                # perhaps a total is out of reach: without its limits the shortfall is priced
                value = best_in_table(staff, plan, stretch, inner, outer, loose, cutoff, hard, space)
            if not value < np.inf:
                return np.inf
        if not beyond_table(staff, plan, stretch, inner.counter, outer.counter, attempt < _KEEPING, space):
            return value
    return np.inf
