"""Beds that are cleaned, contacts kept together, noon: amounts by hand, optima by brute force, engines, round trips."""

from __future__ import annotations

import dataclasses
import itertools
import json
from pathlib import Path
from random import Random
from typing import Any

import numpy as np
import pytest

import optimise
from optimise.core.errors import InputError
from optimise.generate.hospitals import hospital
from optimise.hospital.beds import ARRIVES_EARLY, LEAVES_LATE
from optimise.hospital.evaluate import hard_and_cost
from optimise.hospital.formats.hospital import HospitalFormat, problem_of
from optimise.hospital.formats.hospital_schema import HospitalFile
from optimise.hospital.problem import HospitalPlan, HospitalProblem
from optimise.hospital.repair import repair
from optimise.hospital.rules.base import Engine
from optimise.hospital.rules.cleaning import CleaningTime, beds_in_cleaning
from optimise.hospital.rules.contacts import ContactsTogether
from optimise.hospital.rules.engines import rechecked
from optimise.hospital.rules.turnover import BedTurnover
from optimise.hospital.search import construct
from optimise.testing.bed_rules import check_bed_rule

RULES = ("CleaningTime", "ContactsTogether", "BedTurnover")
SICK = {"id": "P", "gender": "F", "stay": 1, "room": "r", "cleaning_nights": 2}
NEXT = {"id": "Q", "gender": "F", "stay": 2}


def document(patients: list[dict[str, Any]], beds: int = 1, **more: Any) -> dict[str, Any]:
    rooms = [{"id": name, "beds": beds} for name in "rs"]
    return {"kind": "hospital", "days": 3, "rooms": rooms, "patients": patients} | more


def problem(patients: list[dict[str, Any]], beds: int = 1, **more: Any) -> HospitalProblem:
    return problem_of(HospitalFile.model_validate(document(patients, beds, **more)))


def plan(made: HospitalProblem, *rooms: str) -> HospitalPlan:
    """A plan by the rooms of each patient, a letter a night; ``.`` is a night away."""
    where = np.array([[".rs".index(c) - 1 for c in row] for row in rooms])
    there = (where >= 0).any(axis=1)
    admission = np.where(made.patients.inpatient, 0, np.where(there, (where >= 0).argmax(axis=1), -1))
    return HospitalPlan(admission, where, np.full(len(where), -1), np.zeros((2, 0), dtype=int))


def amount(made: HospitalProblem, rule: str, *rooms: str) -> int:
    return next(int(r.amount) for r in made.evaluate(plan(made, *rooms)).rules if r.rule == rule)


def test_nobody_lies_in_a_bed_while_it_is_cleaned() -> None:
    made = problem([SICK, NEXT])
    assert made.hard("CleaningTime")
    assert amount(made, "CleaningTime", "r..", ".rr") == 2
    assert amount(made, "CleaningTime", "r..", "ss.") == 0
    said = [v.message for v in made.evaluate(plan(made, "r..", ".rr")).violations]
    assert "1 bed of room r must be cleaned on day 1, and 1 person would lie in one" in said
    assert amount(problem([SICK, NEXT], beds=2), "CleaningTime", "r..", ".rr") == 0  # there is another bed


def test_whoever_moves_or_goes_home_today_leaves_a_bed_to_clean() -> None:
    made = problem([SICK | {"stay": 2, "cleaning_nights": 1}, NEXT], rules={"Transfer": 1})
    assert amount(made, "CleaningTime", "rs.", ".rr") == 1
    back = plan(made, "sr.", "rr.")
    assert beds_in_cleaning(made.patients, back.room, 2).tolist() == [[1, 0, 1], [0, 1, 0]]
    home = {k: v for k, v in SICK.items() if k != "stay"} | {"expected_discharge": "2026-11-30"}
    today = problem([home, NEXT], start="2026-11-30")
    assert amount(today, "CleaningTime", "...", "rr.") == 2
    assert amount(today, "CleaningTime", "...", "ss.") == 0


def test_contacts_lie_with_contacts_only_and_in_few_rooms() -> None:
    people = [{"id": name, "gender": "F", "stay": 3, "contact_of": "flu"} for name in "AB"]
    made = problem([*people, {"id": "C", "gender": "F", "stay": 1}], beds=2)
    assert made.patients.isolation.tolist() == [1, 1, 0]
    assert amount(made, "ContactsTogether", "rrr", "sss", "...") == 3
    assert amount(made, "ContactsTogether", "rrr", "rrr", "s..") == 0
    assert amount(made, "RoomIsolation", "rrr", "sss", "r..") == 1
    assert optimise.solve(made, "highs", limits=optimise.Limits(seconds=20)).cost == 0


def test_an_infection_has_one_row() -> None:
    rooms = [{"ward": "W", "room": "r", "beds": 1}]
    waiting = [{"patient": "P", "sex": "F", "earliest": "2026-11-30"}]
    rows = [{"infection": "MRSA", "cleaning_nights": 1}, {"infection": "mrsa ", "cleaning_nights": 2}]
    with pytest.raises(InputError, match=r"infections\[1\]\.infection: infection mrsa\s+is there twice"):
        optimise.Hospital.from_dict({"start": "2026-11-30", "rooms": rooms, "electives": waiting, "infections": rows})


