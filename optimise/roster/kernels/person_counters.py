"""The counters of one person that can bind, in units of their gcd: what a pricing table may hold."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from optimise.roster.arrays import RosterArrays
from optimise.roster.kernels.folding import Window

__all__ = ["PersonCounter", "person_counters"]

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


@dataclass(slots=True)
class PersonCounter:
    """One counter of one person in units of its gcd, after the parts that cannot bind are dropped."""

    lower: int | None
    upper: int | None
    price_lower: float  # per unit; infinite = hard
    price_upper: float
    values: Ints | None  # (days, alphabet)
    calendar: int = -1
    #: surcharge at the end by value 0 .. cap (limits that fall between units)
    most: int = 0
    exact_lower: float = 0.0  # cost below is weight * (exact_lower - unit * value)
    exact_upper: float = 0.0
    unit: int = 1
    #: the days that count for this person, and the days from first to last that count for anybody
    first: int = 0
    last: int = 0
    span: int = 0

    def hard(self) -> PersonCounter | None:
        """The counter with its hard limits only; None if it has none."""
        lower, upper = math.isinf(self.price_lower), math.isinf(self.price_upper)
        made = replace(self, lower=self.lower if lower else None, upper=self.upper if upper else None)
        return None if made.lower is None and made.upper is None else made

    def window(self) -> Window:
        """The counter as a window to be folded."""
        assert self.values is not None
        return Window(
            self.first, self.last, self.values, self.cap, self.past_price, self.end_costs(), self.lower is not None
        )

    @property
    def cap(self) -> int:
        if self.upper is None:
            return min(self.most, self.lower or 0)
        if math.isinf(self.price_upper):
            return min(self.most, self.upper)
        return min(self.most, max(self.upper, self.lower or 0))

    @property
    def free(self) -> int:
        """Largest value that costs nothing, where there is no lower limit."""
        return self.cap - int(self.end_costs()[-1] > 0)

    def end_costs(self) -> Floats:
        value = np.arange(self.cap + 1, dtype=np.float64) * self.unit
        out = np.zeros(self.cap + 1)
        short = np.maximum(self.exact_lower - value, 0.0)
        if self.lower is not None:
            out += np.where(short > 0, self.price_lower * np.maximum(short, 1e-300), 0.0)
        if self.upper is not None:
            past = np.maximum(value - self.exact_upper, 0.0)
            out += np.where(past > 0, self.price_upper * np.maximum(past, 1e-300), 0.0)
        return out

    @property
    def past_price(self) -> float:
        """Price of one unit past the cap."""
        return 0.0 if self.upper is None else self.price_upper * self.unit


def person_counters(arrays: RosterArrays, employee: int, allowed: NDArray[np.bool_]) -> list[PersonCounter]:
    """The counters of a person that can bind; duties that alone break a hard limit are excluded from ``allowed``."""
    out: list[PersonCounter] = []
    for c in range(arrays.own[employee], arrays.own[employee + 1]):
        lower, upper = int(arrays.lower[c]), int(arrays.upper[c])
        hard_lower, hard_upper = math.isinf(arrays.price_lower[c]), math.isinf(arrays.price_upper[c])
        counted = values = None
        least, most, unit = 0, int(arrays.most[c]), 1
        if arrays.table[c] >= 0:
            counted = arrays.values[arrays.table[c]].astype(np.int64) * arrays.unit_of[c]
            if hard_upper:
                allowed &= counted <= upper
            values = np.where(allowed, counted, 0)
            most, unit = int(values.max(axis=1).sum()), int(np.gcd.reduce(values, axis=None)) or 1
            least = int(np.where(allowed, counted, np.iinfo(np.int64).max).min(axis=1).clip(0, 2**40).sum())
        has_lower = lower > least and arrays.price_lower[c] > 0
        has_upper = upper < most and arrays.price_upper[c] > 0
        if not (has_lower or has_upper):
            continue
        counting = np.arange(1) if values is None else np.flatnonzero(values.any(axis=1))
        floor_units = -(-lower // unit)
        cap_units = upper // unit if hard_upper else -(-upper // unit)
        out.append(
            PersonCounter(
                lower=max(floor_units, 0) if has_lower else None,
                upper=max(cap_units, 0) if has_upper else None,
                price_lower=float(arrays.price_lower[c]),
                price_upper=float(arrays.price_upper[c]),
                values=None if values is None else values // unit,
                calendar=int(arrays.calendar[c]),
                most=most // unit,
                exact_lower=float(lower if not hard_lower else max(floor_units, 0) * unit),
                exact_upper=float(upper if not hard_upper else cap_units * unit),
                unit=unit,
                first=int(counting.min(initial=len(allowed) - 1)),
                last=int(counting.max(initial=0)) if values is not None else len(allowed) - 1,
                span=len(allowed) if counted is None else _span(counted),
            )
        )
    return out


def _span(values: Ints) -> int:
    """Days from the first that counts to the last."""
    days = np.flatnonzero(values.any(axis=1))
    return int(np.ptp(days)) + 1 if len(days) else 0
