"""The days that a plan covers."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import lru_cache
from itertools import pairwise
from operator import index
from typing import SupportsIndex
from zoneinfo import ZoneInfo

from optimise.core.errors import InputError

__all__ = ["WEEKDAYS", "Day", "Horizon"]

#: A day of a plan: its 0-based number, its date, or its date as ISO text (``2026-01-05``).
Day = int | date | str

WEEKDAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")


@dataclass(frozen=True, slots=True)
class Horizon:
    """``days`` consecutive days, numbered from 0.

    Attributes
    ----------
    days : int
        Number of days, at least 1.
    start : date, optional
        Calendar date of day 0, when the instance names one.
    first_weekday : int
        Weekday of day 0, 0 = Monday; derived from ``start`` when that is given.
    zone : str
        Time zone of the IANA database (``"Europe/London"``), by which clocks change; without one they never do.
    """

    days: int
    start: date | None = None
    first_weekday: int = 0
    zone: str = ""

    def __post_init__(self) -> None:
        if self.days < 1:
            raise ValueError(f"a horizon has at least one day, not {self.days}")
        if self.start is not None:
            object.__setattr__(self, "first_weekday", self.start.weekday())

    def weekday(self, day: int) -> int:
        """Weekday (0 = Monday) of a day; days before the horizon are negative.

        Parameters
        ----------
        day : int
            0-based day of the horizon.

        Returns
        -------
        int
            0 (Monday) to 6.

        Examples
        --------
        >>> Horizon(14).weekday(-1)
        6
        """
        return (self.first_weekday + day) % 7

    def date(self, day: int) -> date | None:
        """Calendar date of a day.

        Parameters
        ----------
        day : int
            0-based day; may lie outside the horizon.

        Returns
        -------
        date or None
            None where the horizon has no dates.
        """
        return None if self.start is None else self.start + timedelta(days=day)

    def index(self, day: Day, *, end: bool = False) -> int:
        """Number of a day, whichever way it is given.

        Parameters
        ----------
        day : int, date or str
            0-based number, calendar date, or a date as text such as ``2026-01-05``.
        end : bool
            Whether the day after the last may be meant, as where days end before it.

        Returns
        -------
        int
            0-based day of the horizon.

        Raises
        ------
        InputError
            If it is no day, lies outside the horizon, or is a date where the horizon has none.

        Examples
        --------
        >>> Horizon(28, date(2026, 1, 5)).index(date(2026, 1, 14))
        9
        """
        made = self._number(day)
        if not 0 <= made < self.days + end:
            within = f"{self.start} to {self.date(self.days - 1)}" if self.start else f"0 to {self.days - 1}"
            raise InputError(f"day {day} is outside the horizon of {self.days} days, {within}")
        return made

    def _number(self, day: Day) -> int:
        if isinstance(day, SupportsIndex) and not isinstance(day, bool):  # True is no day 1
            return index(day)
        try:
            when = date.fromisoformat(day) if isinstance(day, str) else day
            when = when.date() if isinstance(when, datetime) else when
        except ValueError:
            when = None
        if not isinstance(when, date):
            raise InputError(f"{day!r} is no day; give its number from 0, or a date such as 2026-01-05")
        if self.start is None:
            raise InputError(f"{when} is a date, but the plan has none; give the number of the day, from 0")
        return (when - self.start).days

    def elapsed(self, first: int, last: int) -> int:
        """Minutes that pass between two readings of the clock.

        Parameters
        ----------
        first, last : int
            Minutes of the clock, counted from midnight of day 0 as if every day had 1440 of them.

        Returns
        -------
        int
            ``last - first`` where clocks do not change between them. A reading that comes twice is its first.

        Examples
        --------
        >>> Horizon(7, date(2026, 3, 23), zone="Europe/London").elapsed(5 * 1440 + 1230, 6 * 1440 + 450)
        600
        """
        if not self.zone or self.start is None:
            return last - first
        return last - first - (_offset(self.zone, self.start, last) - _offset(self.zone, self.start, first))

    @property
    def changes(self) -> tuple[int, ...]:
        """Days on which clocks change, from a week before the horizon to a week after it."""
        if not self.zone or self.start is None:
            return ()
        return _changes(self.zone, self.start, self.days)

    def label(self, day: int) -> str:
        """Short name of a day: ``Tue 14 Jan`` or, without dates, ``Tue day 8``.

        Parameters
        ----------
        day : int
            0-based day of the horizon.

        Returns
        -------
        str
            For people; not parsed anywhere.
        """
        return _label(self.start, self.first_weekday, day)

    def weekends(self, first: int = 5, length: int = 2) -> tuple[tuple[int, ...], ...]:
        """Groups of days that form a weekend starting on weekday ``first``, cut to the horizon.

        A weekend that began before day 0 keeps the days that lie inside.

        Parameters
        ----------
        first : int
            Weekday on which a weekend begins, 0 = Monday.
        length : int
            Days of a weekend.

        Returns
        -------
        tuple of tuple of int
            0-based days of each weekend, in order.

        Examples
        --------
        >>> Horizon(14).weekends()
        ((5, 6), (12, 13))
        """
        begin = (first - self.first_weekday) % 7
        starts = range(begin - 7, self.days, 7)
        groups = (tuple(d for d in range(s, s + length) if 0 <= d < self.days) for s in starts)
        return tuple(g for g in groups if g)


@lru_cache(maxsize=4096)  # every violation of every evaluation names its days
def _label(start: date | None, first_weekday: int, day: int) -> str:
    name = WEEKDAYS[(first_weekday + day) % 7]
    if start is None:
        return f"{name} day {day}"
    when = start + timedelta(days=day)
    return f"{name} {when.day} {when:%b}"


def _offset(zone: str, start: date, minute: int) -> int:
    """Minutes by which the clock is before universal time."""
    when = datetime(start.year, start.month, start.day, tzinfo=ZoneInfo(zone)) + timedelta(minutes=minute)
    offset = when.utcoffset()
    assert offset is not None
    return round(offset.total_seconds() / 60)


@lru_cache(maxsize=64)
def _changes(zone: str, start: date, days: int) -> tuple[int, ...]:
    offsets = [_offset(zone, start, 1440 * day) for day in range(-7, days + 9)]
    return tuple(day for day, (a, b) in enumerate(pairwise(offsets), start=-7) if a != b)
