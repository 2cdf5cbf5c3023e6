"""Scenario fans: courses drawn from a forecast, with its marginals and its dependence over periods and groups."""

from __future__ import annotations

import datetime
from collections.abc import Callable

import numpy as np
from scipy.special import ndtr

from optimise.capacity.scenarios import HOURS, Scenarios
from optimise.core.errors import InputError
from optimise.demand.courses import draw_remaining, simulate
from optimise.demand.forecast import Forecast
from optimise.demand.pmf import FloatArray, IntArray, sample

__all__ = ["fan", "whole_days"]

_BATCH = 256

#: Draws so many times who of those in bed now is there in each period: array (count, H, G).
Lying = Callable[[int, np.random.Generator], IntArray]


def fan(
    forecast: Forecast,
    count: int,
    *,
    seed: int = 1,
    stay: FloatArray | None = None,
    lying: Lying | None = None,
    from_midnight: bool = False,
) -> Scenarios:
    """Draw ``count`` equally likely scenarios.

    Normal scores come with the dependence of the forecast, one antithetic half mirroring the other (so means are
    nearly exact with few scenarios), and become counts through each period's own distribution. Every patient's stay is
    drawn, of those in bed now and of those who arrive. Scenario ``k`` does not depend on how many are drawn in all.

    Parameters
    ----------
    forecast : Forecast
        Of arrivals.
    count : int
        Scenarios.
    seed : int
        The same seed draws the same ones.
    stay : float array (G, L), optional
        Distribution of stays where the forecast has none.
    lying : callable, optional
        Draws those in bed now, instead of those whom the forecast knows.
    from_midnight : bool
        Keep whole days only (:func:`whole_days`). Who arrives before the first midnight and is still there counts
        among those in bed before.

    Returns
    -------
    Scenarios

    Raises
    ------
    InputError
        If the forecast is one of beds in use, knows no stays, or holds no whole day where one is wanted.
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
    kept = None if stay is not None else forecast.kept()
    days = whole_days(forecast) if from_midnight else slice(0, forecast.horizon)
    arrivals, present, remaining = [], [], []
    for batch in range(-(-count // _BATCH)):
        size = min(_BATCH, count - batch * _BATCH)
        scores = forecast.dependence.normal(_BATCH // 2, np.random.default_rng((seed, 74, batch)))
        both = np.empty((_BATCH, *scores.shape[1:]))
        both[0::2], both[1::2] = scores, -scores
        came = sample(forecast.pmf, ndtr(both))
        rng = np.random.default_rng((seed, 75, batch))
        inside = np.zeros_like(came)
        if lying is not None:
            inside = lying(_BATCH, rng)
        elif forecast.spent:
            inside = draw_remaining(forecast.spent, lengths, forecast.horizon, _BATCH, rng, risk, forecast.leaving)
        rng = np.random.default_rng((seed, 76, batch))
        early, later = came.copy(), came.copy()
        early[:, days.start :], later[:, : days.start] = 0, 0
        inside, _ = simulate(early, inside, lengths, rng, kept)
        there, _ = simulate(later, np.zeros_like(later), lengths, rng, kept)
        arrivals.append(came[:size, days])
        present.append(there[:size, days])
        remaining.append(inside[:size, days])
    return Scenarios(
        np.concatenate(arrivals),
        np.full(count, 1.0 / count),
        forecast.groups,
        forecast.period,
        forecast.start + days.start * datetime.timedelta(hours=HOURS[forecast.period]),
        lengths,
        np.concatenate(remaining),
        None if kept is None else kept[days, days],
        np.concatenate(present),
    )


def whole_days(forecast: Forecast) -> slice:
    """Periods of a forecast from its first midnight to its last.

    Raises
    ------
    InputError
        If there is no whole day between, or its days begin at another hour.
    """
    hours, start = HOURS[forecast.period], forecast.start
    away = (-start.hour) % 24
    if start.minute or away % hours:
        raise InputError(f"its periods begin at {start:%H:%M}, so none begins at midnight", item="forecast")
    first, per_day = away // hours, 24 // hours
    days = (forecast.horizon - first) // per_day
    if days < 1:
        raise InputError(f"begins at {start:%Y-%m-%d %H:%M} and ends before a whole day has passed", item="forecast")
    return slice(first, first + days * per_day)
