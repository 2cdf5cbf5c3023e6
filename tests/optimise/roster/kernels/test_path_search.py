"""Paths come out of the table in order of cost, all of them, and with a valid bound where there are too many."""

from __future__ import annotations

import math
from itertools import product
from types import SimpleNamespace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from optimise.roster.dyadic import on_grid
from optimise.roster.kernels import path_search, pricing_table, table
from optimise.roster.kernels.pricing_table import PricingTable
from optimise.roster.kernels.table import Scratch
from optimise.roster.problem import Roster
from optimise.roster.rules import Total
from optimise.testing import ward
from optimise.testing.wards import WORK

pytestmark = pytest.mark.usefixtures("interpreted")


def scratch(cells: int, rows: int, nodes: int) -> Scratch:
    n = np.int32
    return Scratch(
        np.zeros(cells),
        np.zeros(rows, n),
        np.zeros(rows, n),
        np.zeros(nodes),
        *(np.zeros(nodes, n) for _ in range(4)),
        np.zeros(nodes, np.int64),
        np.zeros(nodes),
        *(np.zeros(nodes, n) for _ in range(2)),
        np.full(64, -1, n),
    )


class Case:
    """A person's table at drawn prices, and the words that keep its hard rules by cost."""

    def __init__(self, small, seed: int) -> None:
        self.e, prices = seed % 3, on_grid(np.random.default_rng(seed).normal(0, 4, (6, 3)))
        self.block = PricingTable(small.problem.arrays, small.problem.automata[self.e], self.e, {})
        whole = small.costs(self.e, hard=True) + prices[np.arange(6), small.words].sum(axis=1)
        order = np.argsort(whole, kind="stable")[: int(np.isfinite(whole).sum())]
        self.words, self.values = small.words[order], whole[order]
        self.found = {w.tobytes(): v for w, v in zip(self.words, self.values, strict=True)}
        if not self.block.alive:
            return
        cost = np.where(self.block.allowed, small.problem.arrays.unit[self.e] + prices, math.inf)
        block = self.block
        self.fine, self.duty, kind = table.class_costs(cost, block.duty_fine, block.fine_of, block.fines, block.kinds)
        self.room = scratch(block.rows * block.net.size, block.rows, 60_000)
        self.least = table.forward(block.net, kind, self.room)

    def search(self, limit: float, n: int, *, most: int = 60_000, once: bool = False):
        words, values = np.zeros((n, 6), np.int16), np.zeros(n)
        count, bound, complete = path_search.search(
            self.block.net, self.fine, self.duty, self.room, limit, words, values, most, once
        )
        return words[:count], values[:count], float(bound), complete


@pytest.fixture(params=["table", "labels"])
def outside(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    """Whether upper limits are in the table, or carried as labels."""
    if request.param == "labels":
        monkeypatch.setattr(pricing_table, "_EAGER_CELLS", 0)
        monkeypatch.setattr(pricing_table, "_GROWTH", 0.0)
    return str(request.param)


def test_all_paths_up_to_a_limit_come_out_in_order(small, outside: str) -> None:
    listed = lazies = 0
    for seed in range(12):
        case = Case(small(seed), seed)
        if not len(case.values) or not case.block.alive:
            continue
        lazies += len(case.block.lazy)
        limit = case.values[0] + 12.0
        words, values, bound, complete = case.search(limit, 400)
        assert complete
        assert bound == math.inf
        assert (np.diff(values) >= 0).all()
        assert values.tolist() == sorted(v for v in case.values if v <= limit)
        assert {w.tobytes() for w in words} == {w for w, v in case.found.items() if v <= limit}
        assert all(case.found[w.tobytes()] == v for w, v in zip(words, values, strict=True))
        listed += len(words)
    assert listed > 100
    assert (lazies > 0) == (outside == "labels")


def test_the_cheapest_path_alone_takes_each_node_once(small, outside: str) -> None:
    for seed in range(12):
        case = Case(small(seed), seed)
        if len(case.values) and case.block.alive:
            words, values, bound, complete = case.search(math.inf, 1, once=True)
            assert values[0] == bound == case.values[0]
            assert complete
            assert case.found[words[0].tobytes()] == values[0]


@pytest.mark.parametrize("most", [480, 1300])
def test_soft_limits_carried_as_labels_cost_what_they_say(most: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Also a limit between two units, and units far past it."""
    monkeypatch.setattr(pricing_table, "_EAGER_CELLS", 0)
    rule = Total(name="t", of=WORK, measure="minutes", maximum=most, weight_maximum=0.25)
    problem = ward("soft", [rule], people=1, days=6)
    words = np.array(list(product(range(3), repeat=6)), dtype=np.int16)
    costs = np.array([problem.evaluate(Roster(w[None])).cost for w in words])
    case = Case(SimpleNamespace(problem=problem, words=words, costs=lambda e, hard: costs), 0)
    assert case.block.lazy
    listed, values, _, complete = case.search(math.inf, 800)
    assert complete
    assert len(listed) == len(words)
    assert values.tolist() == case.values.tolist()


def test_few_nodes_leave_a_valid_bound(small, outside: str) -> None:
    cut = 0
    for seed in range(12):
        case = Case(small(seed), seed)
        if not len(case.values) or not case.block.alive:
            continue
        for most in (1, 5, 20, 60):
            _, values, bound, complete = case.search(math.inf, 500, most=most)
            assert values.tolist() == case.values[: len(values)].tolist()
            if not complete:
                cut += 1
                assert bound <= case.values[len(values)]
    assert cut > 20


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 6), st.integers(0, 4)), min_size=1, max_size=40), st.randoms())
def test_the_heap_gives_the_least_key_and_of_equal_ones_the_earliest_day(entries, random) -> None:
    room, held, count = scratch(0, 0, 64), [], 0
    waiting = list(enumerate(entries))
    while waiting or held:
        if waiting and (not held or random.random() < 0.6):
            node, (key, day) = waiting.pop()
            room.node_day[node] = day
            path_search._push(room.heap_key, room.heap_node, room.node_day, count, float(key), node)
            held.append((key, day))
            count += 1
        else:
            top = room.heap_key[0], int(room.node_day[room.heap_node[0]])
            assert top == min(held)
            held.remove(top)
            path_search._pop(room.heap_key, room.heap_node, room.node_day, count)
            count -= 1


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 3), st.integers(0, 2), st.integers(0, 2)), max_size=24))
def test_nodes_of_one_row_total_and_label_are_the_same(entries) -> None:
    room, before = scratch(0, 0, 64), set()
    for node, entry in enumerate(entries):
        room.node_row[node], room.node_inner[node], room.node_lazy[node] = entry
        assert path_search._seen(room.closed, room.node_row, room.node_inner, room.node_lazy, node) == (entry in before)
        before.add(entry)
