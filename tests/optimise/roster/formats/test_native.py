"""The native ward: what it means as a problem, and what is told to the planner when it makes no sense."""

from __future__ import annotations

import json
import math
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from pydantic import BaseModel

import optimise
from optimise.core.errors import InputError
from optimise.roster.formats.native import schema, schema_text
from optimise.roster.formats.ward import Staff, Ward
from optimise.roster.problem import Employee, Roster, RosterProblem

pytestmark = pytest.mark.quick

ROOT = Path(__file__).resolve().parents[4]
SHIFTS = [
    {"id": "E", "start": "07:00", "end": "15:00", "break_minutes": 30},
    {"id": "L", "start": "13:00", "end": "21:00", "break_minutes": 30},
    {"id": "N", "start": "20:30", "end": "07:30", "break_minutes": 60},
]


def document(**changes: Any) -> dict[str, Any]:
    """A small ward of two people and a week, without rules beyond those given."""
    return {
        "start": "2026-01-05",
        "days": 7,
        "shifts": SHIFTS,
        "rules": {"min_rest_hours": "none", "max_average_weekly_hours": "none", "max_consecutive_days": "none"},
        "staff": [{"id": "Ann", "band": 6, "skills": ["charge"]}, {"id": "Ben", "band": "5"}],
        **changes,
    }


def problem(**changes: Any) -> RosterProblem:
    return Ward.model_validate(document(**changes)).problem()


def rostered(made: RosterProblem, *rows: str) -> Roster:
    """A roster from words such as ``"E L N - -"``; short rows are filled with days off."""
    return made.roster([(row.split() + ["-"] * 7)[: made.horizon.days] for row in rows])


def amounts(made: RosterProblem, *rows: str) -> dict[str, float]:
    """Amount by rule, rules that are kept left out."""
    return {rule: amount for rule, amount in made.evaluate(rostered(made, *rows)).by_rule().items() if amount}


def cost(made: RosterProblem, *rows: str) -> float:
    return made.evaluate(rostered(made, *rows)).cost


# ---------------------------------------------------------------------------------------------- limits


def test_rest_is_counted_by_the_clock() -> None:
    made = problem(rules={"min_rest_hours": 11, "max_average_weekly_hours": "none"})
    assert amounts(made, "L E", "N - E") == {"11 h rest between shifts": 1}
    assert amounts(made, "E L N N", "-") == {}


def messages(made: RosterProblem, *rows: str) -> list[str]:
    return [v.message for v in made.evaluate(rostered(made, *rows)).violations]


def test_a_breach_names_the_duties_worked_not_all_that_are_forbidden() -> None:
    made = problem(rules={"min_rest_hours": 11, "max_average_weekly_hours": "none"})
    for row in ("- N E", "- N L", "- N E"):  # what is kept of the first roster is not told of the second
        expected = f"Ann: less than 11 h rest between N and {row[-1]} (Tue 6 Jan to Wed 7 Jan)"
        assert messages(made, row, "-") == [expected]


def test_a_breach_names_the_past_duty_of_the_history() -> None:
    staff = [{"id": "Ann", "history": {"duties": ["N"]}}]
    made = problem(rules={"min_rest_hours": 11, "max_average_weekly_hours": "none"}, staff=staff)
    assert messages(made, "L") == ["Ann: less than 11 h rest between N and L (Mon 5 Jan)"]


def test_an_unwelcome_sequence_names_the_duties_worked() -> None:
    rules = {"max_average_weekly_hours": "none", "forbidden_sequences": [{"sequence": ["E|L", "off", "work"]}]}
    assert messages(problem(rules=rules), "L - N", "-") == ["Ann: sequence L off N (Mon 5 Jan to Wed 7 Jan)"]


def test_lawful_limits_hold_unless_switched_off() -> None:
    lawful = problem(rules={})
    assert amounts(lawful, "E E E E E E E", "-") == {
        "at most 6 working days in a row": 1,
        "at most 48 h a week on average": 7 * 450 - 48 * 60,
    }
    assert amounts(problem(), "E E E E E E E", "-") == {}


