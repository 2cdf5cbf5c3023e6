"""One person gets the best duties on a stretch of days, by listing all words that keep the others."""

from __future__ import annotations

import math

import numpy as np
import pytest

from optimise.roster.kernels import roster_state, stretch
from optimise.roster.problem import Roster
from optimise.roster.rules import Succession, Total, WorkedWeekends
from optimise.testing import ward
from optimise.testing.wards import DAY, NIGHT, WORK

pytestmark = pytest.mark.usefixtures("interpreted")
CUTS = [(0, 6), (1, 4), (3, 6), (0, 2, 3, 5), (1, 3, 4, 6)]


class Case:
    def __init__(self, small, seed: int, cuts: tuple[int, ...]) -> None:
        random = np.random.default_rng(seed)
        self.ward, self.e = small, seed % 3
        self.plan, self.cuts = small.plan(random), np.array(cuts)
        days = [d for i in range(0, len(cuts), 2) for d in range(cuts[i], cuts[i + 1])]
        self.free = np.isin(np.arange(6), days)
        self.space = roster_state.workspace_for(small.staff, 6, 1, cells=20_000)
        self.space.price[:] = random.integers(-12, 12, self.space.price.shape)
        old = self.plan.words[self.e]
        kept = (small.words[:, ~self.free] == old[~self.free]).all(axis=1)
        self.words = small.words[kept]
        self.hard, self.priced = (small.costs(self.e, hard=h)[kept] + self.prices(self.words) for h in (True, False))
        self.now = self.priced[(self.words == old).all(axis=1)][0]

    def prices(self, words: np.ndarray) -> np.ndarray:
        days = np.flatnonzero(self.free)
        return self.space.price[days, words[:, days]].sum(axis=1)

    def best(self, slack: float = math.inf) -> float:
        pieces = len(self.cuts) // 2
        np.random.seed(1)  # noqa: NPY002
        return float(
            stretch.best_duties(
                self.ward.staff, self.plan, self.e, self.cuts, pieces, False, self.ward.price, slack, self.space
            )
        )

    def answer(self) -> int:
        """Place of the duties found among the words."""
        word = self.plan.words[self.e].copy()
        word[self.free] = self.space.new[self.free]
        return int(np.flatnonzero((self.words == word).all(axis=1))[0])


@pytest.mark.parametrize("weekend", [False, True])
@pytest.mark.parametrize("cuts", CUTS)
def test_the_duties_found_are_the_best_there_are(small, cuts: tuple[int, ...], weekend: bool) -> None:
    for seed in range(8):
        case = Case(small(seed, weekend=weekend), seed, cuts)
        value = case.best()
        if np.isfinite(case.hard).any():  # hard totals can be kept, so they are
            assert case.hard[case.answer()] == pytest.approx(case.hard.min())
        else:
            assert not value < math.inf or math.isfinite(case.priced[case.answer()])


@pytest.mark.parametrize("cuts", CUTS)
def test_answers_beyond_the_slack_are_of_no_interest(small, cuts: tuple[int, ...]) -> None:
    mended = 0
    for seed in range(10):
        case = Case(small(seed), seed, cuts)
        if not np.isfinite(case.hard).any():
            continue
        change = case.hard.min() - case.now
        mended += bool(change < -0.5 * case.ward.price)
        for slack in (0.0, change + 0.25, change):
            assert case.best(slack=slack) < math.inf
            assert case.hard[case.answer()] == pytest.approx(case.hard.min())
        least = case.best()
        assert case.best(slack=change - 0.25) >= least
        assert case.best(slack=-1e6) == math.inf
    assert mended  # a hard total that is broken now counts for the duties so far, in the table or not


def test_duties_that_are_not_allowed_are_not_given(small) -> None:
    ward_ = small(0)
    staff = ward_.staff._replace(allowed=ward_.staff.allowed.copy())
    staff.allowed[0, 2, 1:] = False
    plan = ward_.plan(np.random.default_rng(0))
    space = roster_state.workspace_for(staff, 6, 1, cells=20_000)
    space.price[:, 0] = 50.0
    assert stretch.best_duties(staff, plan, 0, np.array([0, 6]), 1, False, 1e4, math.inf, space) < math.inf
    assert space.new[2] == 0
    staff.allowed[0, 2, 0] = False
    assert stretch.best_duties(staff, plan, 0, np.array([0, 6]), 1, False, 1e4, math.inf, space) == math.inf


def test_a_third_hard_total_is_kept_though_the_table_does_not_hold_it() -> None:
    rules = [
        WorkedWeekends(name="weekends", weekends=((1, 2), (4, 5)), maximum=1, weight=3.0),
        Total(name="minutes", of=WORK, measure="minutes", minimum=960, maximum=2100),
        Total(name="nights", of=NIGHT, maximum=1),
        Total(name="days", of=DAY, maximum=2),
    ]
    problem = ward("three", rules, people=1, days=6)
    staff, found = problem.arrays, 0
    plan = roster_state.state_of(staff, np.array([[1, 0, 0, 1, 0, 0]], dtype=np.int16))
    roster_state.evaluate(staff, plan, 1e4)
    space = roster_state.workspace_for(staff, 6, 1, cells=20_000)
    np.random.seed(2)  # noqa: NPY002
    for seed in range(25):
        space.price[:] = -np.random.default_rng(seed).integers(0, 30, space.price.shape)
        space.price[:, 0] = 0.0
        if stretch.best_duties(staff, plan, 0, np.array([0, 6]), 1, False, 1e4, math.inf, space) < math.inf:
            found += 1
            assert problem.evaluate(Roster(space.new[None].copy())).feasible
    assert found > 20


def test_what_cannot_be_reached_is_missed_by_as_little_as_can_be() -> None:
    rules = [Total(name="least", of=WORK, minimum=5), Succession(name="rest", pairs=((NIGHT, DAY),))]
    problem = ward("short", rules, people=1, days=6)
    plan = roster_state.state_of(problem.arrays, np.array([[0, 0, 0, 0, 0, 0]], dtype=np.int16))
    roster_state.evaluate(problem.arrays, plan, 100.0)
    space = roster_state.workspace_for(problem.arrays, 6, 1, cells=20_000)
    space.price[:, 1:] = 7.0
    value = stretch.best_duties(problem.arrays, plan, 0, np.array([1, 4]), 1, False, 100.0, math.inf, space)
    assert (space.new[1:4] > 0).all()
    assert value == 3 * 7.0 + 2 * 100.0


def test_with_an_open_end_the_days_after_cost_nothing(small) -> None:
    """Words of the days up to the end are compared as far as they go."""
    for seed in range(6):
        ward_ = small(seed)
        e, staff = seed % 3, ward_.staff
        none = staff._replace(own=np.zeros_like(staff.own))  # no totals
        space = roster_state.workspace_for(staff, 6, 1, cells=20_000)
        space.price[:] = np.random.default_rng(seed).integers(-12, 12, space.price.shape)
        plan = roster_state.state_of(staff, np.zeros((3, 6), dtype=np.int16))
        value = stretch.best_duties(none, plan, e, np.array([0, 4]), 1, True, 1e4, math.inf, space)
        costs = []
        for word in ward_.words[:81, 2:]:
            own, hard = roster_state.follow(none, e, word, np.zeros(5, np.int32), np.zeros(0, np.int64))
            costs.append(own + space.price[np.arange(4), word].sum() if hard == 0 else math.inf)
        assert value == pytest.approx(min(costs))
        assert costs[int("".join(map(str, space.new[:4])), 3)] == pytest.approx(min(costs))
