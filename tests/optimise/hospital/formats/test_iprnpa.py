"""IPRNPA: fixtures of the benchmark, round trips, and bad input."""

from __future__ import annotations

import copy
import csv
import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from optimise.core.errors import InputError
from optimise.formats.base import detect, read, read_plan, write_plan
from optimise.hospital.assignment.evaluate import hard_and_cost
from optimise.hospital.assignment.floor import Floors
from optimise.hospital.assignment.impossible import impossible
from optimise.hospital.assignment.problem import AssignmentPlan, AssignmentProblem

pytestmark = pytest.mark.quick

COSTS = {
    "transfers": "Transfer",
    "age_mix": "RoomAgeMix",
    "gender_mix": "RoomGenderMix",
    "equipment": "RoomEquipment",
    "continuity": "ContinuityOfCare",
    "skill": "NurseSkillLevel",
    "overload": "ExcessiveNurseWorkload",
    "fair_horizon": "WorkloadSpread",
    "fair_shift": "ShiftWorkloadSpread",
    "nurses_per_room": "NursesPerRoom",
    "walk_circle": "WalkingCircle",
    "walk_star": "WalkingStar",
}
BROKEN = {
    "unknown": "UnknownEntry",
    "not_present": "AbsentPatient",
    "two_beds": "BedConflict",
    "no_bed": "UnplacedPatient",
    "no_nurse": "UncoveredPatient",
    "nurse_off_duty": "NursePresence",
    "room_changes_within_day": "RoomChangeWithinDay",
    "room_capacity": "RoomCapacity",
}


def stay(name: str, first: int, last: int, **more: Any) -> dict[str, Any]:
    shifts = [str(s) for s in range(first, last + 1)]
    made: dict[str, Any] = {"id": name, "ageGroup": 3, "gender": "F", "admission": first, "discharge": last}
    made |= {"skillReq": dict.fromkeys(shifts, 0), "workLoad": dict.fromkeys(shifts, 2)}
    return made | {"equipmentReq": {s: [] for s in shifts}} | more


def content() -> dict[str, Any]:
    """Two rooms, three patients, three nurses, two days."""
    working = {"0": [1, 4], "1": [2, 3, 5, 6], "2": [1, 2]}
    rooms = [{"id": "1", "capacity": 1, "equipment": ["oxygen"]}, {"id": "2", "capacity": 2, "equipment": []}]
    return {
        "days": {"firstDay": 1, "lastDay": 2},
        "shifts": {str(s): {"circleWeight": 0.75, "starWeight": 0.25} for s in range(1, 7)},
        "rooms": rooms,
        "additionalRooms": [{"id": "0"}],
        "equipment": ["oxygen"],
        "skillLevels": [0, 1],
        "nurses": [
            {"id": n, "skillLevel": int(n == "2"), "workingShifts": w, "maxLoad": {str(s): 2.5 for s in w}}
            for n, w in working.items()
        ],
        "patients": [
            stay("1", 1, 6),
            stay("2", 1, 3, gender="M", ageGroup=5),
            stay("3", 4, 6, equipmentReq={"4": ["oxygen"], "5": [], "6": []}, skillReq={"4": 1, "5": 1, "6": 1}),
        ],
        "distances": {a: {b: 10.0 * abs(int(a) - int(b)) for b in "012"} for a in "012"},
    }


@pytest.fixture
def small(tmp_path: Path) -> AssignmentProblem:
    path = tmp_path / "small.json"
    path.write_text(json.dumps(content()), encoding="utf-8")
    assert detect(path).name == "iprnpa"
    problem = read(path)
    assert isinstance(problem, AssignmentProblem)
    return problem


@pytest.fixture(scope="module")
def folder(benchmarks: Path) -> Path:
    return benchmarks / "iprnpa"


