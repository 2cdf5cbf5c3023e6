"""Insertion of the displaced, with ejection chains.

Iterative forward search (T. Mueller, "Constraint-based timetabling", 2005) on whole stays: whoever has no place goes to
the cheapest one, where those who must give way count at a price that grows with every time they had to; they return to
the queue. An in-patient gives way by moving, everybody else also by another day.
"""

from __future__ import annotations

import numpy as np

from optimise.core.arrays import IntArray
from optimise.core.method import Deadline
from optimise.hospital.repair.occupancy import Occupancy
from optimise.hospital.repair.places import Place, best_place, cut_short, places
from optimise.hospital.repair.recorded import at_noon_in, give_way, left_nights, noons
from optimise.hospital.rules.arrays import BARRED

__all__ = ["ejecting", "first_fit", "insert_directly", "insert_with_ejection"]


def put(o: Occupancy, p: int, place: Place) -> None:
    o.put(p, place.admission, place.path, place.theatre)


def insert_directly(o: Occupancy, queue: list[int], over: Deadline) -> list[int]:
    """Put each into the cheapest place among those who lie there; returns who found none.

    Those with the least choice first: alone in isolation, then long stays.
    """
    left = []
    for p in queue:
        place = None if over.over else best_place(o, p)
        refusal = o.t.refusal(p)
        if place is not None and place.cost < refusal:
            put(o, p, place)
        elif refusal >= BARRED or o.t.h.mandatory[p]:
            left.append(p)
    return left


def first_fit(o: Occupancy, queue: list[int]) -> list[int]:
    """Put each into the first place that there is, whatever it costs; returns who found none."""
    left = []
    for p in queue:
        found = min(places(o, p), key=lambda place: place.admission, default=None)
        if found is not None:
            put(o, p, found)
        elif o.t.refusal(p) >= BARRED or o.t.h.mandatory[p]:
            left.append(p)
    return left


def ejecting(o: Occupancy, p: int, place: Place, weight: IntArray) -> list[int]:
    """Who must give way so that ``p`` can have a place; they are taken out."""
    gone = [] if place.theatre < 0 else cut_short(o, p, place.admission, place.theatre, weight)
    for q in gone:
        o.take(q)
    for night, r in enumerate(place.path.tolist()):
        must, one = give_way(o, p, r, place.admission + night)
        chosen = must.tolist()
        if len(one):
            least = one[weight[one] == weight[one].min()]
            # of equals, whoever leaves last frees the most of the nights to come
            chosen.append(int(least[np.argmax((o.room[least] == r).sum(axis=1))]))
        for q in chosen:
            o.take(q)
        gone += chosen
    for r, d in noons(o, p, place.admission, place.path):
        gone += _lightest(o, at_noon_in(o, r, d), int(o.t.h.beds[r, d]) - 1, weight)
    for r, d in left_nights(o, p, place.admission, place.path):
        gone += _lightest(o, np.flatnonzero(o.room[:, d] == r), int(o.beds[r, d]) - 1, weight)
    return gone


def _lightest(o: Occupancy, there: IntArray, places: int, weight: IntArray) -> list[int]:
    """Take out the lightest of those who are there, so that ``places`` are left."""
    over = max(0, len(there) - max(0, places))
    gone = [int(q) for q in there[np.argsort(weight[there], kind="stable")][:over]]
    for q in gone:
        o.take(q)
    return gone


def insert_with_ejection(
    o: Occupancy, queue: list[int], price: int, over: Deadline, rng: np.random.Generator, *, steps: int
) -> tuple[list[int], int]:
    """Place everybody in ``queue``, others giving way at ``price`` ticks; returns who found no place, and steps used.

    Each time somebody had to give way, the price of it doubles for him or her.

    Parameters
    ----------
    o : Occupancy
        Who lies where; changed in place.
    queue : list of int
        Patients without a place.
    price : int
        Ticks for somebody who must come and gives way.
    over : Deadline
    rng : numpy Generator
        Breaks ties between equal prices.
    steps : int
        Most insertions.

    Returns
    -------
    left : list of int
        Patients who found no place.
    steps : int
        Insertions made.
    """
    h = o.t.h
    weight = np.full(len(h.stay), price, dtype=np.int64)
    weight[(h.mandatory == 0)] = np.minimum(price, 1 + h.refusal[h.mandatory == 0] // 4)
    weight += rng.integers(0, max(1, price // 8) + 1, len(weight))
    left: list[int] = []
    queue, used = list(queue), 0
    while queue and used < steps and not over.over:
        used += 1
        p = queue.pop(int(np.argmax([weight[q] for q in queue])))
        refusal = o.t.refusal(p)
        place = best_place(o, p)
        if place is None or place.cost > price:
            chained = best_place(o, p, weight)
            place = chained if place is None or (chained is not None and chained.cost < place.cost) else place
        if place is None or place.cost >= refusal:
            left += [p] if o.t.h.mandatory[p] or refusal >= BARRED else []
            continue
        gone = ejecting(o, p, place, weight)
        put(o, p, place)
        weight[gone] = np.minimum(2 * weight[gone], BARRED // 1000)
        queue += gone
    return left + queue, used
