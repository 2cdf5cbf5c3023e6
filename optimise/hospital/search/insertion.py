"""Kernel of the construction: insert patients one by one, ejecting whom they displace.

Iterative forward search with conflict weights (T. Mueller, "Constraint-based timetabling", 2005): every unplaced
patient goes to the (day, room, theatre) with the least weight of patients that must leave; whoever leaves returns
to the queue and grows heavier, so that ever the same conflict is not solved the same way for ever. Mandatory
patients may push out anybody except in-patients; optional ones only fill free places.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from optimise.core.arrays import IntArray
from optimise.core.jit import compiled
from optimise.hospital.rules.arrays import BARRED, HospitalArrays

__all__ = ["insert_all"]

_HEAVY = 1_000_000
#: Insertions between two looks at the clock; one takes less than a millisecond in a hospital of 600 beds.
CHUNK = 500


@compiled
def _stay_cost(h: HospitalArrays, p: int, a: int, r: int) -> int:
    """Ticks of all nights of a stay in one room; at least BARRED when impossible."""
    total = 0
    for t in range(min(h.stay[p], h.days - a)):
        total += h.night_cost[h.night_row[p, t], r]
        if h.beds[r, a + t] == 0:
            return BARRED
    return total


@compiled
def _age_cost(h: HospitalArrays, p: int, a: int, r: int, members: IntArray, count: IntArray) -> int:
    """Growth of the age spread by one more person."""
    total = 0
    for d in range(a, min(h.days, a + h.stay[p])):
        low, high = 10**6, -1
        for i in range(count[r, d]):
            low, high = min(low, h.age[members[r, d, i]]), max(high, h.age[members[r, d, i]])
        if high >= 0:
            total += max(0, low - h.age[p]) + max(0, h.age[p] - high)
    return total * h.age_weight


@compiled
def _room_conflicts(
    h: HospitalArrays,
    p: int,
    a: int,
    r: int,
    members: IntArray,
    count: IntArray,
    weight: IntArray,
    out: IntArray,
    found: int,
    limit: int,
) -> tuple[int, int]:
    """Append those who must leave room r for p; returns (weight of them, length of ``out``); BARRED if impossible.

    Stops early when the weight passes ``limit``.
    """
    first, total = found, 0
    for d in range(a, min(h.days, a + h.stay[p])):
        kept = 0
        for i in range(count[r, d]):
            q = members[r, d, i]
            gone = False
            for j in range(first, found):
                if out[j] == q:
                    gone = True
            if gone:
                continue
            clash = h.isolation[q] != h.isolation[p] or (h.single_sex[r] == 1 and h.gender[q] != h.gender[p])
            if clash:
                if h.home[q] >= 0:
                    return BARRED, found
                out[found] = q
                found += 1
                total += weight[q]
            else:
                kept += 1
        while kept >= h.beds[r, d]:
            best = -1
            for i in range(count[r, d]):
                q = members[r, d, i]
                gone = h.home[q] >= 0
                for j in range(first, found):
                    if out[j] == q:
                        gone = True
                if not gone and (best < 0 or weight[q] < weight[best]):
                    best = q
            if best < 0:
                return BARRED, found
            out[found] = best
            found += 1
            total += weight[best]
            kept -= 1
        if total > limit:
            return total, found
    return total, found


@compiled
def _cut_conflicts(
    h: HospitalArrays,
    p: int,
    who: IntArray,
    which: int,
    limit: int,
    day_list: IntArray,
    day_count: int,
    weight: IntArray,
    out: IntArray,
    found: int,
) -> tuple[int, int]:
    """Append the lightest patients of ``who == which`` on a day who must leave so that p's surgery fits."""
    used = h.duration[p]
    if used > limit:
        return BARRED, found
    for i in range(day_count):
        q = day_list[i]
        gone = False
        for j in range(found):
            if out[j] == q:
                gone = True
        if who[q] == which and not gone:
            used += h.duration[q]
    total = 0
    while used > limit:
        best = -1
        for i in range(day_count):
            q = day_list[i]
            if who[q] != which or h.duration[q] == 0:
                continue
            gone = False
            for j in range(found):
                if out[j] == q:
                    gone = True
            if not gone and (best < 0 or weight[q] < weight[best]):
                best = q
        out[found] = best
        found += 1
        total += weight[best]
        used -= h.duration[best]
    return total, found


@compiled
def _theatre_cost(h: HospitalArrays, p: int, a: int, o: int, theatre: IntArray, day_list: IntArray, n: int) -> int:
    """Price of opening theatre o and of sending the surgeon to another theatre."""
    opened, mine, elsewhere = False, False, False
    for i in range(n):
        q = day_list[i]
        if theatre[q] == o:
            opened = True
        if h.surgeon[q] == h.surgeon[p] and theatre[q] >= 0:
            if theatre[q] == o:
                mine = True
            else:
                elsewhere = True
    return (0 if opened else h.open_weight) + (h.move_weight if elsewhere and not mine else 0)