def test_a_contract_comes_before_the_ward_and_a_person_before_both() -> None:
    made = problem(
        rules={"max_consecutive_days": 2, "max_average_weekly_hours": "none"},
        contracts=[{"id": "c", "max_consecutive_days": {"limit": 3, "weight": 7}}],
        staff=[
            {"id": "Ann", "contract": "c"},
            {"id": "Ben", "contract": "c", "limits": {"max_consecutive_days": "none"}},
        ],
    )
    assert cost(made, "E E E E E", "E E E E E") == 14


def test_history_continues_a_run() -> None:
    staff = [{"id": "Ann", "history": {"duties": ["off", "E", "E"]}}, {"id": "Ben"}]
    made = problem(staff=staff, rules={"max_consecutive_days": 3, "max_average_weekly_hours": "none"})
    assert amounts(made, "E E", "E E E") == {"at most 3 working days in a row": 1}


def test_nights_are_limited_and_followed_by_days_off() -> None:
    rules = {
        "max_consecutive_nights": 2,
        "days_off_after_nights": 2,
        "min_consecutive_nights": {"limit": 2, "weight": 3},
    }
    made = problem(rules={**document()["rules"], **rules})
    assert amounts(made, "N N - - E", "N N N") == {"at most 2 nights in a row": 1}
    assert amounts(made, "- N - E", "-") == {"at least 2 nights in a row": 1, "2 days off after nights": 1}


def test_leave_does_not_count_as_too_many_days_off() -> None:
    rules = {**document()["rules"], "max_consecutive_days_off": 2}
    leave = [{"staff": "Ben", "first": "2026-01-07", "last": "2026-01-09"}]
    made = problem(rules=rules, leave=leave)
    # Ann: one window of three days off too many; Ben: his three days of leave break his days off
    assert amounts(made, "E - - - E E E", "- - - - - - -") == {"at most 2 days off in a row": 1}


def test_weekends_count_in_any_window_with_history() -> None:
    rules = {**document()["rules"], "min_weekends_off": {"limit": 1, "weeks": 2}}
    staff = [
        {"id": "Ann", "history": {"weekends": [False, True]}},
        {"id": "Ben", "history": {"weekends": [True, False]}},
    ]
    made = problem(rules=rules, staff=staff)
    assert amounts(made, "- - - - - E", "- - - - - E") == {"at least 1 weekends off in any 2": 1}


def test_a_weekend_begun_before_the_plan_counts_once() -> None:
    rules = {**document()["rules"], "max_weekends": 1}
    staff = [{"id": "Ann", "history": {"duties": ["E"]}}, {"id": "Ben", "history": {"duties": ["off"]}}]
    made = problem(start="2026-01-11", days=8, rules=rules, staff=staff)
    # Sunday, then Saturday of the next weekend; Ann already worked the first Saturday
    assert amounts(made, "- - - - - - E", "E - - - - - -") == {"at most 1 weekends worked": 1}
    assert amounts(made, "E - - - - - -", "- - - - - - E") == {}


def test_contracted_hours_credit_leave_and_carry_the_balance() -> None:
    staff = [
        {"id": "Ann", "weekly_hours": 37.5, "history": {"balance_hours": 7.5}},
        {"id": "Ben", "weekly_hours": 37.5},
    ]
    leave = [{"staff": "Ben", "first": "2026-01-05", "last": "2026-01-11"}]
    made = problem(staff=staff, leave=leave, rules={**document()["rules"], "hours": [{"hard": True}]})
    assert amounts(made, "E E E E", "-") == {}
    assert amounts(made, "E E E", "-") == {"contracted hours": 450}


def test_hours_average_over_past_weeks_as_far_as_they_are_known() -> None:
    staff = [{"id": "Ann", "history": {"weekly_hours": [60, 45]}}, {"id": "Ben", "history": {"weekly_hours": [45]}}]
    made = problem(staff=staff, rules={"max_average_weekly_hours": {"limit": 40, "weeks": 2}})
    # both: 80 h over two weeks, 45 of them gone; five shifts of 7.5 h are 2.5 h too many
    assert amounts(made, "E E E E E", "E E E E") == {"at most 40 h a week on average": 150}


