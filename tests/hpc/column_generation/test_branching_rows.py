"""Rows on deviations of the cover, priced into the Lagrangian: by the definition of what lines are off."""

from __future__ import annotations

import math
from itertools import product

import numpy as np
import pytest

from hpc.column_generation.branching_rows import Totals
from optimise.roster.kernels.cover import CoverRows
from optimise.roster.rules import Cover, Demand, Segment
from optimise.testing import ward
from optimise.testing.wards import DAY, NIGHT


@pytest.fixture
def cover() -> CoverRows:
    """Three lines with a range between their bounds, for three people."""
    under, over = (Segment(math.inf, 5.0),), (Segment(1.0, 2.0), Segment(math.inf, 4.0))
    demands = (
        Demand(0, DAY, 1.0, 2.0, under, over),
        Demand(1, DAY, 2.0, 2.0, under, over),
        Demand(1, NIGHT, 1.0, 1.0, under, over),
    )
    return CoverRows(ward("cover", [Cover(name="cover", demands=demands)], people=3, days=2).compiled)


def off(cover: CoverRows, values: np.ndarray, weight: np.ndarray) -> float:
    """Weighted deviations at some line values."""
    lines = cover.compiled.lines
    below = sum(w * max(0.0, x.lower - v) for w, x, v in zip(weight[0], lines, values, strict=True))
    return below + sum(w * max(0.0, v - x.upper) for w, x, v in zip(weight[1], lines, values, strict=True))


def test_a_row_holds_its_deviations_at_every_break_point(cover: CoverRows) -> None:
    rows, weight = Totals(cover, 2), np.array([[1.0, 2.0, 0.0], [0.5, 0.0, 3.0]])
    rows.set(1, weight)
    assert not rows.at[0].any()
    line = np.searchsorted(cover.first, np.arange(len(cover.at)), side="right") - 1
    for point, (i, at) in enumerate(zip(line, cover.at, strict=True)):
        alone = np.array([2.0, 2.0, 1.0])  # nothing is off
        alone[i] = at
        assert rows.at[1, point] == off(cover, alone, weight)


def test_multipliers_have_the_sign_of_the_side_that_binds(cover: CoverRows) -> None:
    rows = Totals(cover, 4)
    rows.lower[[0, 2]], rows.upper[[1, 2]] = 1.0, 2.0
    assert rows.clipped(np.full(4, 3.0)).tolist() == [3.0, 0.0, 3.0, 0.0]
    assert rows.clipped(np.full(4, -3.0)).tolist() == [0.0, -3.0, -3.0, 0.0]


@pytest.mark.parametrize("seed", range(8))
def test_no_values_that_keep_the_rows_cost_less_than_the_priced_bound(cover: CoverRows, seed: int) -> None:
    """A lower bound for every list of values within the rows, whatever the multipliers; tight at a side that binds."""
    random = np.random.default_rng(seed)
    rows, weights = Totals(cover, 3), random.integers(0, 3, (3, 2, 3)).astype(float)
    for k in range(3):
        rows.set(k, weights[k])
        rows.lower[k], rows.upper[k] = sorted(random.integers(0, 5, 2).astype(float))
    rows.upper[1], rows.lower[2] = math.inf, -math.inf
    duals = rows.clipped(random.normal(0, 2, 3))
    added, change = rows.value(duals)
    plain = cover.dual_value(np.zeros(3)) if change is None else cover.dual_value(np.zeros(3), change=change)
    line = np.searchsorted(cover.first, np.arange(len(cover.at)), side="right") - 1
    for values in product(range(4), repeat=3):
        values = np.array(values, dtype=float)
        sums = np.array([off(cover, values, w) for w in weights])
        cost = float(cover.line_costs(values, 0.0).sum())
        if ((rows.lower <= sums) & (sums <= rows.upper)).all():
            assert added + plain <= cost + 1e-9
        if change is not None and all(values[i] in cover.at[line == i] for i in range(3)):
            told = sum(float(change[(line == i) & (cover.at == values[i])][0]) for i in range(3))
            assert told == pytest.approx(-float(duals @ sums))
    used = np.flatnonzero(duals)
    assert added == pytest.approx(sum(duals[k] * (rows.lower if duals[k] > 0 else rows.upper)[k] for k in used))


def test_rows_without_multipliers_change_nothing(cover: CoverRows) -> None:
    assert Totals(cover, 2).value(np.zeros(2)) == (0.0, None)
