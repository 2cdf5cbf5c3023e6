"""A rota as an iCalendar file (RFC 5545); the only module that imports ``icalendar`` (extra ``calendar``).

Every event has an identifier made of ward, person and date. Whoever imports a later rota gets the same events changed,
and not a second set; a duty that fell away is sent as cancelled.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any

from optimise.core.errors import MissingExtraError
from optimise.core.quantities import number
from optimise.core.version import __version__
from optimise.roster.personal import RotaDay

__all__ = ["calendar_text", "event_id"]

#: Revisions count the minutes since then.
_FIRST = datetime(2020, 1, 1, tzinfo=UTC)


def event_id(ward: str, person: str, day: date) -> str:
    """Identifier of what a person does on a day: the same in every version of the rota.

    Parameters
    ----------
    ward : str
        Its name.
    person : str
        Id of the person.
    day : date

    Returns
    -------
    str
    """
    said = "\0".join((ward, person, day.isoformat()))
    return f"{day:%Y%m%d}-{hashlib.sha256(said.encode()).hexdigest()[:24]}@wardwise"


def calendar_text(
    ward: str,
    person: tuple[str, str],
    days: Sequence[RotaDay],
    made: datetime,
    *,
    zone: str = "",
    earlier: Mapping[date, RotaDay] | None = None,
) -> bytes:
    """The calendar of one person.

    Parameters
    ----------
    ward : str
        Its name.
    person : tuple of str
        Id and name.
    days : sequence of RotaDay
        The rota.
    made : datetime
        When the plan was made, with its time zone: a later plan has a higher revision.
    zone : str
        Time zone of the ward; without one the times are those of any clock.
    earlier : mapping of date to RotaDay, optional
        The rota that was sent before: duties and leave of it that are gone are cancelled.

    Returns
    -------
    bytes
        UTF-8, lines folded and ended as the standard wants.

    Raises
    ------
    MissingExtraError
        If ``icalendar`` is not installed.
    """
    library = _icalendar()
    calendar = library.Calendar()
    calendar.add("prodid", f"-//Wardwise//rota {__version__}//EN")
    calendar.add("version", "2.0")
    calendar.add("method", "PUBLISH")
    calendar.add("x-wr-calname", f"{ward}: {person[1] or person[0]}")
    stamp = made.astimezone(UTC).replace(microsecond=0)
    revision = max(0, int((stamp - _FIRST).total_seconds()) // 60)
    for day in days:
        before = (earlier or {}).get(day.day)
        gone = not _shown(day)
        if gone and (before is None or not _shown(before)):
            continue
        told = before if gone and before is not None else day
        event = library.Event()
        event.add("uid", event_id(ward, person[0], day.day))
        event.add("dtstamp", stamp)
        event.add("sequence", revision)
        event.add("status", "CANCELLED" if gone else "CONFIRMED")
        event.add("summary", f"{told.title or 'Leave'} ({ward})" if told.title else f"Leave ({ward})")
        event.add("dtstart", told.begin or told.day)
        event.add("dtend", told.end or told.day + timedelta(days=1))
        if told.minutes:
            event.add("description", f"{told.duty}, {number(told.minutes / 60)} paid hours")
        if told.leave:
            event.add("transp", "TRANSPARENT")
        calendar.add_component(event)
    if zone and days:
        year = timedelta(days=366)
        calendar.add_missing_timezones(first_date=days[0].day - year, last_date=days[-1].day + year)
    text: bytes = calendar.to_ical()
    return text


def _shown(day: RotaDay) -> bool:
    return bool(day.duty) or day.leave


def _icalendar() -> Any:
    try:
        import icalendar
    except ImportError:
        raise MissingExtraError("icalendar", "calendar") from None
    return icalendar
