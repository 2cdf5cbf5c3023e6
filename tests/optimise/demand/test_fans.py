"""Scenario fans keep marginals and dependence; reduction is what the paper says."""

from __future__ import annotations

import dataclasses
import datetime
import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import linprog
from scipy.special import ndtr

from optimise.capacity.scenarios import Scenarios
from optimise.core.errors import InputError
from optimise.demand.backtest import Backtest
from optimise.demand.dependence import Dependence, estimate, independent
from optimise.demand.fans import fan
from optimise.demand.forecast import Forecast
from optimise.demand.pmf import negative_binomial, sample
from optimise.demand.reduction import distances, forward_selection, reduce

START = datetime.datetime(2026, 3, 2)
LAG = 0.5 * np.exp(-np.arange(12) / 4.0)
LAG[0] = 1.0
TIED = Dependence(LAG, np.array([[1.0, 0.6], [0.6, 1.0]]))


def made(dependence=TIED, scale=6.0, horizon=12):
    expected = scale * np.linspace(0.5, 1.5, horizon)[:, None] * np.array([1.0, 0.5])
    pmf = negative_binomial(expected, np.full_like(expected, 0.15), 80)
    stay = np.array([[0.5, 0.5], [0.2, 0.8]])
    return Forecast(pmf, ("a", "b"), "day", START, "x", dependence, stay, [np.array([1, 1]), np.array([1])])


def test_marginals_are_kept():
    forecast = made()
    drawn = fan(forecast, 4000).arrivals
    for t, g in itertools.product((0, 5, 11), (0, 1)):
        found = np.bincount(drawn[:, t, g], minlength=81)[:81] / 4000
        assert np.abs(np.cumsum(found) - np.cumsum(forecast.pmf[t, g])).max() < 0.03
    assert np.allclose(drawn.mean(0), forecast.mean(), rtol=0.05)


def test_dependence_over_groups_and_time_is_kept():
    drawn = fan(made(), 4000).arrivals.astype(float)
    assert np.corrcoef(drawn[:, 5, 0], drawn[:, 5, 1])[0, 1] == pytest.approx(0.6, abs=0.08)
    assert np.corrcoef(drawn[:, 5, 0], drawn[:, 6, 0])[0, 1] == pytest.approx(LAG[1], abs=0.08)
    loose = fan(made(independent(12, 2)), 4000).arrivals
    assert drawn.sum((1, 2)).std() > 1.5 * loose.sum((1, 2)).std()


@pytest.mark.parametrize("scale", [0.4, 8.0])
def test_the_latent_dependence_is_estimated_back_from_counts(scale):
    forecast = made(scale=scale)
    rng = np.random.default_rng(4)
    seen = sample(forecast.pmf, ndtr(TIED.normal(1500, rng)))
    result = Backtest("x", np.arange(1500), seen, np.ones_like(seen), np.repeat(forecast.pmf[None], 1500, axis=0))
    found = estimate(result, 1)
    assert found.groups[0, 1] == pytest.approx(0.6, abs=0.12)
    assert found.lag[1] == pytest.approx(LAG[1], abs=0.1)
    assert found.lag[8] == pytest.approx(LAG[8], abs=0.1)


def test_the_same_seed_draws_the_same_and_more_are_a_continuation():
    forecast = made()
    few, many, other = fan(forecast, 50), fan(forecast, 300), fan(forecast, 50, seed=2)
    assert np.array_equal(few.arrivals, many.arrivals[:50])
    assert np.array_equal(few.remaining, many.remaining[:50])
    assert not np.array_equal(few.arrivals, other.arrivals)


def test_patients_now_in_bed_are_counted():
    drawn = fan(made(), 2000)
    assert drawn.remaining.max(axis=(0, 1)).tolist() == [2, 1]
    assert drawn.remaining[:, 0].mean(0) == pytest.approx([1.0, 0.8], abs=0.06)


def test_without_stays_there_are_no_beds_to_plan():
    with pytest.raises(InputError, match="--stay"):
        fan(dataclasses.replace(made(), stay=None), 5)


def random_scenarios(seed, count):
    rng = np.random.default_rng(seed)
    weight = rng.random(count) + 0.1
    stay = np.array([[0.3, 0.7], [1.0, 0.0]])
    return Scenarios(rng.poisson(4, (count, 5, 2)), weight / weight.sum(), ("a", "b"), "day", START, stay)


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 1000), st.integers(2, 7), st.data())
def test_each_selection_is_the_best_next_one(seed, count, data):
    scenarios = random_scenarios(seed, count)
    keep = data.draw(st.integers(1, count))
    distance = distances(scenarios)
    chosen, course = forward_selection(distance, scenarios.probabilities, keep)
    for n in range(1, keep + 1):
        costs = [
            scenarios.probabilities @ distance[:, [*chosen[: n - 1], j]].min(1)
            for j in range(count)
            if j not in chosen[: n - 1]
        ]
        assert course[n - 1] == pytest.approx(min(costs), abs=1e-9)
    assert (np.diff(course) <= 1e-12).all()


@settings(max_examples=10, deadline=None)
@given(st.integers(0, 1000))
def test_the_error_is_the_wasserstein_distance(seed):
    scenarios = random_scenarios(seed, 6)
    found = reduce(scenarios, 3)
    distance = distances(scenarios)[:, found.chosen]
    rows = np.kron(np.eye(6), np.ones(3))
    columns = np.kron(np.ones(6), np.eye(3))
    sides = np.concatenate([scenarios.probabilities, found.scenarios.probabilities])
    transport = linprog(distance.ravel(), A_eq=np.vstack([rows, columns]), b_eq=sides)
    assert found.error == pytest.approx(transport.fun, abs=1e-8)


def test_reduction_to_all_loses_nothing():
    scenarios = random_scenarios(3, 6)
    found = reduce(scenarios, 6)
    assert found.error == 0
    assert np.allclose(np.sort(found.scenarios.probabilities), np.sort(scenarios.probabilities))
    assert np.allclose(found.scenarios.mean(), scenarios.mean())


def test_reduction_to_more_than_there_are_is_refused():
    with pytest.raises(InputError, match="from 1 to 4"):
        reduce(random_scenarios(1, 4), 5)
