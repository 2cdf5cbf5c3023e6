"""Dense dynamic programme of one person over (day, automaton state, counters), and best-first search in it.

The table holds, for every node ``(day, state, outer counters o, inner counter j)``, the least cost ``T`` of reaching
it from day 0. Arcs of one day shift a whole row of the inner counter at once, so the inner loop runs over contiguous
memory. All days are kept; paths are read back by a best-first search from the last day whose estimate ``T`` is exact
(A*, Hart, Nilsson, Raphael 1968). Counters left out of the table (*lazy* counters, upper limits that seldom bind) are
carried as labels of that search only: this is decremental state-space relaxation (Boland, Dethridge, Dumitrescu
2006; Righini, Salani 2008) with perfect completion bounds.

All costs handed in are multiples of one power of two, small enough that every sum is exact in the precision of the
table (double, or single where they are multiples of a coarser power); the values returned are therefore exact lower
bounds and need no rounding argument.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from optimise.core.jit import compiled

__all__ = ["Network", "Scratch", "class_costs", "forward", "search"]

#: Nodes of a search after its first path: few searches that find others need as many.
_FURTHER = 10_000


class Network(NamedTuple):
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
    """Working memory of one thread: the table with the finite window of each row, and the search's nodes."""

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
def class_costs(cost, duty_fine, fine_of, fines, kinds):  # type: ignore[no-untyped-def]
    """Cheapest duty of every fine class and cheapest cost of every table class, by day."""
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
def forward(net, kind_cost, scratch):  # type: ignore[no-untyped-def]
    """Fill the table; returns the least total cost (infinite when there is no path)."""
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


@compiled
def _push(scratch, count, key, node):  # type: ignore[no-untyped-def]
    keys, nodes, day = scratch.heap_key, scratch.heap_node, scratch.node_day
    i = count
    while i > 0:
        up = (i - 1) >> 1
        if keys[up] < key or (keys[up] == key and day[nodes[up]] <= day[node]):
            break
        keys[i] = keys[up]
        nodes[i] = nodes[up]
        i = up
    keys[i] = key
    nodes[i] = node


@compiled
def _pop(scratch, count):  # type: ignore[no-untyped-def]
    """Remove the first entry; among equal keys the one nearest to day 0 comes first."""
    keys, nodes, day = scratch.heap_key, scratch.heap_node, scratch.node_day
    last = count - 1
    key, node = keys[last], nodes[last]
    i = 0
    while True:
        child = 2 * i + 1
        if child >= last:
            break
        other = child + 1
        if other < last and (
            keys[other] < keys[child] or (keys[other] == keys[child] and day[nodes[other]] < day[nodes[child]])
        ):
            child = other
        if key < keys[child] or (key == keys[child] and day[node] <= day[nodes[child]]):
            break
        keys[i] = keys[child]
        nodes[i] = nodes[child]
        i = child
    keys[i] = key
    nodes[i] = node


@compiled
def _seen(scratch, node):  # type: ignore[no-untyped-def]
    """Insert a node into the open-addressing set; True if its equal was there.

    A full set forgets, which costs only time.
    """
    closed = scratch.closed
    row, inner, label = scratch.node_row[node], scratch.node_inner[node], scratch.node_lazy[node]
    mask = len(closed) - 1
    mixed = (np.int64(row) * 1000003 + inner) * 1000003 + label
    i = (mixed ^ (mixed >> 17)) & mask
    for _ in range(32):
        other = closed[i]
        if other < 0:
            closed[i] = node
            return False
        if scratch.node_row[other] == row and scratch.node_inner[other] == inner and scratch.node_lazy[other] == label:
            return True
        i = (i + 1) & mask
    return False