def test_a_part_of_a_week_is_no_smaller_average_week() -> None:
    made = problem(days=5, rules={"max_average_weekly_hours": 30})
    assert amounts(made, "E E E E", "-") == {}
    assert amounts(made, "E E E E E", "-") == {"at most 30 h a week on average": 450}
    ten = problem(days=10, rules={"max_average_weekly_hours": 30})  # two weeks, as far as anybody knows
    rows = [["E"] * 8 + ["-"] * 2, ["-"] * 10]
    assert ten.evaluate(ten.roster(rows)).by_rule()["at most 30 h a week on average"] == 0


def test_an_opt_out_lifts_the_average_week_but_not_a_limit_of_ones_own() -> None:
    own = {"limits": {"max_average_weekly_hours": 30}}
    staff = [{"id": "Ann", "working_time_opt_out": True}, {"id": "Ben"}]
    made = problem(staff=staff, rules={"max_average_weekly_hours": 40})
    assert amounts(made, "E E E E E E", "E E E E E E") == {"at most 40 h a week on average": 300}
    made = problem(staff=[{**staff[0], **own}, staff[1]], rules={"max_average_weekly_hours": 40})
    assert amounts(made, "E E E E E", "-") == {"at most 30 h a week on average": 450}


def test_a_month_of_leave_balances_the_contract_in_every_month() -> None:
    for month, days in ((1, 31), (2, 28), (3, 31), (4, 30)):
        leave = [{"staff": "Ann", "first": f"2026-{month:02d}-01", "last": f"2026-{month:02d}-{days}"}]
        for working in ({}, {"working_days": ["Mon", "Wed", "Sat"]}):
            staff = [{"id": "Ann", "weekly_hours": 22.5, **working}]
            rules = {**document()["rules"], "hours": [{"hard": True}]}
            made = problem(start=f"2026-{month:02d}-01", days=days, staff=staff, leave=leave, rules=rules)
            assert made.evaluate(made.roster([["-"] * days])).feasible


def test_contract_hours_follow_the_working_days() -> None:
    staff = [{"id": "Ann", "weekly_hours": 37.5}, {"id": "Ben", "weekly_hours": 15, "working_days": ["Mon", "Tue"]}]
    made = problem(days=2, staff=staff, rules={**document()["rules"], "hours": [{"hard": True}]})
    assert amounts(made, "E E", "E E") == {}
    made = problem(start="2026-01-10", days=2, staff=staff, rules={**document()["rules"], "hours": [{"hard": True}]})
    assert amounts(made, "-", "-") == {}  # a weekend


def test_blocks_shorter_than_the_plan_are_counted_apart() -> None:
    made = problem(days=14, rules={**document()["rules"], "hours": [{"maximum": 15, "weeks": 1, "weight": 60}]})
    row = "E E E - - - - E E E E - - -"
    assert made.evaluate(made.roster([row.split(), ["-"] * 14])).cost == 60 * 7.5 * 3


def test_rolling_hours_reach_back_into_history() -> None:
    staff = [{"id": "Ann", "history": {"duties": ["E", "E"]}}, {"id": "Ben"}]
    made = problem(staff=staff, rules={"max_hours_in_7_days": 22.5, "max_average_weekly_hours": "none"})
    assert amounts(made, "E - - - -", "E E E") == {}
    assert amounts(made, "E E", "-") == {"at most 22.5 h in 7 days": 4 * 450}  # in four windows


# ---------------------------------------------------------------------------------------------- cover


def test_the_most_particular_days_hold() -> None:
    demand = [
        {"shifts": ["E"], "minimum": 2, "weight": 1},
        {"shifts": ["E"], "minimum": 1, "weight": 1, "days": ["weekends"]},
        {"shifts": ["E"], "minimum": 5, "weight": 1, "days": ["Tue"]},
        {"shifts": ["E"], "minimum": 0, "weight": 1, "days": ["2026-01-06", "2026-01-08..2026-01-09"]},
    ]
    assert cost(problem(demand=demand), "-", "-") == 2 + 0 + 2 + 0 + 0 + 1 + 1


def test_gaps_are_filled_by_bank_then_agency_then_left() -> None:
    tiers = [{"up_to": 1, "weight": 10}, {"up_to": 1, "weight": 20}, {"weight": 50}]
    made = problem(demand=[{"shifts": ["E"], "days": ["Mon"], "minimum": 4}], cover_tiers=tiers)
    assert [cost(made, a, b) for a, b in (("-", "-"), ("E", "-"), ("E", "E"))] == [130, 80, 30]


