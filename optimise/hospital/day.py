"""One day of a hospital plan: who comes, leaves and moves, and which beds are free for whom in each night."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np

from optimise.core.arrays import IntArray
from optimise.hospital.beds import SAME_GENDER
from optimise.hospital.problem import HospitalPlan, HospitalProblem
from optimise.hospital.rules.cleaning import beds_in_cleaning
from optimise.hospital.rules.state import HospitalState

__all__ = ["EITHER", "RESTRICTED", "SIDE_ROOM", "Movement", "being_cleaned", "free_beds", "movements", "room_before"]

#: Kinds of free beds beside those for gender 0 and gender 1: in an empty bay or one without a rule, in a room of one
#: bed, and in a room whose people may not be joined by everybody (isolation, or both genders are there already).
EITHER, SIDE_ROOM, RESTRICTED = 2, 3, 4


@dataclass(frozen=True, slots=True)
class Movement:
    """Somebody who comes, leaves or moves on a day.

    Attributes
    ----------
    patient : int
    what : {"in", "out", "move"}
    was, now : int
        Rooms of the night before and of the night after, -1 for outside the hospital.
    """

    patient: int
    what: Literal["in", "out", "move"]
    was: int
    now: int


def room_before(problem: HospitalProblem, plan: HospitalPlan, day: int) -> IntArray:
    """Room of each patient in the night before a day; where in-patients lie now before the first.

    Parameters
    ----------
    problem : HospitalProblem
    plan : HospitalPlan
    day : int
        0-based.

    Returns
    -------
    int array (patients,)
        -1 for who is not in hospital.
    """
    made: IntArray = (problem.patients.home if day == 0 else plan.room[:, day - 1]).astype(np.int64)
    return made


def movements(problem: HospitalProblem, plan: HospitalPlan, day: int) -> tuple[Movement, ...]:
    """Everybody who comes, leaves or moves on a day, in order of patients.

    Parameters
    ----------
    problem : HospitalProblem
    plan : HospitalPlan
    day : int
        0-based.

    Returns
    -------
    tuple of Movement
    """
    before, after = room_before(problem, plan, day), plan.room[:, day]
    found = []
    for p in np.flatnonzero(before != after).tolist():
        was, now = int(before[p]), int(after[p])
        kind: Literal["in", "out", "move"] = "in" if was < 0 else "out" if now < 0 else "move"
        found.append(Movement(p, kind, was, now))
    return tuple(found)


def being_cleaned(problem: HospitalProblem, plan: HospitalPlan) -> IntArray:
    """Open beds that are cleaned after an infectious patient, where the rule is in force.

    Parameters
    ----------
    problem : HospitalProblem
    plan : HospitalPlan

    Returns
    -------
    int array (rooms, days)
        Beds in which nobody may lie that night.
    """
    beds = problem.rooms.beds
    if problem.weight("CleaningTime") == 0:
        return np.zeros_like(beds)
    made: IntArray = np.minimum(beds, beds_in_cleaning(problem.patients, plan.room, len(beds)))
    return made


def _kept_empty(problem: HospitalProblem, state: HospitalState) -> IntArray:
    """Bool (rooms, days): hard rules let nobody new into the room, who lies alone there or whose ward is closed."""
    people, rooms = problem.patients, problem.rooms
    made = np.zeros(rooms.beds.shape, dtype=np.bool_)
    if problem.hard("RoomIsolation"):
        alone = np.array([_lies_alone(problem, p) for p in range(len(people))])
        made |= state.tally(alone.astype(np.int64), 2)[:, :, 1] > 0
    new = np.flatnonzero(people.home < 0)
    for wish in problem.beds.wishes:
        if wish.rule == "ClosedWard" and problem.hard("ClosedWard") and new.size:
            made |= (wish.amount[wish.row[new, 0]] > 0).all(axis=0)[:, None]
    return made


def _lies_alone(problem: HospitalProblem, p: int) -> bool:
    """Whether a patient shares no room, whoever else may come."""
    told = problem.about.get(problem.patients.ids[p], {})
    other = told.get("gender") in problem.beds.genders[2:] or ("gender" in told and "accommodated_as" not in told)
    return bool(problem.patients.isolation[p]) and (told.get("isolation") == "alone" or other)


def free_beds(problem: HospitalProblem, plan: HospitalPlan) -> IntArray:
    """Beds that somebody may have, by whom they can take under the rules in force.

    A bed that is being cleaned, one beside a patient who lies alone and one of a ward that is closed to admissions are
    not free, where the rule that says so is hard.

    Parameters
    ----------
    problem : HospitalProblem
    plan : HospitalPlan

    Returns
    -------
    int array (5, rooms, days)
        Kinds are gender 0, gender 1, :data:`EITHER`, :data:`SIDE_ROOM` and :data:`RESTRICTED`; they are exclusive and
        add up to the free beds.
    """
    state, rooms, people = HospitalState(problem, plan), problem.rooms, problem.patients
    free = np.maximum(0, rooms.beds - being_cleaned(problem, plan) - state.count)
    free[_kept_empty(problem, state)] = 0
    whom = np.full(free.shape, EITHER)
    policy = np.broadcast_to(rooms.policy[:, None], free.shape)
    there = state.by_gender > 0
    if problem.weight("RoomGenderMix") != 0:
        single = policy == SAME_GENDER
        for gender in (0, 1):
            whom[single & there[:, :, gender]] = gender
        whom[single & there.all(axis=2)] = RESTRICTED
    for gender in (0, 1):
        whom[policy == gender] = gender
        whom[(policy == gender) & there[:, :, 1 - gender]] = RESTRICTED
    if problem.weight("RoomIsolation") != 0:
        isolated = state.tally((people.isolation > 0).astype(np.int64), 2)[:, :, 1] > 0
        whom[isolated] = RESTRICTED
    whom[(rooms.beds.max(axis=1) == 1)[:, None] & (state.count == 0)] = SIDE_ROOM
    return np.stack([np.where(whom == k, free, 0) for k in range(5)])
