"""Annealing returns rosters that keep what it was told to keep, and tells when they break a hard rule."""

from __future__ import annotations

import numpy as np
import pytest

from optimise.core.cooling import Cooling
from optimise.core.errors import UnsupportedError
from optimise.roster.kernels import anneal
from optimise.roster.kernels.anneal import Annealer
from optimise.roster.kernels.cover import CoverRows
from optimise.roster.problem import Roster
from optimise.roster.rules import WorkedWeekends
from optimise.testing import brute, ward

pytestmark = pytest.mark.usefixtures("interpreted")


@pytest.fixture(autouse=True)
def short(monkeypatch: pytest.MonkeyPatch) -> None:
    """Looks at the clock come often."""
    monkeypatch.setattr(anneal, "_PART", 1000)


def annealer(problem) -> Annealer:
    return Annealer(problem.compiled, CoverRows(problem.compiled))


@pytest.mark.parametrize("seed", [1, 4])
def test_a_run_ends_at_the_optimum_of_a_small_ward(small, seed: int) -> None:
    problem = small(seed, days=4).problem
    words = annealer(problem).run(np.zeros((3, 4), np.int16), 8000, 20.0, 0.2, seed=3)
    found, optimum = problem.evaluate(Roster(words)), brute(problem)
    assert found.feasible == optimum.feasible
    if found.feasible:
        assert found.cost == pytest.approx(optimum.cost)


def test_whole_rosters_break_no_hard_rule(small) -> None:
    for seed in range(6):
        each, random, seen = small(seed), np.random.default_rng(seed), set()
        made = annealer(each.problem)
        for _ in range(10):
            words = each.duties(random)
            feasible = each.problem.evaluate(Roster(words)).feasible
            assert made.whole(words) == feasible
            seen.add(feasible)
    assert seen


def test_what_is_kept_stays_and_days_outside_the_window_too(small) -> None:
    each = small(2)
    start = each.duties(np.random.default_rng(2))
    kept = np.full((3, 6), -1, dtype=np.int16)
    kept[1, 2:4] = start[1, 2:4] = 0
    kept[2] = start[2]
    words = annealer(each.problem).run(start, 2000, 20.0, 5.0, seed=1, tries=1, kept=kept, days=(1, 5))
    assert (words[:, [0, 5]] == start[:, [0, 5]]).all()
    assert (words[1, 2:4] == 0).all()
    assert (words[2] == start[2]).all()
    assert (words != start).any()


def test_it_ends_when_it_is_told(small) -> None:
    asked = []
    made = annealer(small(1).problem)
    made.run(
        np.zeros((3, 6), np.int16), 50_000, 20.0, 0.2, seed=3, over=lambda: asked.append(1) is None and len(asked) > 1
    )
    assert len(asked) == 2


def test_the_survey_finds_a_temperature_among_soft_prices(small, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(anneal, "Cooling", lambda steps, hot, cold: Cooling(min(steps, 2000), hot, cold))
    each = small(3, days=4)
    made = annealer(each.problem)
    heat, share = made.survey(brute(each.priced).plan.duties, 1)
    assert 0.05 <= heat <= 20.0
    assert 0.0 <= share < 1.0


def test_more_calendars_than_bits_are_refused() -> None:
    rules = [WorkedWeekends(name=f"w{i}", weekends=((2 * i, 2 * i + 1),), maximum=0, weight=1.0) for i in range(32)]
    assert annealer(ward("bits", [*rules[:31]], people=1, days=64))
    with pytest.raises(UnsupportedError, match="31 calendars"):
        annealer(ward("bits", rules, people=1, days=64))


def test_a_run_that_is_over_before_it_begins_makes_no_move(small) -> None:
    each = small(2)
    start = each.duties(np.random.default_rng(2))
    made = annealer(each.problem)
    made.load(start)
    assert (made.run(start, 2000, 20.0, 5.0, seed=1, over=lambda: True) == start).all()
