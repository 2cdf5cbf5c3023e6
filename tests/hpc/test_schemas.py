"""Published schemas of what is written and read back."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

import optimise
from hpc.schemas import FOLDER, MODELS, schemas
from hpc.slurm.card import write_card
from optimise.core.method import Limits
from optimise.core.serialise import Source
from optimise.generate import ward
from optimise.runs.resultfile import write_result


def test_published_schemas_are_up_to_date() -> None:
    for file, text in schemas().items():
        assert json.loads(file.read_text(encoding="utf-8")) == json.loads(text), (
            "write them again: python -m hpc.schemas"
        )


@pytest.mark.parametrize("name", MODELS)
def test_each_is_a_schema(name: str) -> None:
    jsonschema = pytest.importorskip("jsonschema")
    jsonschema.Draft202012Validator.check_schema(json.loads((FOLDER / f"{name}.json").read_text()))


def test_what_is_written_satisfies_them(tmp_path: Path) -> None:
    jsonschema = pytest.importorskip("jsonschema")
    problem = ward(4, days=7, seed=1).problem()
    result = optimise.solve(problem, method="highs", limits=Limits(5))
    files = {"result-1": write_result(result, problem, tmp_path / "run", source=Source("ward.json"))[0]}
    files["job-1"] = write_card(tmp_path, job_id="17", kind="solve", request={"nodes": 1})
    for name, file in files.items():
        jsonschema.validate(json.loads(file.read_text()), json.loads((FOLDER / f"{name}.json").read_text()))


@pytest.mark.parametrize(
    ("name", "file"),
    [("result-1", "result"), ("roster-plan-1", "plan"), ("check-1", "check"), ("cover-1", "cover"), ("why-1", "why")],
)
def test_answers_among_the_examples_satisfy_them(name: str, file: str) -> None:
    jsonschema = pytest.importorskip("jsonschema")
    folder = Path(__file__).resolve().parents[2] / "examples" / "answers"
    answer = json.loads((folder / f"{file}.json").read_text(encoding="utf-8"))
    jsonschema.validate(answer, json.loads((FOLDER / f"{name}.json").read_text(encoding="utf-8")))


def test_the_plan_among_the_examples_costs_what_the_answer_says() -> None:
    folder = Path(__file__).resolve().parents[2] / "examples" / "answers"
    problem = optimise.read_ward(folder / "ward.yaml")
    found = optimise.evaluate(problem, optimise.read_plan(folder / "plan.json", problem))
    assert found.feasible
    assert found.cost == json.loads((folder / "result.json").read_text(encoding="utf-8"))["cost"]


def test_a_result_may_have_stopped_in_any_way() -> None:
    stops = json.loads((FOLDER / "result-1.json").read_text(encoding="utf-8"))["properties"]["stop"]["enum"]
    assert set(stops) == set(map(str, optimise.Stop))
