"""A hospital as an object: made of values, edited into a new one, given back."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest

import optimise
from optimise.core.errors import InputError
from optimise.hospital.formats.hospital_edits import HospitalEdits
from optimise.hospital.formats.hospital_tables import Hospital

pytestmark = pytest.mark.quick

VALUES: dict[str, Any] = {
    "kind": "hospital-document",
    "schema_version": 1,
    "start": "2026-11-30",
    "days": 3,
    "rooms": [{"ward": "A", "room": "1"}],
    "beds": [{"ward": "A", "room": "1", "bed": "a"}, {"ward": "A", "room": "1", "bed": "b"}],
    "bed_state": [{"patient": "P", "sex": "F", "ward": "A", "room": "1", "expected_discharge": "2026-12-01"}],
}
NEW = {"patient": "Q", "sex": "F", "ward": "A", "room": "1", "nights": 1}


@pytest.fixture
def hospital() -> Hospital:
    return Hospital.from_dict(VALUES)


def test_values_and_text_say_the_same(hospital: Hospital) -> None:
    assert isinstance(hospital, HospitalEdits)
    assert hospital.to_dict() == VALUES
    assert Hospital.from_text(hospital.to_text("yaml")) == hospital == Hospital.from_text(hospital.to_text())
    assert optimise.read_hospital(VALUES).digest() == hospital.problem().digest()


def test_a_native_file_is_read_from_values_too() -> None:
    native = {
        "kind": "hospital",
        "schema_version": 1,
        "name": "x",
        "days": 2,
        "rooms": [{"id": "r", "beds": 1}],
        "patients": [{"id": "p", "gender": "F", "stay": 1}],
    }
    assert optimise.read_hospital(native).days == 2
    with pytest.raises(InputError) as caught:
        optimise.read_hospital({**native, "days": "two"})
    assert str(caught.value).startswith("days: ")


def test_people_come_and_go(hospital: Hospital) -> None:
    more = hospital.with_in_patient(NEW).with_elective({"patient": "W", "sex": "F", "earliest": "2026-12-01"})
    assert list(more.problem().patients.ids) == ["P", "Q", "W"]
    assert more.without_patient("Q", "W") == hospital
    busy = hospital.with_emergencies({"date": "2026-12-01", "count": 2, "sex": "F"})
    assert len(busy.problem().patients) == 3


@pytest.mark.parametrize("day", [2, "2026-12-02", datetime(2026, 12, 2, 11)])
def test_a_discharge_moves(hospital: Hospital, day: Any) -> None:
    moved = hospital.discharge("P", day)
    assert str(moved.bed_state[0].expected_discharge) == "2026-12-02"
    assert int(moved.problem().patients.stay[0]) == int(hospital.problem().patients.stay[0]) + 1


def test_a_bed_closes_and_opens(hospital: Hospital) -> None:
    closed = hospital.close_bed("A", "1", "b", until=2)
    assert closed.problem().rooms.beds.tolist() == [[1, 1, 2]]
    assert closed.open_bed("A", "1", "b") == hospital


def test_beds_and_admissions_of_a_problem_take_dates(hospital: Hospital) -> None:
    problem = hospital.with_elective({"patient": "W", "sex": "F", "earliest": "2026-11-30"}).problem()
    assert problem.close_beds("A/1", ["2026-12-01"], 1).rooms.beds.tolist() == [[2, 1, 2]]
    assert problem.pin_admission("W", "2026-12-01").digest() == problem.pin_admission("W", 1).digest()
    with pytest.raises(InputError, match="outside the horizon"):
        problem.pin_admission("W", "2027-12-01")


@pytest.mark.parametrize(
    ("edit", "said"),
    [
        (lambda h: h.with_in_patient({**NEW, "patient": "P"}), "patient P: is in the hospital already"),
        (lambda h: h.with_elective({"patient": "W"}), "electives[0].earliest: is missing"),
        (lambda h: h.without_patient("X"), "there is no patient 'X'"),
        (lambda h: h.discharge("P", "soon"), "'soon' is no day"),
        (lambda h: h.discharge("P", 9), "outside the horizon"),
        (lambda h: h.close_bed("A", "1", "z"), "there is no listed bed of A 1 'z'; known: a, b"),
    ],
)
def test_an_edit_that_makes_no_sense_says_why(
    hospital: Hospital, edit: Callable[[Hospital], Hospital], said: str
) -> None:
    with pytest.raises(InputError) as caught:
        edit(hospital)
    assert said in str(caught.value)
