"""Which duty may follow which: forbidden successions and minimum rest by clock time."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from optimise.roster.context import RosterContext
from optimise.roster.rules.primitives import HARD, Pattern, RosterRule, places

__all__ = ["Rest", "Succession"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Succession(RosterRule):
    """Forbid (or price) pairs of duties on adjacent days.

    Attributes
    ----------
    pairs : tuple of (int, int)
        ``(mask today, mask tomorrow)``.
    weight : float
        Price of one occurrence, or ``HARD``.
    """

    pairs: tuple[tuple[int, int], ...]
    weight: float = HARD

    def patterns(self, problem: RosterContext) -> Iterable[Pattern]:
        who, when = places(self.scope(problem), range(-1, problem.horizon.days - 1))
        for today, tomorrow in self.pairs:
            if today and tomorrow:
                label = f"{_names(problem, tomorrow)} the day after {_names(problem, today)}"
                yield Pattern(self.name, (today, tomorrow), who, when, self.weight, label=label)


@dataclass(frozen=True, slots=True, kw_only=True)
class Rest(RosterRule):
    """Minimum rest in minutes between the end of one shift and the start of the next, by clock time.

    Shifts without clock times are not compared. Long shifts may reach over several days, so the lag is not
    limited to one day.
    """

    minutes: int
    weight: float = HARD

    def patterns(self, problem: RosterContext) -> Iterable[Pattern]:
        days = problem.horizon.days
        timed = [(i, s) for i, s in enumerate(problem.shifts) if s.start is not None and s.end is not None]
        for i, first in timed:
            assert first.end is not None
            lag = 1
            while first.end + self.minutes > 1440 * lag and lag < days:
                close = [j for j, s in timed if s.start is not None and s.start + 1440 * lag < first.end + self.minutes]
                if close:
                    today = _of_shifts(problem, [i])
                    later = _of_shifts(problem, close)
                    who, when = places(self.scope(problem), range(-lag, days - lag))
                    label = f"less than {self.minutes / 60:g} h rest between {first.id} and {_names(problem, later)}"
                    masks = (today, *[problem.everything] * (lag - 1), later)
                    yield Pattern(self.name, masks, who, when, self.weight, label=label)
                lag += 1


def _of_shifts(problem: RosterContext, shifts: list[int]) -> int:
    return sum(1 << a for a, d in enumerate(problem.duties) if d.shift in shifts)


def _names(problem: RosterContext, mask: int) -> str:
    ids: list[str] = []
    for a, duty in enumerate(problem.duties):
        if mask >> a & 1:
            label = problem.shifts[duty.shift].id if duty.shift >= 0 else "a day off"
            if label not in ids:
                ids.append(label)
    return "/".join(ids)


def mask_names(problem: RosterContext, mask: int) -> str:
    """Words for a set of duties: ``"work"``, ``"a day off"`` or shift ids."""
    if mask == problem.work:
        return "work"
    return _names(problem, mask)
