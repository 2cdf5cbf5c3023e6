"""Workbooks that end half-way: refused in words, and the file is closed."""

import os
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from optimise.core.errors import InputError
from optimise.formats.workbook import Page, load, save

pytest.importorskip("openpyxl")


def _without(name: str) -> Callable[[str, bytes], bytes | None]:
    return lambda member, data: None if member == name else data


def _cut(name: str) -> Callable[[str, bytes], bytes | None]:
    return lambda member, data: data[: len(data) // 2] if member == name else data


def _swapped(name: str, old: bytes, new: bytes) -> Callable[[str, bytes], bytes | None]:
    return lambda member, data: data.replace(old, new) if member == name else data


DAMAGE = {
    "no list of sheets": _without("xl/workbook.xml"),
    "no list of parts": _without("[Content_Types].xml"),
    "half a list of sheets": _cut("xl/workbook.xml"),
    "half a style": _cut("xl/styles.xml"),
    "half a sheet": _cut("xl/worksheets/sheet1.xml"),
    "a number that is none": _swapped("xl/worksheets/sheet1.xml", b"<v>7</v>", b"<v>seven</v>"),
    "a formula that failed": _swapped("xl/worksheets/sheet1.xml", b' t="n"><v>7</v>', b' t="e"><v>#REF!</v>'),
}


@pytest.fixture
def book(tmp_path: Path) -> Path:
    return save(tmp_path / "book.xlsx", [Page("People", [["name", "hours"], ["Ann", "7"]])])


def test_rows_come_with_their_numbers(book: Path) -> None:
    assert load(book) == {"People": [(1, ["name", "hours"]), (2, ["Ann", "7"])]}


def _open_files() -> set[str]:
    """Where the descriptors of this process lead; empty where the system does not say."""
    here = Path("/proc/self/fd")
    return {os.path.realpath(link) for link in here.iterdir()} if here.is_dir() else set()


@pytest.mark.parametrize("damage", DAMAGE)
def test_a_workbook_that_ends_half_way_is_refused_and_closed(book: Path, tmp_path: Path, damage: str) -> None:
    worse = tmp_path / "worse.xlsx"
    touched = False
    with zipfile.ZipFile(book) as old, zipfile.ZipFile(worse, "w") as new:
        for member in old.namelist():
            data = DAMAGE[damage](member, old.read(member))
            touched |= data != old.read(member)
            if data is not None:
                new.writestr(member, data)
    assert touched
    with pytest.raises(InputError, match=r"worse\.xlsx") as refusal:
        load(worse)
    assert str(worse) not in _open_files()  # while the refusal still holds all that led to it
    del refusal
