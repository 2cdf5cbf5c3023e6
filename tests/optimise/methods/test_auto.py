"""What ``auto`` chooses, and how it joins two methods."""

from __future__ import annotations

import math
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import optimise
from optimise.core.method import Limits, Outcome, SerialComm
from optimise.core.result import Bounds, Stop
from optimise.generate import hospital, ward
from optimise.hospital import kind as hospital_kind
from optimise.methods import auto
from optimise.methods.auto import AutoMethod
from optimise.roster import kind as roster_kind
from optimise.roster.problem import Roster, RosterProblem


@pytest.fixture(scope="module")
def problem() -> RosterProblem:
    return ward(4, 1, seed=2).problem()


class Says:
    """A method with a fixed outcome that remembers what it was given."""

    def __init__(self, outcome: Outcome) -> None:
        self.outcome = outcome
        self.given: dict[str, Any] = {}

    def supports(self, problem: Any) -> bool:
        return True

    def solve(self, problem: Any, **given: Any) -> Outcome:
        self.given = given
        return self.outcome


@pytest.fixture
def two(monkeypatch: pytest.MonkeyPatch, problem: RosterProblem) -> tuple[Says, Says]:
    plan = Roster(np.zeros(problem.shape[:2], dtype=np.int16))
    first = Says(Outcome(plan, Stop.TIME, Bounds(10.0, 2.0, "first", "first")))
    second = Says(Outcome(None, Stop.TIME, Bounds(math.inf, 5.0, "", "second")))
    methods = {"matheuristic": first, "highs": second}
    monkeypatch.setattr(auto, "available_methods", lambda: methods)
    monkeypatch.setattr(auto, "get_method", lambda name: methods[name])
    return first, second


def solved(problem: RosterProblem, seconds: float = 100.0) -> Outcome:
    return AutoMethod().solve(problem, limits=Limits(seconds), seed=0, comm=SerialComm(), listen=lambda progress: False)


def test_a_small_ward_is_solved_to_the_end(problem: RosterProblem) -> None:
    result = optimise.solve(problem, "auto", limits=optimise.Limits(20))
    assert result.stop is Stop.OPTIMAL


def test_rosters_go_to_column_generation_where_it_is_installed(
    problem: RosterProblem, two: tuple[Says, Says], monkeypatch: pytest.MonkeyPatch
) -> None:
    methods = {"matheuristic": two[0], "highs": two[1], "column-generation": two[1]}
    monkeypatch.setattr(auto, "available_methods", lambda: methods)
    monkeypatch.setattr(auto, "get_method", lambda name: methods[name])
    assert auto.choices(problem) == ("highs", "column-generation")  # a tiny one
    monkeypatch.setattr(roster_kind, "TINY", 0)
    assert auto.choices(problem) == ("column-generation",)
    monkeypatch.setattr(roster_kind, "LARGE", 0)
    assert auto.choices(problem) == ("matheuristic", "column-generation")


def test_a_tiny_ward_is_tried_whole_for_some_seconds_and_again_while_there_is_no_plan(
    problem: RosterProblem, monkeypatch: pytest.MonkeyPatch
) -> None:
    seconds: list[float] = []

    class Tries(Says):
        def solve(self, problem: Any, **given: Any) -> Outcome:
            seconds.append(given["limits"].seconds)
            return self.outcome

    nothing = Outcome(None, Stop.TIME, Bounds())
    methods = {"column-generation": Says(nothing), "highs": Tries(nothing)}
    monkeypatch.setattr(auto, "available_methods", lambda: methods)
    monkeypatch.setattr(auto, "get_method", lambda name: methods[name])
    solved(problem)
    assert seconds == [pytest.approx(5.0, abs=1), pytest.approx(100.0, abs=1)]


def test_a_work_limit_leaves_out_the_try_that_ends_by_the_clock(
    problem: RosterProblem, monkeypatch: pytest.MonkeyPatch
) -> None:
    plan = Roster(np.zeros(problem.shape[:2], dtype=np.int16))
    works = Says(Outcome(plan, Stop.ITERATIONS, Bounds(10.0, 2.0, "columns", "columns")))
    methods = {"column-generation": works, "highs": Says(Outcome(None, Stop.TIME, Bounds()))}
    monkeypatch.setattr(auto, "available_methods", lambda: methods)
    monkeypatch.setattr(auto, "get_method", lambda name: methods[name])
    limits = Limits(100.0, iterations=3)
    AutoMethod().solve(problem, limits=limits, seed=0, comm=SerialComm(), listen=lambda progress: False)
    assert works.given["limits"].seconds > 90
    assert not methods["highs"].given