def test_a_last_bounded_tier_is_a_hard_floor() -> None:
    made = problem(demand=[{"shifts": ["E"], "days": ["Mon"], "minimum": 2, "tiers": [{"up_to": 1, "weight": 10}]}])
    assert made.evaluate(rostered(made, "-", "-")).hard == 1
    assert made.evaluate(rostered(made, "E", "-")).feasible


def test_clock_intervals_are_covered_by_whatever_shift_is_on() -> None:
    demand = [{"between": ["14:00", "22:00"], "days": ["Mon"], "minimum": 1, "weight": 80}]
    made = problem(demand=demand)
    # 14:00-15:00 by E or L, to 20:30 by L, to 21:00 by L or N, to 22:00 by N: two head counts, L (7 h) and N (1 h)
    assert cost(made, "-", "-") == 80
    assert cost(made, "L", "-") == 10
    assert cost(made, "L", "N") == 0
    assert cost(made, "E", "E") == 80


def test_intervals_after_midnight_look_at_the_day_before() -> None:
    demand = [{"between": ["00:00", "06:00"], "minimum": 1, "weight": 1}]
    known = [{"id": "Ann", "history": {"duties": ["N"]}}, {"id": "Ben"}]
    assert cost(problem(demand=demand), "-", "-") == 6  # nobody knows who worked the night before the first day
    assert cost(problem(demand=demand, staff=known), "-", "-") == 6
    known[0]["history"] = {"duties": ["off"]}
    # nothing in the plan can mend the first small hours
    assert cost(problem(demand=demand, staff=known), "N N", "-") == 4


def test_a_nurse_in_charge_is_wanted_on_every_shift_or_at_all_times() -> None:
    charge = {"who": {"skills": ["charge"]}, "minimum": 1, "weight": 1}
    assert cost(problem(skill_mix=[charge]), "E", "E L N") == 20
    always = problem(skill_mix=[{**charge, "between": ["07:30", "07:30"]}])
    assert cost(always, "N N N N N N N", "-") == pytest.approx(7 * (21 - 7.5) / 24)


def test_a_share_of_those_on_duty_is_kept() -> None:
    staff = [{"id": "Ann", "band": "5"}, {"id": "Ben", "band": "2"}, {"id": "Chi", "band": "2"}]
    share = {"who": {"bands": ["5"]}, "share": 0.5, "shifts": ["E", "L"], "weight": 8}
    made = problem(staff=staff, skill_mix=[share])
    # one of three: half a registered nurse short
    assert cost(made, "E", "L", "E") == 4
    assert cost(made, "E", "L", "-") == 0


def test_pairs_are_kept_apart_together_and_supervised() -> None:
    apart = problem(pairs=[{"kind": "apart", "staff": ["Ann", "Ben"], "weight": 5}])
    assert [cost(apart, "E", b) for b in ("E", "L")] == [5, 0]
    together = problem(pairs=[{"kind": "together", "staff": ["Ann", "Ben"], "weight": 5}])
    assert [cost(together, "E", b) for b in ("E", "L", "-")] == [0, 10, 5]
    supervised = problem(pairs=[{"kind": "supervised", "staff": ["Ben"], "by": {"bands": [6]}, "weight": 5}])
    assert [cost(supervised, a, "E") for a in ("E", "L", "-")] == [0, 5, 5]
    assert cost(supervised, "E", "-") == 0


def test_supervision_by_somebody_there_throughout() -> None:
    shifts = [*SHIFTS, {"id": "D", "start": "07:00", "end": "19:30"}]
    made = problem(
        shifts=shifts, pairs=[{"kind": "supervised", "staff": ["Ben"], "by": {"staff": ["Ann"]}, "weight": 5}]
    )
    assert [cost(made, "D", b) for b in ("E", "L", "D")] == [0, 5, 0]


# ---------------------------------------------------------------------------------------------- single days


