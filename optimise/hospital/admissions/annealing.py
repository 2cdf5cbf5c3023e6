"""Kernel of simulated annealing on admission plans: one admission day and one room a patient.

Beds and theatre limits are relaxed: what is too much costs ``price`` a unit, so that the search can pass through plans
that are too full; only plans with nothing too much are remembered. A person and night too many is ``FULL`` units, a
minute of surgery too many is one. Moves:

* change: a patient gets another day, another room, or both;
* exchange: two patients who are in hospital on a common night change rooms;
* swap: two patients change day and room, mostly two with surgery of the same specialty;
* eject: a patient takes a room at some time, somebody who lies there then goes elsewhere.

The allowed loss is drawn first (the Metropolis rule turned round). Moves after Ceschia and Schaerf (2016), the price of
what is too much as in :mod:`optimise.hospital.beds_search.annealing`.
"""

from __future__ import annotations

import math

import numpy as np

from optimise.core.arrays import IntArray
from optimise.core.copying import copy_line
from optimise.core.jit import compiled
from optimise.core.stream import below, uniform
from optimise.hospital.admissions.state import (
    BARRED,
    FULL,
    AdmissionState,
    AdmissionTables,
    cell_cost,
    enter,
    own_cost,
    put,
    rehouse,
    session_cost,
)

__all__ = ["anneal", "fill"]

#: Tries to meet a partner.
_TRIES = 4


@compiled
def _some_room(choice: IntArray, choices: IntArray, stream: IntArray, p: int) -> int:
    """A room that can serve ``p``, three times in four a likely one."""
    many = choices[p, 0] if below(stream, 4) == 0 else choices[p, 1]
    drawn: int = choice[p, below(stream, many)]
    return drawn


@compiled
def _some_day(day: IntArray, day_start: IntArray, stream: IntArray, p: int, a: int) -> int:
    """A day of ``p``: any, one of the next few around ``a``, or one of the first."""
    first, count = day_start[p], day_start[p + 1] - day_start[p]
    draw = below(stream, 4)
    if count == 1:
        return int(day[first])
    if draw == 0:
        return int(day[first + below(stream, count)])
    if draw == 1:
        return int(day[first + below(stream, min(count, 8))])
    low, high = first, first + count  # near a: the days are sorted
    while low < high:
        mid = (low + high) // 2
        if day[mid] < a:
            low = mid + 1
        else:
            high = mid
    spot = low + below(stream, 7) - 3
    return int(day[min(max(spot, first), first + count - 1)])


@compiled
def _some_pair(pairs: IntArray, stream: IntArray, p: int) -> int:
    """A place in the list of pairs of ``p``, the first ones more often."""
    drawn: int = min(below(stream, pairs[p]), below(stream, pairs[p]))
    return drawn


@compiled
def _may(day: IntArray, day_start: IntArray, p: int, a: int) -> bool:
    """Whether ``p`` may be admitted on day ``a``; the days are sorted."""
    low, high = day_start[p], day_start[p + 1]
    while low < high:
        mid = (low + high) // 2
        if day[mid] < a:
            low = mid + 1
        else:
            high = mid
    return bool(low < day_start[p + 1] and day[low] == a)


@compiled
def _best_room(
    people: IntArray,
    night: IntArray,
    choice: IntArray,
    choices: IntArray,
    prices: IntArray,
    cells: IntArray,
    stream: IntArray,
    unit: float,
    p: int,
    a: int,
) -> int:
    """The likely room, or one other, that is the cheapest for ``p`` from day ``a`` with everybody else in place."""
    end, g, many = a + people[p, 0], people[p, 1], choices[p, 1]
    best, least = choice[p, 0], np.inf
    for i in range(many + 1):
        r = choice[p, i] if i < many else choice[p, below(stream, choices[p, 0])]
        cost = float(people[p, 0] * night[p, r])
        if people[p, 7] >= 0 and people[p, 7] != r:
            cost += prices[1]
        for d in range(a, end):
            women, men = cells[r, d, 0], cells[r, d, 1]
            free = cells[r, d, 3] - women - men
            if free > 0:
                cost -= cells[r, d, 5]
            else:
                cost += unit * FULL
            if cells[r, d, 4]:
                own, other = (men, women) if g else (women, men)
                if other and (not own or (prices[3] and own < other)):
                    cost += prices[0]
            if cells[r, d, 2] >= free:
                cost += cells[r, d, 6]
            if cost >= least:
                break
        if cost < least:
            best, least = r, cost
    return int(best)


@compiled
def _partner(
    people: IntArray, day: IntArray, members: IntArray, held: IntArray, stream: IntArray, p: int, a: int, r: int
) -> int:
    """Somebody else who lies in room ``r`` on a night of ``p`` when admitted on day ``a``; -1 where none is met."""
    for _ in range(_TRIES if held[r] else 0):
        q = int(members[r, below(stream, held[r])])
        if q != p and day[q] < a + people[p, 0] and a < day[q] + people[q, 0]:
            return q
    return -1


