"""The table over days, states and counters holds the least cost of all words."""

from __future__ import annotations

import math

import numpy as np
import pytest

from optimise.roster.dyadic import COARSE, on_grid
from optimise.roster.kernels import table
from optimise.roster.kernels.pricing_table import PricingTable
from optimise.roster.kernels.table import Scratch

pytestmark = pytest.mark.usefixtures("interpreted")


def scratch(block: PricingTable, kind: type = np.float64) -> Scratch:
    none, ints = np.zeros(0), np.zeros(0, np.int32)
    cells = np.full(block.rows * block.net.size, 777.0, kind)  # what was there before must not matter
    rows = (np.zeros(block.rows, np.int32) for _ in range(2))
    return Scratch(cells, *rows, none, ints, ints, ints, ints, np.zeros(0, np.int64), none, ints, ints, ints)


def block_of(ward, e: int) -> PricingTable:
    made = PricingTable(ward.problem.arrays, ward.problem.automata[e], e, {})
    assert not made.lazy
    return made


def classes(block: PricingTable, cost: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    made: tuple[np.ndarray, np.ndarray, np.ndarray] = table.class_costs(
        cost, block.duty_fine, block.fine_of, block.fines, block.kinds
    )
    return made


def test_a_class_costs_what_its_cheapest_duty_does() -> None:
    random = np.random.default_rng(0)
    cost = random.integers(0, 9, (4, 6)).astype(float)
    duty_fine, fine_of = np.array([0, 1, 1, 2, 3, 2]), np.array([0, 1, 1, 0])
    fine, duty, kind = table.class_costs(cost, duty_fine, fine_of, 4, 2)
    for d in range(4):
        for f in range(4):
            mine = cost[d, duty_fine == f]
            assert fine[d, f] == mine.min()
            assert cost[d, duty[d, f]] == mine.min()
            assert duty_fine[duty[d, f]] == f
        for k in range(2):
            assert kind[d, k] == cost[d, fine_of[duty_fine] == k].min()


@pytest.mark.parametrize("precision", [np.float64, np.float32])
@pytest.mark.parametrize("weekend", [False, True])
@pytest.mark.parametrize("seed", range(10))
def test_the_least_total_is_that_of_all_words(small, seed: int, weekend: bool, precision: type) -> None:
    ward, random = small(seed, weekend=weekend), np.random.default_rng(seed)
    staff = ward.problem.arrays
    for e in range(3):
        block = block_of(ward, e)
        prices = on_grid(random.normal(0, 40, (6, 3)), COARSE)
        whole = ward.costs(e, hard=True) + prices[np.arange(6), ward.words].sum(axis=1)
        if not block.alive:
            assert np.isinf(whole).all()
            continue
        cost = np.where(block.allowed, staff.unit[e] + prices, math.inf)
        least = table.forward(block.net, classes(block, cost)[2], scratch(block, precision))
        assert least == whole.min()


def test_the_rows_of_a_day_hold_the_cheapest_ways_there(small) -> None:
    """Without limits to keep, every cell of a day is the least cost of the words that lead to it."""
    ward = small(6)
    e, staff = 0, ward.problem.arrays._replace(own=np.zeros_like(ward.problem.arrays.own))  # no totals
    block = PricingTable(staff, ward.problem.automata[e], e, {})
    cost = np.where(block.allowed, staff.unit[e] + np.random.default_rng(6).integers(0, 9, (6, 3)), math.inf)
    room = scratch(block)
    table.forward(block.net, classes(block, cost)[2], room)
    letters = block.automaton.letter
    for day in range(1, 7):
        best: dict[int, float] = {}
        for word in ward.words[: 3**day, -day:]:
            s, found = 0, 0.0
            for d, a in enumerate(word):
                layer = block.automaton.layers[d]
                found += cost[d, a] + layer.cost[s, letters[a]]
                s = layer.next[s, letters[a]]
                if s < 0:
                    break
            else:
                best[s] = min(best.get(s, math.inf), found)
        for s, least in best.items():
            r = int(block.net.layer[day]) + s
            filled = room.table[r * block.net.size] if room.high[r] >= 0 else math.inf
            assert filled == least
