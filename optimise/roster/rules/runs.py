"""Consecutive runs: of work, of days off, of one shift type, of worked weekends.

A run of a set S of duties is a maximal interval of days whose duties lie in S. Formulation, with ``s_d = 1`` where
day d lies in S:

* at most ``hi``: every window of hi+1 days of S costs one unit, so a run of length L > hi costs L - hi;
* at least ``lo``: for s = 1 .. lo-1, the sequence (not S, s days of S, not S) costs lo - s units.

The two edges of the horizon follow the family: ``open`` = what lies outside is taken to complete the run (Curtois,
and the end of INRC-II), ``closed`` = the run is charged as if it ended there (INRC-I); a known history replaces the
convention at the start.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from optimise.roster.context import RosterContext
from optimise.roster.rules.primitives import HARD, Ints, Pattern, RosterRule, places

__all__ = ["Runs", "WeekendRuns"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Runs(RosterRule):
    """Shortest and longest run of the duties in ``of``.

    Attributes
    ----------
    of : int
        Mask of the duties that make up the run.
    minimum, maximum : int, optional
        In days; None = no limit.
    weight_minimum, weight_maximum : float
        Price of each day missing or too many, or ``HARD``.
    start, end : str
        ``"open"`` or ``"closed"``; ``start`` matters only for people without history.
    noun : str
        What is counted, for messages: ``"working days"``.
    """

    of: int
    minimum: int | None = None
    maximum: int | None = None
    weight_minimum: float = HARD
    weight_maximum: float = HARD
    start: str = "open"
    end: str = "open"
    noun: str = "days"

    def patterns(self, problem: RosterContext) -> Iterable[Pattern]:
        days, people = problem.horizon.days, self.scope(problem)
        known = [len(problem.employees[e].history) for e in people]
        unknown = people[np.asarray(known, dtype=np.int32) == 0]
        past = max(known, default=0)
        inside, outside = self.of, problem.everything & ~self.of
        yield from _maximum(self, (inside,), people, days, self.maximum, self.weight_maximum, past)
        yield from _minimum(self, (inside, outside), people, unknown, days, self.minimum, self.weight_minimum, past)


@dataclass(frozen=True, slots=True, kw_only=True)
class WeekendRuns(RosterRule):
    """Shortest and longest run of consecutive worked weekends; a weekend is worked if any of its days is.

    Attributes
    ----------
    weekends : tuple of tuple of int
        The days of each weekend, in order.
    """

    weekends: tuple[tuple[int, ...], ...]
    minimum: int | None = None
    maximum: int | None = None
    weight_minimum: float = HARD
    weight_maximum: float = HARD
    start: str = "open"
    end: str = "open"
    noun: str = "worked weekends"

    def patterns(self, problem: RosterContext) -> Iterable[Pattern]:
        people, count, groups = self.scope(problem), len(self.weekends), self.weekends
        yield from _maximum(self, (2,), people, count, self.maximum, self.weight_maximum, 0, groups)
        yield from _minimum(self, (2, 1), people, people, count, self.minimum, self.weight_minimum, 0, groups)


def _maximum(
    rule: Runs | WeekendRuns,
    sets: tuple[int],
    people: Ints,
    length: int,
    limit: int | None,
    weight: float,
    past: int,
    groups: tuple[tuple[int, ...], ...] | None = None,
) -> Iterable[Pattern]:
    """Windows of ``limit + 1``; ``past`` is the longest history known."""
    if limit is None or weight == 0 or limit >= length + past or not len(people):
        return
    who, when = places(people, range(-min(limit, past), length - limit))
    label = f"more than {limit} {rule.noun} in a row"
    yield Pattern(
        rule.name, sets * (limit + 1), who, when, weight, groups=groups, label=label, merge=True, unit=rule.noun
    )


def _minimum(
    rule: Runs | WeekendRuns,
    sets: tuple[int, int],
    people: Ints,
    unknown: Ints,
    length: int,
    limit: int | None,
    weight: float,
    past: int,
    groups: tuple[tuple[int, ...], ...] | None = None,
) -> Iterable[Pattern]:
    """Runs of each length below ``limit`` with what ends them; ``past`` is the longest history known."""
    if limit is None or limit < 2 or weight == 0:
        return
    inside, outside = sets
    for s in range(1, min(limit, length + past + 1)):
        label = f"only {s} {rule.noun} in a row, at least {limit} wanted"
        missing = limit - s
        body = (inside,) * s

        def made(
            masks: tuple[int, ...],
            who: Ints,
            starts: Iterable[int],
            label: str = label,
            missing: int = missing,
        ) -> Iterable[Pattern]:
            at = places(who, starts)
            if len(at[0]):
                yield Pattern(rule.name, masks, *at, weight, missing, groups=groups, label=label, unit=rule.noun)

        yield from made((outside, *body, outside), people, range(-min(s + 1, past), length - s - 1))
        if rule.start == "closed":
            yield from made((*body, outside), unknown, range(1 if s < length else 0))
        if rule.end == "closed":
            begin = length - s - 1
            yield from made((outside, *body), people, range(begin, begin + 1) if begin >= -past else ())
        if rule.start == "closed" and rule.end == "closed" and s == length:
            yield from made(body, unknown, range(1))
