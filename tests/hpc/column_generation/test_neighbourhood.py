"""People chosen together are distinct, not busy while others are free, and of the style asked for."""

from __future__ import annotations

import numpy as np
import pytest
from hpc_cases import small

from hpc.column_generation.incumbent import Incumbent
from hpc.column_generation.neighbourhood import choose_people
from optimise.roster.kernels.cover import CoverRows

PEOPLE = 8


@pytest.fixture
def plan() -> Incumbent:
    """Halves of a ward whose rosters are alike, one working where nobody is wanted too much."""
    problem = small(4, people=PEOPLE, days=7)
    words = np.zeros((PEOPLE, 7), dtype=np.int16)
    words[PEOPLE // 2 :] = 1
    return Incumbent(CoverRows(problem.compiled), words, np.zeros(PEOPLE), 1e4)


@pytest.mark.parametrize("style", range(4))
@pytest.mark.parametrize("size", [1, 3, 8, 20])
def test_people_are_distinct_sorted_and_as_many_as_asked(plan: Incumbent, style: int, size: int) -> None:
    for seed in range(10):
        people = choose_people(plan, size, np.random.default_rng(seed), style)
        assert people == sorted(set(people))
        assert len(people) == min(size, PEOPLE)
        assert set(people) <= set(range(PEOPLE))


@pytest.mark.parametrize("style", range(4))
def test_busy_people_are_left_out_while_there_are_enough_others(plan: Incumbent, style: int) -> None:
    busy = {0, 3, 5}
    for seed in range(20):
        assert not busy & set(choose_people(plan, 5, np.random.default_rng(seed), style, busy=busy))
    assert any(busy & set(choose_people(plan, 6, np.random.default_rng(s), style, busy=busy)) for s in range(20))


def test_everybody_is_drawn_as_often_in_the_uniform_style(plan: Incumbent) -> None:
    random = np.random.default_rng(1)
    counts = np.bincount([e for _ in range(800) for e in choose_people(plan, 2, random, 0)], minlength=PEOPLE)
    assert counts.min() > 150
    assert counts.max() < 250


def test_alike_rosters_are_drawn_together(plan: Incumbent) -> None:
    random, alike = np.random.default_rng(2), 0
    for _ in range(200):
        people = choose_people(plan, 4, random, 3)
        alike += max(sum(e < PEOPLE // 2 for e in people), sum(e >= PEOPLE // 2 for e in people)) >= 3
    uniform = [choose_people(plan, 4, random, 0) for _ in range(200)]
    by_chance = sum(sum(e < PEOPLE // 2 for e in people) != 2 for people in uniform)
    assert alike > 1.25 * by_chance


def test_who_works_where_cover_is_off_is_drawn_more(plan: Incumbent) -> None:
    """The second half does all the day shifts: where these are too many or too few, it is their doing."""
    random = np.random.default_rng(3)
    off = plan.cover.line_costs(plan.values, plan.penalty)
    score = np.array([off[plan.cover.column(e, plan.words[e])[0]].sum() for e in range(PEOPLE)])
    assert score[PEOPLE // 2] > score[0]
    drawn = [e for _ in range(200) for e in choose_people(plan, 2, random, 2)]
    assert np.mean([e >= PEOPLE // 2 for e in drawn]) > 0.65
