"""The two-stage model against listing and evaluation; values of the scenarios."""

from __future__ import annotations

import numpy as np
import pytest

from optimise.capacity.model.capacity import CapacityModel
from optimise.capacity.model.capacity_values import rounded, wait_and_see
from optimise.capacity.risk import Risk
from optimise.core.method import Limits
from optimise.core.result import Stop
from optimise.driver import solve
from optimise.generate.capacity import capacity
from optimise.solvers.highs import Highs
from optimise.solvers.pyomo_bridge import from_pyomo, pyomo_model
from optimise.testing.capacity import CapacityCase, tiny


@pytest.mark.parametrize(("seed", "risk"), [(1, None), (2, Risk(0.5, 0.6)), (3, Risk(1.0, 0.5))])
def test_the_extensive_form_finds_the_listed_optimum(seed: int, risk: Risk | None) -> None:
    problem = tiny(seed, risk=risk)
    result = solve(problem, "highs", limits=Limits(seconds=60))
    assert result.stop is Stop.OPTIMAL
    assert result.cost == pytest.approx(CapacityCase("", problem).optimum.cost)


def test_values_of_the_scenarios_are_reported_and_ordered() -> None:
    problem = tiny(4, scenarios=4)
    counts = solve(problem, "highs", limits=Limits(seconds=60)).stats.counts
    for value in ("value of stochastic solution", "value of perfect information"):
        assert 0 <= counts[f"{value} at least"] <= counts[f"{value} at most"] + 1e-6
    lower, upper = wait_and_see(problem, range(4))
    for s in range(4):
        exact = Highs(CapacityModel(problem, [s]).model.freeze()).solve().objective
        assert lower[s] - 1e-6 <= exact <= upper[s] + 1e-6


def test_the_pyomo_model_is_the_array_model() -> None:
    problem = tiny(1, risk=Risk(0.3, 0.5))
    made = pyomo_model(problem)
    assert {"staff", "demand", "beds", "stay", "tail"} <= {c.local_name for c in made.component_objects()}
    ours = Highs(CapacityModel(problem).model.freeze()).solve()
    theirs = Highs(from_pyomo(made).arrays).solve()
    assert theirs.objective == pytest.approx(ours.objective)


@pytest.mark.parametrize("threshold", [0.0, 0.5])
def test_a_rounded_point_keeps_every_limit(threshold: float) -> None:
    problem = capacity(3, 3, 3, 5, 2, beds=60, units=("critical care", "transfers"))
    made = CapacityModel(problem)
    random = np.random.default_rng(0)
    f = made.model.freeze()
    for _ in range(5):
        values = random.uniform(f.lower, np.minimum(f.upper, 1e3))
        plan = made.plan(rounded(problem, made.stage, values, threshold))
        assert {v.rule for v in problem.evaluate(plan).violations} <= set()


def test_instances_of_different_thread_numbers_work_in_one_process() -> None:
    """HiGHS shares one thread pool in a process; evaluation inside a two-thread solve once failed on it."""
    problem = tiny(1)
    costs = {solve(problem, "highs", limits=Limits(seconds=30, threads=n)).cost for n in (2, 1)}
    assert len(costs) == 1
