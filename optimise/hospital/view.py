"""Questions about a hospital plan: who lies where, how full it is, who was not placed and why, theatres, nurses."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

import numpy as np

from optimise.core.arrays import IntArray
from optimise.hospital.beds import SAME_GENDER
from optimise.hospital.problem import HospitalPlan, HospitalProblem
from optimise.hospital.rules.state import HospitalState

__all__ = ["NotPlaced", "Stay", "not_placed", "nurse_load", "nurses_seen", "occupancy", "stays", "theatre_minutes"]


@dataclass(frozen=True, slots=True)
class Stay:
    """An unbroken stretch of days of one patient in one room: ``first .. last``, both included."""

    patient: int
    room: int
    first: int
    last: int
    bed: int = -1

    @property
    def days(self) -> int:
        return self.last - self.first + 1


@dataclass(frozen=True, slots=True)
class NotPlaced:
    """A patient who was not admitted, with what stands in the way on the days allowed."""

    patient: int
    mandatory: bool
    first: int
    last: int
    reason: str


def stays(plan: HospitalPlan) -> tuple[Stay, ...]:
    """Stays by room and first day; a transfer begins a new one."""
    room = plan.room
    bed = plan.bed if plan.bed is not None else np.full_like(room, -1)
    found = []
    for p in np.flatnonzero((room >= 0).any(axis=1)).tolist():
        here, where = np.flatnonzero(room[p] >= 0), room[p]
        breaks = np.flatnonzero((np.diff(here) != 1) | (np.diff(where[here]) != 0) | (np.diff(bed[p, here]) != 0))
        for part in np.split(here, breaks + 1):
            first, last = int(part[0]), int(part[-1])
            found.append(Stay(p, int(where[first]), first, last, int(bed[p, first])))
    return tuple(sorted(found, key=lambda s: (s.room, s.first, s.patient)))


def occupancy(problem: HospitalProblem, plan: HospitalPlan) -> IntArray:
    """People by (room, day)."""
    return HospitalState(problem, plan).count


def theatre_minutes(problem: HospitalProblem, plan: HospitalPlan) -> IntArray:
    """Minutes of surgery by (theatre, day); empty without theatres."""
    if problem.theatres is None:
        return np.zeros((0, problem.days), dtype=np.int64)
    used = np.zeros((len(problem.theatres.ids), problem.days), dtype=np.int64)
    here = np.flatnonzero((plan.admission >= 0) & (plan.theatre >= 0))
    np.add.at(used, (plan.theatre[here], plan.admission[here]), problem.theatres.duration[here])
    return used


def nurse_load(problem: HospitalProblem, plan: HospitalPlan) -> IntArray:
    """Workload by (nurse, shift of the horizon); empty without a nursing layer."""
    if problem.nursing is None:
        return np.zeros((0, 0), dtype=np.int64)
    return HospitalState(problem, plan).nurse_load


def nurses_seen(problem: HospitalProblem, plan: HospitalPlan) -> IntArray:
    """Number of different nurses who look after each patient inside the horizon, 0 for those not in hospital."""
    seen = np.zeros(len(problem.patients), dtype=np.int64)
    if problem.nursing is None:
        return seen
    state = HospitalState(problem, plan)
    there = state.shift_nurse >= 0
    pairs = np.unique(np.stack([state.shift_person[there], state.shift_nurse[there]]), axis=1)
    np.add.at(seen, pairs[0], 1)
    return seen


def not_placed(problem: HospitalProblem, plan: HospitalPlan) -> tuple[NotPlaced, ...]:
    """Patients not admitted, with the reason read off the plan as it stands.

    For each allowed day the first obstacle is named (surgeon, theatre, room); the commonest is given. When some
    day is free of obstacles, the patient was left out because admission costs more than it saves.
    """
    state, people = HospitalState(problem, plan), problem.patients
    used = theatre_minutes(problem, plan)
    surgery = _surgeon_minutes(problem, plan)
    found = []
    for p in np.flatnonzero(plan.admission < 0).tolist():
        first, last = int(people.release[p]), int(people.due[p])
        obstacles = Counter(_obstacle(state, used, surgery, p, day) for day in range(first, last + 1))
        if "" in obstacles:
            reason = "could be admitted, but the plan is cheaper without"
        else:
            reason = obstacles.most_common(1)[0][0]
        found.append(NotPlaced(p, bool(people.mandatory[p]), first, last, reason))
    return tuple(found)


def _surgeon_minutes(problem: HospitalProblem, plan: HospitalPlan) -> IntArray:
    if problem.theatres is None:
        return np.zeros((0, problem.days), dtype=np.int64)
    used = np.zeros((len(problem.theatres.surgeon_ids), problem.days), dtype=np.int64)
    here = np.flatnonzero((plan.admission >= 0) & (problem.theatres.surgeon >= 0))
    where = (problem.theatres.surgeon[here], plan.admission[here])
    np.add.at(used, where, problem.theatres.duration[here])
    return used


def _obstacle(state: HospitalState, used: IntArray, surgery: IntArray, p: int, day: int) -> str:
    """What stands in the way of admitting ``p`` on ``day``, "" for nothing."""
    problem, theatres = state.problem, state.problem.theatres
    if theatres is not None and theatres.surgeon[p] >= 0:
        surgeon, need = int(theatres.surgeon[p]), int(theatres.duration[p])
        if surgery[surgeon, day] + need > theatres.surgeon_minutes[surgeon, day]:
            return f"surgeon {theatres.surgeon_ids[surgeon]} has no {need} minutes left"
        if (used[:, day] + need > theatres.minutes[:, day]).all():
            return f"no theatre has {need} minutes left"
    end = min(problem.days, day + int(problem.patients.stay[p]))
    rooms = np.flatnonzero(~problem.patients.forbidden[p])
    if rooms.size == 0:
        return "no room can serve the patient"
    free = (state.count[rooms, day:end] < problem.rooms.beds[rooms, day:end]).all(axis=1)
    if not free.any():
        return "no suitable room has a bed free for the whole stay"
    other = state.by_gender[:, :, 1 - int(problem.patients.gender[p])][rooms, day:end]
    single = (problem.rooms.policy[rooms] == SAME_GENDER)[:, None]
    if not (free & ~((other > 0) & single).any(axis=1)).any():
        return "every free bed is in a room of the other gender"
    return ""
