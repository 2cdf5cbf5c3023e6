"""First-order steps raise a bound that no plan beats, with columns that cost what they say."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hpc_cases import small

from hpc.column_generation.ascent import ascend
from hpc.column_generation.generation import LocalPricing
from hpc.column_generation.subproblem import Subproblem
from optimise.roster.kernels import Pricer
from optimise.roster.kernels.cover import CoverRows
from optimise.testing import brute

pytestmark = pytest.mark.usefixtures("interpreted")


def case(seed: int):
    problem = small(seed, people=3, days=5)
    cover, pricer = CoverRows(problem.compiled), Pricer(problem.compiled)
    return problem, cover, pricer, LocalPricing(pricer, cover, columns=2)


def asked(cover: CoverRows, cost: float, cutoff: float = math.inf, **changes: object) -> Subproblem:
    made = Subproblem.whole(cover)
    return Subproblem(cover, made.people, made.days, made.fixed, cost=cost, cutoff=cutoff, **changes)


@pytest.mark.parametrize("seed", range(5))
def test_the_bound_rises_and_stays_below_the_optimum(seed: int) -> None:
    problem, cover, pricer, pricing = case(seed)
    optimum, told = brute(problem).cost, []
    found = ascend(
        asked(cover, optimum),
        pricing,
        start=np.zeros(cover.lines),
        iterations=40,
        keep=30,
        listen=lambda done, bound: told.append(bound),
    )
    assert (np.diff(told) >= 0).all()
    assert told[-1] == found.bound <= optimum + 1e-9
    assert found.bound > told[0] or found.iterations == 1 or told[0] >= optimum - 1e-6
    assert found.bound >= 0.6 * optimum
    # at the duals of the bound anybody gets the bound again
    bounds, _ = pricing(found.duals, [0, 1, 2], {})
    assert cover.dual_value(found.duals) + float(bounds.sum()) == pytest.approx(found.bound)
    for column in found.columns:
        assert column.cost == pricer.cost(column.employee, column.word)


def test_it_ends_at_the_cutoff_or_when_told() -> None:
    problem, cover, _, pricing = case(1)
    optimum = brute(problem).cost
    start = np.zeros(cover.lines)
    reached = ascend(asked(cover, optimum, 0.3 * optimum), pricing, start=start, iterations=150, keep=30)
    assert 0.3 * optimum <= reached.bound
    assert reached.iterations < 150
    calls: list[int] = []

    def over() -> bool:
        calls.append(1)
        return len(calls) == 3

    told = ascend(asked(cover, optimum), pricing, start=start, iterations=150, keep=30, over=over)
    assert told.iterations == 3


def test_duals_of_lines_that_cannot_change_stay_nothing() -> None:
    problem, cover, _, pricing = case(2)
    lines = np.arange(cover.lines) % 2 == 0
    found = ascend(
        asked(cover, brute(problem).cost, lines=lines), pricing, start=np.full(cover.lines, 2.0), iterations=10, keep=3
    )
    assert not found.duals[~lines].any()


def test_columns_are_those_of_the_last_steps_latest_first() -> None:
    problem, cover, _, pricing = case(3)
    kept: list[list[bytes]] = []

    def noted(duals, people, shut):
        bounds, columns = pricing(duals, people, shut)
        kept.append([c.word.tobytes() for c in columns])
        return bounds, columns

    subproblem = asked(cover, brute(problem).cost)
    found = ascend(subproblem, noted, start=np.zeros(cover.lines), iterations=8, keep=3)
    expected = [w for words in reversed(kept[-3:]) for w in words]
    assert [c.word.tobytes() for c in found.columns] == expected
