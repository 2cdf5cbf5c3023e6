"""No cell of a CSV file is a formula; what was written is read back."""

from __future__ import annotations

import csv
import io
import re
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import optimise
from optimise.core.csvfile import csv_text, guarded, unguarded
from optimise.roster.problem import Roster

HOSTILE = ("=cmd|'/c calc'!A1", "+1+2", "-2+3", "@SUM(A1)", "\t=1", "\r=1", " =1", "'=1", "\uff1d1")
_ROOT = Path(__file__).parents[3]


@pytest.mark.parametrize("text", HOSTILE)
def test_text_that_begins_a_formula_is_guarded(text: str) -> None:
    assert guarded(text).startswith("'")


@pytest.mark.parametrize("value", ["-", "-5", "+0.5", "1e-9", "-inf", "nan", "", "Ann", -5, 0.25, None])
def test_numbers_and_days_off_stay_as_they_are(value: object) -> None:
    assert guarded(value) == value or guarded(value) is value


@given(st.text())
def test_the_guard_is_taken_off_again(text: str) -> None:
    assert unguarded(guarded(text)) == text
    assert not re.match(r"[=+@\t\r]", str(guarded(text))) or re.fullmatch(r"[-+].*", text)


def test_rows_are_read_back(tmp_path: Path) -> None:
    rows = list(csv.reader(io.StringIO(csv_text([[*HOSTILE], [1, -2, "-", "x"]]), newline="")))
    assert [unguarded(cell) for cell in rows[0]] == list(HOSTILE)
    assert rows[1] == ["1", "-2", "-", "x"]


@pytest.mark.parametrize("family", ["table", "native"])
def test_a_plan_of_hostile_names_comes_back(family: str, tmp_path: Path) -> None:
    from dataclasses import replace

    from optimise.roster.formats.native_plan import plan_csv, read_native_plan

    ward = optimise.read(_ROOT / "examples" / "ward4x7.json")
    staff = tuple(replace(e, id=name) for e, name in zip(ward.employees, HOSTILE[:4], strict=False))
    ward = replace(ward, employees=staff + ward.employees[len(staff) :], family=family)
    plan = Roster(np.arange(ward.shape[0] * ward.shape[1]).reshape(ward.shape[:2]) % len(ward.duties))
    file = tmp_path / "plan.csv"
    file.write_text(plan_csv(plan, ward), encoding="utf-8", newline="")
    cells = [cell for row in csv.reader(io.StringIO(plan_csv(plan, ward), newline="")) for cell in row]
    assert not [c for c in cells if c.startswith(("=", "+", "@", "\t")) or re.fullmatch(r"-.+", c)]
    assert read_native_plan(file, ward) == plan


def test_nobody_else_writes_csv() -> None:
    """Every CSV file goes through the one writer (readers may use the csv module)."""
    found = [
        str(file.relative_to(_ROOT))
        for package in ("optimise", "hpc", "quantum")
        for file in (_ROOT / package).rglob("*.py")
        if file.name != "csvfile.py" and re.search(r"csv\.(Dict)?[wW]riter|\.to_csv\(", file.read_text("utf-8"))
    ]
    assert found == []
