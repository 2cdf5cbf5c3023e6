"""What the rest of Wardwise asks of hospitals."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any

import numpy as np

from optimise.core.kinds import Board, Kind, Period, Table
from optimise.hospital.context import HospitalPlan
from optimise.hospital.explain import explain
from optimise.hospital.model.hospital import HospitalModel
from optimise.hospital.problem import HospitalProblem
from optimise.hospital.repair import moves_of, moves_told, relief, repair
from optimise.hospital.rules.grid import hospital_grid
from optimise.hospital.view import stays

__all__ = ["HospitalKind"]

#: Decisions up to which the whole model alone is the best choice. Measured on two cores: HiGHS closes IHTC small01
#: (about 200 decisions) and finds no plan in 40 s for test01 (about 3000).
SMALL = 500
#: Decisions up to which the whole model has a first try, of some seconds at most, where only beds are planned. A bed
#: state of 69 people (1,860 decisions): HiGHS proves 60 in 3 s of processor time; the search stood at 80 after 30 s.
TRIED = 5_000


class HospitalKind(Kind[HospitalProblem, HospitalPlan]):
    """Bed plans, with or without theatres and nursing."""

    name = "hospital"
    title = "hospital"
    problem = HospitalProblem
    plan = HospitalPlan
    native = "hospital"
    report = "optimise.report.hospital:HospitalReport"
    replan = "optimise.replan.hospital:HospitalReplan"
    generators: Mapping[str, str] = MappingProxyType({"hospital": "optimise.generate.files:hospital_file"})
    schemas: Mapping[str, str] = MappingProxyType(
        {
            "hospital": "optimise.formats:schema/hospital-1.json",
            "hospital-document": "optimise.formats:schema/hospital-document-1.json",
            "hospital-plan": "optimise.formats:schema/hospital-plan-1.json",
        }
    )

    def size(self, problem: HospitalProblem) -> int:
        rooms = (~problem.patients.forbidden).sum(axis=1)
        window = problem.patients.due - problem.patients.release + 1
        return int((rooms * window).sum())

    def model(self, problem: HospitalProblem, **options: Any) -> HospitalModel:
        return HospitalModel(problem, **options)

    def preferred(self, problem: HospitalProblem, usable: Callable[[str], bool]) -> tuple[str, ...]:
        """The whole model where it is small; else prices for fixed stays, the joint search for everything else.

        Beds alone that are not many get a short try of the whole model first.
        """
        size = self.size(problem)
        wanted = ("highs",) if size <= SMALL else ("column-generation", "hospital", "matheuristic")
        chosen = next(((name,) for name in wanted if usable(name)), ())
        beds_alone = problem.theatres is None and problem.nursing is None
        tried = ("highs",) if SMALL < size <= TRIED and beds_alone and usable("highs") else ()
        return (*tried, *chosen)

    def period(self, problem: HospitalProblem) -> Period:
        return Period(problem.days, problem.start)

    def grid(self, problem: HospitalProblem) -> float:
        return hospital_grid(problem)

    def explain(self, problem: HospitalProblem, *, seconds: float) -> tuple[str, ...]:
        return tuple(explain(problem, seconds=seconds))

    def repaired(self, problem: HospitalProblem, plan: HospitalPlan) -> HospitalPlan:
        found = repair(problem, plan)
        return found.plan if found.hard == 0 else plan

    def remarks(self, problem: HospitalProblem, plan: HospitalPlan) -> tuple[str, ...]:
        """What looks wrong in the data; people in hospital who must move; who must come and has no bed."""
        moved = tuple(move for move in moves_of(problem, plan) if problem.patients.inpatient[move[0]])
        return (*problem.doubts, *moves_told(problem, moved), *relief(problem, plan))

    def measures(self, problem: HospitalProblem) -> dict[str, float]:
        return {"size": float(len(problem.patients.ids))}

    def table(self, problem: HospitalProblem, plan: HospitalPlan) -> Table:
        """One row an unbroken stay in a room."""
        columns = ("patient", "room", "ward", "bed", "first_day", "last_day", "days", "admission", "theatre")
        rooms, beds, rows = problem.rooms, problem.rooms.bed_ids, []
        for s in stays(plan):
            theatre = int(plan.theatre[s.patient])
            operated = problem.theatres.ids[theatre] if theatre >= 0 and problem.theatres is not None else ""
            bed = beds[s.room][s.bed] if s.bed >= 0 and beds else ""
            where = (rooms.ids[s.room], rooms.wards[rooms.ward[s.room]], bed)
            when = (s.first, s.last, s.days, int(plan.admission[s.patient]))
            rows.append((problem.patients.ids[s.patient], *where, *when, operated))
        return Table(columns, tuple(rows))

    def board(self, problem: HospitalProblem, plan: HospitalPlan) -> Board:
        """One row a room, the patients' ids separated by spaces."""
        cells: list[list[list[str]]] = [[[] for _ in range(problem.days)] for _ in problem.rooms.ids]
        for p, day in np.argwhere(plan.room >= 0).tolist():
            cells[plan.room[p, day]][day].append(problem.patients.ids[p])
        text = tuple(tuple(" ".join(cell) for cell in row) for row in cells)
        return Board(("room",), tuple(problem.rooms.ids), tuple(range(problem.days)), text)
