"""The grid of a problem's possible costs, and lower bounds rounded up to it.

Prices come in steps: a shift of 7.5 h too many at 2 an hour costs 15, never 7. So every cost of a plan is a multiple
of a step that the problem alone decides, a lower bound between two multiples may be raised to the upper one, and plan
and bound meet as soon as they are less than a step apart.

Prices are doubles and often rounded fractions (2 an hour is 1/30 a minute). Each is taken for the simplest fraction
that it cannot be told from, and common steps are found in whole numbers. An error of a price in its last digits moves
costs by as little, which the tolerance of :func:`round_up` is far above.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from fractions import Fraction

__all__ = ["common_step", "fraction", "round_up"]

#: Largest denominator of a price, and the difference to a price (of its size) that counts as rounding.
_DENOMINATOR, _ROUNDING = 10**6, 1e-15
#: Steps below this are of no use: costs are told to six digits.
_LEAST = 1e-5
#: A bound above a possible cost by less than these (of its size, of the step) counts as that cost.
_NOISE, _PART = 1e-6, 1e-3
#: With more noise than this part of the step nothing can be told.
_MOST = 0.1


def round_up(bound: float, grid: float, offset: float = 0.0) -> float:
    """Raise a lower bound to the next possible cost ``offset + k * grid``.

    A little is taken off first (a thousandth of the grid, at least a millionth of the bound), so that a bound that
    stands above a possible cost only by rounding error is not lifted to the next one. A bound whose rounding error may
    be as large as the grid stays as it is, and so does an unknown one.
    """
    if grid <= 0 or not math.isfinite(bound):
        return bound
    slack = max(_NOISE * max(1.0, abs(bound)), _PART * grid)
    if slack > _MOST * grid:
        return bound
    return offset + grid * math.ceil((bound - offset - slack) / grid)


def fraction(value: float) -> Fraction | None:
    """The simplest fraction that a number cannot be told from; None when it is infinite or like no simple one."""
    if not math.isfinite(value):
        return None
    simple = Fraction(value).limit_denominator(_DENOMINATOR)
    return simple if abs(float(simple) - value) <= _ROUNDING * abs(value) else None


def common_step(values: Iterable[Fraction | None]) -> Fraction | None:
    """Greatest number of which all values are multiples; 0 for zeros only, None when one of them is unknown."""
    step = Fraction(0)
    for value in values:
        if value is None:
            return None
        step = gcd(step, value)
    return step


def gcd(a: Fraction, b: Fraction) -> Fraction:
    """Greatest common divisor of two fractions."""
    return Fraction(math.gcd(a.numerator * b.denominator, b.numerator * a.denominator), a.denominator * b.denominator)


def usable(step: Fraction | None) -> float:
    """A step as a number; 0 when it is unknown or too fine to be of use."""
    return 0.0 if step is None or step < _LEAST else float(step)
