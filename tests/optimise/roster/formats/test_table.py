"""Wards as CSV folders and workbooks: the same ward both ways, and mistakes told by sheet, row and column."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

import optimise
from optimise.core.errors import InputError, InputErrors, UnsupportedError
from optimise.core.kinds import kind_of
from optimise.core.method import Limits
from optimise.formats.base import get_format, write_plan
from optimise.formats.sheets import Sheet, SheetColumn
from optimise.formats.table_cells import KINDS
from optimise.generate import ward as made_ward
from optimise.report.said import sentences
from optimise.roster.formats.table import read_tables, template
from optimise.roster.formats.table_sheets import SHEETS
from optimise.roster.formats.ward import Ward
from optimise.roster.problem import RosterProblem
from optimise.roster.rules import Requests

pytestmark = pytest.mark.quick

FORMS = ["ward.xlsx", "ward"]


def full() -> Ward:
    """A ward that uses every sheet and every kind of cell."""
    return Ward.model_validate(
        {
            "name": "Full",
            "start": "2026-01-05",
            "days": 10,
            "weekend_days": ["Fri", "Sat", "Sun"],
            "skills": ["charge", "iv"],
            "shifts": [
                {"id": "E", "start": "07:00", "end": "15:00", "break_minutes": 30, "who": {"bands": ["5", "6"]}},
                {"id": "1", "start": "20:30", "end": "07:30", "night": True, "paid_minutes": 600},
                {"id": "O", "start": "09:00", "end": "09:00", "overnight": True},
            ],
            "contracts": [
                {
                    "id": "full",
                    "weekly_hours": 37.5,
                    "max_weekends": {"limit": 1, "weeks": 3, "weight": 2.5},
                    "complete_weekends": {"weight": 3},
                    "no_night_before_leave": True,
                    "max_consecutive_nights": {"limit": 3, "hard": True},
                    "hours": [{"minimum": 30, "maximum": 45, "weeks": 1}],
                    "shift_limits": [{"shifts": ["E", "1"], "maximum": 5, "weeks": 1, "hard": True}],
                },
                {"id": "half", "weekly_hours": 18.75, "max_consecutive_days": "none"},
            ],
            "rules": {
                "min_rest_hours": {"limit": 11.5, "weight": 4},
                "max_average_weekly_hours": {"limit": 44, "weeks": 8},
                "max_consecutive_days": "none",
                "hours": [{"tolerance": 3, "weight": 1}],
                "forbidden_sequences": [{"sequence": ["1", "off", "1|E"], "weight": 9}],
            },
            "cover_tiers": [{"name": "bank", "up_to": 1, "weight": 50}, {"name": "none", "hard": True}],
            "demand": [
                {"shifts": ["E"], "minimum": 1, "maximum": 2, "surplus": {"weight": 3}},
                {"shifts": ["E"], "days": ["2026-01-06..2026-01-07", "Fri"], "minimum": 2, "hard": True},
                {"name": "early hours", "between": ["07:00", "10:00"], "who": {"skills": ["charge"]}, "minimum": 1,
                 "tiers": [{"name": "agency", "up_to": 2, "weight": 10}, {"weight": 20}]},
            ],
            "skill_mix": [{"who": {"bands": ["5", "6"], "skills": ["iv"]}, "of": {"groups": ["g"]}, "share": 0.4}],
            "staff": [
                {"id": "Ann", "name": "Ann, A.", "band": 6, "skills": ["charge", "iv"], "contract": "full",
                 "history": {"duties": ["off", "?", "1"], "weekly_hours": [30, 37.5], "weekends": [True, False],
                             "balance_hours": -2.5}},
                {"id": "Ben", "band": "5", "groups": ["g"], "contract": "half", "weekly_hours": 20, "shifts": ["E"],
                 "limits": {"min_consecutive_days": {"limit": 2, "weight": 1}, "hours": [{"weekly": 20, "weight": 2}]}},
            ],
            "leave": [{"staff": "Ben", "first": "2026-01-08", "last": "2026-01-09", "kind": "study"},
                      {"staff": "Ann", "first": "2026-01-12", "hours_per_day": 7.5}],
            "requests": [{"staff": "Ann", "days": ["2026-01-10"], "want": "off", "weight": 5},
                         {"staff": "Ann", "days": ["weekdays"], "avoid": ["1"], "hard": True}],
            "pins": [{"staff": "Ann", "date": "2026-01-13", "shift": "O"}],
            "pairs": [{"kind": "supervised", "staff": ["Ben"], "by": {"staff": ["Ann"]}, "weight": 1},
                      {"kind": "apart", "staff": ["Ann", "Ben"], "limit": 0, "days": ["Mon"], "weight": 1}],
        }
    )  # fmt: skip


@pytest.mark.parametrize("form", FORMS)
def test_every_part_of_a_ward_survives(form: str, tmp_path: Path) -> None:
    ward = full()
    again = Ward.load(ward.save(tmp_path / form))
    assert again == ward
    assert again.problem().digest() == ward.problem().digest()


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize(("staff", "seed"), [(4, 2), (30, 1), (60, 3)])
def test_made_wards_survive(form: str, staff: int, seed: int, tmp_path: Path) -> None:
    ward = made_ward(staff, 2, seed)
    assert Ward.load(ward.save(tmp_path / form)) == ward


@pytest.mark.parametrize("form", FORMS)
def test_the_template_is_a_ward_that_can_be_solved(form: str, tmp_path: Path) -> None:
    problem = optimise.read(template(tmp_path / form))
    assert isinstance(problem, RosterProblem)
    assert problem.shape == (4, 28, 4)
    assert problem.evaluate(problem.roster([["-"] * 28] * 4)).feasible is False  # a day is pinned
    assert problem.pin("ben", 9, None).evaluate(problem.roster([["-"] * 28] * 4)).feasible


def test_the_template_offers_choices_and_notes(tmp_path: Path) -> None:
    openpyxl = pytest.importorskip("openpyxl")
    book = openpyxl.load_workbook(template(tmp_path / "w.xlsx"))
    lists = {rule.formula1 for rule in book["leave"].data_validations.dataValidation}
    assert lists == {"staff!$A$3:$A$2000", '"annual,study,sick,other,unavailable"'}
    assert "next day" in book["shifts"]["D1"].comment.text


def test_no_choice_of_the_template_offers_a_remark(tmp_path: Path) -> None:
    """Every list that a cell chooses from begins below the remarks, and so do the cells that choose."""
    openpyxl = pytest.importorskip("openpyxl")
    from openpyxl.utils import range_boundaries

    for path in (template(tmp_path / "t.xlsx"), made_ward(4, 1, 1).save(tmp_path / "w.xlsx")):
        book = openpyxl.load_workbook(path)
        found = 0
        for sheet in book.worksheets:
            for rule in sheet.data_validations.dataValidation:
                places = [(sheet, str(rule.sqref))]
                if "!" in rule.formula1:
                    name, _, place = rule.formula1.partition("!")
                    places.append((book[name], place.replace("$", "")))
                for where, place in places:
                    column, first, *_ = range_boundaries(place)
                    above = [str(where.cell(row, column).value or "") for row in range(2, first)]
                    assert not str(where.cell(first, column).value or "").startswith("#")
                    assert first == (3 if path.name == "t.xlsx" else 2), above
                    found += 1
        assert found > 10


@pytest.mark.parametrize("sheet", [s for s in SHEETS if s.shape != "pairs"], ids=lambda s: str(s.name))
def test_a_hint_shows_what_its_cell_takes(sheet: Sheet) -> None:
    """Each form that a hint offers, split at its semicolons where they separate forms, is understood."""
    for column in sheet.columns:
        kind = KINDS[column.cells]
        for form in HINTS.get(column.cells, ()):
            assert form in kind.hint
            kind.read(form)
        for option in column.options:
            kind.read(option)


#: Forms that hints name, by kind of cell.
HINTS = {
    "clock": ["07:30"],
    "date": ["2026-01-05"],
    "days": ["Mon", "weekdays", "weekends", "2026-01-10", "2026-01-10..2026-01-14"],
    "span": ["07:00-10:00"],
    "who": ["bands: 5, 6; skills: in-charge"],
    "price": ["hard"],
    "limit": ["6", "6 weight 50", "none"],
    "window": ["2", "2 in 4 weeks", "2 in 4 weeks weight 30", "none"],
    "switch": ["yes", "weight 5", "none"],
    "tiers": ["bank: 2 at 60; agency: 2 at 120; unfilled: 300"],
    "duties": ["off", "work"],
    "numbers": ["37.5, 40"],
    "flags": ["yes, no, no"],
    "flag": ["yes", "no"],
}


@pytest.mark.parametrize(
    ("sheet", "column"), [(s, c) for s in SHEETS for c in s.columns if c.empty], ids=lambda x: getattr(x, "header", "")
)
def test_a_cell_that_may_be_empty_may_be_empty(sheet: Sheet, column: SheetColumn, tmp_path: Path) -> None:
    """What the template says of an empty cell holds: such a cell is read in the last row that the template shows."""
    import csv

    folder = template(tmp_path / "w")
    file = folder / f"{sheet.name}.csv"
    rows = list(csv.reader(file.read_text(encoding="utf-8").splitlines()))
    if sheet.shape == "pairs":
        rows = [[row[0], "", *row[2:]] if row[0] == column.header else row for row in rows]
    else:
        at = rows[0].index(column.header)
        rows[-1][at] = ""
    with file.open("w", newline="", encoding="utf-8") as stream:
        csv.writer(stream).writerows(rows)
    assert isinstance(optimise.read(folder), RosterProblem)


def test_a_request_without_days_is_for_every_day() -> None:
    data = full().data()
    data["requests"] = [{"staff": data["staff"][0]["id"], "avoid": ["1"], "weight": 3}]
    rules = Ward.model_validate(data).problem().rules
    wishes = next(rule for rule in rules if isinstance(rule, Requests) and rule.name == "requests")
    away = sum(1 for each in data["leave"] if each["staff"] == data["staff"][0]["id"])
    assert len({each.day for each in wishes.requests}) >= 10 - 7 * away


@pytest.mark.parametrize("form", FORMS)
def test_the_template_is_solved_as_it_is_written(form: str, tmp_path: Path) -> None:
    problem = optimise.read(template(tmp_path / form))
    result = optimise.solve(problem, "highs", limits=Limits(seconds=20, gap=0.2))
    assert result.feasible


def test_weeks_and_days_may_agree_but_not_differ(tmp_path: Path) -> None:
    folder = template(tmp_path / "w")
    file = folder / "ward.csv"
    text = file.read_text(encoding="utf-8")
    assert "\ndays,," in text
    file.write_text(text.replace("\ndays,,", "\ndays,28,"), encoding="utf-8")
    assert optimise.read(folder).shape[1] == 28  # type: ignore[attr-defined]
    file.write_text(text.replace("\ndays,,", "\ndays,10,"), encoding="utf-8")
    with pytest.raises(
        InputError, match=r"ward\.csv:7: column days: 4 weeks are 28 days, but days says 10; give weeks"
    ):
        optimise.read(folder)


def test_a_band_that_nobody_holds_this_month_is_no_mistake() -> None:
    data = full().data()
    data["demand"].append({"name": "matron", "shifts": ["O"], "minimum": 1, "who": {"bands": ["8b"]}, "weight": 7})
    before = Ward.model_validate(full().data()).problem()
    problem = Ward.model_validate(data).problem()
    free = before.roster([["-"] * 10] * len(before.employees))
    assert problem.evaluate(free).cost == before.evaluate(free).cost + 7 * 10


@pytest.mark.parametrize("form", FORMS)
def test_plans_come_back_in_the_form_of_the_ward(form: str, tmp_path: Path) -> None:
    problem = optimise.read(made_ward(6, 1, 1).save(tmp_path / form))
    assert isinstance(problem, RosterProblem)
    rows = [["D"] + ["-"] * 6, *[["-"] * 6 + ["N"]] * 5]
    plan = problem.roster(rows)
    for name in (None, "native"):
        (file,) = write_plan(plan, problem, tmp_path / "plan", format=name)
        assert optimise.read_plan(file, problem) == plan
    assert {p.suffix for p in tmp_path.glob("plan.*")} == {".json", ".xlsx" if form == "ward.xlsx" else ".csv"}


def test_spreadsheets_of_other_habits_are_understood(tmp_path: Path) -> None:
    openpyxl = pytest.importorskip("openpyxl")
    from datetime import date, datetime, time

    book = openpyxl.load_workbook(template(tmp_path / "w.xlsx"))
    book["shifts"]["C3"] = time(7, 0)
    book["shifts"]["D3"] = 0.625
    book["ward"]["B5"] = datetime(2026, 1, 5)
    book["leave"]["B3"] = date(2026, 1, 12)
    book["staff"]["C3"] = 6.0
    book.save(tmp_path / "w.xlsx")
    ward = read_tables(tmp_path / "w.xlsx")
    assert (ward.shifts[0].start, ward.shifts[0].end, str(ward.start)) == ("07:00", "15:00", "2026-01-05")
    assert ward.staff[0].band == "6"
    folder = made_ward(5, 1, 1).save(tmp_path / "f")
    text = (folder / "shifts.csv").read_text()
    (folder / "shifts.csv").write_text("\ufeff" + text.replace(",", ";").replace("07:00", "7:00"))
    assert Ward.load(folder) == made_ward(5, 1, 1)


@pytest.mark.parametrize(
    ("sheet", "old", "new", "message"),
    [
        ("staff", "RN02,", "RN01,", "staff.csv:3: column id: 'RN01' is also the id of row 2"),
        ("staff", "in-charge", "in-chrage", "staff.csv:2: column skills: no skill is called 'in-chrage'; did you mean"),
        ("shifts", "07:00", "25:00", "shifts.csv:2: column start: should be a clock time"),
        ("shifts", "60", "sixty", "shifts.csv:2: column break_minutes: 'sixty' is not a number"),
        ("demand", "D,", "X,", "demand.csv:2: column shifts: no shift is called 'X'"),
        ("demand", "groups: registered", "grp: registered", "demand.csv:2: column who: 'grp: registered' does not say"),
        ("rules", "nights,4", "nights,four", "rules.csv:7: column max_consecutive_nights: 'four' is not a limit"),
        ("rules", "hours", "hour", "unknown key"),
        ("ward", "2026-01-05", "5 Jan", "ward.csv:4: column start: should be a date such as 2026-01-05"),
        ("tiers", "60", "600", "tiers.csv:3: is cheaper than the tier before it"),
    ],
)
def test_mistakes_name_file_row_and_column(sheet: str, old: str, new: str, message: str, tmp_path: Path) -> None:
    folder = made_ward(6, 2, 1).save(tmp_path / "w")
    file = folder / f"{sheet}.csv"
    text = file.read_text(encoding="utf-8")
    assert old in text
    file.write_text(text.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(InputError) as caught:
        optimise.read(folder)
    assert message in str(caught.value)


def test_mistakes_in_a_workbook_name_sheet_and_row(tmp_path: Path) -> None:
    openpyxl = pytest.importorskip("openpyxl")
    file = template(tmp_path / "w.xlsx")
    book = openpyxl.load_workbook(file)
    book["requests"]["A3"] = "anna"
    book.save(file)
    with pytest.raises(InputError, match=r"w\.xlsx:3: sheet requests, column staff: nobody is called 'anna'"):
        optimise.read(file)
    file.write_bytes(b"PK not a workbook")
    with pytest.raises(InputError, match="workbook"):
        optimise.read(file)


def test_unknown_columns_and_sheets_are_left_out_and_told(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    ward = made_ward(6, 2, 1)
    folder = ward.save(tmp_path / "w")
    file = folder / "staff.csv"
    file.write_text(
        "".join(f"{line},{'colour' if i == 0 else 'red'}\n" for i, line in enumerate(file.read_text().splitlines()))
    )
    (folder / "notes.csv").write_text("a,b\n1,2\n")
    (folder / "plan.csv").write_text("staff\n")
    assert Ward.load(folder) == ward
    told = [record.getMessage() for record in caplog.records]
    assert len(told) == 2
    assert told[0].startswith(f"{folder}: NOT READ: sheet 'notes' with 1 row, which has no meaning here")
    assert "NOT READ: column 'colour' of sheet staff with 6 cells" in told[1]


def test_what_was_not_read_stands_beside_the_result(tmp_path: Path) -> None:
    openpyxl = pytest.importorskip("openpyxl")
    file = template(tmp_path / "w.xlsx")
    book = openpyxl.load_workbook(file)
    book["pairs"].title = "Who hates whom"
    book["Who hates whom"]["A1"] = "sort"
    book["fairness"].title = "empty"
    book["empty"].delete_rows(2, 20)
    book.save(file)
    problem = optimise.read(file)
    (said,) = kind_of(problem).unread(problem)
    assert said.startswith("NOT READ: sheet 'Who hates whom' with 1 row, which has no meaning here; known: ")
    result = optimise.solve(problem, method="matheuristic", limits=Limits(seconds=0.5))
    assert result.explanation[0] == said
    sentence = sentences(result, problem)[0]
    assert (sentence.text, sentence.tone) == (said, "bad")


@pytest.mark.parametrize(
    ("sheet", "title", "header"),
    [
        ("leave", "Holidays", {"staff": "Nurse", "first": "From", "last": "Until"}),
        ("requests", "Requests Jan 27", {}),
        ("demand", "What the ward wants", {}),  # all its columns are those of one sheet
        ("staff", "staff", {"shifts": "Shifts allowed", "weekly_hours": "Hours per week"}),
    ],
)
def test_other_words_for_sheets_and_columns_are_read(
    tmp_path: Path, sheet: str, title: str, header: dict[str, str]
) -> None:
    openpyxl = pytest.importorskip("openpyxl")
    file = template(tmp_path / "w.xlsx")
    ward = Ward.load(file)
    book = openpyxl.load_workbook(file)
    for cell in book[sheet][1]:
        cell.value = header.get(cell.value, cell.value)
    book[sheet].title = title
    book.save(file)
    assert Ward.load(file) == ward


def test_a_sheet_of_a_name_like_leave_with_other_columns_is_not_leave(tmp_path: Path) -> None:
    openpyxl = pytest.importorskip("openpyxl")
    file = template(tmp_path / "w.xlsx")
    book = openpyxl.load_workbook(file)
    book.remove(book["leave"])
    page = book.create_sheet("Holidays")
    for row in (("day", "what"), ("2026-01-05", "carnival")):
        page.append(row)
    book.save(file)
    problem = optimise.read(file)
    assert "sheet 'Holidays' with 1 row" in kind_of(problem).unread(problem)[0]


def test_sheets_are_known_by_what_people_call_them(tmp_path: Path) -> None:
    openpyxl = pytest.importorskip("openpyxl")
    file = template(tmp_path / "w.xlsx")
    ward = Ward.load(file)
    book = openpyxl.load_workbook(file)
    book["leave"].title, book["skill_mix"].title = "Annual leave", "Skill mix"
    book["Annual leave"]["D3"] = "Leave"
    book.save(file)
    assert Ward.load(file) == ward


def test_all_faults_of_a_workbook_are_told_at_once(tmp_path: Path) -> None:
    openpyxl = pytest.importorskip("openpyxl")
    file = template(tmp_path / "w.xlsx")
    book = openpyxl.load_workbook(file)
    for sheet, cell, value in (
        ("shifts", "C3", "25:00"),
        ("shifts", "E4", "half"),
        ("staff", "F3", "ful-time"),
        ("requests", "A3", "anna"),
        ("leave", "B3", "soon"),
        ("pins", "C3", "E"),
        ("pins", "A3", "bob"),
    ):
        assert book[sheet][cell].value is not None, (sheet, cell)
        book[sheet][cell] = value
    book.save(file)
    with pytest.raises(InputErrors) as caught:
        optimise.read(file)
    assert str(caught.value).splitlines() == [
        "6 faults",
        f"  {file}:4: sheet shifts, column break_minutes: 'half' is not a number",
        f"  {file}:3: sheet shifts, column start: should be a clock time such as 07:30, found '25:00'",
        f"  {file}:3: sheet leave, column first: should be a date such as 2026-01-05, found 'soon'",
        f"  {file}:3: sheet staff, column contract: no contract is called 'ful-time'; did you mean 'full-time'?",
        f"  {file}:3: sheet pins, column staff: nobody is called 'bob'; known: ann, ben, chi, dee",
        f"  {file}:3: sheet requests, column staff: nobody is called 'anna'; did you mean 'ann'?",
    ]


@pytest.mark.parametrize(
    ("name", "first", "message"),
    [
        ("w.xlsx", b"", "w.xlsx: is empty"),
        ("w.json", b"", "w.json: is empty"),
        ("w.xls", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "w.xls: is an old Excel workbook"),
        ("w.xlsx", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "w.xlsx: is an old Excel workbook"),
        ("w.xls", b"PK\x03\x04", "w.xls: only workbooks saved as .xlsx"),
        ("w.xlsx", b"hello", "w.xlsx: is no Excel workbook, whatever its name says"),
        ("w.txt", b"hello", "w.txt: not in a known format ("),
        (
            "w.json",
            b'{"kind": "hospital",\n "days" 2}',
            "w.json:2: is not valid JSON: Expecting ':' delimiter (column 9)",
        ),
        ("w.json", b"[]", "w.json: not in a known format ("),
    ],
)
def test_what_is_no_workbook_is_told_why(name: str, first: bytes, message: str, tmp_path: Path) -> None:
    (tmp_path / name).write_bytes(first)
    with pytest.raises(InputError) as caught:
        optimise.read(tmp_path / name)
    assert message in str(caught.value)


@pytest.mark.parametrize(
    ("cell", "value", "message"),
    [
        ("demand!F3", "=1/0", r"w\.xlsx:3: sheet demand, cell F3: the formula has no value yet; open the file in"),
        ("demand!F3", "#DIV/0!", r"w\.xlsx:3: sheet demand, cell F3: the formula gives #DIV/0!"),
        ("staff!A3", "#REF!", r"w\.xlsx:3: sheet staff, cell A3: the formula gives #REF!"),
        (
            "leave!B3",
            "12/01/2026",
            r"w\.xlsx:3: sheet leave, column first: .12.01.2026. may begin with the day or the month",
        ),
        ("ward!B6", 1.5, r"w\.xlsx:6: sheet ward, column weeks: should be a whole number"),
        ("requests!A3", "Ben B.", r"sheet requests, column staff: nobody is called 'Ben B\.'; did you mean 'ben'\?"),
    ],
)
def test_slips_of_a_spreadsheet_are_told(cell: str, value: object, message: str, tmp_path: Path) -> None:
    openpyxl = pytest.importorskip("openpyxl")
    book = openpyxl.load_workbook(template(tmp_path / "w.xlsx"))
    sheet, _, place = cell.partition("!")
    book[sheet][place] = value
    book.save(tmp_path / "w.xlsx")
    with pytest.raises(InputError, match=message):
        optimise.read(tmp_path / "w.xlsx")


def test_overlapping_leave_is_told_by_its_row(tmp_path: Path) -> None:
    openpyxl = pytest.importorskip("openpyxl")
    book = openpyxl.load_workbook(template(tmp_path / "w.xlsx"))
    for column, value in enumerate(("dee", "2026-01-13", "2026-01-20"), 1):
        book["leave"].cell(4, column, value)
    book.save(tmp_path / "w.xlsx")
    with pytest.raises(InputError, match=r"w\.xlsx:4: sheet leave: dee is away on Tue 13 Jan already by row 3"):
        optimise.read(tmp_path / "w.xlsx")


def test_a_text_that_a_formula_left_empty_is_an_empty_cell(tmp_path: Path) -> None:
    """Excel stores ``=IF(A1="","",A1)`` with the type of a text and an empty value."""
    import zipfile

    pytest.importorskip("openpyxl")
    made, kept = template(tmp_path / "w.xlsx"), tmp_path / "kept.xlsx"
    cell = b'<c r="B3" t="str"><f>IF(A1="","",A1)</f><v></v></c>'
    with zipfile.ZipFile(made) as old, zipfile.ZipFile(kept, "w") as new:
        for name in old.namelist():
            data = old.read(name)
            if name == "xl/worksheets/sheet6.xml":  # demand has no name there
                assert b'<row r="3"><c r="B3"' in data
                data = data.replace(b'<row r="3">', b'<row r="3">' + cell.replace(b"B3", b"A3"))
            new.writestr(name, data)
    assert optimise.read(kept).digest() == optimise.read(made).digest()


def test_semicolons_tell_of_decimal_commas(tmp_path: Path) -> None:
    folder = made_ward(5, 1, 1).save(tmp_path / "f")
    for file in folder.glob("*.csv"):
        text = file.read_text().replace(",", ";")
        file.write_text(text.replace("37.5", "37,5") if file.stem == "contracts" else text, newline="\r\n")
    contract = Ward.load(folder).contracts[0]
    assert contract == made_ward(5, 1, 1).contracts[0]
    assert contract.weekly_hours == 37.5


def test_a_folder_without_its_people_says_so(tmp_path: Path) -> None:
    folder = made_ward(5, 1, 1).save(tmp_path / "f")
    (folder / "staff.csv").write_text("id,name\n")
    with pytest.raises(InputError, match=r"staff\.csv: is missing or has no rows"):
        optimise.read(folder)
    (folder / "staff.csv").unlink()
    with pytest.raises(InputError, match=r"at least ward\.csv, shifts\.csv and staff\.csv was expected"):
        optimise.read(folder)


def test_what_no_cell_can_hold_is_refused(tmp_path: Path) -> None:
    ward = full()
    ward.staff[0].groups = ["a, b"]
    with pytest.raises(InputError, match="comma"):
        ward.save(tmp_path / "w")
    assert not (tmp_path / "w").exists()


def test_a_ward_is_converted_but_not_one_edited_since(tmp_path: Path) -> None:
    problem: Any = optimise.read(full().save(tmp_path / "w.json"))
    get_format("table").write(problem, tmp_path / "w.xlsx")  # type: ignore[attr-defined]
    again: Any = optimise.read(tmp_path / "w.xlsx")
    assert again.digest() == problem.digest()
    get_format("native").write(again, tmp_path / "again.json")  # type: ignore[attr-defined]
    assert Ward.load(tmp_path / "again.json") == full()
    with pytest.raises(UnsupportedError, match="edited"):
        get_format("native").write(problem.pin("Ann", 0, None), tmp_path / "x.json")  # type: ignore[attr-defined]


AWKWARD = st.text(st.characters(codec="utf-8", exclude_categories=["C"]), min_size=1, max_size=5) | st.sampled_from(
    ["007", "1.50", "5.0", "1e5", "=A1", "yes", "none", "#x", "07:30", "2026-01-05", "-", "'a", "a,b", "a;b", "a: b"]
)


@given(staff=AWKWARD, shift=AWKWARD, skill=AWKWARD, weight=st.floats(0, 1e6), form=st.sampled_from(FORMS))
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_awkward_names_survive_or_are_refused(
    tmp_path: Path, staff: str, shift: str, skill: str, weight: float, form: str
) -> None:
    try:
        ward = Ward.model_validate(
            {
                "name": staff,
                "start": "2026-01-05",
                "shifts": [{"id": shift, "start": "07:00", "end": "15:00"}],
                "staff": [{"id": staff, "skills": [skill]}],
                "demand": [{"shifts": [shift], "who": {"skills": [skill]}, "minimum": 1, "weight": weight}],
                "rules": {"max_consecutive_days": {"limit": 3, "weight": weight}},
            }
        )
    except ValidationError:
        return
    try:
        ward.save(tmp_path / form)
    except InputError:
        return  # said before anything was written
    again = Ward.load(tmp_path / form)
    assert again == ward
