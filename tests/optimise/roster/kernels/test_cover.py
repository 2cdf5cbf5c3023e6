"""Cover rows against the evaluation: counts, costs, margins, prices and the cover part of the Lagrangian."""

from __future__ import annotations

import math

import numpy as np
import pytest

from optimise.roster.kernels.cover import CoverRows
from optimise.roster.problem import Roster, RosterProblem
from optimise.roster.rules import Cover, Demand, Segment
from optimise.testing import ward
from optimise.testing.wards import DAY, NIGHT, WORK

PEOPLE, DAYS = 3, 3


@pytest.fixture
def problem() -> RosterProblem:
    """Two prices below, one above; a line for some people only; a hard one."""
    under, over = (Segment(1.0, 3.0), Segment(math.inf, 8.0)), (Segment(math.inf, 2.0),)
    demands = (
        Demand(0, DAY, 2, 2, under, over),
        Demand(1, WORK, 1, 1, under, over, employees=(0, 2)),
        Demand(2, NIGHT, 1, under=(Segment(math.inf, math.inf),)),
    )
    return ward("cover", [Cover(name="cover", demands=demands)], people=PEOPLE, days=DAYS)


def rosters() -> list[np.ndarray]:
    return list(np.random.default_rng(0).integers(0, 3, (40, PEOPLE, DAYS)).astype(np.int16))


def test_costs_are_those_of_the_evaluation(problem: RosterProblem) -> None:
    cover = CoverRows(problem.compiled)
    for duties in rosters():
        values, found = cover.counts(duties), problem.evaluate(Roster(duties))
        assert cover.line_costs(values, 0.0).sum() == pytest.approx(found.cost)
        assert cover.hard_amount(values) == found.hard
        assert cover.line_costs(values, 100.0).sum() == pytest.approx(found.cost + 100.0 * found.hard)


def test_margins_are_differences(problem: RosterProblem) -> None:
    cover = CoverRows(problem.compiled)
    for duties in rosters()[:10]:
        for e in range(PEOPLE):
            others = [i for i in range(PEOPLE) if i != e]
            before = cover.counts(duties[others], np.array(others))
            margin = cover.marginal(before, 50.0)[int(cover.kind[e])]
            row, value = cover.column(e, duties[e])
            after = before.copy()
            after[row] += value
            told = sum(margin[d, duties[e, d]] for d in range(DAYS))  # each line is of one day
            cost = (cover.line_costs(after, 50.0) - cover.line_costs(before, 50.0)).sum()
            assert told == pytest.approx(cost)


def test_prices_are_minus_the_duals_of_what_a_roster_feeds(problem: RosterProblem) -> None:
    cover, duals = CoverRows(problem.compiled), np.array([-3.0, 2.0, 0.5])
    prices = cover.prices(duals)
    for duties in rosters()[:10]:
        for e in range(PEOPLE):
            row, value = cover.column(e, duties[e])
            told = sum(prices[int(cover.kind[e])][d, duties[e, d]] for d in range(DAYS))
            assert told == pytest.approx(-float(value @ duals[row]))


@pytest.mark.parametrize("seed", range(4))
def test_the_least_of_a_line_is_that_of_its_list(problem: RosterProblem, seed: int) -> None:
    """``min over v of cost(v) + dual v`` over all values that people can give."""
    cover, duals = CoverRows(problem.compiled), np.random.default_rng(seed).uniform(-9, 9, 3)
    most = [3, 2, 3]
    for line in range(3):
        listed = []
        for v in range(most[line] + 1):
            values = np.array([2.0, 1.0, 1.0])  # what costs nothing
            values[line] = v
            if cover.hard_amount(values) == 0:
                listed.append(cover.line_costs(values, 0.0)[line] + duals[line] * v)
        assert cover.least(duals)[line] == pytest.approx(min(listed))
    assert cover.dual_value(duals) == pytest.approx(cover.least(duals).sum())


def test_lines_of_a_window(problem: RosterProblem) -> None:
    assert CoverRows(problem.compiled).lines_of(1, 3).tolist() == [False, True, True]
