"""Those who have yet to arrive: arrivals that will be admitted, thinned by the chance of a bed within so many hours."""

from __future__ import annotations

import datetime
from dataclasses import dataclass

import numpy as np
from scipy.special import ndtr

from optimise.core.errors import InputError
from optimise.demand import pmf as counts
from optimise.demand.backtest import backtest, best, rolling_origins
from optimise.demand.demand import Demand
from optimise.demand.department.tables import Visits, clock_hours, moment_of
from optimise.demand.dependence import Dependence, estimate
from optimise.demand.forecasters import Climatology, Fitted
from optimise.demand.learners import CountRegression
from optimise.demand.pmf import FloatArray, IntArray

__all__ = ["Incoming", "IncomingModel", "learn_incoming"]

_COURSES = 256
_SETTLED = 48  # hours after which it is known who is admitted
_GRID = 4  # parts of an hour in which times to a bed are counted


@dataclass(frozen=True, slots=True, eq=False)
class Incoming:
    """Courses of arrivals that will be admitted, and when they have their beds.

    Attributes
    ----------
    services : tuple of str
    courses : int array (K, H, S)
        Equally likely.
    within : float array (H, H, S)
        Chance of one who arrives in the first hour to have a bed by the end of the second.
    sexes : tuple of str
    share : float array (S, X)
        Of each sex.
    """

    services: tuple[str, ...]
    courses: IntArray
    within: FloatArray
    sexes: tuple[str, ...]
    share: FloatArray

    def into(self, services: frozenset[str], sex: str) -> list[tuple[IntArray, FloatArray]]:
        """Arrivals for some services: one entry, whose periods are hours of each service.

        Parameters
        ----------
        services : frozenset of str
        sex : str
            Empty for all.

        Returns
        -------
        list of (int array (K, T), float array (T, H))
            Courses, and the chance of each arrival to count by the end of each hour.
        """
        mine = [k for k, name in enumerate(self.services) if name in services]
        if not mine:
            return []
        share = np.ones(len(self.services))
        if sex:
            share = self.share[:, self.sexes.index(sex)] if sex in self.sexes else np.zeros(len(self.services))
        courses = np.concatenate([self.courses[:, :, k] for k in mine], axis=1)
        kept = np.concatenate([self.within[:, :, k] * share[k] for k in mine])
        return [(courses, kept)]


