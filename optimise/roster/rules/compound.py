"""Rules made of other rules under one name, and ready-made cover lines."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Self

from optimise.roster.context import RosterContext
from optimise.roster.rules.primitives import Counter, Line, Pattern, RosterRule, Term

__all__ = ["Compound", "Headcounts"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Compound(RosterRule):
    """Several rules that the planner knows as one: hours in each block of weeks, weekends in each window.

    Attributes
    ----------
    parts : tuple of RosterRule
        Their own names are not used.
    """

    parts: tuple[RosterRule, ...]

    def patterns(self, problem: RosterContext) -> Iterable[Pattern]:
        return (replace(p, rule=self.name) for part in self.parts for p in part.patterns(problem))

    def counters(self, problem: RosterContext) -> Iterable[Counter]:
        return (replace(c, rule=self.name) for part in self.parts for c in part.counters(problem))

    def lines(self, problem: RosterContext) -> Iterable[Line]:
        return (replace(line, rule=self.name) for part in self.parts for line in part.lines(problem))

    def shown(self, problem: RosterContext) -> Iterable[Line]:
        return (replace(line, rule=self.name) for part in self.parts for line in part.shown(problem))

    def extended(self, source: int, new: int, problem: RosterContext) -> Self:
        return replace(self, parts=tuple(p.extended(source, new, problem) for p in self.parts))


@dataclass(frozen=True, slots=True, kw_only=True)
class Headcounts(RosterRule):
    """Cover lines with terms of any shape: clock-time intervals over several days, shares, supervision.

    Attributes
    ----------
    rows : tuple of Line
        Their rule names are not used.
    grows : bool
        Whether a new person who is like one counted is counted too.
    """

    rows: tuple[Line, ...]
    grows: bool = True

    def lines(self, problem: RosterContext) -> Iterable[Line]:
        return (replace(line, rule=self.name) for line in self.rows)

    def extended(self, source: int, new: int, problem: RosterContext) -> Self:
        if not self.grows:
            return self

        def grown(term: Term) -> Term:
            if term.employees is None or source not in term.employees:
                return term
            return replace(term, employees=(*term.employees, new))

        return replace(
            self,
            rows=tuple(
                replace(r, terms=tuple(map(grown, r.terms)), heads=tuple(map(grown, r.heads))) for r in self.rows
            ),
        )
