"""Which totals matter on a stretch, and what those outside the table shut out."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
import pytest

from optimise.roster.kernels import roster_state, stretch_totals
from optimise.roster.kernels.stretch_days import Stretch
from optimise.roster.problem import RosterProblem
from optimise.roster.rules import RosterRule, Total, WorkedWeekends
from optimise.testing import ward
from optimise.testing.wards import DAY, NIGHT, WORK

pytestmark = pytest.mark.usefixtures("interpreted")


class Case:
    """One person with some totals, the duties so far, and a stretch."""

    def __init__(self, rules: Sequence[RosterRule], word: str, *cuts: int, open_end: bool = False) -> None:
        self.problem: RosterProblem = ward("totals", list(rules), people=1, days=len(word))
        self.staff = self.problem.arrays
        self.plan = roster_state.state_of(self.staff, np.array([["-DN".index(a) for a in word]], dtype=np.int16))
        roster_state.evaluate(self.staff, self.plan, 1.0)
        pieces = len(cuts) // 2
        self.days = [d for i in range(pieces) for d in range(cuts[2 * i], cuts[2 * i + 1])]
        self.stretch = Stretch(0, np.array(cuts), pieces, len(self.days), open_end)
        self.space = roster_state.workspace_for(self.staff, len(word), 1, cells=800)

    def axes(self):
        return stretch_totals.table_axes(self.staff, self.plan, self.stretch, self.space)

    def beyond(self, new: str, *, inner: int = -1, outer: int = -1, keeping: bool = True) -> bool:
        self.space.new[:] = ["-DN".index(a) for a in new]
        np.random.seed(3)  # noqa: NPY002
        return bool(stretch_totals.beyond_table(self.staff, self.plan, self.stretch, inner, outer, keeping, self.space))


def at_most(n: int, of: int = WORK, weight: float = math.inf, name: str = "t") -> Total:
    return Total(name=name, of=of, maximum=n, weight_maximum=weight)


def test_a_total_that_cannot_leave_its_limits_needs_no_axis() -> None:
    inner, outer = Case([at_most(4)], "DDD---", 3, 4).axes()
    assert (inner.counter, outer.counter) == (-1, -1)
    inner, outer = Case([at_most(3, weight=2.0)], "DDD---", 3, 4).axes()
    assert (inner.counter, inner.base, inner.size) == (0, 3, 2)
    assert outer.counter == -1


def test_the_base_is_what_the_fixed_days_give() -> None:
    case = Case([Total(name="t", of=WORK, measure="minutes", minimum=2400)], "DN-DN-", 1, 3, 4, 5)
    inner, _ = case.axes()
    assert inner.base * case.staff.unit_of[0] == 480 + 480
    assert (inner.size - 1) * case.staff.unit_of[0] == 3 * 600  # three free days of nights


def test_what_falls_short_comes_before_soft_and_soft_before_hard_upper_limits() -> None:
    hard, soft = at_most(2, DAY), at_most(1, NIGHT, weight=2.0, name="u")
    low = Total(name="v", of=WORK, minimum=4)
    for rules in ([hard, soft, low], [low, soft, hard], [soft, low, hard]):
        inner, outer = Case(rules, "-" * 6, 0, 6).axes()
        assert (inner.counter, outer.counter) == (rules.index(low), rules.index(soft))
    inner, outer = Case([hard, soft], "-" * 6, 0, 6).axes()
    assert (inner.counter, outer.counter) == (1, 0)


def test_a_calendar_is_never_the_inner_axis() -> None:
    weekends = WorkedWeekends(name="w", weekends=((1, 2), (4, 5)), maximum=0, weight=3.0)
    low, soft = Total(name="v", of=WORK, minimum=4), at_most(1, NIGHT, weight=2.0)
    case = Case([weekends, low, soft], "-D--D-", 0, 3)
    calendar = int(np.flatnonzero(case.staff.calendar >= 0)[0])
    inner, outer = case.axes()
    assert case.staff.table[inner.counter] >= 0
    # one of the two weekends lies on the fixed days
    assert (outer.counter, outer.base, outer.size) == (calendar, 1, 2)


def test_duties_that_alone_are_too_much_are_shut() -> None:
    case = Case([Total(name="t", of=WORK, measure="minutes", maximum=1000)], "D-----", 1, 4)
    inner, _ = case.axes()
    assert case.space.shut.tolist() == [[False, False, 0 < d < 4] for d in range(6)]
    assert inner.size * case.staff.unit_of[0] <= 520 + case.staff.unit_of[0]


def test_a_limit_already_reached_shuts_all_that_counts() -> None:
    case = Case([at_most(1, NIGHT)], "N-----", 2, 4)
    inner, outer = case.axes()
    assert (inner.counter, outer.counter) == (-1, -1)
    assert case.space.shut[:, 2].tolist() == [False, False, True, True, False, False]
    assert not case.space.shut[:, :2].any()


def test_an_open_end_counts_only_what_was_decided() -> None:
    case = Case([at_most(3, weight=1.0)], "DD----", 2, 6, open_end=True)
    assert case.axes()[0].base == 2


@pytest.mark.parametrize("keeping", [True, False])
def test_what_breaks_a_limit_outside_the_table_is_shut(keeping: bool) -> None:
    case = Case([at_most(2, NIGHT), at_most(9, DAY, name="u")], "-N----", 2, 6)
    assert not case.beyond("-NN---")
    assert not case.space.shut.any()
    assert case.beyond("-NNN-N", keeping=keeping)
    shut = case.space.shut
    assert not shut[:2].any()
    assert not shut[:, :2].any()
    # one of the three nights found fits beside the fixed one
    assert sorted(np.flatnonzero(~shut[2:, 2]).tolist()) in ([[0], [1], [3]] if keeping else [[]])


def test_totals_of_the_table_soft_ones_and_lower_limits_are_not_judged() -> None:
    case = Case([at_most(1, NIGHT)], "------", 0, 6)
    assert case.beyond("NN----")
    assert not case.beyond("NN----", inner=0)
    assert not case.beyond("NN----", outer=0)
    assert not Case([at_most(1, NIGHT, weight=5.0)], "------", 0, 6).beyond("NN----")
    assert not Case([Total(name="t", of=NIGHT, minimum=1)], "------", 0, 6).beyond("------")


def test_a_limit_broken_before_is_not_broken_more() -> None:
    case = Case([at_most(1, NIGHT)], "NNN---", 0, 6)
    assert not case.beyond("NN-N--")
    assert case.beyond("NN-NN-")
