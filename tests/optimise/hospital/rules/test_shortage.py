"""Beds although stays may be longer: amounts by hand, optima by brute force, engines, round trips."""

from __future__ import annotations

from pathlib import Path
from random import Random
from typing import Any

import numpy as np
import pytest

import optimise
from optimise.core.errors import InputError
from optimise.hospital.evaluate import hard_and_cost
from optimise.hospital.formats.hospital import HospitalFormat
from optimise.hospital.held import held, held_told
from optimise.hospital.problem import HospitalProblem
from optimise.hospital.repair import repair
from optimise.hospital.rules.shortage import BedShortage, BedShortageChance
from optimise.hospital.uncertain import drawn
from optimise.testing.bed_rules import check_bed_rule
from tests.optimise.hospital.rules.test_infection_rules import amount, every_plan, plan, problem

STAYS = {"holds_with": 0.8, "scenarios": 20, "seed": 3}


def small(seed: int) -> HospitalProblem:
    """Three people, two rooms and three nights; stays may be longer."""
    random = Random(f"shortage {seed}")
    people = []
    for name in "ABC":
        made: dict[str, Any] = {"id": name, "gender": "F", "stay": random.randint(1, 2)}
        if random.random() < 0.4:
            made["room"] = random.choice("rs")
        else:
            made["mandatory"] = random.random() < 0.7
        first = random.choice((0.1, 0.3, 0.6))
        made["overstay"] = [first, first / 2][: random.randint(0, 2)]
        people.append(made)
    people[0]["overstay"] = [0.5, 0.2]
    rules: dict[str, Any] = {"BedShortage": random.choice((0, 0.5, 2)), "Transfer": random.choice((2, "hard"))}
    rules |= {"BedShortageChance": random.choice((3, "hard")), "RoomCapacity": random.choice((50, "hard", "hard"))}
    rules |= {"MandatoryUnscheduledPatients": 100, "ElectiveUnscheduledPatients": 20, "PatientDelay": 1}
    rooms = [{"id": "r", "beds": random.randint(1, 2)}, {"id": "s", "beds": 1}]
    return problem(people, rooms=rooms, rules=rules, stays=STAYS)


def test_a_room_lacks_a_bed_in_as_many_scenarios_as_the_patient_stays() -> None:
    people = [{"id": "P", "gender": "F", "stay": 1, "overstay": [0.5]}, {"id": "Q", "gender": "F", "stay": 2}]
    made = problem(people, stays=STAYS)
    assert made.patients.uncertain is not None
    longer = int((made.patients.uncertain.nights[0] > 0).sum())
    assert longer > 4
    assert amount(made, "BedShortage", "r..", ".rr") == longer
    assert amount(made, "BedShortageChance", "r..", ".rr") == longer - 4
    assert amount(made, "BedShortage", "r..", ".ss") == 0
    assert amount(made, "BedShortage", "r..", "..r") == 0
    said = [v.message for v in made.evaluate(plan(made, "r..", ".rr")).violations]
    assert f"room r lacks a bed in {longer} of 20 scenarios on day 1; 4 are allowed" in said


def test_without_the_option_stays_last_as_long_as_said() -> None:
    people = [{"id": "P", "gender": "F", "stay": 1, "overstay": [0.5]}]
    assert problem(people).patients.uncertain is None
    with pytest.raises(InputError, match="patient P"):
        problem([people[0] | {"overstay": [0.1, 0.2]}])


@pytest.mark.parametrize("seed", range(8))
def test_the_rows_have_the_optimum_of_all_plans(seed: int) -> None:
    made = small(seed)
    costs = [hard_and_cost(made, plan(made, *rooms)) for rooms in every_plan(made)]
    best = min((ticks for hard, ticks in costs if hard == 0), default=None)
    found = optimise.solve(made, "highs", limits=optimise.Limits(seconds=60))
    assert (found.plan is None) == (best is None)
    assert best is None or found.cost == pytest.approx(best / made.scale)
    mended = repair(made, made.empty_plan())
    assert (mended.hard, mended.ticks) == hard_and_cost(made, mended.plan)


@pytest.mark.parametrize("rule", [BedShortage(), BedShortageChance()], ids=lambda rule: rule.name)
def test_the_contract_of_bed_rules_holds(rule: BedShortage | BedShortageChance) -> None:
    check_bed_rule(rule, [small(seed) for seed in (1, 3)])


@pytest.mark.parametrize("seed", range(3))
def test_files_give_the_same_back(seed: int, tmp_path: Path) -> None:
    made = small(seed)
    file = tmp_path / "h.json"
    HospitalFormat().write(made, file)
    assert optimise.read(file).digest() == made.digest()


@pytest.mark.parametrize("seed", range(4))
def test_exact_chances_are_those_of_many_other_scenarios(seed: int) -> None:
    """The judge knows no scenario; fresh ones of another seed agree with it."""
    made = small(seed)
    chosen = repair(made, made.empty_plan()).plan
    found, people = held(made, chosen), made.patients
    assert found is not None
    assert people.uncertain is not None
    chances = [[c / 1e6 for c in row if c] for row in people.uncertain.overstay.tolist()]
    fresh = drawn(people.ids, chances, holds=0.8, scenarios=40_000, seed=991)
    short = np.zeros((*made.rooms.beds.shape, 40_000), dtype=int)
    for r, d in np.ndindex(made.rooms.beds.shape):
        there = np.full(40_000, int((chosen.room[:, d] == r).sum()))
        for p in range(len(people)):
            nights = np.flatnonzero(chosen.room[p] >= 0)
            if nights.size and nights[-1] < d and nights.size == people.stay[p] and chosen.room[p, nights[-1]] == r:
                there += fresh.nights[p] >= d - nights[-1]
        short[r, d] = np.maximum(0, there - made.rooms.beds[r, d])
    assert np.allclose((short == 0).mean(axis=2), found.chance, atol=0.01)
    assert np.allclose(short.mean(axis=2), found.people, atol=0.02)
    assert any("exact, not by these scenarios" in text for text in held_told(made, chosen))


def test_a_bed_state_says_how_sure_a_discharge_is() -> None:
    rooms = [{"ward": "W", "room": "r", "beds": 1}, {"ward": "W", "room": "s", "beds": 1}]
    lying = {"ward": "W", "room": "r", "patient": "P", "sex": "F", "expected_discharge": "2026-12-01"}
    waiting = [{"patient": "Q", "sex": "F", "earliest": "2026-12-01", "must_come": True}]
    data: dict[str, Any] = {"start": "2026-11-30", "days": 3, "rooms": rooms, "electives": waiting}
    sure = optimise.Hospital.from_dict(data | {"bed_state": [lying | {"discharge_chance": 0.5}]})
    assert sure.problem().patients.uncertain is None
    asked = optimise.Hospital.from_dict(data | {"bed_state": [lying | {"discharge_chance": 0.5}], "holds_with": 0.9})
    uncertain = asked.problem().patients.uncertain
    assert uncertain is not None
    assert uncertain.overstay[0].tolist() == [500_000, 250_000, 125_000]
    found = optimise.solve(asked.problem(), "highs", limits=optimise.Limits(seconds=60))
    assert found.plan is not None
    assert found.plan.room[1].max() == 1  # not the bed that may be taken
    with pytest.raises(InputError, match="nobody has one"):
        optimise.Hospital.from_dict(data | {"bed_state": [lying], "holds_with": 0.9})