@compiled
def search(net, fine_cost, fine_duty, scratch, limit, words, values, most, once):  # type: ignore[no-untyped-def]
    """Read the cheapest paths from the table, lazy counters included.

    Paths of cost at most ``limit`` come out in order of cost into ``words`` (n, days) and ``values`` (n,). At most
    ``most`` nodes are made. With ``once`` every node is left only on its cheapest label (enough for the best path, and
    it spreads the others) and few nodes are made after the first path; without it *all* paths are listed.

    Returns
    -------
    count : int
        Paths written.
    bound : float
        No feasible path that was not written costs less; infinite if none is left below ``limit``.
    complete : bool
        False when the node limit ended the search.
    """
    table, low, high = scratch.table, scratch.low, scratch.high
    days = len(net.arc) - 1
    outer, size = net.omap.shape[1], net.size
    cap = size - 1
    hard = np.isinf(net.price)
    lazies = len(net.lazy_cap)
    scratch.closed[:] = -1
    nodes = 0
    count = 0
    found = 0
    for o in range(outer):
        r = net.layer[days] * outer + o
        for j in range(low[r], high[r] + 1):
            end = net.outer_end[o] + net.inner_end[j]
            key = table[r * size + j] + end
            if key <= limit and key < np.inf:
                if nodes >= most:
                    return 0, -np.inf, False
                scratch.node_row[nodes] = r
                scratch.node_inner[nodes] = j
                scratch.node_day[nodes] = days
                scratch.node_lazy[nodes] = 0
                scratch.node_cost[nodes] = end
                scratch.node_parent[nodes] = -1
                scratch.node_fine[nodes] = 0
                _push(scratch, count, key, nodes)
                count += 1
                nodes += 1
    while count > 0:
        key, node = scratch.heap_key[0], scratch.heap_node[0]
        _pop(scratch, count)
        count -= 1
        day = scratch.node_day[node]
        if day == 0:
            i = node
            for d in range(days):
                words[found, d] = fine_duty[d, scratch.node_fine[i]]
                i = scratch.node_parent[i]
            values[found] = key
            found += 1
            if found == len(values):
                return found, key, True
            if once and found == 1:  # the others are welcome but not needed
                most = min(most, nodes + _FURTHER)
            continue
        row, inner, label = scratch.node_row[node], scratch.node_inner[node], scratch.node_lazy[node]
        if once and _seen(scratch, node):
            continue
        reached = key
        p = row % outer
        state = row // outer
        before = day - 1
        suffix = scratch.node_cost[node]
        for i in range(net.into[state], net.into[state + 1]):
            inc, step = net.increment[i], net.step[i]
            for x in range(net.fine_ptr[net.kind[i]], net.fine_ptr[net.kind[i] + 1]):
                f = net.fine[x]
                base = fine_cost[before, f] + net.weight[i]
                if base == np.inf:
                    continue
                carried, dear = label, 0.0
                for z in range(lazies):
                    add = net.lazy[z, before, f]
                    if add:
                        # a count sits in its own bits of the label; past the cap it stays at the cap and pays
                        now = (label >> net.lazy_bit[z]) & ((np.int64(1) << net.lazy_width[z]) - 1)
                        past = now + add - net.lazy_cap[z]
                        if past >= 0 and now < net.lazy_cap[z]:
                            dear += net.lazy_touch[z]
                        if past > 0:
                            dear += net.lazy_price[z] * past
                            add -= past
                        carried += add << net.lazy_bit[z]
                    if net.lazy_first[z] == before:  # all its days are behind: the bits are free
                        carried &= ~(((np.int64(1) << net.lazy_width[z]) - 1) << net.lazy_bit[z])
                if dear == np.inf:
                    continue
                for y in range(net.back_ptr[step, p], net.back_ptr[step, p + 1]):
                    o = net.back[step, y]
                    r = net.source[i] * outer + o
                    if high[r] < 0:
                        continue
                    c = base + dear + net.oprice[step, o]
                    last = inner - inc
                    past_cap = (not hard) and inner == cap
                    if past_cap:
                        last = cap
                    for j in range(max(inner - inc, low[r]), min(last, high[r]) + 1):
                        total = c
                        if past_cap and j + inc > cap:
                            total += net.price * (j + inc - cap)
                        key = table[r * size + j] + total + suffix
                        if key <= limit and key < np.inf:
                            if nodes >= most:
                                return found, reached, False
                            scratch.node_row[nodes] = r
                            scratch.node_inner[nodes] = j
                            scratch.node_day[nodes] = before
                            scratch.node_lazy[nodes] = carried
                            scratch.node_cost[nodes] = total + suffix
                            scratch.node_parent[nodes] = node
                            scratch.node_fine[nodes] = f
                            _push(scratch, count, key, nodes)
                            count += 1
                            nodes += 1
    return found, np.inf, True
