"""Cover lines with priced steps, people apart or together, and agreement of the two ways to add up a roster."""

from __future__ import annotations

import math
from itertools import product
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from optimise.core.errors import InputError
from optimise.core.horizon import Horizon
from optimise.roster.evaluate import roster_cost
from optimise.roster.problem import Duty, Employee, Roster, RosterProblem, Shift
from optimise.roster.rules import (
    HARD,
    Apart,
    CompleteWeekends,
    Cover,
    Demand,
    Request,
    Requests,
    Runs,
    Segment,
    Succession,
    Together,
    Total,
    WeekendRuns,
    WorkedWeekends,
)

STEPS = (Segment(1, 10), Segment(1, 30), Segment(math.inf, HARD))


def test_priced_steps_then_a_hard_floor(ward: Any) -> None:
    # four wanted: the first missing person costs 10, the second 30, no more may be missing; surplus costs 1 each
    demand = Demand(0, 6, minimum=4, maximum=4, under=STEPS, over=(Segment(math.inf, 1),), label="any")
    problem = ward(Cover(name="c", demands=(demand,)), days=1, histories=((),) * 6)
    expected = {0: (40, 2), 1: (40, 1), 2: (40, 0), 3: (10, 0), 4: (0, 0), 5: (1, 0), 6: (2, 0)}
    for count, (cost, hard) in expected.items():
        found = problem.evaluate(Roster.from_array([[1 + i % 2 if i < count else 0] for i in range(6)]))
        assert (found.cost, found.hard) == (cost, hard)
        assert roster_cost(problem.compiled, np.array([[1 if i < count else 0] for i in range(6)])) == (cost, hard)


def test_only_some_people_count(ward: Any) -> None:
    demand = Demand(0, 4, minimum=2, employees=(0, 2), label="in charge")
    problem = ward(Cover(name="c", demands=(demand,)), days=1, histories=((),) * 3)
    for column in product(range(3), repeat=3):
        found = problem.evaluate(Roster.from_array([[a] for a in column]))
        assert found.hard == 2 - (column[0] == 2) - (column[2] == 2)


def test_a_side_without_steps_is_free(ward: Any) -> None:
    demands = (Demand(0, 2, minimum=3, under=()), Demand(1, 2, maximum=0, under=(), over=(Segment(math.inf, 5),)))
    problem = ward(Cover(name="c", demands=demands), days=2, histories=((),) * 2)
    assert problem.evaluate(problem.roster([["-", "-"]] * 2)).cost == 0
    assert problem.evaluate(problem.roster([["-", "E"]] * 2)).cost == 10


def test_people_apart(ward: Any, rows: Any) -> None:
    problem = ward(Apart(name="r", employees=(0, 2), masks=(2, 4), days=(0, 1)), days=2, histories=((),) * 3)
    for flat in rows(6):
        a, _, c = flat[0:2], flat[2:4], flat[4:6]
        wanted = sum(a[d] == c[d] != 0 for d in (0, 1))
        assert problem.evaluate(Roster.from_array(np.reshape(flat, (3, 2)))).hard == wanted


def test_a_learner_with_a_mentor(ward: Any, rows: Any) -> None:
    rule = Together(name="r", dependant=0, employees=(0, 1, 2), masks=(2, 4), days=(0,), weight=8)
    problem = ward(rule, days=1, histories=((),) * 3)
    for column in rows(3):
        alone = column[0] != 0 and column[0] not in column[1:]
        found = problem.evaluate(Roster.from_array([[a] for a in column]))
        assert (found.cost, found.hard) == (8 * alone, 0)


def test_a_day_outside_the_horizon_is_refused(ward: Any) -> None:
    problem = ward(Cover(name="c", demands=(Demand(5, 6, minimum=1),)))
    with pytest.raises(InputError, match="day 5 is outside the horizon"):
        _ = problem.compiled


MIXED = (
    Cover(
        name="cover",
        demands=tuple(Demand(d, m, 1, 2, STEPS, (Segment(math.inf, 3),)) for d in range(9) for m in (2, 4)),
    ),
    Succession(name="succession", pairs=((4, 2),)),
    Runs(name="work", of=6, minimum=2, maximum=3, weight_maximum=4, start="closed"),
    Runs(name="rest", of=1, minimum=2, weight_minimum=5, end="closed"),
    WeekendRuns(name="weekend runs", weekends=((1, 2), (7, 8)), maximum=1, weight_maximum=6),
    CompleteWeekends(name="complete", weekends=((1, 2), (7, 8)), weight=7),
    WorkedWeekends(name="weekends", weekends=((1, 2), (7, 8)), maximum=(1, 2, 0), weight=8),
    Total(name="minutes", of=6, measure="minutes", minimum=(900, 0, 2000), maximum=3000, weight_maximum=0.5),
    Requests(name="requests", requests=(Request(0, 0, 6, 2), Request(2, 8, 5, 3), Request(1, 1, 4))),
    Apart(name="apart", employees=(0, 1), masks=(4,), days=tuple(range(9)), weight=9),
)


@settings(deadline=None, max_examples=200)
@given(seed=st.integers(0, 2**32 - 1), busy=st.floats(0, 1))
def test_both_ways_to_add_up_a_roster_agree(seed: int, busy: float) -> None:
    rng = np.random.default_rng(seed)
    duties = rng.integers(1, 3, (3, 9)) * (rng.random((3, 9)) < busy)
    found = PROBLEM.evaluate(Roster.from_array(duties))
    cost, hard = roster_cost(PROBLEM.compiled, duties)
    assert (found.cost, found.hard) == pytest.approx((cost, hard))
    assert sum(v.cost for v in found.violations) == pytest.approx(cost)
    assert sum(v.amount for v in found.violations if v.hard) == pytest.approx(hard)


PROBLEM = RosterProblem(
    "mixed",
    "test",
    Horizon(9, first_weekday=4),
    (Shift("E", 480), Shift("N", 600)),
    (Duty("-"), Duty("E", 0), Duty("N", 1)),
    (Employee("a", history=(4, 4, 1)), Employee("b"), Employee("c", history=(1, 2))),
    MIXED,
)
