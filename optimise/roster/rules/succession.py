"""Which duty may follow which: forbidden successions and minimum rest by clock time."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import count

from optimise.roster.context import RosterContext
from optimise.roster.rules.primitives import HARD, Pattern, RosterRule, places

__all__ = ["Rest", "Succession", "shift_names"]


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
                label = f"{shift_names(problem, tomorrow)} the day after {shift_names(problem, today)}"
                told = "{last} the day after {first}"
                yield Pattern(self.name, (today, tomorrow), who, when, self.weight, label=label, told=told)


@dataclass(frozen=True, slots=True, kw_only=True)
class Rest(RosterRule):
    """Minimum rest in minutes between the end of one shift and the start of the next, by clock time.

    Hours are those that pass, also while clocks change. Shifts without clock times, and being on call at
    home, are not compared. Long shifts may reach over several days, so the lag is not limited to one day.
    """

    minutes: int
    weight: float = HARD

    def patterns(self, problem: RosterContext) -> Iterable[Pattern]:
        timed = [
            (i, s.start, s.end)
            for i, s in enumerate(problem.shifts)
            if s.start is not None and s.end is not None and not s.resting
        ]
        for i, _, end in timed:
            longest = end + self.minutes + max((-_shorter(problem, d) for d in problem.horizon.changes), default=0)
            for lag in count(1):  # past days may precede a plan that is shorter than the lag
                if longest <= 1440 * lag:
                    break
                for close, starts in self._close(problem, timed, end, lag):
                    later = _of_shifts(problem, list(close))
                    who, when = places(self.scope(problem), starts)
                    short = f"less than {self.minutes / 60:g} h rest between "
                    label = f"{short}{problem.shifts[i].id} and {shift_names(problem, later)}"
                    told = short + "{first} and {last}"
                    masks = (_of_shifts(problem, [i]), *[problem.everything] * (lag - 1), later)
                    yield Pattern(self.name, masks, who, when, self.weight, label=label, told=told)

    def _close(
        self, problem: RosterContext, timed: list[tuple[int, int, int]], end: int, lag: int
    ) -> Iterable[tuple[tuple[int, ...], list[int]]]:
        """Shifts that begin too soon ``lag`` days after one that ends at ``end``, with the days on which that is so.

        They are the same on all days but those near a change of the clocks.
        """
        changes = problem.horizon.changes
        made: dict[tuple[int, ...], list[int]] = {}
        usual = tuple(j for j, start, _ in timed if start + 1440 * lag - end < self.minutes)
        for day in range(-lag, problem.horizon.days - lag):
            close = usual
            if any(day - 1 <= change <= day + lag + 1 for change in changes):
                midnight = 1440 * day
                ends = midnight + end
                close = tuple(
                    j
                    for j, start, _ in timed
                    if problem.horizon.elapsed(ends, midnight + 1440 * lag + start) < self.minutes
                )
            made.setdefault(close, []).append(day)
        return [(close, starts) for close, starts in made.items() if close]


def _shorter(problem: RosterContext, day: int) -> int:
    """Minutes by which a day is shorter than 1440, as a negative number; 0 or more where it is longer."""
    return min(0, problem.horizon.elapsed(1440 * day, 1440 * (day + 1)) - 1440)


def _of_shifts(problem: RosterContext, shifts: list[int]) -> int:
    return sum(1 << a for a, d in enumerate(problem.duties) if d.shift in shifts)


def shift_names(problem: RosterContext, mask: int, off: str = "a day off") -> str:
    """Shifts of a set of duties, each once: ``E/L``.

    Parameters
    ----------
    problem : RosterContext
    mask : int
        Set of duties.
    off : str
        What a day off is called.

    Returns
    -------
    str
    """
    ids: list[str] = []
    for a, duty in enumerate(problem.duties):
        if mask >> a & 1:
            label = problem.shifts[duty.shift].id if duty.shift >= 0 else off
            if label not in ids:
                ids.append(label)
    return "/".join(ids)
