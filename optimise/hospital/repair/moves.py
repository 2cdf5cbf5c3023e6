"""Moves as the first remedy: who must move where, and when, so that every other hard rule can be kept."""

from __future__ import annotations

import numpy as np

from optimise.core.method import Deadline
from optimise.hospital.context import HospitalContext, HospitalPlan
from optimise.hospital.evaluate import hard_and_cost
from optimise.hospital.problem import HospitalProblem
from optimise.hospital.repair.reasons import move_reason
from optimise.hospital.repair.reinsert import PatientReinsertion
from optimise.hospital.repair.relief import left_out
from optimise.hospital.repair.repair import Repaired, repair
from optimise.hospital.rules.base import plural

__all__ = ["LEFT_OUT", "fewest_moves", "moves_of", "moves_told"]

#: Ticks, in units of a move, of a mandatory patient left out.
LEFT_OUT = 1000

Moves = tuple[tuple[int, int, int, int], ...]


def fewest_moves(problem: HospitalContext, *, seconds: float) -> Repaired:
    """A plan that keeps the hard rules but ``Transfer``, with few moves and nobody left out if that can be found.

    Parameters
    ----------
    problem : HospitalContext
        In which moves have the price 1, leaving out a mandatory patient has :data:`LEFT_OUT`, and no other rule has
        one.
    """
    clock = Deadline(seconds)
    made = repair(problem, problem.empty_plan(), seconds=0.5 * seconds)
    if made.hard:
        return made
    movers = sorted({p for p, _, _, _ in moves_of(problem, made.plan)})
    plan = PatientReinsertion(problem).run(made.plan, movers, seed=0, seconds=max(0.0, clock.left))
    return Repaired(plan, *hard_and_cost(problem, plan), made.displaced, left_out(problem, plan))


def moves_of(problem: HospitalContext, plan: HospitalPlan) -> Moves:
    """Moves of a plan as (patient, day, from, to), in order; an in-patient starts from the room he or she lies in."""
    before = np.concatenate([problem.patients.home[:, None], plan.room[:, :-1]], axis=1)
    moved = (plan.room >= 0) & (before >= 0) & (before != plan.room)
    return tuple((int(p), int(d), int(before[p, d]), int(plan.room[p, d])) for p, d in np.argwhere(moved))


def moves_told(problem: HospitalProblem, plan: HospitalPlan, *, most: int = 12) -> tuple[str, ...]:
    """A sentence a move, who, where to, when and why; beyond ``most`` only how many more."""
    people, rooms, moves = problem.patients.ids, problem.rooms.ids, moves_of(problem, plan)
    told = [
        f"patient {people[p]} moves from room {rooms[r]} to {rooms[to]} on {problem.dated(d)}"
        + move_reason(problem, plan, (p, d, r, to))
        for p, d, r, to in moves[:most]
    ]
    if len(moves) > most:
        told.append(f"and {plural(len(moves) - most, 'more move')}")
    return tuple(told)
