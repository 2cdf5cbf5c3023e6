"""Cost and bound: when they are the same, and what they say of the end of a solve."""

from __future__ import annotations

import math

import pytest

from optimise.core.bounds import TOLERANCE, Bounds, rounding, same_cost
from optimise.core.method import Limits
from optimise.core.result import Stop


def test_rounding_is_relative_to_costs_above_one() -> None:
    assert (rounding(0.0), rounding(-1e3)) == (TOLERANCE, pytest.approx(1e3 * TOLERANCE))


def test_costs_are_the_same_but_for_rounding() -> None:
    assert same_cost(1e6, 1e6 + 0.5)
    assert not same_cost(1e6, 1e6 + 2.0)
    assert same_cost(math.inf, math.inf)
    assert not same_cost(math.inf, 1.0)


@pytest.mark.parametrize(
    ("bounds", "stop"),
    [
        (Bounds(100.0, 100.0 - 1e-5), Stop.OPTIMAL),
        (Bounds(100.0, 99.5), Stop.GAP),
        (Bounds(100.0, 98.0), None),
        (Bounds(50.0), Stop.GAP),
        (Bounds(dual=98.0), None),
    ],
)
def test_cost_and_bound_say_when_nothing_is_left_to_do(bounds: Bounds, stop: Stop | None) -> None:
    assert Limits(gap=0.01, target=50.0).met(bounds) is stop
