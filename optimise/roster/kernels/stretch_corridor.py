"""The corridor of inner totals from which both ends of a stretch can be reached.

Levels are the free days in order, one more for each gap between pieces. ``space.reach[level, state]`` holds four inner
totals: least and most with which the state is reached from the front, then least and most that the way to the end adds.
Once both passes are done, the first two are narrowed to the corridor: the base and the top of the table's rows there.
"""

# mypy: disable-error-code="no-any-return"
# (elements of arrays are NumPy scalars)

from __future__ import annotations

import numpy as np

from optimise.core.jit import compiled, inlined
from optimise.roster.arrays import RosterArrays
from optimise.roster.kernels.roster_state import RosterState, Workspace
from optimise.roster.kernels.stretch_days import Axis, Stretch, ahead, at_end

__all__ = ["corridor"]

#: Free days up to which the corridor is not narrowed from the front as well (it costs as much as the table).
NARROW = 60
_FAR = np.int32(1 << 28)


@inlined
def _most_from_front(stretch: Stretch, space: Workspace) -> None:
    """Inner totals from the front where only the most that the days bring counts: nothing is known of states."""
    reach, cuts = space.reach, stretch.cuts
    reach[0, :, 0] = 0
    reach[0, :, 1] = 0
    level, f, top_sum = 0, 0, 0
    for i in range(stretch.pieces):
        for _ in range(cuts[2 * i], cuts[2 * i + 1]):
            most = 0
            for o in range(space.count[f]):
                most = max(most, space.options[f, o, 1])
            top_sum += most
            reach[level + 1, :, 0] = 0
            reach[level + 1, :, 1] = top_sum
            level += 1
            f += 1
        if i + 1 < stretch.pieces:
            reach[level + 1, :, 0] = 0
            reach[level + 1, :, 1] = top_sum
            level += 1


@inlined
def _from_front(staff: RosterArrays, plan: RosterState, stretch: Stretch, outer: int, space: Workspace) -> int:
    """Inner totals with which each state is reached from the front; returns the steps made."""
    k = staff.automaton[stretch.person]
    width = staff.width[k]
    reach, cuts = space.reach, stretch.cuts
    start = plan.states[stretch.person, cuts[0]]
    reach[0, :, 0] = _FAR
    reach[0, :, 1] = -_FAR
    reach[0, start, 0] = 0
    reach[0, start, 1] = 0
    level, f, work = 0, 0, 0
    for i in range(stretch.pieces):
        for d in range(cuts[2 * i], cuts[2 * i + 1]):
            reach[level + 1, :, 0] = _FAR
            reach[level + 1, :, 1] = -_FAR
            at = staff.at[staff.layer[k, d]]
            for s in range(staff.states[staff.layer[k, d]]):
                if reach[level, s, 1] < 0:
                    continue
                work += space.count[f]
                for o in range(space.count[f]):
                    to = staff.move[at + s * width + space.options[f, o, 0]]
                    if to >= 0:
                        dj = space.options[f, o, 1]
                        reach[level + 1, to, 0] = min(reach[level + 1, to, 0], reach[level, s, 0] + dj)
                        reach[level + 1, to, 1] = max(reach[level + 1, to, 1], reach[level, s, 1] + dj)
            level += 1
            f += 1
        if i + 1 < stretch.pieces:
            here = ahead(staff, plan, stretch.person, cuts[2 * i + 1], cuts[2 * i + 2], outer, space)
            reach[level + 1, :, 0] = _FAR
            reach[level + 1, :, 1] = -_FAR
            for s in range(here):
                to = space.onto[s]
                if to >= 0 and reach[level, s, 1] >= 0:
                    reach[level + 1, to, 0] = min(reach[level + 1, to, 0], reach[level, s, 0])
                    reach[level + 1, to, 1] = max(reach[level + 1, to, 1], reach[level, s, 1])
            level += 1
    return work