@dataclass(frozen=True, slots=True, eq=False)
class IncomingModel:
    """A model of arrivals that will be admitted, learned from visits before some moment.

    Attributes
    ----------
    demand : Demand
        Arrivals by hour and service of all visits, also of later ones; only those before an origin are looked at.
    model : str
        Which one the backtest chose.
    """

    demand: Demand
    model: str
    _fitted: Fitted
    _dependence: Dependence
    _within: FloatArray
    _sexes: tuple[str, ...]
    _share: FloatArray

    def at(self, now: datetime.datetime, hours: int, seed: int = 1) -> Incoming:
        """Those who arrive within ``hours`` from the whole hour at or before ``now``.

        Parameters
        ----------
        now : datetime
        hours : int
            As many as the model learned for, or fewer.
        seed : int
            Of the courses.

        Returns
        -------
        Incoming
        """
        end = int(np.floor(clock_hours(now) - clock_hours(self.demand.start)))
        found = self._fitted.predict(self.demand, end - _SETTLED, _SETTLED + hours)
        scores = self._dependence.normal(_COURSES // 2, np.random.default_rng((seed, 91)))
        courses = counts.sample(found, ndtr(np.concatenate([scores, -scores])[:, : len(found)]))[:, _SETTLED:]
        within = self._within[:hours, :hours]
        return Incoming(self.demand.groups, courses, within, self._sexes, self._share)


def learn_incoming(
    visits: Visits, now: datetime.datetime, hours: int, *, region: str | None = None, origins: int = 8, seed: int = 1
) -> IncomingModel:
    """Learn arrivals that will be admitted, by service and hour, from what was known at ``now``.

    Parameters
    ----------
    visits : Visits
    now : datetime
        Nothing later is learned from.
    hours : int
        H.
    region : str, optional
        Bank holidays.
    origins : int
        Of the backtest that chooses the model and says how hours hang together.
    seed : int

    Returns
    -------
    IncomingModel

    Raises
    ------
    InputError
        If the visits before now span less than five weeks.
    """
    start, end = int(np.ceil(visits.first)), int(np.floor(clock_hours(now)))
    if end - start < 5 * 168:
        raise InputError(
            f"the visits span {(end - start) / 168:.1f} weeks before now; at least 5 are needed", item="visits"
        )
    services = tuple(sorted(set(visits.service)))
    group = np.array([services.index(name) for name in visits.service], np.int64)
    slot = np.floor(visits.arrival).astype(np.int64) - start
    length = max(end, int(np.ceil(visits.last))) - start
    made = np.zeros((length, len(services)), np.int64)
    inside = (slot >= 0) & (slot < length)
    np.add.at(made, (slot[inside], group[inside]), 1)
    data = Demand(made, np.ones_like(made, dtype=bool), services, "hour", moment_of(start))
    # Whoever came lately and still waits is not known to be admitted: the last days are not learned from.
    known, ahead = data.head(end - start - _SETTLED), _SETTLED + hours
    models = (Climatology(), CountRegression(region))
    points = rolling_origins(known, ahead, holdout=min(known.length // 4, 8 * 168) + ahead, most=origins)
    winner = best(backtest(known, models, ahead, points, seed=seed, refit=168))
    model = next(m for m in models if m.name == winner.model)
    before = visits.arrival < clock_hours(now)
    sexes = tuple(sorted(set(visits.sex) - {""}))
    share = np.zeros((len(services), len(sexes)))
    for x, sex in enumerate(sexes):
        for g in range(len(services)):
            mine = [visits.sex[i] for i in np.flatnonzero((group == g) & before) if visits.sex[i]]
            share[g, x] = (mine.count(sex) + 0.5) / (len(mine) + 0.5 * len(sexes))
    return IncomingModel(
        data,
        winner.model,
        model.fit(known, known.length, ahead, seed),
        estimate(winner, 24),
        _within(visits, group, len(services), hours, clock_hours(now)),
        sexes,
        share,
    )


def _within(visits: Visits, group: IntArray, services: int, hours: int, now: float) -> FloatArray:
    """Array (H, H, S): the product-limit estimate of the time from arrival to the bed, at random times of the hour."""
    bedded = visits.admission <= now  # what came later was not known
    wait = np.where(bedded, visits.admission - visits.arrival, np.nan)
    seen = np.where(bedded, wait, np.maximum(now - visits.arrival, 0.0))
    size = hours * _GRID
    made = np.zeros((hours, hours, services))
    for g in range(services):
        mine = (group == g) & (visits.arrival < now)
        bed = mine & ~np.isnan(wait)
        done = np.bincount(np.minimum(np.floor(seen[bed] * _GRID).astype(np.int64), size), minlength=size + 1)
        every = np.bincount(np.minimum(np.floor(seen[mine] * _GRID).astype(np.int64), size), minlength=size + 1)
        risk = np.cumsum(every[::-1])[::-1]
        hazard = np.divide(done, risk, out=np.zeros(size + 1), where=risk > 0)
        by = np.concatenate([[0.0], 1.0 - np.cumprod(1.0 - hazard[:size])])  # by the end of each part
        for first in range(hours):
            for last in range(first, hours):
                # Arrivals are spread over their hour.
                spans = _GRID * (last - first) + np.arange(1, _GRID + 1)
                edge = 0.5 * (by[np.minimum(spans, size)] + by[np.minimum(spans - 1, size)])
                made[first, last, g] = edge.mean()
    return made
