"""Peers stand beside our models in the backtest and are never chosen; absence is said."""

from __future__ import annotations

import datetime
import sys

import numpy as np
import pytest

from optimise.core.errors import MissingExtraError
from optimise.demand.demand import Demand
from optimise.demand.forecast import forecast, usual_models
from optimise.demand.forecasters import Climatology, RecentClimatology, SeasonalNaive
from optimise.demand.peers import AutoEts, usual_peers
from optimise.demand.pmf import mean


def daily(days=200, jump=0.0):
    counts = np.random.default_rng(1).poisson(20.0 * (1 + jump * (np.arange(days) > days - 60)))
    return Demand(counts[:, None], np.ones((days, 1), bool), ("all",), "day", datetime.datetime(2024, 1, 1))


def test_recent_weeks_weigh_more():
    data = daily(jump=0.5)
    old, new = (mean(m.fit(data, 200, 7, 1).predict(data, 200, 7)).mean() for m in (Climatology(), RecentClimatology()))
    assert abs(new - 30) < 0.75 * abs(old - 30)


def test_absent_libraries_are_said(monkeypatch):
    for name in ("statsforecast", "statsforecast.models", "lightgbm"):
        monkeypatch.setitem(sys.modules, name, None)
    made, absent = usual_peers(None)
    assert [model.name for model in made] == ["recent-climatology"]
    assert len(absent) == 2
    assert "auto-ets, mstl" in absent[0]
    assert "wardwise[peers]" in absent[0]
    with pytest.raises(MissingExtraError):
        AutoEts().fit(daily(), 100, 7, 1)


def test_a_peer_is_scored_and_not_chosen():
    data = daily()
    made, results = forecast(data, 7, models=[SeasonalNaive()], region=None, origins=4, peers=[Climatology()])
    assert [r.model for r in results] == ["seasonal-naive", "climatology"]
    assert made.model == "seasonal-naive"


def test_days_and_hours_have_their_own_models():
    day = [m.name for m in usual_models(None)]
    hour = [m.name for m in usual_models(None, period="hour")]
    assert "level-regression" in day
    assert "boosted-quantiles" in hour
    assert [m.name for m in usual_models(None, ("boosted-quantiles",))] == ["boosted-quantiles"]


@pytest.mark.parametrize("name", ["auto-ets", "mstl", "lightgbm"])
def test_peers_give_distributions(name):
    pytest.importorskip("lightgbm" if name == "lightgbm" else "statsforecast")
    model = next(m for m in usual_peers(None)[0] if m.name == name)
    data = daily()
    found = model.fit(data, 200, 7, 1).predict(data, 200, 7)
    assert np.allclose(found.sum(-1), 1)
    assert np.allclose(mean(found), 20, atol=5)
