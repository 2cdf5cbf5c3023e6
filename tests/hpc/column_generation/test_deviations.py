"""Deviations of a master cost what the lines say, and leave no row open."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hpc.column_generation.deviations import Deviations, deviations
from optimise.roster.rules import Line, Segment
from optimise.roster.rules.primitives import segment_cost
from optimise.solvers.highs_factory import make_highs

PENALTY = 1000.0
SOFT = (Segment(1.0, 3.0), Segment(2.0, 5.0), Segment(math.inf, 40.0))
LINES = (
    Line("both", (), 2.0, 3.0, SOFT, (Segment(math.inf, 7.0),)),
    Line("hard below", (), 1.0, math.inf),
    Line("above", (), -math.inf, 1.0, over=(Segment(1.0, 2.0), Segment(math.inf, math.inf))),
)
SIZES = np.array([1.0, 3.0])


def made(totals: int = 0) -> Deviations:
    return deviations(LINES, np.array([4, 7, 8]), SIZES, totals, PENALTY)


def least(of: Deviations, row: int, low: float, high: float) -> float:
    """Least price of bringing a row from 0 into [low, high] by its deviations, by HiGHS."""
    mine = np.flatnonzero(of.row == row)
    h = make_highs({})
    h.addRows(1, np.array([low]), np.array([high]), 0, np.zeros(1, np.int32), np.zeros(0, np.int32), np.zeros(0))
    n, start = len(mine), np.arange(len(mine), dtype=np.int32)
    h.addCols(n, of.cost[mine], np.zeros(n), of.width[mine], n, start, np.zeros(n, np.int32), of.sign[mine])
    h.run()
    return float(h.getInfo().objective_function_value)


@settings(max_examples=30, deadline=None)
@given(i=st.integers(0, 2), value=st.integers(0, 8))
def test_a_line_costs_at_any_value_what_it_says_with_the_penalty_for_hard_units(i: int, value: int) -> None:
    line = LINES[i]
    below = segment_cost(line.under, max(0.0, line.lower - value))
    above = segment_cost(line.over, max(0.0, value - line.upper))
    expected = below[0] + above[0] + PENALTY * (below[1] + above[1])
    assert least(made(), i, line.lower - value, line.upper - value) == pytest.approx(expected)


def test_lines_keep_their_numbers_and_sides() -> None:
    assert made().line == [(4, 0)] * 3 + [(4, 1)] + [(7, 0)] + [(8, 1)] * 2
    assert made().hard.tolist() == [False] * 4 + [True] + [False, True] + [True, True]


def test_people_without_a_roster_cost_a_hundred_penalties_each() -> None:
    of = made(totals=2)
    assert of.width[of.nobody].tolist() == SIZES.tolist()
    assert of.row[of.nobody].tolist() == [3, 4]
    assert set(of.cost[of.nobody]) == {100 * PENALTY}


def test_a_total_that_cannot_be_met_deviates_either_way() -> None:
    of = made(totals=2)
    assert of.row[-4:].tolist() == [5, 5, 6, 6]
    for low, high in ((2.0, 3.0), (-4.0, -2.0)):
        assert least(of, 6, low, high) == pytest.approx(2 * PENALTY)
    assert made().row.max() == 4


def test_a_master_of_nothing_has_no_deviations() -> None:
    of = deviations((), np.zeros(0, dtype=np.intp), np.zeros(0), 0, PENALTY)
    assert [len(x) for x in (of.line, of.cost, of.width, of.row, of.sign, of.hard)] == [0] * 6
