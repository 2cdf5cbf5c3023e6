"""The days that a plan covers."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

__all__ = ["WEEKDAYS", "Horizon"]

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
    """

    days: int
    start: date | None = None
    first_weekday: int = 0

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
        when = self.date(day)
        name = WEEKDAYS[self.weekday(day)]
        return f"{name} {when.day} {when:%b}" if when is not None else f"{name} day {day}"

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
