"""Damaged wards and plans: an InputError that names the file, or a problem that can be evaluated; nothing else."""

from __future__ import annotations

import copy
import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import optimise
from optimise.core.errors import InputError
from optimise.generate import ward as made_ward
from optimise.roster.formats.native import ward_text
from optimise.roster.formats.native_plan import plan_text, read_native_plan
from optimise.roster.formats.ward import Ward
from optimise.roster.problem import Roster, RosterProblem

QUICK = settings(
    max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
WARD = made_ward(10, 2, 5)
DATA = WARD.data()
WORDS = [
    "E",
    "N",
    "off",
    "work",
    "RN01",
    "none",
    "Mon",
    "weekdays",
    "2026-01-07",
    "2026-01-09..2026-01-06",
    "24:00",
    "x",
]
scalars = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-5, 60),
    st.sampled_from([10**12, -(10**30), 2**63]),
    st.floats(allow_nan=False),
    st.sampled_from(WORDS),
    st.text(max_size=6),
)
values = st.recursive(
    scalars,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from([*WORDS, "weight", "limit"]), inner),
    max_leaves=6,
)


def paths(data: Any, at: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    inside = data.items() if isinstance(data, dict) else enumerate(data) if isinstance(data, list) else ()
    return [at, *(p for key, each in inside for p in paths(each, (*at, key)))]


PATHS = paths(DATA)[1:]


@st.composite
def damaged(draw: st.DrawFn) -> dict[str, Any]:
    """The document with up to three values replaced, removed, doubled or renamed."""
    data = copy.deepcopy(DATA)
    for _ in range(draw(st.integers(1, 3))):
        path = draw(st.sampled_from(PATHS))
        inside: Any = data
        try:
            for part in path[:-1]:
                inside = inside[part]
            inside[path[-1]]
        except (KeyError, IndexError, TypeError):
            continue
        how = draw(st.sampled_from(["replace", "remove", "double", "rename"]))
        if how == "remove":
            del inside[path[-1]]
        elif how == "double" and isinstance(inside, list):
            inside.append(copy.deepcopy(inside[path[-1]]))
        elif how == "rename" and isinstance(inside, dict):
            inside[draw(st.sampled_from([*WORDS, "staf", "hours", "shifts"]))] = inside.pop(path[-1])
        elif isinstance(inside, dict | list):
            inside[path[-1]] = draw(values)
    return data


@st.composite
def scratched(draw: st.DrawFn, text: str) -> str:
    """The text with up to four pieces cut out, doubled or written over."""
    for _ in range(draw(st.integers(1, 4))):
        a = draw(st.integers(0, max(0, len(text) - 1)))
        b = min(len(text), a + draw(st.integers(0, 12)))
        text = (
            text[:a]
            + draw(st.sampled_from(["", text[a:b] * 2, '"', "{", ":", ",", "\n", "\t", "\x00", "9", "é", "- "]))
            + text[b:]
        )
    return text


def named(error: InputError, path: Path) -> None:
    assert str(path) in str(error)


def read_or_refuse(path: Path) -> None:
    try:
        problem = optimise.read(path, format="table" if path.is_dir() else "native")
    except InputError as error:
        named(error, path)
        return
    assert isinstance(problem, RosterProblem)
    free = Roster(np.zeros(problem.shape[:2], dtype=np.int16))
    assert problem.evaluate(free).cost >= 0


@given(damaged())
@QUICK
def test_damaged_documents(tmp_path: Path, data: dict[str, Any]) -> None:
    file = tmp_path / "w.json"
    file.write_text(json.dumps(data), encoding="utf-8")
    read_or_refuse(file)


@given(scratched(ward_text(WARD)))
@QUICK
def test_scratched_json(tmp_path: Path, text: str) -> None:
    file = tmp_path / "w.json"
    file.write_text(text, encoding="utf-8")
    read_or_refuse(file)


@pytest.fixture(scope="module")
def yaml_text(tmp_path_factory: pytest.TempPathFactory) -> str:
    return WARD.save(tmp_path_factory.mktemp("w") / "w.yaml").read_text(encoding="utf-8")


@given(data=st.data())
@QUICK
def test_scratched_yaml(tmp_path: Path, yaml_text: str, data: st.DataObject) -> None:
    file = tmp_path / "w.yaml"
    file.write_text(data.draw(scratched(yaml_text)), encoding="utf-8")
    read_or_refuse(file)


@given(data=st.data())
@QUICK
def test_scratched_tables(tmp_path: Path, data: st.DataObject) -> None:
    folder = WARD.save(tmp_path / "w")
    file = data.draw(st.sampled_from(sorted(folder.glob("*.csv"))))
    before = file.read_text(encoding="utf-8")
    file.write_text(data.draw(scratched(before)), encoding="utf-8")
    read_or_refuse(folder)
    file.write_text(before, encoding="utf-8")


@given(data=st.binary(max_size=60), at=st.integers(0, 12_000))
@settings(QUICK, max_examples=40)
def test_scratched_workbooks(tmp_path: Path, data: bytes, at: int) -> None:
    pytest.importorskip("openpyxl")
    file = tmp_path / "w.xlsx"
    whole = file.read_bytes() if file.exists() else WARD.save(file).read_bytes()
    broken = tmp_path / "broken.xlsx"
    broken.write_bytes(whole[:at] + data + whole[at + len(data) :])
    try:
        optimise.read(broken, format="table")
    except InputError as error:
        named(error, broken)


@given(data=st.data())
@QUICK
def test_scratched_plans(tmp_path: Path, data: st.DataObject) -> None:
    problem = WARD.problem()
    plan = Roster(np.random.default_rng(1).integers(0, 3, problem.shape[:2]))
    file = tmp_path / "plan.json"
    file.write_text(data.draw(scratched(plan_text(plan, problem))), encoding="utf-8")
    try:
        assert read_native_plan(file, problem).duties.shape == plan.duties.shape
    except InputError as error:
        named(error, file)


@given(st.integers(2, 40), st.integers(1, 30), st.integers(0, 10**6))
@settings(QUICK, max_examples=40)
def test_made_wards_are_sound(tmp_path: Path, staff: int, days: int, seed: int) -> None:
    ward = made_ward(staff, days=days, seed=seed)
    problem = ward.problem()
    assert problem.shape[:2] == (staff, days)
    free = Roster(np.zeros(problem.shape[:2], dtype=np.int16))
    assert problem.evaluate(free).feasible, "nobody working must break no hard rule, so that a roster exists"
    assert Ward.model_validate(json.loads(ward_text(ward))) == ward
    assert made_ward(staff, days=days, seed=seed) == ward
