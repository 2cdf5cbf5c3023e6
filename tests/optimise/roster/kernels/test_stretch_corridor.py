"""The corridor holds every total on a way to the end, and the least cost to the end, by listing all words."""

from __future__ import annotations

import math

import numpy as np
import pytest

from optimise.roster.kernels import cost, roster_state, stretch_corridor, stretch_table
from optimise.roster.kernels.stretch_days import Axis, Stretch

pytestmark = pytest.mark.usefixtures("interpreted")
CUTS = [np.array([0, 6, 0, 0]), np.array([1, 4, 0, 0]), np.array([0, 2, 3, 5]), np.array([1, 3, 4, 6])]


def words_of(ward, plan, stretch: Stretch) -> np.ndarray:
    """Words of a person that keep the fixed days."""
    fixed = np.ones(6, dtype=bool)
    for i in range(stretch.pieces):
        fixed[stretch.cuts[2 * i] : stretch.cuts[2 * i + 1]] = False
    return ward.words[(ward.words[:, fixed] == plan.words[stretch.person, fixed]).all(axis=1)]


def levels(stretch: Stretch) -> list[int]:
    """Day before which each level stands."""
    out = []
    for i in range(stretch.pieces):
        out += range(stretch.cuts[2 * i], stretch.cuts[2 * i + 1] + 1)
    return out


def value_counter(staff, e: int) -> int:
    return next((c for c in range(staff.own[e], staff.own[e + 1]) if staff.table[c] >= 0), -1)


@pytest.mark.parametrize("narrow", [0, 60])
@pytest.mark.parametrize("strict", [False, True])
@pytest.mark.parametrize("cuts", CUTS)
def test_no_way_to_the_end_leaves_the_corridor(
    small, cuts: np.ndarray, strict: bool, narrow: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(stretch_corridor, "NARROW", narrow)
    ways = 0
    for seed in range(6):
        ward, random = small(seed), np.random.default_rng(seed)
        staff, plan, e = ward.staff, ward.plan(random), seed % 3
        pieces = 1 if cuts[3] == 0 else 2
        free = int(sum(cuts[2 * i + 1] - cuts[2 * i] for i in range(pieces)))
        stretch = Stretch(e, cuts, pieces, free, False)
        space = roster_state.workspace_for(staff, 6, 1, cells=800)
        space.price[:] = random.integers(-20, 20, space.price.shape)
        space.shut[:] = ~staff.allowed[e]
        counter = value_counter(staff, e)
        days = np.arange(6)
        mine = np.zeros(6, dtype=np.int64) if counter < 0 else staff.values[staff.table[counter], days, plan.words[e]]
        listed = levels(stretch)
        open_days = np.array([d for i in range(pieces) for d in range(cuts[2 * i], cuts[2 * i + 1])])
        base = 0 if counter < 0 else int(plan.amounts[counter] - mine[open_days].sum())
        stretch_table._gather_options(staff, stretch, counter, -1, space)
        size = stretch_corridor.corridor(staff, plan, stretch, Axis(counter, base, 1), -1, strict, space)
        least = math.inf
        before: dict[tuple[int, int], list[int]] = {}
        after: dict[tuple[int, int], list[int]] = {}
        was = _followed(staff, e, plan.words[e])[1]
        old = _followed(staff, e, plan.words[e])[0]
        assert old is not None
        for word in words_of(ward, plan, stretch):
            found, states = _followed(staff, e, word)
            if found is None:
                continue
            least = min(least, found - old + sum(space.price[d, word[d]] for d in open_days))
            adds = np.zeros(6, dtype=np.int64) if counter < 0 else staff.values[staff.table[counter], days, word]
            for level, d in enumerate(listed):
                before.setdefault((level, int(states[d])), []).append(int(adds[open_days[open_days < d]].sum()))
                after.setdefault((level, int(states[d])), []).append(int(adds[open_days[open_days >= d]].sum()))
        # what the old duties cost on the free days is part of the way, not of the difference
        start = int(plan.states[e, cuts[0]])
        assert space.ahead[0, start] == pytest.approx(least + _cost_of(staff, plan, e, open_days, was))
        need, cap = _limits(staff, counter, base) if strict and counter >= 0 else (-math.inf, math.inf)
        need, cap = min(need, max(after[0, start])), max(cap, min(after[0, start]))
        for (level, s), totals in before.items():
            low, high = space.reach[level, s, :2]
            least_before, most_before = max(min(totals), need - max(after[level, s])), max(totals)
            most_before = min(most_before, cap - min(after[level, s]))
            assert low <= least_before
            assert most_before <= high
            if narrow < free:
                assert (low, high) == (least_before, most_before)
            assert high - low < size
            ways += 1
    assert ways > 60


def _limits(staff, c: int, base: int) -> tuple[float, float]:
    """Units that hard limits ask of the free days."""
    need = math.ceil(staff.lower[c] / staff.unit_of[c]) - base if math.isinf(staff.price_lower[c]) else -math.inf
    return need, staff.upper[c] // staff.unit_of[c] - base if math.isinf(staff.price_upper[c]) else math.inf


def _followed(staff, e: int, word: np.ndarray) -> tuple[float | None, np.ndarray]:
    states, amounts = np.zeros(len(word) + 1, np.int32), np.zeros(staff.own[e + 1] - staff.own[e], np.int64)
    found, hard = cost.follow(staff, e, word, states, amounts)
    return (None if hard > 0 else found), states


def _cost_of(staff, plan, e: int, days: np.ndarray, states: np.ndarray) -> float:
    """What the duties so far cost on these days in sequences and cells."""
    k, found = staff.automaton[e], 0.0
    for d in days:
        a = plan.words[e, d]
        r = staff.at[staff.layer[k, d]] + states[d] * staff.width[k] + staff.letter[k, a]
        found += staff.cost[r] + staff.unit[e, d, a]
    return found


def test_without_a_way_the_corridor_is_empty(small) -> None:
    ward = small(0)
    staff, plan = ward.staff, ward.plan(np.random.default_rng(0))
    space = roster_state.workspace_for(staff, 6, 1, cells=800)
    space.shut[:] = ~staff.allowed[0]
    space.shut[3] = True
    stretch = Stretch(0, np.array([0, 6]), 1, 6, False)
    stretch_table._gather_options(staff, stretch, -1, -1, space)
    assert stretch_corridor.corridor(staff, plan, stretch, Axis(-1, 0, 1), -1, True, space) == 0
