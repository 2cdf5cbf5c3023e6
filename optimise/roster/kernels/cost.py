"""What a person's roster, a total and a cover line cost: once, for every kernel.

A *line* in the sense of rostering is one person's roster; :func:`line_cost` gives its cost under all rules that concern
this person alone. :func:`line_price` is the cost of a cover line (:class:`~optimise.roster.rules.primitives.Line`).
"""

# mypy: disable-error-code="no-any-return"
# (elements of arrays are NumPy scalars)

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from optimise.core.jit import compiled
from optimise.roster.arrays import RosterArrays

__all__ = ["follow", "line_cost", "line_costs", "line_price", "total_price"]

Duties = NDArray[np.int16]
Floats = NDArray[np.float64]


@compiled
def line_price(arrays: RosterArrays, line: int, value: float) -> float:
    """Cost of a cover line at a value: on the side where it leaves its bounds, segment by segment."""
    total = 0.0
    for side in range(2):
        left = arrays.line_bound[line, 0] - value if side == 0 else value - arrays.line_bound[line, 1]
        if left > 0:
            for k in range(arrays.segment_width.shape[2]):
                part = min(left, arrays.segment_width[line, side, k])
                total += part * arrays.segment_price[line, side, k]
                left -= part
                if left <= 0:
                    break
    return total


@compiled
def total_price(arrays: RosterArrays, counter: int, units: int, hard: float) -> float:
    """Cost of a total; a unit outside a hard limit costs ``hard``."""
    raw = units * arrays.unit_of[counter]
    if raw < arrays.lower[counter]:
        each = arrays.price_lower[counter]
        if each == np.inf:
            return hard * (arrays.lower[counter] - raw) / arrays.unit_of[counter]
        return each * (arrays.lower[counter] - raw)
    if raw > arrays.upper[counter]:
        each = arrays.price_upper[counter]
        if each == np.inf:
            return hard * (raw - arrays.upper[counter]) / arrays.unit_of[counter]
        return each * (raw - arrays.upper[counter])
    return 0.0


@compiled
def follow(
    arrays: RosterArrays, e: int, duties: Duties, states: NDArray[np.int32], amounts: NDArray[np.int64]
) -> tuple[float, float]:
    """Walk a person's duties through the automaton.

    Parameters
    ----------
    arrays : RosterArrays
    e : int
    duties : int16 array (days,)
    states : int32 array (days + 1,)
        Receives the state before each day.
    amounts : int64 array (counters of this person,)
        Receives the totals, in units.

    Returns
    -------
    cost : float
        Soft cost of single duties and sequences.
    hard : float
        Hard units broken by them; infinite where the automaton has no way on, and the walk ends there.
    """
    k, begin, end = arrays.automaton[e], arrays.own[e], arrays.own[e + 1]
    width = arrays.width[k]
    amounts[:] = 0
    cost, hard = 0.0, 0.0
    s = 0
    states[0] = 0
    for d in range(len(duties)):
        a = duties[d]
        r = arrays.at[arrays.layer[k, d]] + s * width + arrays.letter[k, a]
        cost += arrays.cost[r] + arrays.unit[e, d, a]
        hard += arrays.broken[r] + arrays.forbidden[e, d, a]
        for c in range(begin, end):
            if arrays.table[c] >= 0:
                amounts[c - begin] += arrays.values[arrays.table[c], d, a]
            else:
                amounts[c - begin] += arrays.hits[r, arrays.calendar[c]]
        s = arrays.move[r]
        if s < 0:
            return cost, np.inf
        states[d + 1] = s
    return cost, hard


@compiled
def _line_costs(arrays: RosterArrays, e: int, words: Duties, costs: Floats, hards: Floats) -> None:
    """:func:`line_cost` of the rosters ``words`` (n, days) of person e, into ``costs`` and ``hards`` (n,)."""
    states = np.zeros(words.shape[1] + 1, np.int32)
    amounts = np.zeros(arrays.own[e + 1] - arrays.own[e], np.int64)
    for i in range(len(words)):
        cost, hard = follow(arrays, e, words[i], states, amounts)
        if hard < np.inf:
            for c in range(arrays.own[e], arrays.own[e + 1]):
                raw = amounts[c - arrays.own[e]] * arrays.unit_of[c]
                under, over = arrays.lower[c] - raw, raw - arrays.upper[c]
                if under > 0:
                    if arrays.price_lower[c] == np.inf:
                        hard += under
                    else:
                        cost += arrays.price_lower[c] * under
                if over > 0:
                    if arrays.price_upper[c] == np.inf:
                        hard += over
                    else:
                        cost += arrays.price_upper[c] * over
        costs[i], hards[i] = cost, hard


def line_costs(arrays: RosterArrays, person: int, words: Duties) -> tuple[Floats, Floats]:
    """:func:`line_cost` of several rosters (n, days) of one person."""
    costs, hards = np.empty(len(words)), np.empty(len(words))
    # writeable like all others, lest kernels be compiled once more
    _line_costs(arrays, person, np.require(words, np.int16, ["C", "W"]), costs, hards)
    return costs, hards


def line_cost(arrays: RosterArrays, person: int, duties: Duties) -> tuple[float, float]:
    """Soft cost and hard units of one person's roster (days,), cover apart, as the evaluator counts them.

    Strict tables do not follow a roster past a broken sequence rule: its hard units are then infinite and its cost is
    that of the days so far. Lenient tables (:func:`~optimise.roster.arrays.lenient_arrays`) count them.
    """
    costs, hards = line_costs(arrays, person, duties[None])
    return float(costs[0]), float(hards[0])
