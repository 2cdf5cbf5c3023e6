"""What is asked or fixed for single days: requests with weights, leave, eligibility, pinned duties."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Self

import numpy as np

from optimise.roster.context import RosterContext
from optimise.roster.rules.primitives import HARD, Pattern, RosterRule, places

__all__ = ["DaysOff", "Eligibility", "Pins", "Request", "Requests"]


@dataclass(frozen=True, slots=True)
class Request:
    """``employee`` would not like a duty of ``avoid`` on ``day``; breaking it costs ``weight``.

    A request *for* a shift avoids all other duties, the day off included.
    """

    employee: int
    day: int
    avoid: int
    weight: float = HARD


@dataclass(frozen=True, slots=True, kw_only=True)
class Requests(RosterRule):
    """Weighted wishes for single days.

    Attributes
    ----------
    unit : str
        What the amount counts.
    asked : bool
        Whether people asked for it; otherwise it is a rule in the same form (no night before leave), which no table
        of requests shows.
    """

    requests: tuple[Request, ...]
    label: str = "request not granted"
    unit: str = "requests"
    asked: bool = True

    def patterns(self, problem: RosterContext) -> Iterable[Pattern]:
        grouped: dict[tuple[int, float], list[tuple[int, int]]] = defaultdict(list)
        for r in self.requests:
            if r.weight:
                grouped[r.avoid, r.weight].append((r.employee, r.day))
        yield from _single_days(self.name, grouped, self.label, self.unit)

    def extended(self, source: int, new: int, problem: RosterContext) -> Self:
        return self


@dataclass(frozen=True, slots=True, kw_only=True)
class DaysOff(RosterRule):
    """Days on which a person cannot work (leave, fixed days off).

    Attributes
    ----------
    cells : tuple of (employee, day)
    begins : tuple of (employee, day)
        First day of each stretch that was granted by itself, where it follows upon another one.
    """

    cells: tuple[tuple[int, int], ...]
    weight: float = HARD
    begins: tuple[tuple[int, int], ...] = ()

    def patterns(self, problem: RosterContext) -> Iterable[Pattern]:
        yield from _single_days(
            self.name, {(problem.work, self.weight): list(self.cells)}, "works on a day off", "days"
        )

    def extended(self, source: int, new: int, problem: RosterContext) -> Self:
        return self


@dataclass(frozen=True, slots=True, kw_only=True)
class Pins(RosterRule):
    """Duties fixed by the planner: ``(employee, day, mask of what is allowed)``.

    ``worked`` says that they have happened: each mask is one duty, and hard rules that these days break by themselves
    forbid nothing (:mod:`optimise.roster.worked`).
    """

    cells: tuple[tuple[int, int, int], ...] = ()
    worked: bool = False

    def patterns(self, problem: RosterContext) -> Iterable[Pattern]:
        grouped: dict[tuple[int, float], list[tuple[int, int]]] = defaultdict(list)
        for employee, day, mask in self.cells:
            grouped[problem.everything & ~mask, HARD].append((employee, day))
        yield from _single_days(self.name, grouped, "differs from the pinned duty", "days")

    def happened(self) -> Iterable[tuple[int, int, int]]:
        return self.cells if self.worked else ()

    def extended(self, source: int, new: int, problem: RosterContext) -> Self:
        return self


@dataclass(frozen=True, slots=True, kw_only=True)
class Eligibility(RosterRule):
    """Duties that a person may never do (skills not held), or does at a price (INRC-I alternative skill).

    Attributes
    ----------
    forbidden : tuple of int
        One mask per person in scope.
    """

    forbidden: tuple[int, ...]
    weight: float = HARD
    label: str = "lacks the skill"

    def patterns(self, problem: RosterContext) -> Iterable[Pattern]:
        people: dict[int, list[int]] = defaultdict(list)
        for employee, mask in zip(self.scope(problem), self.forbidden, strict=True):
            if mask:
                people[mask].append(int(employee))
        for mask, who in people.items():
            at = places(np.asarray(who, dtype=np.int32), range(problem.horizon.days))
            yield Pattern(self.name, (mask,), *at, self.weight, label=self.label, unit="days")

    @classmethod
    def _per_employee(cls) -> frozenset[str]:
        return frozenset({"forbidden"})


def _single_days(
    rule: str, grouped: dict[tuple[int, float], list[tuple[int, int]]], label: str, unit: str
) -> Iterable[Pattern]:
    for (mask, weight), cells in grouped.items():
        if cells and mask:
            array = np.asarray(cells, dtype=np.int32)
            yield Pattern(rule, (mask,), array[:, 0].copy(), array[:, 1].copy(), weight, label=label, unit=unit)
