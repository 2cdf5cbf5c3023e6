"""Scenario fans: courses drawn from a forecast, with its marginals and its dependence over periods and groups."""

from __future__ import annotations

import numpy as np
from scipy.special import ndtr

from optimise.capacity.scenarios import Scenarios
from optimise.core.errors import InputError
from optimise.demand.courses import draw_remaining
from optimise.demand.forecast import Forecast
from optimise.demand.pmf import FloatArray, sample

__all__ = ["fan"]

_BATCH = 256


def fan(forecast: Forecast, count: int, *, seed: int = 1, stay: FloatArray | None = None) -> Scenarios:
    """Draw ``count`` equally likely scenarios.

    Normal scores come with the dependence of the forecast, one antithetic half mirroring the other (so means are
    nearly exact with few scenarios), and become counts through each period's own distribution. Scenario ``k`` does not
    depend on how many are drawn in all.

    Parameters
    ----------
    stay : float array (G, L), optional
        Distribution of stays where the forecast has none.
    """
    if count < 1:
        raise InputError("expected at least one scenario", item="count")
    if forecast.series == "occupancy":
        raise InputError("is a forecast of beds in use; scenarios are drawn from arrivals and stays", item="forecast")
    lengths = forecast.stay if stay is None else stay
    if lengths is None:
        raise InputError(
            "the data have no column of departures, so nothing is known of stays; give their lengths with --stay"
        )
    risk = None if stay is not None else forecast.risk
    parts, inside = [], []
    groups = len(forecast.groups)
    for batch in range(-(-count // _BATCH)):
        scores = forecast.dependence.normal(_BATCH // 2, np.random.default_rng((seed, 74, batch)))
        both = np.empty((_BATCH, *scores.shape[1:]))
        both[0::2], both[1::2] = scores, -scores
        size = min(_BATCH, count - batch * _BATCH)
        parts.append(sample(forecast.pmf, ndtr(both[:size])))
        if forecast.spent:
            rng = np.random.default_rng((seed, 75, batch))
            drawn = draw_remaining(forecast.spent, lengths, forecast.horizon, _BATCH, rng, risk, forecast.leaving)
            inside.append(drawn[:size])
    arrivals = np.concatenate(parts)
    remaining = np.concatenate(inside) if inside else np.zeros((count, forecast.horizon, groups), np.int64)
    return Scenarios(
        arrivals,
        np.full(count, 1.0 / count),
        forecast.groups,
        forecast.period,
        forecast.start,
        lengths,
        remaining,
        None if stay is not None else forecast.kept(),
    )
