"""The three forms of rules: what is a price, and what is none."""

from __future__ import annotations

import math

import numpy as np
import pytest

from optimise.core.errors import InputError
from optimise.roster.rules import HARD
from optimise.roster.rules.primitives import Counter, Line, Pattern, Segment

ONE = np.zeros(1, np.int32)
BOUND = np.zeros(1, np.int64)


@pytest.mark.parametrize("price", [math.nan, -math.inf])
def test_what_is_no_number_is_no_price(price: float) -> None:
    with pytest.raises(InputError, match=r"rule 'mine': a price of .* is none"):
        Pattern("mine", (1,), ONE, ONE, price)
    with pytest.raises(InputError, match="is none"):
        Counter("mine", ONE, BOUND, BOUND, BOUND, weight_upper=price)
    with pytest.raises(InputError, match="is none"):
        Line("mine", (), over=(Segment(math.inf, price),))


@pytest.mark.parametrize("price", [HARD, 0.0, 2.5, -3.0])
def test_numbers_and_hard_are_prices(price: float) -> None:
    assert Pattern("mine", (1,), ONE, ONE, price).hard == (price == HARD)
    assert Counter("mine", ONE, BOUND, BOUND, BOUND, weight_lower=price).weight_lower == price


@pytest.mark.parametrize(("value", "price"), [(0, (12.0, 0.0)), (1, (2.0, 0.0)), (3, (0.0, 0.0)), (6, (0.0, 1.0))])
def test_a_line_prices_what_is_outside_its_bounds_segment_by_segment(value: int, price: tuple[float, float]) -> None:
    under = (Segment(1, 2.0), Segment(math.inf, 10.0))
    assert Line("mine", (), lower=2, upper=5, under=under).price(value) == price
