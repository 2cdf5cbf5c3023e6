"""Models of a census: what they know, how they follow it, and intervals that hold."""

from __future__ import annotations

import dataclasses
import datetime

import numpy as np
import pytest

from optimise.core.errors import InputError
from optimise.demand.backtest import backtest, doubts
from optimise.demand.demand import Demand
from optimise.demand.fans import fan
from optimise.demand.forecast import Forecast, forecast, usual_models
from optimise.demand.forecasters import Climatology
from optimise.demand.levels import LevelRegression, Persistence
from optimise.demand.pmf import mean

WEEK = np.array([10, 15, 15, 10, 5, -25, -30])


def census(days: int = 300, seed: int = 1, per_day: int = 1) -> Demand:
    """A level that wanders around 600 and is drawn back, with a weekly course."""
    rng = np.random.default_rng(seed)
    level = np.zeros(days * per_day)
    for t in range(1, len(level)):
        level[t] = 0.93 ** (1 / per_day) * level[t - 1] + 6 / per_day**0.5 * rng.standard_normal()
    counts = np.rint(600 + level + WEEK[np.arange(days * per_day) // per_day % 7]).astype(np.int64)
    period = "day" if per_day == 1 else "hour"
    start = datetime.datetime(2024, 1, 1)
    return Demand(counts[:, None], np.ones((len(counts), 1), bool), ("all",), period, start, series="occupancy")


@pytest.mark.parametrize("model", [Persistence(), LevelRegression(None)], ids=lambda m: m.name)
def test_nothing_at_or_after_the_origin_is_looked_at(model):
    full = census(120)
    counts = full.counts.copy()
    counts[100:] = 5
    other = dataclasses.replace(full, counts=counts)
    one, two = (model.fit(d, 100, 7, 1).predict(d, 100, 7) for d in (full, other))
    assert np.array_equal(one, two[..., : one.shape[-1]])
    assert np.allclose(one.sum(-1), 1)


def test_the_weekly_course_is_added_to_the_last_census():
    level = 300 + WEEK[np.arange(140) % 7]
    flat = dataclasses.replace(census(140), counts=level[:, None])
    for model in (Persistence(), LevelRegression(None)):
        found = mean(model.fit(flat, 140, 7, 1).predict(flat, 140, 7))[:, 0]
        assert np.allclose(found, 300 + WEEK, atol=2.0)


def test_intervals_hold_and_the_regression_beats_persistence():
    origins = np.arange(350, 590, 18)
    share, crps = [], []
    for seed in range(100, 110):
        both = backtest(census(600, seed), [Persistence(), LevelRegression(None)], 7, origins)
        share.append(both[1].coverage()[0])
        crps.append([one.scores().crps for one in both])
    assert np.mean(share) == pytest.approx(0.8, abs=0.06)
    assert np.mean(crps, axis=0)[1] < np.mean(crps, axis=0)[0]


def test_missing_censuses_are_bridged():
    data = census(200)
    seen = data.observed.copy()
    seen[np.random.default_rng(1).random(200) < 0.2] = False
    seen[-2:] = False
    gappy = dataclasses.replace(data, observed=seen)
    found = mean(LevelRegression(None).fit(gappy, 200, 7, 1).predict(gappy, 200, 7))[:, 0]
    full = mean(LevelRegression(None).fit(data, 200, 7, 1).predict(data, 200, 7))[:, 0]
    assert np.allclose(found, full, atol=25)


def test_an_hourly_census(tmp_path):
    data = census(40, per_day=24)
    made, results = forecast(data, 24, models=usual_models(None, series="occupancy"), region=None, origins=2)
    assert {r.model for r in results} == {"seasonal-naive", "climatology", "persistence", "level-regression"}
    assert made.series == "occupancy"
    again = Forecast.load(made.save(tmp_path / "f.npz"))
    assert again.series == "occupancy"
    with pytest.raises(InputError, match="arrivals and stays"):
        fan(again, 3)


def test_what_is_constant_or_does_not_hold_is_doubted():
    zero = dataclasses.replace(census(100), counts=np.zeros((100, 1), np.int64))
    (sure,) = backtest(zero, [Climatology()], 7, np.array([60, 70]))
    assert doubts(sure)[0].startswith("CRPS 0")
    (wrong,) = backtest(census(300, 3), [Climatology()], 7, np.arange(150, 290, 7))
    narrow = dataclasses.replace(wrong, pmf=np.roll(wrong.pmf, 12, axis=-1))
    assert "too narrow" in doubts(narrow)[0]
    nothing = dataclasses.replace(sure, known=np.zeros_like(sure.known))
    assert "nothing was observed" in doubts(nothing)[0]
