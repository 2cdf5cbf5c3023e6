"""Rows of the contest between methods: what they say, and that a false bound stops it."""

from __future__ import annotations

import math

import pytest

from tests.benchmarks.contest import consistent, row
from tests.benchmarks.report import cost_by_seconds, primal_integral

FOUND = {"cost": 101.0, "bound": 90.0, "seconds": 5.0, "cpu": 9.0, "GiB": 0.2, "note": ""}


def test_the_first_plan_within_one_percent_of_the_best_known_counts() -> None:
    made = row("a", "highs", 0, {**FOUND, "trace": [(1.0, 130.0), (2.5, 101.0), (4.0, 101.0)]}, 100.0, 80.0)
    assert made["s to 1 % of best"] == 2.5
    assert made["above best %"] == pytest.approx(1.0)
    assert made["gap %"] == pytest.approx(100 * 11 / 101)


def test_a_run_without_a_plan_is_a_row_too() -> None:
    made = row("a", "highs", 0, {**FOUND, "cost": math.inf, "trace": []}, 100.0, 80.0)
    assert made["s to 1 % of best"] == math.inf
    assert made["gap %"] == math.inf


def test_a_bound_above_somebody_elses_cost_stops_the_study() -> None:
    rows = [{"method": "one", "cost": 10.0, "bound": 4.0}, {"method": "two", "cost": math.inf, "bound": 11.0}]
    with pytest.raises(RuntimeError, match="bound 11"):
        consistent("a", rows)
    consistent("a", rows[:1])


def test_the_primal_integral_is_the_mean_gap_over_the_limit() -> None:
    assert primal_integral([(2.0, 200.0), (6.0, 100.0)], 100.0, 10.0) == pytest.approx(100 * (2 + 4 * 0.5) / 10)
    assert primal_integral([], 100.0, 10.0) == 100.0
    assert primal_integral([(0.0, 90.0)], 100.0, 10.0) == 0.0  # better than the best known


def test_costs_by_seconds_are_few_and_end_with_the_last() -> None:
    points = [(float(second), 100.0 - second) for second in range(30)]
    told = cost_by_seconds(points).split()
    assert len(told) <= 8
    assert told[0] == "0:100"
    assert told[-1] == "29:71"
