"""Dense dynamic programme of one person over (day, automaton state, counters).

The table holds, for every node ``(day, state, outer counters o, inner counter j)``, the least cost ``T`` of reaching
it from day 0. Arcs of one day shift a whole row of the inner counter at once, so the inner loop runs over contiguous
memory. All days are kept; :mod:`~optimise.roster.kernels.path_search` reads paths from them, and carries the counters
left out of the table (*lazy* counters, upper limits that seldom bind).

All costs handed in are multiples of one power of two, small enough that every sum is exact in the precision of the
table (double, or single where they are multiples of a coarser power); the values returned are therefore exact lower
bounds and need no rounding argument.
"""

# mypy: disable-error-code="no-any-return"
# (elements of arrays are NumPy scalars)

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from optimise.core.jit import compiled

__all__ = ["RosterNetwork", "Scratch", "class_costs", "forward"]

Floats = NDArray[np.float64]
Ints = NDArray[np.int32]


class RosterNetwork(NamedTuple):
    """The expanded automaton of one person; arcs are sorted by (day, target state).

    Attributes
    ----------
    layer : int32 (days + 2,)
        First global state of each day's layer; layer ``days`` is the end, one state.
    arc : int32 (days + 1,)
        First arc of each day.
    source, target : int32 (arcs,)
        Global states.
    kind : int32 (arcs,)
        Table class: duties that neither the automaton nor a counter of the table tells apart.
    weight : float64 (arcs,)
        Cost of the sequence rules.
    step : int32 (arcs,)
        Row of ``omap``: what the arc adds to the outer counters.
    increment : int32 (arcs,)
        What the arc adds to the inner counter.
    into : int32 (states + 1,)
        First arc into each global state.
    fine_ptr, fine : int32
        Fine classes of each table class (told apart by lazy counters only).
    omap : int32 (steps, outer)
        Outer index after a step, or -1 where a hard limit is broken.
    oprice : float64 (steps, outer)
        Price of what goes past a soft limit.
    back_ptr : int32 (steps, outer + 1); back : int32 (steps, outer)
        The inverse of ``omap``.
    size : int64
        Length of the inner dimension, cap included.
    price : float64
        Price of each inner unit past the cap; infinite for a hard limit.
    need : int32 (states,)
        Least inner value from which the lower limit can still be reached.
    outer_end, inner_end : float64
        Final cost of each outer index and inner value.
    lazy : int64 (lazies, days, fine classes)
        What each fine class adds to each lazy counter.
    lazy_cap : int64 (lazies,)
    lazy_price : float64 (lazies,)
    lazy_touch : float64 (lazies,)
        Cost of reaching the cap, where a soft limit lies between two units.
    lazy_first : int64 (lazies,)
        First day that counts; before it the bits of the label are free for another counter.
    lazy_bit, lazy_width : int64 (lazies,)
        First bit of each lazy counter in a packed label, and number of bits.
    """

    layer: NDArray[np.int32]
    arc: NDArray[np.int32]
    source: NDArray[np.int32]
    target: NDArray[np.int32]
    kind: NDArray[np.int32]
    weight: NDArray[np.float64]
    step: NDArray[np.int32]
    increment: NDArray[np.int32]
    into: NDArray[np.int32]
    fine_ptr: NDArray[np.int32]
    fine: NDArray[np.int32]
    omap: NDArray[np.int32]
    oprice: NDArray[np.float64]
    back_ptr: NDArray[np.int32]
    back: NDArray[np.int32]
    size: int
    price: float
    need: NDArray[np.int32]
    outer_end: NDArray[np.float64]
    inner_end: NDArray[np.float64]
    lazy: NDArray[np.int64]
    lazy_cap: NDArray[np.int64]
    lazy_price: NDArray[np.float64]
    lazy_touch: NDArray[np.float64]
    lazy_first: NDArray[np.int64]
    lazy_bit: NDArray[np.int64]
    lazy_width: NDArray[np.int64]