@inlined
def _from_end(staff: RosterArrays, plan: RosterState, stretch: Stretch, outer: int, space: Workspace) -> int:
    """Inner totals that the way to the end adds, and in ``space.ahead`` its least cost; returns the steps made."""
    k = staff.automaton[stretch.person]
    width = staff.width[k]
    reach, least_cost, cuts = space.reach, space.ahead, stretch.cuts
    level, f, work = stretch.free + stretch.pieces - 1, stretch.free, 0
    here = at_end(staff, plan, stretch, outer, space)
    reach[level, :, 2] = _FAR
    reach[level, :, 3] = -_FAR
    least_cost[level, :] = np.inf
    for s in range(here):
        if space.onto[s] >= 0 and reach[level, s, 1] >= 0:
            reach[level, s, 2] = 0
            reach[level, s, 3] = 0
            least_cost[level, s] = space.over[s]
    for i in range(stretch.pieces - 1, -1, -1):
        for d in range(cuts[2 * i + 1] - 1, cuts[2 * i] - 1, -1):
            level -= 1
            f -= 1
            at = staff.at[staff.layer[k, d]]
            here = staff.states[staff.layer[k, d]]
            count = space.count[f]
            work += 2 * here * count
            reach[level, here:, 3] = -_FAR
            for s in range(here):
                low, high, least = _FAR, -_FAR, np.inf
                if reach[level, s, 1] >= 0:
                    for o in range(count):
                        r = at + s * width + space.options[f, o, 0]
                        to = staff.move[r]
                        if to >= 0 and reach[level + 1, to, 3] >= 0:
                            dj = space.options[f, o, 1]
                            low = min(low, reach[level + 1, to, 2] + dj)
                            high = max(high, reach[level + 1, to, 3] + dj)
                            least = min(least, least_cost[level + 1, to] + (space.dear[f, o] + staff.cost[r]))
                reach[level, s, 2] = low
                reach[level, s, 3] = high
                least_cost[level, s] = least
        if i > 0:
            here = ahead(staff, plan, stretch.person, cuts[2 * i - 1], cuts[2 * i], outer, space)
            level -= 1
            reach[level, :, 2] = _FAR
            reach[level, :, 3] = -_FAR
            least_cost[level, :] = np.inf
            for s in range(here):
                to = space.onto[s]
                if to >= 0 and reach[level + 1, to, 3] >= 0 and reach[level, s, 1] >= 0:
                    reach[level, s, 2] = reach[level + 1, to, 2]
                    reach[level, s, 3] = reach[level + 1, to, 3]
                    least_cost[level, s] = least_cost[level + 1, to] + space.over[s]
    return work


@inlined
def _narrowed(levels: int, need: int, cap: int, space: Workspace) -> int:
    """Narrow both passes to totals from ``need`` to ``cap`` at the end; returns the largest width of a row."""
    reach = space.reach
    span = 0
    for level in range(levels):
        for s in range(reach.shape[1]):
            if reach[level, s, 1] < 0 or reach[level, s, 3] < 0:
                reach[level, s, 1] = -1
                reach[level, s, 0] = 0
                continue
            base = max(reach[level, s, 0], need - reach[level, s, 3])
            top = min(reach[level, s, 1], cap - reach[level, s, 2])
            reach[level, s, 0], reach[level, s, 1] = base, top
            span = max(span, top - base + 1)
    return span


@compiled
def corridor(
    staff: RosterArrays, plan: RosterState, stretch: Stretch, inner: Axis, outer: int, strict: bool, space: Workspace
) -> int:
    """Inner totals of each (level, state) from which the end can be reached within hard limits, and at what cost.

    Written to ``space.reach[level, state] = (base, top, ..)``, int32, and ``space.ahead[level, state]``, the least cost
    to the end whatever the totals. Reads the options of each free day (``space.options``, ``.dear``, ``.count``).

    Parameters
    ----------
    staff : RosterArrays
    plan : RosterState
    stretch : Stretch
    inner : Axis
        Its size is not read.
    outer : int
        Counter, or -1.
    strict : bool
        Whether hard limits of the inner total narrow the corridor.
    space : Workspace
        Read and written, as above.

    Returns
    -------
    int
        The largest width of a row; 0 if there is no way.
    """
    start, last = plan.states[stretch.person, stretch.cuts[0]], stretch.cuts[2 * stretch.pieces - 1]
    work = 0
    if stretch.free > NARROW:
        work += _from_front(staff, plan, stretch, outer, space)
    else:
        _most_from_front(stretch, space)
    work += _from_end(staff, plan, stretch, outer, space)
    space.work[0] += work
    least_total, most_total = space.reach[0, start, 2], space.reach[0, start, 3]
    if most_total < 0:
        return 0
    need, cap = -_FAR, _FAR
    c = inner.counter
    if c >= 0 and strict and staff.table[c] >= 0:
        unit = staff.unit_of[c]
        if staff.price_lower[c] == np.inf and (not stretch.open_end or last == plan.words.shape[1]):
            # where it cannot be met here: as near as possible, and the shortfall is priced
            need = min(most_total, max(-_FAR, -(-staff.lower[c] // unit) - inner.base))
        if staff.price_upper[c] == np.inf:
            cap = max(least_total, min(_FAR, staff.upper[c] // unit - inner.base))
    return _narrowed(stretch.free + stretch.pieces, need, cap, space)
