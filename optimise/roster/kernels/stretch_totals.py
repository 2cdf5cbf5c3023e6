"""Totals of one person on a stretch: which two the table holds, and what those that it does not hold shut out."""

# Numba's generator inside compiled functions is the legacy one.
# ruff: noqa: NPY002

# mypy: disable-error-code="no-any-return, arg-type"
# (elements of arrays are NumPy scalars)

from __future__ import annotations

import numpy as np

from optimise.core.jit import compiled, inlined
from optimise.roster.arrays import RosterArrays
from optimise.roster.kernels.roster_state import RosterState, Workspace
from optimise.roster.kernels.stretch_days import Axis, Stretch

__all__ = ["beyond_table", "table_axes"]


@inlined
def _most_and_least(staff: RosterArrays, stretch: Stretch, c: int) -> tuple[int, int]:
    """Most and least units that a counter of values can have on the free days."""
    most, least = 0, 0
    for i in range(stretch.pieces):
        first, last = stretch.cuts[2 * i], stretch.cuts[2 * i + 1]
        most += staff.top[c, last] - staff.top[c, first]
        least += staff.bottom[c, last] - staff.bottom[c, first]
    return most, least


@inlined
def _values_now(staff: RosterArrays, plan: RosterState, stretch: Stretch, table: int) -> int:
    """Units that a counter of values has on the free days now."""
    mine, cuts = 0, stretch.cuts
    for i in range(stretch.pieces):
        for d in range(cuts[2 * i], cuts[2 * i + 1]):
            mine += staff.values[table, d, plan.words[stretch.person, d]]
    return mine


@inlined
def _groups_now(staff: RosterArrays, plan: RosterState, stretch: Stretch, calendar: int) -> tuple[int, int]:
    """Groups of days that a calendar counts on the free days now (0 where these are undecided), and the most."""
    e, cuts = stretch.person, stretch.cuts
    k = staff.automaton[e]
    mine, most, groups = 0, 0, 0
    for i in range(stretch.pieces):
        for d in range(cuts[2 * i], cuts[2 * i + 1]):
            if not stretch.open_end:
                x = plan.states[e, d] * staff.width[k] + staff.letter[k, plan.words[e, d]]
                mine += staff.hits[staff.at[staff.layer[k, d]] + x, calendar]
            g = staff.group[k, calendar, d]
            if g >= 0 and g != groups - 1:
                most += 1
                groups = g + 1
    return mine, most


@inlined
def _within(staff: RosterArrays, c: int, least: int, most: int) -> bool:
    """Whether all amounts from ``least`` to ``most`` units keep the limits."""
    unit = staff.unit_of[c]
    return staff.lower[c] <= least * unit and most * unit <= staff.upper[c]


@inlined
def _shut_larger(staff: RosterArrays, stretch: Stretch, table: int, left: int, space: Workspace) -> None:
    """Exclude duties that alone bring more than what is left."""
    cuts = stretch.cuts
    for i in range(stretch.pieces):
        for d in range(cuts[2 * i], cuts[2 * i + 1]):
            for a in range(staff.letter.shape[1]):
                if staff.values[table, d, a] > max(0, left):
                    space.shut[d, a] = True


