"""The table over a stretch of days: least cost of each (level, state, outer total, inner total).

Levels are those of the corridor (:mod:`~optimise.roster.kernels.stretch_corridor`). A *row* holds the inner totals of
one level, state and outer total side by side in ``space.table``, from the corridor's base there; ``space.low`` and
``space.high`` say which of its cells are filled.
"""

# mypy: disable-error-code="no-any-return"
# (elements of arrays are NumPy scalars)

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from optimise.core.jit import compiled, inlined
from optimise.roster.arrays import RosterArrays
from optimise.roster.kernels.roster_state import RosterState, Workspace, total_price
from optimise.roster.kernels.stretch_corridor import corridor
from optimise.roster.kernels.stretch_days import Axis, Stretch, ahead, at_end

__all__ = ["best_in_table"]


class _Grid(NamedTuple):
    """Sizes of the table: cells of a row, values of the outer total, rows of a level, and its calendar (or -1)."""

    size: int
    outer: int
    rows: int
    calendar: int


@inlined
def _gather_options(staff: RosterArrays, stretch: Stretch, inner: int, outer: int, space: Workspace) -> int:
    """Options of each free day: duties that neither the automaton nor a counter of the table tells apart.

    Writes ``space.options[f, o] = (letter, inner, outer, duty)`` with ``space.dear`` and ``space.count``; returns the
    most states of a free day.
    """
    e, cuts = stretch.person, stretch.cuts
    k = staff.automaton[e]
    inner_table = -1 if inner < 0 else staff.table[inner]
    outer_table = -1 if outer < 0 else staff.table[outer]
    f = 0
    widest = 1
    for i in range(stretch.pieces):
        for d in range(cuts[2 * i], cuts[2 * i + 1]):
            n = 0
            widest = max(widest, staff.states[staff.layer[k, d]])
            for a in range(staff.letter.shape[1]):
                if space.shut[d, a]:
                    continue
                x = staff.letter[k, a]
                dj = 0 if inner_table < 0 else staff.values[inner_table, d, a]
                dh = 0 if outer_table < 0 else staff.values[outer_table, d, a]
                v = space.price[d, a] + staff.unit[e, d, a]
                hit = False
                for o in range(n):
                    if space.options[f, o, 0] == x and space.options[f, o, 1] == dj and space.options[f, o, 2] == dh:
                        hit = True
                        if v < space.dear[f, o]:
                            space.dear[f, o] = v
                            space.options[f, o, 3] = a
                        break
                if not hit:
                    space.options[f, n, 0], space.options[f, n, 1], space.options[f, n, 2] = x, dj, dh
                    space.options[f, n, 3] = a
                    space.dear[f, n] = v
                    n += 1
            space.count[f] = n
            f += 1
    return widest


@inlined
def _emptied(space: Workspace, grid: _Grid, level: int) -> None:
    """Empty the rows of a level."""
    first = level * grid.rows
    for r in range(grid.rows):
        space.high[first + r] = -1
        space.low[first + r] = grid.size


@inlined
def _useful(space: Workspace, grid: _Grid, level: int, s: int, limit: float) -> tuple[bool, int]:
    """Leave out the cells of a state that lead to nothing good enough; returns whether any is left, and the steps."""
    low, high = space.low, space.high
    some, work = False, 0
    value = limit - space.ahead[level, s]
    for h in range(grid.outer):
        p = level * grid.rows + s * grid.outer + h
        if high[p] < 0:
            continue
        x = p * grid.size
        begin, stop = low[p], high[p]
        while begin <= stop and space.table[x + begin] > value:
            begin += 1
        while stop >= begin and space.table[x + stop] > value:
            stop -= 1
        if begin > low[p] or stop < high[p]:
            space.work[1] = 1.0
        low[p] = begin if begin <= stop else grid.size
        high[p] = stop if begin <= stop else -1
        some = some or begin <= stop
        work += stop - begin + 1
    return some, work


