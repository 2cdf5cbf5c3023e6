"""Soft limits that no total keeps (a target between two minutes): the model prices both, and is not infeasible."""

from __future__ import annotations

import pytest

import optimise
from optimise.core.horizon import Horizon
from optimise.roster.problem import Duty, Employee, RosterProblem, Shift
from optimise.roster.rules import Total


@pytest.mark.parametrize("method", ["highs", "auto"])
def test_crossed_limits_of_some_people_are_priced(method: str) -> None:
    rule = Total(
        name="hours",
        of=2,
        measure="minutes",
        minimum=(65, 0),
        maximum=(64, 450),
        weight_minimum=1.0,
        weight_maximum=1.0,
    )
    duties = (Duty("off"), Duty("D", 0))
    people = (Employee("A"), Employee("B"))
    problem = RosterProblem("crossed", "test", Horizon(1), (Shift("D", 450),), duties, people, (rule,))
    result = optimise.solve(problem, method, limits=optimise.Limits(seconds=60.0))
    assert result.cost == pytest.approx(65.0)
