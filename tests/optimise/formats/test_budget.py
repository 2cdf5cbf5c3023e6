"""Files made to do harm: refused within the budget, with the file, the limit and the value."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path

import numpy as np
import pytest

import optimise
from optimise.capacity.scenarios import Scenarios
from optimise.core.errors import InputError
from optimise.formats.budget import BUDGET, ReadingBudget, parse_json, parse_toml, read_bytes
from optimise.formats.document import Document
from optimise.formats.workbook_scan import scan
from optimise.generate import ward as made_ward
from optimise.roster.formats.table import template

DEEP = (100, 500, 100_000)


def told(error: pytest.ExceptionInfo[InputError], path: Path, *words: str) -> None:
    assert str(path) in str(error.value)
    for word in words:
        assert word in str(error.value)


# ---------------------------------------------------------------------------------------------- depth and size


@pytest.mark.parametrize("depth", DEEP)
@pytest.mark.parametrize("form", ["w.yaml", "w.json", "steps.yaml", "keys.yaml"])
def test_nesting_is_refused_in_words(form: str, depth: int, tmp_path: Path) -> None:
    file = tmp_path / form
    text = "[" * depth + "]" * depth
    if form == "steps.yaml":
        text = "\n" + "\n".join(" " * i + "- " for i in range(min(depth, 1000))) + "x"
    if form == "keys.yaml":
        text = "{a: " * depth + "}" * depth
    head = '{"start": "2026-01-05", "staff": [], "shifts": ' if form == "w.json" else "start: 2026-01-05\nshifts: "
    file.write_text(head + text + ("}" if form == "w.json" else ""), encoding="utf-8")
    with pytest.raises(InputError) as caught:
        optimise.read(file, format="native")
    told(caught, file, "nested too deeply", str(BUDGET.depth))


def test_what_wards_need_is_never_too_deep(tmp_path: Path) -> None:
    text = "[" * BUDGET.depth + "]" * BUDGET.depth
    assert parse_json(text, tmp_path) is not None
    assert Document.parse(text, tmp_path / "w.yaml").data is not None


@pytest.mark.parametrize(
    "text", ["a = " + "[" * 100 + "]" * 100, "a = " + "[" * 50_000, "[" + ".".join("a" * 80) + "]\nb = 1"]
)
def test_toml_too(text: str, tmp_path: Path) -> None:
    with pytest.raises(InputError) as caught:
        parse_toml(text, tmp_path / "s.toml")
    told(caught, tmp_path / "s.toml")


def test_an_alias_bomb_is_refused_at_its_first_alias(tmp_path: Path) -> None:
    lines = ["a: &a [x, x]", *(f"{c}: &{c} [{f'*{b},' * 9}]" for b, c in zip("abcdefgh", "bcdefghi", strict=True))]
    with pytest.raises(InputError, match=r"w\.yaml:2: aliases"):
        Document.parse("\n".join(lines), tmp_path / "w.yaml")


def test_too_many_values_and_too_long_a_text_are_refused(tmp_path: Path) -> None:
    file = tmp_path / "w.json"
    with pytest.raises(InputError, match="has 1,000,002 objects and lists, more than the 1,000,000 that are read"):
        parse_json("[" + "[]," * 1_000_000 + "[]]", file)
    with pytest.raises(InputError, match="characters of YAML"):
        Document.parse("#" * (BUDGET.yaml_bytes + 1), tmp_path / "w.yaml")
    file.write_bytes(b" " * 100)
    with pytest.raises(InputError, match="has 100 bytes, more than the 99 that are read"):
        read_bytes(file, ReadingBudget(file_bytes=99))


@pytest.mark.parametrize(
    "text",
    [
        '<!DOCTYPE x [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;">]><SchedulingPeriod>&b;</SchedulingPeriod>',
        "<SchedulingPeriod>" + "<a>" * 5_000,
        "<SchedulingPeriod>" + "<a/>" * 500_001 + "</SchedulingPeriod>",
    ],
)
def test_hostile_xml_is_refused(text: str, tmp_path: Path) -> None:
    file = tmp_path / "a.xml"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(InputError) as caught:
        optimise.read(file, format="inrc1")
    told(caught, file)


@pytest.mark.parametrize(
    ("data", "message"),
    [
        ("start: 2026-01-05".encode("utf-16"), "it was saved as UTF-16"),
        ("name: caf\u00e9".encode("cp1252"), "Windows-1252"),
    ],
)
def test_other_encodings_are_named(data: bytes, message: str, tmp_path: Path) -> None:
    file = tmp_path / "w.yaml"
    file.write_bytes(data)
    for form in ("native", None):
        if form is None and "1252" in message:
            continue
        with pytest.raises(InputError, match=message):
            optimise.read(file, format=form)


@pytest.mark.parametrize("form", ["w.json", "w.yaml"])
def test_a_mark_and_other_line_ends_change_nothing(form: str, tmp_path: Path) -> None:
    file = made_ward(4, days=3, seed=1).save(tmp_path / form)
    before = optimise.read(file).digest()
    file.write_bytes(b"\xef\xbb\xbf" + file.read_bytes().replace(b"\n", b"\r\n"))
    assert optimise.read(file).digest() == before


# ---------------------------------------------------------------------------------------------- workbooks


def with_part(path: Path, name: str, change: bytes, instead: bytes) -> Path:
    """A copy of a workbook with ``change`` in one of its parts replaced."""
    made = path.with_name("changed.xlsx")
    with zipfile.ZipFile(path) as old, zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as new:
        for each in old.namelist():
            data = old.read(each)
            new.writestr(each, data.replace(change, instead) if each == name else data)
    return made


@pytest.fixture
def book(tmp_path: Path) -> Path:
    pytest.importorskip("openpyxl")
    return template(tmp_path / "w.xlsx")


@pytest.mark.parametrize(
    ("cell", "message"),
    [
        ("XFD200", "sheet shifts: 'x' stands beside the last column"),
        ("B1048576", "shifts, column name|shifts"),
        ("A9999999", "has 9,999,999 rows, more than the 1,048,576"),
        ("ZZZ200", "has 18,278 columns, more than the 16,384"),
        ("A1", "row 1 comes after row"),
        ("?", "a cell of row 1 is called"),
    ],
)
def test_stray_cells_cost_what_they_hold(cell: str, message: str, book: Path) -> None:
    row = "".join(c for c in cell if c.isdigit()) or "300"
    where = cell if cell != "?" else "A1"
    stray = f'<row r="{row}"><c r="{where}" t="inlineStr"><is><t>x</t></is></c></row></sheetData>'
    if cell == "?":
        message = "a cell of row 300 is called 'A1'"
    made = with_part(book, "xl/worksheets/sheet2.xml", b"</sheetData>", stray.encode())
    with pytest.raises(InputError, match=message):
        optimise.read(made)


@pytest.mark.parametrize(
    ("budget", "message"),
    [
        (ReadingBudget(unpacked_bytes=1000), "bytes when unpacked, more than the 1,000 that are read"),
        (ReadingBudget(entries=3), "entries, more than the 3"),
        (ReadingBudget(elements=50), "has 51 elements, more than the 50"),
        (ReadingBudget(cells=20), "cells, more than the 20"),
        (ReadingBudget(depth=2), "levels of elements, more than the 2"),
        (ReadingBudget(ratio=1, ratio_from=0), "bytes for each packed one, more than the 1"),
        (ReadingBudget(file_bytes=10), "bytes, more than the 10"),
    ],
)
def test_every_limit_of_a_workbook_is_kept(budget: ReadingBudget, message: str, book: Path) -> None:
    scan(book)
    with pytest.raises(InputError, match=message) as caught:
        scan(book, budget)
    told(caught, book)


def test_a_workbook_that_unpacks_to_gigabytes_is_refused_before_it_does(tmp_path: Path) -> None:
    file = tmp_path / "bomb.xlsx"
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive, archive.open("a.xml", "w") as entry:
        for _ in range(80):
            entry.write(b"0" * (1 << 20))
    assert file.stat().st_size < 100_000
    with pytest.raises(InputError, match="has 83,886,080 bytes when unpacked, more than the 67,108,864 that are read"):
        optimise.read(file)


def test_half_formulas_take_no_longer_than_whole_ones(book: Path) -> None:
    """A long run of ``<f>`` without an end was once searched again from each of its places."""
    made = with_part(book, "xl/worksheets/sheet2.xml", b"<sheetData>", b"<sheetData>" + b'<c r="A1"><f>' * 200_000)
    with pytest.raises(InputError):
        optimise.read(made)


def test_entities_in_a_workbook_are_refused(book: Path) -> None:
    made = with_part(book, "xl/workbook.xml", b"<workbook", b'<!DOCTYPE x [<!ENTITY a "b">]><workbook')
    with pytest.raises(InputError, match=r"entry 'xl/workbook\.xml': document types and entities are refused"):
        optimise.read(made)


# ---------------------------------------------------------------------------------------------- arrays


def test_an_array_that_asks_for_more_than_it_holds_is_refused(tmp_path: Path) -> None:
    out = io.BytesIO()
    np.savez(out, arrivals=np.zeros((2, 2, 2)))
    with zipfile.ZipFile(out) as archive:
        inner = archive.read("arrivals.npy").replace(b"(2, 2, 2)", b"(999999,)")
    file = tmp_path / "s.npz"
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("arrivals.npy", inner)
    with pytest.raises(InputError) as caught:
        Scenarios.load(file)
    told(caught, file, "array 'arrivals.npy': asks for 7,999,992 bytes, more than the 192 that it holds")


def test_arrays_of_the_wrong_kind_are_refused(tmp_path: Path) -> None:
    good = {
        "arrivals": np.ones((2, 3, 1), np.int64),
        "probabilities": np.array([0.5, 0.5]),
        "groups": np.array(["A"]),
        "period": np.array("day"),
        "start": np.array("2026-01-05T00:00:00"),
        "stay": np.array([[1.0]]),
        "remaining": np.zeros((2, 3, 1), np.int64),
    }
    file = tmp_path / "s.npz"
    np.savez(file, **good)
    assert Scenarios.load(file).count == 2
    for name in good:
        for wrong in (np.array("x"), np.array(3), np.array([["a", "b"]]), np.zeros((0, 2)), np.array([1j])):
            np.savez(file, **{**good, name: wrong})
            with pytest.raises(InputError) as caught:
                Scenarios.load(file)
            told(caught, file)
