"""Every item of a bed problem can be said in the native file and is counted in a plan."""

from __future__ import annotations

import copy
import json
import re
from pathlib import Path
from random import Random
from typing import Any

import numpy as np
import pytest

import optimise
from optimise.core.errors import InputError
from optimise.formats.base import ReadOptions
from optimise.hospital.formats.defaults import RECORDED_RULES, default_rules
from optimise.hospital.formats.hospital import HospitalFormat
from optimise.hospital.problem import HospitalPlan, HospitalProblem
from optimise.testing.random_hospitals import document

BASE: dict[str, Any] = {
    "schema_version": 1,
    "kind": "hospital",
    "days": 3,
    "wards": [{"id": "X", "specialties": ["x"]}, {"id": "Y", "specialties": ["y"], "minimum_age": 60}],
    "rooms": [
        {"id": "A", "beds": 2, "ward": "X", "features": ["oxygen"]},
        {"id": "B", "beds": 1, "ward": "Y"},
    ],
    "patients": [
        {"id": "P", "gender": "F", "stay": 2, "specialty": "x", "age": 30},
        {"id": "Q", "gender": "M", "stay": 2},
    ],
}
#: Rooms of P and Q by day, -1 away.
APART, TOGETHER = [[0, 0, -1], [1, 1, -1]], [[0, 0, -1], [0, 0, -1]]


def read(change: dict[str, dict[str, Any]], tmp_path: Path) -> HospitalProblem:
    """The base with fields of patients and rooms changed by id."""
    data = copy.deepcopy(BASE)
    data.update(change.get("file", {}))
    for entry in (*data["patients"], *data["rooms"]):
        entry.update(change.get(entry["id"], {}))
    path = tmp_path / "beds.json"
    path.write_text(json.dumps(data))
    return HospitalFormat().read(path, ReadOptions())


def plan(rooms: list[list[int]]) -> HospitalPlan:
    room = np.array(rooms)
    first = np.where((room >= 0).any(axis=1), (room >= 0).argmax(axis=1), -1)
    return HospitalPlan(first, room, np.full(len(room), -1), np.zeros((2, 0)))


@pytest.mark.parametrize(
    ("change", "rooms", "rule", "amount"),
    [
        ({}, APART, "RoomCapacity", 0),
        ({"A": {"closed": [{"first_day": 0, "last_day": 0}]}}, APART, "RoomCapacity", 1),
        ({}, TOGETHER, "RoomGenderMix", 2),
        ({"A": {"gender": "any"}}, TOGETHER, "RoomGenderMix", 0),
        ({"A": {"gender": "F"}}, TOGETHER, "RoomGenderPolicy", 2),
        ({"Q": {"gender": "F", "isolation": "alone"}}, TOGETHER, "RoomIsolation", 2),
        ({"P": {"isolation": "flu"}, "Q": {"gender": "F", "isolation": "flu"}}, TOGETHER, "RoomIsolation", 0),
        ({"P": {"specialty": "y"}}, APART, "Outlying", 2),
        ({"Q": {"needs": ["oxygen"]}}, APART, "RequiredFeature", 2),
        ({"Q": {"wishes": ["oxygen"]}}, APART, "WishedFeature", 2),
        ({"P": {"largest_room": 1}}, APART, "RoomSize", 2),
        ({"Q": {"age": 40}}, APART, "AgeLimit", 2),
        ({"P": {"forbidden_rooms": ["A"]}}, APART, "PatientRoomCompatibility", 1),
        ({"P": {"delay_factor": 3}}, [[-1, 0, 0], [1, 1, -1]], "PatientDelay", 3),
        ({"P": {"latest": 0}}, [[-1, 0, 0], [1, 1, -1]], "AdmissionDay", 1),
        ({"P": {"unsuitable_days": [1]}}, [[-1, 0, 0], [1, 1, -1]], "UnsuitableDay", 1),
        (
            {"Q": {"mandatory": False, "refusal_factor": 4}},
            [[0, 0, -1], [-1, -1, -1]],
            "ElectiveUnscheduledPatients",
            4,
        ),
        ({}, [[0, 0, -1], [-1, -1, -1]], "MandatoryUnscheduledPatients", 1),
        ({"file": {"rules": {"Transfer": 2}}}, [[0, 1, -1], [-1, 0, 0]], "Transfer", 1),
        ({"P": {"room": "B"}, "file": {"rules": {"Transfer": 2}}}, [[0, 0, -1], [-1, 0, 0]], "Transfer", 1),
    ],
)
def test_each_item_counts(
    change: dict[str, Any], rooms: list[list[int]], rule: str, amount: int, tmp_path: Path
) -> None:
    found = read(change, tmp_path).evaluate(plan(rooms)).by_rule()
    assert found.get(rule, 0) == amount


