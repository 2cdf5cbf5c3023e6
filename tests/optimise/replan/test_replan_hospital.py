"""Planning a hospital again: admissions of past days are facts, promised dates and rooms change at a price."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

import optimise
from optimise.core.errors import InputError
from optimise.generate import hospital_with_plan
from optimise.hospital.formats.hospital import problem_of
from optimise.hospital.formats.hospital_schema import HospitalFile
from optimise.hospital.problem import HospitalPlan, HospitalProblem
from optimise.replan import changes, read_previous, replanning
from optimise.replan.hospital import HospitalReplan, rooms_told

LIMITS = optimise.Limits(seconds=20)


@pytest.fixture(scope="module")
def case(tmp_path_factory: pytest.TempPathFactory) -> tuple[HospitalProblem, HospitalPlan, Path]:
    problem, plan = hospital_with_plan(8, seed=5, days=6)
    (path,) = optimise.write_plan(plan, problem, tmp_path_factory.mktemp("run") / "native-plan", format="hospital")
    return problem, plan, path


def test_the_earlier_plan_is_read_as_it_was(case: tuple[HospitalProblem, HospitalPlan, Path]) -> None:
    problem, plan, path = case
    previous = read_previous(path.parent, problem)
    assert previous.plan.same_as(plan)
    assert previous.known.all()
    assert previous.notes == ()


def test_it_costs_nothing_extra_to_keep(case: tuple[HospitalProblem, HospitalPlan, Path]) -> None:
    problem, plan, path = case
    task = replanning(problem, read_previous(path, problem), freeze_until=2)
    assert task.start is not None
    assert task.problem.evaluate(plan).cost == pytest.approx(problem.evaluate(plan).cost)


def test_changes_are_priced_by_patient_and_night(case: tuple[HospitalProblem, HospitalPlan, Path]) -> None:
    problem, plan, path = case
    task = replanning(problem, read_previous(path, problem), change_cost=4)
    p = int(np.flatnonzero((plan.admission >= 0) & ~problem.patients.inpatient)[0])
    room = plan.room.copy()
    nights = np.flatnonzero(room[p] >= 0)
    room[p, nights] = (room[p, nights] + 1) % len(problem.rooms.ids)
    moved = replace(plan, room=room)
    extra = task.problem.evaluate(moved).by_rule()
    assert extra["ChangedRoom"] == len(nights)
    (found,) = [c for c in changes(problem, task.previous, moved) if c.what == "room"]
    assert (found.who, found.day) == (problem.patients.ids[p], nights[0])


@pytest.mark.parametrize("until", [0, 2])
def test_a_closed_room_is_planned_around(case: tuple[HospitalProblem, HospitalPlan, Path], until: int) -> None:
    """The past is kept to the letter, theatres and nurses included; few later promises are broken."""
    problem, plan, path = case
    elective = plan.room[~problem.patients.inpatient]
    day = next(d for d in range(problem.days - 1, until, -1) if (elective[:, d] >= 0).any())
    room = int(elective[elective[:, day] >= 0, day][0])
    there = int((plan.room[:, day] == room).sum())
    beds = int(problem.rooms.beds[room, day])
    today = problem.close_beds(problem.rooms.ids[room], [day], beds=beds - there + 1)
    assert not today.evaluate(plan).feasible
    task = replanning(today, read_previous(path, today), freeze_until=until, change_cost=50)
    method = task.method("highs")
    result = optimise.solve(task.problem, method, limits=LIMITS, start=task.start)
    assert result.feasible
    new = result.plan
    assert isinstance(new, HospitalPlan)
    past = (plan.admission >= 0) & (plan.admission < until)
    assert np.array_equal(new.admission[past], plan.admission[past])
    assert np.array_equal(new.room[past][:, :until], plan.room[past][:, :until])
    assert np.array_equal(new.theatre[past], plan.theatre[past])
    fresh = ~past & ~problem.patients.inpatient & (new.admission >= 0)
    assert (new.admission[fresh] >= until).all()
    count = len([c for c in changes(today, task.previous, new) if c.what in ("admission", "room")])
    free = replanning(today, read_previous(path, today), freeze_until=until, change_cost=0)
    loose = optimise.solve(free.problem, "highs", limits=LIMITS)
    assert isinstance(loose.plan, HospitalPlan)
    assert count <= len([c for c in changes(today, free.previous, loose.plan) if c.what in ("admission", "room")])


def test_patients_come_and_go(case: tuple[HospitalProblem, HospitalPlan, Path], tmp_path: Path) -> None:
    problem, _, path = case
    document = json.loads(path.read_text())
    gone = document["patients"].pop()
    document["patients"].append({**gone, "id": "somebody else"})
    (tmp_path / "native-plan.json").write_text(json.dumps(document))
    previous = read_previous(tmp_path / "native-plan.json", problem)
    assert not previous.known[-1]
    assert previous.known[:-1].all()
    assert any(gone["id"] in note for note in previous.notes)


def test_who_should_have_come_already_is_named(case: tuple[HospitalProblem, HospitalPlan, Path]) -> None:
    problem, _, path = case
    must = np.flatnonzero(problem.patients.mandatory & ~problem.patients.inpatient)
    p = int(must[0])
    today = problem.pin_admission(problem.patients.ids[p], 0)
    previous = read_previous(path, today)
    previous.known.setflags(write=True)
    previous.known[p] = False
    with pytest.raises(InputError, match=problem.patients.ids[p]):
        replanning(today, previous, freeze_until=1)


def test_patients_who_came_or_went_are_listed(case: tuple[HospitalProblem, HospitalPlan, Path], tmp_path: Path) -> None:
    problem, plan, path = case
    document = json.loads(path.read_text())
    index = next(i for i, p in enumerate(document["patients"]) if p["admission"] is not None and p["rooms"])
    unknown = document["patients"].pop(index)
    document["patients"].append({**unknown, "id": "somebody else"})
    (tmp_path / "native-plan.json").write_text(json.dumps(document))
    found = changes(problem, read_previous(tmp_path / "native-plan.json", problem), plan)
    told = {(c.who, c.what) for c in found}
    assert (unknown["id"], "joined") in told
    assert ("somebody else", "left") in told
    (left,) = [c for c in found if c.what == "left"]
    assert (left.day, left.was, left.now) == (unknown["admission"], unknown["rooms"][0], "-")


@pytest.mark.parametrize(
    ("was", "now", "told"),
    [
        ("AAAA", "BBBB", ["0 A B"]),
        ("AAAA", "BBCA", ["0 A B", "2 A C", "3 C A"]),
        ("AAAA", "ABAC", ["1 A B", "2 B A", "3 A C"]),
        ("AABB", "CCCC", ["0 A C"]),
        ("AABB", "CCBB", ["0 A C", "2 C B"]),
        ("AABB", "AABB", []),
        ("-AA-", "-ABA", ["2 A B", "3 - A"]),
    ],
)
def test_every_move_of_a_patient_is_told(was: str, now: str, told: list[str]) -> None:
    names = ("A", "B", "C")
    old, new = (np.array(["ABC".find(room) for room in text]) for text in (was, now))
    found = list(rooms_told("P", old, new, names))
    assert [f"{c.day} {c.was} {c.now}" for c in found] == told
    assert {(c.who, c.what) for c in found} <= {("P", "room")}


def test_moves_of_somebody_who_joined_are_told_too(
    case: tuple[HospitalProblem, HospitalPlan, Path], tmp_path: Path
) -> None:
    problem, plan, path = case
    p = int(np.flatnonzero((plan.room >= 0).sum(axis=1) >= 2)[0])
    document = json.loads(path.read_text())
    document["patients"] = [each for each in document["patients"] if each["id"] != problem.patients.ids[p]]
    (tmp_path / "without.json").write_text(json.dumps(document))
    first, second = np.flatnonzero(plan.room[p] >= 0)[:2]
    room = plan.room.copy()
    room[p, second:] = np.where(room[p, second:] >= 0, (room[p, first] + 1) % len(problem.rooms.ids), -1)
    found = changes(problem, read_previous(tmp_path / "without.json", problem), replace(plan, room=room))
    mine = [(c.what, c.day) for c in found if c.who == problem.patients.ids[p]]
    assert mine == [("joined", int(first)), ("room", int(second))]


def test_nurses_new_and_gone_in_a_room_are_listed(case: tuple[HospitalProblem, HospitalPlan, Path]) -> None:
    problem, plan, path = case
    assert problem.nursing is not None
    rooms, shifts = np.nonzero(plan.nurse >= 0)
    p, d = np.argwhere(plan.room >= 0)[0]
    r, s = int(plan.room[p, d]), int(d) * problem.shifts
    assert (r, s) in set(zip(rooms.tolist(), shifts.tolist(), strict=True))
    nurse = plan.nurse.copy()
    nurse[r, s] = -1
    (found,) = changes(problem, read_previous(path, problem), replace(plan, nurse=nurse))
    assert (found.who, found.what, found.was, found.now) == (
        problem.rooms.ids[r],
        "nurse",
        problem.nursing.ids[plan.nurse[r, s]],
        "-",
    )


def test_a_nurse_of_a_room_where_nobody_lies_is_no_change(case: tuple[HospitalProblem, HospitalPlan, Path]) -> None:
    problem, plan, _ = case
    held = {(int(plan.room[p, d]), int(d)) for p, d in np.argwhere(plan.room >= 0)}
    r, d = next((r, d) for r in range(len(problem.rooms.ids)) for d in range(problem.days) if (r, d) not in held)
    nurse = plan.nurse.copy()
    nurse[r, d * problem.shifts] = 0
    earlier = HospitalReplan().fitting(replace(plan, nurse=nurse), problem)
    assert changes(problem, earlier, plan) == ()


def test_an_unchanged_hospital_is_proven_to_change_nothing(case: tuple[HospitalProblem, HospitalPlan, Path]) -> None:
    problem, plan, path = case
    task = replanning(problem, read_previous(path, problem))
    assert task.start is not None
    assert task.start.same_as(plan)
    assert task.problem.hard("Transfer")
    result = optimise.solve(task.problem, "highs", limits=LIMITS, start=task.start)
    assert isinstance(result.plan, HospitalPlan)
    assert result.cost == problem.evaluate(plan).cost
    assert changes(task.problem, task.previous, result.plan) == ()


def test_other_nurses_and_theatres_have_a_price(case: tuple[HospitalProblem, HospitalPlan, Path]) -> None:
    problem, plan, path = case
    assert problem.nursing is not None
    task = replanning(problem, read_previous(path, problem), change_cost=7, nurse_cost=3)
    r, s = np.argwhere((plan.nurse >= 0) & (problem.nursing.on_duty.sum(axis=0) > 1)[None, :])[0]
    other = next(n for n in np.flatnonzero(problem.nursing.on_duty[:, s]) if n != plan.nurse[r, s])
    nurse, theatre = plan.nurse.copy(), plan.theatre.copy()
    nurse[r, s] = other
    p = int(np.flatnonzero(plan.theatre >= 0)[0])
    theatre[p] = 1 - theatre[p] if len(problem.theatres.ids) > 1 else theatre[p]  # type: ignore[union-attr]
    costs = {c.rule: c.cost for c in task.problem.evaluate(replace(plan, nurse=nurse, theatre=theatre)).rules}
    assert costs["ChangedNurse"] == 3
    assert costs["ChangedTheatre"] == 7 * (theatre[p] != plan.theatre[p])


def test_whoever_moved_yesterday_stays_where_the_plan_says(tmp_path: Path) -> None:
    """A plan with a move of an in-patient is read night by night, also on the day after."""
    rooms = [{"id": "A", "beds": 1}, {"id": "B", "beds": 1}]
    people = [{"id": "P", "gender": "F", "stay": 3, "room": "A"}]
    data = {"kind": "hospital", "days": 3, "rooms": rooms, "patients": people, "rules": {"Transfer": 5}}
    problem = problem_of(HospitalFile.model_validate(data))
    plan = replace(problem.empty_plan(), room=np.array([[0, 1, 1]]))
    (path,) = optimise.write_plan(plan, problem, tmp_path / "native-plan", format="hospital")
    assert read_previous(path, problem).plan.same_as(plan)
    moved = [{**people[0], "stay": 2, "room": "B"}]
    later = problem_of(HospitalFile.model_validate({**data, "days": 2, "patients": moved}))
    assert read_previous(path, later, days_since=1).plan.room.tolist() == [[1, 1]]


def test_a_worse_price_for_a_hospital_than_a_million_is_refused(
    case: tuple[HospitalProblem, HospitalPlan, Path],
) -> None:
    problem, _, path = case
    with pytest.raises(InputError, match="price of 0 or more"):
        replanning(problem, read_previous(path, problem), nurse_cost=1e7)


def _morning(start: str, days: int, *people: dict[str, object]) -> HospitalProblem:
    rooms = [{"id": "A", "beds": 3}]
    data = {"kind": "hospital", "days": days, "start": start, "rooms": rooms, "patients": list(people)}
    return problem_of(HospitalFile.model_validate(data))


def test_dates_tell_which_day_of_the_earlier_plan_is_today(tmp_path: Path) -> None:
    elective = {"id": "E", "gender": "F", "stay": 1, "earliest": "2026-12-01", "latest": "2026-12-02"}
    late = {"id": "L", "gender": "F", "stay": 1, "earliest": "2026-11-30", "latest": "2026-12-02"}
    monday, tuesday = _morning("2026-11-30", 3, elective, late), _morning("2026-12-01", 2, elective, late)
    plan = replace(monday.empty_plan(), admission=np.array([1, 0]), room=np.array([[-1, 0, -1], [0, -1, -1]]))
    (path,) = optimise.write_plan(plan, monday, tmp_path / "plan", format="hospital")
    previous = read_previous(path, tuesday)
    assert previous.plan.admission.tolist() == [0, -1]
    assert previous.outside == {1: -1}
    now = replace(tuesday.empty_plan(), admission=np.array([1, 0]), room=np.array([[-1, 0], [0, -1]]))
    told = [(c.who, c.was, c.now) for c in changes(tuesday, previous, now)]
    assert told == [("E", "2026-12-01", "2026-12-02"), ("L", "2026-11-30", "2026-12-01")]
    assert read_previous(path, tuesday, days_since=1).plan.same_as(previous.plan)
    with pytest.raises(InputError, match="by the dates today is day 1 of the earlier plan"):
        read_previous(path, tuesday, days_since=0)
    with pytest.raises(InputError, match="begins on 2026-11-30, after today's first day 2026-11-29"):
        read_previous(path, _morning("2026-11-29", 3, elective, late))


def test_a_plan_of_another_morning_is_no_plan_of_this_one(tmp_path: Path) -> None:
    person = {"id": "E", "gender": "F", "stay": 1, "earliest": "2026-12-01", "latest": "2026-12-01"}
    monday, tuesday = _morning("2026-11-30", 3, person), _morning("2026-12-01", 3, person)
    (path,) = optimise.write_plan(monday.empty_plan(), monday, tmp_path / "plan", format="hospital")
    with pytest.raises(InputError, match="start: is 2026-11-30, and the problem begins on 2026-12-01"):
        optimise.read_plan(path, tuesday)


def test_a_plan_without_dates_for_days_with_dates_is_told(tmp_path: Path) -> None:
    person = {"id": "E", "gender": "F", "stay": 1, "earliest": "2026-12-01", "latest": "2026-12-01"}
    monday = _morning("2026-11-30", 3, person)
    (tmp_path / "plan.json").write_text(json.dumps({"kind": "hospital-plan", "patients": []}))
    assert "no dates and is read as one that begins on 2026-11-30" in read_previous(tmp_path, monday).notes[0]
    assert not [n for n in read_previous(tmp_path, monday, days_since=0).notes if "dates" in n]


@pytest.mark.parametrize("price", ["hard", 50, 20])
def test_a_move_back_does_not_pay_for_the_nights_that_it_saves(price: float | str, tmp_path: Path) -> None:
    """Room A is closed for two of six nights; whoever has to leave it stays where he or she is brought."""
    rooms: list[dict[str, object]] = [{"id": "A", "beds": 1}, {"id": "B", "beds": 1}]
    people = [{"id": "P", "gender": "F", "stay": 6, "room": "A"}]
    data = {"kind": "hospital", "days": 6, "rooms": rooms, "patients": people, "rules": {"Transfer": price}}
    problem = problem_of(HospitalFile.model_validate(data))
    (path,) = optimise.write_plan(problem.empty_plan(), problem, tmp_path / "native-plan", format="hospital")
    today = problem.close_beds("A", [0, 1])
    task = replanning(today, read_previous(path, today))
    result = optimise.solve(task.problem, "highs", limits=LIMITS, start=task.start)
    assert isinstance(result.plan, HospitalPlan)
    assert result.plan.room.tolist() == [[1] * 6]