@compiled
def _best_place(h: HospitalArrays, s: _Inserted, p: int, eject: bool, noise: float) -> tuple[int, int, int, int]:
    """(day, room, theatre, cost) of the place with the lightest conflicts, then the least cost; day -1 for none.

    With ``eject`` others may have to leave; ``noise`` is the most that a day of the stay costs at random.
    """
    theatre, members, count, weight = s.theatre, s.members, s.held, s.weight
    day_list, day_count = s.day_list, s.day_count
    scratch = np.empty(weight.size + 1, dtype=np.int64)
    best, best_a, best_r, best_o = BARRED, -1, -1, -1
    rooms = h.beds.shape[0]
    for a in range(h.release[p], h.due[p] + 1):
        base = h.admission[p, a]
        o_best, theatre_cost = -1, 0
        if h.surgeon[p] >= 0:
            k = h.surgeon[p]
            limit = h.surgeon_minutes[k, a]
            cost, _ = _cut_conflicts(h, p, h.surgeon, k, limit, day_list[a], day_count[a], weight, scratch, 0)
            if cost >= BARRED or (cost > 0 and not eject):
                continue
            base += cost * _HEAVY
            theatre_cost = BARRED
            for o in range(h.minutes.shape[0]):
                cost, _ = _cut_conflicts(
                    h, p, theatre, o, h.minutes[o, a], day_list[a], day_count[a], weight, scratch, 0
                )
                if cost >= BARRED or (cost > 0 and not eject):
                    continue
                cost = cost * _HEAVY + _theatre_cost(h, p, a, o, theatre, day_list[a], day_count[a])
                if cost < theatre_cost:
                    theatre_cost, o_best = cost, o
            if o_best < 0:
                continue
        for r in range(rooms):
            if h.home[p] >= 0 and r != h.home[p]:
                continue
            cost = base + theatre_cost
            if cost >= best:
                break
            nights = _stay_cost(h, p, a, r)
            if nights >= BARRED:
                continue
            cost += nights
            allowed = (best - cost) // _HEAVY
            clash, _ = _room_conflicts(h, p, a, r, members, count, weight, scratch, 0, allowed)
            if clash >= BARRED or (clash > 0 and not eject):
                continue
            cost += clash * _HEAVY
            if h.age_weight > 0 and cost < best:
                cost += _age_cost(h, p, a, r, members, count)
            if noise > 0.0:
                cost += int(noise * np.random.random() * (1 + h.stay[p]))  # noqa: NPY002
            if cost < best:
                best, best_a, best_r, best_o = cost, a, r, o_best
    return best_a, best_r, best_o, best


class _Inserted(NamedTuple):
    """An insertion in progress; int64 arrays."""

    admission: IntArray  # (patients,)
    room: IntArray
    theatre: IntArray
    members: IntArray  # (rooms, days, places) who lies there, in no order
    held: IntArray  # (rooms, days)
    day_list: IntArray  # (days, patients) who is admitted, in no order
    day_count: IntArray  # (days,)
    weight: IntArray  # (patients,)
    queue: IntArray  # (patients,) mandatory patients without a place
    sums: IntArray  # queued, given up, steps left


@compiled
def _put(h: HospitalArrays, s: _Inserted, p: int, a: int, r: int, o: int, sign: int) -> None:
    """Place (sign 1) or take out (sign -1) a patient."""
    for d in range(a, min(h.days, a + h.stay[p])):
        if sign > 0:
            s.members[r, d, s.held[r, d]] = p
            s.held[r, d] += 1
        else:
            for i in range(s.held[r, d]):
                if s.members[r, d, i] == p:
                    s.held[r, d] -= 1
                    s.members[r, d, i] = s.members[r, d, s.held[r, d]]
                    break
    if sign > 0:
        s.admission[p], s.room[p], s.theatre[p] = a, r, o
    else:
        s.admission[p], s.room[p], s.theatre[p] = -1, -1, -1
    if h.home[p] >= 0:
        return
    if sign > 0:
        s.day_list[a, s.day_count[a]] = p
        s.day_count[a] += 1
    else:
        for i in range(s.day_count[a]):
            if s.day_list[a, i] == p:
                s.day_count[a] -= 1
                s.day_list[a, i] = s.day_list[a, s.day_count[a]]
                break