def test_reproduces_the_fixtures(folder: Path) -> None:
    fixtures = json.loads((folder / "fixtures" / "expected.json").read_text())
    assert len(fixtures) == 7
    for name, wanted in fixtures.items():
        problem = read(folder / "instances" / f"{wanted['instance']}.json")
        plan = read_plan(folder / "fixtures" / name, problem)
        found = problem.evaluate(plan)
        rules = {rule.rule: rule for rule in found.rules}
        for key, rule in BROKEN.items():
            assert rules[rule].amount == wanted["violations"][key], (name, key)
        assert found.hard == sum(wanted["violations"].values())
        if found.feasible:
            assert found.cost == pytest.approx(wanted["total"], abs=1e-6)
            assert hard_and_cost(problem, plan) == (0, pytest.approx(found.cost, abs=1e-9))
            for key, rule in COSTS.items():
                assert rules[rule].cost == pytest.approx(wanted["weighted"][key], abs=1e-5), (name, key)


def test_reads_what_is_published(folder: Path) -> None:
    for path in sorted((folder / "instances").iterdir())[::7]:
        assert detect(path).name == "iprnpa"
        problem = read(path)
        assert isinstance(problem, AssignmentProblem)
        assert f"{problem.days} days" in repr(problem)


def column(path: Path, key: str) -> dict[str, float]:
    with path.open() as file:
        return {row["instance"]: float(row[key]) for row in csv.DictReader(file) if row[key]}


def test_bounds_lie_between_the_floors_and_the_best_known_costs(folder: Path) -> None:
    best, least = column(folder / "best_known.csv", "upper_bound"), column(folder / "floors.csv", "floor_total")
    for name in sorted(least)[::4]:
        problem = read(folder / "instances" / f"{name}.json")
        assert isinstance(problem, AssignmentProblem)
        floors = Floors(problem)
        assert least[name] <= floors.value + 1e-3  # those are rounded
        if name.startswith("UMD"):
            floors.price_shares(60.0)
            for which in range(1 + problem.days, len(floors.parts)):
                floors.take(which, floors.lift(which, 60.0))
        assert floors.value <= best[name]


def test_shifts_without_a_nurse_are_told(folder: Path) -> None:
    problem = read(folder / "instances" / "UMD_instance_19.json")
    assert isinstance(problem, AssignmentProblem)
    assert impossible(problem) == ("in shift 12 there are 13 patients and no nurse",)


def plan_of(problem: AssignmentProblem) -> AssignmentPlan:
    room = np.array([[0, 0, 0, 1, 1, 1], [1, 1, 1, -1, -1, -1], [-1, -1, -1, 1, 1, 1]])
    nurse = np.array([[0, 2, 1, 0, 1, 1], [2, 2, 1, -1, -1, -1], [-1, -1, -1, 0, 1, 1]])
    return AssignmentPlan(room, nurse)


def test_every_component_by_hand(small: AssignmentProblem) -> None:
    found = small.evaluate(plan_of(small))
    rules = found.by_rule()
    assert found.feasible
    assert rules["Transfer"] == 1
    assert rules["RoomAgeMix"] == 0
    assert rules["RoomGenderMix"] == 0
    assert rules["RoomEquipment"] == 1
    assert rules["ContinuityOfCare"] == 3 + 2 + 2
    assert rules["NurseSkillLevel"] == 2  # the night is free
    assert rules["ExcessiveNurseWorkload"] == pytest.approx(1.5 * 5)  # 4 instead of 2.5 in shifts 2 to 6
    assert rules["WorkloadSpread"] == pytest.approx(2 * (4.8 - 2.4))  # shares of 2.4, 4.8 and 2.4
    assert rules["ShiftWorkloadSpread"] == pytest.approx(1.6)  # in shift 2 nurse 2 has all
    assert rules["NursesPerRoom"] == 2 + 2 + 2 + 1 + 1 + 1
    assert rules["WalkingCircle"] == pytest.approx(0.75 * 10 * 2)
    assert rules["WalkingStar"] == pytest.approx(0.25 * (30 * 3 + 20 * 3))
    assert found.cost == pytest.approx(sum(rule.cost for rule in found.rules))


