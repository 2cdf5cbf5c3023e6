"""A ward as an object: made of values or text, edited into a new one, given back."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import date, datetime
from typing import Any

import pytest
import yaml

import optimise
from optimise.core.errors import InputError, InputErrors
from optimise.formats.editable import Editable
from optimise.roster.formats.ward import Staff, Ward
from optimise.roster.formats.ward_edits import WardEdits

pytestmark = pytest.mark.quick

VALUES: dict[str, Any] = {
    "schema_version": 1,
    "name": "small",
    "start": "2026-01-05",
    "weeks": 1,
    "shifts": [
        {"id": "E", "start": "07:00", "end": "15:00"},
        {"id": "N", "start": "21:00", "end": "07:30"},
    ],
    "demand": [{"shifts": ["E"], "minimum": 1}],
    "staff": [{"id": "Ann"}, {"id": "Ben"}],
}


@pytest.fixture
def ward() -> Ward:
    return Ward.from_dict(VALUES)


def test_values_and_text_say_the_same(ward: Ward) -> None:
    assert isinstance(ward, WardEdits)
    assert isinstance(ward, Editable)
    assert ward.to_dict() == VALUES
    for text in (ward.to_text(), ward.to_text("yaml"), json.dumps(VALUES), yaml.safe_dump(VALUES)):
        assert Ward.from_text(text) == ward
    assert Ward.from_dict({**VALUES, "start": date(2026, 1, 5)}) == ward
    assert optimise.read_ward(VALUES).digest() == ward.problem().digest()


def test_every_fault_of_values_has_its_place_and_no_file() -> None:
    wrong = {**VALUES, "staff": [{"id": "Ann", "bond": 5}, {"id": "Ann"}], "weeks": "two"}
    with pytest.raises(InputErrors) as caught:
        Ward.from_dict(wrong)
    assert {e.item for e in caught.value.errors} == {"staff[0].bond", "staff[1].id", "weeks"}
    assert all(e.file is None for e in caught.value.errors)
    with pytest.raises(InputErrors) as caught:
        Ward.from_text(yaml.safe_dump(wrong, sort_keys=False))
    assert all(e.file is None and e.line for e in caught.value.errors)
    assert "line " in str(caught.value)
    with pytest.raises(InputError, match="JSON"):
        Ward.from_text("{")
    for values in ([], None, 3):
        with pytest.raises(InputError, match="mapping"):
            Ward.from_dict(values)  # type: ignore[arg-type]
    with pytest.raises(InputError, match="version 2"):
        Ward.from_dict({**VALUES, "schema_version": 2})


def test_what_rests_on_a_list_with_a_fault_is_not_told() -> None:
    wrong = {
        **VALUES,
        "shifts": [VALUES["shifts"][0], {**VALUES["shifts"][1], "start": "25:00"}],
        "skill_mix": [{"minimum": 1, "between": ["21:00", "22:00"]}],
    }
    with pytest.raises(InputError) as caught:
        Ward.from_dict(wrong)
    assert str(caught.value) == "shifts[1].start: should be a clock time such as 07:30, found '25:00'"


@pytest.mark.parametrize("day", [2, "2026-01-07", date(2026, 1, 7), datetime(2026, 1, 7, 12)])
def test_a_pin_takes_any_day_and_is_taken_back(ward: Ward, day: Any) -> None:
    pinned = ward.pin("Ann", day, "N")
    assert (
        pinned.problem().digest()
        == Ward.from_dict({**VALUES, "pins": [{"staff": "Ann", "date": "2026-01-07", "shift": "N"}]}).problem().digest()
    )
    assert [p.shift for p in pinned.pin("Ann", day, None).pins] == ["off"]
    assert pinned.unpin("Ann", day) == ward
    problem = ward.problem()
    assert problem.pin("Ann", day, "N").unpin("Ann", day).digest() == problem.digest()
    assert problem.pin("Ann", day, "N").digest() == problem.pin("Ann", 2, "N").digest()


def test_people_come_and_go_with_what_is_said_of_them(ward: Ward) -> None:
    more = ward.with_staff(Staff(id="Chi"), {"id": "Dee", "weekly_hours": 30}).with_leave("Chi", 1, 3)
    more = more.with_request("Chi", "Mon", want="off").pin("Chi", 5, "E")
    assert [s.id for s in more.staff] == ["Ann", "Ben", "Chi", "Dee"]
    assert more.problem().employee_index("Dee") == 3
    assert more.without_staff("Chi", "Dee") == ward


def test_leave_is_cut_where_days_are_taken_out(ward: Ward) -> None:
    away = ward.with_leave("Ann", "2026-01-05", "2026-01-09", kind="sick")
    left = away.without_leave("Ann", "2026-01-07")
    assert [(str(e.first), str(e.last), e.kind) for e in left.leave] == [
        ("2026-01-05", "2026-01-06", "sick"),
        ("2026-01-08", "2026-01-09", "sick"),
    ]
    assert away.without_leave("Ann", 0, 6) == ward


def test_wishes_of_a_day_are_taken_out_and_others_stay(ward: Ward) -> None:
    wishes = ward.with_request("Ann", 0, "2026-01-06", avoid="N", weight=3).with_request("Ben", want=["E", "N"])
    left = wishes.without_requests("Ann", 0)
    assert [(r.staff, r.days) for r in left.requests] == [("Ann", ["2026-01-06"]), ("Ben", [])]
    assert left.without_requests("Ann").without_requests("Ben") == ward


def test_demand_of_a_day_holds_instead_and_is_taken_back(ward: Ward) -> None:
    more = ward.with_demand({"shifts": ["E"], "minimum": 2, "days": ["2026-01-06"]})
    again = more.with_demand({"shifts": ["E"], "minimum": 3, "days": ["2026-01-06"]})
    assert [d.minimum for d in again.demand] == [1, 3]
    assert again.without_demand("2026-01-06", "E") == ward


def test_of_several_wards_demand_and_pins_are_those_of_one() -> None:
    asked = [{"ward": unit, "shifts": ["E"], "minimum": 1} for unit in ("north", "south")]
    staff = [{"id": "Ann", "ward": "north"}, {"id": "Ben", "ward": "south"}]
    units = {"wards": [{"id": "north"}, {"id": "south"}], "staff": staff, "floats": [{}], "demand": asked}
    ward = Ward.from_dict({**VALUES, **units})
    more = ward.with_demand({"ward": "north", "shifts": ["E"], "minimum": 2})
    assert [(d.ward, d.minimum) for d in more.demand] == [("north", 2), ("south", 1)]
    pinned = ward.pin("Ann", 0, "E@south").problem()
    rows = [["-"] * 7, ["-"] * 7]
    rows[0][0] = "E@south"
    assert pinned.evaluate(pinned.roster(rows)).feasible
    rows[0][0] = "E@north"
    assert not pinned.evaluate(pinned.roster(rows)).feasible
    with pytest.raises(InputError, match="there is no shift 'E@east'"):
        ward.pin("Ann", 0, "E@east")


def test_neither_ward_changes_the_other(ward: Ward) -> None:
    other = ward.pin("Ann", 0, "E")
    other.staff[0].name = "Anna"
    other.shifts[0].name = "early"
    assert ward.to_dict() == VALUES


@pytest.mark.parametrize(
    ("edit", "said"),
    [
        (lambda w: w.pin("An", 0, "E"), "there is no member of staff 'An'; did you mean 'Ann'"),
        (lambda w: w.pin("Ann", 0, "Q"), "there is no shift 'Q'"),
        (lambda w: w.pin("Ann", "2026-02-01", "E"), "outside the horizon of 7 days, 2026-01-05 to 2026-01-11"),
        (lambda w: w.pin("Ann", 7, "E"), "outside the horizon"),
        (lambda w: w.pin("Ann", "soon", "E"), "'soon' is no day"),
        (lambda w: w.pin("Ann", 1.5, "E"), "is 1.5; expected a whole number or a date"),
        (lambda w: w.unpin("Ann", 0), "pins: no entry says so: Ann on 2026-01-05"),
        (lambda w: w.with_staff({"id": "Ann"}), "staff Ann: is in the ward already"),
        (lambda w: w.with_staff({"id": "X", "bond": 2}), "staff[2].bond: unknown key; did you mean 'band'"),
        (lambda w: w.with_staff("Eve"), "staff[2]: a mapping"),
        (lambda w: w.without_staff("Ann", "Ben"), "staff: nobody would be left"),
        (lambda w: w.with_leave("Ann", 3, 2), "leave[0]: ends on 2026-01-07, before it begins"),
        (lambda w: w.with_leave("Ann", 3, kind="zzz"), "leave[0].kind"),
        (lambda w: w.without_leave("Ann", 3), "staff Ann: has no leave"),
        (lambda w: w.with_request("Ann", 3), "requests[0]: needs either want or avoid"),
        (lambda w: w.with_request("Ann", "2026-03-01", want="off"), "outside the horizon"),
        (lambda w: w.without_requests("Ann", 3), "staff Ann: has no wish"),
        (lambda w: w.with_demand({"shifts": ["E"], "minimum": -1}), "demand[1].minimum"),
        (lambda w: w.without_demand(3), "demand: no entry says so"),
    ],
)
def test_an_edit_that_makes_no_sense_says_why(ward: Ward, edit: Callable[[Ward], Ward], said: str) -> None:
    with pytest.raises(InputError) as caught:
        edit(ward)
    assert said in str(caught.value)


def test_a_document_is_solved_and_evaluated_as_it_is(ward: Ward) -> None:
    result = optimise.solve(ward, "highs", limits=optimise.Limits(seconds=20))
    assert result.plan is not None
    assert optimise.evaluate(ward, result.plan) == result.evaluation
    with pytest.raises(optimise.WardwiseError, match="not a planning problem: dict"):
        optimise.solve(VALUES)  # type: ignore[arg-type]


def test_many_edits_are_those_of_one_after_the_other(ward: Ward) -> None:
    edits: list[Callable[[Ward], Ward]] = [
        lambda w: w.pin("Ann", 0, "E"),
        lambda w: w.unpin("Ann", 0),
        lambda w: w.pin("Ben", 1, "N"),
    ]
    assert ward.edited(edits) == ward.pin("Ann", 0, "E").unpin("Ann", 0).pin("Ben", 1, "N")


def test_many_edits_share_nothing_with_the_ward(ward: Ward) -> None:
    made = ward.edited([lambda w: w.pin("Ann", 0, "E")])
    made.staff[0].skills.append("new")
    made.pin("Ben", 2, "E").staff[0].skills.append("newer")
    assert ward.to_dict() == VALUES
    assert made.staff[0].skills == ["new"]


def test_many_edits_copy_the_ward_once(ward: Ward, monkeypatch: pytest.MonkeyPatch) -> None:
    deep: list[bool] = []
    copy = Ward.model_copy

    def counted(self: Ward, **given: Any) -> Ward:
        deep.append(given.get("deep", False))
        return copy(self, **given)

    monkeypatch.setattr(Ward, "model_copy", counted)
    ward.edited([lambda w, day=day: w.pin("Ann", day, "E") for day in range(7)])  # type: ignore[misc]
    assert deep.count(True) == 1
