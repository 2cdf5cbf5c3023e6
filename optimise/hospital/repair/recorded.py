"""Rules of what only some files record of patients (beds to clean, contacts, hours around noon), in repair's terms.

Each has the ticks of one patient beside those who lie there, whoever must give way, and who hinders others.
"""

from __future__ import annotations

import numpy as np

from optimise.core.arrays import IntArray
from optimise.hospital.repair.occupancy import Occupancy
from optimise.hospital.rules.arrays import BARRED
from optimise.hospital.rules.cleaning import beds_in_cleaning
from optimise.hospital.rules.turnover import at_noon, late_arrivals, late_leavers

__all__ = [
    "apart_from_contacts",
    "at_noon_in",
    "beside_beds_in_cleaning",
    "give_way",
    "left_behind",
    "left_nights",
    "noon_costs",
    "noons",
    "scattered",
    "too_many_at_noon",
]


# ---- contacts of an infection ------------------------------------------------------------------------------------
def apart_from_contacts(o: Occupancy, p: int) -> IntArray | None:
    """Bool (days, rooms): a room in which ``p`` would lie apart from other contacts; None without any."""
    mates = _mates(o, p)
    if not o.t.apart or not mates.size:
        return None
    holds = np.zeros(o.t.h.beds.shape, dtype=np.bool_)
    who, day = np.nonzero(o.room[mates] >= 0)
    holds[o.room[mates[who], day], day] = True
    made: IntArray = (holds.any(axis=0) & ~holds).T
    return made


def _mates(o: Occupancy, p: int) -> IntArray:
    """Other contacts of the infection to which ``p`` was exposed."""
    group = o.t.problem.patients.contact_of
    if group is None or not group[p]:
        return np.zeros(0, dtype=np.int64)
    made: IntArray = np.flatnonzero((group == group[p]) & (np.arange(len(group)) != p))
    return made


def give_way(o: Occupancy, p: int, r: int, d: int) -> tuple[IntArray, IntArray]:
    """As :meth:`Occupancy.blockers`, with contacts of ``p``'s infection in other rooms among those who all must go."""
    must, one = o.blockers(p, r, d)
    mates = _mates(o, p)
    there = o.room[mates, d]
    if o.t.apart >= BARRED and not (there == r).any():
        must = np.concatenate([must, mates[there >= 0]])
    return must, one


def scattered(o: Occupancy) -> IntArray:
    """Nights, by patient, apart from the room that holds most contacts of the infection, where that is not allowed."""
    votes = np.zeros(len(o.admission), dtype=np.int64)
    group = o.t.problem.patients.contact_of
    if group is None or o.t.apart < BARRED:
        return votes
    rooms = len(o.t.h.beds)
    for g in range(1, int(group.max(initial=0)) + 1):
        mates = np.flatnonzero(group == g)
        for d in np.flatnonzero((o.room[mates] >= 0).sum(axis=0) > 1):
            there = o.room[mates, d]
            most = int(np.bincount(there[there >= 0], minlength=rooms).argmax())
            votes[mates[(there >= 0) & (there != most)]] += 1
    return votes


# ---- beds that are cleaned ---------------------------------------------------------------------------------------
def _cleaned(o: Occupancy) -> IntArray:
    """Open beds, by (room, day), that are being cleaned."""
    people, beds = o.t.problem.patients, o.t.h.beds
    made: IntArray = np.minimum(beds, beds_in_cleaning(people, o.room, len(beds), o.homes))
    return made


def beside_beds_in_cleaning(o: Occupancy) -> IntArray | None:
    """Bool (days, rooms): one more person would lie in a bed that is cleaned; None where beds say so (``o.beds``)."""
    t = o.t
    if not t.clean or t.cleaned:
        return None
    cleaned, count = _cleaned(o), o.count
    made: IntArray = ((cleaned > 0) & (count < t.h.beds) & (count + cleaned >= t.h.beds)).T
    return made


