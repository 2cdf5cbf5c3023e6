"""The aggregated admission-day model: what its strengthening rows leave, and that they cut no plan."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from optimise.generate import hospital
from optimise.hospital.search.admissions import Admissions, last_edge
from optimise.hospital.search.care import Care
from optimise.solvers.highs import Highs

SIZES = st.lists(st.integers(0, 12), min_size=1, max_size=5)


@given(SIZES, st.integers(0, 40))
def test_the_last_edge_holds_for_every_choice_of_theatres(sizes: list[int], most: int) -> None:
    edge = last_edge(np.array(sizes), most)
    if edge is None:
        return
    below, full, step = edge
    for chosen in itertools.chain.from_iterable(itertools.combinations(sizes, k) for k in range(len(sizes) + 1)):
        minutes = min(most, sum(chosen))  # the most that may be done in them
        assert len(chosen) * step >= below * step + minutes - full


@given(SIZES, st.integers(1, 40))
def test_the_last_edge_ends_where_all_minutes_are_done(sizes: list[int], most: int) -> None:
    edge = last_edge(np.array(sizes), most)
    largest = np.cumsum(sorted(sizes, reverse=True))
    if edge is None:
        assert most > largest[-1] or most in (0, *largest.tolist())
    else:
        below, full, step = edge
        assert below + (most - full) / step == 1 + int(np.searchsorted(largest, most))


def without_edges(made: Admissions, *, relaxed: bool) -> Highs:
    solver = Highs(made.model.freeze(relaxed=relaxed))
    for row, _ in made.model.row_families["last_edge"].members():
        solver.raw.changeRowBounds(row, -float("inf"), float("inf"))
    return solver


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_the_last_edge_keeps_the_optimum(seed: int) -> None:
    problem = hospital(40, 10, seed)
    made = Admissions(problem, Care(problem))
    solved = Highs(made.model.freeze()).solve()
    assert solved.objective == pytest.approx(without_edges(made, relaxed=False).solve().objective)


def test_the_last_edge_raises_the_relaxation() -> None:
    problem = hospital(40, 10, 3)
    made = Admissions(problem, Care(problem))
    tight = Highs(made.model.freeze(relaxed=True)).solve()
    assert tight.bound > without_edges(made, relaxed=True).solve().bound + 0.5
