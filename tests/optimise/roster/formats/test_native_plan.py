"""The plan that every rostering problem can be written to and read from."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import optimise
from optimise.core.errors import InputError, InputErrors
from optimise.core.horizon import Horizon
from optimise.formats.base import write_plan
from optimise.roster.formats.native_plan import plan_csv, plan_text, read_native_plan
from optimise.roster.problem import Duty, Employee, Roster, RosterProblem, Shift

UNDATED = RosterProblem(
    name="n",
    family="inrc2",
    horizon=Horizon(3),
    shifts=(Shift("Early"), Shift("Late")),
    duties=(Duty("-"), Duty("Early/Nurse", 0, 0), Duty("Late/Nurse", 1, 0)),
    employees=(Employee("A"), Employee("B,b")),
    rules=(),
    skills=("Nurse",),
)


@given(st.lists(st.integers(0, 2), min_size=6, max_size=6))
@settings(max_examples=30, deadline=None)
def test_any_plan_reads_back(cells: list[int]) -> None:
    import tempfile

    plan = Roster(np.array(cells).reshape(2, 3))
    with tempfile.TemporaryDirectory() as folder:
        (file,) = write_plan(plan, UNDATED, Path(folder) / "plan", format="native")
        assert read_native_plan(file, UNDATED) == plan
        table = Path(folder) / "plan.csv"
        table.write_text(plan_csv(plan, UNDATED), encoding="utf-8")
        assert read_native_plan(table, UNDATED) == plan


def test_semicolons_and_windows_line_ends_are_understood(tmp_path: Path) -> None:
    plan = UNDATED.roster([["Early/Nurse", "-", "Late/Nurse"], ["-", "-", "-"]])
    text = plan_csv(plan, UNDATED).replace('"', "").replace("B,b", "B?b").replace(",", ";").replace("?", ",")
    (tmp_path / "p.csv").write_bytes(("\ufeff" + text.replace("\n", "\r\n")).encode())
    assert read_native_plan(tmp_path / "p.csv", UNDATED) == plan


def test_readable_one_line_a_person() -> None:
    plan = UNDATED.roster([["Early/Nurse", "-", "Late/Nurse"], ["-", "-", "-"]])
    text = plan_text(plan, UNDATED)
    assert json.loads(text)["roster"] == {"A": {"0": "Early/Nurse", "2": "Late/Nurse"}, "B,b": {}}
    assert '  "A": {"0": "Early/Nurse", "2": "Late/Nurse"},\n' in text


def test_lists_of_duties_are_accepted(tmp_path: Path) -> None:
    file = tmp_path / "p.json"
    file.write_text('{"roster": {"A": ["-", "off", "Late/Nurse"], "B,b": {}}}')
    assert read_native_plan(file, UNDATED) == Roster.from_array([[0, 0, 2], [0, 0, 0]])


@pytest.mark.parametrize(
    ("name", "text", "message"),
    [
        ("p.json", '{"roster": {"A": {}}}', "p.json:1: roster: says nothing of B,b"),
        ("p.csv", "staff,0\nA,-\n", "p.csv: says nothing of B,b"),
        (
            "p.json",
            '{"roster": {"A": {}, "B,b": {}, \n"C": {}}}',
            "p.json:2: roster.C: the problem has nobody called 'C'",
        ),
        ("p.json", '{"roster": {"A": {"3": "-"}, "B,b": {}}}', "'3' is not a day of the problem, 0 to 2"),
        (
            "p.json",
            '{"roster": {"B,b": {}, "A":\n {"1": "Evening"}}}',
            "p.json:2: roster.A.1: the problem has no shift called",
        ),
        ("p.json", '{"roster": {"B,b": {}, "A": ["-"]}}', "has 1 days, the problem 3"),
        ("p.json", "[]", "a plan with a roster"),
        ("p.csv", "", "is empty"),
        ("p.csv", "staff,0,1,2\nA,-,-\n", "p.csv:2: A: 2 days, the header has 3"),
        ("p.csv", "staff,0,1,9\nA,-,-,-\n", "p.csv:1: '9' is not a day"),
        ("p.csv", "staff,0,1,2\nA,-,-,zz\n", "p.csv:2: A.2: the problem has no shift called 'zz'"),
        ("p.csv", "staff,0\nA,-\nA,-\n", "p.csv:3: A: has two rows"),
    ],
)
def test_what_does_not_fit_the_problem(name: str, text: str, message: str, tmp_path: Path) -> None:
    file = tmp_path / name
    file.write_text(text)
    with pytest.raises(InputError) as caught:
        optimise.read_plan(file, UNDATED, format="native")
    assert message in str(caught.value)


WRONG = """staff,0,1,2
A,Erly/Nurse,-,zz
C,-,-,-
"""


def test_every_fault_of_a_plan_is_told_at_once(tmp_path: Path) -> None:
    (tmp_path / "p.csv").write_text(WRONG)
    with pytest.raises(InputErrors) as caught:
        read_native_plan(tmp_path / "p.csv", UNDATED)
    assert [(e.line, e.item) for e in caught.value.errors] == [(2, "A.0"), (2, "A.2"), (3, "C")]
    assert "did you mean 'Early/Nurse'?" in caught.value.errors[0].message
    rows = {"A": {"0": "Erly/Nurse", "9": "-"}, "C": {}}
    (tmp_path / "p.json").write_text(json.dumps({"roster": rows}))
    with pytest.raises(InputErrors) as caught:
        read_native_plan(tmp_path / "p.json", UNDATED)
    assert [e.item for e in caught.value.errors] == ["roster.A.0", "roster.A.9", "roster.C"]


def test_somebody_whose_name_is_misspelt_is_meant_by_it(tmp_path: Path) -> None:
    people = (Employee("rn1", name="Liam Walsh"), Employee("rn2", name="Joy Okoro"))
    (tmp_path / "p.csv").write_text("staff,0,1,2\nLiam Welsh,-,-,-\nJoy Okoro,-,-,-\n")
    with pytest.raises(InputError, match=r"nobody called 'Liam Welsh'; did you mean 'rn1'\?$"):
        read_native_plan(tmp_path / "p.csv", replace(UNDATED, employees=people))
