"""Hours over reference periods that roll and over any seven days, against sums, and in every engine."""

from __future__ import annotations

from itertools import product
from pathlib import Path

import numpy as np
import pytest

import optimise
from optimise.core.method import Limits
from optimise.roster.formats.ward import Ward
from optimise.roster.formats.ward_packs import PACKS

RULE = "at most 20 h a week on average"


def ward(days: int, weeks: int, past: list[float], *, price: float | None = None, rolling: bool = True) -> Ward:
    limit = {"limit": 20, "weeks": weeks, "rolling": rolling, **({"weight": price} if price else {})}
    return Ward.model_validate(
        {
            "start": "2026-01-05",
            "days": days,
            "shifts": [{"id": "E", "start": "07:00", "end": "15:00"}],
            "staff": [{"id": "Ann", "history": {"weekly_hours": past}}, {"id": "Ben"}],
            "demand": [{"shifts": ["E"], "minimum": 1, "weight": 3}],
            "rules": {"max_average_weekly_hours": limit, "max_consecutive_days": "none", "min_rest_hours": "none"},
        }
    )


def over(hours: list[float], past: list[float], weeks: int) -> float:
    """Minutes above the limit, period by period, as the rule says it."""
    every, found = [*past, *hours], 0.0
    ends = [len(past) + k + 1 for k in range(len(hours)) if len(past) + k + 1 >= weeks]
    for end in ends or [None]:
        period = every if end is None else every[end - weeks : end]
        found += max(0.0, sum(period) - 20 * len(period))
    return 60 * found


@pytest.mark.parametrize(
    ("days", "weeks", "past"), list(product((21, 24), (2, 3, 6), ([], [40.0], [16.0, 40.0, 8.0, 30.0])))
)
def test_every_period_that_is_known_whole_counts(days: int, weeks: int, past: list[float]) -> None:
    problem = ward(days, weeks, past).problem()
    random = np.random.default_rng(days + weeks)
    for _ in range(20):
        duties = random.integers(0, 2, (2, days))
        plan = problem.roster([["E" if d else "-" for d in row] for row in duties])
        hours = [[8.0 * row[k : k + 7].sum() for k in range(0, days, 7)] for row in duties]
        wanted = over(hours[0], past, weeks) + over(hours[1], [], weeks)
        assert problem.evaluate(plan).by_rule()[RULE] == pytest.approx(wanted)


def test_a_period_inside_the_plan_is_cut_by_weeks() -> None:
    made = ward(28, 2, []).problem()
    (rule,) = [r for r in made.rules if r.name == RULE]
    assert sorted({part.period for part in rule.parts}) == [(0, 14), (7, 21), (14, 28)]


def test_without_history_it_is_the_plain_average() -> None:
    assert ward(14, 17, []).problem().digest() == ward(14, 17, [], rolling=False).problem().digest()


@pytest.mark.parametrize("price", [None, 2.0])
def test_column_generation_and_the_whole_model_agree(price: float | None) -> None:
    problem = ward(14, 3, [30.0, 20.0], price=price).problem()
    found = [optimise.solve(problem, m, limits=Limits(seconds=20)) for m in ("highs", "column-generation")]
    assert found[0].proven
    assert found[0].cost == pytest.approx(found[1].cost)
    assert found[0].bounds.dual == pytest.approx(found[1].bounds.dual)


def test_the_law_rolls_in_the_pack_and_in_a_workbook(tmp_path: Path) -> None:
    pytest.importorskip("openpyxl")
    assert PACKS["nhs-agenda-for-change"].max_average_weekly_hours.rolling
    made = ward(14, 3, [40.0])
    assert Ward.load(made.save(tmp_path / "w.xlsx")) == made


def short(days: int, past: list[str], **rules: object) -> Ward:
    return Ward.model_validate(
        {
            "start": "2026-01-05",
            "days": days,
            "shifts": [{"id": "E", "start": "07:00", "end": "15:00", "break_minutes": 30}],
            "staff": [{"id": "Ann", "history": {"duties": past}}],
            "rules": {"max_average_weekly_hours": "none", "max_consecutive_days": "none", **rules},
        }
    )


@pytest.mark.parametrize("days", [1, 2, 3, 6, 7, 9])
def test_any_seven_days_of_a_short_plan_reach_back_as_far(days: int) -> None:
    past = ["E", "E", "off", "E", "E", "E", "off"]
    problem = short(days, past, max_hours_in_7_days=30).problem()
    for plan in product("E-", repeat=days):
        row = [*("-" if d == "off" else d for d in past), *plan]
        windows = [row[day - 6 : day + 1] for day in range(7, 7 + days)]
        kept = all(window.count("E") <= 4 for window in windows)
        assert problem.evaluate(problem.roster([list(plan)])).feasible == kept


@pytest.mark.parametrize("rule", ["max_hours_in_7_days", "max_hours_in_168_hours"])
def test_what_history_has_above_a_limit_is_not_charged_to_the_plan(rule: str) -> None:
    problem = short(7, ["E"] * 6, **{rule: 30}).problem()
    assert problem.evaluate(problem.roster([[*"---E---"]])).feasible
    assert not problem.evaluate(problem.roster([[*"--E----"]])).feasible
