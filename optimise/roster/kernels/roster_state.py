"""A whole plan with automaton states, totals and line values kept in step, and the working memory of its search."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from optimise.core.jit import compiled
from optimise.roster.arrays import RosterArrays
from optimise.roster.kernels.cost import follow, line_price, total_price

__all__ = [
    "RosterState",
    "Workspace",
    "evaluate",
    "line_price",
    "move_cover",
    "rewrite",
    "state_of",
    "total_price",
    "workspace_for",
]


class RosterState(NamedTuple):
    """A plan under change; all arrays are kept in step.

    Attributes
    ----------
    words : int16 (people, days)
    states : int32 (people, days + 1)
        Automaton state before each day.
    amounts : int64 (counters,)
        Totals in units.
    lines : float64 (lines,)
        Value of each cover line.
    rise : float64 (lines,)
        What one unit more of each line costs (may be out of step where ``lines`` holds expectations).
    """

    words: NDArray[np.int16]
    states: NDArray[np.int32]
    amounts: NDArray[np.int64]
    lines: NDArray[np.float64]
    rise: NDArray[np.float64]


class Workspace(NamedTuple):
    """Working memory of one thread.

    *Levels* are free days, and one more for each gap between pieces of a stretch.

    Attributes
    ----------
    table : float64 (cells,); low, high : int32 (rows,)
        Rows of costs by inner total, and which cells of each are filled.
    price : float64 (days, duties); shut : bool, the same shape
        What each duty costs, and which are excluded.
    options : int32 (free days, duties, 4); dear : float64 (free days, duties); count : int32 (free days,)
        Duties that the table tells apart: letter, what they add to the inner and the outer total, duty; cost; number.
    onto : int32 (states,); over : float64 (states,); moved : int32 (states,)
        Where fixed days lead from each state (-1: nowhere), at what cost, with how many hits.
    reach : int32 (levels, states, 4)
        The corridor of inner totals.
    new : int16 (days,); old : int16 (people, days)
        Duties found, and those before.
    ahead : float64 (levels, states)
        Least cost from there to the end.
    work : float64 (2,)
        Steps made, and whether anything was left out as too dear (1 or 0).
    """

    table: NDArray[np.float64]
    low: NDArray[np.int32]
    high: NDArray[np.int32]
    price: NDArray[np.float64]
    shut: NDArray[np.bool_]
    options: NDArray[np.int32]
    dear: NDArray[np.float64]
    count: NDArray[np.int32]  # type: ignore[assignment]
    onto: NDArray[np.int32]
    over: NDArray[np.float64]
    moved: NDArray[np.int32]
    reach: NDArray[np.int32]
    new: NDArray[np.int16]
    old: NDArray[np.int16]
    ahead: NDArray[np.float64]
    work: NDArray[np.float64]


def workspace_for(staff: RosterArrays, most_days: int, people: int, cells: int = 6_000_000) -> Workspace:
    """Working memory for stretches of up to ``most_days`` free days and up to ``people`` people at once."""
    days, duties = staff.allowed.shape[1:]
    states = int(staff.states.max(initial=1))
    return Workspace(
        np.empty(cells),
        np.zeros(cells // 8, np.int32),
        np.zeros(cells // 8, np.int32),
        np.zeros((days, duties)),
        np.zeros((days, duties), np.bool_),
        np.zeros((most_days, duties, 4), np.int32),
        np.zeros((most_days, duties)),
        np.zeros(most_days, np.int32),
        np.zeros(states, np.int32),
        np.zeros(states),
        np.zeros(states, np.int32),
        np.zeros((most_days + 4, states, 4), np.int32),
        np.zeros(days, np.int16),
        np.zeros((people, days), np.int16),
        np.zeros((most_days + 4, states)),
        np.zeros(2),
    )


def state_of(staff: RosterArrays, words: NDArray[np.int16]) -> RosterState:
    """An own copy of a roster with states, totals and lines still to be set by :func:`evaluate`."""
    people, days = words.shape
    return RosterState(
        np.array(words, dtype=np.int16),
        np.zeros((people, days + 1), np.int32),
        np.zeros(len(staff.table), np.int64),
        np.zeros(len(staff.line_bound)),
        np.zeros(len(staff.line_bound)),
    )


@compiled
def move_cover(staff: RosterArrays, plan: RosterState, e: int, first: int, last: int, sign: float) -> float:
    """Add or remove a person's duties on days ``first .. last-1``; returns the change of cover cost.

    Parameters
    ----------
    staff : RosterArrays
        Rules as flat tables.
    plan : RosterState
        Changed in place: head counts and what the next person would cost.
    e : int
        Index of the person.
    first : int
        First day, 0-based.
    last : int
        Day after the last one.
    sign : float
        1.0 adds the person, -1.0 removes.

    Returns
    -------
    float
        In units of cost.
    """
    duties = staff.letter.shape[1]
    change = 0.0
    for d in range(first, last):
        cell = d * duties + plan.words[e, d]
        for p in range(staff.pointer[staff.kind[e], cell], staff.pointer[staff.kind[e], cell + 1]):
            i = staff.row[p]
            before = line_price(staff, i, plan.lines[i])
            plan.lines[i] += sign * staff.value[p]
            after = line_price(staff, i, plan.lines[i])
            plan.rise[i] = line_price(staff, i, plan.lines[i] + 1.0) - after
            change += after - before
    return change


@compiled
def rewrite(
    staff: RosterArrays, plan: RosterState, e: int, first: int, last: int, new: NDArray[np.int16], hard: float
) -> float:
    """Give a person the duties ``new`` (days,) on days ``first .. last-1``; returns the change of personal cost.

    Cover is not touched. States, totals and words are kept in step; after the last day both sequences are followed
    until they meet. Infinite if the new duties break a hard sequence rule; states and totals of this person are then
    out of step, and only :func:`evaluate` of a roster that keeps these rules brings them back.

    Parameters
    ----------
    staff : RosterArrays
        Rules as flat tables.
    plan : RosterState
        Changed in place.
    e : int
        Index of the person.
    first : int
        First day, 0-based.
    last : int
        Day after the last one.
    new : int16 array
        Shape (days,); read from ``first`` to ``last - 1``.
    hard : float
        Price of one unit of a hard total.

    Returns
    -------
    float
        In units of cost.
    """
    days = plan.words.shape[1]
    k = staff.automaton[e]
    width = staff.width[k]
    change = 0.0
    begin, end = staff.own[e], staff.own[e + 1]
    for c in range(begin, end):
        change -= total_price(staff, c, plan.amounts[c], hard)
    was = plan.states[e, first]
    now = was
    d = first
    while d < days and (d < last or was != now):
        at = staff.at[staff.layer[k, d]]
        a = plan.words[e, d]
        b = new[d] if d < last else a
        if was >= 0:
            r = at + was * width + staff.letter[k, a]
            after = staff.move[r]
            if after >= 0:
                change -= staff.cost[r] + staff.unit[e, d, a]
                for c in range(begin, end):
                    if staff.table[c] >= 0:
                        plan.amounts[c] -= staff.values[staff.table[c], d, a]
                    else:
                        plan.amounts[c] -= staff.hits[r, staff.calendar[c]]
            was = after
        r = at + now * width + staff.letter[k, b]
        change += staff.cost[r] + staff.unit[e, d, b]
        for c in range(begin, end):
            if staff.table[c] >= 0:
                plan.amounts[c] += staff.values[staff.table[c], d, b]
            else:
                plan.amounts[c] += staff.hits[r, staff.calendar[c]]
        now = staff.move[r]
        plan.words[e, d] = b
        if now < 0:
            return np.inf
        plan.states[e, d + 1] = now
        d += 1
    for c in range(begin, end):
        change += total_price(staff, c, plan.amounts[c], hard)
    return change


@compiled
def evaluate(staff: RosterArrays, plan: RosterState, hard: float) -> tuple[float, float]:
    """Bring states, totals and line values in step with the words; returns (cost, hard units of totals).

    The cost is infinite if a word breaks a hard sequence rule or holds a duty that is not allowed.
    """
    people, days = plan.words.shape
    plan.lines[:] = 0.0
    cost, outside = 0.0, 0.0
    duties = staff.letter.shape[1]
    for e in range(people):
        amounts = plan.amounts[staff.own[e] : staff.own[e + 1]]
        own, hard_units = follow(staff, e, plan.words[e], plan.states[e], amounts)
        if hard_units > 0.0:
            return np.inf, np.inf
        cost += own
        for d in range(days):
            cell = d * duties + plan.words[e, d]
            for p in range(staff.pointer[staff.kind[e], cell], staff.pointer[staff.kind[e], cell + 1]):
                plan.lines[staff.row[p]] += staff.value[p]
        for c in range(staff.own[e], staff.own[e + 1]):
            cost += total_price(staff, c, plan.amounts[c], hard)
            raw = plan.amounts[c] * staff.unit_of[c]
            if staff.price_lower[c] == np.inf and raw < staff.lower[c]:
                outside += staff.lower[c] - raw
            if staff.price_upper[c] == np.inf and raw > staff.upper[c]:
                outside += raw - staff.upper[c]
    for line in range(len(plan.lines)):
        now = line_price(staff, line, plan.lines[line])
        plan.rise[line] = line_price(staff, line, plan.lines[line] + 1.0) - now
        cost += now
    return cost, outside