def test_requests_pins_and_leave() -> None:
    made = problem(
        requests=[
            {"staff": "Ann", "days": ["Mon"], "want": ["E"], "weight": 3},
            {"staff": "Ann", "days": ["Tue"], "want": "off", "weight": 4},
            {"staff": "Ben", "days": ["weekdays"], "avoid": ["N"], "weight": 5},
        ],
        pins=[{"staff": "Ben", "date": "2026-01-09", "shift": "L"}],
        leave=[{"staff": "Ann", "first": "2026-01-01", "last": "2026-01-05", "kind": "sick"}],
    )
    assert amounts(made, "- E", "N - - - L") == {"requests": 2}
    assert cost(made, "- E", "N - - - L") == 9
    assert amounts(made, "E", "-") == {"leave": 1, "pinned": 1}


def test_shifts_only_for_some() -> None:
    shifts = [*SHIFTS[:2], {**SHIFTS[2], "who": {"skills": ["charge"]}}]
    staff = [{"id": "Ann", "skills": ["charge"], "shifts": ["E", "N"]}, {"id": "Ben"}]
    made = problem(shifts=shifts, staff=staff)
    assert amounts(made, "E N L", "N L") == {"shifts a person may work": 2}


# ---------------------------------------------------------------------------------------------- documents


def test_a_new_person_is_bound_like_another() -> None:
    staff = [{"id": "Ann", "weekly_hours": 15, "groups": ["g"]}, {"id": "Ben", "weekly_hours": 7.5}]
    demand = [{"between": ["07:00", "12:00"], "days": ["Mon"], "who": {"groups": ["g"]}, "minimum": 1, "weight": 9}]
    made = problem(staff=staff, demand=demand)
    grown = made.with_employee(Employee("Chi", groups=("g",)), like="Ann")
    assert cost(made, "-", "-") == 9 + 2 * 15 + 2 * 7.5
    assert cost(grown, "-", "-", "E E") == 2 * 15 + 2 * 7.5


def test_edited_from_python() -> None:
    ward = Ward.load(ROOT / "examples" / "minimal.yaml")
    ward.staff.append(Staff(id="Flo", weekly_hours=30))
    ward.staff[0].skills.append("charge")
    made = ward.problem()
    assert made.shape == (6, 14, 4)
    assert made.employees[0].skills == ("charge",)


@pytest.mark.parametrize("suffix", [".json", ".yaml"])
@pytest.mark.parametrize("example", ["ward30.json", "ward4x7.json", "minimal.yaml", "annotated.yaml"])
def test_what_is_written_reads_the_same(example: str, suffix: str, tmp_path: Path) -> None:
    ward = Ward.load(ROOT / "examples" / example)
    again = Ward.load(ward.save(tmp_path / f"again{suffix}"))
    assert again == ward
    assert again.problem().digest() == ward.problem().digest()


def test_the_annotated_example_shows_every_key() -> None:
    ward = Ward.load(ROOT / "examples" / "annotated.yaml")
    said = {key for part in walk(ward) for key in part.model_fields_set}
    known = {key for part in walk(ward) for key in type(part).model_fields}
    assert known - said == {"weekly", "own"}  # a rule of one's own needs a package
    assert {type(part).__name__ for part in walk(ward)} >= {"Hours", "ShiftLimit", "Sequence", "Tier", "Pin", "Pair"}


def walk(part: object) -> Iterator[BaseModel]:
    if isinstance(part, BaseModel):
        yield part
        for key in type(part).model_fields:
            yield from walk(getattr(part, key))
    elif isinstance(part, list):
        for each in part:
            yield from walk(each)


def test_limits_in_every_spelling_survive(tmp_path: Path) -> None:
    rules = {
        "max_consecutive_days": 5,
        "min_rest_hours": {"limit": 12, "weight": 3},
        "max_weekends": {"limit": 1, "weeks": 2, "hard": True},
        "max_average_weekly_hours": "none",
        "complete_weekends": True,
        "no_night_before_leave": {"weight": 2},
        "no_night_before_weekend_off": "none",
    }
    ward = Ward.model_validate(document(rules=rules))
    assert ward.data()["rules"] == {**rules, "min_rest_hours": {"limit": 12.0, "weight": 3.0}}
    assert Ward.load(ward.save(tmp_path / "w.json")) == ward


def test_read_through_the_registry() -> None:
    made = optimise.read(ROOT / "examples" / "ward30.json")
    assert isinstance(made, RosterProblem)
    assert (made.family, made.shape) == ("native", (30, 28, 5))
    free = made.evaluate(rostered_free(made))
    assert free.feasible
    assert math.isfinite(free.cost)


