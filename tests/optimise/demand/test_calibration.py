"""Beds in use are forecast without bias where few leave at night and at weekends."""

from __future__ import annotations

import datetime

import numpy as np
import pytest

from optimise.demand.courses import keep
from optimise.demand.demand import Demand
from optimise.demand.forecast import in_bed
from optimise.demand.forecasters import Climatology
from optimise.demand.pmf import mean
from optimise.demand.stays import Stays, staying_on

WEEK = 168
WEEKS = 44
#: Saturday and Sunday evening of a forecast that begins on a Monday, and the hours between.
WEEKEND = slice(5 * 24 + 18, 7 * 24)


@pytest.fixture(scope="module")
def demand() -> Demand:
    """Patients who come around 1 pm and leave on weekday afternoons, seldom else; about 40 beds in use."""
    rng = np.random.default_rng(5)
    length = WEEK * WEEKS
    hours = np.arange(length)
    rate = 0.5 + np.exp(-0.5 * ((hours % 24 - 13) / 3.0) ** 2)
    counts = rng.poisson(8.0 * rate / rate[:24].sum())
    afternoon, weekend = (hours % 24 >= 9) & (hours % 24 < 18), hours // 24 % 7 >= 5
    chance = np.where(afternoon, np.where(weekend, 0.004, 0.034), 0.002)
    first = np.repeat(hours, counts)
    # a stay ends when the summed hazards since arrival pass a unit exponential
    total = np.cumsum(-np.log1p(-chance))
    end = np.searchsorted(total, total[first] + rng.exponential(size=len(first)))
    stays = Stays(np.zeros(len(first), np.int64), first, np.where(end >= length, -1, end), length)
    known = np.ones((length, 1), dtype=bool)
    return Demand(counts[:, None], known, ("all",), "hour", datetime.datetime(2025, 1, 6), stays=stays)


@pytest.fixture(scope="module")
def errors(demand: Demand) -> dict[str, np.ndarray]:
    """Expected beds in use less those that came, one row an origin; blind: by time since arrival only."""
    assert demand.stays is not None
    there = demand.stays.occupancy(1)[:, 0]
    made: dict[str, list[np.ndarray]] = {"forecast": [], "blind": []}
    for now in range(20 * WEEK, (WEEKS - 1) * WEEK, 2 * WEEK):
        known = demand.head(now)
        arrivals = mean(Climatology().fit(known, now, WEEK, 1).predict(known, now, WEEK))
        stay, spent, factors, risk = in_bed(known, WEEK)
        assert stay is not None
        assert factors is not None
        assert risk is not None
        alive = np.cumsum(stay[:, ::-1], axis=1)[:, ::-1]
        plain = stay / np.maximum(alive, 1e-9)
        for name, rate, weights in (("forecast", risk, factors), ("blind", plain, np.ones(WEEK))):
            beds = staying_on(spent[0], rate[0], weights, 0.01).sum(axis=1)
            beds += np.einsum("ag,atg->t", arrivals, keep(stay, rate, weights))
            made[name].append(beds - there[now : now + WEEK])
    return {name: np.array(rows) for name, rows in made.items()}


def test_the_mean_error_is_within_its_standard_error(errors):
    for part in (slice(0, WEEK), slice(0, 24), slice(72, 96), WEEKEND):
        found = errors["forecast"][:, part].mean(axis=1)
        assert abs(found.mean()) < 2.5 * found.std(ddof=1) / np.sqrt(len(found)), part


def test_time_since_arrival_alone_runs_high_before_the_weekend(errors):
    found = errors["blind"][:, 72:120].mean(axis=1)
    assert found.mean() > 3.0 * found.std(ddof=1) / np.sqrt(len(found))


def test_what_is_kept_is_the_product_of_staying_on():
    stay, risk = np.array([[0.2, 0.3, 0.5]]), np.array([[0.2, 0.5, 1.0]])
    kept = keep(stay, risk, np.array([9.0, 1.0, 0.5, 2.0]))
    assert kept[0, :, 0].tolist() == pytest.approx([1.0, 0.8, 0.8 * 0.75, 0.0])
    assert kept[2, :, 0].tolist() == pytest.approx([0.0, 0.0, 1.0, 0.6])