class Scratch(NamedTuple):
    """Working memory of one thread: the table with the finite window of each row, and the search's nodes.

    Attributes
    ----------
    table : float32 or float64 (cells,)
        Rows of ``size`` inner values, one for each state and outer index.
    low, high : int32 (rows,)
    heap_key : float64 (nodes,); heap_node : int32, the same shape
    node_row, node_inner, node_day, node_lazy, node_cost, node_parent, node_fine : (nodes,)
    closed : int32 (a power of two,)
        The set of nodes left: -1 where it is empty.
    """

    table: NDArray[np.float32] | NDArray[np.float64]
    low: NDArray[np.int32]
    high: NDArray[np.int32]
    heap_key: NDArray[np.float64]
    heap_node: NDArray[np.int32]
    node_row: NDArray[np.int32]
    node_inner: NDArray[np.int32]
    node_day: NDArray[np.int32]
    node_lazy: NDArray[np.int64]
    node_cost: NDArray[np.float64]
    node_parent: NDArray[np.int32]
    node_fine: NDArray[np.int32]
    closed: NDArray[np.int32]


@compiled
def class_costs(cost: Floats, duty_fine: Ints, fine_of: Ints, fines: int, kinds: int) -> tuple[Floats, Ints, Floats]:
    """Cheapest duty of every fine class and cheapest cost of every table class, by day.

    Parameters
    ----------
    cost : float64 array (days, duties)
    duty_fine : int32 array (duties,), fine_of : int32 array (fines,)
        Fine class of each duty; table class of each fine class.
    fines, kinds : int
        Number of fine classes and of table classes.

    Returns
    -------
    fine_cost : float64 array (days, fines); fine_duty : int32, the same shape; kind_cost : float64 array (days, kinds)
    """
    days, alphabet = cost.shape
    fine_cost = np.full((days, fines), np.inf)
    fine_duty = np.zeros((days, fines), np.int32)
    kind_cost = np.full((days, kinds), np.inf)
    for d in range(days):
        for a in range(alphabet):
            f = duty_fine[a]
            if cost[d, a] < fine_cost[d, f]:
                fine_cost[d, f] = cost[d, a]
                fine_duty[d, f] = a
        for f in range(fines):
            k = fine_of[f]
            if fine_cost[d, f] < kind_cost[d, k]:
                kind_cost[d, k] = fine_cost[d, f]
    return fine_cost, fine_duty, kind_cost


@compiled
def forward(net: RosterNetwork, kind_cost: Floats, scratch: Scratch) -> float:
    """Fill the table at costs ``kind_cost`` (days, kinds); returns the least total (infinite when there is no path)."""
    table, low, high = scratch.table, scratch.low, scratch.high
    days = len(net.arc) - 1
    outer = net.omap.shape[1]
    size = net.size
    cap = size - 1
    rows = net.layer[days + 1] * outer
    for r in range(rows):
        low[r] = size
        high[r] = -1
    table[0:size] = np.inf
    table[0] = 0.0
    low[0] = 0
    high[0] = 0
    hard = np.isinf(net.price)
    for d in range(days):
        for i in range(net.arc[d], net.arc[d + 1]):
            base = kind_cost[d, net.kind[i]] + net.weight[i]
            if base == np.inf:
                continue
            inc = net.increment[i]
            step = net.step[i]
            need = net.need[net.target[i]]
            for o in range(outer):
                r = net.source[i] * outer + o
                last = high[r]
                if last < 0:
                    continue
                p = net.omap[step, o]
                if p < 0:
                    continue
                c = table.dtype.type(base + net.oprice[step, o])
                first = max(low[r], need - inc)
                stop = min(last, cap - inc)
                q = net.target[i] * outer + p
                over = (not hard) and last > cap - inc
                if first > stop and not over:
                    continue
                a, b = r * size, q * size + inc
                if high[q] < 0:
                    table[q * size : (q + 1) * size] = np.inf
                for j in range(first, stop + 1):
                    v = table[a + j] + c
                    if v < table[b + j]:
                        table[b + j] = v
                if first <= stop:
                    low[q] = min(low[q], first + inc)
                    high[q] = max(high[q], stop + inc)
                if over:
                    best = table[q * size + cap]
                    for j in range(max(first, cap - inc + 1), last + 1):
                        best = min(best, table[a + j] + c + table.dtype.type(net.price * (j + inc - cap)))
                    table[q * size + cap] = best
                    low[q] = min(low[q], cap)
                    high[q] = cap
    best = np.inf
    for o in range(outer):
        r = net.layer[days] * outer + o
        for j in range(low[r], high[r] + 1):
            v = table[r * size + j] + net.outer_end[o] + net.inner_end[j]
            if v < best:
                best = v
    return best
