"""What the rest of Wardwise asks of rosters."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any

import numpy as np

from optimise.core.errors import UnsupportedError
from optimise.core.kinds import Board, Floor, Kind, Period, Table, load
from optimise.core.method import Outcome
from optimise.core.result import Bounds, Stats, Stop
from optimise.roster.context import Roster
from optimise.roster.evaluate import check_roster
from optimise.roster.explain import explain
from optimise.roster.model.roster import RosterModel
from optimise.roster.problem import RosterProblem
from optimise.roster.rules.schema import with_named_rules
from optimise.roster.view import requests_told

__all__ = ["RosterKind"]

#: Decisions up to which the whole model has a first try, of some seconds at most. Measured on random wards of 10 to
#: 110 decisions: HiGHS proves nearly all of them in 0.1 s, column generation takes 0.4 to 3 s and more.
TINY = 250
#: Decisions from which a plan is made first: column generation needs minutes there to find one.
LARGE = 100_000
#: Table cells of all people together beyond which one round of exact pricing takes minutes.
MOST_WORK = 4e8
#: Loaded when a plan is looked for: with it comes Numba, which reading, checking and showing a plan do not need.
_CONSTRUCT = "optimise.roster.search.construct"


class RosterKind(Kind[RosterProblem, Roster]):
    """Staff rosters of any family."""

    name = "roster"
    title = "roster"
    problem = RosterProblem
    plan = Roster
    native = "native"
    report = "optimise.report.roster:RosterReport"
    replan = "optimise.replan.roster:RosterReplan"
    generators: Mapping[str, str] = MappingProxyType({"ward": "optimise.generate.files:ward_file"})
    schemas: Mapping[str, str] = MappingProxyType({"ward": "optimise.formats:schema/ward-1.json"})

    def schema(self, name: str, published: dict[str, object]) -> dict[str, Any]:
        return with_named_rules(published) if name == "ward" else published

    def fit(self, problem: RosterProblem, plan: Roster) -> None:
        check_roster(problem, plan)

    def size(self, problem: RosterProblem) -> int:
        people, days, duties = problem.shape
        return people * days * max(1, duties - 1)

    def unread(self, problem: RosterProblem) -> tuple[str, ...]:
        return tuple(problem.meta.get("unread", ()))

    def remarks(self, problem: RosterProblem, plan: Roster) -> tuple[str, ...]:
        """What was left out of the instance when it was read."""
        return tuple(problem.meta.get("remarks", ()))

    def model(self, problem: RosterProblem, **options: Any) -> RosterModel:
        return RosterModel(problem, **options)

    def preferred(self, problem: RosterProblem, usable: Callable[[str], bool]) -> tuple[str, ...]:
        """Column generation, which beat the whole model on every benchmark tried; tiny ones after a short try of that.

        What it cannot express goes to fix-and-optimise and then, from that plan, to the whole model.
        """
        if usable("column-generation"):
            # the longest ones have a way of their own in there, which makes its own first plan
            size = self.size(problem)
            if size <= TINY and usable("highs"):
                return ("highs", "column-generation")
            early = size > LARGE and not self.endless(problem) and usable("matheuristic")
            return ("matheuristic", "column-generation") if early else ("column-generation",)
        return tuple(name for name in ("matheuristic", "highs") if usable(name))

    @staticmethod
    def endless(problem: RosterProblem) -> bool:
        """Whether one exact pricing round over everybody would take minutes (a year of Curtois Instance22: 130 s)."""
        try:
            cells: float = load("optimise.roster.totals:table_cells")(problem.compiled, problem.automata)
            return problem.shape[0] * cells > MOST_WORK
        except UnsupportedError:
            return False

    def period(self, problem: RosterProblem) -> Period:
        return Period(problem.horizon.days, problem.horizon.start)

    def day(self, problem: RosterProblem, day: int) -> str:
        return problem.horizon.label(day)

    def first_plan(self, problem: RosterProblem, seed: int, over: Callable[[], bool]) -> Roster | None:
        made: Roster | None = load(f"{_CONSTRUCT}:quick_start")(problem, seed, over)
        return made

    def evened(self, problem: RosterProblem, plan: Roster, over: Callable[[], bool]) -> Roster:
        if not problem.ties or not problem.evaluate(plan).feasible:
            return plan
        made: Roster = load("optimise.roster.search.evening:evened")(problem, plan, over)
        return made

    def floor(self, problem: RosterProblem) -> Floor:
        return Floor(problem.compiled.floor, "each day's cheapest duty; no rule has a negative price")

    def grid(self, problem: RosterProblem) -> float:
        return problem.compiled.grid

    def explain(self, problem: RosterProblem, *, seconds: float) -> tuple[str, ...]:
        found = explain(problem, seconds=seconds)
        return () if found is None else tuple(found.as_lines())

    def without_plan(self, problem: RosterProblem, stop: Stop, *, seconds: float, stats: Stats) -> Outcome:
        """Proven infeasible and explained; else with the rules that the nearest roster breaks, where one is known."""
        found = explain(problem, seconds=seconds)
        if found is None:
            return Outcome(None, stop, Bounds(), stats)
        if not found.infeasible:
            return Outcome(None, stop, Bounds(), stats, found.as_lines())
        bounds = Bounds(dual=math.inf, dual_source="proof that the hard rules contradict each other")
        return Outcome(None, Stop.INFEASIBLE, bounds, stats, found.as_lines())

    def headlines(self, problem: RosterProblem, plan: Roster) -> tuple[str, ...]:
        told = requests_told(problem, plan)
        return (f"{told}.",) if told else ()

    def measures(self, problem: RosterProblem) -> dict[str, float]:
        return {"size": float(len(problem.employees) * problem.horizon.days)}

    def table(self, problem: RosterProblem, plan: Roster) -> Table:
        """One row a duty worked."""
        columns = ("employee", "name", "day", "date", "weekday", "duty", "shift", "skill", "minutes")
        rows = []
        for i, j in np.argwhere(plan.duties > 0).tolist():
            duty, employee = problem.duties[plan.duties[i, j]], problem.employees[i]
            shift = problem.shifts[duty.shift]
            skill = problem.skills[duty.skill] if duty.skill >= 0 else ""
            minutes = int(problem.paid_minutes[j, plan.duties[i, j]])
            when = (j, problem.horizon.date(j), problem.horizon.weekday(j))
            rows.append((employee.id, employee.name, *when, duty.id, shift.id, skill, minutes))
        return Table(columns, tuple(rows))

    def board(self, problem: RosterProblem, plan: Roster) -> Board:
        """One row a person, duty ids, ``""`` for off."""
        cells = tuple(tuple("" if cell == "-" else cell for cell in row) for row in problem.table(plan))
        days = tuple(problem.horizon.date(d) or d for d in range(problem.horizon.days))
        return Board(("employee",), tuple(e.id for e in problem.employees), days, cells)
