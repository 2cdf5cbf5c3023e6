"""One person's part of a roster, day by day: what a rota to take home shows."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from optimise.core.errors import UnsupportedError
from optimise.roster.problem import Roster, RosterProblem
from optimise.roster.view import days_of_leave

__all__ = ["RotaDay", "rota_days"]

_DAY = 1440


@dataclass(frozen=True, slots=True)
class RotaDay:
    """What one person does on one day.

    Attributes
    ----------
    day : date
    duty : str
        Id of the duty; empty for a day off.
    title : str
        The shift's name, or its id where it has none; empty for a day off.
    begin, end : datetime or None
        By the clock of the ward, with its time zone where it names one; None for a day off and for shifts without
        clock times.
    minutes : int
        Paid time.
    leave : bool
        Whether the person is away.
    holiday : str
        Name of the bank holiday, or empty.
    """

    day: date
    duty: str
    title: str
    begin: datetime | None
    end: datetime | None
    minutes: int
    leave: bool
    holiday: str


def rota_days(problem: RosterProblem, plan: Roster, employee: int) -> tuple[RotaDay, ...]:
    """Every day of the plan of one person.

    Parameters
    ----------
    problem : RosterProblem
        With dates.
    plan : Roster
    employee : int
        0-based.

    Returns
    -------
    tuple of RotaDay
        One for each day of the horizon.

    Raises
    ------
    UnsupportedError
        If the plan has no dates.
    """
    horizon = problem.horizon
    if horizon.start is None:
        raise UnsupportedError(f"{problem.name} has no dates; a rota needs them")
    away, holidays = days_of_leave(problem), problem.meta.get("bank_holidays", {})
    zone = ZoneInfo(horizon.zone) if horizon.zone else None
    made = []
    for d in range(horizon.days):
        when = horizon.start + timedelta(days=d)
        duty = problem.duties[int(plan.duties[employee, d])]
        shift = problem.shifts[duty.shift] if duty.shift >= 0 else None
        begin = end = None
        if shift is not None and shift.start is not None and shift.end is not None:
            begin, end = _clock(when, shift.start, zone), _clock(when, shift.end, zone)
        made.append(
            RotaDay(
                day=when,
                duty="" if shift is None else duty.id,
                title="" if shift is None else shift.name or duty.id,
                begin=begin,
                end=end,
                minutes=int(problem.paid_minutes[d, int(plan.duties[employee, d])]),
                leave=shift is None and (employee, d) in away,
                holiday=str(holidays.get(d, "")),
            )
        )
    return tuple(made)


def _clock(day: date, minutes: int, zone: ZoneInfo | None) -> datetime:
    """A reading of the clock: the end of a night is what the clock shows then, whatever it did in between."""
    when = day + timedelta(days=minutes // _DAY)
    return datetime(when.year, when.month, when.day, minutes % _DAY // 60, minutes % 60, tzinfo=zone)