def left_behind(o: Occupancy, p: int, weight: IntArray | None) -> IntArray | None:
    """Ticks, by (day, room), of leaving a bed on the day that cannot be cleaned; None where ``p``'s needs none.

    With ``weight``, who must give way counts where the rule is hard.
    """
    t = o.t
    cleaning = t.problem.patients.cleaning
    if not t.clean or cleaning is None or not cleaning[p]:
        return None
    cleaned, beds = _cleaned(o), t.h.beds
    full = (o.count + cleaned >= beds) & (cleaned < beds)
    price = full * np.int64(t.clean)
    if weight is not None and t.clean >= BARRED:
        for r, d in np.argwhere(full & (o.count > 0)):
            price[r, d] = weight[o.room[:, d] == r].min()
    short: IntArray = price.T
    made = short.copy()
    for later in range(1, int(cleaning[p])):
        made[:-later] += short[later:]
    return made


def left_nights(o: Occupancy, p: int, a: int, path: IntArray) -> list[tuple[int, int]]:
    """(room, day) on which a bed that ``p`` has left on a stay is cleaned; none where cleaning is not hard."""
    t = o.t
    cleaning, home = t.problem.patients.cleaning, int(t.h.home[p])
    if t.clean < BARRED or cleaning is None or not cleaning[p]:
        return []
    place = np.concatenate([[home if home >= 0 else path[0]], path, [-1]]) if len(path) else np.array([home, -1])
    left = [(int(place[k]), a + k) for k in range(len(place) - 1) if place[k] != place[k + 1]]
    return [(r, d + k) for r, d in left for k in range(int(cleaning[p])) if d + k < t.h.days]


# ---- noon --------------------------------------------------------------------------------------------------------
def noon_costs(o: Occupancy, p: int, a: int, weight: IntArray | None) -> IntArray | None:
    """Ticks, by (night, room), of being one too many at noon, on a stay from day ``a``; None where noon is nothing.

    The last night counts the noon of the day after. With ``weight``, who must give way counts where the rule is hard.
    """
    t, people, days = o.t, o.t.problem.patients, o.t.h.days
    nights = t.nights(p, a)
    if not t.noon or people.noon is None or not nights:
        return None
    full = (at_noon(people, o.admission, o.room, len(t.h.beds)) >= t.h.beds).T
    price = full * np.int64(t.noon)
    if weight is not None and t.noon >= BARRED:
        for d in range(a, min(days, a + nights + 1)):
            for r in np.flatnonzero(full[d]):
                there = at_noon_in(o, int(r), d)
                if there.size and t.h.beds[r, d] > 0:
                    price[d, r] = weight[there].min()
    made: IntArray = price[a : a + nights].copy()
    if late_arrivals(people)[p]:
        made[0] = 0
    if late_leavers(people)[p] and a + int(t.h.stay[p]) == a + nights < days:
        made[-1] += price[a + nights]
    return made


def noons(o: Occupancy, p: int, a: int, path: IntArray) -> list[tuple[int, int]]:
    """(room, day) at whose noon ``p`` is there on a stay; none where noon is not hard."""
    t, people = o.t, o.t.problem.patients
    if people.noon is None or t.noon < BARRED:
        return []
    found = [(int(r), a + k) for k, r in enumerate(path)]
    if late_arrivals(people)[p]:
        found = found[1:]
    end = a + len(path)
    if len(path) and late_leavers(people)[p] and a + int(t.h.stay[p]) == end < t.h.days:
        found.append((int(path[-1]), end))
    return found


def at_noon_in(o: Occupancy, r: int, d: int) -> IntArray:
    """Patients of the plan in room ``r`` at noon of day ``d``."""
    people = o.t.problem.patients
    here = (o.room[:, d] == r) & ~((o.admission == d) & late_arrivals(people))
    if d:
        here |= (o.room[:, d - 1] == r) & late_leavers(people) & (o.admission + people.stay == d)
    made: IntArray = np.flatnonzero(here)
    return made


def too_many_at_noon(o: Occupancy) -> list[tuple[int, IntArray]]:
    """By room and day with more people than beds at noon, where that is not allowed: how many, and who."""
    t, people = o.t, o.t.problem.patients
    if people.noon is None or t.noon < BARRED:
        return []
    over = at_noon(people, o.admission, o.room, len(t.h.beds)) - t.h.beds
    return [(int(over[r, d]), at_noon_in(o, int(r), int(d))) for r, d in np.argwhere(over > 0)]
