"""What the rest of Wardwise asks of hospitals."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any

import numpy as np

from optimise.core.kinds import Board, Kind, Period, Table
from optimise.hospital.context import HospitalPlan
from optimise.hospital.explain import explain
from optimise.hospital.held import held_told
from optimise.hospital.model.hospital import HospitalModel
from optimise.hospital.problem import HospitalProblem
from optimise.hospital.repair import moves_told, relief, repair
from optimise.hospital.room_board import room_board
from optimise.hospital.rules import known_rules
from optimise.hospital.rules.grid import hospital_grid
from optimise.hospital.shut_beds import shut_told
from optimise.hospital.view import stays

__all__ = ["HospitalKind"]

#: Decisions up to which the whole model alone is the best choice. Measured on two cores: HiGHS closes IHTC small01
#: (about 200 decisions) and finds no plan in 40 s for test01 (about 3000).
SMALL = 500
#: Choices of a room, by admission day and by night, up to which HiGHS goes on from the plan of a search.
PROVABLE = 10_000


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

    def schema(self, name: str, published: dict[str, Any]) -> dict[str, Any]:
        """Names of the rules in force; others are room wishes of the document itself, and so are not refused."""
        known = {"examples": list(known_rules())}
        if name == "hospital-document":
            price = published["$defs"]["Price"]
            entry = {**price["properties"], "rule": {**price["properties"]["rule"], **known}}
            return {**published, "$defs": {**published["$defs"], "Price": {**price, "properties": entry}}}
        if name == "hospital":
            rules = published["properties"]["rules"]
            named = {**rules, "propertyNames": {**rules["propertyNames"], **known}}
            return {**published, "properties": {**published["properties"], "rules": named}}
        return published

    def size(self, problem: HospitalProblem) -> int:
        rooms = (~problem.patients.forbidden).sum(axis=1)
        window = problem.patients.due - problem.patients.release + 1
        return int((rooms * window).sum())

    def model(self, problem: HospitalProblem, **options: Any) -> HospitalModel:
        return HospitalModel(problem, **options)

    def preferred(self, problem: HospitalProblem, usable: Callable[[str], bool]) -> tuple[str, ...]:
        """The whole model where it is small; else prices for fixed stays, the joint search for everything else.

        A search has no bound: where the whole model has a size that is often proven soon, it goes on from the plan.
        """
        wanted = ("highs",) if self.size(problem) <= SMALL else ("column-generation", "hospital", "matheuristic")
        first = next((name for name in wanted if usable(name)), "")
        proves = first in ("hospital", "matheuristic") and usable("highs") and self.provable(problem)
        return (first, "highs") if proves else (first,) if first else ()

    @staticmethod
    def provable(problem: HospitalProblem) -> bool:
        """Whether the whole model is of a size that HiGHS often proves: rooms by admission day and by night.

        Nursing makes the rows several times the columns (IHTC i01: 13000 and 3700), and so is left to the search.
        """
        people = problem.patients
        rooms = (~people.forbidden).sum(axis=1)
        window = people.due - people.release + 1
        columns = int((rooms * (window + np.minimum(people.stay, problem.days))).sum())
        return problem.nursing is None and columns <= PROVABLE

    def period(self, problem: HospitalProblem) -> Period:
        return Period(problem.days, problem.start)

    def grid(self, problem: HospitalProblem) -> float:
        return hospital_grid(problem)

    def explain(self, problem: HospitalProblem, *, seconds: float) -> tuple[str, ...]:
        return tuple(explain(problem, seconds=seconds))

    def repaired(self, problem: HospitalProblem, plan: HospitalPlan) -> HospitalPlan:
        found = repair(problem, plan)
        return found.plan if found.hard == 0 else plan

    def unread(self, problem: HospitalProblem) -> tuple[str, ...]:
        return problem.unread

    def remarks(self, problem: HospitalProblem, plan: HospitalPlan) -> tuple[str, ...]:
        """What looks wrong in the data; who moves where; who must come and has no bed, and what would free one; how
        well the plan holds where stays may be longer."""
        moves = moves_told(problem, plan)
        return (*problem.doubts, *moves, *relief(problem, plan), *shut_told(problem, plan), *held_told(problem, plan))

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
        return room_board(problem.rooms.ids, problem.patients.ids, plan.room)