def test_a_larger_one_gets_a_good_plan_first(problem: RosterProblem, two: tuple[Says, Says]) -> None:
    first, second = two
    solved(problem)
    assert first.given["limits"].seconds == pytest.approx(35, abs=1)
    assert second.given["start"] is first.outcome.plan
    assert second.given["limits"].seconds > 90


def test_the_better_plan_and_the_better_bound_are_kept(problem: RosterProblem, two: tuple[Says, Says]) -> None:
    outcome = solved(problem)
    assert outcome.plan is two[0].outcome.plan
    assert (outcome.bounds.primal, outcome.bounds.dual) == (10.0, 5.0)
    assert (outcome.bounds.primal_source, outcome.bounds.dual_source) == ("first", "second")


def test_a_proof_ends_the_chain(problem: RosterProblem, two: tuple[Says, Says]) -> None:
    first, second = two
    first.outcome = Outcome(None, Stop.INFEASIBLE, Bounds())
    assert solved(problem).stop is Stop.INFEASIBLE
    assert not second.given


def test_nothing_installed_is_nothing_chosen(problem: RosterProblem, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(auto, "available_methods", dict)
    assert auto.choices(problem) == ()
    assert not AutoMethod().supports(problem)


def test_hospitals_are_searched_unless_tiny(benchmarks: Path) -> None:
    tiny = optimise.read(benchmarks / "ihtc2024" / "small" / "small01.json", format="ihtc")
    real = optimise.read(benchmarks / "ihtc2024" / "test" / "test01.json", format="ihtc")
    assert auto.choices(tiny) == ("highs",)
    assert auto.choices(real) == ("hospital",)


def test_beds_with_fixed_stays_are_left_to_prices_and_their_own_search(benchmarks: Path) -> None:
    beds = optimise.read(benchmarks / "pas" / "instances" / "testdata01.txt")
    assert auto.choices(beds) == ("column-generation",)


def test_another_method_is_asked_while_there_is_no_plan(
    problem: RosterProblem, two: tuple[Says, Says], monkeypatch: pytest.MonkeyPatch
) -> None:
    plan = Roster(np.zeros(problem.shape[:2], dtype=np.int16))
    gives_up = Says(Outcome(None, Stop.GAP, Bounds(dual=3.0, dual_source="columns")))
    finds = Says(Outcome(plan, Stop.OPTIMAL, Bounds(10.0, 10.0, "second", "second")))
    monkeypatch.setattr(roster_kind, "TINY", 0)
    methods = {"column-generation": gives_up, "matheuristic": Says(Outcome(None, Stop.STUCK, Bounds())), "highs": finds}
    monkeypatch.setattr(auto, "available_methods", lambda: methods)
    monkeypatch.setattr(auto, "get_method", lambda name: methods[name])
    done = solved(problem)
    assert done.plan is plan
    assert done.stop is Stop.OPTIMAL
    assert finds.given["limits"].seconds > 90  # all the time that is left


def test_a_method_without_a_plan_gives_way_and_nobody_has_interrupted(
    problem: RosterProblem, two: tuple[Says, Says], monkeypatch: pytest.MonkeyPatch
) -> None:
    listener = auto._Remembering(lambda progress: False, patience=0.0)
    assert listener.stopping
    assert not listener.asked
    methods = {"column-generation": Says(Outcome(None, Stop.INTERRUPTED, Bounds()))}
    monkeypatch.setattr(auto, "available_methods", lambda: methods)
    monkeypatch.setattr(auto, "get_method", lambda name: methods[name])
    assert solved(problem).stop is Stop.TIME


def test_the_whole_model_goes_on_from_the_search_where_its_size_is_often_proven(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    problem = hospital(patients=12, days=5, seed=1)
    bare = replace(problem, nursing=None)
    usable = {"hospital", "matheuristic", "highs"}.__contains__
    monkeypatch.setattr(hospital_kind, "SMALL", 0)
    kind = hospital_kind.HospitalKind()
    assert kind.preferred(bare, usable) == ("hospital", "highs")
    assert kind.preferred(bare, {"hospital"}.__contains__) == ("hospital",)
    assert kind.preferred(problem, usable) == ("hospital",)  # nursing makes many rows
    monkeypatch.setattr(hospital_kind, "PROVABLE", 1)
    assert kind.preferred(bare, usable) == ("hospital",)


def test_a_turn_ends_by_work_and_not_by_the_clock_under_a_work_limit(
    problem: RosterProblem, two: tuple[Says, Says]
) -> None:
    limits = Limits(100.0, iterations=7)
    AutoMethod().solve(problem, limits=limits, seed=0, comm=SerialComm(), listen=lambda progress: False)
    first, second = (method.given["limits"] for method in two)
    assert (first.iterations, second.iterations) == (7, 7)
    assert first.seconds > 99.0
    assert second.seconds > 99.0
