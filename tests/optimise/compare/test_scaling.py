"""Exponents of growth: least squares with t intervals, on families stated before the run."""

import math

import numpy as np
import pytest
from scipy.stats import linregress
from scipy.stats import t as student

from optimise.compare.scaling import StudyFamily, scaling_rows, slope


def row(instance, states, value, label="a"):
    return {"instance": instance, "label": label, "side": "quantum", "states": states, "evaluations_99": value}


def test_slope_and_interval_are_those_of_scipy():
    rng = np.random.default_rng(0)
    x = np.arange(6.0)
    y = 0.7 * x + rng.normal(size=6)
    found = linregress(x, y)
    half = student.ppf(0.975, 4) * found.stderr
    assert slope(x, y) == pytest.approx((found.slope, found.slope - half, found.slope + half))


def test_few_points_have_no_interval():
    assert slope([1.0, 2.0], [1.0, 3.0]) == (2.0, None, None)
    assert slope([1.0, 1.0], [1.0, 3.0]) is None
    assert slope([1.0, 2.0, 3.0], [1.0, 2.0, 3.0]) == (1.0, None, None)  # no interval of zero width


def test_unsolved_instances_are_counted_and_left_out():
    rows = [row("n1", 16.0, 4.0), row("n2", 256.0, 16.0), row("n3", 4096.0, math.inf), row("other", 2.0, 1.0)]
    family = StudyFamily("n", ("n?",), ("evaluations_99",))
    (found,) = scaling_rows([family], rows)
    assert (found["instances"], found["unsolved"]) == (3, 1)
    assert found["exponent"] == pytest.approx(0.5)  # 4 times the states, twice the work
    assert (found["smallest"], found["largest"]) == (16.0, 4096.0)
