"""A first plan: patients by insertion with ejection, then nurses shift by shift."""

from __future__ import annotations

import numpy as np

from optimise.core.arrays import IntArray
from optimise.core.method import Deadline
from optimise.hospital.problem import HospitalPlan, HospitalProblem
from optimise.hospital.rules.arrays import BARRED, arrays_of
from optimise.hospital.search.insertion import insert_all
from optimise.hospital.search.staffing import give_nurses

__all__ = ["construct", "construct_on", "moved", "plan_of", "staffed"]


def construct(
    problem: HospitalProblem, *, seed: int = 0, deadline: Deadline | None = None, rounds: int = 6
) -> tuple[HospitalPlan, int]:
    """Build a plan without moves between rooms.

    Returns
    -------
    plan : HospitalPlan
        Within capacity, gender, windows and times of theatres and surgeons.
    left_out : int
        Mandatory patients for whom no place was found in ``rounds`` restarts of growing length (0: feasible,
        apart from rules on nurses).
    """
    h = arrays_of(problem)
    patients = len(problem.patients)
    rng = np.random.default_rng([seed, 0x5EED])
    best: tuple[int, IntArray, IntArray, IntArray] | None = None

    def over() -> bool:
        return deadline is not None and deadline.over

    # Patients with few choices first; long stays before short ones.
    width = h.due - h.release
    key = np.lexsort((-h.stay, width))
    for turn in range(rounds):
        order = key if turn == 0 else key[np.argsort(np.arange(patients) + rng.normal(0, patients / 8, patients))]
        found = [np.full(patients, -1) for _ in range(3)]
        steps = 40 * patients * (1 + turn)
        scale = max(1, int(np.median(h.night_cost[h.night_cost > 0], axis=None)) if (h.night_cost > 0).any() else 1)
        noise = 0.0 if turn == 0 else float(min(scale, 1000))
        left = insert_all(h, order, int(rng.integers(2**31)), steps, noise, *found, over=over)
        if best is None or left < best[0]:
            best = (int(left), found[0], found[1], found[2])
        if best[0] == 0 or over():
            break
    assert best is not None
    left, admission, room, theatre = best
    return staffed(problem, plan_of(problem, admission, room, theatre)), left


def construct_on(problem: HospitalProblem, days: IntArray, *, seed: int = 0, rounds: int = 8) -> HospitalPlan:
    """A plan with given days of admission (-1: refused), as far as rooms and theatres can be found for them.

    Whoever finds no place on his or her day may take another in the next of ``rounds``; in the end some may be left
    out, mandatory patients too.
    """
    h = arrays_of(problem)
    patients = len(days)
    given, free = days >= 0, days < 0
    wanted = np.where(given | (h.mandatory == 1), 1, 0)
    found = [np.full(patients, -1) for _ in range(3)]
    for turn in range(rounds):
        release, due = np.where(free, h.release, days), np.where(free, h.due, days)
        mine = h._replace(release=release, due=due, mandatory=wanted)
        order = np.lexsort((-h.stay, due - release))
        found = [np.full(patients, -1) for _ in range(3)]
        insert_all(mine, order, seed + turn, 40 * patients, 0.0, *found)
        missing = (found[0] < 0) & (wanted == 1)
        if not missing.any():
            break
        free = free | missing
    return staffed(problem, plan_of(problem, *found))


def moved(problem: HospitalProblem, plan: HospitalPlan, days: IntArray) -> HospitalPlan:
    """The plan on given days (-1: refused); rooms may hold too many people or both genders where it cannot be helped.

    Whoever stays on his or her day keeps room and theatre, and rooms their nurses; the others get the room with the
    least trouble and the theatre that is open and has most time left.
    """
    h, horizon = arrays_of(problem), problem.days
    everyone = np.arange(len(days))
    room = np.where(plan.admission >= 0, plan.room[everyone, np.maximum(plan.admission, 0)], -1)
    theatre, changed = plan.theatre.copy(), days != plan.admission
    room[changed], theatre[changed] = -1, -1
    people = np.zeros((2, *h.beds.shape), dtype=np.int64)
    minutes = h.minutes.astype(np.int64).copy()
    for p in np.flatnonzero((days >= 0) & ~changed).tolist():
        people[h.gender[p], room[p], days[p] : days[p] + h.stay[p]] += 1
        if theatre[p] >= 0:
            minutes[theatre[p], days[p]] -= h.duration[p]
    for p in sorted(np.flatnonzero((days >= 0) & changed).tolist(), key=lambda p: -int(h.stay[p])):
        stay = slice(int(days[p]), int(min(horizon, days[p] + h.stay[p])))
        total, others = people[:, :, stay].sum(axis=0), people[1 - h.gender[p], :, stay]
        trouble = np.maximum(0, total + 1 - h.beds[:, stay]).sum(axis=1)
        trouble += np.where(h.single_sex[:, None] == 1, others, 0).sum(axis=1)
        nights = h.night_cost[h.night_row[p, : stay.stop - stay.start]].sum(axis=0)
        room[p] = int(np.argmin(np.where(nights >= BARRED, 1 << 40, trouble)))
        people[h.gender[p], room[p], stay] += 1
        if h.surgeon[p] >= 0:
            left = minutes[:, days[p]]
            opened = h.minutes[:, days[p]] > left
            fits = left >= h.duration[p]
            theatre[p] = int(np.argmax(left + (1 << 20) * fits + (1 << 10) * (opened & fits)))
            minutes[theatre[p], days[p]] -= h.duration[p]
    bare = plan_of(problem, days, room, theatre)
    return HospitalPlan(bare.admission, bare.room, bare.theatre, plan.nurse)


def plan_of(problem: HospitalProblem, admission: IntArray, room: IntArray, theatre: IntArray) -> HospitalPlan:
    """Plan from one room a patient (shape (patients,)), without nurses."""
    empty = problem.empty_plan()
    days = np.arange(problem.days)[None, :]
    start = admission[:, None]
    there = (start >= 0) & (days >= start) & (days < start + problem.patients.stay[:, None])
    return HospitalPlan(admission, np.where(there, room[:, None], -1), theatre, empty.nurse)


def staffed(problem: HospitalProblem, plan: HospitalPlan) -> HospitalPlan:
    """The same plan with nurses given greedily to the occupied rooms."""
    if problem.nursing is None:
        return plan
    nurse = np.full(plan.nurse.shape, -1)
    give_nurses(arrays_of(problem), plan.admission.astype(np.int64), plan.room.astype(np.int64), nurse)
    return HospitalPlan(plan.admission, plan.room, plan.theatre, nurse)
