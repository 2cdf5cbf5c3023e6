"""Cover: how many people are wanted where and when, skill mix, and people who should (not) work together."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Self

from optimise.roster.context import RosterContext
from optimise.roster.rules.primitives import HARD, Line, RosterRule, Segment, Term

__all__ = ["Apart", "Cover", "Demand", "Together"]


@dataclass(frozen=True, slots=True)
class Demand:
    """People wanted on one day in one set of duties.

    Attributes
    ----------
    day : int
    mask : int
        Duties that count.
    minimum, maximum : float
        Wanted number; outside it costs.
    under, over : tuple of Segment
        Price of each missing or surplus person, nearest first and non-decreasing (bank, then agency, then
        unfilled); an empty tuple means that this side is free.
    employees : tuple of int, optional
        Only these people count (registered nurses, those who can be in charge).
    label : str
        ``"Night"``, for messages.
    """

    day: int
    mask: int
    minimum: float = 0
    maximum: float = math.inf
    under: tuple[Segment, ...] = (Segment(math.inf, HARD),)
    over: tuple[Segment, ...] = ()
    employees: tuple[int, ...] | None = None
    label: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Cover(RosterRule):
    """A table of demands."""

    demands: tuple[Demand, ...]

    def lines(self, problem: RosterContext) -> Iterable[Line]:
        return (line for line in self.shown(problem) if math.isfinite(line.lower) or math.isfinite(line.upper))

    def shown(self, problem: RosterContext) -> Iterable[Line]:
        """All demands, those without a limit too."""
        for d in self.demands:
            lower = d.minimum if d.under and d.minimum > 0 else -math.inf
            upper = d.maximum if d.over else math.inf
            terms = (Term(d.day, d.mask, d.employees),)
            yield Line(self.name, terms, lower, upper, d.under, d.over, d.day, d.label)

    def extended(self, source: int, new: int, problem: RosterContext) -> Self:
        from dataclasses import replace

        grown = tuple(
            replace(d, employees=(*d.employees, new)) if d.employees is not None and source in d.employees else d
            for d in self.demands
        )
        return replace(self, demands=grown)


@dataclass(frozen=True, slots=True, kw_only=True)
class Apart(RosterRule):
    """At most ``limit`` of these people in the duties of each mask, each day."""

    masks: tuple[int, ...]
    days: tuple[int, ...]
    limit: int = 1
    weight: float = HARD

    def lines(self, problem: RosterContext) -> Iterable[Line]:
        who = tuple(int(e) for e in self.scope(problem))
        names = ", ".join(problem.employees[e].id for e in who)
        for day in self.days:
            for mask in self.masks:
                yield Line(
                    self.name,
                    (Term(day, mask, who),),
                    upper=self.limit,
                    over=(Segment(math.inf, self.weight),),
                    day=day,
                    label=f"{names} together",
                )

    def extended(self, source: int, new: int, problem: RosterContext) -> Self:
        return self


@dataclass(frozen=True, slots=True, kw_only=True)
class Together(RosterRule):
    """``dependant`` works a duty of a mask only when one of the people in scope (mentors) does too."""

    dependant: int
    masks: tuple[int, ...]
    days: tuple[int, ...]
    weight: float = HARD

    def lines(self, problem: RosterContext) -> Iterable[Line]:
        mentors = tuple(int(e) for e in self.scope(problem) if e != self.dependant)
        name = problem.employees[self.dependant].id
        for day in self.days:
            for mask in self.masks:
                terms = (Term(day, mask, mentors), Term(day, mask, (self.dependant,), -1.0))
                yield Line(
                    self.name,
                    terms,
                    lower=0.0,
                    under=(Segment(math.inf, self.weight),),
                    day=day,
                    label=f"{name} without a mentor",
                    title=f"with {name}",
                )

    def extended(self, source: int, new: int, problem: RosterContext) -> Self:
        return self
