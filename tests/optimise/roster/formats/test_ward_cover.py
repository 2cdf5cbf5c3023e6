"""Demand between clock times, against a count minute by minute."""

from __future__ import annotations

from pathlib import Path
from random import Random
from typing import Any

import numpy as np
import pytest
import yaml

import optimise
from optimise.roster.problem import Roster

SHIFTS = {"E": ("07:00", "15:00"), "L": ("13:00", "21:00"), "D": ("08:00", "20:00"), "N": ("20:30", "07:30")}
DAYS = 3


def minutes(text: str) -> int:
    hour, _, minute = text.partition(":")
    return 60 * int(hour) + int(minute)


def ward(demand: dict[str, Any], tmp_path: Path, people: int = 4) -> optimise.RosterProblem:
    made = {
        "start": "2026-01-05",
        "days": DAYS,
        "shifts": [{"id": name, "start": a, "end": b} for name, (a, b) in SHIFTS.items()],
        "contracts": [{"id": "c", "weekly_hours": 37.5}],
        "staff": [{"id": f"P{i}", "contract": "c"} for i in range(people)],
        "demand": [{"name": "there", **demand}],
    }
    file = tmp_path / "ward.yaml"
    file.write_text(yaml.safe_dump(made), encoding="utf-8")
    return optimise.read_ward(file)


def present(duties: np.ndarray, names: list[str]) -> np.ndarray:
    """People there in each minute from the first midnight; nobody is known of before."""
    made = np.zeros(1440 * (DAYS + 1), dtype=int)
    for row in duties:
        for day, duty in enumerate(row):
            if duty:
                first, last = map(minutes, SHIFTS[names[duty]])
                last += 1440 * (last <= first)
                made[1440 * day + first : 1440 * day + last] += 1
    return made


def cost(problem: optimise.RosterProblem, duties: np.ndarray) -> float:
    found = problem.evaluate(Roster(duties.astype(np.int16)))
    return sum(rule.cost for rule in found.rules if rule.rule.startswith("cover"))


@pytest.mark.parametrize("seed", range(12))
def test_one_too_many_costs_by_the_time_for_which_there_are_too_many(seed: int, tmp_path: Path) -> None:
    random = Random(seed)
    most, price = random.randint(0, 2), 90.0
    begin, end = random.choice([("08:00", "20:00"), ("06:00", "22:00"), ("09:30", "13:30"), ("10:00", "21:00")])
    problem = ward({"between": [begin, end], "maximum": most, "surplus": {"weight": price}}, tmp_path)
    names = [duty.id for duty in problem.duties]
    duties = np.array([[random.randrange(len(names)) for _ in range(DAYS)] for _ in range(4)])
    a, b = minutes(begin), minutes(end)
    there = present(duties, names)
    wanted = 0.0
    for day in range(DAYS):
        if day == 0 and a < minutes("07:30"):  # nights of the day before the plan are not known
            continue
        wanted += price * np.maximum(0, there[1440 * day + a : 1440 * day + b] - most).sum() / (b - a)
    told = cost(problem, duties)
    if a < minutes("07:30"):
        unknown = price * np.maximum(0, there[minutes("07:30") : b] - most).sum() / (b - a)
        assert wanted <= told + 1e-6
        assert told <= wanted + unknown + price
    else:
        assert told == pytest.approx(wanted)


def test_two_who_overlap_are_two(tmp_path: Path) -> None:
    demand = {"between": ["00:00", "24:00"], "maximum": 1, "surplus": {"hard": True}}
    problem = ward(demand, tmp_path, people=2)
    e, late, night = (next(i for i, d in enumerate(problem.duties) if d.id == name) for name in "ELN")
    for pair, apart in (((e, late), False), ((e, e), False), ((late, night), False), ((e, 0), True)):
        duties = np.zeros((2, DAYS), dtype=np.int16)
        duties[:, 1] = pair
        assert (problem.evaluate(Roster(duties)).hard == 0) == apart, pair


def test_a_maximum_asks_nothing_of_hours_without_a_shift(tmp_path: Path) -> None:
    file = {"between": ["20:00", "20:30"], "maximum": 9}
    assert ward(file, tmp_path).compiled is not None


@pytest.mark.parametrize("seed", range(6))
def test_where_nobody_is_missing_nothing_is_paid_and_else_something(seed: int, tmp_path: Path) -> None:
    random = Random(seed)
    problem = ward({"between": ["09:00", "19:00"], "minimum": 1, "weight": 50}, tmp_path)
    names = [duty.id for duty in problem.duties]
    duties = np.array([[random.randrange(len(names)) for _ in range(DAYS)] for _ in range(2)] + [[0] * DAYS] * 2)
    there = present(duties, names)
    gaps = [bool((there[1440 * day + 540 : 1440 * day + 1140] < 1).any()) for day in range(DAYS)]
    assert (cost(problem, duties) > 0) == any(gaps)