@compiled
def anneal(t: AdmissionTables, s: AdmissionState, heat: float, price: float, steps: int) -> tuple[int, int]:
    """Metropolis steps at temperature ``heat``, in place.

    Returns
    -------
    accepted, clean : int
        Accepted moves, and those after which nothing was too much.
    """
    # Arrays are named once: handing whole tuples to inner functions costs more than the moves.
    people, night, choice, choices, prices = t.people, t.night, t.choice, t.choices, t.prices
    days, day_start, peer, peer_start, movable = t.day, t.day_start, t.peer, t.peer_start, t.movable
    day, room, cells, sessions, theatres = s.day, s.room, s.cells, s.sessions, s.theatres
    pair, pairs = t.pair, t.pairs
    members, held, place, stream = s.members, s.held, s.place, s.stream
    accepted, clean = 0, 0
    unit = price / FULL
    for _ in range(steps):
        p = movable[below(stream, movable.size)]
        a, r = int(day[p]), int(room[p])
        q, b, k, old_b, old_k = -1, 0, 0, 0, 0
        drawn = uniform(stream)
        allowed = -heat * math.log(drawn)
        new_a, new_r = a, r
        seek_p, seek_q = False, False  # whether the best room is looked for once all are out
        draw = below(stream, 16)
        if draw < 4:
            i = _some_pair(pairs, stream, p)
            new_a, new_r = int(pair[p, i, 0]), int(pair[p, i, 1])
        elif draw < 5:
            new_r = _some_room(choice, choices, stream, p)
        elif draw < 7:
            new_a, seek_p = _some_day(days, day_start, stream, p, a), True
        elif draw < 9:
            seek_p = True
            if below(stream, 2):
                new_a = int(pair[p, _some_pair(pairs, stream, p), 0])
        elif draw < 12:  # exchange rooms
            new_r = _some_room(choice, choices, stream, p)
            q = _partner(people, day, members, held, stream, p, a, new_r)
            if new_r == r or q < 0 or night[q, r] >= BARRED:
                continue
            b, k = int(day[q]), r
        elif draw < 14:  # swap days
            group = people[p, 3]
            if people[p, 4] and not people[p, 6] and below(stream, 8):
                q = int(peer[peer_start[group] + below(stream, peer_start[group + 1] - peer_start[group])])
            else:
                q = int(movable[below(stream, movable.size)])
            new_a, b = int(day[q]), a
            if new_a == a or not _may(days, day_start, p, new_a) or not _may(days, day_start, q, b):
                continue
            seek_p, seek_q = True, True
        else:  # eject
            i = _some_pair(pairs, stream, p)
            new_a, new_r = int(pair[p, i, 0]), int(pair[p, i, 1])
            q = _partner(people, day, members, held, stream, p, new_a, new_r)
            if q < 0:
                continue
            b, seek_q = int(day[q]), True
            if below(stream, 2):
                b = int(pair[q, _some_pair(pairs, stream, q), 0])
        if new_a == a and new_r == r and q < 0 and not seek_p:
            continue
        cost = -own_cost(people, night, prices, p, a, r)
        if q >= 0:
            old_b, old_k = int(day[q]), int(room[q])
            cost -= own_cost(people, night, prices, q, old_b, old_k)
        if not (seek_p or seek_q) and new_a == a:  # theatres apart, little can be gained
            nights = people[p, 0] + (people[q, 0] if q >= 0 else 0)
            extra = own_cost(people, night, prices, p, new_a, new_r)
            if q >= 0:
                extra += own_cost(people, night, prices, q, b, k)
            if cost + extra > allowed + nights * (prices[0] + (price if s.sums[1] else 1.0)):
                continue
        more, much = enter(people, prices, cells, sessions, theatres, p, a, r, -1)
        cost += more
        if q >= 0:
            more, extra = enter(people, prices, cells, sessions, theatres, q, old_b, old_k, -1)
            cost += more
            much += extra
        if seek_p:
            new_r = _best_room(people, night, choice, choices, prices, cells, stream, unit, p, new_a)
        more, extra = enter(people, prices, cells, sessions, theatres, p, new_a, new_r, 1)
        cost += more + own_cost(people, night, prices, p, new_a, new_r)
        much += extra
        if q >= 0:
            if seek_q:
                k = _best_room(people, night, choice, choices, prices, cells, stream, unit, q, b)
            more, extra = enter(people, prices, cells, sessions, theatres, q, b, k, 1)
            cost += more + own_cost(people, night, prices, q, b, k)
            much += extra
        if cost + unit * much > allowed:
            put(people, cells, sessions, theatres, p, new_a, new_r, -1)
            if q >= 0:
                put(people, cells, sessions, theatres, q, b, k, -1)
                put(people, cells, sessions, theatres, q, old_b, old_k, 1)
            put(people, cells, sessions, theatres, p, a, r, 1)
            continue
        day[p] = new_a
        if new_r != r:
            rehouse(room, members, held, place, p, new_r)
        if q >= 0:
            day[q] = b
            if k != old_k:
                rehouse(room, members, held, place, q, k)
        accepted += 1
        s.sums[0] += cost
        s.sums[1] += much
        if s.sums[1] == 0:
            clean += 1
            if s.sums[0] < s.sums[2]:
                s.sums[2] = s.sums[0]
                copy_line(s.best[0], day)
                copy_line(s.best[1], room)
    return accepted, clean


@compiled
def fill(t: AdmissionTables, s: AdmissionState, day: IntArray, room: IntArray) -> None:
    """Set a state to a plan; cost and what is too much are sums over patients, rooms and sessions."""
    for p in range(day.size):
        r = room[p]
        s.day[p], s.room[p] = day[p], r
        s.members[r, s.held[r]] = p
        s.place[p] = s.held[r]
        s.held[r] += 1
        s.sums[0] += own_cost(t.people, t.night, t.prices, p, day[p], r)
        put(t.people, s.cells, s.sessions, s.theatres, p, day[p], r, 1)
    for r in range(s.cells.shape[0]):
        for d in range(s.cells.shape[1]):
            cost, much = cell_cost(s.cells, t.prices, r, d)
            s.sums[0] += cost
            s.sums[1] += FULL * much
    for d in range(s.cells.shape[1]):
        cost, much = session_cost(s.theatres, t.prices[2], 0, d)
        s.sums[0] += cost
        s.sums[1] += much
        for k in range(s.sessions.shape[0]):
            cost, much = session_cost(s.sessions, t.prices[2], k, d)
            s.sums[0] += cost
            s.sums[1] += much
