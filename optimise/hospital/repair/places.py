"""The cheapest place for one patient while all others stay: day, theatre, and rooms night by night.

Rooms by dynamic programming over (night, room) where moves have a price, else one room for the stay.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from optimise.core.arrays import IntArray
from optimise.hospital.repair.occupancy import Occupancy
from optimise.hospital.repair.recorded import (
    apart_from_contacts,
    beside_beds_in_cleaning,
    give_way,
    left_behind,
    noon_costs,
)
from optimise.hospital.rules.arrays import BARRED

__all__ = [
    "Place",
    "best_place",
    "cut_short",
    "days_open",
    "night_costs",
    "places",
    "places_in_full_rooms",
    "theatre_of",
]


#: Ticks of a night without a bed where the fewest such nights are sought.
_NO_BED = 10**9


class Place(NamedTuple):
    """Where somebody may be put.

    Attributes
    ----------
    cost : int
        Ticks; BARRED or more where a hard rule forbids it.
    """

    cost: int
    admission: int
    path: IntArray
    theatre: int


def night_costs(o: Occupancy, p: int, a: int) -> IntArray:
    """Ticks of each night of ``p``'s stay from day ``a`` in each room, (nights, rooms), company left aside."""
    t, h = o.t, o.t.h
    nights = t.nights(p, a)
    cost = h.night_cost[h.night_row[p, :nights]]
    if t.dated is not None:
        cost = cost + t.dated[p, a : a + nights]
    return cost


def company(o: Occupancy, p: int) -> IntArray:
    """Ticks of ``p`` beside those who lie there, by (day, room), where all hard rules of company are kept."""
    t, h = o.t, o.t.h
    made = np.zeros(o.sex.shape[:2], dtype=np.int64)
    if h.age_weight:
        there = o.aged > 0
        ages = np.arange(t.ages)
        low = np.where(there, ages, t.ages).min(axis=2)
        high = np.where(there, ages, -1).max(axis=2)
        age = int(h.age[p])
        made += np.where(high >= 0, np.maximum(0, low - age) + np.maximum(0, age - high), 0) * h.age_weight
    count = o.count
    if 0 < t.full < BARRED:
        made += np.where(count >= h.beds, t.full, 0)
    if 0 < t.mixed < BARRED:
        mine, other = o.sex[:, :, h.gender[p]], o.sex[:, :, 1 - h.gender[p]]
        if t.problem.beds.mixing == "patients":
            more = np.where(other == 0, 0, np.where(mine == 0, count + 1, 1))
        else:
            more = (mine < other).astype(np.int64)
        made += np.where(t.single[:, None], more * t.mixed, 0)
    if 0 < t.isolated < BARRED:
        most = np.maximum(o.alike.max(axis=2), o.alike[:, :, t.group[p]] + 1)
        made += (count + 1 - most - (count - o.alike.max(axis=2))) * t.isolated
    made = made.T
    for price, worse in ((t.apart, apart_from_contacts(o, p)), (t.clean, beside_beds_in_cleaning(o))):
        if worse is not None and price < BARRED:
            made = made + price * worse
    return made


def barred(o: Occupancy, p: int, *, beds: bool = True) -> IntArray:
    """Bool (days, rooms): a hard rule keeps ``p`` from joining those who lie there; one of company without ``beds``."""
    t, h = o.t, o.t.h
    count = o.count
    made = np.zeros(count.shape, dtype=np.bool_)
    if beds and t.full >= BARRED:
        made |= count >= o.beds
    if t.mixed >= BARRED:
        made |= t.single[:, None] & (o.sex[:, :, 1 - h.gender[p]] > 0)
    if t.isolated >= BARRED:
        made |= count > o.alike[:, :, t.group[p]]
    made = made.T
    for price, worse in ((t.apart, apart_from_contacts(o, p)), (t.clean, beside_beds_in_cleaning(o))):
        if worse is not None and price >= BARRED:
            made = made | worse
    return made


def crowding(o: Occupancy, p: int, weight: IntArray) -> IntArray:
    """Weight, by (day, room), of those who must go before ``p`` can lie there; BARRED where nobody's going helps."""
    t, h = o.t, o.t.h
    rooms, days = h.beds.shape
    made = np.zeros((days, rooms), dtype=np.int64)
    if t.full >= BARRED:
        made[o.beds.T == 0] = BARRED
    for d, r in np.argwhere(barred(o, p) & (made == 0)):
        must, one = give_way(o, p, int(r), int(d))
        made[d, r] = weight[must].sum() + (weight[one].min() if len(one) else 0)
    worse = beside_beds_in_cleaning(o)
    if worse is not None and t.clean >= BARRED:
        made[worse] = BARRED
    return made


