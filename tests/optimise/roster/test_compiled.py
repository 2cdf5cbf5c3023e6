"""What is read off compiled rules."""

from __future__ import annotations

import math

import numpy as np

from optimise.roster.compiled import CompiledRoster, SoftPrices
from optimise.roster.rules.primitives import Counter, Line, Pattern, Segment

ONE = np.zeros(1, np.int32)
BOUND = np.zeros(1, np.int64)


def test_prices_are_those_of_soft_rules_only() -> None:
    patterns = (Pattern("hard", (2,), ONE, ONE), Pattern("soft", (2,), ONE, ONE, 3.0, amount=2))
    counters = (Counter("total", ONE, BOUND, BOUND, BOUND, weight_lower=4.0, weight_upper=math.inf),)
    lines = (Line("cover", (), lower=1, under=(Segment(1, 5.0), Segment(math.inf, math.inf))),)
    allowed, unit = np.ones((1, 1, 2), np.bool_), np.zeros((1, 1, 2))
    compiled = CompiledRoster(1, 1, 2, patterns, counters, lines, allowed, unit)
    assert compiled.prices == SoftPrices((6.0,), (4.0,), (5.0,))
    assert compiled.prices.all == (6.0, 4.0, 5.0)
