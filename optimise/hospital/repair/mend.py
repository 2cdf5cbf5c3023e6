"""The last resort: stays changed one by one under the exact evaluation, which knows every rule.

Min-conflicts search (Minton et al., 1992) on whole stays. Repair keeps most rules by increments of its own; what it
does not know (rules of plug-ins, several moves of one person) shows here, whatever the rule.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from optimise.hospital.context import HospitalPlan
from optimise.hospital.evaluate import evaluate, hard_and_cost
from optimise.hospital.repair.nurses import give_missing
from optimise.hospital.repair.occupancy import Occupancy
from optimise.hospital.repair.places import Place, days_open, places, theatre_of
from optimise.hospital.rules.arrays import BARRED

__all__ = ["mend"]


def mend(o: Occupancy, *, evaluations: int) -> HospitalPlan:
    """Change stays of people whom broken hard rules name while fewer hard rules are broken.

    Parameters
    ----------
    o : Occupancy
        With every in-patient; changed in place.
    evaluations : int
        Most plans evaluated.

    Returns
    -------
    HospitalPlan
        Breaks no more than the plan of ``o`` did, by total amount of hard rules.
    """
    problem = o.t.problem
    best = _plan(o)
    key = hard_and_cost(problem, best)
    left, better = evaluations, True
    while key[0] and left > 0 and better:
        better = False
        for p in _named(o, best):
            was = _stay(o, p)
            if was is not None:
                o.take(p)
            chosen = was
            for place in _stays(o, p):
                if left <= 0:
                    break
                left -= 1
                trial = o.copy()
                trial.put(p, place.admission, place.path, place.theatre)
                made = _plan(trial)
                new = hard_and_cost(problem, made)
                if new < key:
                    best, key, chosen, better = made, new, place, True
                if key[0] == 0:
                    break
            if chosen is not None:
                o.put(p, chosen.admission, chosen.path, chosen.theatre)
            if key[0] == 0 or left <= 0:
                break
    return best


def _plan(o: Occupancy) -> HospitalPlan:
    """The plan of an occupancy with nurses wherever somebody lies."""
    staffed = o.copy()
    give_missing(staffed)
    return staffed.plan()


def _stay(o: Occupancy, p: int) -> Place | None:
    """The stay of ``p`` in the plan, None out of it."""
    a = int(o.admission[p])
    if a < 0:
        return None
    return Place(0, a, o.room[p, a : a + o.t.nights(p, a)].copy(), int(o.theatre[p]))


def _named(o: Occupancy, plan: HospitalPlan) -> list[int]:
    """Patients whom broken hard rules name, those of most breaches first, and those who lie in the rooms named."""
    problem = o.t.problem
    people = {name: p for p, name in enumerate(problem.patients.ids)}
    rooms = {name: r for r, name in enumerate(problem.rooms.ids)}
    votes = np.zeros(len(people), dtype=np.int64)
    for found in evaluate(problem, plan).violations:
        if not found.hard:
            continue
        for name in found.who:
            if name in people:
                votes[people[name]] += 2
            if name in rooms:
                near = {d + back for d in found.days for back in (-1, 0) if 0 <= d + back < problem.days}
                votes += (o.room[:, sorted(near)] == rooms[name]).any(axis=1)
    order = np.argsort(-votes, kind="stable")
    return [int(p) for p in order[: int((votes > 0).sum())]]


def _stays(o: Occupancy, p: int) -> Iterator[Place]:
    """Stays that keep the rules of ``p`` alone: a day and a room; of an in-patient, one move at most."""
    yield from places(o, p)
    h, home = o.t.h, int(o.t.h.home[p])
    rooms = range(len(h.beds))
    for a, _ in days_open(o, p):
        theatre = theatre_of(o, p, a)
        if theatre is None:
            continue
        nights = o.t.nights(p, a)
        if home < 0:
            paths = [[r] * nights for r in rooms]
        elif o.t.move >= BARRED:
            paths = [[home] * nights]
        else:
            paths = [[home] * k + [r] * (nights - k) for k in range(nights, -1, -1) for r in rooms]
        for path in paths:
            yield Place(0, a, np.array(path, dtype=np.int64), theatre)
