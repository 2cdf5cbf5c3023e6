"""What the rest of Wardwise asks of the assignment of rooms and nurses."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from optimise.core.kinds import Board, Kind, Period, Table
from optimise.core.method import Outcome
from optimise.core.result import Bounds, Stats, Stop
from optimise.hospital.assignment.data import SHIFTS, AssignmentPlan
from optimise.hospital.assignment.impossible import impossible
from optimise.hospital.assignment.problem import AssignmentProblem
from optimise.hospital.room_board import room_board

__all__ = ["AssignmentKind"]


class AssignmentKind(Kind[AssignmentProblem, AssignmentPlan]):
    """Rooms and nurses of the patients of one ward."""

    name = "assignment"
    title = "room and nurse assignment"
    problem = AssignmentProblem
    plan = AssignmentPlan
    native = "iprnpa"

    def size(self, problem: AssignmentProblem) -> int:
        days = problem.patients.here.sum(axis=0)
        nurses = problem.nurses.duty.sum(axis=0)
        return int(days.sum() * len(problem.rooms.ids) + (np.repeat(days, SHIFTS) * nurses).sum())

    def preferred(self, problem: AssignmentProblem, usable: Callable[[str], bool]) -> tuple[str, ...]:
        return next(((name,) for name in ("parallel-search", "matheuristic") if usable(name)), ())

    def period(self, problem: AssignmentProblem) -> Period:
        return Period(problem.days)

    def explain(self, problem: AssignmentProblem, *, seconds: float) -> tuple[str, ...]:
        return impossible(problem)

    def without_plan(self, problem: AssignmentProblem, stop: Stop, *, seconds: float, stats: Stats) -> Outcome:
        found = impossible(problem)
        return Outcome(None, Stop.INFEASIBLE if found else stop, Bounds(), stats, found)

    def measures(self, problem: AssignmentProblem) -> dict[str, float]:
        return {"size": float(len(problem.patients.ids))}

    def table(self, problem: AssignmentProblem, plan: AssignmentPlan) -> Table:
        """One row a patient and day: the room and the nurses of its three shifts."""
        names = np.array([*problem.nurses.ids, ""], dtype=object)
        rooms = np.array([*problem.rooms.ids, ""], dtype=object)
        rows = []
        for p, day in np.argwhere(problem.patients.here).tolist():
            first = SHIFTS * day
            nurses = names[plan.nurse[p, first : first + SHIFTS]].tolist()
            rows.append((problem.patients.ids[p], day, rooms[plan.room[p, first]], *nurses))
        return Table(("patient", "day", "room", "early", "late", "night"), tuple(rows))

    def board(self, problem: AssignmentProblem, plan: AssignmentPlan) -> Board:
        """One row a room, the patients' ids separated by spaces."""
        return room_board(problem.rooms.ids, problem.patients.ids, plan.room[:, ::SHIFTS])
