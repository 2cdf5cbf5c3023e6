"""Small wards with a right answer, each by the default method and by the whole model; and every example file."""

from __future__ import annotations

import math
from functools import cache
from pathlib import Path

import pytest

import optimise
from optimise import Limits
from optimise.core.result import Result, Stop
from optimise.roster.problem import Roster, RosterProblem

CASES = Path(__file__).parent / "cases"
EXAMPLES = Path(__file__).parents[2] / "examples"

#: Least cost of each case that has a plan, and what of it is missing cover; the rest are contracted hours.
RIGHT = {
    "cap-7-days": (0.0, 0.0),
    "cyclic-part-time": (0.0, 0.0),
    "dst-spring": (2.0, 0.0),  # 9 h of 10
    "fair-12-7": (0.0, 0.0),
    "history-7th-day": (100.0, 100.0),
    "monfri-5-days": (0.0, 0.0),
    "month31-12h": (0.0, 0.0),
    "night-before-pin": (100.0 + 7.0, 100.0),
    "night-into-unavailable": (100.0 + 8.0, 100.0),
    "no-one-qualified": (300.0, 300.0),
    "overconstrained": (118.0, 118.0),
    "partial-day": (3.0, 0.0),
    "run-at-end": (0.0, 0.0),
    "skill-double": (12.0, 0.0),
}
#: Kernels may be compiled within it; a run ends as soon as it has what is asked for.
LONG = Limits(seconds=300.0)


@cache
def solved(name: str, method: str) -> tuple[RosterProblem, Result]:
    """A case solved until its right cost is reached."""
    problem = optimise.read(CASES / f"{name}.json")
    assert isinstance(problem, RosterProblem)
    least = RIGHT.get(name, (-math.inf, 0.0))[0]
    return problem, optimise.solve(problem, method, limits=LONG, listen=lambda now: now.primal <= least + 1e-6)


def worked(problem: RosterProblem, result: Result) -> list[list[str]]:
    """Names of the duties, by person and day."""
    assert isinstance(result.plan, Roster)
    return [[problem.duties[a].id for a in row] for row in result.plan.duties.tolist()]


@pytest.mark.parametrize("method", ["auto", "highs"])
@pytest.mark.parametrize("name", RIGHT)
def test_a_case_has_its_right_cost(name: str, method: str) -> None:
    problem, result = solved(name, method)
    cost, missing = RIGHT[name]
    assert result.feasible
    assert result.cost == pytest.approx(cost, abs=1e-6)
    assert result.bounds.dual <= cost + 1e-6
    found = problem.evaluate(result.plan)
    assert sum(v.cost for v in found.violations if v.rule.startswith("cover")) == pytest.approx(missing)


@pytest.mark.parametrize("method", ["auto", "highs"])
def test_pins_against_the_rest_rule_leave_no_plan_and_are_named(method: str) -> None:
    _, result = solved("pin-conflict", method)
    assert result.stop is Stop.INFEASIBLE
    assert "pin" in " ".join(result.explanation)


def test_sixty_hours_hold_in_any_seven_days() -> None:
    problem, result = solved("cap-7-days", "auto")
    hours = {"-": 0.0, "E": 7.5, "N": 11.25}
    for row in worked(problem, result):
        day = [hours[name] for name in row]
        assert max(sum(day[d : d + 7]) for d in range(len(day) - 6)) <= 60.0


@pytest.mark.parametrize("method", ["auto", "highs"])
def test_five_days_of_work_are_no_week_too_long(method: str) -> None:
    problem, result = solved("monfri-5-days", method)
    assert worked(problem, result) == [["E"] * 5]


@pytest.mark.parametrize("method", ["auto", "highs", "column-generation"])
def test_twelve_shifts_among_seven_alike_are_shared(method: str) -> None:
    problem = optimise.read(CASES / "fair-12-7.json")
    assert isinstance(problem, RosterProblem)
    result = optimise.solve(problem, method, limits=LONG)  # until it is proven
    assert sorted(sum(duty != "-" for duty in row) for row in worked(problem, result)) == [1, 1, 2, 2, 2, 2, 2]
    assert result.bounds.dual == result.cost == 0


@pytest.mark.parametrize("method", ["auto", "highs"])
def test_who_is_away_from_two_in_the_afternoon_works_until_one(method: str) -> None:
    problem, result = solved("partial-day", method)
    assert worked(problem, result)[0][2] == "H"


def test_the_sixth_day_was_yesterday() -> None:
    problem, result = solved("history-7th-day", "auto")
    assert worked(problem, result) == [["-", "E"]]


def test_nights_and_days_of_a_month_are_shared() -> None:
    problem, result = solved("month31-12h", "auto")
    rows = worked(problem, result)
    assert {row.count("N") for row in rows} <= {5, 6}
    assert sum(row.count("N") + row.count("D") for row in rows) == 62


def test_nobody_works_more_than_the_hard_maximum_of_days() -> None:
    problem, result = solved("overconstrained", "auto")
    for row in worked(problem, result):
        assert "E,E,E,E" not in ",".join(row)


@pytest.mark.parametrize(
    "name",
    [
        "annotated.yaml",
        "annotated-hospital.yaml",
        "annotated-capacity.yaml",
        "minimal.yaml",
        "ward4x7.json",
        "ward30.json",
        "hospital60.json",
    ],
)
def test_the_default_method_has_a_plan_for_every_example(name: str) -> None:
    problem = optimise.read(EXAMPLES / name)
    result = optimise.solve(problem, limits=LONG, listen=lambda now: math.isfinite(now.primal))
    assert result.feasible
    assert problem.evaluate(result.plan).feasible
