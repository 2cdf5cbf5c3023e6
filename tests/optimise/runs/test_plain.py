"""Results of every kind of plan as the published schema says them."""

from __future__ import annotations

import json
from collections.abc import Callable
from importlib.resources import files
from pathlib import Path
from typing import Any

import jsonschema
import numpy as np
import pytest

import optimise
from optimise.blocks import BlockPlan, split
from optimise.capacity.region import RegionPlan
from optimise.core.errors import WardwiseError
from optimise.core.kinds import known_kinds
from optimise.core.result import Bounds, Result, Stop
from optimise.formats.base import native_format, read_plan
from optimise.generate.region import region
from optimise.hospital.admissions.data import AdmissionPlan
from optimise.hospital.assignment.data import AssignmentPlan
from optimise.runs.plain import plan_object, result_dict
from optimise.testing.capacity import CapacityCase, tiny
from tests.optimise.blocks.test_blocks import cutting_stock
from tests.optimise.hospital.admissions.test_admissions import made as admissions
from tests.optimise.hospital.assignment.test_assignment import made as assignment

EXAMPLES = Path(__file__).resolve().parents[3] / "examples"
SCHEMA = json.loads(files("optimise.formats").joinpath("schema/result-1.json").read_text(encoding="utf-8"))


def _solved(name: str) -> tuple[Any, Any]:
    problem = optimise.read(EXAMPLES / name)
    return problem, optimise.solve(problem, "highs", limits=optimise.Limits(seconds=60)).plan


def _capacity() -> tuple[Any, Any]:
    problem = tiny(1)
    return problem, CapacityCase("", problem).optimum.plan


def _region() -> tuple[Any, Any]:
    problem = region(2, 2, 2, 3, 3, 1, beds=50)[0]
    return problem, RegionPlan(np.ones((2, *problem.supply.shape), dtype=int), np.array([1.5, 2.5]))


def _admissions() -> tuple[Any, Any]:
    problem = admissions(1)
    return problem, AdmissionPlan(np.full((len(problem.patients.ids), problem.days), -1))


def _assignment() -> tuple[Any, Any]:
    problem = assignment(1)
    here = np.full((len(problem.patients.ids), problem.days * 3), -1)
    return problem, AssignmentPlan(here, here)


def _blocks() -> tuple[Any, Any]:
    model = cutting_stock(10, [3, 4], [2, 2], 2)
    problem = split(model, {f"roll {k}": model.fits[k] for k in model.roll})
    return problem, BlockPlan(np.zeros(len(problem.columns)))


KINDS: dict[str, Callable[[], tuple[Any, Any]]] = {
    "roster": lambda: _solved("ward4x7.json"),
    "hospital": lambda: _solved("beds6.json"),
    "capacity": _capacity,
    "region": _region,
    "admissions": _admissions,
    "assignment": _assignment,
    "blocks": _blocks,
}


def test_every_kind_is_here() -> None:
    assert set(KINDS) == {name for name, target in known_kinds().items() if target.startswith("optimise.")}


@pytest.mark.parametrize("kind", KINDS)
def test_the_published_schema_holds_for_every_kind_of_plan(kind: str) -> None:
    problem, plan = KINDS[kind]()
    found = problem.evaluate(plan)
    result = Result(plan, Stop.TIME, Bounds(found.cost if found.feasible else np.inf), found)
    made = json.loads(result.to_json(problem))
    jsonschema.validate(made, SCHEMA)
    assert made["native_plan"] == plan_object(plan, problem)
    assert (made["kind"], made["feasible"]) == (problem.kind, found.feasible)


@pytest.mark.parametrize("kind", [kind for kind in KINDS if kind != "blocks"])
def test_the_plan_in_it_is_read_as_it_was(kind: str, tmp_path: Path) -> None:
    problem, plan = KINDS[kind]()
    told = plan_object(plan, problem)
    file = tmp_path / ("native-plan.xml" if isinstance(told, str) else "native-plan.json")
    file.write_text(told if isinstance(told, str) else json.dumps(told), encoding="utf-8")
    again = read_plan(file, problem, format=native_format(problem))
    assert problem.evaluate(again).cost == problem.evaluate(plan).cost


def test_without_a_problem_there_is_no_plan_in_it() -> None:
    made = Result(None, Stop.TIME, Bounds()).to_dict()
    jsonschema.validate(made, SCHEMA)
    assert (made["cost"], made["lower_bound"], made["kind"]) == (None, None, None)
    assert "native_plan" not in made


def test_a_result_of_another_problem_is_refused() -> None:
    ward, hospital = optimise.read(EXAMPLES / "ward4x7.json"), optimise.read(EXAMPLES / "beds6.json")
    result = optimise.solve(ward, "highs", limits=optimise.Limits(seconds=60))
    with pytest.raises(WardwiseError, match="has a roster plan"):
        result.to_dict(hospital)
    with pytest.raises(WardwiseError, match="of another problem"):
        result_dict(result, optimise.Ward.load(EXAMPLES / "ward4x7.json").pin("RN04", "2026-01-05", None).problem())
