"""A plan under change stays in step with what the evaluator says of it."""

from __future__ import annotations

import math

import numpy as np
import pytest

from optimise.roster.kernels import roster_state
from optimise.roster.kernels.roster_state import RosterState

pytestmark = pytest.mark.usefixtures("interpreted")
SEEDS = range(8)


def fresh(small, plan: RosterState) -> RosterState:
    """The same roster, brought in step from nothing."""
    made = roster_state.state_of(small.staff, plan.words)
    roster_state.evaluate(small.staff, made, small.price)
    return made


def in_step(plan: RosterState, other: RosterState) -> None:
    for mine, anew in zip(plan, other, strict=True):
        assert np.allclose(mine, anew)


@pytest.mark.parametrize("weekend", [False, True])
@pytest.mark.parametrize("seed", SEEDS)
def test_a_plan_costs_what_the_evaluator_says(small, seed: int, weekend: bool) -> None:
    ward, random = small(seed, weekend=weekend), np.random.default_rng(seed)
    for _ in range(5):
        words = ward.duties(random)
        plan = roster_state.state_of(ward.staff, words)
        cost, outside = roster_state.evaluate(ward.staff, plan, ward.price)
        assert cost == ward.value(words)
        broken = [i for i in range(3) if math.isinf(ward.costs(i, hard=True)[number(words[i])])]
        assert (outside > 0) == bool(broken)


def number(word: np.ndarray) -> int:
    """Place of a word in the list of all words."""
    place = 0
    for a in word.tolist():
        place = 3 * place + a
    return place


def test_a_broken_sequence_costs_without_end(small) -> None:
    ward = small(0)
    for e in range(3):
        words = np.array([ward.words[np.flatnonzero(np.isfinite(ward.costs(i)))[0]] for i in range(3)])
        for w in np.flatnonzero(np.isinf(ward.costs(e))).tolist():
            words[e] = ward.words[w]
            plan = roster_state.state_of(ward.staff, words)
            assert roster_state.evaluate(ward.staff, plan, ward.price) == (math.inf, math.inf)


@pytest.mark.parametrize("seed", SEEDS)
def test_the_cover_moves_by_what_the_evaluator_says(small, seed: int) -> None:
    """One person's days are taken out and others put in: the change is the difference of the whole."""
    ward, random = small(seed), np.random.default_rng(seed)
    plan = ward.plan(random)
    for _ in range(8):
        e, (first, last) = int(random.integers(3)), sorted(random.choice(7, 2, replace=False).tolist())
        before, own = ward.value(plan.words), ward.costs(e)[number(plan.words[e])]
        change = roster_state.move_cover(ward.staff, plan, e, first, last, -1.0)
        other = np.where(
            (np.arange(6) >= first) & (np.arange(6) < last), random.integers(0, 3, 6), plan.words[e]
        ).astype(np.int16)
        if math.isinf(ward.costs(e)[number(other)]):
            other = plan.words[e].copy()
        plan.words[e] = other
        change += roster_state.move_cover(ward.staff, plan, e, first, last, 1.0)
        assert change == pytest.approx(ward.value(plan.words) - before - ward.costs(e)[number(other)] + own)
        anew = fresh(ward, plan)
        assert np.array_equal(plan.lines, anew.lines)
        assert np.allclose(plan.rise, anew.rise)


def test_the_rise_is_the_price_of_one_more(small) -> None:
    ward, random = small(3), np.random.default_rng(3)
    plan = ward.plan(random)
    for line in range(len(plan.lines)):
        now, more = (roster_state.line_price(ward.staff, line, plan.lines[line] + x) for x in (0.0, 1.0))
        assert plan.rise[line] == more - now


@pytest.mark.parametrize("weekend", [False, True])
@pytest.mark.parametrize("seed", SEEDS)
def test_rewriting_a_stretch_changes_the_cost_by_the_difference(small, seed: int, weekend: bool) -> None:
    ward, random = small(seed, weekend=weekend), np.random.default_rng(seed)
    plan, broken = ward.plan(random), 0
    for _ in range(25):
        e, (first, last) = int(random.integers(3)), sorted(random.choice(7, 2, replace=False).tolist())
        old, new = plan.words[e].copy(), random.integers(0, 3, 6).astype(np.int16)
        wanted = np.concatenate([old[:first], new[first:last], old[last:]])
        cost = ward.costs(e)[number(wanted)]
        before = ward.costs(e)[number(old)]
        change = roster_state.rewrite(ward.staff, plan, e, first, last, new, ward.price)
        forbidden = not ward.staff.allowed[e, np.arange(6), wanted].all()
        if math.isinf(cost) and not forbidden:
            assert change == math.inf
            broken += 1
        if math.isinf(cost):
            plan.words[e] = old
            assert roster_state.evaluate(ward.staff, plan, ward.price)[0] == ward.value(plan.words)
        else:
            assert change == pytest.approx(cost - before)
            assert np.array_equal(plan.words[e], wanted)
        for mine, anew in zip(plan[:3], fresh(ward, plan)[:3], strict=True):
            assert np.array_equal(mine, anew)
    assert broken or not np.isinf(ward.costs(0)).any()


def test_the_room_fits_the_stretches_asked_for(small) -> None:
    ward = small(0)
    space = roster_state.workspace_for(ward.staff, 4, 2, cells=800)
    states = int(ward.staff.states.max())
    assert space.price.shape == space.shut.shape == (6, 3)
    assert space.options.shape == (4, 3, 4)
    assert space.old.shape == (2, 6)
    assert len(space.onto) == len(space.over) == len(space.moved) == states
    # a level for each free day, for each gap between pieces and for the end
    assert space.reach.shape[:2] == space.ahead.shape == (8, states)
    assert (len(space.table), len(space.low)) == (800, 100)