def nursing(o: Occupancy, p: int, a: int) -> IntArray:
    """Ticks of workload and skill by (night, room) with the nurses as they are; shifts of the stay from day ``a``."""
    t, h = o.t, o.t.h
    nights, k = t.nights(p, a), h.shifts
    if not k or not (h.load_weight or h.skill_weight):
        return np.zeros((nights, len(h.beds)), dtype=np.int64)
    shifts = slice(a * k, (a + nights) * k)
    nurse = o.nurse[:, shifts]
    who = np.maximum(nurse, 0)
    column = np.arange(a * k, (a + nights) * k)
    over = o.load[who, column] - h.duty[who, column]
    work, need = h.workload[p, : nights * k], h.required[p, : nights * k]
    cost = h.load_weight * (np.maximum(0, over + work) - np.maximum(0, over))
    cost += h.skill_weight * np.maximum(0, need - h.skill[who])
    made: IntArray = np.where(nurse >= 0, cost, 0).reshape(len(h.beds), nights, k).sum(axis=2).T
    return made


def best_path(cost: IntArray, home: int, move: int, leave: IntArray | None = None) -> tuple[int, IntArray]:
    """Cheapest rooms night by night under ``cost`` (nights, rooms) and the price of a move; its ticks.

    ``leave`` (nights, rooms) has the ticks of not lying any longer in a room of the night before.
    """
    nights, rooms = cost.shape
    if not nights:
        return 0, np.zeros(0, dtype=np.int64)
    if move >= BARRED:
        total = np.minimum(cost, BARRED).sum(axis=0)
        r = int(np.argmin(total)) if home < 0 else home
        return int(min(total[r], BARRED)), np.full(nights, r)
    value = np.minimum(cost[0], BARRED)
    leave = np.zeros_like(cost) if leave is None else leave
    if home >= 0:
        value = np.minimum(value + (move + leave[0, home]) * (np.arange(rooms) != home), BARRED)
    came = np.zeros((nights, rooms), dtype=np.int64)
    for night in range(1, nights):
        other = int(np.argmin(value + leave[night]))
        moved = value[other] + leave[night, other] + move
        # of equals, whoever moves does so late
        stay = (value < moved) | (np.arange(rooms) == other)
        came[night] = np.where(stay, np.arange(rooms), other)
        value = np.minimum(np.where(stay, value, moved) + np.minimum(cost[night], BARRED), BARRED)
    path = np.empty(nights, dtype=np.int64)
    path[-1] = int(np.argmin(value))
    for night in range(nights - 1, 0, -1):
        path[night - 1] = came[night, path[night]]
    return int(min(value[path[-1]], BARRED)), path


def cut_short(o: Occupancy, p: int, a: int, theatre: int, weight: IntArray) -> list[int]:
    """Whose operations on day ``a`` must go so that ``p``'s fits the hard minutes of surgeon and theatre, the lightest
    first."""
    t, h = o.t, o.t.h
    k, need, gone = int(h.surgeon[p]), int(h.duration[p]), list[int]()
    today = np.flatnonzero((o.admission == a) & (o.theatre >= 0))
    for price, mine, used, most in (
        (t.overtime, h.surgeon[today] == k, int(o.busy[k, a]), int(h.surgeon_minutes[k, a])),
        (t.theatre_overtime, o.theatre[today] == theatre, int(o.cut[theatre, a]), int(h.minutes[theatre, a])),
    ):
        there = today[mine]
        over = used + need - most - int(h.duration[[q for q in gone if q in there]].sum())
        for q in there[np.lexsort((-h.duration[there], weight[there]))].tolist() if price >= BARRED else []:
            if over > 0 and q not in gone:
                gone.append(q)
                over -= int(h.duration[q])
    return gone


