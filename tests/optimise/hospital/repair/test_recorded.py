"""Beds to clean, contacts and noon in repair: what a place costs, and who gives way."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from optimise.hospital.evaluate import hard_and_cost
from optimise.hospital.formats.hospital import problem_of
from optimise.hospital.formats.hospital_schema import HospitalFile
from optimise.hospital.problem import HospitalProblem
from optimise.hospital.repair import repair
from optimise.hospital.repair.occupancy import Occupancy, OccupancyTables
from optimise.hospital.repair.recorded import (
    apart_from_contacts,
    at_noon_in,
    give_way,
    left_behind,
    left_nights,
    noon_costs,
    noons,
    scattered,
    too_many_at_noon,
)
from optimise.hospital.rules.arrays import BARRED
from tests.optimise.hospital.rules.test_infection_rules import every_plan, plan, small

LATE = {"id": "L", "gender": "F", "stay": 1, "room": "r", "leaves_at": "15:00", "cleaning_nights": 2}
EARLY = {"id": "E", "gender": "F", "stay": 1, "arrives_at": "07:15"}


def occupancy(people: list[dict[str, Any]], *rooms: str, **rules: Any) -> Occupancy:
    """Rooms r and s of one bed; a plan by the room of each patient's first night, ``.`` for out of it."""
    data: dict[str, Any] = {"kind": "hospital", "days": 3, "rooms": [{"id": r, "beds": 1} for r in "rs"]}
    rules = dict.fromkeys(("BedTurnover", "ContactsTogether", "CleaningTime"), "hard") | {"Transfer": 1} | rules
    problem: HospitalProblem = problem_of(HospitalFile.model_validate(data | {"patients": people, "rules": rules}))
    o = Occupancy(OccupancyTables(problem), problem.empty_plan().nurse)
    for p, (room, day) in enumerate(zip(rooms[0], rooms[1], strict=True)):
        if room != ".":
            a = int(day)
            o.put(p, a, np.full(o.t.nights(p, a), "rs".index(room)), -1)
    return o


def test_a_morning_arrival_waits_for_a_bed_that_is_left_in_the_afternoon() -> None:
    o = occupancy([LATE, EARLY], "r.", "0.")
    cost = noon_costs(o, 1, 1, None)
    assert cost is not None
    assert cost.tolist() == [[BARRED, 0]]
    weight = np.array([7, 9])
    eased = noon_costs(o, 1, 1, weight)
    assert eased is not None
    assert eased.tolist() == [[7, 0]]
    assert noons(o, 1, 1, np.array([0])) == [(0, 1)]
    assert at_noon_in(o, 0, 1).tolist() == [0]
    priced = noon_costs(occupancy([LATE, EARLY], "r.", "0.", BedTurnover=4), 1, 1, weight)
    assert priced is not None
    assert priced.tolist() == [[4, 0]]


def test_too_many_at_noon_are_named() -> None:
    (many, who), *rest = too_many_at_noon(occupancy([LATE, EARLY], "rr", "01"))
    assert (many, who.tolist(), rest) == (1, [0, 1], [])


def test_a_bed_that_is_left_is_cleaned_on_the_nights_after() -> None:
    o = occupancy([LATE, EARLY], ".r", ".1")
    assert left_nights(o, 0, 0, np.array([1])) == [(0, 0), (0, 1), (1, 1), (1, 2)]
    cost = left_behind(o, 0, None)
    assert cost is not None
    assert cost[:, 0].tolist() == [BARRED, BARRED, 0]
    assert cost[:, 1].tolist() == [0, 0, 0]


def test_contacts_in_other_rooms_give_way() -> None:
    people = [{"id": name, "gender": "F", "stay": 3, "contact_of": "flu"} for name in "ABC"]
    o = occupancy(people, "s..", "0..")
    apart = apart_from_contacts(o, 1)
    assert apart is not None
    assert apart.tolist() == [[True, False]] * 3
    must, one = give_way(o, 1, 0, 0)
    assert (must.tolist(), one.tolist()) == ([0], [])
    assert scattered(occupancy(people, "sr.", "00.")).sum() == 3


@pytest.mark.parametrize("seed", [*range(12), 42, 46, 52])
def test_repair_finds_a_plan_wherever_there_is_one(seed: int) -> None:
    """All plans of a tiny hospital are looked at; where one keeps the hard rules, so does the repair's."""
    made = small(seed)
    costs = [hard_and_cost(made, plan(made, *rooms)) for rooms in every_plan(made)]
    found = repair(made, made.empty_plan())
    assert (found.hard == 0) == any(hard == 0 for hard, _ in costs)
    assert (found.hard, found.ticks) == hard_and_cost(made, found.plan)
    assert found.hard or found.ticks >= min(ticks for hard, ticks in costs if hard == 0)
