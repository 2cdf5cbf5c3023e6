"""Names of a hospital document are read whatever their case."""

from __future__ import annotations

from typing import Any

import pytest

import optimise
from optimise.core.errors import InputError
from optimise.core.method import Limits
from optimise.hospital.formats.hospital_compile import doubts_of
from optimise.hospital.formats.hospital_spelling import one_spelling
from optimise.hospital.formats.hospital_tables import Hospital

pytestmark = pytest.mark.quick


def lying(where: dict[str, Any]) -> list[dict[str, Any]]:
    usual = {"ward": "A", "room": "1", "patient": "P", "sex": "F", "expected_discharge": "2026-12-02"}
    return [usual | where]


def small(**changes: Any) -> Hospital:
    return Hospital.model_validate({"start": "2026-11-30", "days": 3} | changes)


def test_names_are_read_whatever_their_case() -> None:
    wards = [{"id": "Ward 1", "specialties": ["General medicine"]}]
    rooms = [{"ward": "ward 1", "room": "Bay A", "beds": 3, "features": ["Oxygen"]}]
    where = {"ward": "WARD 1", "room": "bay a", "specialty": "General Medicine", "needs": ["oxygen"]}
    beds = [{"ward": "Ward  1", "room": "Bay a", "bed": "3", "status": "Closed"}]
    hospital = small(wards=wards, rooms=rooms, beds=beds, bed_state=lying(where))
    assert not doubts_of(hospital)
    problem = hospital.problem()
    assert problem.rooms.ids == ("Ward 1/Bay A",)
    assert problem.rooms.beds.tolist() == [[2, 2, 2]]
    assert optimise.solve(problem, "highs", limits=Limits(seconds=30)).cost == 0.0  # he is at home here


def test_a_name_that_two_differ_in_by_case_alone_stays() -> None:
    rooms = [{"ward": "A", "room": "x", "beds": 1}, {"ward": "A", "room": "X", "beds": 1}]
    with pytest.raises(InputError, match=r"no room of A is called ' ?x"):
        small(rooms=rooms, bed_state=lying({"room": " x y"})).problem()
    assert small(rooms=rooms, bed_state=lying({"room": "X"})).problem().patients.home.tolist() == [1]


def test_a_document_as_it_should_be_is_the_same_one() -> None:
    hospital = small(rooms=[{"ward": "A", "room": "1", "beds": 1}], bed_state=lying({}))
    assert one_spelling(hospital) is hospital
