"""What a method must never get wrong beside the exact solver on a small problem.

Both get the same time. Where HiGHS has a plan the method has one, not much dearer; it says "infeasible" only where
HiGHS agrees and with a reason; no bound is above the other's plan; all costs lie on the problem's grid; and what an
explanation names is irreducible.
"""

from __future__ import annotations

import math
import time
import traceback
from dataclasses import dataclass

from optimise.core.bounds import rounding
from optimise.core.kinds import cost_grid
from optimise.core.method import Limits, Method, Progress
from optimise.core.problem import Problem
from optimise.core.result import Result, Stop
from optimise.driver import solve
from optimise.roster.explain import explain, only
from optimise.roster.model.roster import RosterModel
from optimise.roster.problem import RosterProblem
from optimise.solvers.highs import Highs

__all__ = ["DEARER", "Agreement", "compare_with_highs", "reducible"]

#: How much dearer than HiGHS' plan a method's may be after the same time.
DEARER = 1.2


@dataclass(frozen=True, slots=True)
class Agreement:
    """Both results of a problem (None after an error) and what is wrong with the method's, a sentence each."""

    faults: tuple[str, ...]
    highs: Result | None
    found: Result | None
    seconds: tuple[float, float] = (0.0, 0.0)


def compare_with_highs(
    problem: Problem,
    method: str | Method = "auto",
    *,
    seconds: float = 5.0,
    seed: int = 0,
    explained: bool = True,
    patience: float = math.inf,
) -> Agreement:
    """Solve a problem by HiGHS and by a method and say what does not fit together.

    Parameters
    ----------
    problem : Problem
    method : str or Method
    seconds : float
        Time limit of each.
    seed : int
    explained : bool
        Whether to test the conflict that is named for an infeasible roster, rule by rule.
    patience : float
        Seconds after which the method is stopped once it has a plan as cheap as HiGHS' own.

    Returns
    -------
    Agreement
        Both results and what does not fit together.
    """
    limits, spent = Limits(seconds=seconds), []
    enough = -math.inf

    def listen(progress: Progress) -> bool:
        return progress.seconds > patience and progress.primal <= enough

    results: list[Result | None] = []
    faults: list[str] = []
    for name, one in (("highs", "highs"), ("the method", method)):
        began = time.perf_counter()
        try:
            results.append(solve(problem, one, limits=limits, seed=seed, listen=listen))
            enough = results[0].cost if results[0] is not None else enough
        except Exception as error:
            results.append(None)
            last = traceback.extract_tb(error.__traceback__)[-1]
            faults.append(f"{name} ended in an error: {error!r} in {last.name}, line {last.lineno}")
        spent.append(time.perf_counter() - began)
    highs, found = results
    if highs is not None and found is not None:
        faults += _differences(problem, highs, found)
    if explained and found is not None and found.stop is Stop.INFEASIBLE and isinstance(problem, RosterProblem):
        faults += reducible(problem)
    return Agreement(tuple(faults), highs, found, (spent[0], spent[1]))


def _differences(problem: Problem, highs: Result, found: Result) -> list[str]:
    faults: list[str] = []
    if highs.feasible and not found.feasible:
        faults.append(f"no plan ({found.stop}), HiGHS has one of cost {highs.cost:g}")
    if found.stop is Stop.INFEASIBLE and highs.stop is not Stop.INFEASIBLE:
        faults.append(f"called infeasible, HiGHS says {highs.stop}")
    if highs.stop is Stop.INFEASIBLE and found.feasible:
        faults.append(f"a plan of cost {found.cost:g} where HiGHS proves that there is none")
    if found.stop is Stop.INFEASIBLE and not found.explanation:
        faults.append("infeasible without a reason")
    if highs.feasible and found.feasible and found.cost > DEARER * highs.cost + 1e-6:
        faults.append(f"cost {found.cost:g}, HiGHS {highs.cost:g}")
    for name, bound, cost in (("the bound", found, highs), ("HiGHS' bound", highs, found)):
        if cost.feasible and bound.bounds.dual > cost.cost + rounding(cost.cost):
            faults.append(f"{name} {bound.bounds.dual:.10g} ({bound.bounds.dual_source}) above the cost {cost.cost:g}")
    grid = cost_grid(problem)
    for result in (highs, found):
        if grid and result.feasible and not on_grid(result.cost, grid):
            faults.append(f"cost {result.cost!r} is not a multiple of {grid!r}")
    return faults


def on_grid(cost: float, grid: float) -> bool:
    """Whether a cost is a multiple of the grid, but for rounding."""
    return abs(cost / grid - round(cost / grid)) * grid <= 1e-9 * max(1.0, abs(cost))


def reducible(problem: RosterProblem, *, seconds: float = 20.0) -> list[str]:
    """What is wrong with the conflict that is named for an infeasible roster: no conflict, or more than one needs."""
    told = explain(problem, seconds=seconds)
    if told is None or not told.infeasible:
        return ["nothing explains why there is no plan"]
    if not told.irreducible:
        return ["the conflict could not be cut to the fewest in time"]
    faults = ["what is named is no conflict"] if _possible(only(problem, told.parts)) else []
    for left_out in told.parts:
        if not _possible(only(problem, [p for p in told.parts if p is not left_out])):
            faults.append(f"named for nothing: {left_out.who}{left_out.verb}{left_out.when} ({left_out.rule})")
    relaxed = None if told.nearest is None else problem.evaluate(told.nearest)
    if relaxed is None or {v.rule for v in relaxed.violations if v.hard} != set(told.relaxed_rules):
        faults.append("no roster stands behind the way out")
    return faults


def _possible(problem: RosterProblem) -> bool:
    """Whether some roster keeps all hard rules, by HiGHS on the model in clauses."""
    model = RosterModel(problem, form="clauses").model.freeze()
    solved = Highs(model).solve(seconds=math.inf, nodes=10_000)
    return solved.stop is not Stop.INFEASIBLE and not solved.unbounded