def test_at_noon_a_bed_holds_one_person() -> None:
    people = [
        {"id": "P", "gender": "F", "stay": 1, "room": "r", "leaves_at": "15:00"},
        {"id": "Q", "gender": "F", "stay": 2, "arrives_at": "07:15"},
    ]
    assert problem(people).patients.noon is None  # hours are told, and not planned with
    made = problem(people, rules={"BedTurnover": "hard"})
    assert made.patients.noon.tolist() == [LEAVES_LATE, ARRIVES_EARLY]
    assert amount(made, "BedTurnover", "r..", ".rr") == 1
    assert amount(made, "BedTurnover", "r..", "..r") == 0
    evening = problem([people[0], NEXT], rules={"BedTurnover": "hard"})
    assert amount(evening, "BedTurnover", "r..", ".rr") == 0  # one in the morning, another in the evening
    for text in ("seven", "07:15Z"):
        with pytest.raises(InputError, match=f"patient Q: arrives_at is '{text}'"):
            problem([people[0], people[1] | {"arrives_at": text}], rules={"BedTurnover": 1})


def small(seed: int) -> HospitalProblem:
    """Three people, two rooms and three nights, with all that the rules speak of."""
    random = Random(f"infections {seed}")
    people = []
    for name in "ABC":
        made: dict[str, Any] = {"id": name, "gender": "F", "stay": random.randint(1, 2)}
        if random.random() < 0.5:
            made["room"] = random.choice("rs")
        else:
            made |= {"mandatory": random.random() < 0.7, "arrives_at": random.choice(("07:15", "16:00"))}
        made["leaves_at"] = random.choice(("10:00", "15:00"))
        made["cleaning_nights"] = random.choice((0, 1, 2))
        made |= {"contact_of": random.choice("XY")} if random.random() < 0.7 else {}
        people.append(made)
    rules: dict[str, Any] = {rule: random.choice((3, 7, "hard")) for rule in RULES}
    rules |= {"Transfer": 2, "MandatoryUnscheduledPatients": 100, "ElectiveUnscheduledPatients": 20}
    rules |= {"RoomIsolation": 4, "RoomCapacity": random.choice((11, "hard"))}
    closed = [{"first_day": 1, "last_day": 1, "beds": 1}]
    rooms = [{"id": "r", "beds": random.randint(1, 2)}, {"id": "s", "beds": 1, "closed": closed}]
    return problem(people, rooms=rooms, rules=rules)


def every_plan(made: HospitalProblem) -> itertools.product[tuple[str, ...]]:
    options = []
    for p in range(3):
        mine = [] if made.patients.inpatient[p] else ["..."]
        for first in range(1 if made.patients.inpatient[p] else 3):
            nights = int(min(made.patients.stay[p], 3 - first))
            tails = itertools.product("rs", repeat=nights)
            mine += ["." * first + "".join(tail) + "." * (3 - first - nights) for tail in tails]
        options.append(mine)
    return itertools.product(*options)


@pytest.mark.parametrize("seed", range(5))
def test_the_rows_have_the_optimum_of_all_plans(seed: int) -> None:
    made = small(seed)
    costs = [hard_and_cost(made, plan(made, *rooms)) for rooms in every_plan(made)]
    best = min((ticks for hard, ticks in costs if hard == 0), default=None)
    found = optimise.solve(made, "highs", limits=optimise.Limits(seconds=30))
    assert (found.plan is None) == (best is None)
    assert best is None or found.cost == pytest.approx(best / made.scale)


@pytest.mark.parametrize("seed", range(3))
def test_the_search_calls_no_plan_good_that_breaks_them(seed: int) -> None:
    made = small(seed)
    costs = [hard_and_cost(made, plan(made, *rooms)) for rooms in every_plan(made)]
    found = optimise.solve(made, "hospital", limits=optimise.Limits(iterations=6, seconds=60))
    assert found.plan is not None
    assert hard_and_cost(made, found.plan)[0] == 0
    assert found.cost >= min(ticks for hard, ticks in costs if hard == 0) / made.scale


@pytest.mark.parametrize("rule", [CleaningTime(), ContactsTogether(), BedTurnover()], ids=lambda rule: rule.name)
def test_the_contract_of_bed_rules_holds(rule: CleaningTime | ContactsTogether | BedTurnover) -> None:
    others = dict.fromkeys(set(RULES) - {rule.name}, 0) | {"RoomCapacity": 11}  # the search loads no broken plan
    check_bed_rule(rule, [small(seed).with_settings(others) for seed in (1, 3)])


def cleaned(weight: int | None) -> HospitalProblem:
    """A made hospital in which the beds of every seventh patient are cleaned for a night."""
    plain = hospital(20, 5, seed=2)
    nights = (np.arange(len(plain.patients)) % 7 == 0).astype(np.int64)
    patients = dataclasses.replace(plain.patients, cleaning=nights)
    beds = dataclasses.replace(plain.beds, patients=patients)
    return dataclasses.replace(plain, beds=beds).with_settings({"CleaningTime": weight})


def test_searches_know_the_rules_or_say_so() -> None:
    assert rechecked(cleaned(None), Engine.JOINT) == ""
    assert "CleaningTime (hard)" in rechecked(cleaned(None), Engine.ROOMS)
    assert "CleaningTime" not in rechecked(cleaned(0), Engine.ROOMS)


@pytest.mark.parametrize("seed", range(6))
def test_a_plan_is_repaired_for_beds_that_must_be_cleaned(seed: int) -> None:
    made = cleaned(None)
    before, _ = construct(made, seed=seed)
    assert hard_and_cost(made, before)[0] > 0
    found = repair(made, before, seed=seed)
    assert (found.hard, found.left_out) == (0, ())


@pytest.mark.parametrize("seed", range(4))
def test_files_give_the_same_back(seed: int, tmp_path: Path) -> None:
    made = small(seed)
    file = tmp_path / "h.json"
    HospitalFormat().write(made, file)
    again = optimise.read(file)
    assert again.digest() == made.digest()
    assert json.loads(file.read_text())["rules"]["CleaningTime"] is not None