@pytest.mark.parametrize(("weight", "hard"), [("hard", True), (2, False)])
def test_moves_are_forbidden_or_priced(weight: Any, hard: bool, tmp_path: Path) -> None:
    problem = read({"P": {"age": 70}, "file": {"rules": {"Transfer": weight}}}, tmp_path)
    found = problem.evaluate(plan([[0, 1, -1], [-1, 0, 0]]))
    assert found.feasible is not hard
    assert problem.hard("Transfer") is hard


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"A": {"closed": [{"first_day": 2, "last_day": 5}]}}, "A"),
        ({"P": {"room": "nowhere"}}, "nowhere"),
        ({"P": {"room": "A", "earliest": 1}}, "P"),
        ({"P": {"forbidden_rooms": ["C"]}}, "C"),
        ({"P": {"unsuitable_days": [3]}}, "unsuitable day 3"),
        ({"P": {"earliest": 2, "latest": 1}}, "P"),
        ({"file": {"rules": {"Tranfer": 1}}}, "Tranfer"),
    ],
)
def test_mistakes_name_the_patient_or_room(change: dict[str, Any], message: str, tmp_path: Path) -> None:
    with pytest.raises(InputError, match=message):
        read(change, tmp_path)


CLOSED = {"wards": [{"id": "X", "closed_to_admissions": True}, {"id": "Y"}]}


@pytest.mark.parametrize(
    ("change", "rooms", "amount"),
    [
        ({}, APART, 2),  # P is admitted to a room of the closed ward for two nights
        ({"P": {"room": "A"}}, APART, 0),  # lay there already
        ({"P": {"room": "B"}, "Q": {"room": "B"}}, APART, 2),  # moved there
        ({"Q": {"room": "A"}}, [[-1, -1, -1], [1, 0, -1]], 0),  # comes back
    ],
)
def test_nobody_new_comes_to_a_ward_that_is_closed_to_admissions(
    change: dict[str, Any], rooms: list[list[int]], amount: int, tmp_path: Path
) -> None:
    problem = read(change | {"file": CLOSED}, tmp_path)
    found = problem.evaluate(plan(rooms)).by_rule().get("ClosedWard")
    assert (found or 0) == amount
    assert problem.weight("ClosedWard") is None


@pytest.mark.parametrize("seed", range(6))
def test_optima_with_a_closed_ward_keep_it_and_cost_no_less(seed: int, tmp_path: Path) -> None:
    data = document(Random(seed))
    wards = sorted({room.get("ward", "ward") for room in data["rooms"]})
    known = {ward["id"]: ward for ward in data.get("wards", [])}
    costs = []
    for closed in (False, True):
        entries = [
            known.get(name, {"id": name}) | {"closed_to_admissions": closed and name == wards[0]} for name in wards
        ]
        path = tmp_path / f"{closed}.json"
        path.write_text(json.dumps(data | {"wards": [*entries, *(w for n, w in known.items() if n not in wards)]}))
        problem = optimise.read(path)
        made = optimise.solve(problem, "highs", limits=optimise.Limits(seconds=20))
        costs.append(made.cost)
        if made.plan is not None:
            assert problem.evaluate(made.plan).feasible
            assert problem.evaluate(made.plan).cost == pytest.approx(made.bounds.dual)
    assert costs[1] >= costs[0]


def test_the_page_of_rules_names_each_with_its_usual_price() -> None:
    page = Path(__file__).parents[4] / "docs" / "reference" / "bed-rules.md"
    rows = re.findall(r"^\| `(\w+)` \|.*\| (?:costs )?([\w.]+) \|$", page.read_text(encoding="utf-8"), re.MULTILINE)
    usual = default_rules() | RECORDED_RULES | {"BedTurnover": "off"}
    assert rows == [(name, f"{price}") for name, price in usual.items()]