@inlined
def _shift_row(space: Workspace, size: int, p: int, q: int, dj: int, most: int, c: float) -> int:
    """Reach row q from row p at cost c, its inner totals shifted by ``dj`` and at most ``most``; returns the cells."""
    table, low, high = space.table, space.low, space.high
    begin = max(low[p], -dj)
    stop = min(high[p], most)
    if begin > stop:
        return 0
    x, y = p * size, q * size + dj
    if high[q] < 0:
        table[q * size : (q + 1) * size] = np.inf
    for j in range(begin, stop + 1):
        v = table[x + j] + c
        if v < table[y + j]:
            table[y + j] = v
    low[q] = min(low[q], begin + dj)
    high[q] = max(high[q], stop + dj)
    return stop - begin + 1


@inlined
def _over_day(
    staff: RosterArrays, space: Workspace, grid: _Grid, k: int, d: int, at: tuple[int, int], limit: float
) -> int:
    """Fill the next level over free day d of automaton k; ``at`` is the level and the free day's number.

    Returns the steps made.
    """
    level, f = at
    reach, high = space.reach, space.high
    row = staff.at[staff.layer[k, d]]
    ra, rb = level * grid.rows, (level + 1) * grid.rows
    work = 0
    for s in range(staff.states[staff.layer[k, d]]):
        if reach[level, s, 1] < 0:
            continue
        if limit < np.inf:
            some, steps = _useful(space, grid, level, s, limit)
            work += steps
            if not some:
                continue
        work += 2 * space.count[f]
        for o in range(space.count[f]):
            r = row + s * staff.width[k] + space.options[f, o, 0]
            to = staff.move[r]
            if to < 0 or reach[level + 1, to, 1] < 0:
                continue
            dh = space.options[f, o, 2]
            if grid.calendar >= 0:
                dh = staff.hits[r, grid.calendar]
            # the row of the next day starts at its own base
            dj = space.options[f, o, 1] + reach[level, s, 0] - reach[level + 1, to, 0]
            most = reach[level + 1, to, 1] - reach[level + 1, to, 0] - dj
            c = space.dear[f, o] + staff.cost[r]
            for h in range(grid.outer - dh):
                p = ra + s * grid.outer + h
                if high[p] >= 0:
                    work += _shift_row(space, grid.size, p, rb + to * grid.outer + h + dh, dj, most, c)
    return work


@inlined
def _over_gap(space: Workspace, grid: _Grid, level: int, here: int) -> None:
    """Fill the next level over a gap between pieces, from the states before it (as :func:`ahead` wrote them)."""
    reach, high = space.reach, space.high
    ra, rb = level * grid.rows, (level + 1) * grid.rows
    for s in range(here):
        to, dh, c = space.onto[s], space.moved[s], space.over[s]
        if to < 0 or reach[level, s, 1] < 0 or reach[level + 1, to, 1] < 0:
            continue
        dj = reach[level, s, 0] - reach[level + 1, to, 0]
        most = reach[level + 1, to, 1] - reach[level + 1, to, 0] - dj
        for h in range(grid.outer):
            p = ra + s * grid.outer + h
            if high[p] >= 0 and 0 <= h + dh < grid.outer:
                _shift_row(space, grid.size, p, rb + to * grid.outer + h + dh, dj, most, c)


