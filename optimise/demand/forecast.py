"""A forecast: distributions of arrivals by period and group, chosen by backtest, with all that sampling needs."""

from __future__ import annotations

import datetime
import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, get_args

import numpy as np
import numpy.typing as npt
from scipy.special import ndtr

from optimise.capacity.scenarios import HOURS, Period, names_of
from optimise.core.atomic import create
from optimise.core.errors import InputError
from optimise.demand import pmf as counts
from optimise.demand.backtest import Backtest, backtest, best, rolling_origins
from optimise.demand.courses import keep
from optimise.demand.demand import Demand, Series
from optimise.demand.dependence import Dependence, estimate
from optimise.demand.forecasters import Climatology, Model, RecentClimatology, SeasonalNaive
from optimise.demand.learners import BoostedQuantiles, CountRegression, Pool
from optimise.demand.levels import LevelRegression, Persistence
from optimise.demand.pmf import FloatArray, IntArray
from optimise.demand.stays import leaving, stay_pmf
from optimise.formats.budget import read_arrays
from optimise.formats.text import placed

__all__ = ["Forecast", "forecast", "in_bed", "usual_models"]

#: Weeks after which a day of the past weighs half (`optimise/demand` in the log).
_HALF_LIFE = 26.0


@dataclass(frozen=True, slots=True, eq=False)
class Forecast:
    """Distributions of arrivals over H periods and G groups.

    Attributes
    ----------
    pmf : float array (H, G, K + 1)
        Probability of 0, 1, ..., K arrivals.
    groups : tuple of str
    period : {"hour", "day"}
    start : datetime.datetime
        Start of the first period on the local clock.
    model : str
        The model that the backtest chose.
    dependence : Dependence
        How counts hang together over periods and groups.
    stay : float array (G, L) or None
        Distribution of stays, as in :class:`~optimise.capacity.scenarios.Scenarios`; None when the data tell nothing.
    spent : list of int arrays
        Periods that the patients now in bed have been there, by group.
    leaving : float array (H,) or None
        How much more or less patients leave in each period than their time in bed says (nights, weekends).
    risk : float array (G, L) or None
        Chance to leave after ``l + 1`` periods in bed, to be multiplied by ``leaving``.
    series : {"arrivals", "occupancy"}
        What is forecast: people who come in a period, or beds in use at its start.
    """

    pmf: FloatArray
    groups: tuple[str, ...]
    period: Period
    start: datetime.datetime
    model: str
    dependence: Dependence
    stay: FloatArray | None = None
    spent: list[IntArray] = field(default_factory=list)
    leaving: FloatArray | None = None
    risk: FloatArray | None = None
    series: Series = "arrivals"

    @property
    def horizon(self) -> int:
        """Number of periods H."""
        return int(self.pmf.shape[0])

    def _check(self) -> None:
        """Refuse arrays that do not fit each other, or are no distributions."""
        horizon, groups = (*self.pmf.shape, 0, 0)[:2]
        if self.period not in HOURS:
            raise InputError(f"is {str(self.period)[:40]!r}, expected 'hour' or 'day'", item="period")
        if self.series not in get_args(Series):
            raise InputError(f"is {str(self.series)[:40]!r}, expected 'arrivals' or 'occupancy'", item="series")
        if self.start.tzinfo is not None:
            raise InputError("expected a local time without zone", item="start")
        if len(set(self.groups)) != groups:
            raise InputError(f"expected {groups} different names, found {len(set(self.groups))}", item="groups")
        for item, array, shape in (
            ("pmf", self.pmf, (horizon, groups, None)),
            ("lag", self.dependence.lag, (horizon,)),
            ("correlation", self.dependence.groups, (groups, groups)),
            ("stay", self.stay, (groups, None)),
            ("leaving", self.leaving, (horizon,)),
            ("risk", self.risk, (groups, None)),
        ):
            if array is not None:
                _fits(array, shape, item)
        for item, each in (("pmf", self.pmf), ("stay", self.stay)):
            if each is not None and not ((each >= 0).all() and (np.abs(each.sum(-1) - 1) < 1e-6).all()):
                raise InputError("each row must be a distribution: not negative, sum 1", item=item)
        for item, factor in (("leaving", self.leaving), ("risk", self.risk)):
            if factor is not None and not (factor >= 0).all():
                raise InputError("expected numbers of 0 or more", item=item)
        for g, mine in enumerate(self.spent):
            if mine.ndim != 1 or mine.dtype.kind not in "iu" or (mine < 0).any():
                raise InputError("expected whole numbers of 0 or more", item=f"spent{g}")

    def times(self) -> list[datetime.datetime]:
        """Start of every period."""
        return [self.start + t * datetime.timedelta(hours=HOURS[self.period]) for t in range(self.horizon)]

    def mean(self) -> FloatArray:
        """Array (H, G): expected counts."""
        return counts.mean(self.pmf)

    def quantile(self, level: float) -> IntArray:
        """Array (H, G)."""
        return counts.quantile(self.pmf, level)

    def totals(self, levels: tuple[float, ...], *, seed: int = 1, samples: int = 1024) -> FloatArray:
        """Array (levels, G): quantiles of all arrivals of the horizon together, with their dependence."""
        scores = self.dependence.normal(samples, np.random.default_rng((seed, 78)))
        drawn = counts.sample(self.pmf, ndtr(scores)).sum(1)
        return np.asarray(np.quantile(drawn, levels, axis=0, method="inverted_cdf"), np.float64)

    def kept(self) -> FloatArray | None:
        """Array (H, H, G): chance of one who arrives in the first period to be in bed in the second, if known."""
        if self.stay is None or self.risk is None or self.leaving is None:
            return None
        return keep(self.stay, self.risk, self.leaving)

    def save(self, path: str | os.PathLike[str]) -> Path:
        """Write one ``.npz`` file."""
        target = Path(path)
        temporary = target.with_name(target.name + ".part")
        arrays: dict[str, Any] = {
            "pmf": self.pmf,
            "groups": np.array(self.groups),
            "period": np.array(self.period),
            "start": np.array(self.start.isoformat()),
            "model": np.array(self.model),
            "series": np.array(self.series),
            "lag": self.dependence.lag,
            "correlation": self.dependence.groups,
        }
        if self.stay is not None:
            arrays["stay"] = self.stay
        if self.leaving is not None:
            arrays["leaving"] = self.leaving
        if self.risk is not None:
            arrays["risk"] = self.risk
        for g, mine in enumerate(self.spent):
            arrays[f"spent{g}"] = mine
        with create(temporary).open("wb") as stream:
            np.savez_compressed(stream, **arrays)
        temporary.replace(target)
        return target

    @classmethod
    def load(cls, path: str | os.PathLike[str]) -> Forecast:
        """Read a file written by :meth:`save`, or the one in a folder that ``wardwise forecast`` wrote."""
        source = Path(path)
        if source.is_dir():
            source = source / "forecast.npz"
        stored = read_arrays(source, "forecast")
        try:
            groups = names_of(stored["groups"])
            spent = [stored[f"spent{g}"] for g in range(len(groups)) if f"spent{g}" in stored]
            period: Any = str(stored["period"])
            series: Any = str(stored.get("series", np.array("arrivals")))
            made = cls(
                stored["pmf"],
                groups,
                period,
                datetime.datetime.fromisoformat(str(stored["start"])),
                str(stored["model"]),
                Dependence(stored["lag"], stored["correlation"]),
                stored.get("stay", None),
                spent,
                stored.get("leaving", None),
                stored.get("risk", None),
                series,
            )
        except (ValueError, KeyError, TypeError) as error:
            raise InputError(f"is no forecast ({error})", file=source) from None
        with placed(source):
            made._check()
        return made


