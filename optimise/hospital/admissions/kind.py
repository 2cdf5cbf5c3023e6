"""What the rest of Wardwise asks of admission scheduling."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from optimise.core.kinds import Board, Kind, Period, Table
from optimise.hospital.admissions.data import AdmissionPlan
from optimise.hospital.admissions.problem import AdmissionProblem
from optimise.hospital.room_board import room_board

__all__ = ["AdmissionKind"]


class AdmissionKind(Kind[AdmissionProblem, AdmissionPlan]):
    """Admission days and rooms, with theatre sessions of specialties."""

    name = "admissions"
    title = "admission scheduling"
    problem = AdmissionProblem
    plan = AdmissionPlan
    native = "orpas"

    def size(self, problem: AdmissionProblem) -> int:
        rooms = (~problem.patients.forbidden).sum(axis=1)
        return int((rooms * (problem.patients.due - problem.patients.release + 1)).sum())

    def preferred(self, problem: AdmissionProblem, usable: Callable[[str], bool]) -> tuple[str, ...]:
        return next(((name,) for name in ("parallel-search", "matheuristic", "highs") if usable(name)), ())

    def period(self, problem: AdmissionProblem) -> Period:
        return Period(problem.days, problem.start)

    def grid(self, problem: AdmissionProblem) -> float:
        return 1.0

    def measures(self, problem: AdmissionProblem) -> dict[str, float]:
        return {"size": float(len(problem.patients.ids))}

    def table(self, problem: AdmissionProblem, plan: AdmissionPlan) -> Table:
        """One row an unbroken stay in a room."""
        columns = ("patient", "room", "ward", "first_day", "last_day", "days", "admission")
        rows, rooms = [], problem.rooms
        for p, first in enumerate(plan.admission.tolist()):
            nights = np.flatnonzero(plan.room[p] >= 0)
            where = plan.room[p, nights]
            breaks = np.flatnonzero((np.diff(nights) != 1) | (np.diff(where) != 0)) + 1
            for part in np.split(nights, breaks) if len(nights) else ():
                r = int(plan.room[p, part[0]])
                place = (rooms.ids[r], rooms.wards[rooms.ward[r]])
                rows.append((problem.patients.ids[p], *place, int(part[0]), int(part[-1]), len(part), first))
        return Table(columns, tuple(rows))

    def board(self, problem: AdmissionProblem, plan: AdmissionPlan) -> Board:
        """One row a room, the patients' ids separated by spaces."""
        return room_board(problem.rooms.ids, problem.patients.ids, plan.room)
