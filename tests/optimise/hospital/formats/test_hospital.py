"""The native hospital format: nothing is lost on the way, and bad files are told apart."""

from __future__ import annotations

import copy
import json
from contextlib import suppress
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from optimise.core.errors import InputError
from optimise.formats.base import ReadOptions, get_format
from optimise.hospital.formats.hospital import HospitalFormat
from optimise.hospital.formats.hospital_schema import json_schema
from optimise.hospital.problem import HospitalProblem

NATIVE = HospitalFormat()
OPTIONS = ReadOptions()

SMALL: dict[str, Any] = {
    "schema_version": 1,
    "kind": "hospital",
    "name": "two wards",
    "days": 4,
    "age_groups": ["child", "adult"],
    "wards": [
        {"id": "surgery", "specialties": ["ortho"]},
        {"id": "medicine", "specialties": ["heart", "lung"], "minimum_age": 16},
    ],
    "rooms": [
        {"id": "s1", "beds": 2, "ward": "surgery", "features": ["oxygen"]},
        {"id": "s2", "beds": 1, "ward": "surgery", "gender": "any"},
        {
            "id": "m1",
            "beds": 2,
            "ward": "medicine",
            "gender": "F",
            "closed": [{"first_day": 2, "last_day": 3, "beds": 1}],
        },
    ],
    "patients": [
        {
            "id": "Ada",
            "gender": "F",
            "stay": 2,
            "specialty": "ortho",
            "needs": ["oxygen"],
            "surgeon": "Dr Day",
            "surgery_minutes": 90,
            "workload": [1, 2, 1, 1],
            "skill": [1, 0, 0, 0],
            "age_group": "adult",
        },
        {
            "id": "Ben",
            "gender": "M",
            "stay": 9,
            "specialty": "heart",
            "isolation": "alone",
            "age": 44,
            "latest": 2,
            "age_group": "adult",
            "largest_room": 1,
        },
        {
            "id": "Cy",
            "gender": "M",
            "unsuitable_days": [1],
            "stay": 1,
            "mandatory": False,
            "refusal_factor": 3,
            "wishes": ["oxygen"],
        },
        {"id": "Di", "gender": "F", "stay": 2, "room": "m1", "age": 12},
    ],
    "theatres": [{"id": "T1", "minutes": [120, 0, 120, 60]}],
    "surgeons": [{"id": "Dr Day", "minutes": [0, 200, 200, 200]}],
    "shifts": ["day", "night"],
    "nurses": [
        {"id": "N1", "skill": 1, "shifts": [{"day": d, "shift": "day", "max_load": 3} for d in range(4)]},
        {"id": "N2", "shifts": [{"day": d, "shift": "night", "max_load": 2} for d in range(4)]},
    ],
    "rules": {"AgeLimit": 2.5, "Outlying": 7, "RoomAgeMix": "off"},
}


def read(data: Any, tmp_path: Path) -> HospitalProblem:
    path = tmp_path / "hospital.json"
    path.write_text(json.dumps(data))
    return NATIVE.read(path, OPTIONS)


def test_planner_words_become_the_problem(tmp_path: Path) -> None:
    problem = read(SMALL, tmp_path)
    assert problem.scale == 2
    assert problem.weight("AgeLimit") == 5
    assert problem.weight("RoomAgeMix") == 0
    assert problem.hard("RequiredFeature")
    assert problem.rooms.beds[2].tolist() == [2, 2, 1, 1]
    wishes = {w.rule: w for w in problem.beds.wishes}
    assert wishes["RequiredFeature"].amount[0].tolist() == [0, 1, 1]
    assert wishes["Outlying"].amount[1].tolist() == [1, 1, 0]
    assert wishes["AgeLimit"].amount[3].tolist() == [0, 0, 1]
    assert wishes["RoomGenderPolicy"].amount[1].tolist() == [0, 0, 1]
    assert wishes["RoomSize"].amount[1].tolist() == [1, 0, 1]
    assert problem.beds.dates[0].amount.tolist() == [[0] * 5, [0] * 5, [0, 1, 0, 0, 0], [0] * 5]
    assert problem.weight("UnsuitableDay") == 40
    assert problem.patients.isolation.tolist() == [0, 1, 0, 0]
    assert problem.patients.home.tolist() == [-1, -1, -1, 2]
    assert problem.patients.due.tolist() == [3, 2, 3, 0]