def usual_models(
    region: str | None,
    names: tuple[str, ...] | None = None,
    series: Series = "arrivals",
    period: Period = "day",
) -> list[Model]:
    """The baselines and the models that learn.

    Days have few periods and levels that drift: a count regression, to which half a year ago says half as much, is
    pooled with a model of levels. Hours have many periods and small counts: it is pooled with boosted trees.

    Parameters
    ----------
    region : str or None
        Bank holidays, for example ``GB-ENG``.
    names : tuple of str, optional
        Choose among them.
    series : {"arrivals", "occupancy"}
    period : {"hour", "day"}

    Returns
    -------
    list of Model

    Raises
    ------
    InputError
        If there is no model of a name.
    """
    regression = CountRegression(region, half_life=_HALF_LIFE if period == "day" else None)
    boosted = BoostedQuantiles(region)
    level = LevelRegression(region)
    own: tuple[Model, ...] = (regression, level, Pool((regression, level)))
    if series == "occupancy":
        own = (Persistence(), level)
    elif period == "hour":
        own = (regression, boosted, Pool((regression, boosted)))
    usual: tuple[Model, ...] = (SeasonalNaive(), Climatology(), *own)
    every = (*usual, *((boosted, level) if series == "arrivals" else ()), RecentClimatology())
    known = {model.name: model for model in every}
    for name in names or ():
        if name not in known:
            raise InputError(f"unknown model; known: {', '.join(known)}", item=name)
    return [known[name] for name in (names or tuple(model.name for model in usual))]


