"""Kernel of simulated annealing on admission plans: one admission day and one room a patient.

Beds and theatre limits are relaxed: what is too much costs ``price`` a unit, so that the search can pass through plans
that are too full; only plans with nothing too much are remembered. A person and night too many is :data:`FULL` units, a
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
from typing import NamedTuple

import numpy as np

from optimise.core.arrays import IntArray
from optimise.core.copying import copy_line
from optimise.core.jit import compiled
from optimise.hospital.admissions.draws import below, may_come, next_number, some_day, some_pair, some_room

__all__ = ["BARRED", "FULL", "AdmissionState", "AdmissionTables", "anneal", "fill"]

#: Cost of a night in a room that cannot serve the patient.
BARRED = 10**9
#: Units of a person and night too many.
FULL = 30
#: Units of a minute of surgery too many.
MINUTE = 10
#: Tries to meet a partner.
_TRIES = 4


class AdmissionTables(NamedTuple):
    """What does not change during a run; int64."""

    people: IntArray  # (patients, 10) stay, gender, longer, specialty, minutes, offset, urgent, home, delay, release
    night: IntArray  # (patients, rooms) cost of a night
    choice: IntArray  # (patients, rooms) rooms that can serve, cheapest first
    choices: IntArray  # (patients, 2) how many of them, and how many are likely
    day: IntArray  # days on which patients may be admitted, patient after patient
    day_start: IntArray  # (patients + 1,)
    peer: IntArray  # patients with elective surgery by specialty, specialty after specialty
    peer_start: IntArray  # (specialties + 1,)
    movable: IntArray  # patients who have a choice of day or room
    pair: IntArray  # (patients, most, 2) days and rooms that are cheap at the prices of a bound, cheapest first
    pairs: IntArray  # (patients,) how many of them
    prices: IntArray  # mixing, transfer, overtime, 1 where mixing counts the rarer sex


class AdmissionState(NamedTuple):
    """A plan in which everybody lies somewhere, with what follows from it; int64."""

    day: IntArray  # (patients,)
    room: IntArray  # (patients,)
    cells: IntArray  # (rooms, days, 7) women, men, leaving, beds, single sex, price of an empty bed, price of a risk
    sessions: IntArray  # (specialties, days, 4) minutes used, open, limit, price of an idle minute
    theatres: IntArray  # (1, days, 4) the same of all surgery; idle minutes cost nothing
    best: IntArray  # (2, patients) days and rooms of the best plan with nothing too much
    sums: IntArray  # cost, units too much, cost of the best plan
    members: IntArray  # (rooms, patients) who lies there, in no order
    held: IntArray  # (rooms,) how many of them
    place: IntArray  # (patients,) position among the members of the own room
    stream: IntArray  # (1,) uint64, state of the random stream


@compiled
def _cell(cells: IntArray, prices: IntArray, r: int, d: int) -> tuple[int, int]:
    """Cost of a room and night, and people too many."""
    women, men, beds = cells[r, d, 0], cells[r, d, 1], cells[r, d, 3]
    free = beds - women - men
    cost = cells[r, d, 5] * free if free > 0 else 0
    if cells[r, d, 4] and women and men:
        cost += prices[0] * (min(women, men) if prices[3] else 1)
    risk = cells[r, d, 2] - free
    if risk > 0:
        cost += cells[r, d, 6] * risk
    return cost, (-free if free < 0 else 0)


@compiled
def _cut(sessions: IntArray, overtime: int, s: int, d: int) -> tuple[int, int]:
    """Cost of a specialty's sessions on a day, and minutes too many."""
    used, minutes = sessions[s, d, 0], sessions[s, d, 1]
    if used <= minutes:
        return sessions[s, d, 3] * (minutes - used), 0
    return overtime * (used - minutes), MINUTE * max(0, used - sessions[s, d, 2])


