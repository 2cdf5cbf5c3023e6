"""Definitions of the compared figures, on numbers worked out by hand."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from optimise.compare.figures import (
    approximation_ratio,
    bootstrap,
    clopper_pearson,
    performance_profile,
    repetitions_99,
    sign_test,
    tts_99,
)


def test_repetitions_to_99_percent():
    assert repetitions_99(0.5) == 7  # 1 - 0.5**7 = 0.992, 1 - 0.5**6 = 0.984
    assert repetitions_99(0.99) == repetitions_99(1.0) == 1
    assert repetitions_99(0.0) == math.inf


@given(st.floats(1e-5, 0.98))
def test_repetitions_are_the_fewest_that_reach_99_percent(p):
    runs = repetitions_99(p)
    assert 1 - (1 - p) ** runs >= 0.99 - 1e-9
    assert 1 - (1 - p) ** (runs - 1) < 0.99 + 1e-9


def test_training_counts_in_the_time_to_solution():
    assert tts_99(0.5, 0.01, training_seconds=3.0) == pytest.approx(3.07)
    assert tts_99(0.0, 0.01) == math.inf


def test_approximation_ratio_is_1_at_the_reference_and_0_at_random():
    assert approximation_ratio(-5.0, -5.0, 10.0) == 1.0
    assert approximation_ratio(10.0, -5.0, 10.0) == 0.0
    assert approximation_ratio(12.0, 2.0, 10.0) == pytest.approx(-0.25)
    assert approximation_ratio(10.0, 5.0, None) == 0.5
    assert approximation_ratio(10.0, 0.0, None) is None


def test_bootstrap_interval_holds_the_mean_and_keeps_infinity():
    rows = [[float(x)] for x in range(20)]
    low, high = bootstrap(rows, lambda sample: float(sample.mean()))
    assert 5.5 < low < 9.5 < high < 13.5
    assert bootstrap([[3.0]], lambda sample: float(sample.mean())) == (3.0, 3.0)
    assert bootstrap([[1.0], [math.inf]], lambda sample: float(sample.mean()))[1] == math.inf


def test_performance_profile_of_two_contenders():
    ratios, shares = performance_profile(np.array([[1.0, 2.0], [4.0, 1.0], [np.inf, 3.0], [np.inf, np.nan]]))
    assert ratios.tolist() == [1.0, 2.0, 4.0]
    # the instance that nobody solved is left out
    assert shares.tolist() == [[1 / 3, 2 / 3], [1 / 3, 1.0], [2 / 3, 1.0]]


def test_sign_test_is_the_binomial_tail():
    assert sign_test(0, 0) == 1.0
    assert sign_test(6, 0) == pytest.approx(2 / 64)
    assert sign_test(3, 3) == 1.0


def test_exact_interval_of_a_counted_probability():
    # Values of Clopper and Pearson (1934), worked out from the binomial tails.
    assert clopper_pearson(0, 10) == (0.0, pytest.approx(1 - 0.025**0.1))
    assert clopper_pearson(10, 10) == (pytest.approx(0.025**0.1), 1.0)
    low, high = clopper_pearson(3, 20)
    assert sum(math.comb(20, k) * low**k * (1 - low) ** (20 - k) for k in range(3, 21)) == pytest.approx(0.025)
    assert sum(math.comb(20, k) * high**k * (1 - high) ** (20 - k) for k in range(4)) == pytest.approx(0.025)
    with pytest.raises(ValueError, match="5 hits in 3 trials"):
        clopper_pearson(5, 3)
