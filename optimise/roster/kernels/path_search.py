"""Best-first search for the cheapest rosters in the table of one person (:mod:`~optimise.roster.kernels.table`).

Paths are read back from the last day; the table is an exact estimate of what is left (A*, Hart, Nilsson, Raphael 1968).
Counters left out of the table are carried as labels of the search only: this is decremental state-space relaxation
(Boland, Dethridge, Dumitrescu 2006; Righini, Salani 2008) with perfect completion bounds.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from optimise.core.jit import compiled, inlined
from optimise.roster.kernels.table import RosterNetwork, Scratch

__all__ = ["search"]

#: Nodes of a search after its first path: few searches that find others need as many.
_FURTHER = 10_000

Floats = NDArray[np.float64]
Ints = NDArray[np.int32]


@compiled
def _push(keys: Floats, nodes: Ints, day: Ints, count: int, key: float, node: int) -> None:
    """Put a node into the heap of ``keys`` and ``nodes``, which holds ``count``; ``day`` is that of each node."""
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
def _pop(keys: Floats, nodes: Ints, day: Ints, count: int) -> None:
    """Remove the first entry; among equal keys the one nearest to day 0 comes first."""
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
def _seen(closed: Ints, rows: Ints, inners: Ints, labels: NDArray[np.int64], node: int) -> bool:
    """Insert a node into the open-addressing set; True if its equal in row, inner total and label was there.

    A full set forgets, which costs only time.
    """
    row, inner, label = rows[node], inners[node], labels[node]
    mask = len(closed) - 1
    mixed = (np.int64(row) * 1000003 + inner) * 1000003 + label
    i = (mixed ^ (mixed >> 17)) & mask
    for _ in range(32):
        other = closed[i]
        if other < 0:
            closed[i] = node
            return False
        if rows[other] == row and inners[other] == inner and labels[other] == label:
            return True
        i = (i + 1) & mask
    return False


@inlined
def _add(
    scratch: Scratch, node: int, row: int, inner: int, day: int, label: int, cost: float, parent: int, fine: int
) -> None:
    """Write a node, found from ``parent`` by the fine class ``fine``; ``cost`` is that of its way to the end."""
    scratch.node_row[node] = row
    scratch.node_inner[node] = inner
    scratch.node_day[node] = day
    scratch.node_lazy[node] = label
    scratch.node_cost[node] = cost
    scratch.node_parent[node] = parent
    scratch.node_fine[node] = fine


@inlined
def _carried(net: RosterNetwork, lazies: int, label: int, day: int, f: int) -> tuple[int, float]:
    """The label before a day on which fine class f is done, and what the lazy counters cost by that."""
    carried, dear = label, 0.0
    for z in range(lazies):
        add = net.lazy[z, day, f]
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
        if net.lazy_first[z] == day:  # all its days are behind: the bits are free
            carried &= ~(((np.int64(1) << net.lazy_width[z]) - 1) << net.lazy_bit[z])
    return carried, dear


@compiled
def search(
    net: RosterNetwork,
    fine_cost: Floats,
    fine_duty: Ints,
    scratch: Scratch,
    limit: float,
    words: NDArray[np.int16],
    values: Floats,
    most: int,
    once: bool,
) -> tuple[int, float, bool]:
    """Read the cheapest paths from the table, lazy counters included.

    Paths of cost at most ``limit`` come out in order of cost into ``words`` (n, days) and ``values`` (n,). At most
    ``most`` nodes are made. With ``once`` every node is left only on its cheapest label (enough for the best path, and
    it spreads the others) and few nodes are made after the first path; without it *all* paths are listed.

    Parameters
    ----------
    net : Network
    fine_cost, fine_duty : float64 and int32 array (days, fine classes)
        From :func:`class_costs`.
    scratch : Scratch
        Its table is filled; its nodes are overwritten.
    limit : float
    words, values : int16 array (n, days), float64 array (n,)
        Written.
    most : int
    once : bool

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
    # not the whole scratch, whose table has two precisions: kernels of the heap are compiled once
    keys, heap, days_of = scratch.heap_key, scratch.heap_node, scratch.node_day
    days = len(net.arc) - 1
    outer, size = net.omap.shape[1], net.size
    cap = size - 1
    hard = np.isinf(net.price)
    lazies = len(net.lazy_cap)
    scratch.closed[:] = -1
    nodes, count = np.int64(0), np.int64(0)  # as plain constants heap kernels would be made once more
    found = 0
    for o in range(outer):
        r = net.layer[days] * outer + o
        for j in range(low[r], high[r] + 1):
            end = net.outer_end[o] + net.inner_end[j]
            key = table[r * size + j] + end
            if key <= limit and key < np.inf:
                if nodes >= most:
                    return 0, -np.inf, False
                _add(scratch, nodes, r, j, days, 0, end, -1, 0)
                _push(keys, heap, days_of, count, key, nodes)
                count += 1
                nodes += 1
    while count > 0:
        key, node = keys[0], heap[0]
        _pop(keys, heap, days_of, count)
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
                most = min(most, int(nodes) + _FURTHER)
            continue
        row, inner, label = scratch.node_row[node], scratch.node_inner[node], scratch.node_lazy[node]
        if once and _seen(scratch.closed, scratch.node_row, scratch.node_inner, scratch.node_lazy, node):
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
                carried, dear = _carried(net, lazies, label, before, f)
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
                            _add(scratch, nodes, r, j, before, carried, total + suffix, node, f)
                            _push(keys, heap, days_of, count, key, nodes)
                            count += 1
                            nodes += 1
    return found, np.inf, True
