"""Beds in use and departures of a forecast come from the courses of its scenarios, each stay drawn once."""

from __future__ import annotations

import numpy as np
import pytest

from optimise.demand.courses import simulate
from optimise.demand.fans import fan
from optimise.demand.output import beds_and_departures
from tests.optimise.demand.test_fans import made


def test_the_beds_are_those_of_the_scenarios() -> None:
    forecast = made()
    occupancy, departures = beds_and_departures(forecast, seed=5)
    courses = fan(forecast, len(occupancy), seed=5)
    assert np.array_equal(occupancy, courses.present + courses.remaining)
    assert departures.min() == 0
    came = courses.arrivals[:, 1:].sum(axis=1)
    assert np.array_equal(occupancy[:, 0] + came - departures.sum(axis=1), occupancy[:, -1])


def test_they_vary_as_freshly_drawn_stays_do() -> None:
    """Against stays drawn anew for the same arrivals: mean and variance by period, over three seeds."""
    forecast = made()
    mine, fresh = [], []
    for seed in range(3):
        courses = fan(forecast, 512, seed=seed)
        rng = np.random.default_rng((seed, 99))
        mine.append(beds_and_departures(forecast, seed))
        fresh.append(simulate(courses.arrivals, courses.remaining, courses.stay, rng, courses.kept))
    for which in (0, 1):
        one = np.concatenate([pair[which] for pair in mine]).astype(float)
        other = np.concatenate([pair[which] for pair in fresh]).astype(float)
        assert one.mean(axis=0) == pytest.approx(other.mean(axis=0), rel=0.05, abs=0.1)
        ratio = one.var(axis=0)[1:].mean() / other.var(axis=0)[1:].mean()
        assert ratio == pytest.approx(1.0, abs=0.08)