def forecast(
    demand: Demand,
    horizon: int,
    *,
    models: list[Model] | None = None,
    region: str | None = "GB-ENG",
    origins: int = 24,
    seed: int = 1,
    peers: Sequence[Model] = (),
    tell: Callable[[str], None] | None = None,
) -> tuple[Forecast, list[Backtest]]:
    """Choose a model by backtest on the last part of the data, then forecast from their end.

    Parameters
    ----------
    demand : Demand
    horizon : int
        Periods ahead.
    models : list of Model, optional
        Default: :func:`usual_models`.
    region : str, optional
        Bank holidays, for example ``GB-ENG``.
    origins : int
        Most origins of the backtest.
    seed : int
        The same seed gives the same forecast.
    peers : sequence of Model
        Compared in the backtest, never chosen (:mod:`optimise.demand.peers`).
    tell : callable, optional
        Told each model that is done.

    Returns
    -------
    Forecast
        Of the model that was best.
    list of Backtest
        Of all models, peers last.
    """
    chosen = usual_models(region, series=demand.series, period=demand.period) if models is None else models
    holdout = max(horizon, min(demand.length // 4, 8 * demand.season + horizon))
    points = rolling_origins(demand, horizon, holdout=holdout, most=origins)
    # Models learn again as time goes on, as they will before the forecast that is delivered: weekly, for their cost.
    results = backtest(demand, chosen, horizon, points, seed=seed, refit=demand.season, tell=tell)
    winner = best(results)
    model = next(m for m in chosen if m.name == winner.model)
    made = model.fit(demand, demand.length, horizon, seed).predict(demand, demand.length, horizon)
    known = in_bed(demand, horizon)
    dependence = estimate(winner, demand.season // 7)
    start = demand.time(demand.length)
    found = Forecast(made, demand.groups, demand.period, start, winner.model, dependence, *known, demand.series)
    others = backtest(demand, peers, horizon, points, seed=seed, refit=demand.season, tell=tell)
    return found, [*results, *others]


def in_bed(
    demand: Demand, horizon: int
) -> tuple[FloatArray | None, list[IntArray], FloatArray | None, FloatArray | None]:
    """What the stays seen say: :attr:`Forecast.stay`, ``spent``, ``leaving`` and ``risk``, from the end of the data."""
    if demand.stays is None:
        return None, [], None, None
    hours = HOURS[demand.period]
    stay = stay_pmf(demand.stays, len(demand.groups), hours)
    first = demand.start.weekday() * (demand.season // 7) + (demand.start.hour if demand.period == "hour" else 0)
    slots = (first + np.arange(demand.length + horizon, dtype=np.int64)) % demand.season
    risk, factors = leaving(demand.stays, len(demand.groups), slots[: demand.length], demand.season, hours)
    return stay, demand.stays.present(len(demand.groups)), factors[slots[demand.length :]], risk


def _fits(array: npt.NDArray[np.generic], shape: tuple[int | None, ...], item: str) -> None:
    """Refuse an array of another shape (None = any length above 0), or with values that are no finite numbers."""
    if array.ndim != len(shape) or any(n != want if want is not None else n < 1 for n, want in zip(array.shape, shape)):
        wanted = ", ".join("any" if n is None else str(n) for n in shape)
        raise InputError(f"has shape {array.shape}, expected ({wanted})", item=item)
    if array.dtype.kind not in "iuf" or not np.isfinite(array).all():
        raise InputError("expected finite numbers", item=item)
