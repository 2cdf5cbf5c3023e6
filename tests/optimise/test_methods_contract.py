"""Every installed method keeps the contract on rostering problems."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from optimise.core.bounds import TOLERANCE
from optimise.core.method import Limits, Method, Outcome, available_methods, get_method
from optimise.core.result import Bounds, Stop
from optimise.driver import solve
from optimise.formats.base import read
from optimise.roster.problem import RosterProblem
from optimise.roster.rules import Cover, Demand, Segment
from optimise.testing import CLAUSES, Case, brute, cases, ward
from optimise.testing.wards import WORK

CASES = cases()


#: Options that make a slow method light enough for tiny wards; the clauses hold for any options.
LIGHT: dict[str, dict[str, Any]] = {
    "qaoa": {"people": 2, "columns": 3, "shots": 32, "pieces": 1, "depth": 1, "evaluations": 5}
}


#: Methods whose contract is part of the quick subset: the whole model, the decomposition, the circuits.
QUICK = ("highs", "column-generation", "qaoa")


@dataclass
class Light:
    """A method with options of its own."""

    method: Method
    given: dict[str, Any]
    name: str

    def supports(self, problem: Any) -> bool:
        return self.method.supports(problem)

    def solve(self, problem: Any, *, options: Mapping[str, Any] | None = None, **rest: Any) -> Outcome:
        return self.method.solve(problem, options={**self.given, **(options or {})}, **rest)


def method_or_skip(name: str) -> Method:
    try:
        method: Method = Light(get_method(name), LIGHT.get(name, {}), name)
    except ModuleNotFoundError as error:
        pytest.skip(f"method {name} cannot be imported: {error}")
    if not method.supports(CASES[0].problem):
        pytest.skip(f"method {name} does not plan rosters")
    return method


@pytest.mark.parametrize("clause", CLAUSES)
@pytest.mark.parametrize(
    "name", [pytest.param(n, marks=[pytest.mark.quick] if n in QUICK else []) for n in available_methods()]
)
def test_clause(name: str, clause: str, capfd: pytest.CaptureFixture[str]) -> None:
    CLAUSES[clause](method_or_skip(name), CASES)
    assert capfd.readouterr().out == "", "a library prints nothing"


@pytest.mark.parametrize("name", available_methods())
def test_smallest_published_instance(name: str, benchmarks: Path) -> None:
    """Curtois Instance1 has the published optimum 607."""
    method = method_or_skip(name)
    problem = read(benchmarks / "curtois" / "instances" / "Instance1.txt", format="curtois")
    if not method.supports(problem):
        pytest.skip(f"method {name} does not plan wards of this size")
    result = solve(problem, method, limits=Limits(seconds=3))
    assert result.plan is None or result.feasible
    assert result.bounds.dual <= 607 * (1 + TOLERANCE)
    assert result.cost >= 607 * (1 - TOLERANCE)


def test_the_cases_hold_both_kinds() -> None:
    feasible = [c.optimum.feasible for c in CASES if c.tiny]
    assert True in feasible
    assert False in feasible


def test_listing_all_rosters_agrees_with_the_evaluator() -> None:
    for case in CASES:
        if case.tiny and case.optimum.plan is not None:
            evaluation = case.problem.evaluate(case.optimum.plan)
            assert evaluation.feasible
            assert evaluation.cost == pytest.approx(case.optimum.cost)


def test_listing_refuses_what_is_too_large() -> None:
    with pytest.raises(ValueError, match="too large"):
        brute(next(c.problem for c in CASES if not c.tiny))


@dataclass
class Liar:
    """Claims whatever it is told to; every clause must be able to fail."""

    claim: Outcome
    name: str = "liar"

    def supports(self, problem: Any) -> bool:
        return isinstance(problem, RosterProblem)

    def solve(self, problem: RosterProblem, **given: Any) -> Outcome:
        return self.claim


NOTHING = Outcome(None, Stop.TIME, Bounds())


@pytest.mark.parametrize(
    ("clause", "claim"),
    [
        ("claims_are_true", Outcome(None, Stop.TIME, Bounds(dual=1e9))),
        ("claims_are_true", Outcome(None, Stop.INFEASIBLE, Bounds())),
        ("the_listener_can_stop_it", NOTHING),
    ],
)
def test_a_method_that_breaks_a_clause_is_caught(clause: str, claim: Outcome) -> None:
    with pytest.raises(AssertionError):
        CLAUSES[clause](Liar(claim), CASES)


def test_a_method_that_changes_its_problem_is_caught() -> None:
    class Meddler(Liar):
        def solve(self, problem: RosterProblem, **given: Any) -> Outcome:
            problem.compiled.counters[0].upper[:] = 0
            return NOTHING

    demand = Demand(0, WORK, 1, under=(Segment(float("inf"), 1.0),))
    fresh = Case("fresh", ward("fresh", [*CASES[2].problem.rules[2:3], Cover(name="cover", demands=(demand,))]))
    with pytest.raises(AssertionError, match="changed"):
        CLAUSES["the_problem_is_left_as_it_was"](Meddler(NOTHING), [fresh])
