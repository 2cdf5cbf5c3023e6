"""What a person's table leaves out is told, enters it when it binds, and never makes the bound wrong."""

from __future__ import annotations

import math
from itertools import combinations

import numpy as np
import pytest

from optimise.roster.dyadic import on_grid
from optimise.roster.kernels import pricing_table, table
from optimise.roster.kernels.pricing_table import PricingTable
from optimise.roster.kernels.table import Scratch
from optimise.roster.problem import RosterProblem
from optimise.roster.rules import Pins, Total
from optimise.testing import ward
from optimise.testing.brute import _person_cost
from optimise.testing.wards import DAY, NIGHT, WORK

pytestmark = pytest.mark.usefixtures("interpreted")


@pytest.fixture
def waiting(monkeypatch: pytest.MonkeyPatch) -> None:
    """Upper limits wait outside the table."""
    monkeypatch.setattr(pricing_table, "_EAGER_CELLS", 0)
    monkeypatch.setattr(pricing_table, "_GROWTH", 0.0)


def table_of(problem: RosterProblem, e: int = 0) -> PricingTable:
    return PricingTable(problem.arrays, problem.automata[e], e, {})


def least(block: PricingTable, cost: np.ndarray) -> float:
    none, ints = np.zeros(0), np.zeros(0, np.int32)
    rows = (np.zeros(block.rows, np.int32) for _ in range(2))
    cells = np.zeros(block.rows * block.net.size)
    room = Scratch(cells, *rows, none, ints, ints, ints, ints, np.zeros(0, np.int64), none, ints, ints, ints)
    made = table.class_costs(cost, block.duty_fine, block.fine_of, block.fines, block.kinds)
    return float(table.forward(block.net, made[2], room))


@pytest.mark.usefixtures("waiting")
def test_the_bound_rises_to_the_exact_value_as_limits_enter(small) -> None:
    entered = 0
    for seed in range(12):
        each, e = small(seed), seed % 3
        block = table_of(each.problem, e)
        whole = each.costs(e, hard=True)
        prices = on_grid(np.random.default_rng(seed).normal(0, 9, (6, 3)))
        exact = (whole + prices[np.arange(6), each.words].sum(axis=1)).min()
        cost = np.where(block.allowed, each.problem.arrays.unit[e] + prices, math.inf)
        before = -math.inf
        while block.alive:
            bound = least(block, cost)
            assert before <= bound <= exact
            before = bound
            broken = each.words[np.flatnonzero(block.allowed[np.arange(6), each.words].all(axis=1))]
            if not block.promote(broken):
                break
            entered += 1
            assert block.grown
        assert not block.lazy or not block.alive
        assert before == exact or not block.alive
        assert block.alive or math.isinf(exact)
    assert entered > 5


@pytest.mark.usefixtures("waiting")
def test_words_within_are_those_that_keep_what_waits() -> None:
    rules = [Total(name="nights", of=NIGHT, maximum=2), Total(name="days", of=DAY, maximum=3)]
    block = table_of(ward("two", rules, people=1, days=6))
    assert len(block.lazy) == 2
    for word in ([2, 2, 0, 1, 1, 1], [2, 2, 2, 0, 0, 0], [1, 1, 1, 1, 0, 0], [0] * 6):
        counts = np.bincount(word, minlength=3)
        assert block.within(np.array(word, dtype=np.int16)) == (counts[2] <= 2 and counts[1] <= 3)


@pytest.mark.usefixtures("waiting")
def test_the_limit_that_is_broken_most_enters_first() -> None:
    rules = [Total(name="nights", of=NIGHT, maximum=2), Total(name="days", of=DAY, maximum=1)]
    block = table_of(ward("two", rules, people=1, days=6))
    assert not block.promote(np.array([[2, 2, 1, 0, 0, 0]], dtype=np.int16))
    assert not block.grown
    word = np.array([[2, 2, 2, 1, 1, 1]], dtype=np.int16)  # a night and two days too many
    for entered in (1, 2):
        assert block.promote(word)
        assert len(block.active) == entered
        days = [k for k in block.active if block.counts[k].cap <= 2 and block.counts[k].values[0, 1]]
        assert days
    assert not block.promote(word)


@pytest.mark.usefixtures("waiting")
def test_labels_of_days_that_overlap_have_bits_of_their_own() -> None:
    rules = [Total(name=f"w{d}", of=WORK, maximum=2, weight_maximum=3.0, period=(d, d + 3)) for d in range(10)]
    rules.append(Total(name="whole", of=WORK, maximum=7))
    block = table_of(ward("rolling", rules, people=1, days=12))
    net, lazy = block.net, block.lazy
    assert len(lazy) == 11
    assert int((net.lazy_bit + net.lazy_width).max()) <= 62
    for i, j in combinations(range(len(lazy)), 2):
        one, other = (block.counts[lazy[x]] for x in (i, j))
        apart = one.last < other.first or other.last < one.first
        bits = [set(range(net.lazy_bit[x], net.lazy_bit[x] + net.lazy_width[x])) for x in (i, j)]
        assert apart or not bits[0] & bits[1]
    assert all(block.counts[k].cap + 1 < 1 << w for k, w in zip(lazy, net.lazy_width, strict=True))
    assert len({*net.lazy_bit.tolist()}) < len(lazy)  # those of days apart share theirs


def test_a_lower_limit_that_nobody_can_keep_beside_another_limit_leaves_no_word() -> None:
    off = Pins(name="off", cells=((0, 1, 1),))  # on a day that the lower limit wants
    three = Total(name="three", of=WORK, minimum=3, period=(0, 3))
    nights = Total(name="nights", of=NIGHT, maximum=1, weight_maximum=2.0, period=(0, 3))
    assert not table_of(ward("lost", [off, three, nights], people=1, days=8)).alive


def test_no_word_costs_more_beside_its_duties_than_is_said(small) -> None:
    told = 0
    for seed in range(12):
        each, e = small(seed), seed % 3
        block = table_of(each.problem, e)
        if not block.alive or math.isinf(block.beside):
            continue
        unit = each.problem.arrays.unit[e][np.arange(6), each.words].sum(axis=1)
        costs = each.costs(e, hard=True)
        assert (costs - unit)[np.isfinite(costs)].max(initial=0.0) <= block.beside
        told += 1
    assert told > 6


def test_only_the_hard_part_is_asked_for(small) -> None:
    """With ``hard`` soft limits of totals cost nothing, hard ones hold."""
    for seed in range(8):
        each, e = small(seed), seed % 3
        problem = each.problem
        block = PricingTable(problem.arrays, problem.automata[e], e, {}, hard=True)
        if not block.alive:
            assert np.isinf(each.costs(e, hard=True)).all()
            continue
        cost = np.where(block.allowed, problem.arrays.unit[e], math.inf)
        kept = np.isfinite(each.costs(e, hard=True))
        sequences = ward("none", [r for r in problem.rules if not isinstance(r, Total) and r.name != "cover"], days=6)
        costs = _person_cost(sequences, e, each.words)
        assert least(block, cost) == costs[kept].min(initial=math.inf)
