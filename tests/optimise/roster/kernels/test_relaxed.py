"""With cover and totals priced, each person's cheapest word is the least of all words."""

from __future__ import annotations

import math

import numpy as np
import pytest

from optimise.roster.dyadic import on_grid
from optimise.roster.kernels import cost, relaxed
from optimise.roster.kernels.cover import CoverRows

pytestmark = pytest.mark.usefixtures("interpreted")


def listed(ward, e: int) -> tuple[np.ndarray, np.ndarray]:
    """Cost of sequences and cells of every word, infinite where not allowed, and the totals of each."""
    staff = ward.staff
    costs, amounts = np.full(len(ward.words), math.inf), np.zeros((len(ward.words), staff.own[e + 1] - staff.own[e]))
    for i, word in enumerate(ward.words):
        mine, states = np.zeros(amounts.shape[1], np.int64), np.zeros(7, np.int32)
        found, hard = cost.follow(staff, e, word, states, mine)
        if hard == 0:
            costs[i], amounts[i] = found, mine
    assert np.array_equal(np.isfinite(costs), np.isfinite(ward.costs(e)))
    return costs, amounts


@pytest.mark.parametrize("batch", [1, 2, 32])
@pytest.mark.parametrize("weekend", [False, True])
def test_words_are_the_cheapest_of_all(small, weekend: bool, batch: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(relaxed, "BATCH", batch)
    for seed in range(3):
        ward, random = small(seed, weekend=weekend), np.random.default_rng(seed)
        staff = ward.staff
        prices = on_grid(random.normal(0, 5, (len(staff.pointer), 6, 3)))
        own = on_grid(random.normal(0, 3, len(staff.table)))
        people = np.array([2, 0, 1])
        words, values = np.zeros((3, 6), np.int16), np.zeros(3)
        relaxed.cheapest(staff, people, prices, own, words, values)
        for i, e in enumerate(people):
            costs, amounts = listed(ward, e)
            whole = costs + prices[staff.kind[e]][np.arange(6), ward.words].sum(axis=1)
            whole += amounts @ own[staff.own[e] : staff.own[e + 1]]
            assert values[i] == whole.min()
            assert whole[int("".join(map(str, words[i])), 3)] == whole.min()


def test_nobody_is_given_a_word_where_there_is_none(small) -> None:
    ward = small(0)
    shut = ward.staff.allowed.copy()
    shut[1, 4] = False
    words, values = np.zeros((3, 6), np.int16), np.zeros(3)
    prices, own = np.zeros((len(ward.staff.pointer), 6, 3)), np.zeros(len(ward.staff.table))
    relaxed.cheapest(ward.staff._replace(allowed=shut), np.arange(3), prices, own, words, values)
    assert np.isinf(values).tolist() == [False, True, False]


@pytest.mark.parametrize("weekend", [False, True])
def test_totals_are_those_of_the_rules(small, weekend: bool) -> None:
    ward, random = small(1, weekend=weekend), np.random.default_rng(1)
    staff, people = ward.staff, np.array([2, 0])
    words = ward.duties(random)[people]
    activity, amounts = np.ones(len(staff.line_bound)), np.full(len(staff.table), -1.0)
    relaxed.totals(staff, people, words, activity, amounts)
    assert np.array_equal(activity, 1.0 + CoverRows(ward.problem.compiled).counts(words, people))
    for i, e in enumerate(people):
        place = int("".join(map(str, words[i])), 3)
        assert np.array_equal(amounts[staff.own[e] : staff.own[e + 1]], listed(ward, e)[1][place])
    assert (amounts[staff.own[1] : staff.own[2]] == -1.0).all()


def test_shares_are_a_running_mean() -> None:
    random = np.random.default_rng(0)
    drawn = random.integers(0, 3, (5, 2, 4)).astype(np.int16)
    mean, expected = np.zeros((2, 4, 3), np.float32), np.zeros((2, 4, 3))
    for k, words in enumerate(drawn, 1):
        relaxed.shares(words, 1.0 / k, mean)
        expected += np.eye(3)[words]
    assert np.allclose(mean, expected / 5, atol=1e-6)