@compiled
def _enter(
    people: IntArray,
    prices: IntArray,
    cells: IntArray,
    sessions: IntArray,
    theatres: IntArray,
    p: int,
    a: int,
    r: int,
    sign: int,
) -> tuple[int, int]:
    """Put ``p`` into room ``r`` from day ``a`` (``sign`` 1) or take him out (-1): change of cost and of what is too
    much, the cost of the nights themselves apart."""
    cost, much, end, g = 0, 0, a + people[p, 0], people[p, 1]
    for d in range(a, end):
        before, more = _cell(cells, prices, r, d)
        cells[r, d, g] += sign
        after, now = _cell(cells, prices, r, d)
        cost += after - before
        much += now - more
    much *= FULL
    if people[p, 2] and end < cells.shape[1]:
        before, _ = _cell(cells, prices, r, end)
        cells[r, end, 2] += sign
        after, _ = _cell(cells, prices, r, end)
        cost += after - before
    minutes = people[p, 4] * sign
    d = a + people[p, 5]
    if minutes and d < cells.shape[1]:
        before, more = _cut(theatres, prices[2], 0, d)
        theatres[0, d, 0] += minutes
        after, now = _cut(theatres, prices[2], 0, d)
        cost += after - before
        much += now - more
        if not people[p, 6]:
            s = people[p, 3]
            before, more = _cut(sessions, prices[2], s, d)
            sessions[s, d, 0] += minutes
            after, now = _cut(sessions, prices[2], s, d)
            cost += after - before
            much += now - more
    return cost, much


@compiled
def _put(
    people: IntArray, cells: IntArray, sessions: IntArray, theatres: IntArray, p: int, a: int, r: int, sign: int
) -> None:
    """:func:`_enter` without its costs."""
    end, g = a + people[p, 0], people[p, 1]
    for d in range(a, end):
        cells[r, d, g] += sign
    if people[p, 2] and end < cells.shape[1]:
        cells[r, end, 2] += sign
    d = a + people[p, 5]
    if people[p, 4] and d < cells.shape[1]:
        theatres[0, d, 0] += sign * people[p, 4]
        if not people[p, 6]:
            sessions[people[p, 3], d, 0] += sign * people[p, 4]


@compiled
def _own(people: IntArray, night: IntArray, prices: IntArray, p: int, a: int, r: int) -> int:
    """Cost of day and room of ``p`` by themselves."""
    cost: int = people[p, 0] * night[p, r] + people[p, 8] * (a - people[p, 9])
    if people[p, 7] >= 0 and people[p, 7] != r:
        cost += prices[1]
    return cost


