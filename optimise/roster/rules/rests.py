"""Rest in hours: within any so many days, and after a run of duties.

*Within days.* In each window of ``days`` days (each calendar week, by the law) some rest of at least ``minutes`` must
lie. What is ruled out are the rows of duties without one. They are cut into boxes (a set of duties for each day), each
of which is a pattern: from the last day backwards, a row goes on from the end of the last shift, and later ends leave
less rest. Boxes may overlap and are as large as possible.

Where a window has a price, boxes would have to be disjoint, so that it counts once; where more than one rest is wanted
(two of 24 h in a fortnight, or one of 48 h, by the law), they would be thousands. Both are one automaton, which knows
when the last shift ended and how many rests were had.

Hours are those that pass, also while clocks change.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import cache, lru_cache

import numpy as np

from optimise.core.errors import InputError
from optimise.core.horizon import Horizon
from optimise.roster.context import RosterContext
from optimise.roster.rules.primitives import HARD, Pattern, Regular, RosterRule, places

__all__ = ["RestAfterRun", "RestWithin"]

#: More boxes than this for one window are refused.
MOST_BOXES = 3000
_DAY = 1440

Box = tuple[int, ...]
Gap = Callable[[int, int], int]


@dataclass(frozen=True, slots=True, kw_only=True)
class RestWithin(RosterRule):
    """Uninterrupted rests of ``minutes`` or more in windows of ``days`` days.

    Attributes
    ----------
    minutes, days : int
    count : int
        Rests wanted; one that is twice as long is two.
    weekday : int, optional
        Weekday on which windows begin (0 = Monday), one after the other from the first such day of the plan; by
        default they begin on every day.
    begins : tuple of int, optional
        First days of the only windows that are meant.
    weight : float
        Price of each window without such a rest, or ``HARD``.
    """

    minutes: int
    days: int = 7
    count: int = 1
    weekday: int | None = None
    begins: tuple[int, ...] | None = None
    weight: float = HARD

    def patterns(self, problem: RosterContext) -> Iterable[Pattern]:
        changes = problem.horizon.changes
        if not self.weight:
            return
        shifts = problem.timed
        if len(shifts) < len(problem.duties) - problem.idle.bit_count():
            raise InputError("needs the clock times of all shifts", item=f"rule {self.name}")
        if self.count > 1 or math.isfinite(self.weight):  # boxes that are disjoint would be many more
            yield from self._counted(problem, shifts)
            return
        usual = _boxes(shifts, problem.everything, problem.idle, self.days, self.minutes, _clock)
        starts: dict[tuple[Box, ...], list[int]] = {}
        for first in self._windows(problem):
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

    def _windows(self, problem: RosterContext) -> Iterator[int]:
        """First days of the windows that lie at least partly in the plan, and end in it."""
        horizon = problem.horizon
        every = 1 if self.weekday is None else 7 if self.days <= 7 else self.days
        begin = 0 if self.weekday is None else (self.weekday - horizon.weekday(0)) % 7
        for first in range(1 - self.days, horizon.days - self.days + 1):
            if (first - begin) % every == 0 and (self.begins is None or first in self.begins):
                yield first

    def _counted(self, problem: RosterContext, shifts: tuple[tuple[int, int, int], ...]) -> Iterable[Pattern]:
        """One pattern for all windows in which clocks stand still, and one for each other window."""
        horizon, who = problem.horizon, self.scope(problem)
        label = f"no rest of {self.minutes / 60:g} h in {self.days} days"
        if self.count > 1:
            label = f"rest of less than {self.count} times {self.minutes / 60:g} h in {self.days} days"
        known = np.array([len(problem.employees[e].history) for e in who.tolist()], dtype=np.int64)
        begins: dict[tuple[int | None, bool], list[int]] = {}
        for first in self._windows(problem):
            near = any(first - 1 <= change <= first + self.days for change in horizon.changes)
            for before in (True, False):  # the day before matters where a shift reaches into the window
                begins.setdefault((first if near else None, before), []).append(first)
        for (changed, before), firsts in begins.items():
            gap = _clock if changed is None else _elapsed(horizon, changed)
            regular = _regular(shifts, len(problem.duties), self.days, self.minutes, self.count, gap, before=before)
            if regular is None:
                continue
            cells = [(e, first) for e, past in zip(who.tolist(), known.tolist(), strict=True) for first in firsts
                     if (past >= 1 - first) == before and past >= before - first]  # fmt: skip
            if cells:
                people, days = np.array(cells, dtype=np.int32).T
                yield Pattern(
                    self.name, regular.masks, people, days - before, self.weight, label=label, regular=regular
                )

    def _changed(self, problem: RosterContext, shifts: tuple[tuple[int, int, int], ...], first: int) -> tuple[Box, ...]:
        gap = _elapsed(problem.horizon, first)
        return _boxes(shifts, problem.everything, problem.idle, self.days, self.minutes, gap)


def _clock(begin: int, end: int) -> int:
    return end - begin


def _elapsed(horizon: Horizon, first: int) -> Gap:
    """Minutes that pass between two minutes of the window that begins on a day."""
    return lambda begin, end: horizon.elapsed(_DAY * first + begin, _DAY * first + end)


def _regular(
    shifts: tuple[tuple[int, int, int], ...],
    duties: int,
    days: int,
    minutes: int,
    count: int,
    gap: Gap,
    *,
    before: bool,
) -> Regular | None:
    """Rows of duties with fewer than so many rests; ``before`` reads the day before the window too.

    A state is the minute at which the last shift ended, and the number of rests until then. The day before the window
    ends no rest; not knowing it is taken for the best.
    """
    times = {duty: (start, end) for duty, start, end in shifts}

    def step(position: int, state: tuple[int, int], duty: int) -> tuple[int, int] | None:
        last, had = state
        day = position - before
        if duty in times:
            start, end = times[duty]
            if day >= 0:
                had += max(0, gap(last, _DAY * day + start) // minutes)
            last = max(last, _DAY * day + end)
        kept = had + max(0, gap(last, _DAY * (day + 1)) // minutes) < count  # enough already, whatever follows
        return (last, had) if kept else None

    return Regular.made(
        days + before, duties, (0, 0), step, lambda state: state[1] + gap(state[0], _DAY * days) // minutes < count
    )


@lru_cache(maxsize=64)
def _boxes(
    shifts: tuple[tuple[int, int, int], ...],
    everything: int,
    idle: int,
    days: int,
    minutes: int,
    gap: Gap,
) -> tuple[Box, ...]:
    """Rows of duties from the day before a window to its last day that leave no rest in it, as boxes.

    Shifts are (duty, start, end) in minutes of the clock; ``idle`` is the set of duties that end no rest. A box
    begins with the set of the day before.
    """

    @cache
    def tails(day: int, last: int) -> tuple[Box, ...]:
        """Boxes for the days from ``day`` on, when the last shift ended at minute ``last`` of the window."""
        if gap(last, _DAY * day) >= minutes:
            return ()
        if day == days:
            return ((),)
        targets = {last: idle}
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
            for _, later in groups[i + 1 :]:  # a later end leaves less rest, so all its rows count too
                wide |= later
            made += [(wide, *box) for box in tail]
        if len(made) > MOST_BOXES:
            raise InputError(f"a rest within {days} days is too much to say of these shifts")
        return _largest(made)

    before = {0: idle}
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
        timed = {a: (start, end) for a, start, end in problem.timed}
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
                        masks = (*runs, 1 << duty, *[problem.idle] * (lag - 1), close)
                        at = places(self.scope(problem), starts)
                        yield Pattern(self.name, masks, *at, self.weight, label=label)
