"""Peers: forecasting models of other libraries, for a table beside ours. The only module that imports them.

* ``auto-ets``, ``mstl``: statsforecast (Nixtla), with its intervals; fitted to the series of each group.
* ``lightgbm``: boosted quantiles on lags and the calendar.
* ``recent-climatology``: what this slot of the week brought, recent weeks weighing more (our own; needs no library).
"""

from __future__ import annotations

import warnings
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from optimise.core.errors import MissingExtraError
from optimise.demand.demand import Demand
from optimise.demand.features import features
from optimise.demand.forecasters import Fitted, Model, RecentClimatology, training_pairs
from optimise.demand.pmf import FloatArray, from_quantiles

if TYPE_CHECKING:
    from sklearn.base import RegressorMixin

__all__ = ["AutoEts", "LightGbm", "Mstl", "usual_peers"]

_LEVELS = (20, 40, 60, 80, 90, 95)
_QUANTILES = np.array([0.025, 0.05, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95, 0.975])
_LONGEST = 24 * 7 * 26  # most periods that the models of statsforecast are given


def usual_peers(region: str | None) -> tuple[list[Model], list[str]]:
    """The peers that are installed, and a sentence about each that is not.

    Parameters
    ----------
    region : str or None
        Bank holidays, for example ``GB-ENG``.

    Returns
    -------
    list of Model
    list of str
    """
    made: list[Model] = [RecentClimatology()]
    absent = []
    for library, models in (("statsforecast", (AutoEts(), Mstl())), ("lightgbm", (LightGbm(region),))):
        try:
            _load(library)
        except MissingExtraError as error:
            names = ", ".join(model.name for model in models)
            absent.append(f"{names} not compared: {error}")
        else:
            made += models
    return made, absent


def _load(library: str) -> Any:
    """Import one library."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            if library == "statsforecast":
                import statsforecast.models as found
            else:
                import lightgbm as found
    except ImportError:
        raise MissingExtraError(library, "peers") from None
    return found


def _series(demand: Demand, group: int, end: int) -> FloatArray:
    """Counts before ``end`` with gaps filled by the same period a week before (or after)."""
    values = np.where(demand.observed[:end, group], demand.counts[:end, group], np.nan).astype(np.float64)
    for step in (demand.season, -demand.season):
        for t in np.flatnonzero(np.isnan(values))[:: 1 if step > 0 else -1]:
            if 0 <= t - step < end:
                values[t] = values[t - step]
    return np.asarray(np.nan_to_num(values), np.float64)


class _Classical:
    """A model of statsforecast: fitted anew at each origin, as such models are used."""

    name = ""

    def fit(self, demand: Demand, end: int, horizon: int, seed: int) -> Fitted:
        _load("statsforecast")
        return self

    def _model(self, demand: Demand) -> Any:
        raise NotImplementedError

    def predict(self, demand: Demand, origin: int, horizon: int) -> FloatArray:
        largest = int(2 * demand.counts[:origin].max(initial=0) + 20)
        made = np.empty((horizon, len(demand.groups), largest + 1))
        for g in range(len(demand.groups)):
            series = _series(demand, g, origin)[-_LONGEST:]
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                found = self._model(demand).forecast(y=series, h=horizon, level=list(_LEVELS))
            columns = [found[f"lo-{level}"] for level in reversed(_LEVELS)]
            columns += [found["mean"], *(found[f"hi-{level}"] for level in _LEVELS)]
            levels = [0.5 - level / 200 for level in reversed(_LEVELS)]
            levels += [0.5, *(0.5 + level / 200 for level in _LEVELS)]
            # Half a count: a count is the whole part of a continuous value.
            values = np.nan_to_num(np.column_stack(columns)) + 0.5
            made[:, g] = from_quantiles(np.array(levels), values, largest)
        return made


class AutoEts(_Classical):
    """Exponential smoothing in state space form, chosen by information criterion (Hyndman et al. 2008)."""

    name = "auto-ets"

    def _model(self, demand: Demand) -> Any:
        season = 7 if demand.period == "day" else 24
        return _load("statsforecast").AutoETS(season_length=season)


class Mstl(_Classical):
    """Decomposition into several seasons by loess, then exponential smoothing (Bandara, Hyndman, Bergmeir 2021)."""

    name = "mstl"

    def _model(self, demand: Demand) -> Any:
        season: Any = 7 if demand.period == "day" else [24, 168]
        return _load("statsforecast").MSTL(season_length=season)


@dataclass(slots=True)
class LightGbm:
    """Boosted quantiles of LightGBM on the calendar and the levels before the origin."""

    region: str | None = None
    name: str = "lightgbm"

    def fit(self, demand: Demand, end: int, horizon: int, seed: int) -> Fitted:
        library = _load("lightgbm")
        start = min(demand.season * 2, end // 3)
        noise = np.random.default_rng((seed, 94))
        parts = []
        for g in range(len(demand.groups)):
            made = features(demand, g, end, horizon, self.region)
            origins, targets = training_pairs(start, end, horizon, 12_000, seed)
            seen = demand.observed[targets, g]
            rows = made.trees(origins[seen], targets[seen])
            values = demand.counts[targets[seen], g] + noise.random(int(seen.sum()))
            parts.append(
                [
                    library.LGBMRegressor(
                        objective="quantile",
                        alpha=level,
                        n_estimators=150,
                        learning_rate=0.05,
                        num_leaves=15,
                        min_child_samples=20,
                        n_jobs=1,
                        verbose=-1,
                        random_state=seed,
                    ).fit(rows, values)
                    for level in _QUANTILES
                ]
            )
        return _Boosted(parts, self.region, end, horizon)


class _Boosted:
    def __init__(self, parts: list[list[RegressorMixin]], region: str | None, end: int, horizon: int) -> None:
        self.parts, self.region, self.end, self.horizon = parts, region, end, horizon

    def predict(self, demand: Demand, origin: int, horizon: int) -> FloatArray:
        largest = int(2 * demand.counts[: self.end].max(initial=0) + 20)
        made = np.empty((horizon, len(self.parts), largest + 1))
        targets, origins = np.arange(origin, origin + horizon), np.full(horizon, origin)
        for g, models in enumerate(self.parts):
            now = features(demand, g, self.end, max(horizon, self.horizon), self.region)
            rows = now.trees(origins, targets)
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")  # names of features
                values = np.column_stack([model.predict(rows) for model in models])
            made[:, g] = from_quantiles(_QUANTILES, values, largest)
        return made