@compiled
def _load(h: HospitalArrays, order: IntArray, seed: int, s: _Inserted) -> None:
    """Place those who have a day already, and queue the mandatory ones who have none, in ``order``."""
    np.random.seed(seed)  # noqa: NPY002 - Numba's own stream, not the caller's
    for p in range(h.stay.size):
        a, r, o = s.admission[p], s.room[p], s.theatre[p]
        if h.home[p] >= 0:
            _put(h, s, p, 0, h.home[p], -1, 1)
        elif a >= 0:
            s.admission[p] = -1
            _put(h, s, p, a, r, o, 1)
    for p in order:
        if h.mandatory[p] == 1 and s.admission[p] < 0:
            s.queue[s.sums[0]] = p
            s.sums[0] += 1


@compiled
def _insert_queued(h: HospitalArrays, noise: float, most: int, s: _Inserted) -> None:
    """At most ``most`` insertions of queued patients."""
    weight, queue, queued = s.weight, s.queue, s.sums[0]
    scratch = np.empty(h.stay.size + 1, dtype=np.int64)
    while queued > 0 and s.sums[2] > 0 and most > 0:
        most -= 1
        s.sums[2] -= 1
        # the heaviest first; ties in order of the queue
        pick = 0
        for i in range(1, queued):
            if weight[queue[i]] > weight[queue[pick]]:
                pick = i
        p = queue[pick]
        for i in range(pick, queued - 1):
            queue[i] = queue[i + 1]
        queued -= 1
        a, r, o, _ = _best_place(h, s, p, True, noise)
        if a < 0:
            s.sums[1] += 1
            continue
        found = 0
        _, found = _room_conflicts(h, p, a, r, s.members, s.held, weight, scratch, found, BARRED)
        if h.surgeon[p] >= 0:
            k = h.surgeon[p]
            limit = h.surgeon_minutes[k, a]
            _, found = _cut_conflicts(h, p, h.surgeon, k, limit, s.day_list[a], s.day_count[a], weight, scratch, found)
            limit = h.minutes[o, a]
            _, found = _cut_conflicts(h, p, s.theatre, o, limit, s.day_list[a], s.day_count[a], weight, scratch, found)
        for j in range(found):
            q = scratch[j]
            _put(h, s, q, s.admission[q], s.room[q], s.theatre[q], -1)
            if h.mandatory[q] == 1:
                weight[q] += 1
                queue[queued] = q
                queued += 1
        _put(h, s, p, a, r, o, 1)
    s.sums[0] = queued


@compiled
def _insert_optional(h: HospitalArrays, some: IntArray, s: _Inserted) -> None:
    """Put optional patients into free places that cost less than their refusal, in the order of ``some``."""
    for p in some:
        if h.mandatory[p] == 0 and s.admission[p] < 0:
            a, r, o, cost = _best_place(h, s, p, False, 0.0)
            if a >= 0 and cost < h.refusal[p]:
                _put(h, s, p, a, r, o, 1)


def insert_all(
    h: HospitalArrays,
    order: IntArray,
    seed: int,
    steps: int,
    noise: float,
    admission: IntArray,
    room: IntArray,
    theatre: IntArray,
    *,
    over: Callable[[], bool] = lambda: False,
) -> int:
    """Fill ``admission``, ``room`` and ``theatre`` (shape (patients,)); those already placed stay unless pushed out.

    Mandatory patients first, in ``order``, for at most ``steps`` insertions; then optional ones, in ``order``,
    where they cost less than their refusal. After as many insertions as there are patients, ends early once ``over``
    says so, which is asked every :data:`CHUNK` insertions. Returns the number of mandatory patients left out.

    Parameters
    ----------
    h : HospitalArrays
    order : int array (patients,)
        Patients, first come first placed.
    seed : int
    steps : int
        Most insertions of mandatory patients.
    noise : float
        Random part of the choice of places.
    admission, room, theatre : int arrays (patients,)
        Filled in place; -1 where there is none.
    over : callable
        Whether the time is over.

    Returns
    -------
    int
        Mandatory patients left out.
    """
    patients, (rooms, days) = h.stay.size, h.beds.shape
    # More than the beds may lie in a room of in-patients that closed beds under them.
    places = int(h.beds.max() + (h.home >= 0).sum()) + 1
    s = _Inserted(
        admission=admission,
        room=room,
        theatre=theatre,
        members=np.zeros((rooms, days, places), dtype=np.int64),
        held=np.zeros((rooms, days), dtype=np.int64),
        day_list=np.zeros((days, patients), dtype=np.int64),
        day_count=np.zeros(days, dtype=np.int64),
        weight=np.where(h.mandatory == 1, 10, 1).astype(np.int64),
        queue=np.zeros(patients, dtype=np.int64),
        sums=np.array([0, 0, steps], dtype=np.int64),
    )
    _load(h, order, seed, s)
    _insert_queued(h, noise, max(CHUNK, patients), s)
    while s.sums[0] > 0 and s.sums[2] > 0 and not over():
        _insert_queued(h, noise, CHUNK, s)
    _insert_optional(h, order, s)
    return int(s.sums[0] + s.sums[1])
