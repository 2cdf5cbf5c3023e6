"""What the scenarios are worth: expected-value plan, wait-and-see costs and the two classical differences.

* Value of the stochastic solution: expected cost of the plan made for mean demand, less the best expected cost.
* Expected value of perfect information: the best expected cost, less the cost if each scenario were known before the
  plan is made (Birge, Louveaux 2011, chapter 4). With a risk measure both take the measure of the costs instead of
  their mean, which keeps both non-negative because the measure is monotone.

Neither needs the optimum itself: with an interval for it and for the wait-and-see cost both are intervals.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from optimise.capacity.model.capacity import CapacityModel, FirstStage, waiting, widths
from optimise.capacity.problem import CapacityPlan, CapacityProblem
from optimise.core.result import Bounds
from optimise.solvers.highs import Highs

__all__ = ["mean_plan", "mean_point", "rounded", "stochastic_values", "value_counts", "wait_and_see"]

Floats = NDArray[np.float64]


def mean_plan(
    problem: CapacityProblem, *, seconds: float = 20.0, seed: int = 0, nodes: int | None = 50
) -> CapacityPlan:
    """The plan of somebody who believes that mean demand will come, by HiGHS to 0.5 %."""
    need = np.einsum("s,sgt->gt", problem.scenarios.probabilities, problem.need)
    made = CapacityModel(problem, need=need)
    solved = Highs(made.model.freeze(), seed=seed).solve(seconds=seconds, gap=5e-3, nodes=nodes)
    if solved.values is None:
        return made.plan(rounded(problem, made.stage, made.model.freeze().lower))
    return made.plan(solved.values)


def mean_point(problem: CapacityProblem, *, seed: int = 0) -> Floats:
    """First stage of the linear relaxation for mean demand, shape (first-stage columns,): quick, and often fractional.

    Zeros where the first stage has no point at all.
    """
    need = np.einsum("s,sgt->gt", problem.scenarios.probabilities, problem.need)
    made = CapacityModel(problem, need=need)
    arrays = made.model.freeze()
    solved = Highs(replace(arrays, integer=np.zeros(arrays.columns, dtype=np.bool_)), seed=seed).solve()
    return np.zeros(made.stage.columns) if solved.values is None else solved.values[: made.stage.columns]


def rounded(problem: CapacityProblem, stage: FirstStage, values: Floats, threshold: float = 0.0) -> Floats:
    """First-stage point near ``values`` that keeps every limit, shape (first-stage columns,).

    Own beds are rounded up, where they are more than ``threshold`` above a whole number and bank shifts allow it, and
    else down; nothing is lent that is not whole; draws from shared units are rounded down.
    """
    wards, staff = problem.wards, problem.staffing
    opened = np.clip(values[stage.opened], wards.minimum, wards.maximum)
    own = problem.own[:, None]
    up, down = np.ceil(opened - max(threshold, 1e-6)), np.floor(opened + 1e-6)
    able = staff.beds + staff.bank_beds * staff.bank_maximum
    whole = np.where(own, up, np.maximum(down, wards.minimum)).astype(np.int64)
    for day in np.flatnonzero(whole[problem.own].sum(axis=0) > able):
        for w in np.flatnonzero(problem.own).tolist():
            spare = int(whole[problem.own, day].sum() - able[day])
            if spare <= 0:
                break
            whole[w, day] = max(int(wards.minimum[w, day]), int(whole[w, day]) - spare)
    short = np.maximum(0, whole[problem.own].sum(axis=0) - staff.beds)
    bank = -(-short // staff.bank_beds)
    lends = stage.lent >= 0
    lent = np.zeros(stage.lent.shape, dtype=np.int64)
    lent[lends] = np.floor(np.maximum(values[stage.lent[lends]], 0.0) + 1e-6).astype(np.int64)
    lent = np.minimum(lent, whole)
    accepted = np.clip(np.rint(values[stage.accepted]), 0, problem.electives.requests).astype(np.int64)
    plan = CapacityPlan(whole, bank, accepted, lent)
    for unit, used in problem.use(plan).items():
        # what was lent less than planned is drawn less too
        for day in np.flatnonzero(used > problem.share[unit]):
            over = int(used[day] - problem.share[unit][day])
            for v in range(len(wards.ids)):
                if wards.unit[v] == unit and over > 0:
                    less = min(over, int(whole[v, day] - wards.minimum[v, day]))
                    whole[v, day] -= less
                    over -= less
    return stage.point(replace(plan, opened=whole))


def wait_and_see(
    problem: CapacityProblem, scenarios: Iterable[int], *, seed: int = 0, over: Callable[[], bool] | None = None
) -> tuple[Floats, Floats]:
    """Cost of each scenario (first stage included) if it were known, as lower and upper bounds, shapes (scenarios,).

    Lower bounds are the linear relaxations, upper ones their first stages made whole. One HiGHS instance goes through
    all scenarios in order. Scenarios that are not reached before ``over`` get infinite bounds.
    """
    needs = problem.need[np.array(list(scenarios), dtype=np.int64)]
    lower, upper = np.full(len(needs), -math.inf), np.full(len(needs), math.inf)
    if not len(needs):
        return lower, upper
    made = CapacityModel(problem, need=needs[0])
    arrays = made.model.freeze()
    relaxed = replace(arrays, integer=np.zeros(arrays.columns, dtype=np.bool_))
    base = arrays.offset - float(waiting(problem, needs[0]))
    free, fixed = (Highs(relaxed, seed=seed, options={"presolve": "off", "solver": "simplex"}) for _ in range(2))
    first = np.arange(made.stage.columns)
    for i, need in enumerate(needs):
        if over is not None and over():
            break
        constant = base + float(waiting(problem, need)) - arrays.offset
        for highs in (free, fixed):
            highs.set_bounds(made.serve, 0.0, widths(problem, need).ravel())
        solved = free.solve()
        if solved.values is None:
            continue
        lower[i] = solved.bound + constant
        point = rounded(problem, made.stage, solved.values)
        fixed.set_bounds(first, point, point)
        upper[i] = fixed.solve().objective + constant
    return lower, upper


def stochastic_values(
    problem: CapacityProblem, bounds: Bounds, *, seconds: float = 20.0, seed: int = 0
) -> Mapping[str, float]:
    """:func:`value_counts` of a problem that was solved to these bounds, on one core."""
    plan = mean_plan(problem, seconds=seconds, seed=seed)
    lower, upper = wait_and_see(problem, range(problem.scenarios.count), seed=seed)
    return value_counts(problem, bounds, problem.evaluate(plan).cost, lower, upper)


def value_counts(
    problem: CapacityProblem, bounds: Bounds, mean_cost: float, lower: Floats, upper: Floats
) -> Mapping[str, float]:
    """Both values for the statistics of a result, each with what is proven of it.

    Parameters
    ----------
    bounds : Bounds
        Of the stochastic problem.
    mean_cost : float
        Expected (mixed) cost of the mean-demand plan.
    lower, upper : float arrays (scenarios,)
        As :func:`wait_and_see` gives them, for all scenarios.
    """
    p = problem.scenarios.probabilities
    see = tuple(problem.risk.mixed(costs, p) if np.isfinite(costs).all() else math.nan for costs in (lower, upper))
    best = min(bounds.primal, mean_cost)
    made = {
        "mean-demand plan costs": mean_cost,
        "wait-and-see at least": see[0],
        "wait-and-see at most": see[1],
        "value of stochastic solution at least": max(0.0, mean_cost - best),
        "value of stochastic solution at most": mean_cost - bounds.dual,
        "value of perfect information at least": max(0.0, bounds.dual - see[1]),
        "value of perfect information at most": best - see[0],
    }
    return {name: float(value) for name, value in made.items() if math.isfinite(value)}
