"""The native capacity file: a round trip, detection, and slips told plainly."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from optimise.capacity.formats.capacity import write_capacity
from optimise.capacity.formats.capacity_schema import CapacityFile, json_schema
from optimise.core.errors import InputError, InputErrors
from optimise.formats.base import detect, read, read_plan, write_plan
from optimise.formats.document import Document, validated
from optimise.generate.capacity import capacity
from optimise.testing.capacity import tiny

ANNOTATED = Path(__file__).resolve().parents[4] / "examples" / "annotated-capacity.yaml"


@pytest.mark.parametrize("inline", [True, False])
def test_round_trip(tmp_path: Path, inline: bool) -> None:
    problem = capacity(3, 2, 2, 3, 1, beds=30, units=("critical care", "transfers"))
    files = write_capacity(problem, tmp_path / "trust.json", inline=inline)
    assert len(files) == (1 if inline else 2)
    assert detect(files[0]).name == "capacity"
    again = read(files[0])
    assert again.digest() == problem.digest()
    plan = read_plan(write_plan(_plan(problem), problem, tmp_path / "plan")[0], again)
    assert plan == _plan(problem)


def _plan(problem: Any) -> Any:
    from optimise.capacity.problem import CapacityPlan

    lent = np.zeros_like(problem.wards.minimum)
    lent[[bool(u) for u in problem.wards.lends]] = 1
    return CapacityPlan(problem.wards.maximum, problem.staffing.bank_maximum, problem.electives.requests, lent)


def test_the_published_schema_is_current() -> None:
    from optimise import formats as module

    stored = Path(module.__file__).parent / "schema" / "capacity-1.json"
    assert json.loads(stored.read_text()) == json.loads(json.dumps(json_schema()))


@pytest.mark.parametrize(("period", "step"), [("hour", 24), ("day", 1)])
def test_a_placement_lasts_a_day_where_nothing_else_is_said(tmp_path: Path, period: str, step: int) -> None:
    problem = capacity(3, 2, 2, 3, 1, beds=30)
    (file,) = write_capacity(problem, tmp_path / "trust.json", inline=True)
    made = json.loads(file.read_text())
    del made["step"]
    made["scenarios"]["period"] = period
    if period == "day":
        hours = np.array(made["scenarios"]["arrivals"])
        made["scenarios"]["arrivals"] = hours[..., ::24].tolist()
        if made["scenarios"].get("remaining") is not None:
            made["scenarios"]["remaining"] = np.array(made["scenarios"]["remaining"])[..., ::24].tolist()
    file.write_text(json.dumps(made))
    assert read(file).step == step


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda d: d["wards"][0].update(home=["Dentistry"]), "unknown specialty 'Dentistry'"),
        (lambda d: d["wards"][0].update(maximum=[1]), "has 1 numbers"),
        (lambda d: d["wards"][0].update(minimum=99), "minimum <= maximum"),
        (lambda d: d["specialties"].pop(), "specialty"),
        (lambda d: d["scenarios"]["arrivals"][0][0].__setitem__(0, -1), "arrivals"),
        (lambda d: d["scenarios"]["arrivals"][0].pop(), "rows of one length"),
        (lambda d: d["staff"].update(beds=-1), "staff.beds"),
        (lambda d: d.update(step=5), "step"),
        (lambda d: d.update(shares={"moon": 1}), "moon"),
        (lambda d: d["risk"].update(level=1.0), "risk.level"),
        (lambda d: d["scenarios"].update(probabilities=[0.5, 0.5, 0.5]), "probabilities"),
        (lambda d: d["specialties"][0].update(boarding=0), "boarding"),
    ],
)
def test_slips_are_told_with_file_and_item(tmp_path: Path, change: Any, words: str) -> None:
    path = tmp_path / "trust.json"
    write_capacity(tiny(1), path)
    data = json.loads(path.read_text())
    change(data)
    path.write_text(json.dumps(data))
    with pytest.raises(InputError, match=words) as caught:
        read(path)
    assert "trust.json" in str(caught.value)


def test_a_plan_that_leaves_a_ward_out_is_refused(tmp_path: Path) -> None:
    problem = tiny(1)
    path = write_plan(_plan(problem), problem, tmp_path / "plan")[0]
    data = json.loads(path.read_text())
    data["open"].pop("Ward 1")
    path.write_text(json.dumps(data))
    with pytest.raises(InputError, match="Ward 1"):
        read_plan(path, problem)


def slip(tmp_path: Path, old: str, new: str) -> InputError:
    """What is said of the annotated example with a change."""
    text = ANNOTATED.read_text(encoding="utf-8")
    assert text.count(old) == 1
    (tmp_path / "trust.yaml").write_text(text.replace(old, new), encoding="utf-8")
    with pytest.raises(InputError) as caught:
        read(tmp_path / "trust.yaml")
    return caught.value


@pytest.mark.parametrize(
    ("old", "new", "item", "words"),
    [
        (
            "price: 120                # of an",
            "prize: 120                # of an",
            "wards[0].prize",
            "did you mean 'price'",
        ),
        ("home: [Surgery]", "home: [Surgry]", "wards[1].home[0]", "did you mean 'Surgery'"),
        ("{Surgery: 4}", "{Dentistry: 4}", "wards[0].outlying.Dentistry", "known: Medicine, Surgery"),
        ("maximum: [10, 10, 8]", "maximum: [10, 10]", "wards[0].maximum", "has 2 numbers, the problem 3 days"),
        ("maximum: [10, 10, 8]", "maximum: [10, ten, 8]", "wards[0].maximum[1]", "whole number, found 'ten'"),
        ("id: Surgery", "id: Surgeons", "specialties[1].id", "the scenarios know no specialty 'Surgeons'"),
        ("id: Surgery", "id: Medicine", "specialties[1].id", "'Medicine' is there twice"),
        ("period: day", "period: week", "scenarios.period", "'hour' or 'day'"),
        ("start: 2027-01-04", "start: soon", "scenarios.start", "'soon' is no date"),
        ("bank_price: [500, 500, 700]", "bank_price: [500]", "staff.bank_price", "has 1 numbers"),
    ],
)
def test_a_slip_is_told_once_with_its_line_and_item(tmp_path: Path, old: str, new: str, item: str, words: str) -> None:
    error, lines = slip(tmp_path, old, new), ANNOTATED.read_text(encoding="utf-8").splitlines()
    assert not isinstance(error, InputErrors)
    assert (error.item, error.file) == (item, tmp_path / "trust.yaml")
    assert old in lines[(error.line or 0) - 1]
    assert words in error.message


def test_all_slips_are_told_at_once(tmp_path: Path) -> None:
    text = ANNOTATED.read_text(encoding="utf-8")
    text = text.replace("boarding: 60  ", "boarding: 0  ").replace("bank_beds: 4", "bank_beds: none")
    (tmp_path / "trust.yaml").write_text(text, encoding="utf-8")
    with pytest.raises(InputErrors) as caught:
        read(tmp_path / "trust.yaml")
    assert sorted(str(error.item) for error in caught.value.errors) == ["specialties[0].boarding", "staff.bank_beds"]


def test_the_annotated_example_shows_every_key() -> None:
    """Scenarios written out and scenarios of a file are two forms, of which it shows one and names the other."""
    data = validated(CapacityFile, Document.parse(ANNOTATED.read_text(encoding="utf-8"), ANNOTATED).data)
    parts = [data, *data.specialties, *data.wards, data.staff, data.risk, data.scenarios]
    said = {(type(part).__name__, key) for part in parts for key in part.model_fields_set}
    assert {(type(part).__name__, key) for part in parts for key in type(part).model_fields} - said == set()
    assert "{file: scenarios.npz}" in ANNOTATED.read_text(encoding="utf-8")


def test_a_file_of_yaml_is_the_problem_of_json(tmp_path: Path) -> None:
    data = Document.parse(ANNOTATED.read_text(encoding="utf-8"), ANNOTATED).data
    (tmp_path / "trust.json").write_text(json.dumps(data), encoding="utf-8")
    assert read(tmp_path / "trust.json").digest() == read(ANNOTATED).digest()