def rostered_free(made: RosterProblem) -> Roster:
    return made.roster([["-"] * made.horizon.days] * len(made.employees))


def test_published_schema_is_up_to_date() -> None:
    file = ROOT / "optimise" / "formats" / "schema" / "ward-1.json"
    kept, made = (json.loads(text) for text in (file.read_text(encoding="utf-8"), schema_text()))
    assert kept == made, "write it again: python -m optimise.roster.formats.native"


@pytest.mark.parametrize("example", ["ward30.json", "ward4x7.json"])
def test_examples_satisfy_the_schema(example: str) -> None:
    jsonschema = pytest.importorskip("jsonschema")
    jsonschema.Draft202012Validator.check_schema(schema())
    data = json.loads((ROOT / "examples" / example).read_text(encoding="utf-8"))
    jsonschema.validate(data, schema())
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate({**data, "stuff": []}, schema())


# ---------------------------------------------------------------------------------------------- mistakes


@pytest.mark.parametrize(
    ("changes", "item", "message"),
    [
        ({"stafff": []}, "stafff", "unknown key; did you mean 'staff'?"),
        ({"staff": [{"id": "Ann", "skils": []}]}, "staff[0].skils", "did you mean 'skills'?"),
        ({"staff": []}, "staff", "at least 1 item"),
        ({"start": "2026-02-30"}, "start", "date"),
        ({"weeks": 2}, "days", "2 weeks are 14 days, but days says 7; give weeks or days"),
        ({"shifts": [{"id": "E", "start": "seven", "end": "15:00"}]}, "shifts[0].start", "clock time"),
        ({"shifts": [{"id": "E", "start": "15:00", "end": "07:00"}]}, "shifts[0]", "swapped"),
        ({"shifts": [{"id": "E", "start": "15:00", "end": "07:00", "overnight": False}]}, "shifts[0]", "after it ends"),
        ({"shifts": [{"id": "off", "start": "07:00", "end": "15:00"}]}, "shifts[0]", "cannot be called"),
        ({"shifts": [*SHIFTS, SHIFTS[0]]}, "shifts[3].id", "also the id of shifts[0]"),
        ({"staff": [{"id": "A"}, {"id": "A"}]}, "staff[1].id", "also the id of staff[0]"),
        ({"skills": ["charge"], "staff": [{"id": "A", "skills": ["chrage"]}]}, "staff[0].skills[0]", "mean 'charge'"),
        ({"staff": [{"id": "A", "contract": "x"}]}, "staff[0].contract", "no contract is called 'x'"),
        ({"staff": [{"id": "A", "history": {"duties": ["X"]}}]}, "staff[0].history.duties[0]", "no shift"),
        ({"demand": [{"shifts": ["X"]}]}, "demand[0].shifts[0]", "no shift is called 'X'; known: E, L, N"),
        ({"demand": [{"minimum": 1}]}, "demand[0]", "either shifts or between"),
        ({"demand": [{"shifts": ["E"], "minimum": 3, "maximum": 2}]}, "demand[0]", "minimum 3 is above maximum 2"),
        ({"demand": [{"shifts": ["E"], "days": ["Mo"]}]}, "demand[0].days[0]", "should be a date"),
        ({"demand": [{"shifts": ["E"], "days": ["2026-02-31"]}]}, "demand[0].days[0]", "day"),
        ({"demand": [{"shifts": ["E"], "days": ["2026-03-01"]}]}, "demand[0].days[0]", "outside the plan"),
        ({"demand": [{"shifts": ["E"]}, {"shifts": ["E"]}]}, "demand[1]", "the same on Mon 5 Jan as demand[0]"),
        (
            {"demand": [{"between": ["07:00", "12:00"], "who": {"skills": ["x"]}}]},
            "demand[0].who.skills[0]",
            "no skill",
        ),
        ({"shifts": SHIFTS[:1], "demand": [{"between": ["14:00", "16:00"]}]}, "demand[0].between", "15:00 to 16:00"),
        ({"cover_tiers": [{"weight": 5}, {"weight": 9}], "demand": [{"shifts": ["E"]}]}, "cover_tiers[0]", "up_to"),
        (
            {"cover_tiers": [{"weight": 5, "up_to": 1}, {"weight": 3}], "demand": [{"shifts": ["E"]}]},
            "cover_tiers[1]",
            "cheaper",
        ),
        ({"leave": [{"staff": "Benn", "first": "2026-01-05"}]}, "leave[0].staff", "mean 'Ben'"),
        (
            {
                "unavailable": [{"staff": "Ben", "between": ["14:00", "24:00"]}],
                "pins": [{"staff": "Ben", "date": "2026-01-07", "shift": "L"}],
            },
            "pins[0]",
            "unavailable in hours of shift L",
        ),
        ({"leave": [{"staff": "Ben", "first": "2026-01-07", "last": "2026-01-05"}]}, "leave[0]", "before it begins"),
        ({"leave": [{"staff": "Ben", "first": "2026-01-07"}] * 2}, "leave[1]", "already by leave[0]"),
        ({"requests": [{"staff": "Ben", "days": ["Mon"]}]}, "requests[0]", "either want or avoid"),
        ({"requests": [{"staff": "Zed", "days": ["Mon"], "want": "off"}]}, "requests[0].staff", "nobody"),
        ({"requests": [{"staff": "Ben", "days": ["Mon"], "want": "offf"}]}, "requests[0].want", "should be"),
        ({"rules": {"max_consecutive_days": 3, "min_consecutive_days": 4}}, "rules.min_consecutive_days", "above"),
        (
            {"rules": {"max_consecutive_days": {"limit": 3, "hard": True, "weight": 1}}},
            "rules.max_consecutive_days",
            "both",
        ),
        ({"rules": {"max_consecutive_days": -1}}, "rules.max_consecutive_days", "greater than or equal to 0"),
        ({"pins": [{"staff": "Ben", "date": "2026-02-01", "shift": "E"}]}, "pins[0].date", "outside the plan"),
        (
            {
                "pins": [{"staff": "Ben", "date": "2026-01-06", "shift": "E"}],
                "leave": [{"staff": "Ben", "first": "2026-01-06"}],
            },
            "pins[0]",
            "on leave",
        ),
        ({"pairs": [{"kind": "apart", "staff": ["Ben", "Ben"]}]}, "pairs[0].staff", "twice"),
        ({"skill_mix": [{"who": {}, "minimum": 1, "share": 0.5}]}, "skill_mix[0]", "either minimum or share"),
        ({"contracts": [{"id": "a"}, {"id": "b"}]}, "staff[0]", "no contract"),
        ({"schema_version": 2}, "schema_version", "newer"),
    ],
)
def test_mistakes_name_the_item_and_the_line(
    changes: dict[str, Any], item: str | None, message: str, tmp_path: Path
) -> None:
    text = json.dumps(document(**changes), indent=1)
    for name in ("ward.json", "ward.yaml"):
        file = tmp_path / name
        file.write_text(text, encoding="utf-8")
        with pytest.raises(InputError) as caught:
            optimise.read(file)
        assert caught.value.item == item
        assert message in caught.value.message
        assert caught.value.file == file
        assert caught.value.line is not None
        if item is not None:
            assert 1 <= caught.value.line <= text.count("\n") + 1
            last = item.rsplit(".")[-1].partition("[")[0]
            if not item.endswith("]"):
                assert f'"{last}"' in text.splitlines()[caught.value.line - 1]


@pytest.mark.parametrize(
    ("name", "text", "message"),
    [
        ("w.json", '{"staff": [}', "not valid JSON"),
        ("w.json", '{"staff": 1, "staff": 2}', "given twice"),
        ("w.json", '{"staff": NaN}', "NaN"),
        ("w.json", "[1]", "mapping"),
        ("w.json", "[" * 100_000, "deeply"),
        ("w.yaml", "staff: [", "not YAML"),
        ("w.yaml", "staff: 1\nstaff: 2", "given twice"),
        ("w.yaml", "a: &x 1\nb: *x", "aliases"),
        ("w.yaml", "", "mapping"),
        ("w.yaml", "? [1]\n: 2", "key"),
    ],
)
def test_broken_files(name: str, text: str, message: str, tmp_path: Path) -> None:
    file = tmp_path / name
    file.write_text(text, encoding="utf-8")
    with pytest.raises(InputError) as caught:
        Ward.load(file)
    assert message in str(caught.value)
    assert name in str(caught.value)
