"""Amounts with their units, as a planner reads them: the one place where a number and its unit become words."""

from __future__ import annotations

import math
import re

__all__ = ["clock_time", "finite_or_none", "hours", "number", "quantity"]

_SINGULAR = {"people": "person"}
#: Units that count parts of something: ``1/4 people`` is a quarter of a person each.
_PART = re.compile(r"1/([0-9.]+) (.+)")


def finite_or_none(value: float) -> float | None:
    """A number as files and answers say it: None where it is unknown, as an infinite cost or bound is."""
    return value if math.isfinite(value) else None


def number(value: float) -> str:
    """``607``, ``4.25``, ``1,204``; at most two decimals."""
    if not math.isfinite(value):
        return "unknown"
    if abs(value - round(value)) < 1e-9:
        return f"{round(value):,}"
    return f"{value:,.2f}".rstrip("0").rstrip(".")


def hours(minutes: float) -> str:
    """Minutes in hours: ``37.5 h``, ``0.25 h``; what is no quarter of an hour as ``7 h 20 min``."""
    if not math.isfinite(minutes):
        return "unknown"
    if abs(minutes / 15 - round(minutes / 15)) < 1e-9:
        return f"{number(minutes / 60)} h"
    sign, whole = ("-" if minutes < 0 else ""), abs(minutes)
    full, rest = divmod(round(whole, 2), 60)
    return sign + (f"{number(full)} h " if full else "") + f"{number(rest)} min"


def clock_time(minutes: int) -> str:
    """Minutes from some midnight as the clock shows them: ``07:30``."""
    return f"{minutes // 60 % 24:02d}:{minutes % 60:02d}"


def quantity(value: float, unit: str) -> str:
    """``3 people``, ``1 person``, ``7.5 h`` (of 450 minutes), ``0.75 people`` (of three quarters), ``12``.

    Parameters
    ----------
    value : float
    unit : str
        A plural noun, ``minutes`` (told in hours), ``1/q`` of a noun, or nothing.
    """
    part = _PART.fullmatch(unit)
    if part is not None:
        value, unit = value / float(part[1]), part[2]
    if unit == "minutes":
        return hours(value)
    if not unit:
        return number(value)
    return f"{number(value)} {_singular(unit) if abs(value) == 1 else unit}"


def _singular(unit: str) -> str:
    """``night`` of ``nights``, ``unit of workload`` of ``units of workload``, ``day off`` of ``days off``."""
    if unit in _SINGULAR:
        return _SINGULAR[unit]
    first, of, rest = unit.partition(" of")
    return (first[:-1] if first.endswith("s") else first) + of + rest
