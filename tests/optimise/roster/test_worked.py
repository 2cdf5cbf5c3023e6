"""What frozen days have broken by themselves stops no plan; what reaches into open days still holds."""

from __future__ import annotations

import math
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

import optimise
from optimise.replan import replan
from optimise.roster.problem import Roster
from optimise.roster.rules.primitives import NO_LIMIT, Counter, Line, Pattern, Segment, Term
from optimise.roster.worked import open_counter, open_line, open_pattern, past_of

pytestmark = pytest.mark.quick

WHO, DAYS = np.zeros(3, dtype=np.int32), np.arange(3, dtype=np.int32)
#: One person: duty 2, then 1, then two open days.
PAST = past_of((1, 4), [(0, 0, 1 << 2), (0, 1, 1 << 1)])


def test_a_sequence_that_is_over_is_let_go_and_one_that_reaches_on_is_not() -> None:
    assert open_pattern(Pattern("rest", (4, 2), WHO, DAYS), PAST, 3).starts.tolist() == [1, 2]
    assert open_pattern(Pattern("rest", (2, 4), WHO, DAYS), PAST, 3).starts.tolist() == [0, 1, 2]
    assert open_pattern(Pattern("rest", (4, 2), WHO, DAYS, weight=3.0), PAST, 3).starts.tolist() == [0, 1, 2]


def test_groups_of_days_are_judged_where_they_are_over() -> None:
    both = Pattern("weekends", (2, 2), WHO[:1], DAYS[:1], groups=((0,), (1,), (2, 3)))
    assert not len(open_pattern(both, PAST, 3).starts)
    assert len(open_pattern(replace(both, starts=DAYS[1:2]), PAST, 3).starts)


@pytest.mark.parametrize(("upper", "now"), [(5, 7), (9, 9)])
def test_a_total_above_its_maximum_allows_nothing_more(upper: int, now: int) -> None:
    values = np.tile(np.array([0, 3, 4]), (4, 1))
    bounds = {"lower": np.array([-NO_LIMIT]), "upper": np.array([upper]), "offset": np.array([0])}
    hard = Counter("hours", WHO[:1], **bounds, values=values, weight_lower=0.0)
    assert open_counter(hard, PAST, 3).upper.tolist() == [now]
    assert open_counter(replace(hard, weight_upper=1.0), PAST, 3).upper.tolist() == [upper]


def test_a_total_that_cannot_be_reached_any_more_asks_for_what_can_be() -> None:
    values = np.tile(np.array([0, 3, 4]), (4, 1))
    bounds = {"lower": np.array([20]), "upper": np.array([NO_LIMIT]), "offset": np.array([0])}
    hard = Counter("hours", WHO[:1], **bounds, values=values, weight_upper=0.0)
    assert open_counter(hard, PAST, 3).lower.tolist() == [15]


def test_a_head_count_of_a_day_that_is_over_asks_for_what_was() -> None:
    line = Line("cover", (Term(0, 2),), lower=1, under=(Segment(math.inf, math.inf),))
    assert open_line(line, PAST).lower == 0
    assert open_line(replace(line, terms=(Term(2, 2),)), PAST).lower == 1


def test_planning_again_says_what_it_does_not_count() -> None:
    problem = optimise.read_ward(Path(__file__).parents[3] / "examples" / "minimal.yaml")
    duties = np.zeros((5, 14), dtype=np.int16)
    duties[0, :2] = problem.duty_index("L"), problem.duty_index("E")
    plan = Roster(duties)
    task = replan(problem, plan, freeze_until=3)
    assert any("not counted" in note for note in task.previous.notes)
    broken = {v.days for v in task.problem.evaluate(plan).violations if v.hard}
    assert (0, 1) not in broken
    half = replan(problem, plan, freeze_until=1).problem.evaluate(plan)
    assert (0, 1) in {v.days for v in half.violations if v.hard}
