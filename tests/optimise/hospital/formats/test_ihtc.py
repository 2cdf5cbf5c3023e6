"""IHTC 2024: the official validator's vectors, round trips, and bad input."""

from __future__ import annotations

import copy
import csv
import json
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from optimise.core.errors import InputError
from optimise.formats.base import ReadOptions
from optimise.hospital.formats.ihtc import IhtcFormat

pytestmark = pytest.mark.quick

IHTC = IhtcFormat()
OPTIONS = ReadOptions()


@pytest.fixture(scope="module")
def folder(benchmarks: Path) -> Path:
    return benchmarks / "ihtc2024"


def expected(folder: Path, outcome: str) -> list[dict[str, str]]:
    with (folder / "vectors" / "expected.csv").open() as file:
        rows = [row for row in csv.DictReader(file) if row["outcome"] == outcome]
    assert rows
    return rows


def test_reproduces_the_official_validator(folder: Path) -> None:
    for row in expected(folder, "evaluated"):
        problem = IHTC.read(folder / row["instance"], OPTIONS)
        plan = IHTC.read_plan(folder / "vectors" / row["vector"], problem)
        found = problem.evaluate(plan)
        amounts = found.by_rule()
        names = [name for name in row if name[0].isupper()]
        assert len(names) == 17
        for name in names:
            if row[name]:  # the validator's skill line is undefined where a room has no nurse
                assert amounts[name] == int(row[name]), (row["vector"], name)
        assert found.hard == int(row["total_violations"])
        if row["total_cost"]:
            assert found.cost == int(row["total_cost"])


def test_violations_add_up_to_the_rules(folder: Path) -> None:
    problem = IHTC.read(folder / "small" / "small05.json", OPTIONS)
    found = problem.evaluate(IHTC.read_plan(folder / "vectors" / "v04_small05.json", problem))
    for rule in found.rules:
        mine = [v for v in found.violations if v.rule == rule.rule]
        assert sum(v.amount for v in mine) == rule.amount
        assert sum(v.cost for v in mine) == pytest.approx(rule.cost)
        assert all(v.message and v.hard == rule.hard for v in mine)


def test_rejects_what_must_be_rejected_and_says_whom(folder: Path) -> None:
    items = {"r01": "nobody", "r02": "p1", "r03": "p1", "r04": "p1", "r05": "p1", "r06": "n0", "r07": "n1"}
    for row in expected(folder, "reject"):
        problem = IHTC.read(folder / row["instance"], OPTIONS)
        with pytest.raises(InputError) as caught:
            IHTC.read_plan(folder / "vectors" / row["vector"], problem)
        assert items[row["vector"][:3]] in str(caught.value)
        assert row["vector"] in str(caught.value)


def test_plan_round_trip(folder: Path, tmp_path: Path) -> None:
    problem = IHTC.read(folder / "small" / "small01.json", OPTIONS)
    plan = IHTC.read_plan(folder / "vectors" / "v13_small01_optimal.json", problem)
    (written,) = IHTC.write_plan(plan, problem, tmp_path / "plan")
    assert written == tmp_path / "plan.json"
    again = IHTC.read_plan(written, problem)
    assert again.same_as(plan)
    assert [p.name for p in tmp_path.iterdir()] == ["plan.json"]


def test_detects_only_its_own(folder: Path, benchmarks: Path, tmp_path: Path) -> None:
    assert IHTC.detects(folder / "small" / "small01.json")
    assert not IHTC.detects(folder / "vectors" / "v01_toy.json")
    assert not IHTC.detects(benchmarks / "pas" / "instances" / "testdata01.txt")
    assert not IHTC.detects(tmp_path / "absent.json")


def test_reads_every_instance(folder: Path) -> None:
    with (folder / "sizes.csv").open() as file:
        sizes = {row["instance"]: row for row in csv.DictReader(file)}
    for path in [*sorted(folder.glob("small/*.json")), folder / "public" / "i07.json"]:
        problem = IHTC.read(path, OPTIONS)
        size = sizes[path.stem]
        assert problem.days == int(size["days"])
        assert int((~problem.patients.inpatient).sum()) == int(size["patients"])
        assert int(problem.rooms.beds[:, 0].sum()) == int(size["beds"])
        assert problem.nursing is not None
        assert int(problem.nursing.on_duty.sum()) == int(size["nurse_shifts"])


ODD: list[Any] = [
    None,
    True,
    -1,
    0,
    10**7,
    10**30,
    1.5,
    float("nan"),
    float("inf"),
    "",
    "none",
    "p0",
    "r0",
    "n0",
    "early",
    [],
    {},
    [[]],
    "x" * 300,
]


def places(data: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """Every place in a JSON document, but only the first two entries of a list."""
    found = [path] if path else []
    if isinstance(data, dict):
        for key in data:
            found += places(data[key], (*path, key))
    elif isinstance(data, list):
        for i in range(min(2, len(data))):
            found += places(data[i], (*path, i))
    return found


def mutate(data: Any, draw: st.DataObject) -> Any:
    """One to three changes: a value replaced, an entry dropped or doubled."""
    made = copy.deepcopy(data)
    for _ in range(draw.draw(st.integers(1, 3))):
        where = draw.draw(st.sampled_from(places(made)))
        parent = made
        for step in where[:-1]:
            parent = parent[step]
        action = draw.draw(st.sampled_from(["replace", "drop", "double"]))
        if action == "drop":
            del parent[where[-1]]
        elif action == "double" and isinstance(parent, list):
            parent.append(copy.deepcopy(parent[where[-1]]))
        else:
            parent[where[-1]] = copy.deepcopy(draw.draw(st.sampled_from(ODD)))
        if not places(made):
            break
    return made


@settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))
@given(draw=st.data())
def test_only_input_errors_escape_from_the_instance_reader(draw: st.DataObject, folder: Path, tmp_path: Path) -> None:
    data = json.loads((folder / "small" / "small01.json").read_text())
    path = tmp_path / "mutated.json"
    path.write_text(json.dumps(mutate(data, draw)))
    IHTC.detects(path)
    with suppress(InputError):
        problem = IHTC.read(path, OPTIONS)
        problem.evaluate(problem.empty_plan())


@settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))
@given(draw=st.data())
def test_only_input_errors_escape_from_the_plan_reader(draw: st.DataObject, folder: Path, tmp_path: Path) -> None:
    problem = IHTC.read(folder / "small" / "small01.json", OPTIONS)
    data = json.loads((folder / "vectors" / "v13_small01_optimal.json").read_text())
    path = tmp_path / "mutated.json"
    path.write_text(json.dumps(mutate(data, draw)))
    with suppress(InputError):
        problem.evaluate(IHTC.read_plan(path, problem))


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "not valid JSON"),
        ("{", "not valid JSON"),
        ("[" * 100_000, "nested too deeply"),
        ('{"days": ' + "9" * 5000 + "}", "too many digits"),
        ('{"days": NaN}', "NaN"),
        ('{"days": 1, "days": 2}', "twice"),
        ("[]", "dictionary"),
        ("\x00", "not valid JSON"),
    ],
)
def test_broken_files_are_told_apart(text: str, message: str, tmp_path: Path) -> None:
    path = tmp_path / "broken.json"
    path.write_text(text)
    with pytest.raises(InputError, match=message):
        IHTC.read(path, OPTIONS)
