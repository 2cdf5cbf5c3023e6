"""Every clause of the contract of methods can fail, and fails on a method with that one fault."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from importlib import import_module
from typing import Any

import numpy as np
import pytest

from optimise.core.method import Outcome
from optimise.core.result import Bounds, Stop
from optimise.driver import MethodError
from optimise.roster.problem import Roster, RosterProblem
from optimise.roster.rules import Cover, Demand, Request, Requests, Segment
from optimise.testing import CLAUSES, Case, contract, ward
from optimise.testing.wards import WORK

Answer = Callable[[RosterProblem, Mapping[str, Any]], Outcome]


@dataclass
class Fake:
    """A method that does what it is told to."""

    answer: Answer
    name: str = "fake"

    def supports(self, problem: Any) -> bool:
        return isinstance(problem, RosterProblem)

    def solve(self, problem: RosterProblem, **given: Any) -> Outcome:
        return self.answer(problem, given)


def wishing() -> RosterProblem:
    """Two people, two days, a wish: any roster is feasible, all but a few cost something."""
    return ward("wish", [Requests(name="w", requests=(Request(0, 0, 1, 5.0), Request(1, 1, 1, 3.0)))], people=2, days=2)


def impossible() -> RosterProblem:
    """More people are needed than there are."""
    demand = Demand(0, WORK, 9, under=(Segment(float("inf"), float("inf")),))
    return ward("impossible", [Cover(name="cover", demands=(demand,))], people=2, days=2)


def planned(problem: RosterProblem, duties: Any, stop: Stop = Stop.ITERATIONS, **bounds: Any) -> Outcome:
    plan = Roster(np.array(duties, dtype=np.int16))
    return Outcome(plan, stop, Bounds(primal=problem.evaluate(plan).cost, primal_source="fake", **bounds))


def off(problem: RosterProblem) -> Outcome:
    return planned(problem, np.zeros(problem.shape[:2]))


def best(problem: RosterProblem, given: Mapping[str, Any]) -> Outcome:
    return planned(problem, [[1, 0], [0, 1]])


CASES = (Case("wish", wishing()), Case("impossible", impossible()))
LARGE = (Case("large", wishing(), tiny=False),)


def fails(clause: str, answer: Answer, said: str, cases: tuple[Case, ...] = CASES) -> None:
    with pytest.raises((AssertionError, MethodError), match=said):  # the driver's own checks count
        CLAUSES[clause](Fake(answer), cases)


def test_a_sound_method_passes() -> None:
    def sound(problem: RosterProblem, given: Mapping[str, Any]) -> Outcome:
        if problem.name == "impossible":
            return Outcome(None, Stop.INFEASIBLE, Bounds(dual=np.inf, dual_source="fewer people than needed"))
        start = given["start"]
        return best(problem, given) if start is None else planned(problem, start.duties)

    contract(Fake(sound), CASES)


def test_a_bound_above_the_optimum() -> None:
    made = Bounds(dual=1.0, dual_source="fake")
    fails("claims_are_true", lambda p, given: Outcome(None, Stop.TIME, made), "bound 1.0 above the optimum")


def test_an_optimum_that_is_none() -> None:
    made = Bounds(8.0, 8.0, "fake", "fake")
    fails("claims_are_true", lambda p, given: Outcome(off(p).plan, Stop.OPTIMAL, made), "bound 8.0 above the optimum")


def test_no_plan_and_no_word_why() -> None:
    made = Outcome(None, Stop.INTERRUPTED, Bounds())  # else the driver looks for the reason
    fails("no_plan_is_told_with_a_reason", lambda p, given: made, "stopped with interrupted")


def test_infeasible_where_there_is_a_plan() -> None:
    fails("claims_are_true", lambda p, given: Outcome(None, Stop.INFEASIBLE, Bounds()), "has a plan")


def test_a_limit_overrun(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(import_module("optimise.testing.contract"), "GRACE", -2.0)  # nothing takes no time

    def slow(problem: RosterProblem, given: Mapping[str, Any]) -> Outcome:
        time.sleep(0.01)
        return off(problem)

    fails("the_time_limit_holds", slow, "for a limit of 2 s", LARGE)


def test_a_method_that_says_nothing_to_its_listener() -> None:
    fails("the_listener_can_stop_it", lambda p, given: off(p), "never heard", LARGE)


def test_answers_of_no_seed() -> None:
    asked: list[int] = []

    def moody(problem: RosterProblem, given: Mapping[str, Any]) -> Outcome:
        asked.append(1)
        return planned(problem, [[len(asked) % 2, 0], [0, 0]])

    fails("the_same_seed_gives_the_same_answer", moody, "wish")


def test_a_start_taken_for_a_proof() -> None:
    """The driver keeps a start plan that is thrown away; it cannot mend what is claimed of it."""
    made = Bounds(dual=1.0, dual_source="fake")
    fails("a_start_plan_is_never_made_worse", lambda p, given: Outcome(None, Stop.TIME, made), "the lower bound 1.0")


def test_the_process_own_random_numbers() -> None:
    def gambler(problem: RosterProblem, given: Mapping[str, Any]) -> Outcome:
        np.random.random()  # noqa: NPY002
        return off(problem)

    state = np.random.get_state()  # noqa: NPY002
    try:
        fails("the_problem_is_left_as_it_was", gambler, "global random state")
    finally:
        np.random.set_state(state)  # noqa: NPY002


def test_threads_that_share_what_they_should_not() -> None:
    running: list[int] = []
    both = threading.Barrier(2)
    cases = (Case("one", wishing()), Case("two", wishing()))
    calls: list[int] = []

    def shared(problem: RosterProblem, given: Mapping[str, Any]) -> Outcome:
        calls.append(1)
        running.append(1)
        if len(calls) > len(cases):  # the calls after the lonely ones come two at a time
            both.wait(timeout=20)
        made = planned(problem, [[len(running) - 1, 0], [0, 0]])
        if len(calls) > len(cases):
            both.wait(timeout=20)
        running.pop()
        return made

    fails("threads_do_not_disturb_each_other", shared, r"one|two", cases)