def _surgery(o: Occupancy, p: int, a: int, weight: IntArray | None) -> tuple[int, int]:
    """Cheapest theatre on day ``a`` and its ticks, with the ``weight`` of those who give way; (0, -1) without surgery.

    Without ``weight`` nobody gives way.
    """
    t, h = o.t, o.t.h
    k = int(h.surgeon[p])
    if k < 0:
        return 0, -1
    need = int(h.duration[p])
    late = max(0, int(o.busy[k, a]) + need - max(int(h.surgeon_minutes[k, a]), int(o.busy[k, a])))
    if not len(h.minutes) or (late and t.overtime >= BARRED and weight is None):
        return BARRED, -1
    over = np.maximum(0, o.cut[:, a] + need - np.maximum(h.minutes[:, a], o.cut[:, a]))
    if weight is None:
        cost = np.where((over > 0) & (t.theatre_overtime >= BARRED), BARRED, over * min(t.theatre_overtime, 10**6))
    else:
        able = (h.minutes[:, a] >= need) & (h.surgeon_minutes[k, a] >= need)
        room = [int(weight[cut_short(o, p, a, i, weight)].sum()) if able[i] else BARRED for i in range(len(over))]
        cost = np.array(room, dtype=np.int64)
        late = 0
    cost = cost + np.where(o.visits[:, :, a].sum(axis=0) > 0, 0, h.open_weight)
    mine = o.visits[k, :, a] > 0
    cost = cost + np.where(mine | (not mine.any()), 0, h.move_weight)
    if t.theatre_of[p] >= 0 and t.day_of[p] == a:
        cost = cost + (np.arange(len(cost)) != t.theatre_of[p]) * t.theatre_change
    best = int(np.argmin(cost))
    return int(cost[best]) + late * min(t.overtime, 10**6), best


def theatre_of(o: Occupancy, p: int, a: int) -> int | None:
    """The cheapest theatre of ``p`` on day ``a``, -1 without surgery; None where nobody's going makes time."""
    ticks, theatre = _surgery(o, p, a, None)
    return theatre if ticks < BARRED else None


def days_open(o: Occupancy, p: int) -> list[tuple[int, int]]:
    """Days on which ``p`` may be admitted, with the ticks of the day."""
    t, h = o.t, o.t.h
    if h.home[p] >= 0:
        return [(0, int(h.admission[p, 0]))]
    cost = h.admission[p].copy()
    days = np.arange(h.days)
    cost += np.where((days < h.release[p]) | (days > h.due[p]), t.unfit_day, 0)
    if t.delayed >= BARRED and t.problem.patients.delay_factor[p]:
        cost += np.where(days > h.release[p], BARRED, 0)
    return [(int(a), int(cost[a])) for a in np.flatnonzero(cost < BARRED)]


def places(o: Occupancy, p: int, weight: IntArray | None = None) -> list[Place]:
    """The cheapest place on each possible day, cheapest first.

    Parameters
    ----------
    weight : int array (patients,), optional
        Ticks of making somebody give way; without it nobody does.
    """
    beside = company(o, p) + (np.where(barred(o, p), BARRED, 0) if weight is None else crowding(o, p, weight))
    return _places(o, p, beside, weight)


def places_in_full_rooms(o: Occupancy, p: int) -> Place | None:
    """The place that lacks a bed on the fewest nights, everything else being as it must; None where there is none."""
    lacking = (o.count >= o.beds).T * _NO_BED
    found = _places(o, p, company(o, p) + np.where(barred(o, p, beds=False), BARRED, 0) + lacking, None)
    return next(iter(found), None)


def _places(o: Occupancy, p: int, beside: IntArray, weight: IntArray | None) -> list[Place]:
    """As :func:`places`, with the ticks of those who lie there, by (day, room), given."""
    t, h = o.t, o.t.h
    found = []
    behind = left_behind(o, p, weight)
    for a, day in days_open(o, p):
        surgery, theatre = _surgery(o, p, a, weight)
        if surgery >= BARRED:
            continue
        nights = t.nights(p, a)
        cost = night_costs(o, p, a) + beside[a : a + nights] + nursing(o, p, a)
        if behind is not None and 0 < nights < h.days - a:
            cost[-1] += behind[a + nights]
        noon = noon_costs(o, p, a, weight)
        cost = cost if noon is None else cost + noon
        leave = None if behind is None else behind[a : a + nights]
        ticks, path = best_path(cost, int(h.home[p]), t.move, leave)
        if ticks < BARRED:
            found.append(Place(day + surgery + ticks, a, path, theatre))
    return sorted(found, key=lambda place: place.cost)


def best_place(o: Occupancy, p: int, weight: IntArray | None = None) -> Place | None:
    """The cheapest place, None where there is none."""
    return next(iter(places(o, p, weight)), None)
