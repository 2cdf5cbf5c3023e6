"""What boards show agrees with problem and plan."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

pytest.importorskip("fastapi")

from optimise.core.errors import UnsupportedError
from optimise.core.serialise import evaluation_object
from optimise.formats.base import read
from optimise.hospital.problem import HospitalProblem
from optimise.roster.problem import RosterProblem
from optimise.roster.view import cover
from optimise.serve.boards import board_of, standing_of
from optimise.serve.questions import Questions, plan_of

EXAMPLES = Path(__file__).resolve().parents[3] / "examples"


def test_the_board_of_a_ward_begins_empty_and_with_any_plan() -> None:
    ward = read(EXAMPLES / "ward30.json")
    assert isinstance(ward, RosterProblem)
    board = json.loads(json.dumps(board_of(ward)))
    assert (board["kind"], len(board["people"]), len(board["days"])) == ("roster", 30, 28)
    assert [duty["label"] for duty in board["duties"]] == ["E", "L", "D", "N"]
    assert not any(board["plan"]["roster"].values())
    board["plan"]["roster"]["RN01"] = {"2026-01-06": "N"}
    plan = plan_of(ward, board["plan"])
    assert board_of(ward, plan)["plan"]["roster"]["RN01"] == {"2026-01-06": "N"}


def test_cover_hours_and_requests_stand_as_the_views_say() -> None:
    ward = read(EXAMPLES / "ward30.json")
    assert isinstance(ward, RosterProblem)
    plan = ward.roster([["N"] * 28] + [["-"] * 28] * 29)
    standing = json.loads(json.dumps(standing_of(ward, plan, ward.evaluate(plan))))
    rows = cover(ward, plan)
    assert [row["label"] for row in standing["cover"]] == [row.label for row in rows]
    assert [c["present"] for c in standing["cover"][0]["cells"]] == [c.present for c in rows[0].cells]
    assert standing["hours"][0]["nights"] == 28
    assert standing["hours"][0]["hours"] == pytest.approx(28 * 11.5)
    assert {r["granted"] for r in standing["requests"]} == {True, False}


def test_the_board_of_a_hospital_tells_beds_in_use_and_who_waits() -> None:
    hospital = read(EXAMPLES / "hospital60.json")
    assert isinstance(hospital, HospitalProblem)
    board = json.loads(json.dumps(board_of(hospital)))
    inside = [each["id"] for each in board["patients"] if each["lies_in"]]
    plan = plan_of(hospital, board["plan"])
    standing = json.loads(json.dumps(standing_of(hospital, plan, hospital.evaluate(plan))))
    assert sum(row[0] for row in standing["occupied"]) == len(inside)
    waiting = {each["id"] for each in standing["waiting"]}
    assert waiting == {each["id"] for each in board["patients"]} - set(inside)


def test_other_kinds_have_no_board() -> None:
    from optimise.generate.capacity import capacity

    with pytest.raises(UnsupportedError, match="no board"):
        board_of(capacity(3, 7, seed=1))


def test_parts_that_are_written_before_say_what_plain_values_say() -> None:
    ward = read(EXAMPLES / "ward30.json")
    assert isinstance(ward, RosterProblem)
    questions = Questions()
    for row in (["N"] * 28, ["-"] * 28, ["N"] * 28):
        plan = ward.roster([row] + [["-"] * 28] * 29)
        found = ward.evaluate(plan)
        plain = evaluation_object(found) | {"standing": standing_of(ward, plan, found)}
        assert json.loads(questions.evaluate(ward, plan, detail=True)) == json.loads(json.dumps(plain))