@inlined
def _fill(
    staff: RosterArrays, plan: RosterState, stretch: Stretch, outer: int, space: Workspace, grid: _Grid, limit: float
) -> int:
    """Fill the table from its first cell; returns the last level."""
    e, cuts = stretch.person, stretch.cuts
    _emptied(space, grid, 0)
    start = plan.states[e, cuts[0]] * grid.outer
    space.table[start * grid.size] = 0.0
    space.low[start] = 0
    space.high[start] = 0
    level, f, work = 0, 0, 0
    for i in range(stretch.pieces):
        for d in range(cuts[2 * i], cuts[2 * i + 1]):
            _emptied(space, grid, level + 1)
            work += _over_day(staff, space, grid, staff.automaton[e], d, (level, f), limit)
            level += 1
            f += 1
        if i + 1 < stretch.pieces:
            here = ahead(staff, plan, e, cuts[2 * i + 1], cuts[2 * i + 2], outer, space)
            _emptied(space, grid, level + 1)
            _over_gap(space, grid, level, here)
            level += 1
    space.work[0] += work
    return level


@inlined
def _best_end(
    staff: RosterArrays, space: Workspace, grid: _Grid, level: int, here: int, axes: tuple[Axis, Axis], hard: float
) -> tuple[float, int, int, int]:
    """Least cost at the end and its (state, outer, inner), from ``here`` states and what each leads to.

    The state is -1 where there is none.
    """
    inner, outer = axes
    best, best_s, best_h, best_j = np.inf, -1, 0, 0
    for s in range(here):
        if space.onto[s] < 0 or space.reach[level, s, 1] < 0:
            continue
        for h in range(grid.outer):
            p = level * grid.rows + s * grid.outer + h
            if space.high[p] < 0:
                continue
            c = space.over[s]
            if outer.counter >= 0:
                c += total_price(staff, outer.counter, outer.base + h + space.moved[s], hard)
            for j in range(space.low[p], space.high[p] + 1):
                v = space.table[p * grid.size + j] + c
                if inner.counter >= 0 and v < best:
                    v += total_price(staff, inner.counter, inner.base + space.reach[level, s, 0] + j, hard)
                if v < best:
                    best, best_s, best_h, best_j = v, s, h, j
    return best, best_s, best_h, best_j


@inlined
def _back_over_day(
    staff: RosterArrays, space: Workspace, grid: _Grid, k: int, d: int, at: tuple[int, int], cell: tuple[int, int, int]
) -> tuple[int, int, int]:
    """The cell (state, outer, inner) before free day d from which ``cell`` was reached; writes the duty.

    The state is -1 where there is none.
    """
    level, f = at
    s, h, j = cell
    reach = space.reach
    value = space.table[((level + 1) * grid.rows + s * grid.outer + h) * grid.size + j]
    row = staff.at[staff.layer[k, d]]
    for t in range(staff.states[staff.layer[k, d]]):
        if reach[level, t, 1] < 0:
            continue
        for o in range(space.count[f]):
            r = row + t * staff.width[k] + space.options[f, o, 0]
            if staff.move[r] != s:
                continue
            dh = space.options[f, o, 2]
            if grid.calendar >= 0:
                dh = staff.hits[r, grid.calendar]
            dj = space.options[f, o, 1] + reach[level, t, 0] - reach[level + 1, s, 0]
            if h < dh:
                continue
            p = level * grid.rows + t * grid.outer + h - dh
            if not space.low[p] <= j - dj <= space.high[p]:
                continue
            c = space.dear[f, o] + staff.cost[r]
            if space.table[p * grid.size + j - dj] + c == value:
                space.new[d] = space.options[f, o, 3]
                return t, h - dh, j - dj
    return -1, h, j


@inlined
def _back_over_gap(
    space: Workspace, grid: _Grid, level: int, here: int, cell: tuple[int, int, int]
) -> tuple[int, int, int]:
    """The cell (state, outer, inner) before a gap from which ``cell`` was reached; the state is -1 for none."""
    s, h, j = cell
    value = space.table[((level + 1) * grid.rows + s * grid.outer + h) * grid.size + j]
    for t in range(here):
        dh = space.moved[t]
        if space.onto[t] != s or space.reach[level, t, 1] < 0 or not 0 <= h - dh < grid.outer:
            continue
        p = level * grid.rows + t * grid.outer + h - dh
        dj = space.reach[level, t, 0] - space.reach[level + 1, s, 0]
        if not space.low[p] <= j - dj <= space.high[p]:
            continue
        if space.table[p * grid.size + j - dj] + space.over[t] == value:
            return t, h - dh, j - dj
    return -1, h, j


