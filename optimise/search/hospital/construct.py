"""A first plan: patients by insertion with ejection, then nurses shift by shift."""

from __future__ import annotations

import numpy as np

from optimise.domain.beds import IntArray
from optimise.domain.hospital import HospitalPlan, HospitalProblem
from optimise.method import Deadline
from optimise.rules.hospital.arrays import arrays_of
from optimise.search.hospital.insertion import insert_all
from optimise.search.hospital.staffing import give_nurses

__all__ = ["construct", "construct_on", "plan_of", "staffed"]


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
    # Patients with few choices first; long stays before short ones.
    width = h.due - h.release
    key = np.lexsort((-h.stay, width))
    for turn in range(rounds):
        order = key if turn == 0 else key[np.argsort(np.arange(patients) + rng.normal(0, patients / 8, patients))]
        found = [np.full(patients, -1) for _ in range(3)]
        steps = 40 * patients * (1 + turn)
        scale = max(1, int(np.median(h.night_cost[h.night_cost > 0], axis=None)) if (h.night_cost > 0).any() else 1)
        noise = 0.0 if turn == 0 else float(min(scale, 1000))
        left = insert_all(h, order, int(rng.integers(2**31)), steps, noise, *found)
        if best is None or left < best[0]:
            best = (int(left), found[0], found[1], found[2])
        if best[0] == 0 or (deadline is not None and deadline.over):
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
