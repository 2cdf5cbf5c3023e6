"""Step of which every cost of a roster is a multiple, from the compiled rules alone.

* a pattern costs ``amount * weight`` each time
* a total is off its bound by a multiple of the gcd of what days add to it and of what is between bound and offset
* a cover line likewise, with the widths of its segments

Sides that nobody can reach (a minimum below what must be, a tier beyond the last person) make no cost and no step.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator
from fractions import Fraction

import numpy as np
from numpy.typing import NDArray

from optimise.core.grid import common_step, fraction, gcd, usable
from optimise.roster.rules.primitives import Counter, Line, Pattern, Segment

__all__ = ["roster_grid"]

_ONE = Fraction(1)


def roster_grid(
    allowed: NDArray[np.bool_], patterns: Iterable[Pattern], counters: Iterable[Counter], lines: Iterable[Line]
) -> float:
    """Step of which the cost of every roster is a multiple; 0 when there is none.

    Parameters
    ----------
    allowed : bool array, shape (employees, days, duties)
    patterns, counters, lines
        The compiled rules.
    """
    priced: set[tuple[float, Fraction | None]] = {(p.weight, Fraction(p.amount)) for p in patterns if p.amount}
    for counter in counters:
        priced.update(_sides(allowed, counter))
    for line in lines:
        priced.update(_segments(allowed, line))
    steps: list[Fraction | None] = []
    for price, amount in priced:
        if price and math.isfinite(price):
            of = fraction(price)
            steps.append(None if of is None or amount is None else of * amount)
    return usable(common_step(steps))


def _sides(everybody: NDArray[np.bool_], counter: Counter) -> Iterator[tuple[float, Fraction]]:
    """Price and step of each side of a counter that somebody may be on."""
    step = 0 if counter.values is None else int(np.gcd.reduce(counter.values, axis=None))
    if counter.groups:
        step = 1
    allowed = everybody[counter.employees]
    least, most = counter.offset.astype(np.float64), counter.offset.astype(np.float64)
    if counter.values is not None:
        values = counter.values.astype(np.float64)[None]
        least = least + np.where(allowed, values, np.inf).min(axis=2).sum(axis=1)
        most = most + np.where(allowed, values, -np.inf).max(axis=2).sum(axis=1)
    most = most + len(counter.groups or ())
    for weight, bound, open_ in (
        (counter.weight_lower, counter.lower, ~(least >= counter.lower)),
        (counter.weight_upper, counter.upper, ~(most <= counter.upper)),
    ):
        if weight and math.isfinite(weight):
            for away in np.unique(np.abs(bound - counter.offset)[open_]).tolist():
                yield weight, Fraction(math.gcd(step, int(away)))


def _segments(everybody: NDArray[np.bool_], line: Line) -> Iterator[tuple[float, Fraction | None]]:
    """Price and step of each segment of a line that can be reached."""
    heads = [
        (fraction(t.coefficient), len(everybody) if t.employees is None else len(t.employees), t) for t in line.terms
    ]
    step = common_step(f for f, _, _ in heads)
    least = sum(min(0.0, t.coefficient) * count for _, count, t in heads)
    most = sum(max(0.0, t.coefficient) * count for _, count, t in heads)
    for segments, bound, farthest in (
        (line.under, line.lower, line.lower - least),
        (line.over, line.upper, most - line.upper),
    ):
        if math.isfinite(bound):
            yield from _reached(segments, step, fraction(bound), farthest)


def _reached(
    segments: tuple[Segment, ...], step: Fraction | None, bound: Fraction | None, farthest: float
) -> Iterator[tuple[float, Fraction | None]]:
    """Segments up to the farthest distance; widths of those passed make the step of the next ones finer."""
    made = None if step is None or bound is None else gcd(step, bound)
    passed = 0.0
    for segment in segments:
        if passed >= farthest:
            return
        beyond = passed + segment.width < farthest
        if beyond:  # this one may be filled, so its width is an amount too
            width = fraction(segment.width)
            made = None if made is None or width is None else gcd(made, width)
        yield segment.price, made
        passed += segment.width
