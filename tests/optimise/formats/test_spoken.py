"""Clock times and days as people write them, in ward documents and in tables."""

from __future__ import annotations

from pathlib import Path

import pytest

import optimise
from optimise.core.errors import InputError
from optimise.formats.spoken import clock_text, day_text, leave_text, nation_text

pytestmark = pytest.mark.quick

WARD = """\
schema_version: 1
name: Said
start: 2026-01-05
weeks: 1
shifts:
  - {id: E, start: 'START', end: '3 pm'}
staff:
  - {id: Ann, weekly_hours: 20}
demand:
  - {shifts: [E], minimum: 1, days: [DAY]}
"""


@pytest.mark.parametrize("text", ["07:30", "7:30", "7.30", "0730", "7:30am", "7.30 AM", "730a.m.", "07:30:00"])
def test_a_clock_time_has_many_forms(text: str) -> None:
    assert clock_text(text) == "07:30"


@pytest.mark.parametrize("value", ["7.5", "13pm", "99", "seven", "", "12345", 7.3, None])
def test_what_is_no_clock_time_stays_for_the_check(value: object) -> None:
    assert clock_text(value) == value


def test_noon_and_midnight() -> None:
    assert [clock_text(t) for t in ("12am", "12pm", "12:05 am", "24:00")] == ["00:00", "12:00", "00:05", "24:00"]


def test_days_have_short_and_long_names() -> None:
    assert [day_text(t) for t in ("Wednesday", "wednesdays", "WED", "weds", "Weekend")] == ["Wed"] * 4 + ["weekends"]
    assert [day_text(t) for t in ("We", "T", "Feb", "", 3)] == ["We", "T", "Feb", "", 3]


def test_a_ward_may_be_written_so(tmp_path: Path) -> None:
    file = tmp_path / "ward.yaml"
    file.write_text(WARD.replace("START", "7.30").replace("DAY", "Wednesday"), encoding="utf-8")
    ward = optimise.read_ward(file)
    assert (ward.shifts[0].start, ward.shifts[0].end) == (450, 900)
    assert {line.day for line in ward.compiled.lines} == {2}


def test_tables_too(tmp_path: Path) -> None:
    (tmp_path / "ward.csv").write_text("name,Said\nstart,2026-01-05\nweeks,1\n", encoding="utf-8")
    (tmp_path / "shifts.csv").write_text("id,start,end\nE,0730,3pm\n", encoding="utf-8")
    (tmp_path / "staff.csv").write_text("id,weekly_hours\nAnn,20\n", encoding="utf-8")
    (tmp_path / "demand.csv").write_text('shifts,days,minimum\nE,"Wednesday, Sat",1\n', encoding="utf-8")
    ward = optimise.read_ward(tmp_path)
    assert (ward.shifts[0].start, ward.shifts[0].end) == (450, 900)
    assert {line.day for line in ward.compiled.lines} == {2, 5}


def test_what_nobody_could_mean_is_told(tmp_path: Path) -> None:
    file = tmp_path / "ward.yaml"
    file.write_text(WARD.replace("START", "7.5").replace("DAY", "Wed"), encoding="utf-8")
    with pytest.raises(InputError, match="should be a clock time such as 07:30"):
        optimise.read_ward(file)


def _table(folder: Path, start: str, day: str) -> Path:
    (folder / "ward.csv").write_text(f"name,Said\nstart,{start}\nweeks,1\n", encoding="utf-8")
    (folder / "shifts.csv").write_text("id,start,end\nE,07:00,15:00\n", encoding="utf-8")
    (folder / "staff.csv").write_text("id,weekly_hours\nAnn,20\n", encoding="utf-8")
    (folder / "demand.csv").write_text(f"shifts,days,minimum\nE,{day},1\n", encoding="utf-8")
    return folder


@pytest.mark.parametrize(("start", "day"), [("30/11/2026", "2.12.2026"), ("11/30/2026", "2026-12-02..2.12.2026")])
def test_dates_of_spreadsheets_that_can_be_read_in_one_way(tmp_path: Path, start: str, day: str) -> None:
    ward = optimise.read_ward(_table(tmp_path, start, day))
    assert str(ward.horizon.date(0)) == "2026-11-30"
    assert {line.day for line in ward.compiled.lines} == {2}


def test_a_date_that_may_begin_with_the_day_or_the_month_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"ward.csv:2.*'05/01/2026' may begin with the day or the month"):
        optimise.read_ward(_table(tmp_path, "05/01/2026", "Wed"))


@pytest.mark.parametrize(
    ("said", "kind"), [("hols", "annual"), ("A.L.", "annual"), ("TOIL", "other"), ("Mat leave", "other")]
)
def test_other_words_for_leave_are_known(said: str, kind: str) -> None:
    assert leave_text(said) == kind


@pytest.mark.parametrize("said", ["England and Wales", "england-and-wales", "England & Wales"])
def test_nations_are_known_whatever_their_case(said: str) -> None:
    assert nation_text(said) == "england-and-wales"
