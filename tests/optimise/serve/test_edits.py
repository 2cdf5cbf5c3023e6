"""Changes of documents: read back, they say what was asked for and nothing else."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

pytest.importorskip("fastapi")

from optimise.core.errors import InputError
from optimise.formats.base import read
from optimise.hospital.problem import HospitalProblem
from optimise.roster.formats.ward import Ward
from optimise.roster.view import days_of_leave, pinned_days
from optimise.serve.bodies import Change
from optimise.serve.edits import write_edited

EXAMPLES = Path(__file__).resolve().parents[3] / "examples"


def test_sickness_is_leave_and_takes_the_pins_of_its_days(tmp_path: Path) -> None:
    ward = read(EXAMPLES / "ward4x7.json")
    pin = Change(what="pin", who="RN01", first="2026-01-06", last="2026-01-08", shift="D")
    off = Change(what="pin", who="RN02", first="0")
    sick = Change(what="sick", who="rn01", first="2026-01-07", last="Thu 8 Jan")
    file = write_edited(ward, [pin, off, sick], tmp_path / "ward.json")
    made = Ward.load(file)
    assert {(p.staff, p.date.day, p.shift) for p in made.pins} == {("RN02", 5, "off"), ("RN01", 6, "D")}
    last = made.leave[-1]
    assert (last.staff, last.first, last.last, last.kind) == ("RN01", date(2026, 1, 7), date(2026, 1, 8), "sick")
    problem = made.problem()
    assert {(0, 2), (0, 3)} <= days_of_leave(problem)
    assert {(0, 1), (1, 0)} <= pinned_days(problem)
    before = Ward.load(EXAMPLES / "ward4x7.json")
    assert made.model_copy(update={"pins": before.pins, "leave": before.leave}) == before


def test_beds_are_closed_and_all_else_stays(tmp_path: Path) -> None:
    hospital = read(EXAMPLES / "hospital60.json")
    changes = [
        Change(what="close", who="Bay 1", first="2", last="3"),
        Change(what="close", who="Bay 2", first="5", beds=1),
    ]
    made = read(write_edited(hospital, changes, tmp_path / "hospital.json"))
    assert isinstance(hospital, HospitalProblem)
    assert isinstance(made, HospitalProblem)
    assert made.rooms.beds[0].tolist()[:5] == [6, 6, 0, 0, 6]
    assert made.rooms.beds[1, 5] == 3
    assert made.digest() == hospital.close_beds("Bay 1", [2, 3]).close_beds("Bay 2", [5], 1).digest()


@pytest.mark.parametrize(
    ("file", "change", "told"),
    [
        ("ward4x7.json", Change(what="close", who="RN01", first="0"), "people"),
        ("ward4x7.json", Change(what="sick", who="nobody", first="0"), "nobody"),
        ("ward4x7.json", Change(what="sick", who="RN01", first="99"), "99"),
        ("ward4x7.json", Change(what="sick", who="RN01", first="3", last="2"), "before it begins"),
        ("hospital60.json", Change(what="sick", who="Bay 1", first="0"), "people of a ward"),
        ("hospital60.json", Change(what="close", who="Bay 99", first="0"), "Bay 99"),
        ("hospital60.json", Change(what="close", who="Bay 1", first="2026-01-01"), "days run from 0 to 13"),
    ],
)
def test_what_does_not_fit_is_told(tmp_path: Path, file: str, change: Change, told: str) -> None:
    with pytest.raises(InputError, match=told):
        write_edited(read(EXAMPLES / file), [change], tmp_path / "made.json")
    assert not (tmp_path / "made.json").exists()


def test_many_changes_are_those_of_one_after_the_other(tmp_path: Path) -> None:
    ward = read(EXAMPLES / "ward4x7.json")
    changes = [
        Change(what="pin", who="RN01", first="0", last="6", shift="D"),
        Change(what="leave", who="RN01", first="2", last="3"),
        Change(what="pin", who="RN01", first="5"),
        Change(what="sick", who="RN01", first="6"),
    ]
    made = Ward.load(write_edited(ward, changes, tmp_path / "ward.json"))
    assert {(p.date.day - 5, p.shift) for p in made.pins} == {(0, "D"), (1, "D"), (4, "D"), (5, "off")}
    assert [(entry.kind, entry.first.day - 5) for entry in made.leave[-2:]] == [("annual", 2), ("sick", 6)]


def test_a_pinned_day_is_free_again(tmp_path: Path) -> None:
    ward = read(EXAMPLES / "ward4x7.json")
    pins = [Change(what="pin", who="RN01", first=str(day), shift="D") for day in (0, 1, 3)]
    free = Change(what="unpin", who="RN01", first="1", last="3")
    made = Ward.load(write_edited(ward, [*pins, free], tmp_path / "ward.json"))
    assert [(p.staff, p.date.day - 5) for p in made.pins if p.staff == "RN01"] == [("RN01", 0)]
    with pytest.raises(InputError, match="no day is pinned then"):
        write_edited(ward, [Change(what="unpin", who="RN02", first="6")], tmp_path / "other.json")
