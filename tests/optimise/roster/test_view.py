"""Cover, requests and shares of a small hand-made roster."""

from __future__ import annotations

import math

import pytest

from optimise.core.horizon import Horizon
from optimise.roster import view as views
from optimise.roster.formats.ward import Ward
from optimise.roster.problem import Duty, Employee, Roster, RosterProblem, Shift
from optimise.roster.rules.cover import Cover, Demand
from optimise.roster.rules.primitives import HARD, Segment
from optimise.roster.rules.requests import DaysOff, Request, Requests

EARLY, NIGHT, OFF = 0b010, 0b100, 0b001


@pytest.fixture
def problem() -> RosterProblem:
    priced = (Segment(1, 30.0), Segment(math.inf, HARD))
    return RosterProblem(
        name="hand-made",
        family="native",
        horizon=Horizon(7, first_weekday=0),
        shifts=(Shift("E", 480, 420, 900), Shift("N", 600, 1260, 1860)),
        duties=(Duty("-"), Duty("E", 0), Duty("N", 1)),
        employees=(Employee("A"), Employee("B")),
        rules=(
            Cover(
                name="cover",
                demands=(
                    Demand(0, EARLY, minimum=2, under=priced),
                    Demand(1, EARLY, minimum=2, under=priced),
                    Demand(2, NIGHT, maximum=1, over=(Segment(math.inf, 5.0),), under=()),
                ),
            ),
            Requests(
                name="requests",
                requests=(
                    Request(0, 0, EARLY | NIGHT, 2.0),
                    Request(1, 3, OFF | NIGHT, 3.0),
                    Request(1, 4, NIGHT, 1.0),
                ),
            ),
            DaysOff(name="leave", cells=((1, 6),)),
        ),
    )


@pytest.fixture
def plan(problem: RosterProblem) -> Roster:
    return problem.roster([["E", "-", "N", "-", "-", "E", "-"], ["-", "-", "N", "E", "-", "-", "-"]])


def test_cover_counts_present_short_and_over(problem: RosterProblem, plan: Roster) -> None:
    rows = {row.label: row.cells for row in views.cover(problem, plan)}
    assert [(c.present, c.short, c.over) for c in rows["E"]] == [(1, 1.0, 0.0), (0, 2.0, 0.0)]
    assert [(c.present, c.short, c.over) for c in rows["N"]] == [(2, 0.0, 1.0)]


def test_a_shortage_with_a_price_is_not_called_broken(problem: RosterProblem, plan: Roster) -> None:
    rows = {row.label: row.cells for row in views.cover(problem, plan)}
    assert [c.broken for c in rows["E"]] == [False, True]
    assert [c.broken for c in rows["N"]] == [False]


def test_requests_are_told_in_words(problem: RosterProblem, plan: Roster) -> None:
    told = [(r.employee, r.day, r.wish, r.granted) for r in views.requests(problem, plan)]
    assert told == [(0, 0, "day off", False), (1, 3, "E", True), (1, 4, "no N", True)]


def test_shares_count_work_nights_and_weekends(problem: RosterProblem, plan: Roster) -> None:
    a, b = views.shares(problem, plan, problem.evaluate(plan))
    assert (a.days, a.minutes, a.nights, a.weekends) == (3, 1560, 1, 1)
    assert (b.days, b.minutes, b.nights, b.weekends) == (2, 1080, 1, 0)
    assert (a.asked, a.granted, b.asked, b.granted) == (1, 0, 2, 2)
    assert a.cost == 2.0


def test_leave_is_found(problem: RosterProblem) -> None:
    assert views.days_of_leave(problem) == {(1, 6)}


def test_hours_of_contracts_count_leave_and_what_was_carried_over() -> None:
    made = Ward.model_validate(
        {
            "start": "2026-01-05",
            "weeks": 1,
            "shifts": [{"id": "E", "start": "07:00", "end": "15:00"}],
            "staff": [
                {"id": "Ann", "weekly_hours": 40, "history": {"balance_hours": 2}},
                {"id": "Ben", "weekly_hours": 16},
                {"id": "Bank"},
            ],
            "leave": [{"staff": "Ann", "first": "2026-01-05"}],
        }
    ).problem()
    plan = made.roster([list("-EEE---"), list("E-E-E--"), list("E------")])
    assert views.contract_hours(made, plan) == {0: (2 + 8 + 24, 40), 1: (24, 16)}
