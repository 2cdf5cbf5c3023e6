"""Unwanted sequences of duties, such as work after too short a rest from nights."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from optimise.roster.context import RosterContext
from optimise.roster.rules.primitives import HARD, Pattern, RosterRule, places

__all__ = ["RestAfter", "Unwanted"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Unwanted(RosterRule):
    """One sequence that should not occur.

    Attributes
    ----------
    masks : tuple of int
        Set of duties for each consecutive day.
    starts : tuple of int, optional
        Days on which it counts; every day on which it fits into the horizon (history included) by default.
    """

    masks: tuple[int, ...]
    starts: tuple[int, ...] | None = None
    weight: float = HARD
    label: str = "unwanted sequence"
    unit: str = "times"
    told: str = ""

    def patterns(self, problem: RosterContext) -> Iterable[Pattern]:
        length, days = len(self.masks), problem.horizon.days
        allowed = range(1 - length, days - length + 1)
        starts = allowed if self.starts is None else [d for d in self.starts if d in allowed]
        if self.weight and all(self.masks):
            at = places(self.scope(problem), starts)
            yield Pattern(self.name, self.masks, *at, self.weight, label=self.label, unit=self.unit, told=self.told)


@dataclass(frozen=True, slots=True, kw_only=True)
class RestAfter(RosterRule):
    """At least ``days`` days off after the last of a run of duties in ``of`` (days off after nights)."""

    of: int
    days: int = 2
    weight: float = HARD
    label: str = ""

    def patterns(self, problem: RosterContext) -> Iterable[Pattern]:
        horizon, other = problem.horizon.days, problem.work & ~self.of
        label = self.label or f"fewer than {self.days} days off afterwards"
        for rest in range(self.days):
            # of, `rest` days off, then work too early; straight after (rest = 0) more of the same is fine
            masks = (self.of, *[1] * rest, problem.work if rest else other)
            at = places(self.scope(problem), range(1 - len(masks), horizon - len(masks) + 1))
            yield Pattern(self.name, masks, *at, self.weight, label=label)
