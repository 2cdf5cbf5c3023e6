"""Plans of equal cost are told apart by how evenly they share, and never at a cost."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from random import Random
from typing import Any

import numpy as np
import pytest

import optimise
from optimise.roster.formats.ward import Ward
from optimise.roster.problem import Roster, RosterProblem
from optimise.roster.search import evening
from optimise.roster.search.evening import evened
from optimise.testing.random_wards import random_ward

pytestmark = pytest.mark.quick

EARLY = {"id": "E", "start": "07:00", "end": "15:00", "break_minutes": 30}
NIGHT = {"id": "N", "start": "20:30", "end": "07:30", "break_minutes": 60}


def ward(people: int, **changes: Any) -> RosterProblem:
    document = {
        "start": "2026-01-05",
        "weeks": 2,
        "shifts": [EARLY],
        "staff": [{"id": f"p{i}"} for i in range(people)],
        "demand": [{"shifts": ["E"], "minimum": 1, "maximum": 1, "days": ["2026-01-05..2026-01-16"]}],
        **changes,
    }
    return Ward.model_validate(document).problem()


def one_does_all(problem: RosterProblem, days: int) -> Roster:
    duties = np.zeros(problem.shape[:2], dtype=np.int16)
    duties[0, :days] = 1
    return Roster.from_array(duties)


def worked(plan: Roster) -> list[int]:
    return sorted((plan.duties > 0).sum(axis=1).tolist())


def test_twelve_shifts_among_seven_alike_people() -> None:
    problem = ward(7)
    assert worked(evened(problem, one_does_all(problem, 12))) == [1, 1, 2, 2, 2, 2, 2]


@pytest.mark.parametrize("method", ["auto", "highs"])
def test_every_method_breaks_ties_fairly(method: str) -> None:
    result = optimise.solve(ward(7), method, limits=optimise.Limits(seconds=20))
    assert (result.cost, worked(result.plan)) == (0.0, [1, 1, 2, 2, 2, 2, 2])


def test_past_periods_count() -> None:
    staff = [{"id": "a", "history": {"counts": {"shifts": 4}}}, {"id": "b", "history": {"counts": {"shifts": 0}}}]
    problem = ward(2, staff=staff)
    plan = evened(problem, one_does_all(problem, 12))
    assert (plan.duties > 0).sum(axis=1).tolist() == [4, 8]


def test_shifts_that_nobody_asks_for_are_taken_away() -> None:
    problem = ward(1)
    assert worked(evened(problem, one_does_all(problem, 14))) == [12]


def test_work_that_costs_when_taken_away_stays() -> None:
    problem = ward(1, staff=[{"id": "p0", "weekly_hours": 48.75}])  # 13 shifts in two weeks
    assert worked(evened(problem, one_does_all(problem, 13))) == [13]


def test_weekends_are_shared_too() -> None:
    problem = ward(2, demand=[{"shifts": ["E"], "minimum": 1, "maximum": 1}])
    weekend = np.array([day % 7 > 4 for day in range(14)])
    plan = evened(problem, Roster.from_array(np.stack([~weekend, weekend]).astype(np.int16)))
    assert [row.any(axis=1).sum() for row in (plan.duties > 0)[:, weekend].reshape(2, 2, 2)] == [1, 1]


def test_what_a_rule_shares_is_left_to_the_rule() -> None:
    nights = {"fairness": [{"of": "nights"}]}
    problem = ward(2, shifts=[EARLY, NIGHT], rules=nights)
    assert [rule.name for rule in problem.ties] == ["fair share of shifts", "fair share of weekends"]


def test_a_plan_keeps_its_cost_and_its_hard_rules() -> None:
    changed = 0
    for seed in range(12):
        problem = random_ward(Random(seed)).problem()
        plan = optimise.solve(replace(problem, ties=()), "highs", limits=optimise.Limits(seconds=20)).plan
        if plan is None:
            continue
        fair = evened(problem, plan)
        before, after = problem.evaluate(plan), problem.evaluate(fair)
        assert (after.cost, after.hard) == pytest.approx((before.cost, before.hard))
        changed += fair != plan
    assert changed


def test_a_start_plan_is_not_stirred() -> None:
    problem = ward(7)
    start = one_does_all(problem, 12)
    result = optimise.solve(problem, "highs", start=start, limits=optimise.Limits(seconds=20))
    stirred = evened(problem, start)
    assert result.plan is not None
    assert result.cost == 0.0
    assert (result.plan.duties != stirred.duties).any()


def test_it_ends_when_time_is_over() -> None:
    problem = ward(7)
    plan = one_does_all(problem, 12)
    assert evened(problem, plan, lambda: True) == plan


def test_the_work_is_limited(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(evening, "MOST_PAIRS", 1)
    problem = ward(7)
    assert worked(evened(problem, one_does_all(problem, 12))) == [0, 0, 0, 0, 0, 4, 8]


def test_a_run_that_goes_on_from_a_checkpoint_breaks_ties_too(tmp_path: Path) -> None:
    problem = ward(7)
    for _ in range(2):
        result = optimise.solve(problem, "highs", limits=optimise.Limits(seconds=20), checkpoint=tmp_path, resume=True)
    assert result.plan is not None
    assert worked(result.plan) == [1, 1, 2, 2, 2, 2, 2]
