"""The clauses that every solving method keeps.

Each clause is a function of a method and of cases; it calls the method through :func:`optimise.solve` and raises
``AssertionError`` that says what was promised.
"""

from __future__ import annotations

import math
import random as random_module
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from optimise.core.bounds import rounding, same_cost
from optimise.core.method import Limits, Method, Progress
from optimise.core.result import Result, Stop
from optimise.driver import solve
from optimise.roster.problem import RosterProblem
from optimise.testing.brute import Optimum, brute

__all__ = ["CLAUSES", "Case", "Clause", "contract"]

#: Seconds that a method may overrun a limit or a request to stop: one sub-model, one pricing round, a busy machine.
GRACE = 6.0
#: Seconds that are plenty for a tiny ward.
PLENTY = 20.0
#: Work limit for tiny wards.
ROUNDS = 5


@dataclass(frozen=True, eq=False)
class Case:
    """A problem to try a method on; ``tiny`` ones have a listed optimum."""

    name: str
    problem: RosterProblem
    tiny: bool = True

    @cached_property
    def optimum(self) -> Optimum:
        """By listing all rosters."""
        return brute(self.problem)


Clause = Callable[[Method, Sequence[Case]], None]
#: The clauses by name, in the order in which they are tried.
CLAUSES: dict[str, Clause] = {}


def contract(method: Method, cases: Sequence[Case]) -> None:
    """Hold a method to every clause on the cases that it supports.

    Parameters
    ----------
    method : Method
        The method to be proven.
    cases : sequence of Case
        Problems with what is known of them.
    """
    for clause in CLAUSES.values():
        clause(method, cases)


def _clause(function: Clause) -> Clause:
    CLAUSES[function.__name__] = function
    return function


def _tiny(method: Method, cases: Sequence[Case], *, feasible: bool = True) -> list[Case]:
    return [c for c in cases if c.tiny and c.optimum.feasible == feasible and method.supports(c.problem)]


def _large(method: Method, cases: Sequence[Case]) -> list[Case]:
    return [c for c in cases if not c.tiny and method.supports(c.problem)]


@_clause
def claims_are_true(method: Method, cases: Sequence[Case]) -> None:
    """A plan keeps all hard rules; dual bound <= listed optimum <= cost; "optimal" means equal."""
    for case in _tiny(method, cases):
        best = case.optimum.cost
        result = solve(case.problem, method, limits=Limits(seconds=PLENTY, iterations=ROUNDS))
        _honest(case, result)
        slack = rounding(best)
        assert result.stop is not Stop.INFEASIBLE, f"{case.name} has a plan"
        assert result.bounds.dual <= best + slack, f"{case.name}: bound {result.bounds.dual} above the optimum {best}"
        assert result.cost >= best - slack, f"{case.name}: cost {result.cost} below the optimum {best}"
        if result.stop is Stop.OPTIMAL:
            assert same_cost(result.cost, best), f"{case.name}: {result.cost} called optimal, the optimum is {best}"


def _honest(case: Case, result: Result) -> None:
    assert result.stop is not Stop.ERROR, case.name
    if result.plan is None:
        assert result.cost == math.inf, case.name
        assert result.evaluation is None, case.name
    else:
        assert result.feasible, f"{case.name}: a plan that breaks {result.evaluation}"


@_clause
def no_plan_is_told_with_a_reason(method: Method, cases: Sequence[Case]) -> None:
    """Where no plan exists none is returned; whoever says so gives an infinite bound or an explanation."""
    for case in _tiny(method, cases, feasible=False):
        result = solve(case.problem, method, limits=Limits(seconds=PLENTY / 5))
        assert result.plan is None or not result.feasible, case.name
        assert result.stop is Stop.INFEASIBLE, f"{case.name}: stopped with {result.stop}"
        assert result.bounds.dual == math.inf or result.explanation, f"{case.name}: infeasible without a reason"


