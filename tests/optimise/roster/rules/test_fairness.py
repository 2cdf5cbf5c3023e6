"""Fair shares against their definition, through every engine; and what cover lines ask for."""

from __future__ import annotations

import math

import numpy as np
import pytest
from numpy.typing import NDArray

from optimise.roster.arrays import roster_arrays
from optimise.roster.context import RosterContext
from optimise.roster.kernels.person_counters import person_counters
from optimise.roster.rules import Fairness, Line, Segment, Term
from optimise.roster.rules.fairness import demanded, proportional
from optimise.testing import check_rule, ward
from optimise.testing.wards import NIGHT, WORK


def priced(have: float, target: float, weight: float) -> float:
    """Once, twice, then three times the price, from the whole numbers around the share."""
    off = max(math.floor(target + 1e-6) - have, have - math.ceil(target - 1e-6), 0)
    return weight * sum(min(3, k + 1) for k in range(int(off)))


def test_a_rising_price_on_each_side_of_the_share() -> None:
    rule = Fairness(name="nights", employees=(0, 1), targets=(1.4, 3.0), before=(0, 1), of=NIGHT, weight=4.0)

    def defined(problem: RosterContext, duties: NDArray[np.int16]) -> float:
        have = (duties == 2).sum(axis=1)
        return priced(have[0], 1.4, 4.0) + priced(have[1] + 1, 3.0, 4.0)

    check_rule(rule, defined)


def test_weekends_are_groups_of_days_and_hard_shares_are_kept() -> None:
    groups = ((1, 2), (4,))
    rule = Fairness(
        name="weekends", employees=(0, 1), targets=(1.0, 0.5), before=(0, 0), of=WORK, measure="groups", groups=groups,
        weight=math.inf,
    )  # fmt: skip

    def defined(problem: RosterContext, duties: NDArray[np.int16]) -> float:
        have = sum((duties[:, list(g)] > 0).any(axis=1).astype(int) for g in groups)
        return 0.0 if have[0] == 1 and have[1] <= 1 else math.inf  # type: ignore[index]

    check_rule(rule, defined)


def test_the_steps_of_a_price_are_one_counter_of_the_pricing_table() -> None:
    for below in (True, False):
        rule = Fairness(name="f", employees=(0,), targets=(2.0,), before=(0,), of=WORK, weight=3.0, below=below)
        problem = ward("fair", [rule], people=1, days=6)
        (one,) = person_counters(roster_arrays(problem.compiled, problem.automata), 0, np.ones((6, 3), dtype=np.bool_))
        end = one.end_costs()
        for have in range(7):
            told = end[min(have, one.cap)] + one.past_price * max(0, have - one.cap)
            assert told == (priced(have, 2.0, 3.0) if below or have > 2 else 0.0)


def test_a_newcomer_is_shared_with_like_the_person_she_is_like() -> None:
    rule = Fairness(name="f", employees=(0, 1), targets=(2.0, 1.0), before=(1, 0), of=WORK)
    grown = rule.extended(1, 2, ward("fair", [rule], people=2, days=5))
    assert (grown.employees, grown.targets, grown.before) == ((0, 1, 2), (2.0, 1.0, 1.0), (1, 0, 0))


def test_what_lines_ask_for_counts_the_narrower_ones_once() -> None:
    price = (Segment(math.inf, 1.0),)

    def line(mask: int, lower: float, who: tuple[int, ...] | None = None, sign: float = 1.0) -> Line:
        return Line("", (Term(0, mask, who, sign),), lower=lower, under=price)

    night, either = 1 << 2, 1 << 1 | 1 << 2
    assert demanded([line(night, 4), line(night, 2, (0, 1))], (1, 3)).tolist() == [[0, 0, 4]]
    assert demanded([line(either, 3), line(night, 1)], (1, 3)).tolist() == [[0, 1, 2]]
    assert demanded([line(night, 2, (0,)), line(night, 2, (1,))], (1, 3)).tolist() == [[0, 0, 4]]
    assert demanded([line(night, 2, None, -1.0), line(night, -math.inf)], (1, 3)).sum() == 0


@pytest.mark.parametrize("weights", [(1.0, 1.0, 2.0), (0.0, 3.0, 1.0)])
def test_proportions_add_up(weights: tuple[float, ...]) -> None:
    found = proportional(np.array(weights), 12.0)
    assert found.sum() == pytest.approx(12.0)
    assert found[2] * weights[1] == pytest.approx(found[1] * weights[2])
    assert proportional(np.zeros(2), 5.0).tolist() == [0.0, 0.0]
