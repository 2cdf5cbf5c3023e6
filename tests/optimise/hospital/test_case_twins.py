"""Twins of the small cases: the same needs with other numbers, wards, days and names, answers worked out by hand."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import optimise
from optimise import Limits
from optimise.core.result import Result, Stop
from optimise.hospital.formats.hospital import problem_of
from optimise.hospital.formats.hospital_schema import HospitalFile
from optimise.hospital.problem import HospitalPlan, HospitalProblem
from optimise.hospital.repair import moves_of


def made(beds: dict[str, int], people: list[dict[str, Any]], days: int, **more: Any) -> HospitalProblem:
    rooms = [{"id": name, "beds": number} for name, number in beds.items()]
    data = {"kind": "hospital", "days": days, "rooms": rooms, "patients": people} | more
    return problem_of(HospitalFile.model_validate(data))


def solved(problem: HospitalProblem) -> Result[HospitalPlan]:
    result = optimise.solve(problem, "auto", limits=Limits(seconds=60))
    assert result.stop is Stop.OPTIMAL
    assert result.plan is not None
    return result


def lying(names: str, room: str, stay: int, gender: str = "M", **more: Any) -> list[dict[str, Any]]:
    return [{"id": name, "gender": gender, "stay": stay, "room": room} | more for name in names]


def coming(names: str, day: int, stay: int, gender: str = "M", **more: Any) -> list[dict[str, Any]]:
    return [{"id": n, "gender": gender, "stay": stay, "earliest": day, "latest": day} | more for n in names]


@pytest.mark.parametrize(("inside", "closes"), [("ABC", 3), ("A", 1), ("AB", 2)])
def test_a_bay_closes_and_everybody_in_it_moves_once(inside: str, closes: int) -> None:
    shut = [{"id": "North", "beds": 4, "closed": [{"first_day": closes, "last_day": 5}]}, {"id": "South", "beds": 5}]
    problem = made({}, lying(inside, "North", 6) + lying("Z", "South", 1), 6, rooms=shut)
    result = solved(problem)
    assert result.plan is not None
    assert sorted(problem.patients.ids[move[0]] for move in moves_of(problem, result.plan)) == sorted(inside)
    assert result.cost == 50 * len(inside)
    assert all(
        any(f"patient {p} moves from room North to South" in text for text in result.explanation) for p in inside
    )


def test_whoever_goes_home_before_the_bay_closes_stays_there() -> None:
    shut = [{"id": "North", "beds": 4, "closed": [{"first_day": 2, "last_day": 5}]}, {"id": "South", "beds": 5}]
    assert solved(made({}, lying("AB", "North", 2), 6, rooms=shut)).cost == 0


@pytest.mark.parametrize("others", ["Q", "QR"])
def test_a_new_infection_parts_the_bay_by_the_fewest_moves(others: str) -> None:
    """One with norovirus among others: he or she goes, whatever their number, unless they are as few."""
    people = lying("P", "Bay 7", 4, isolation="norovirus") + lying(others, "Bay 7", 4)
    problem = made({"Bay 7": 4, "Bay 8": 4}, people, 4)
    result = solved(problem)
    assert result.plan is not None
    moved = {problem.patients.ids[move[0]] for move in moves_of(problem, result.plan)}
    assert len(moved) == 1
    assert len(others) == 1 or moved == {"P"}
    assert any(f"patient {next(iter(moved))} moves from room Bay 7 to Bay 8" in text for text in result.explanation)


@pytest.mark.parametrize(("beds", "come", "day"), [(2, 5, 0), (4, 5, 3), (1, 4, 1)])
def test_emergencies_beyond_the_beds_are_named_and_priced(beds: int, come: int, day: int) -> None:
    names = "ABCDEFG"[:come]
    result = solved(made({"Bay": beds}, coming(names, day, 2, "F"), day + 2))
    assert result.cost == 10_000 * (come - beds)
    told = [text for text in result.explanation if "no bed for patient" in text]
    assert len(told) == come - beds
    assert all(f"who must come on day {day}" in text for text in told)


@pytest.mark.parametrize(("must", "may", "beds"), [(1, 4, 3), (2, 2, 3)])
def test_those_who_can_wait_are_left_out_first(must: int, may: int, beds: int) -> None:
    people = coming("ABC"[:must], 1, 1) + coming("UVWX"[:may], 1, 1, mandatory=False)
    result = solved(made({"Bay": beds}, people, 2))
    assert result.plan is not None
    assert (result.plan.admission[:must] >= 0).all()
    assert int((result.plan.admission < 0).sum()) == must + may - beds


@pytest.mark.parametrize("nights", [1, 3])
def test_intensive_care_by_night_of_the_stay_frees_the_bed_for_the_next(nights: int) -> None:
    care = [{"nights": nights, "needs": ["ventilator"]}]
    rooms = [{"id": "Unit", "beds": 1, "features": ["ventilator"], "gender": "any"}, {"id": "Ward", "beds": 3}]
    people = [{"id": "A", "gender": "F", "stay": 5, "room": "Unit", "care": care}]
    people += coming("B", nights, 2, "F", care=[{"nights": 1, "needs": ["ventilator"]}])
    problem = made({}, people, 6, rooms=rooms, rules={"Transfer": 2})
    result = solved(problem)
    assert result.plan is not None
    assert result.cost == 2  # A moves to the ward; nobody needs the bed of B
    assert (result.plan.room[0, :5] == [0] * nights + [1] * (5 - nights)).all()
    assert result.plan.room[1, nights] == 0


@pytest.mark.parametrize("day", [0, 2])
def test_an_in_patient_is_operated_on_the_day_with_a_list(day: int) -> None:
    minutes = [300 * (d == day) for d in range(4)]
    layers = {"theatres": [{"id": "T9", "minutes": minutes}], "surgeons": [{"id": "Dr", "minutes": [300] * 4}]}
    problem = made({"B": 1}, lying("H", "B", 4, surgeon="Dr", surgery_minutes=200), 4, **layers)
    plan = solved(problem).plan
    assert plan is not None
    operation = int(np.flatnonzero(problem.patients.operation)[0])
    assert plan.admission[operation] == day


@pytest.mark.parametrize(("women", "men"), [(1, 1), (2, 4), (3, 0)])
def test_each_in_a_mixed_room_is_a_breach(women: int, men: int) -> None:
    people = coming("ABCD"[:women], 0, 2, "F") + coming("WXYZ"[:men], 0, 2, "M")
    result = solved(made({"Bay 3": 8}, people, 2, rules={"RoomGenderMix": 7}))
    assert result.cost == 7 * 2 * ((women + men) if women and men else 0)


@pytest.mark.parametrize("nights", [1, 4])
def test_expected_discharges_are_counted_from_any_first_day(nights: int) -> None:
    start = date(2027, 2, 27)
    leaves = (start + timedelta(days=nights)).isoformat()
    (person,) = lying("A", "B", nights, "F", expected_discharge=leaves)
    del person["stay"]
    problem = made({"B": 1}, [person], 5, start=start.isoformat())
    assert problem.patients.stay.tolist() == [nights]
    assert problem.day_name(2) == "Mon 1 Mar"


def test_a_third_sex_by_another_name_lies_alone_or_as_said() -> None:
    people = coming("NA", 0, 2)
    people[0]["gender"] = "unknown"
    both = {"genders": ["M", "F", "unknown"], "rules": {"RoomGenderMix": "hard"}}
    assert solved(made({"B": 2, "C": 1}, people, 2, **both)).cost == 0
    people[0]["mandatory"] = False
    plan = solved(made({"B": 2}, people, 2, **both)).plan
    assert plan is not None
    assert plan.admission.tolist() == [-1, 0]
    people[0]["accommodated_as"] = "M"
    assert solved(made({"B": 2}, people, 2, **both)).cost == 0


def test_another_clerk_exports_two_wards(tmp_path: Path) -> None:
    (tmp_path / "bed-state.csv").write_text(
        "patient,sex,ward,room,bed,expected_discharge,infection,needs\n"
        "H1,male,Elm,Bay 2,4,2027-03-04,,\nH2,female,Oak,Side 1,1,2027-03-02,MRSA,side room\n"
    )
    (tmp_path / "rooms.csv").write_text("ward,room,beds,features\nElm,Bay 2,6,\nOak,Side 1,1,side room\nOak,Bay 1,4,\n")
    (tmp_path / "hospital.csv").write_text("key,value\nstart,2027-03-01\ndays,7\n")
    problem = optimise.read(tmp_path)
    assert isinstance(problem, HospitalProblem)
    assert (problem.start, problem.days, problem.patients.stay.tolist()) == (date(2027, 3, 1), 7, [3, 1])
    assert solved(problem).cost == 0
