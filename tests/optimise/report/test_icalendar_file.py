"""Calendars: right times over a change of clocks, identifiers that stay, revisions that grow."""

from __future__ import annotations

import sys
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from optimise.core.errors import MissingExtraError
from optimise.report.icalendar_file import calendar_text, event_id
from optimise.roster.personal import RotaDay

ZONE = ZoneInfo("Europe/London")
MADE = datetime(2026, 1, 1, 12, tzinfo=UTC)


def night(day: date, zone: ZoneInfo | None = ZONE) -> RotaDay:
    begin = datetime(day.year, day.month, day.day, 20, 30, tzinfo=zone)
    end = datetime.combine(day + timedelta(days=1), datetime.min.time()).replace(hour=7, minute=30, tzinfo=zone)
    return RotaDay(day, "N", "Night", begin, end, 600, False, "")


def off(day: date, leave: bool = False) -> RotaDay:
    return RotaDay(day, "", "", None, None, 0, leave, "")


def events(*days, **more):
    icalendar = pytest.importorskip("icalendar")
    text = calendar_text("Ward 7; east, \u00e9", ("ann", "Ann A."), days, more.pop("made", MADE), **more)
    made = icalendar.Calendar.from_ical(text)
    return made, list(made.walk("VEVENT"))


@pytest.mark.parametrize(("day", "hours"), [(date(2026, 3, 28), 10), (date(2026, 10, 24), 12), (date(2026, 6, 1), 11)])
def test_a_night_over_a_change_of_clocks_ends_when_the_clock_says(day: date, hours: int) -> None:
    made, (event,) = events(night(day), zone="Europe/London")
    begin, end = event.decoded("dtstart"), event.decoded("dtend")
    assert (begin.hour, end.hour, end.minute) == (20, 7, 30)
    assert end.astimezone(UTC) - begin.astimezone(UTC) == timedelta(hours=hours)
    assert event["dtstart"].params["TZID"] == "Europe/London"
    assert [str(zone["tzid"]) for zone in made.walk("VTIMEZONE")] == ["Europe/London"]


def test_without_a_zone_times_float() -> None:
    made, (event,) = events(night(date(2026, 3, 28), None))
    assert event.decoded("dtstart") == datetime(2026, 3, 28, 20, 30)
    assert not made.walk("VTIMEZONE")


def test_leave_is_a_whole_day_that_keeps_nothing_else_out() -> None:
    _, (event,) = events(off(date(2026, 1, 5), leave=True), off(date(2026, 1, 6)))
    assert (event.decoded("dtstart"), event.decoded("dtend")) == (date(2026, 1, 5), date(2026, 1, 6))
    assert str(event["transp"]) == "TRANSPARENT"


def test_a_later_rota_changes_the_same_events_and_cancels_what_fell_away() -> None:
    days = [date(2026, 1, 5) + timedelta(days=d) for d in range(3)]
    first, second = [night(days[0]), night(days[1]), off(days[2])], [off(days[0]), night(days[1]), off(days[2], True)]
    _, before = events(*first)
    _, after = events(*second, made=MADE + timedelta(days=1), earlier={day.day: day for day in first})
    known = {str(e["uid"]): e for e in before}
    assert [(str(e["uid"]) in known, str(e["status"])) for e in after] == [
        (True, "CANCELLED"),
        (True, "CONFIRMED"),
        (False, "CONFIRMED"),
    ]
    assert {int(e["sequence"]) for e in after} == {int(before[0]["sequence"]) + 24 * 60}
    assert str(after[0]["summary"]) == str(before[0]["summary"])


def test_identifiers_differ_by_ward_person_and_day() -> None:
    day = date(2026, 1, 5)
    made = {event_id(w, p, d) for w in ("a", "b") for p in ("x", "y") for d in (day, day + timedelta(days=1))}
    assert len(made) == 8
    assert event_id("a", "x", day) == "20260105-" + event_id("a", "x", day)[9:33] + "@wardwise"


def test_the_same_rota_gives_the_same_bytes() -> None:
    pytest.importorskip("icalendar")
    given = ("w", ("a", ""), [night(date(2026, 3, 28))], MADE)
    assert calendar_text(*given, zone="Europe/London") == calendar_text(*given, zone="Europe/London")


def test_without_the_library_the_extra_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "icalendar", None)
    with pytest.raises(MissingExtraError, match=r"wardwise\[calendar\]"):
        calendar_text("w", ("a", ""), [], MADE)
