"""Whatever is printed fits a screen, for every kind of problem."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from optimise.blocks import BlockPlan
from optimise.capacity.region import RegionPlan, RegionProblem
from optimise.core.brief import short
from optimise.core.result import Bounds, Evaluation, Provenance, Result, RuleCost, Stats, Stop, Trace, TracePoint
from optimise.formats import read
from optimise.generate import hospital_with_plan, ward
from optimise.generate.capacity import capacity
from optimise.roster.problem import Roster

SCREEN = 1000


def things() -> list[Any]:
    roster = ward(30, 4, 1).problem()
    hospital, plan = hospital_with_plan(60, 14, 1)
    rules = tuple(RuleCost(f"rule {i}", False, 1.0, float(i)) for i in range(200))
    found = Evaluation(1.0, 0.0, rules)
    trace = Trace(tuple(TracePoint(t, 1.0, 0.0) for t in range(1000)))
    made = Roster(np.zeros(roster.shape[:2], dtype=np.int16))
    result = Result(made, Stop.TIME, Bounds(1.0), found, trace, Stats(phases={"a": (0.1,) * 500}))
    names = tuple(f"trust {i}" for i in range(300))
    region = RegionProblem(
        "region", names, ("ICU",), np.zeros((1, 300), dtype=np.int64), lambda i: capacity(5, 2, seed=i)
    )
    regional = RegionPlan(np.zeros((300, 1, 300), dtype=np.int64), np.zeros(300))
    scenarios, blocks = capacity(50, 7, seed=1), BlockPlan(np.zeros(5000))
    return [roster, made, hospital, plan, scenarios, found, trace, result, blocks, region, regional]


@pytest.mark.parametrize("number", range(11))
def test_it_fits_a_screen(number: int) -> None:
    assert len(repr(things()[number])) < SCREEN


@pytest.mark.parametrize("file", ["iprnpa/instances/instance_4.json", "orpas/instances"])
def test_so_do_assignments_of_nurses_and_plans_of_admissions(benchmarks: Path, file: str) -> None:
    place = benchmarks / file
    problem = read(min(place.iterdir()) if place.is_dir() else place)
    text = repr(problem)
    assert str(problem.days) in text  # type: ignore[attr-defined]
    assert len(text) < SCREEN


def test_an_array_is_told_by_type_and_shape() -> None:
    assert short(np.zeros((3, 4), dtype=np.int16)) == "int16[3, 4]"
    assert short(list(range(100))) == "<100 list items>"
    assert len(short("x" * 500)) < 60


def test_a_result_says_in_a_few_lines_what_came_out() -> None:
    found = Evaluation(7.0, 0.0, tuple(RuleCost(f"rule {i}", False, 1.0, float(i)) for i in range(9)))
    made = Provenance("highs", instance="ward")
    text = Result(None, Stop.TIME, Bounds(7.0, 5.0, "", "columns"), found, provenance=made).summary()
    assert text.splitlines()[0].startswith("ward: a plan of cost 7, highs stopped by time")
    assert "lower bound 5 (columns), gap 28.57 %" in text
    assert "rule 8 (8)" in text
    assert len(text.splitlines()) < 6


def test_no_plan_is_said_in_words() -> None:
    text = Result(None, Stop.INFEASIBLE, Bounds(dual=math.inf), explanation=("Ann is alone.",)).summary()
    assert "no plan" in text
    assert text.endswith("Ann is alone.")
