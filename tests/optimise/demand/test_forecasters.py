"""Forecasting models: no peeping, missing days, calibration, and backtests that choose."""

from __future__ import annotations

import dataclasses
import datetime
import sys

import numpy as np
import pytest

from optimise.core.errors import InputError, MissingExtraError
from optimise.demand.backtest import backtest, best, rolling_origins
from optimise.demand.clock import exposure
from optimise.demand.demand import Demand
from optimise.demand.forecast import Forecast, forecast, usual_models
from optimise.demand.forecasters import Climatology, SeasonalNaive
from optimise.demand.learners import BoostedQuantiles, CountRegression, Pool
from optimise.demand.pmf import mean

WEEKDAY = np.array([1.3, 1.1, 1.0, 1.0, 1.1, 0.8, 0.7])


def daily(days: int = 420, seed: int = 1, rates: tuple[float, ...] = (12.0, 4.0), drift: float = 0.0) -> Demand:
    """Poisson counts with a weekly course, and a level that jumps by ``drift`` half way."""
    rng = np.random.default_rng(seed)
    start = datetime.datetime(2024, 1, 1)
    level = 1 + drift * (np.arange(days) > days // 2)
    expected = np.array(rates) * (WEEKDAY[np.arange(days) % 7] * level)[:, None]
    return Demand(
        rng.poisson(expected), np.ones((days, len(rates)), bool), tuple("abcdefgh"[: len(rates)]), "day", start
    )


MODELS = [SeasonalNaive(), Climatology(), CountRegression(None), BoostedQuantiles(None, rounds=25)]
NAMES = [model.name for model in MODELS]


def again(model):
    """The same model without memory."""
    return BoostedQuantiles(None, rounds=25) if isinstance(model, BoostedQuantiles) else type(model)()


@pytest.mark.parametrize("model", MODELS, ids=NAMES)
def test_nothing_at_or_after_the_origin_is_looked_at(model):
    full, end = daily(130, rates=(8.0,)), 120
    changed = full.counts.copy()
    changed[end:] = 40
    other = dataclasses.replace(full, counts=changed)
    one = again(model).fit(full, end, 7, 1).predict(full, end, 7)
    two = again(model).fit(other, end, 7, 1).predict(other, end, 7)
    assert np.array_equal(one, two)


@pytest.mark.parametrize("model", MODELS, ids=NAMES)
def test_forecasts_are_distributions_and_repeat(model):
    data = daily(150)
    made = model.fit(data, 150, 10, 1).predict(data, 150, 10)
    assert made.shape[:2] == (10, 2)
    assert (made >= 0).all()
    assert np.allclose(made.sum(-1), 1)
    assert np.array_equal(made, again(model).fit(data, 150, 10, 1).predict(data, 150, 10))


@pytest.mark.parametrize("model", MODELS[1:], ids=NAMES[1:])
def test_the_weekly_course_is_found(model):
    data = daily(420)
    made = mean(model.fit(data, 420, 7, 1).predict(data, 420, 7))[:, 0]
    assert np.allclose(made, 12 * WEEKDAY, rtol=0.2)


def test_a_new_level_is_followed_by_those_that_learn():
    data = daily(420, drift=0.6)
    learned = mean(CountRegression(None).fit(data, 420, 7, 1).predict(data, 420, 7))[:, 0].sum()
    fixed = mean(Climatology().fit(data, 420, 7, 1).predict(data, 420, 7))[:, 0].sum()
    truth = 1.6 * 12 * WEEKDAY.sum()
    assert abs(learned - truth) < 0.5 * abs(fixed - truth)


@pytest.mark.parametrize("model", MODELS, ids=NAMES)
def test_missing_days_are_not_quiet_days(model):
    data = daily(200)
    observed = data.observed.copy()
    observed[np.random.default_rng(1).random(200) < 0.3] = False
    observed[-3:] = False
    gappy = dataclasses.replace(data, observed=observed)
    full = mean(model.fit(data, 200, 7, 1).predict(data, 200, 7)).sum(0)
    found = mean(again(model).fit(gappy, 200, 7, 1).predict(gappy, 200, 7)).sum(0)
    assert np.allclose(found, full, rtol=0.3)


@pytest.mark.parametrize("model", MODELS, ids=NAMES)
def test_a_group_without_anybody(model):
    data = daily(120)
    counts = data.counts.copy()
    counts[:, 1] = 0
    empty = dataclasses.replace(data, counts=counts)
    made = model.fit(empty, 120, 7, 1).predict(empty, 120, 7)
    assert mean(made)[:, 1].max() < 0.1


def test_bank_holidays_are_learned():
    data = daily(1400, rates=(20.0,))
    from optimise.core.calendars import bank_holidays

    days = [data.time(t).date() for t in range(1410)]
    free = bank_holidays("GB-ENG", days[0], days[-1])
    counts = data.counts.copy()
    for t in range(1400):
        if days[t] in free:
            counts[t] //= 2
    halved = dataclasses.replace(data, counts=counts)
    end = next(t for t in range(1300, 1395) if days[t] in free)
    found = mean(CountRegression("GB-ENG").fit(halved, end, 7, 1).predict(halved, end, 7))[0, 0]
    usual = mean(CountRegression(None).fit(halved, end, 7, 1).predict(halved, end, 7))[0, 0]
    assert found < 0.75 * usual


def test_hours_that_do_not_exist_bring_nobody():
    start = datetime.datetime(2026, 2, 28)
    hours = 29 * 24  # until 29 March 2026, 00:00
    counts = np.random.default_rng(1).poisson(4.0, (hours, 1))
    data = Demand(counts, np.ones((hours, 1), bool), ("all",), "hour", start, "Europe/London")
    made = mean(CountRegression(None).fit(data, hours, 24, 1).predict(data, hours, 24))[:, 0]
    assert exposure(data.time(hours), 24, "hour", "Europe/London")[1] == 0
    assert made[1] == 0
    assert made[2] > 1


def test_the_backtest_chooses_what_is_better():
    results = backtest(daily(300), [SeasonalNaive(), Climatology()], 7, np.arange(200, 290, 9))
    assert best(results).model == "climatology"
    naive, climate = (r.scores() for r in results)
    assert climate.crps < 0.85 * naive.crps
    assert naive.coverage80 == pytest.approx(0.8, abs=0.06)


def test_origins_are_spread_and_bounded():
    origins = rolling_origins(daily(300), 7, holdout=60, most=10)
    assert 2 <= len(origins) <= 10
    assert origins[0] == 240
    assert origins[-1] + 7 <= 300
    with pytest.raises(InputError, match="weeks"):
        rolling_origins(daily(12), 7, holdout=6, most=3)


def test_a_pool_lies_between_its_members():
    data = daily(150)
    members = (Climatology(), CountRegression(None))
    one, two = (m.fit(data, 150, 7, 1).predict(data, 150, 7) for m in members)
    pooled = Pool(members).fit(data, 150, 7, 1).predict(data, 150, 7)
    assert np.allclose(pooled, (one + two) / 2)


def test_a_forecast_goes_to_a_file_and_back(tmp_path):
    made, _ = forecast(daily(200), 7, models=[Climatology(), SeasonalNaive()], region=None, origins=5)
    again = Forecast.load(made.save(tmp_path / "forecast.npz").parent)
    assert np.array_equal(again.pmf, made.pmf)
    assert (again.groups, again.start, again.model) == (made.groups, made.start, "climatology")
    low, high = again.totals((0.1, 0.9))
    assert (low < again.mean().sum(0)).all()
    assert (again.mean().sum(0) < high).all()


def test_unknown_models_are_told():
    with pytest.raises(InputError, match="seasonal-naive"):
        usual_models(None, ("oracle",))


def test_the_extra_is_named_when_absent(monkeypatch):
    monkeypatch.setitem(sys.modules, "sklearn.ensemble", None)
    with pytest.raises(MissingExtraError, match=r"wardwise\[forecast\]"):
        CountRegression(None).fit(daily(60), 60, 7, 1)