@inlined
def _read_back(
    staff: RosterArrays,
    plan: RosterState,
    stretch: Stretch,
    outer: int,
    space: Workspace,
    grid: _Grid,
    cell: tuple[int, int, int],
) -> bool:
    """Write the duties that lead to a cell of the last level; False if the way is lost.

    The predecessor is found by comparing sums, which are the same sums as those of the table.
    """
    e, cuts = stretch.person, stretch.cuts
    s, h, j = cell
    level, f = stretch.free + stretch.pieces - 1, stretch.free
    for i in range(stretch.pieces - 1, -1, -1):
        for d in range(cuts[2 * i + 1] - 1, cuts[2 * i] - 1, -1):
            level -= 1
            f -= 1
            s, h, j = _back_over_day(staff, space, grid, staff.automaton[e], d, (level, f), (s, h, j))
            if s < 0:
                return False
        if i > 0:
            here = ahead(staff, plan, e, cuts[2 * i - 1], cuts[2 * i], outer, space)
            level -= 1
            s, h, j = _back_over_gap(space, grid, level, here, (s, h, j))
            if s < 0:
                return False
    return True


@compiled
def best_in_table(
    staff: RosterArrays,
    plan: RosterState,
    stretch: Stretch,
    inner: Axis,
    outer: Axis,
    strict: bool,
    cutoff: float,
    hard: float,
    space: Workspace,
) -> float:
    """Fill the table over the pieces and read back the best duties into ``space.new`` (days,).

    Cells from which no answer within ``cutoff`` can be reached are left out; ``space.work[1]`` says whether there were
    any. What the rest costs at least is known from the corridor.

    Parameters
    ----------
    staff : RosterArrays
    plan : RosterState
    stretch : Stretch
    inner, outer : Axis
        The totals that the table holds.
    strict : bool
        Whether hard limits of the inner total narrow the corridor.
    cutoff : float
        Dearer answers are of no interest.
    hard : float
        Price of a unit outside a hard limit.
    space : Workspace
        Prices of duties are read; the rest is memory to work in.

    Returns
    -------
    float
        The least cost, where that is within ``cutoff``. Else infinite, or the cost of a dearer answer: what totals cost
        is known at the end only. NaN if the table is too large for ``space``.
    """
    first, last = stretch.cuts[0], stretch.cuts[2 * stretch.pieces - 1]
    k, start = staff.automaton[stretch.person], plan.states[stretch.person, first]
    widest = _gather_options(staff, stretch, inner.counter, outer.counter, space)
    if last < plan.words.shape[1]:
        widest = max(widest, staff.states[staff.layer[k, last]])
    size = corridor(staff, plan, stretch, inner, outer.counter, strict, space)
    if size <= 0:
        return np.inf
    limit = cutoff + 1e-7
    if space.ahead[0, start] > limit:
        space.work[1] = 1.0
        return np.inf
    levels, rows = stretch.free + stretch.pieces, widest * outer.size
    if rows * size * levels > len(space.table) or rows * levels > len(space.low):
        return np.nan
    if space.reach[0, start, 1] < 0:
        return np.inf
    calendar = -1 if outer.counter < 0 else staff.calendar[outer.counter]
    grid = _Grid(size, outer.size, rows, calendar)
    level = _fill(staff, plan, stretch, outer.counter, space, grid, limit)
    here = at_end(staff, plan, stretch, outer.counter, space)
    best, s, h, j = _best_end(staff, space, grid, level, here, (inner, outer), hard)
    if s < 0 or not _read_back(staff, plan, stretch, outer.counter, space, grid, (s, h, j)):
        return np.inf
    return best
