"""Count distributions and their scores."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import nbinom, poisson

from optimise.demand import pmf
from optimise.demand.scores import crps, pinball, score


def test_negative_binomial_matches_scipy_and_its_poisson_limit():
    k = np.arange(61)
    made = pmf.negative_binomial(np.array([3.0, 3.0, 0.0]), np.array([0.4, 0.0, 0.1]), 60)
    assert np.allclose(made[0], nbinom.pmf(k, 2.5, 2.5 / 5.5), atol=1e-10)
    assert np.allclose(made[1], poisson.pmf(k, 3.0), atol=1e-10)
    assert made[2, 0] == pytest.approx(1)
    assert np.allclose(made.sum(1), 1)


def test_quantiles_invert_the_distribution():
    row = np.array([0.1, 0.4, 0.3, 0.2])
    assert [int(pmf.quantile(row, q)) for q in (0.05, 0.1, 0.11, 0.5, 0.8, 0.81, 1.0)] == [0, 0, 1, 1, 2, 3, 3]


def test_sampling_keeps_the_distribution():
    row = np.array([0.1, 0.4, 0.3, 0.2])
    drawn = pmf.sample(row, (np.arange(1000) + 0.5) / 1000)
    assert np.bincount(drawn).tolist() == [100, 400, 300, 200]


def test_quantiles_of_a_smoothed_count_give_it_back():
    k = np.arange(40)
    truth = poisson.pmf(k, 6.0)
    levels = np.linspace(0.02, 0.98, 49)
    edges = np.concatenate([[0.0], np.cumsum(truth)])
    values = np.interp(levels, edges, np.arange(41))
    made = pmf.from_quantiles(levels, values[None], 39)[0]
    assert np.abs(made - truth).sum() < 0.08


def test_crps_is_the_mean_distance_less_half_the_spread():
    row = np.array([0.2, 0.3, 0.1, 0.4])
    k = np.arange(4)
    spread = 0.5 * (row[:, None] * row * np.abs(k[:, None] - k)).sum()
    for y in (0, 2, 3, 7):
        assert crps(row[None], np.array([y]))[0] == pytest.approx((row * np.abs(k - y)).sum() - spread)


def test_crps_is_the_integral_of_pinball_losses():
    row = poisson.pmf(np.arange(40), 4.0)
    row[-1] += 1 - row.sum()
    levels = (np.arange(4000) + 0.5) / 4000
    losses = [float(pinball(pmf.quantile(row, q), np.array(7), q)) for q in levels]
    assert 2 * np.mean(losses) == pytest.approx(crps(row[None], np.array([7]))[0], rel=1e-3)


def test_a_right_forecast_is_seen_as_right():
    rng = np.random.default_rng(5)
    expected = rng.uniform(0.3, 12, 20_000)
    made = pmf.negative_binomial(expected, np.full(len(expected), 0.1), 80)
    seen = pmf.sample(made, rng.random(len(expected)))
    found = score(made, seen, rng.random(len(expected)))
    assert found.coverage80 == pytest.approx(0.8, abs=0.012)
    assert found.interval80 == pytest.approx(found.expected80, abs=0.012)
    assert found.interval80 > 0.83  # counts: a plain interval must cover more
    assert np.abs(found.pit - 1).max() < 0.15


def test_a_forecast_that_is_too_sure_is_seen_as_such():
    rng = np.random.default_rng(6)
    seen = rng.negative_binomial(2, 0.2, 5000)
    made = np.tile(poisson.pmf(np.arange(90), 8.0), (5000, 1))
    found = score(made / made.sum(1, keepdims=True), seen, rng.random(5000))
    assert found.coverage80 < 0.65
