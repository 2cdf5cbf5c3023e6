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


#: Upper limits of one total are joined, and so enter the table at once, where it has at most so many values.
_FEW = 40


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
    #: soft counters of the same total with bounds of their own (the steps of a convex price)
    beyond: tuple[PersonCounter, ...] = ()

    @property
    def waits(self) -> bool:
        """Whether it may stay outside the table until it binds: one upper limit alone."""
        return self.lower is None and not self.beyond

    def hard(self) -> PersonCounter | None:
        """The counter with its hard limits only; None if it has none."""
        lower, upper = math.isinf(self.price_lower), math.isinf(self.price_upper)
        made = replace(self, lower=self.lower if lower else None, upper=self.upper if upper else None, beyond=())
        return None if made.lower is None and made.upper is None else made

    def window(self) -> Window:
        """The counter as a window to be folded."""
        assert self.values is not None
        return Window(
            self.first, self.last, self.values, self.cap, self.past_price, self.end_costs(), self.lower is not None
        )

    @property
    def cap(self) -> int:
        """Largest value that the table tells apart."""
        return max(self._cap, *(step.cap for step in self.beyond)) if self.beyond else self._cap

    @property
    def _cap(self) -> int:
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
        """Cost of each final value up to the cap."""
        value = np.arange(self.cap + 1, dtype=np.float64) * self.unit
        out = self.charged(value)
        for step in self.beyond:
            out += step.charged(value)
        return out

    def charged(self, value: Floats) -> Floats:
        """What the bounds of this counter alone charge for totals in raw amounts."""
        out = np.zeros(len(value))
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
        own = 0.0 if self.upper is None else self.price_upper * self.unit
        return own + sum(step.past_price for step in self.beyond)


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
    return _joined(out)


def _joined(counters: list[PersonCounter]) -> list[PersonCounter]:
    """Soft counters of one total as one: a convex price is several pairs of bounds on the same sum."""
    groups: dict[object, list[PersonCounter]] = {}
    for i, count in enumerate(counters):
        soft = not (math.isinf(count.price_lower) or math.isinf(count.price_upper))
        total = count.calendar if count.values is None else (count.unit, count.values.tobytes())
        groups.setdefault(("soft", total) if soft else ("alone", i), []).append(count)
    made: list[PersonCounter] = []
    for same in groups.values():
        first, *others = sorted(same, key=lambda count: count.lower is None)
        if others and (first.lower is not None or max(count.cap for count in same) <= _FEW):
            made.append(replace(first, beyond=tuple(others)))
        else:
            made += same
    return made


def _span(values: Ints) -> int:
    """Days from the first that counts to the last."""
    days = np.flatnonzero(values.any(axis=1))
    return int(np.ptp(days)) + 1 if len(days) else 0
