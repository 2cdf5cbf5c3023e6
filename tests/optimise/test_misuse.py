"""Wrong use of the public functions is told by an error of ours, whatever is handed to them."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import optimise
from optimise import ask


def ward(name: str, weeks: int, *people: str) -> optimise.Ward:
    return optimise.Ward.from_dict(
        {
            "schema_version": 1,
            "name": name,
            "start": "2026-01-05",
            "weeks": weeks,
            "shifts": [{"id": "E", "start": "07:00", "end": "15:00", "break_minutes": 30}],
            "staff": [{"id": one, "weekly_hours": 22.5} for one in people],
            "demand": [{"shifts": ["E"], "minimum": 1, "days": ["weekdays"]}],
            "requests": [{"staff": people[0], "days": ["2026-01-07"], "want": "off", "weight": 5}],
        }
    )


DOCUMENT = ward("Here", 1, "Ann", "Ben")
HERE, THERE = DOCUMENT.problem(), ward("There", 2, "Cy", "Di", "Ed").problem()
LIMITS = optimise.Limits(seconds=20)
RESULT = optimise.solve(HERE, "highs", limits=LIMITS)
PLAN = RESULT.plan
OTHER = optimise.Roster(np.zeros((3, 14), dtype=np.int16))
WRONG: list[Any] = [
    *(None, True, 5, -1, 0.5, "nonsense", [1], {"a": 1}, object(), np.zeros((2, 2)), date(2027, 1, 1)),
    *(PLAN, OTHER, HERE, THERE, DOCUMENT, RESULT, LIMITS, print, Path("nowhere")),
]
PREVIOUS = optimise.replan.replan(HERE, PLAN).previous
SOLVED: dict[str, Any] = {"method": "highs", "limits": LIMITS, "seed": 0, "start": None}
SOLVED |= {"options": None, "resume": False, "checkpoint": None}
ASKED: dict[str, Any] = {"problem": HERE, "plan": PLAN}
PRICED: dict[str, Any] = {"freeze_until": 0, "change_cost": None, "nurse_cost": None}


def used() -> list[tuple[Callable[..., Any], dict[str, Any]]]:
    """Public functions, each with arguments that are right."""
    frames, replan = optimise.frames, optimise.replan
    read = {"path": "ward.json", "format": None, "history": None, "weeks": None}
    rows = [frames.frame, frames.grid, frames.cover_frame, frames.requests_frame, frames.fairness_frame]
    return [
        (optimise.solve, {"problem": HERE, **SOLVED, "comm": None, "listen": None}),
        (optimise.submit, {"problem": HERE, **SOLVED}),
        (optimise.evaluate, ASKED),
        (optimise.Limits, {"seconds": 1.0, "gap": 0.0, "iterations": None, "threads": 1, "target": 0.0}),
        (optimise.Roster, {"duties": [[0]]}),
        (optimise.Roster.from_array, {"duties": [[0]]}),
        (optimise.read, read),
        (optimise.read_ward, {"path": "ward.json"}),
        (optimise.read_hospital, {"path": "ward.json"}),
        (optimise.read_capacity, {"path": "ward.json"}),
        (optimise.read_plan, {"path": "plan.json", "problem": HERE, "format": None}),
        (optimise.read_result, {"folder": "out"}),
        (optimise.write_plan, {"plan": PLAN, "problem": HERE, "stem": "plan", "format": None}),
        (optimise.write_result, {"result": RESULT, "problem": HERE, "folder": "out", "source": None}),
        (RESULT.to_dict, {"problem": HERE}),
        (HERE.pin, {"employee": "Ann", "day": 1, "shift": None}),
        (HERE.unpin, {"employee": "Ann", "day": 1}),
        (DOCUMENT.pin, {"staff": "Ann", "day": 1, "shift": None}),
        *[(row, ASKED) for row in rows],
        (frames.rules_frame, {"evaluation": RESULT.evaluation}),
        (frames.violations_frame, {"evaluation": RESULT.evaluation}),
        (frames.trace_frame, {"result": RESULT}),
        (replan.replan, {**ASKED, **PRICED, "days_since": None}),
        (replan.replanning, {"problem": HERE, "previous": PREVIOUS, **PRICED}),
        (replan.changes, {"problem": HERE, "previous": PREVIOUS, "plan": PLAN}),
        (replan.read_previous, {"path": "plan.json", "problem": HERE, "days_since": None}),
        (ask.who_can_cover, {**ASKED, "day": 0, "shift": 0, "instead_of": None, "exchange": False, "most": 5}),
        (ask.why, {**ASKED, "who": 0, "day": 2, "seconds": 1.0, "method": "highs"}),
        (ask.most_requests, {**ASKED, "seconds": 1.0, "method": "highs", "seed": 0}),
    ]


def swept() -> list[Any]:
    return [
        pytest.param(function, right, name, id=f"{function.__qualname__}-{name}")
        for function, right in used()
        for name in right
    ]


@pytest.mark.parametrize(("function", "right", "name"), swept())
def test_a_wrong_argument_is_refused_by_an_error_of_ours(
    function: Callable[..., Any], right: dict[str, Any], name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    DOCUMENT.save("ward.json")
    optimise.write_plan(PLAN, HERE, "plan")
    for wrong in WRONG:
        with suppress(optimise.WardwiseError):  # anything else fails
            made = function(**{**right, name: wrong})
            if isinstance(made, optimise.Job):
                made.result()


@pytest.mark.parametrize(
    "use",
    [
        lambda: optimise.write_plan(OTHER, HERE, "x"),
        lambda: optimise.frames.grid(THERE, PLAN),
        lambda: optimise.evaluate(HERE, OTHER),
        lambda: optimise.replan.replan(HERE, OTHER),
        lambda: ask.who_can_cover(HERE, OTHER, 0, 0),
        lambda: optimise.write_result(RESULT, THERE, "x"),
    ],
)
def test_a_plan_of_another_ward_is_refused(use: Callable[[], object]) -> None:
    with pytest.raises(optimise.InputError, match=r"plan: the roster has shape \(\d, \d+\), the problem \(\d, \d+\)"):
        use()


def test_a_start_of_another_ward_is_refused_by_its_name_before_a_job_begins() -> None:
    with pytest.raises(optimise.InputError, match=r"^start: the roster has shape \(3, 14\), the problem \(2, 7\)"):
        optimise.submit(HERE, start=OTHER)


def test_a_document_is_taken_wherever_its_problem_is(tmp_path: Path) -> None:
    assert optimise.frames.grid(DOCUMENT, PLAN).equals(optimise.frames.grid(HERE, PLAN))
    assert optimise.frames.cover_frame(DOCUMENT, PLAN).equals(optimise.frames.cover_frame(HERE, PLAN))
    (file,) = optimise.write_plan(PLAN, DOCUMENT, tmp_path / "plan")
    assert optimise.read_plan(file, DOCUMENT) == PLAN
    assert optimise.write_result(RESULT, DOCUMENT, tmp_path / "out")
    assert RESULT.to_dict(DOCUMENT)["native_plan"] == RESULT.to_dict(HERE)["native_plan"]
    task = optimise.replan.replan(DOCUMENT, PLAN)
    assert optimise.replan.changes(DOCUMENT, task.previous, PLAN) == ()
    assert ask.who_can_cover(DOCUMENT, PLAN, 0, "E").alone == ask.who_can_cover(HERE, PLAN, 0, "E").alone


def test_indices_outside_the_plan_are_refused_and_shift_0_is_the_first_shift() -> None:
    with pytest.raises(optimise.InputError, match=r"^day 99: is not in this plan; indices run from 0 to 6"):
        ask.who_can_cover(HERE, PLAN, 99, 0)
    with pytest.raises(optimise.InputError, match=r"^shift 1: is not in this plan"):
        ask.who_can_cover(HERE, PLAN, 0, 1)
    assert ask.who_can_cover(HERE, PLAN, 0, 0).shift == "E"


def test_parts_of_duties_and_a_truth_for_a_day_are_refused() -> None:
    with pytest.raises(optimise.InputError, match=r"^duties: "):
        optimise.Roster(np.full((4, 7), 0.5))
    with pytest.raises(optimise.InputError, match=r"^day: is True; expected"):
        DOCUMENT.pin("Ann", day=True, shift=None)


def test_choices_that_a_format_does_not_have_are_refused(tmp_path: Path) -> None:
    file = DOCUMENT.save(tmp_path / "ward.json")
    with pytest.raises(optimise.InputError, match="zzz: is no choice of the format 'native'"):
        optimise.read_ward(file, zzz=1)
    with pytest.raises(optimise.InputError, match=r"^zzz: "):
        optimise.read_ward({}, zzz=1)
