"""What a head count says: people present, asked for, missing and too many, of any rule that asks for people.

The exact evaluation words its violations with it, and so do all tables and sentences of cover.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from optimise.roster.rules.primitives import Line, Segment

__all__ = ["HeadCount", "head_count", "line_day", "line_unit"]


@dataclass(frozen=True, slots=True)
class HeadCount:
    """People present and wanted on one day.

    ``minimum`` is 0 where nobody is asked for and ``maximum`` infinite where any number is welcome; ``broken`` tells
    that the deviation is more than any price allows. Shares of people may be fractions: a third of four is 1.33.
    """

    day: int
    present: int
    minimum: float
    maximum: float
    short: float
    over: float
    broken: bool

    @property
    def asks(self) -> bool:
        """Whether anything is asked for."""
        return self.minimum > 0 or math.isfinite(self.maximum)

    @property
    def kept(self) -> bool:
        return not (self.short or self.over)


def head_count(line: Line, value: float, heads: int) -> HeadCount:
    """A line in people.

    Parameters
    ----------
    value : float
        Of the line's terms.
    heads : int
        People of the plan in the line's ``heads``; those who are there from before the plan come on top.
    """
    present = heads + line.already
    minimum, maximum = 0.0, math.inf
    if math.isfinite(line.lower):
        minimum = max(0.0, _plain(present + (line.lower - value) / line.scale))
    if math.isfinite(line.upper):
        maximum = _plain(present + (line.upper - value) / line.scale)
    short, over = max(0.0, line.lower - value), max(0.0, value - line.upper)
    broken = _beyond_price(line.under, short) or _beyond_price(line.over, over)
    return HeadCount(
        line_day(line), present, minimum, maximum, _plain(short / line.scale), _plain(over / line.scale), broken
    )


def line_day(line: Line) -> int:
    """The day that a line speaks of; of one that names none, the first of its terms."""
    return line.day if line.day >= 0 else min((t.day for t in line.terms), default=0)


def line_unit(line: Line) -> str:
    """What one unit of a line's value is."""
    return "people" if line.scale == 1 else f"1/{line.scale:g} people"


def _plain(value: float) -> float:
    return round(value, 9)


def _beyond_price(segments: tuple[Segment, ...], amount: float) -> bool:
    """Whether some unit of a deviation falls where it is forbidden."""
    before = 0.0
    for segment in segments:
        if math.isinf(segment.price):
            return amount > before
        before += segment.width
    return False
