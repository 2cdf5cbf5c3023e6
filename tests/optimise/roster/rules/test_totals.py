"""Totals, requests, leave, eligibility and pins."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest

from optimise.core.errors import InputError
from optimise.roster.problem import Roster
from optimise.roster.rules import DaysOff, Eligibility, Pins, Request, Requests, Total

MINUTES = (0, 480, 600)


@pytest.mark.parametrize("measure", ["duties", "minutes"])
@pytest.mark.parametrize("period", [None, (1, 4), (-3, 2), (3, 99)])
def test_totals_add_up_over_the_period(ward: Any, rows: Any, charge: Any, measure: Any, period: Any) -> None:
    low, high = (2, 3) if measure == "duties" else (1000, 1500)
    rule = Total(
        name="r",
        of=6 if measure == "minutes" else 4,
        measure=measure,
        minimum=low,
        maximum=high,
        before=1,
        period=period,
        credit=((0, 2, 1),),
    )
    problem = ward(rule)
    first, last = period or (0, 5)
    for row in rows(5):
        inside = [a for d, a in enumerate(row) if first <= d < last]
        total = sum(MINUTES[a] for a in inside) if measure == "minutes" else inside.count(2)
        total += 1 + (first <= 2 < last)
        assert charge(problem, row) == max(0, low - total) + max(0, total - high)


def test_bounds_by_person_and_by_side(ward: Any) -> None:
    rule = Total(name="r", of=6, minimum=(2, 0), maximum=(5, 1), weight_minimum=7, weight_maximum=math.inf)
    problem = ward(rule, histories=((), ()))
    found = problem.evaluate(problem.roster([["-"] * 5, ["E"] * 3 + ["-"] * 2]))
    assert (found.cost, found.hard) == (14, 2)
    assert [(v.who, v.amount) for v in found.violations] == [(("p0",), 2.0), (("p1",), 2.0)]


def test_single_days(ward: Any, rows: Any) -> None:
    problem = ward(
        Requests(name="wishes", requests=(Request(0, 1, 6, 5), Request(0, 1, 2, 3), Request(0, 2, 5, 2))),
        DaysOff(name="leave", cells=((0, 3),)),
        Eligibility(name="skill", forbidden=(4,), weight=11),
        Pins(name="pins", cells=((0, 0, 2 | 4),)),
    )
    for row in rows(5):
        found = problem.evaluate(Roster.from_array([row]))
        cost = {r.rule: r.cost for r in found.rules}
        assert cost["wishes"] == 5 * (row[1] > 0) + 3 * (row[1] == 1) + 2 * (row[2] != 1)
        assert cost["skill"] == 11 * row.count(2)
        assert found.hard == (row[3] > 0) + (row[0] == 0)
        units = problem.compiled.unit_cost[0][np.arange(5), row].sum()
        assert units == found.cost
        allowed = problem.compiled.allowed[0][np.arange(5), row]
        assert allowed.all() == found.feasible


def test_pinning_replaces_an_earlier_pin(ward: Any) -> None:
    problem = ward().pin("p0", 2, "N").pin("p0", 2, None)
    assert problem.evaluate(problem.roster([["-"] * 5])).feasible
    assert not problem.evaluate(problem.roster([["N"] * 5])).feasible
    with pytest.raises(InputError, match="outside the horizon"):
        problem.pin("p0", 5, "N")


def test_a_new_person_gets_the_terms_of_another(ward: Any) -> None:
    from optimise.roster.problem import Employee

    problem = ward(
        Total(name="most", employees=(1,), of=6, maximum=(2,)),
        Eligibility(name="skill", forbidden=(0, 4)),
        DaysOff(name="leave", cells=((1, 0),)),
        histories=((), ()),
    ).with_employee(Employee("new"), like="p1")
    row = ["N", "E", "E", "-", "-"]
    found = problem.evaluate(problem.roster([["-"] * 5, ["-"] * 5, row]))
    assert found.by_rule() == {"most": 1, "skill": 1, "leave": 0}
