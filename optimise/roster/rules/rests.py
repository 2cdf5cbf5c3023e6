"""Rest in hours: within any so many days, and after a run of duties.

*Within days.* In each window of ``days`` days (each calendar week, by the law) some rest of at least ``minutes`` must
lie. What is ruled out are the rows of duties without one. They are cut into boxes (a set of duties for each day), each
of which is a pattern: from the last day backwards, a row goes on from the end of the last shift, and later ends leave
less rest. Hard boxes may overlap and are as large as possible; priced ones are disjoint, so that a window counts once.

Hours are those that pass, also while clocks change.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cache, lru_cache

import numpy as np

from optimise.core.errors import InputError
from optimise.roster.context import RosterContext
from optimise.roster.rules.primitives import HARD, Pattern, RosterRule, places

__all__ = ["RestAfterRun", "RestWithin"]

#: More boxes than this for one window are refused.
MOST_BOXES = 3000
_DAY = 1440

Box = tuple[int, ...]
Gap = Callable[[int, int], int]


@dataclass(frozen=True, slots=True, kw_only=True)
class RestWithin(RosterRule):
    """One uninterrupted rest of ``minutes`` or more in windows of ``days`` days.

    Attributes
    ----------
    minutes, days : int
    weekday : int, optional
        Weekday on which windows begin (0 = Monday); by default they begin on every day.
    weight : float
        Price of each window without such a rest, or ``HARD``.
    """

    minutes: int
    days: int = 7
    weekday: int | None = None
    weight: float = HARD

    def patterns(self, problem: RosterContext) -> Iterable[Pattern]:
        horizon, changes = problem.horizon, problem.horizon.changes
        if not self.weight:
            return
        shifts = [(a, s.start, s.end) for a, d in enumerate(problem.duties) if d.shift >= 0
                  for s in (problem.shifts[d.shift],) if s.start is not None and s.end is not None]  # fmt: skip
        if len(shifts) < len(problem.duties) - 1:
            raise InputError("needs the clock times of all shifts", item=f"rule {self.name}")
        usual = _boxes(
            tuple(shifts), problem.everything, self.days, self.minutes, _clock, disjoint=math.isfinite(self.weight)
        )
        starts: dict[tuple[Box, ...], list[int]] = {}
        for first in range(1 - self.days, horizon.days - self.days + 1):
            if self.weekday is not None and horizon.weekday(first) != self.weekday:
                continue
            made = usual
            if any(first - 1 <= change <= first + self.days for change in changes):
                made = self._changed(problem, shifts, first)
            starts.setdefault(made, []).append(first)
        label = f"no rest of {self.minutes / 60:g} h in {self.days} days"
        for boxes, begins in starts.items():
            for box in boxes:
                known = len(box) > self.days and box[0] != problem.everything
                masks = box if known else box[1:]  # the day before the window matters where a shift reaches into it
                at = places(self.scope(problem), [first - known for first in begins])
                yield Pattern(self.name, masks, *at, self.weight, label=label, unit="times")

    def _changed(self, problem: RosterContext, shifts: list[tuple[int, int, int]], first: int) -> tuple[Box, ...]:
        def gap(begin: int, end: int) -> int:
            return problem.horizon.elapsed(_DAY * first + begin, _DAY * first + end)

        disjoint = math.isfinite(self.weight)
        return _boxes(tuple(shifts), problem.everything, self.days, self.minutes, gap, disjoint=disjoint)


def _clock(begin: int, end: int) -> int:
    return end - begin


@lru_cache(maxsize=64)
def _boxes(
    shifts: tuple[tuple[int, int, int], ...], everything: int, days: int, minutes: int, gap: Gap, *, disjoint: bool
) -> tuple[Box, ...]:
    """Rows of duties from the day before a window to its last day that leave no rest in it, as boxes.

    Shifts are (duty, start, end) in minutes of the clock. A box begins with the set of the day before.
    """

    @cache
    def tails(day: int, last: int) -> tuple[Box, ...]:
        """Boxes for the days from ``day`` on, when the last shift ended at minute ``last`` of the window."""
        if gap(last, _DAY * day) >= minutes:
            return ()
        if day == days:
            return ((),)
        targets = {last: 1}  # a day off
        for duty, start, end in shifts:
            if gap(last, _DAY * day + start) < minutes:
                reached = max(last, _DAY * day + end)
                targets[reached] = targets.get(reached, 0) | 1 << duty
        return joined(targets, day + 1)

    def joined(targets: dict[int, int], day: int) -> tuple[Box, ...]:
        after: dict[tuple[Box, ...], int] = {}
        for reached, mask in sorted(targets.items()):
            tail = tails(day, reached)
            after[tail] = after.get(tail, 0) | mask  # ends that no later day tells apart are one
        made: list[Box] = []
        groups = list(after.items())
        for i, (tail, mask) in enumerate(groups):
            wide = mask
            if not disjoint:
                for _, later in groups[i + 1 :]:  # a later end leaves less rest, so all its rows count too
                    wide |= later
            made += [(wide, *box) for box in tail]
        if len(made) > MOST_BOXES:
            raise InputError(f"a rest within {days} days is too much to say of these shifts")
        return tuple(made) if disjoint else _largest(made)

    before = {0: 1}
    for duty, _, end in shifts:
        reached = max(0, end - _DAY)
        before[reached] = before.get(reached, 0) | 1 << duty
    found = joined(before, 0)
    return tuple(box if box[0] != everything else (everything, *box[1:]) for box in found)


def _largest(boxes: list[Box]) -> tuple[Box, ...]:
    """Those that lie in no other one."""
    width = max((mask.bit_length() for box in boxes for mask in box), default=0)
    packed = {sum(mask << width * i for i, mask in enumerate(box)): box for box in boxes}
    order = sorted(packed, key=lambda bits: (-bits.bit_count(), bits))
    kept = np.zeros(len(order), dtype=np.uint64 if max(order, default=0) < 2**64 else object)
    size = 0
    for one in order:
        bits = kept.dtype.type(one) if kept.dtype != object else one
        if not (kept[:size] & bits == bits).any():
            kept[size] = bits
            size += 1
    return tuple(packed[int(one)] for one in kept[:size])


@dataclass(frozen=True, slots=True, kw_only=True)
class RestAfterRun(RosterRule):
    """At least ``minutes`` of rest after the last of ``run`` or more duties of ``of`` in a row.

    Attributes
    ----------
    of : int
        Mask of the duties that make up the run; one more of them on the next day continues it.
    minutes, run : int
    weight : float
        Price of each rest that is too short, or ``HARD``.
    noun : str
        ``"nights"``, for messages.
    """

    of: int
    minutes: int
    run: int = 1
    weight: float = HARD
    noun: str = "shifts"

    def patterns(self, problem: RosterContext) -> Iterable[Pattern]:
        days, changes = problem.horizon.days, problem.horizon.changes
        timed = {a: (s.start, s.end) for a, d in enumerate(problem.duties) if d.shift >= 0
                 for s in (problem.shifts[d.shift],) if s.start is not None and s.end is not None}  # fmt: skip
        runs = (self.of,) * (self.run - 1)
        label = f"less than {self.minutes / 60:g} h rest after {self.run} or more {self.noun}"
        for duty, (_, end) in timed.items():
            if not self.of >> duty & 1 or not self.weight:
                continue
            for lag in range(1, (end + self.minutes + 120) // _DAY + 1):
                made: dict[int, list[int]] = {}
                for day in range(-lag - len(runs), days - lag):
                    near = any(day - 1 <= change <= day + lag + 1 for change in changes)
                    gap = problem.horizon.elapsed if near else _clock
                    ends, midnight = _DAY * day + end, _DAY * (day + lag)
                    close = sum(1 << b for b, (start, _) in timed.items() if gap(ends, midnight + start) < self.minutes)
                    if lag == 1:
                        close &= ~self.of
                    made.setdefault(close, []).append(day - len(runs))
                for close, starts in made.items():
                    if close:
                        masks = (*runs, 1 << duty, *[1] * (lag - 1), close)
                        at = places(self.scope(problem), starts)
                        yield Pattern(self.name, masks, *at, self.weight, label=label)
