"""Hours in which people cannot work, and bank holidays, as rules over single days."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping

from optimise.roster.formats.ward_hours import Credits
from optimise.roster.formats.ward_index import WardIndex
from optimise.roster.formats.ward_limits import Names
from optimise.roster.formats.ward_parts import minutes_of
from optimise.roster.rules import Request, Requests

__all__ = ["bank_holiday_credits", "bank_holiday_rule", "unavailable_rule"]

_DAY = 1440


def unavailable_rule(index: WardIndex, names: Names) -> Requests | None:
    """The shifts that overlap hours in which people are unavailable.

    Parameters
    ----------
    index : WardIndex
    names : Names
        Gives the rule its name.

    Returns
    -------
    Requests or None
        One cell for each person, day and price; None where everybody is available.
    """
    cells: dict[tuple[int, int, float], int] = defaultdict(int)
    for i, entry in enumerate(index.ward.unavailable):
        with index.findings:
            path = ("unavailable", i)
            employee = index.employee(entry.staff, (*path, "staff"))
            begin, end = (minutes_of(t) for t in entry.between)
            end += _DAY if end <= begin else 0
            for day in sorted(index.days(entry.days, (*path, "days"), cut=True)):
                for at in range(day - 2, day + 3):  # a shift may last two days
                    mask = _overlapping(index, begin + _DAY * (day - at), end + _DAY * (day - at))
                    if mask and entry.price and 0 <= at < index.horizon.days:
                        cells[employee, at, entry.price] |= mask
    if not cells:
        return None
    made = tuple(Request(e, d, mask, price) for (e, d, price), mask in sorted(cells.items()))
    return Requests(
        name=names("unavailable"), requests=made, label="works while unavailable", unit="shifts", asked=False
    )


def _overlapping(index: WardIndex, begin: int, end: int) -> int:
    """Duties whose shift is on at some time between two minutes of the day on which it starts."""
    return sum(1 << (i + 1) for i, s in enumerate(index.shifts) if s.first < end and begin < s.last)


def bank_holiday_credits(index: WardIndex, leave: Mapping[tuple[int, int], int]) -> Credits:
    """Minutes that contracts count for bank holidays: a working day each, where leave does not count it already.

    Parameters
    ----------
    index : WardIndex
    leave : mapping
        Minutes credited for each ``(employee, day)`` of leave.

    Returns
    -------
    Credits
        Empty unless the ward credits bank holidays.
    """
    if not index.ward.bank_holidays.credit:
        return ()
    made = []
    for e in range(len(index.ward.staff)):
        weekly, working = index.weekly_hours(e) or 0.0, index.working_days(e)
        for day in index.bank_holidays:
            if weekly and index.horizon.weekday(day) in working and not leave.get((e, day)):
                made.append((e, day, round(60 * weekly / len(working))))
    return tuple(made)


def bank_holiday_rule(index: WardIndex, names: Names) -> Requests:
    """The price of each shift that is worked on a bank holiday.

    Parameters
    ----------
    index : WardIndex
    names : Names
        Gives the rule its name.

    Returns
    -------
    Requests
    """
    price, people = index.ward.bank_holidays.price, range(len(index.ward.staff))
    cells = tuple(Request(e, day, index.work, price) for e in people for day in index.bank_holidays)
    label = "works on a bank holiday"
    return Requests(name=names("bank holidays"), requests=cells, label=label, unit="shifts", asked=False)
