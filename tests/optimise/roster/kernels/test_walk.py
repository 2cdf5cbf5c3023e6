"""The walk's cost, move by move, is that of its roster; it stays where it may move and finds the optimum."""

from __future__ import annotations

import math

import numpy as np
import pytest

from optimise.core.cooling import Cooling
from optimise.roster.arrays import lenient_arrays, priced
from optimise.roster.kernels import walk
from optimise.roster.kernels.walk import Record, Trial, Walk
from optimise.roster.problem import Roster
from optimise.testing import brute

pytestmark = pytest.mark.usefixtures("interpreted")


def begun(rules, words: np.ndarray) -> tuple[Walk, float]:
    shape = words.shape
    made = Walk(
        words.astype(np.int16),
        np.zeros((shape[0], shape[1] + 1), np.int32),
        np.zeros(shape),
        np.zeros(shape, np.int32),
        np.zeros(len(rules.table), np.int64),
        np.zeros(len(rules.line_bound)),
    )
    return made, float(walk.start_walk(rules, made))


def trial() -> Trial:
    return Trial(
        np.zeros((2, 6), np.int16),
        np.zeros((2, 7), np.int32),
        np.zeros((2, 6)),
        np.zeros((2, 6), np.int32),
        np.zeros((2, 4), np.int64),
    )


def rules_of(ward, hard: float):
    return priced(lenient_arrays(ward.problem.compiled, matches=True), hard)


@pytest.mark.parametrize("weekend", [False, True])
@pytest.mark.parametrize("seed", range(6))
def test_a_walk_begins_at_the_cost_of_its_roster(small, seed: int, weekend: bool) -> None:
    ward, random = small(seed, weekend=weekend), np.random.default_rng(seed)
    for _ in range(4):
        words = ward.duties(random)
        assert begun(rules_of(ward, ward.price), words)[1] == pytest.approx(ward.value(words))


@pytest.mark.parametrize("seed", range(6))
def test_only_what_breaks_hard_rules_gets_dearer_with_their_price(small, seed: int) -> None:
    ward, random, seen = small(seed), np.random.default_rng(seed), [0, 0]
    for k in range(30):
        words = random.integers(0, 3, (3, 6)) if k % 2 else ward.duties(random)
        found = ward.problem.evaluate(Roster(words.astype(np.int16)))
        cheap, dear = (begun(rules_of(ward, hard), words)[1] for hard in (0.0, 500.0))
        if not ward.staff.allowed[np.arange(3)[:, None], np.arange(6), words].all():
            assert dear == math.inf
            continue
        assert cheap == pytest.approx(found.cost)
        assert (dear > cheap) == (not found.feasible)
        assert dear == cheap or dear >= cheap + 500.0 / 120
        seen[found.feasible] += 1
    assert seen[0]


@pytest.mark.parametrize("weekend", [False, True])
@pytest.mark.parametrize("seed", range(3))
def test_cost_and_tables_stay_in_step_with_the_words(small, seed: int, weekend: bool) -> None:
    ward = small(seed, weekend=weekend)
    rules = rules_of(ward, 40.0)
    words = ward.duties(np.random.default_rng(seed))
    now, cost = begun(rules, words)
    state = np.array([seed + 1], dtype=np.uint64)
    for _ in range(4):
        record, before = Record(words.copy(), np.zeros(50)), cost
        least, cost = walk.anneal(rules, now, trial(), record, cost, Cooling(500, 12.0, 3.0), state, 1, 5)
        anew, expected = begun(rules, now.words)
        assert cost == pytest.approx(expected)
        assert begun(rules, record.best)[1] == pytest.approx(least)
        assert least <= min(cost, before) + 1e-9
        for mine, other in zip(now, anew, strict=True):
            assert np.allclose(mine[..., :6], other[..., :6])  # the state after the last day is not kept
        assert (now.words[:, [0, 5]] == words[:, [0, 5]]).all()
        assert ward.staff.allowed[np.arange(3)[:, None], np.arange(6), now.words].all()
        assert (record.rises > 0).all()
    assert (now.words != words).any()


def test_a_cold_walk_takes_nothing_that_costs(small) -> None:
    ward = small(2)
    rules = rules_of(ward, 40.0)
    now, cost = begun(rules, ward.duties(np.random.default_rng(2)))
    for k in range(5):
        record = Record(now.words.copy(), np.zeros(0))
        state = np.array([k + 1], dtype=np.uint64)
        least, after = walk.anneal(rules, now, trial(), record, cost, Cooling(100, 1e-9, 1e-9), state, 0, 6)
        assert after <= cost + 1e-6
        assert least == pytest.approx(after)
        cost = after


@pytest.mark.parametrize("seed", [1, 3])
def test_a_cooling_walk_ends_at_the_optimum_of_a_small_ward(small, seed: int) -> None:
    ward = small(seed, days=4)
    rules, optimum = rules_of(ward, ward.price), brute(ward.priced).cost
    now, cost = begun(rules, ward.duties(np.random.default_rng(seed)))
    reached = []
    for k in range(3):
        record, state = Record(now.words.copy(), np.zeros(0)), np.array([k + 7], dtype=np.uint64)
        least, cost = walk.anneal(rules, now, trial(), record, cost, Cooling(2500, 30.0, 0.3), state, 0, 4)
        reached.append(least)
    assert min(reached) == pytest.approx(optimum)


def test_random_numbers_are_even() -> None:
    state = np.array([1], dtype=np.uint64)
    drawn = np.array([walk._random(state) for _ in range(4000)])
    assert ((drawn >= 0) & (drawn < 1)).all()
    counts = np.histogram(drawn, 10, (0, 1))[0]
    assert counts.min() > 320
    assert abs(np.corrcoef(drawn[1:], drawn[:-1])[0, 1]) < 0.05
