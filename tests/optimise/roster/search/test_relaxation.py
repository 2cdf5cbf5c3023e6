"""The bound with priced totals never exceeds the optimum, whatever the multipliers."""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from optimise.core.horizon import Horizon
from optimise.formats import read
from optimise.roster.evaluate import roster_cost
from optimise.roster.kernels import Pricer, on_grid
from optimise.roster.kernels.cover import CoverRows
from optimise.roster.problem import Duty, Employee, RosterProblem, Shift
from optimise.roster.rules import (
    Cover,
    Demand,
    Request,
    Requests,
    RosterRule,
    Runs,
    Segment,
    Succession,
    Total,
    WorkedWeekends,
)
from optimise.roster.search.relaxation import Relaxation, ascend
from optimise.testing.brute import brute


def tiny(seed: int) -> RosterProblem:
    """Three people, five days from a Friday, hard and soft totals, weekends, hard or soft cover."""
    random = np.random.default_rng(seed)
    price = math.inf if random.random() < 0.3 else 20.0
    soft = float(random.choice([3.0, 5.5, math.inf]))
    rules: list[RosterRule] = [
        Runs(name="work", of=6, minimum=int(random.integers(1, 3)), maximum=3, weight_minimum=4.0),
        Succession(name="succession", pairs=((4, 2),)),
        Total(name="minutes", of=6, measure="minutes", minimum=960, maximum=480 * int(random.integers(2, 5))),
        Total(name="nights", of=4, maximum=1, weight_maximum=soft),
        WorkedWeekends(name="weekends", weekends=((1, 2),), maximum=0, weight=2.5),
        Requests(
            name="wishes",
            requests=tuple(
                Request(int(random.integers(3)), d, int(random.choice([1, 6, 2])), float(random.integers(1, 5)))
                for d in range(5)
            ),
        ),
        Cover(
            name="cover",
            demands=tuple(
                Demand(
                    d,
                    1 << (s + 1),
                    minimum=float(random.integers(0, 2)),
                    maximum=2.0,
                    under=(Segment(math.inf, price),),
                    over=(Segment(math.inf, 2.0),),
                )
                for d in range(5)
                for s in range(2)
            ),
        ),
    ]
    return RosterProblem(
        f"tiny{seed}",
        "test",
        Horizon(5, first_weekday=4),
        (Shift("D", 480), Shift("N", 480)),
        (Duty("off"), Duty("D", 0), Duty("N", 1)),
        tuple(Employee(f"E{i}") for i in range(3)),
        tuple(rules),
    )


def relaxation(problem: RosterProblem) -> Relaxation:
    cover = CoverRows(problem.compiled)
    return Relaxation(problem.arrays, cover)


@settings(max_examples=60, deadline=None)
@given(seed=st.integers(0, 10**6), scale=st.floats(0.1, 200.0))
def test_no_multipliers_lift_the_lagrangian_above_the_optimum(seed: int, scale: float) -> None:
    problem = tiny(seed)
    optimum = brute(problem).cost
    made = relaxation(problem)
    random = np.random.default_rng(seed)
    for _ in range(4):
        wild = random.normal(0.0, scale, made.lines + made.counters)
        duals = on_grid(np.clip(wild, made.low, made.high))
        assert made.paths(duals)[0] + made.constant(duals) <= optimum


@settings(max_examples=15, deadline=None)
@given(seed=st.integers(0, 10**6))
def test_the_ascent_ends_at_a_bound(seed: int) -> None:
    problem = tiny(seed)
    optimum = brute(problem).cost
    found = ascend(relaxation(problem), seconds=1.0, steps=120)
    assert found.bound <= optimum
    assert np.allclose(found.mean.sum(axis=2), 1.0, atol=1e-5)


def test_people_can_be_dealt_to_several_relaxations(benchmarks: Path) -> None:
    problem = read(benchmarks / "curtois" / "instances" / "Instance4.txt")
    assert isinstance(problem, RosterProblem)
    whole = relaxation(problem)
    parts = [Relaxation(whole.staff, whole.cover, np.arange(k, problem.shape[0], 3)) for k in range(3)]
    duals = on_grid(
        np.clip(np.random.default_rng(1).normal(0, 40, whole.lines + whole.counters), whole.low, whole.high)
    )
    assert np.array_equal(whole.paths(duals), np.sum([p.paths(duals) for p in parts], axis=0))


@pytest.mark.parametrize(("number", "best", "share"), [(4, 1716, 0.88), (12, 4040, 0.99), (19, 3149, 0.99)])
def test_the_bound_is_near_the_best_known_cost(benchmarks: Path, number: int, best: int, share: float) -> None:
    problem = read(benchmarks / "curtois" / "instances" / f"Instance{number}.txt")
    assert isinstance(problem, RosterProblem)
    found = ascend(relaxation(problem), seconds=60.0, steps=1000)
    assert share * best <= found.bound <= best


def test_totals_of_paths_are_those_of_the_rules(benchmarks: Path) -> None:
    problem = read(benchmarks / "curtois" / "instances" / "Instance5.txt")
    assert isinstance(problem, RosterProblem)
    made = relaxation(problem)
    rng = np.random.default_rng(3)
    duals = on_grid(np.clip(rng.normal(0, 40, made.lines + made.counters), made.low, made.high))
    parts = made.paths(duals)
    assert np.array_equal(parts[1 : 1 + made.lines], made.cover.counts(made.words))
    pricer = Pricer(problem.compiled)
    prices = made.cover.prices(duals[: made.lines])
    days = np.arange(problem.shape[1])
    for e in range(3):  # the path's value is its own cost plus prices; only totals may be broken
        value = problem.compiled.unit_cost[e, days, made.words[e]].sum() + pricer.automata[e].weight(made.words[e])
        value += prices[made.cover.kind[e]][days, made.words[e]].sum()
        amounts = parts[1 + made.lines :][made.staff.own[e] : made.staff.own[e + 1]]
        value -= amounts @ duals[made.lines :][made.staff.own[e] : made.staff.own[e + 1]]
        assert made.values[e] == pytest.approx(value, abs=1e-9)
    assert roster_cost(problem.compiled, made.words)[0] >= 0