@_clause
def the_time_limit_holds(method: Method, cases: Sequence[Case]) -> None:
    """A run ends within its limit and a grace."""
    for case in _large(method, cases):
        solve(case.problem, method, limits=Limits(seconds=0.5))  # kernels are compiled in the first call
        begin = time.perf_counter()
        result = solve(case.problem, method, limits=Limits(seconds=2.0))
        spent = time.perf_counter() - begin
        assert spent <= 2.0 + GRACE, f"{case.name}: {spent:.1f} s for a limit of 2 s"
        _honest(case, result)


@_clause
def the_listener_can_stop_it(method: Method, cases: Sequence[Case]) -> None:
    """A listener that returns True is heard, long before the time limit."""
    for case in _large(method, cases):
        heard: list[float] = []

        def listen(progress: Progress, heard: list[float] = heard) -> bool:
            heard.append(progress.seconds)
            return True

        begin = time.perf_counter()
        result = solve(case.problem, method, limits=Limits(seconds=120.0), listen=listen)
        spent = time.perf_counter() - begin
        assert heard, f"{case.name}: the listener never heard anything"
        assert spent - heard[0] <= 2 * GRACE, f"{case.name}: went on for {spent - heard[0]:.1f} s after it was stopped"
        assert result.stop in (Stop.INTERRUPTED, Stop.OPTIMAL, Stop.GAP), f"{case.name}: stopped with {result.stop}"


@_clause
def the_same_seed_gives_the_same_answer(method: Method, cases: Sequence[Case]) -> None:
    """Under a work limit plan, bounds and reason are a function of the seed."""
    for case in _tiny(method, cases)[:3]:
        first, second = (
            solve(case.problem, method, limits=Limits(seconds=PLENTY, iterations=ROUNDS), seed=5) for _ in range(2)
        )
        assert first.plan == second.plan, case.name
        assert first.bounds == second.bounds, case.name
        assert first.stop == second.stop, case.name


@_clause
def a_start_plan_is_never_made_worse(method: Method, cases: Sequence[Case]) -> None:
    """The result costs no more than a feasible plan that was given to start from."""
    for case in _tiny(method, cases)[:4]:
        start = case.optimum.plan
        result = solve(case.problem, method, limits=Limits(seconds=PLENTY, iterations=ROUNDS), start=start)
        assert same_cost(result.cost, case.optimum.cost), f"{case.name}: {result.cost} from {case.optimum.cost}"


@_clause
def the_problem_is_left_as_it_was(method: Method, cases: Sequence[Case]) -> None:
    """Neither the problem, nor the options, nor the process's random state is touched."""
    for case in _tiny(method, cases)[:2]:
        before, random = case.problem.digest(), _global_state()
        options: dict[str, object] = {}
        solve(case.problem, method, limits=Limits(seconds=PLENTY, iterations=ROUNDS), options=options)
        assert case.problem.digest() == before, f"{case.name}: the problem was changed"
        assert options == {}, f"{case.name}: the options were changed"
        assert _global_state() == random, f"{case.name}: the global random state was used"


def _global_state() -> str:
    """The process's own random streams, which no method may draw from."""
    return repr((np.random.get_state(legacy=False), random_module.getstate()))  # noqa: NPY002


@_clause
def threads_do_not_disturb_each_other(method: Method, cases: Sequence[Case]) -> None:
    """Several solves at once give what each gives alone."""
    chosen = _tiny(method, cases)[:3]
    limits = Limits(seconds=3 * PLENTY, iterations=ROUNDS)

    def run(case: Case) -> Result:
        return solve(case.problem, method, limits=limits, seed=2)

    alone = [run(case) for case in chosen]
    with ThreadPoolExecutor(max_workers=max(1, len(chosen))) as pool:
        together = list(pool.map(run, chosen))
    for case, one, other in zip(chosen, alone, together, strict=True):
        assert one.plan == other.plan, case.name
        assert one.bounds == other.bounds, case.name
