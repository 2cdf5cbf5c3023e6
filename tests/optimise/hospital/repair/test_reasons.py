"""Why somebody moves."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from optimise.hospital.formats.hospital_tables import Hospital
from optimise.hospital.repair.moves import moves_told

WARD = {"ward": "W", "sex": "F", "expected_discharge": "2026-12-02"}


def _told(rooms: list[list[int]], people: list[dict[str, Any]], beds: list[dict[str, Any]]) -> list[str]:
    document = {
        "start": "2026-11-30",
        "days": 2,
        "rooms": [{"ward": "W", "room": "Bay", "beds": 2}, {"ward": "W", "room": "Side", "beds": 1}],
        "beds": [{"ward": "W", "room": "Bay", "status": "closed"} | bed for bed in beds],
        "bed_state": [WARD | person for person in people],
        "rules": [{"rule": "Transfer", "price": 1}],
    }
    problem = Hospital.model_validate(document).problem()
    return list(moves_told(problem, replace(problem.empty_plan(), room=np.array(rooms))))


def test_who_makes_room_for_an_infection_is_told_with_the_order() -> None:
    people = [{"patient": "A", "room": "Side"}, {"patient": "B", "room": "Bay", "infection": "MRSA"}]
    people.append({"patient": "C", "room": "Bay"})
    first, second = _told([[0, 0], [1, 1], [0, 0]], people, [])
    assert first.endswith(
        "from room W/Side to W/Bay on Mon 30 Nov, to make room for B (MRSA); B leaves that room first"
    )
    assert second.endswith("to W/Side on Mon 30 Nov, to lie apart (MRSA); A leaves that room first")


@pytest.mark.parametrize(
    ("closed", "why"),
    [(["1", "2"], "since the room is closed"), (["1"], "since the room has fewer open beds (1) than people (2)")],
)
def test_who_leaves_a_room_for_want_of_open_beds_is_told_so(closed: list[str], why: str) -> None:
    people = [{"patient": "A", "room": "Bay"}, {"patient": "B", "room": "Bay"}]
    told = _told([[1, 1], [0, 0]], people, [{"bed": bed} for bed in closed])
    assert told[0].endswith(f"to W/Side on Mon 30 Nov, {why}")