@compiled
def _rehouse(room: IntArray, members: IntArray, held: IntArray, place: IntArray, p: int, r: int) -> None:
    """Enter ``p`` among the members of room ``r`` and strike him out of the old room's."""
    old = room[p]
    held[old] -= 1
    other = members[old, held[old]]
    members[old, place[p]] = other
    place[other] = place[p]
    members[r, held[r]] = p
    place[p] = held[r]
    held[r] += 1
    room[p] = r


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
        drawn = (np.float64(next_number(stream) >> np.uint64(11)) + 0.5) / 9007199254740992.0
        allowed = -heat * math.log(drawn)
        new_a, new_r = a, r
        seek_p, seek_q = False, False  # whether the best room is looked for once all are out
        kind = below(stream, 16)
        if kind < 4:
            i = some_pair(pairs, stream, p)
            new_a, new_r = int(pair[p, i, 0]), int(pair[p, i, 1])
        elif kind < 5:
            new_r = some_room(choice, choices, stream, p)
        elif kind < 7:
            new_a, seek_p = some_day(days, day_start, stream, p, a), True
        elif kind < 9:
            seek_p = True
            if below(stream, 2):
                new_a = int(pair[p, some_pair(pairs, stream, p), 0])
        elif kind < 12:  # exchange rooms
            new_r = some_room(choice, choices, stream, p)
            if new_r == r or held[new_r] == 0:
                continue
            for _ in range(_TRIES):
                other = int(members[new_r, below(stream, held[new_r])])
                if day[other] < a + people[p, 0] and a < day[other] + people[other, 0]:
                    q = other
                    break
            if q < 0 or night[q, r] >= BARRED:
                continue
            b, k = int(day[q]), r
        elif kind < 14:  # swap days
            group = people[p, 3]
            if people[p, 4] and not people[p, 6] and below(stream, 8):
                q = int(peer[peer_start[group] + below(stream, peer_start[group + 1] - peer_start[group])])
            else:
                q = int(movable[below(stream, movable.size)])
            new_a, b = int(day[q]), a
            if new_a == a or not may_come(days, day_start, p, new_a) or not may_come(days, day_start, q, b):
                continue
            seek_p, seek_q = True, True
        else:  # eject
            i = some_pair(pairs, stream, p)
            new_a, new_r = int(pair[p, i, 0]), int(pair[p, i, 1])
            if held[new_r] == 0:
                continue
            for _ in range(_TRIES):
                other = int(members[new_r, below(stream, held[new_r])])
                if other != p and day[other] < new_a + people[p, 0] and new_a < day[other] + people[other, 0]:
                    q = other
                    break
            if q < 0:
                continue
            b, seek_q = int(day[q]), True
            if below(stream, 2):
                b = int(pair[q, some_pair(pairs, stream, q), 0])
        if new_a == a and new_r == r and q < 0 and not seek_p:
            continue
        cost = -_own(people, night, prices, p, a, r)
        if q >= 0:
            old_b, old_k = int(day[q]), int(room[q])
            cost -= _own(people, night, prices, q, old_b, old_k)
        if not (seek_p or seek_q) and new_a == a:  # theatres apart, little can be gained
            nights = people[p, 0] + (people[q, 0] if q >= 0 else 0)
            extra = _own(people, night, prices, p, new_a, new_r)
            if q >= 0:
                extra += _own(people, night, prices, q, b, k)
            if cost + extra > allowed + nights * (prices[0] + (price if s.sums[1] else 1.0)):
                continue
        more, much = _enter(people, prices, cells, sessions, theatres, p, a, r, -1)
        cost += more
        if q >= 0:
            more, extra = _enter(people, prices, cells, sessions, theatres, q, old_b, old_k, -1)
            cost += more
            much += extra
        if seek_p:
            new_r = _best_room(people, night, choice, choices, prices, cells, stream, unit, p, new_a)
        more, extra = _enter(people, prices, cells, sessions, theatres, p, new_a, new_r, 1)
        cost += more + _own(people, night, prices, p, new_a, new_r)
        much += extra
        if q >= 0:
            if seek_q:
                k = _best_room(people, night, choice, choices, prices, cells, stream, unit, q, b)
            more, extra = _enter(people, prices, cells, sessions, theatres, q, b, k, 1)
            cost += more + _own(people, night, prices, q, b, k)
            much += extra
        if cost + unit * much > allowed:
            _put(people, cells, sessions, theatres, p, new_a, new_r, -1)
            if q >= 0:
                _put(people, cells, sessions, theatres, q, b, k, -1)
                _put(people, cells, sessions, theatres, q, old_b, old_k, 1)
            _put(people, cells, sessions, theatres, p, a, r, 1)
            continue
        day[p] = new_a
        if new_r != r:
            _rehouse(room, members, held, place, p, new_r)
        if q >= 0:
            day[q] = b
            if k != old_k:
                _rehouse(room, members, held, place, q, k)
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
        s.sums[0] += _own(t.people, t.night, t.prices, p, day[p], r)
        _put(t.people, s.cells, s.sessions, s.theatres, p, day[p], r, 1)
    for r in range(s.cells.shape[0]):
        for d in range(s.cells.shape[1]):
            cost, much = _cell(s.cells, t.prices, r, d)
            s.sums[0] += cost
            s.sums[1] += FULL * much
    for d in range(s.cells.shape[1]):
        cost, much = _cut(s.theatres, t.prices[2], 0, d)
        s.sums[0] += cost
        s.sums[1] += much
        for k in range(s.sessions.shape[0]):
            cost, much = _cut(s.sessions, t.prices[2], k, d)
            s.sums[0] += cost
            s.sums[1] += much
