"""The exact cost of capacity plans, against a program written hour by hour for SciPy."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from scipy.optimize import linprog

from optimise.capacity.evaluate import recourse
from optimise.capacity.problem import CapacityPlan, CapacityProblem
from optimise.capacity.risk import Risk
from optimise.core.errors import InputError
from optimise.generate.capacity import capacity


def hour_by_hour(problem: CapacityProblem, plan: CapacityPlan, s: int) -> float:
    """Recourse cost of a scenario with a column for every boarding hour, by SciPy."""
    groups, wards, rounds = len(problem.specialties), len(problem.wards.ids), problem.rounds
    periods, days, step = problem.scenarios.horizon, problem.days, problem.step
    pairs = [(g, w) for g in range(groups) for w in range(wards) if np.isfinite(problem.outlying[g, w])]
    names = [("y", i, k) for i in range(len(pairs)) for k in range(rounds)]
    names += [("m", i, k) for i in range(len(pairs)) for k in range(rounds)]
    names += [("b", g, t) for g in range(groups) for t in range(periods)]
    names += [("c", g, d) for g in range(groups) for d in range(days)]
    at = {name: i for i, name in enumerate(names)}
    cost = np.zeros(len(names))
    rows, right = [], []  # rows @ x <= right
    for name, i in at.items():
        if name[0] == "y":
            cost[i] = problem.outlying[pairs[name[1]]] * step * problem.hours
        elif name[0] == "m":
            cost[i] = problem.transfer[pairs[name[1]][0]]
        elif name[0] == "b":
            cost[i] = problem.boarding[name[1]] * problem.hours
        else:
            cost[i] = problem.electives.cancellation[name[1]]
    for g in range(groups):
        for t in range(periods):
            row, kept = np.zeros(len(names)), 0.0
            for i, pair in enumerate(pairs):
                if pair[0] == g:
                    row[at["y", i, t // step]] = -1.0
            row[at["b", g, t]] = -1.0
            for d in range(days):
                came = d * problem.periods_per_day + problem.electives.hour // problem.hours
                begin = t // step * step  # the bed is kept for whole placements
                share = (
                    1.0 if came // step == t // step else (problem.survival[g, begin - came] if begin > came else 0.0)
                )
                row[at["c", g, d]] = -share
                kept += share * plan.accepted[g, d]
            rows.append(row)
            right.append(-problem.need[s, g, t] - kept)
    for w in range(wards):
        for k in range(rounds):
            row = np.zeros(len(names))
            for i, pair in enumerate(pairs):
                if pair[1] == w:
                    row[at["y", i, k]] = 1.0
            rows.append(row)
            day = k * step // problem.periods_per_day
            right.append(plan.opened[w, day] - plan.lent[w, day])
    for i, (g, w) in enumerate(pairs):
        for k in range(rounds):
            row = np.zeros(len(names))
            row[at["y", i, k]] = row[at["m", i, k]] = -1.0
            if k:
                row[at["y", i, k - 1]] = problem.staying[g]
            rows.append(row)
            right.append(0.0 if k else -problem.residual[g, 0] * problem.occupied[g, w])
    bounds = [(0, plan.accepted[name[1:]] if name[0] == "c" else None) for name in names]
    found = linprog(cost, np.array(rows), np.array(right), bounds=bounds, method="highs-ipm")
    assert found.status == 0
    return float(found.fun)


def some_plan(problem: CapacityProblem, seed: int) -> CapacityPlan:
    random = np.random.default_rng(seed)
    wards = problem.wards
    opened = random.integers(wards.minimum, wards.maximum + 1)
    return CapacityPlan(opened, problem.staffing.bank_maximum, random.integers(0, problem.electives.requests + 1))


@pytest.mark.parametrize(("seed", "step"), [(1, 24), (2, 8), (3, 1)])
def test_recourse_is_what_an_hourly_program_finds(seed: int, step: int) -> None:
    problem = capacity(3, 2, 2, 3, seed, beds=25, step=step)
    asked = replace(problem.electives, requests=np.full((2, 2), 2))
    problem = replace(problem, electives=asked)
    plan = some_plan(problem, seed)
    for s, cost in enumerate(recourse(problem, plan).cost):
        assert cost == pytest.approx(hour_by_hour(problem, plan, s), rel=1e-6, abs=1e-4)


def test_components_add_up_and_cvar_counts_the_tail() -> None:
    problem = capacity(8, 2, 2, 3, 5, beds=30, risk=Risk(0.4, 0.75))
    plan = some_plan(problem, 1)
    after, found = recourse(problem, plan), problem.evaluate(plan)
    worst = np.sort(after.cost)[-2:].mean()  # a quarter of eight
    assert problem.risk.tail(after.cost, problem.scenarios.probabilities) == pytest.approx(worst)
    first = sum(r.cost for r in found.rules if r.rule in ("Open beds", "Bank staff", "Refused electives"))
    assert found.cost == pytest.approx(first + 0.6 * after.cost.mean() + 0.4 * worst)
    assert found.cost == pytest.approx(sum(r.cost for r in found.rules))


def test_every_broken_limit_is_told() -> None:
    problem = capacity(2, 2, 2, 3, 6, beds=20, units=("transfers",))
    plan = CapacityPlan(
        problem.wards.maximum + 1,
        problem.staffing.bank_maximum * 0,
        problem.electives.requests + 1,
        problem.wards.maximum + 5,
    )
    found = problem.evaluate(plan)
    assert not found.feasible
    assert {v.rule for v in found.violations} == {"Bed limits", "Staffed beds", "Lent beds", "Elective requests"}


def test_a_plan_of_other_shape_is_refused() -> None:
    problem = capacity(2, 2, 2, 3, 6, beds=20)
    with pytest.raises(InputError, match="opened"):
        problem.evaluate(CapacityPlan(problem.wards.maximum[:1], problem.staffing.beds, problem.electives.requests))
