"""Ruin and recreate keeps its books, keeps personal rules, and puts one person back optimally."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from optimise.core.method import Limits, SerialComm
from optimise.core.result import Stop
from optimise.formats import read
from optimise.methods.matheuristic import MatheuristicMethod
from optimise.roster.kernels import Pricer, on_grid
from optimise.roster.kernels.cover import CoverRows
from optimise.roster.problem import Roster, RosterProblem
from optimise.roster.search.construct import hard_price
from optimise.roster.search.reinsertion import Reinsertion
from optimise.roster.search.relaxation import Relaxation, ascend


def curtois(benchmarks: Path, number: int) -> RosterProblem:
    problem = read(benchmarks / "curtois" / "instances" / f"Instance{number}.txt")
    assert isinstance(problem, RosterProblem)
    return problem


def reinsertion(problem: RosterProblem) -> Reinsertion:
    cover = CoverRows(problem.compiled)
    return Reinsertion(problem.compiled, problem.automata, cover, hard_price(problem.compiled))


def constructed(problem: RosterProblem) -> Reinsertion:
    made = reinsertion(problem)
    assert made.construct(np.random.default_rng(1))
    assert made.repair(np.random.default_rng(2), lambda: False)
    return made


@pytest.mark.parametrize("number", [4, 5, 14, 18])
def test_constructed_and_searched_plans_cost_what_the_evaluator_says(benchmarks: Path, number: int) -> None:
    problem = curtois(benchmarks, number)
    search = constructed(problem)
    first = search.cost
    value = problem.evaluate(Roster(search.plan.words))
    assert value.feasible
    assert value.cost == pytest.approx(first, abs=1e-6)
    change = search.improve(lambda: 5.0, seed=3, over=lambda: False, trials=600)
    value = problem.evaluate(Roster(search.plan.words))
    assert value.feasible
    assert value.cost == pytest.approx(first + change, abs=1e-6)
    assert value.cost < first


def test_a_cold_search_never_loses_and_gives_the_same_plan_for_the_same_seed(benchmarks: Path) -> None:
    problem = curtois(benchmarks, 5)
    plans = []
    for _ in range(2):
        search = constructed(problem)
        assert search.improve(lambda: 0.0, seed=8, over=lambda: False, trials=200) <= 0.0
        plans.append(search.plan.words.copy())
    assert np.array_equal(plans[0], plans[1])


def test_days_outside_the_span_and_pinned_totals_stay(benchmarks: Path) -> None:
    problem = curtois(benchmarks, 14)
    search = constructed(problem)
    before, amounts = search.plan.words.copy(), search.plan.amounts.copy()
    pinned = np.zeros(len(amounts), dtype=bool)
    pinned[::2] = True
    search.improve(lambda: 5.0, seed=4, over=lambda: False, span=(10, 30), pinned=pinned, trials=300)
    assert np.array_equal(before[:, :10], search.plan.words[:, :10])
    assert np.array_equal(before[:, 30:], search.plan.words[:, 30:])
    assert not np.array_equal(before, search.plan.words)
    assert np.isfinite(search.cost)
    assert np.array_equal(amounts[pinned], search.plan.amounts[pinned])


@pytest.mark.parametrize("number", [2, 5])
def test_one_person_over_the_whole_horizon_is_put_back_as_exact_pricing_would(benchmarks: Path, number: int) -> None:
    problem = curtois(benchmarks, number)
    search = constructed(problem)
    pricer, cover = Pricer(problem.compiled), CoverRows(problem.compiled)
    arms = np.array([[1, problem.shape[1], 1]])
    days = np.arange(problem.shape[1])
    for e in range(4):
        others = search.plan.lines.copy()
        row, value = cover.column(e, search.plan.words[e])
        others[row] -= value
        prices = on_grid(cover.marginal(others, search.hard)[cover.kind[e]])
        best = pricer.price(e, prices)
        assert best.exact
        search._search(1, np.array([e]), (0, len(days)), 0.0, 0.0, 5, arms, np.zeros((1, 3)))
        word = search.plan.words[e]
        assert pricer.cost(e, word) + prices[days, word].sum() == pytest.approx(best.values[0], abs=1e-6)


def test_rounding_a_relaxation_beats_starting_from_nothing(benchmarks: Path) -> None:
    problem = curtois(benchmarks, 18)
    search = reinsertion(problem)
    mean = ascend(Relaxation(search.staff, CoverRows(problem.compiled)), seconds=20.0, steps=500).mean
    costs = []
    for shares in (None, mean):
        assert search.construct(np.random.default_rng(1), shares)
        assert search.repair(np.random.default_rng(2), lambda: False)
        costs.append(search.cost)
    assert costs[1] < costs[0]


def test_temperatures_follow_the_prices_of_cover(benchmarks: Path) -> None:
    hot, cold = reinsertion(curtois(benchmarks, 4)).temperatures
    assert 0 < cold < hot < 100


def test_the_matheuristic_takes_long_horizons_this_way(benchmarks: Path) -> None:
    problem = curtois(benchmarks, 14)
    limits = Limits(seconds=60, iterations=2)
    found = MatheuristicMethod().solve(
        problem,
        limits=limits,
        seed=1,
        comm=SerialComm(),
        listen=lambda progress: False,
        options={"tuning.construction.cells": 0},
    )
    assert found.plan is not None
    assert found.stop is Stop.ITERATIONS
    value = problem.evaluate(found.plan)  # type: ignore[arg-type]
    assert value.feasible
    assert value.cost == found.bounds.primal
    assert value.cost < 2500
