"""Why somebody moves: a closed or full room, an infection, for whom the bed is freed; and who goes first."""

from __future__ import annotations

import numpy as np

from optimise.hospital.problem import HospitalPlan, HospitalProblem

__all__ = ["move_reason"]

_NAMED = 3  # people named at most


def move_reason(problem: HospitalProblem, plan: HospitalPlan, move: tuple[int, int, int, int]) -> str:
    """Why a patient leaves a room on a day, and who has to leave the other room first.

    Parameters
    ----------
    problem : HospitalProblem
    plan : HospitalPlan
    move : tuple of int
        Patient, day, rooms before and after.

    Returns
    -------
    str
        Follows ``patient X moves from room A to B on Mon 30 Nov``; empty where the plan does not show it.
    """
    p, day, room, to = move
    people, beds = problem.patients, problem.rooms.beds
    before, after = people.home if day == 0 else plan.room[:, day - 1], plan.room[:, day]
    beside = np.flatnonzero((before == room) & (np.arange(len(people)) != p))
    going_on = int((after[beside] >= 0).sum()) + 1
    new = np.flatnonzero((after == room) & (before != room)).tolist()
    why = ""
    if not beds[room, day]:
        why = ", since the room is closed"
    elif going_on > beds[room, day]:
        why = f", since the room has fewer open beds ({beds[room, day]}) than people ({going_on})"
    elif people.isolation[p] and (people.isolation[beside] != people.isolation[p]).any():
        why = f", to lie apart{_infection(problem, p)}"
    elif new:
        first = sorted(new, key=lambda q: (people.isolation[q] == 0, q))[:_NAMED]
        why = ", to make room for " + " and ".join(people.ids[q] + _infection(problem, q) for q in first)
    lain = np.flatnonzero(before == to)
    leavers = [q for q in lain.tolist() if after[q] != to]
    full = len(lain) >= beds[to, day] or (people.isolation[lain] != people.isolation[p]).any()
    if leavers and full:
        names = [people.ids[q] for q in leavers[:_NAMED]]
        why += f"; {' and '.join(names)} {'leaves' if len(names) == 1 else 'leave'} that room first"
    return why


def _infection(problem: HospitalProblem, p: int) -> str:
    """`` (MRSA)`` where somebody lies apart for it."""
    told = problem.about.get(problem.patients.ids[p], {})
    name = told.get("infection") or told.get("isolation")
    return f" ({name})" if name and problem.patients.isolation[p] else ""