@compiled
def table_axes(staff: RosterArrays, plan: RosterState, stretch: Stretch, space: Workspace) -> tuple[Axis, Axis]:
    """The two totals that matter most on the free days, as (inner, outer) axis of the table.

    Those that cannot leave their limits there need no axis. What falls short weighs most, then soft upper limits, then
    hard ones, which can also be kept by excluding duties: those too large are shut at once (``space.shut``). A calendar
    cannot be an inner axis, as what a day adds to it depends on the state.
    """
    e = stretch.person
    none = Axis(np.int64(-1), np.int64(0), np.int64(1))
    inner, outer = none, none
    inner_weight, outer_weight = -1.0, -1.0
    for turn in range(2):
        for c in range(staff.own[e], staff.own[e + 1]):
            table = staff.table[c]
            if (turn == 0) != (table >= 0):
                continue
            mine, most, least = 0, 0, 0
            if table >= 0:
                most, least = _most_and_least(staff, stretch, c)
                swing = most - least
                if not stretch.open_end and _within(staff, c, plan.amounts[c] - swing, plan.amounts[c] + swing):
                    continue
                if not stretch.open_end:
                    mine = _values_now(staff, plan, stretch, table)
            else:
                mine, most = _groups_now(staff, plan, stretch, staff.calendar[c])
            base = plan.amounts[c] - mine
            if _within(staff, c, base + least, base + most):
                continue
            size = most + 1
            if staff.price_upper[c] == np.inf:
                left = staff.upper[c] // staff.unit_of[c] - base
                if left < most:
                    if table >= 0:
                        _shut_larger(staff, stretch, table, left, space)
                    size = max(0, left) + 1
                    if size == 1 and table >= 0 and staff.lower[c] <= (base + least) * staff.unit_of[c]:
                        continue
            weight = 0.0
            if staff.lower[c] > base * staff.unit_of[c]:
                weight = 1e6 + most
            elif staff.price_upper[c] < np.inf:
                weight = 1e3 + most
            else:
                weight = 1.0 + 1.0 / size
            axis = Axis(np.int64(c), np.int64(base), np.int64(size))
            if table >= 0 and weight > inner_weight:
                if inner.counter >= 0 and inner_weight > outer_weight:
                    outer, outer_weight = inner, inner_weight
                inner, inner_weight = axis, weight
            elif table < 0:
                outer, outer_weight = axis, 1e9
            elif weight > outer_weight:
                outer, outer_weight = axis, weight
    return inner, outer


@inlined
def _shut_some(staff: RosterArrays, stretch: Stretch, table: int, left: int, keeping: bool, space: Workspace) -> None:
    """Keep what fits of the duties found, in order of days from a random one, and exclude the rest."""
    cuts = stretch.cuts
    begin_at = np.random.randint(0, stretch.free)
    for around in range(2):
        seen = 0
        for i in range(stretch.pieces):
            for d in range(cuts[2 * i], cuts[2 * i + 1]):
                turn_now = (seen < begin_at) == (around == 1)
                seen += 1
                if not turn_now:
                    continue
                here = staff.values[table, d, space.new[d]]
                keep = here > 0 and here <= left and keeping
                if keep:
                    left -= here
                for a in range(staff.letter.shape[1]):
                    if staff.values[table, d, a] > 0 and not (keep and staff.values[table, d, a] <= here):
                        space.shut[d, a] = True


@compiled
def beyond_table(
    staff: RosterArrays, plan: RosterState, stretch: Stretch, inner: int, outer: int, keeping: bool, space: Workspace
) -> bool:
    """Whether the duties found break a hard upper limit that the table does not hold; shuts duties that do.

    Parameters
    ----------
    staff : RosterArrays
    plan : RosterState
    stretch : Stretch
    inner, outer : int
        The counters that the table holds, or -1.
    keeping : bool
        Whether duties found that fit the limit stay allowed.
    space : Workspace
        ``new`` is read, ``shut`` is written.

    Returns
    -------
    bool
        Whether a limit is broken.
    """
    e, cuts = stretch.person, stretch.cuts
    broken = False
    for c in range(staff.own[e], staff.own[e + 1]):
        table = staff.table[c]
        if table < 0 or c in (inner, outer) or staff.price_upper[c] < np.inf:
            continue
        total, before = 0, 0
        for i in range(stretch.pieces):
            for d in range(cuts[2 * i], cuts[2 * i + 1]):
                total += staff.values[table, d, space.new[d]]
                if not stretch.open_end:
                    before += staff.values[table, d, plan.words[e, d]]
        left = staff.upper[c] // staff.unit_of[c] - (plan.amounts[c] - before)
        if total <= max(left, before, 0):
            continue
        broken = True
        _shut_some(staff, stretch, table, left, keeping, space)
    return broken