def test_solutions_round_trip(small: AssignmentProblem, tmp_path: Path) -> None:
    plan = plan_of(small)
    (path,) = write_plan(plan, small, tmp_path / "plan")
    assert path.name == "plan.json"
    assert read_plan(path, small).same_as(plan)
    made = json.loads(path.read_text(encoding="utf-8"))
    assert made["1"] == {"1": {"1": "0"}, "2": {"2": "2"}}


@pytest.mark.parametrize(
    ("place", "value", "words"),
    [
        (("patients", 0, "admission"), 2, "patient 1: is there from shift 2 to 6, expected an early shift"),
        (("patients", 0, "discharge"), 9, "shifts run to 6"),
        (("patients", 1, "id"), "1", "patient 1: patient id occurs twice"),
        (("patients", 1, "gender"), "X", "patients.1..gender"),
        (("patients", 1, "workLoad"), {"1": 2}, "patient 2: has no entry for workLoad in shift 2"),
        (("patients", 1, "equipmentReq"), {"1": ["x-ray"]}, "patient 2: unknown equipment 'x-ray'"),
        (("rooms", 0, "equipment"), ["bath"], "room 1: unknown equipment 'bath'"),
        (("rooms", 0, "capacity"), -1, "greater than or equal to 0, found '-1'"),
        (("nurses", 0, "workingShifts"), [1, 7], "nurse 0: works in shift 7, shifts run to 6"),
        (("nurses", 0, "workingShifts"), [1, 1], "nurse 0: works twice in shift 1"),
        (("nurses", 0, "maxLoad"), {"1": 0, "4": 1}, "nurse 0: maxLoad in shift 1 is 0"),
        (("nurses", 0, "maxLoad"), {"1": 5}, "nurse 0: has no entry for maxLoad in shift 4"),
        (("distances", "1"), {"0": 1}, "distances: has no entry from '1' to '2'"),
        (("days", "lastDay"), 3, "there are 6 shifts, expected 9"),
    ],
)
def test_bad_instances_name_item_and_value(tmp_path: Path, place: tuple[Any, ...], value: Any, words: str) -> None:
    made = copy.deepcopy(content())
    here: Any = made
    for step in place[:-1]:
        here = here[step]
    here[place[-1]] = value
    path = tmp_path / "bad.json"
    path.write_text(json.dumps(made), encoding="utf-8")
    with pytest.raises(InputError, match=words) as caught:
        read(path)
    assert caught.value.file == path


def test_odd_entries_of_a_solution_are_counted(small: AssignmentProblem, tmp_path: Path) -> None:
    path = tmp_path / "plan.json"
    entries = {"1": {"1": {"1": 0, "3": "0", "9": "0"}, "2": {"1": "0", "2": "77"}}, "comment": "by hand"}
    path.write_text(json.dumps(entries), encoding="utf-8")
    rules = small.evaluate(read_plan(path, small)).by_rule()
    assert (rules["UnknownEntry"], rules["AbsentPatient"], rules["BedConflict"]) == (1, 1, 1)
    assert (rules["UnplacedPatient"], rules["UncoveredPatient"]) == (5 + 2 + 3, 1)


@pytest.mark.parametrize(
    ("entries", "words"),
    [
        ([], "expected an object"),
        ({"7": {}}, "there is no shift 7; shifts run from 1 to 6"),
        ({"1": []}, "shift 1: expected an object"),
        ({"1": {"2": 3}}, "shift 1, room 2: expected an object"),
        ({"1": {"2": {"1": [4]}}}, "shift 1, room 2, patient 1: the nurse is '.4.'"),
    ],
)
def test_bad_solutions_are_refused(small: AssignmentProblem, tmp_path: Path, entries: Any, words: str) -> None:
    path = tmp_path / "plan.json"
    path.write_text(json.dumps(entries), encoding="utf-8")
    with pytest.raises(InputError, match=words):
        read_plan(path, small)
