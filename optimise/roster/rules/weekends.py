"""Weekend rules: how many, complete or not, one shift type throughout, and any priced weekend shape."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import product

import numpy as np

from optimise.roster.context import RosterContext
from optimise.roster.rules.primitives import HARD, NO_LIMIT, Counter, Pattern, RosterRule, places

__all__ = ["CompleteWeekends", "IdenticalWeekends", "WorkedWeekends"]

Groups = tuple[tuple[int, ...], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkedWeekends(RosterRule):
    """Number of worked weekends (any day of it worked) between ``minimum`` and ``maximum`` per person.

    Attributes
    ----------
    weekends : tuple of tuple of int
        The days of each weekend.
    maximum, minimum : int or tuple of int, optional
        One value for all, or one per person in scope.
    worked_before : int or tuple of int
        Weekends already worked in the period before day 0.
    """

    weekends: Groups
    maximum: int | tuple[int, ...] | None = None
    minimum: int | tuple[int, ...] | None = None
    worked_before: int | tuple[int, ...] = 0
    weight: float = HARD

    def counters(self, problem: RosterContext) -> Iterable[Counter]:
        people = self.scope(problem)
        if self.weight == 0 or not len(people):
            return
        yield Counter(
            self.name,
            people,
            per_person(self.minimum, len(people), 0),
            per_person(self.maximum, len(people), NO_LIMIT),
            per_person(self.worked_before, len(people), 0),
            groups=self.weekends,
            mask=problem.work,
            weight_lower=self.weight,
            weight_upper=self.weight,
            unit="weekends",
            label="worked weekends",
        )

    @classmethod
    def _per_employee(cls) -> frozenset[str]:
        return frozenset({"maximum", "minimum", "worked_before"})


@dataclass(frozen=True, slots=True, kw_only=True)
class CompleteWeekends(RosterRule):
    """A weekend is worked on all of its days or on none; what a broken one costs depends on its shape.

    Attributes
    ----------
    weekends : tuple of tuple of int
        Only those complete inside the horizon matter; others are ignored unless listed.
    costs : tuple of (tuple of bool, int), optional
        Units for each shape (worked or not, by day). Default: one unit for every mixed shape.
    """

    weekends: Groups
    weight: float = HARD
    costs: tuple[tuple[tuple[bool, ...], int], ...] | None = None

    def patterns(self, problem: RosterContext) -> Iterable[Pattern]:
        by_length: dict[int, list[int]] = defaultdict(list)
        for weekend in self.weekends:
            by_length[len(weekend)].append(weekend[0])
        for length, starts in by_length.items():
            priced = dict(self.costs) if self.costs is not None else {}
            for shape in product((False, True), repeat=length):
                units = priced.get(shape, 0) if self.costs is not None else int(any(shape) and not all(shape))
                if units and self.weight:
                    masks = tuple(problem.work if on else 1 for on in shape)
                    who, when = places(self.scope(problem), starts)
                    label, unit = "weekend only partly worked", "weekends" if self.costs is None else "units"
                    yield Pattern(self.name, masks, who, when, self.weight, units, label=label, unit=unit)


@dataclass(frozen=True, slots=True, kw_only=True)
class IdenticalWeekends(RosterRule):
    """One shift type throughout a worked weekend.

    For a fully worked weekend, each distinct shift type counts the number of days with another type; a partly
    worked two-day weekend counts ``partly`` units (INRC-I: 1).
    """

    weekends: Groups
    weight: float = HARD
    partly: int = 0

    def patterns(self, problem: RosterContext) -> Iterable[Pattern]:
        shift_masks = [problem.shift_mask(s.id) for s in problem.shifts]
        by_length: dict[int, list[int]] = defaultdict(list)
        for weekend in self.weekends:
            by_length[len(weekend)].append(weekend[0])
        for length, starts in by_length.items():
            who, when = places(self.scope(problem), starts)
            for types in product(range(len(shift_masks)), repeat=length):
                units = sum(length - types.count(t) for t in set(types))
                masks = tuple(shift_masks[t] for t in types)
                if units and all(masks):
                    label = "different shift types on one weekend"
                    yield Pattern(self.name, masks, who, when, self.weight, units, label=label, unit="days")
            if length == 2 and self.partly:
                for masks in ((problem.work, 1), (1, problem.work)):
                    label = "weekend only partly worked (identical shift types)"
                    yield Pattern(self.name, masks, who, when, self.weight, self.partly, label=label, unit="days")


def per_person(value: int | tuple[int, ...] | None, count: int, absent: int) -> np.ndarray:
    """One integer per person from a single value, a tuple, or nothing."""
    if value is None:
        return np.full(count, absent, dtype=np.int64)
    if isinstance(value, tuple):
        if len(value) != count:
            raise ValueError(f"{len(value)} values for {count} people")
        return np.asarray(value, dtype=np.int64)
    return np.full(count, value, dtype=np.int64)