def test_a_written_problem_reads_back_the_same(tmp_path: Path) -> None:
    problem = read(SMALL, tmp_path)
    (written,) = NATIVE.write(problem, tmp_path / "again.json")
    again = NATIVE.read(written, OPTIONS)
    assert again.digest() == problem.digest()


@pytest.mark.parametrize(
    ("family", "name"),
    [("ihtc", "ihtc2024/small/small01.json"), ("pas", "pas/instances/testdata07.txt")],
)
def test_other_families_pass_through_without_loss(family: str, name: str, benchmarks: Path, tmp_path: Path) -> None:
    problem = get_format(family).read(benchmarks / name, OPTIONS)
    (written,) = NATIVE.write(problem, tmp_path / "native.json")
    assert NATIVE.detects(written)
    assert not get_format("ihtc").detects(written)
    assert NATIVE.read(written, OPTIONS).digest() == problem.digest()


def test_plans_pass_through_with_moves_and_beds(benchmarks: Path, tmp_path: Path) -> None:
    pas = get_format("pas")
    problem = pas.read(benchmarks / "pas" / "instances" / "testdata05.txt", OPTIONS)
    plan = pas.read_plan(benchmarks / "pas" / "fixtures" / "testdata05_perturbed.sol", problem)
    (written,) = NATIVE.write_plan(plan, problem, tmp_path / "plan")
    again = NATIVE.read_plan(written, problem)
    assert problem.evaluate(again) == problem.evaluate(plan)


def test_hospital_plans_pass_through(benchmarks: Path, tmp_path: Path) -> None:
    ihtc = get_format("ihtc")
    problem = ihtc.read(benchmarks / "ihtc2024" / "small" / "small02.json", OPTIONS)
    plan = ihtc.read_plan(benchmarks / "ihtc2024" / "vectors" / "v14_small02_optimal.json", problem)
    (written,) = NATIVE.write_plan(plan, problem, tmp_path / "plan")
    assert NATIVE.read_plan(written, problem).same_as(plan)


def test_files_fit_the_published_schema(benchmarks: Path, tmp_path: Path) -> None:
    schema = json_schema("problem")
    jsonschema.Draft202012Validator.check_schema(schema)
    jsonschema.validate(SMALL, schema)
    problem = get_format("ihtc").read(benchmarks / "ihtc2024" / "small" / "small01.json", OPTIONS)
    (written,) = NATIVE.write(problem, tmp_path / "native.json")
    jsonschema.validate(json.loads(written.read_text()), schema)
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(SMALL | {"days": -1}, schema)


ODD: list[Any] = [None, True, -1, 0, 5, 999, 10**30, 2.5, float("nan"), "", "hard", "s1", "alone", [], {}, [1]]


def places(data: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    found = [path] if path else []
    for key in data if isinstance(data, dict) else range(len(data)) if isinstance(data, list) else ():
        found += places(data[key], (*path, key))
    return found


@settings(max_examples=300, deadline=None, suppress_health_check=list(HealthCheck))
@given(draw=st.data())
def test_only_input_errors_escape(draw: st.DataObject, tmp_path: Path) -> None:
    data = copy.deepcopy(SMALL)
    for _ in range(draw.draw(st.integers(1, 3))):
        where = draw.draw(st.sampled_from(places(data)))
        parent: Any = data
        for step in where[:-1]:
            parent = parent[step]
        if draw.draw(st.booleans()):
            parent[where[-1]] = copy.deepcopy(draw.draw(st.sampled_from(ODD)))
        elif isinstance(parent, list):
            parent.append(copy.deepcopy(parent[where[-1]]))
        else:
            del parent[where[-1]]
    with suppress(InputError):
        problem = read(data, tmp_path)
        problem.evaluate(problem.empty_plan())


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"patients": [SMALL["patients"][0] | {"gender": "X"}]}, "patient Ada: unknown gender 'X'"),
        ({"patients": [SMALL["patients"][0]] * 2}, "patient Ada: 'Ada' occurs twice"),
        ({"rules": {"Nonsense": 1}}, "Nonsense: unknown rule"),
        ({"rules": {"RoomSize": 0.12345}}, "three decimals"),
        ({"surprise": 1}, "surprise: extra inputs"),
        ({"schema_version": 2}, "schema_version"),
        ({"patients": [SMALL["patients"][0] | {"workload": [1]}]}, "patient Ada: workload has 1"),
    ],
)
def test_errors_say_where(change: dict[str, Any], message: str, tmp_path: Path) -> None:
    with pytest.raises(InputError, match=message) as caught:
        read(SMALL | change, tmp_path)
    assert "hospital.json" in str(caught.value)
