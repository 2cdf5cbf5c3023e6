"""The counters of one person that can bind, in units of their gcd: what a pricing table may hold."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from optimise.roster.automaton import Automaton
from optimise.roster.compiled import CompiledRoster
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


def person_counters(
    compiled: CompiledRoster, automaton: Automaton, employee: int, allowed: NDArray[np.bool_]
) -> list[PersonCounter]:
    """The counters of a person that can bind; duties that alone break a hard limit are excluded from ``allowed``."""
    out: list[PersonCounter] = []
    for counter in compiled.counters:
        where = np.flatnonzero(counter.employees == employee)
        for i in where.tolist():
            lower = int(counter.lower[i] - counter.offset[i])
            upper = int(counter.upper[i] - counter.offset[i])
            values: Ints | None
            if counter.values is not None and counter.groups is None:
                values = np.where(allowed, counter.values, 0)
                if values.min() < 0:
                    raise ValueError(f"rule {counter.rule}: counted values must not be negative")
                if math.isinf(counter.weight_upper):
                    allowed &= counter.values <= upper
                    values = np.where(allowed, counter.values, 0)
                calendar, most = -1, int(values.max(axis=1).sum())
                unit = int(np.gcd.reduce(values, axis=None)) or 1
            elif counter.groups is not None and counter.values is None:
                values, calendar = None, automaton.calendars.index((counter.groups, counter.mask))
                most, unit = len(counter.groups), 1
            else:
                raise ValueError(f"rule {counter.rule}: a counter has either values or groups")
            least = 0
            if counter.values is not None:
                least = int(np.where(allowed, counter.values, np.iinfo(np.int64).max).min(axis=1).clip(0, 2**40).sum())
            has_lower = lower > least and counter.weight_lower > 0
            has_upper = upper < most and counter.weight_upper > 0
            if not (has_lower or has_upper):
                continue
            hard_lower, hard_upper = math.isinf(counter.weight_lower), math.isinf(counter.weight_upper)
            counting = np.arange(1) if values is None else np.flatnonzero(values.any(axis=1))
            floor_units = -(-lower // unit)
            cap_units = upper // unit if hard_upper else -(-upper // unit)
            out.append(
                PersonCounter(
                    lower=max(floor_units, 0) if has_lower else None,
                    upper=max(cap_units, 0) if has_upper else None,
                    price_lower=counter.weight_lower,
                    price_upper=counter.weight_upper,
                    values=None if values is None else values // unit,
                    calendar=calendar,
                    most=most // unit,
                    exact_lower=float(lower if not hard_lower else max(floor_units, 0) * unit),
                    exact_upper=float(upper if not hard_upper else cap_units * unit),
                    unit=unit,
                    first=int(counting.min(initial=len(allowed) - 1)),
                    last=int(counting.max(initial=0)) if values is not None else len(allowed) - 1,
                    span=len(allowed) if counter.values is None else _span(counter.values),
                )
            )
    return out


def _span(values: Ints) -> int:
    """Days from the first that counts to the last."""
    days = np.flatnonzero(values.any(axis=1))
    return int(np.ptp(days)) + 1 if len(days) else 0
