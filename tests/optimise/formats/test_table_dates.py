"""Dates of spreadsheets: one file, one order."""

from __future__ import annotations

import datetime
import logging
from pathlib import Path

import pytest

import optimise
from optimise.core.errors import InputError
from optimise.formats.table_cells import CellError
from optimise.formats.table_dates import DateOrder
from optimise.hospital.formats.hospital_tables import Hospital

ROOMS = "ward,room,beds\nW,Bay,4\n"


def _hospital(folder: Path, *discharges: str, start: str = "2026-11-30", more: str = "") -> Hospital:
    (folder / "rooms.csv").write_text(ROOMS, encoding="utf-8")
    rows = "".join(f"W,Bay,{i + 1},P{i},F,{text}\n" for i, text in enumerate(discharges))
    head = "ward,room,bed,patient,sex,expected_discharge\n"
    (folder / "bed-state.csv").write_text(head + rows, encoding="utf-8")
    (folder / "hospital.csv").write_text(f"key,value\nstart,{start}\ndays,5\n{more}", encoding="utf-8")
    return Hospital.load(folder)


def _leave(hospital: Hospital) -> list[str]:
    return [str(p.expected_discharge) for p in hospital.bed_state]


@pytest.mark.parametrize(
    ("cells", "date", "made"),
    [
        (["30/11/2026", "01/12/2026"], "01/12/2026", "2026-12-01"),
        (["11/30/2026", "12/01/2026"], "12/01/2026", "2026-12-01"),
        (["2026-11-30"], "2.12.2026", "2026-12-02"),
        (["30-11-2026"], "01-12-2026", "2026-12-01"),
        ([], "05/05/2026", "2026-05-05"),
    ],
)
def test_all_dates_of_a_file_are_read_in_the_one_order_that_one_of_them_tells(
    cells: list[str], date: str, made: str
) -> None:
    assert DateOrder.of(cells).date(date) == (made, "")


@pytest.mark.parametrize("cells", [["2026-11-30"], ["30/11/2026", "11/30/2026"]])
def test_where_nothing_tells_or_two_dates_disagree_a_date_is_refused(cells: list[str]) -> None:
    with pytest.raises(CellError, match=r"'01/12/2026' may begin with the day or the month"):
        DateOrder.of(cells).date("01/12/2026")


def test_a_british_bed_state_is_read_on_the_last_of_november_as_on_the_first_of_december(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.WARNING):
        made = _hospital(tmp_path, "01/12/2026", "04/12/2026", start="30/11/2026")
    assert _leave(made) == ["2026-12-01", "2026-12-04"]
    assert "30/11/2026 begins with the day, so all dates of the file are read so" in caplog.text


def test_a_row_beside_the_start_says_the_order(tmp_path: Path) -> None:
    made = _hospital(tmp_path, "01/12/2026", start="2026-11-30", more="dates,day first\n")
    assert _leave(made) == ["2026-12-01"]
    with pytest.raises(InputError, match=r"hospital.csv:4.*'American' is neither 'day first' nor 'month first'"):
        _hospital(tmp_path, "2026-12-01", more="dates,American\n")
    with pytest.raises(InputError, match=r"bed-state.csv:2.*no other date of the file tells; .* 'dates,day first'"):
        _hospital(tmp_path, "01/12/2026")


def test_a_clock_time_behind_the_discharge_is_the_hour_of_leaving(tmp_path: Path) -> None:
    made = _hospital(tmp_path, "2026-12-01 11:00", "01/12/2026 17:30:00", "2026-12-02T00:00:00", start="30/11/2026")
    assert _leave(made) == ["2026-12-01", "2026-12-01", "2026-12-02"]
    assert [p.leaves_at for p in made.bed_state] == ["11:00", "17:30", None]


def test_moments_of_a_workbook_are_dates(tmp_path: Path) -> None:
    openpyxl = pytest.importorskip("openpyxl")
    book = openpyxl.Workbook()
    state, rooms, hospital = book.active, book.create_sheet("rooms"), book.create_sheet("hospital")
    state.title = "bed-state"
    state.append(["ward", "room", "bed", "patient", "sex", "expected_discharge"])
    state.append(["W", "Bay", 1, "P1", "F", datetime.datetime(2026, 12, 1, 11, 0)])
    for line in ROOMS.splitlines():
        rooms.append(line.split(","))
    rooms["C2"] = 4
    hospital.append(["start", datetime.datetime(2026, 11, 30, 7, 0)])
    book.save(tmp_path / "h.xlsx")
    made = Hospital.load(tmp_path / "h.xlsx")
    assert (str(made.start), _leave(made), made.bed_state[0].leaves_at) == ("2026-11-30", ["2026-12-01"], "11:00")


def test_days_and_spans_of_a_ward_follow_the_order_too(tmp_path: Path) -> None:
    (tmp_path / "ward.csv").write_text("name,Said\nstart,30/11/2026\nweeks,1\n", encoding="utf-8")
    (tmp_path / "shifts.csv").write_text("id,start,end\nE,07:00,15:00\n", encoding="utf-8")
    (tmp_path / "staff.csv").write_text("id,weekly_hours\nAnn,20\n", encoding="utf-8")
    (tmp_path / "demand.csv").write_text('shifts,days,minimum\nE,"Mon, 02/12/2026..03/12/2026",1\n', encoding="utf-8")
    ward = optimise.read_ward(tmp_path)
    assert {line.day for line in ward.compiled.lines} == {0, 2, 3}
