"""What fixed days after a stretch cost from each state is the difference of two whole rosters."""

from __future__ import annotations

import numpy as np
import pytest

from optimise.roster.kernels import cost, roster_state, stretch_days
from optimise.roster.kernels.stretch_days import Stretch

pytestmark = pytest.mark.usefixtures("interpreted")


def begun(staff, e: int, word: np.ndarray) -> tuple[float, np.ndarray, np.ndarray] | None:
    """Cost, states and totals of the first days of a roster; None where they break a sequence."""
    states, amounts = np.zeros(len(word) + 1, np.int32), np.zeros(staff.own[e + 1] - staff.own[e], np.int64)
    found, hard = cost.follow(staff, e, word, states, amounts)
    return None if hard > 0 else (found, states, amounts)


@pytest.mark.parametrize("weekend", [False, True])
@pytest.mark.parametrize("seed", range(6))
def test_from_each_state_the_fixed_days_lead_where_the_whole_word_does(small, seed: int, weekend: bool) -> None:
    ward, random = small(seed, weekend=weekend), np.random.default_rng(seed)
    staff, plan = ward.staff, ward.plan(random)
    space, reached = roster_state.workspace_for(staff, 6, 1, cells=80), 0
    for e in range(3):
        calendars = [c for c in range(staff.own[e], staff.own[e + 1]) if staff.calendar[c] >= 0]
        for day, until in ((1, 3), (2, 6), (3, 5), (5, 6)):
            outer = calendars[0] if calendars else -1
            here = stretch_days.ahead(staff, plan, e, day, until, outer, space)
            assert here == staff.states[staff.layer[staff.automaton[e], day]]
            told = space.onto.copy(), space.over.copy(), space.moved.copy()
            old = [begun(staff, e, plan.words[e, :d]) for d in (day, until)]
            for prefix in ward.words[: 3**day, -day:]:
                start = begun(staff, e, prefix)
                if start is None:
                    continue
                s = start[1][day]
                whole = begun(staff, e, np.concatenate([prefix, plan.words[e, day:until]]))
                if whole is None:
                    assert told[0][s] == -1
                    continue
                reached += 1
                assert told[0][s] == whole[1][until]
                assert told[1][s] == pytest.approx((whole[0] - start[0]) - (old[1][0] - old[0][0]))
                if outer >= 0:
                    c = outer - staff.own[e]
                    hits = (whole[2][c] - start[2][c]) - (old[1][2][c] - old[0][2][c])
                    assert told[2][s] == hits
    assert reached > 100


@pytest.mark.parametrize("seed", range(4))
def test_an_end_costs_nothing_where_nothing_follows(small, seed: int) -> None:
    ward = small(seed)
    staff, plan = ward.staff, ward.plan(np.random.default_rng(seed))
    space = roster_state.workspace_for(staff, 6, 1, cells=80)
    for last, open_end in ((6, False), (6, True), (3, True)):
        space.over[:], space.moved[:], space.onto[:] = 7.0, 7, -1
        here = stretch_days.at_end(staff, plan, Stretch(0, np.array([1, last]), 1, last - 1, open_end), -1, space)
        assert here == (1 if last == 6 else staff.states[staff.layer[staff.automaton[0], last]])
        for field in (space.over, space.moved, space.onto):
            assert (field[:here] == 0).all()


@pytest.mark.parametrize("seed", range(4))
def test_an_end_before_fixed_days_follows_them_to_the_last(small, seed: int) -> None:
    ward = small(seed)
    staff, plan = ward.staff, ward.plan(np.random.default_rng(seed))
    one, other = (roster_state.workspace_for(staff, 6, 1, cells=80) for _ in range(2))
    for e in range(3):
        here = stretch_days.at_end(staff, plan, Stretch(e, np.array([0, 2]), 1, 2, False), -1, one)
        assert here == stretch_days.ahead(staff, plan, e, 2, 6, -1, other)
        assert np.array_equal(one.onto, other.onto)
        assert np.array_equal(one.over, other.over)
