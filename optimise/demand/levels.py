"""Models of a census: beds in use change slowly, so the last census says most, and the week's course is added.

The census less the week's course is a level ``x``. For lead ``h`` the level is regressed on what is known at the origin
``o``: ``x[o + h - 1] - x[o - 1] = sum over k of b(h, k) (m_k - x[o - 1]) + holidays`` with ``m_k`` the mean level of
the last day, week, four weeks and quarter (a direct forecast: Marcellino, Stock, Watson 2006). Empirical quantiles of
what is left over, by lead, make the distribution; each fifth of the past is forecast by what the others say.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from optimise.demand.demand import Demand
from optimise.demand.features import features
from optimise.demand.forecasters import Fitted
from optimise.demand.pmf import FloatArray, IntArray, from_quantiles

__all__ = ["LevelRegression", "Persistence"]

_QUANTILES = np.array([0.02, 0.05, 0.1, 0.2, 0.35, 0.5, 0.65, 0.8, 0.9, 0.95, 0.98])
_WINDOWS = (1, 7, 28, 91)  # days
_FOLDS = 5
_RIDGE = 10.0  # a coefficient is drawn to 0 as by so many rows


def _filled(values: FloatArray) -> FloatArray:
    """The last known value at every period; the first known one before it."""
    known = np.flatnonzero(~np.isnan(values))
    if not len(known):
        return np.zeros_like(values)
    at = np.searchsorted(known, np.arange(len(values)), side="right") - 1
    made: FloatArray = values[known[np.maximum(at, 0)]]
    return made


def _course(level: FloatArray, slot: IntArray, season: int) -> FloatArray:
    """Array (season,): how much each slot of the week lies above the week around it."""
    if len(level) < 2 * season:
        return np.zeros(season)
    filled = _filled(level)
    total = np.concatenate([[0.0], np.cumsum(filled)])
    half = season // 2
    at = np.arange(half, len(level) - half)
    around = (total[at - half + season] - total[at - half]) / season
    away = level[at] - around
    known = ~np.isnan(away)
    number = np.bincount(slot[at][known], minlength=season)
    course = np.bincount(slot[at][known], weights=away[known], minlength=season) / np.maximum(number, 1)
    made: FloatArray = course * number / (number + 0.25)
    return made


class _Levels:
    """What the level was before each origin: the last one, and its means over some days."""

    def __init__(self, demand: Demand, group: int, course: FloatArray, slot: IntArray, windows: tuple[int, ...]):
        seen = demand.observed[:, group]
        level = np.where(seen, demand.counts[:, group] - course[slot[: demand.length]], np.nan)
        self.level, filled = level, _filled(level)
        per_day = demand.season // 7
        total = np.concatenate([[0.0], np.cumsum(filled)])
        ends = np.arange(1, len(level) + 1)
        self.last = filled  # known at origin o: entry o - 1
        self.means = [
            (total[ends] - total[np.maximum(ends - d * per_day, 0)]) / np.minimum(ends, d * per_day)
            for d in windows
            if per_day > 1 or d > 1
        ]

    def rows(self, before: IntArray, flags: FloatArray) -> FloatArray:
        """Array (n, F) for origins whose last known period is ``before``."""
        return np.column_stack([*(m[before] - self.last[before] for m in self.means), flags])


@dataclass(slots=True)
class LevelRegression:
    """The last census drawn to its means of the last day, week, month and quarter, with the week's course."""

    region: str | None = None
    windows: tuple[int, ...] = _WINDOWS
    name: str = "level-regression"

    def fit(self, demand: Demand, end: int, horizon: int, seed: int) -> Fitted:
        parts = [self._one(demand.head(end), g, horizon) for g in range(len(demand.groups))]
        return _Levelled(self, parts, int(1.3 * demand.counts[:end].max(initial=0) + 20))

    def _one(self, known: Demand, group: int, horizon: int) -> tuple[FloatArray, FloatArray, FloatArray]:
        """The week's course (season,), coefficients (H, F) and quantiles of what is left (H, Q)."""
        made = features(known, group, known.length, horizon, self.region)
        slot, flags = made.slot, made.calendar[:, :4]
        level = np.where(known.observed[:, group], known.counts[:, group].astype(np.float64), np.nan)
        course = _course(level, slot, known.season)
        past = _Levels(known, group, course, slot, self.windows)
        size = len(past.means) + flags.shape[1] if self.windows else 0
        slopes, quantiles = np.zeros((horizon, size)), np.zeros((horizon, len(_QUANTILES)))
        burn = min(known.season, known.length // 4)
        for h in range(1, horizon + 1):
            target = np.arange(burn + h, known.length)
            target = target[~np.isnan(past.level[target])]
            left = past.level[target] - past.last[target - h]
            if size and len(target):
                rows = past.rows(target - h, flags[target])
                slopes[h - 1] = _slopes(rows, left)
                left = np.concatenate(
                    [
                        left[part] - rows[part] @ _slopes(np.delete(rows, part, 0), np.delete(left, part))
                        for part in np.array_split(np.arange(len(left)), _FOLDS)
                    ]
                )
            if len(left):
                quantiles[h - 1] = np.quantile(left, _QUANTILES)
        return course, slopes, quantiles


def _slopes(rows: FloatArray, left: FloatArray) -> FloatArray:
    """Ridge regression of ``left`` (n,) on ``rows`` (n, F)."""
    gram = rows.T @ rows
    ridge = np.diag(_RIDGE * np.maximum(np.diag(gram) / max(len(rows), 1), 1e-9))
    return np.asarray(np.linalg.solve(gram + ridge, rows.T @ left), np.float64)


class Persistence(LevelRegression):
    """The last census, with the week's course and how far the census has moved in as many periods."""

    def __init__(self) -> None:
        super().__init__(None, (), "persistence")


class _Levelled:
    def __init__(
        self, model: LevelRegression, parts: list[tuple[FloatArray, FloatArray, FloatArray]], largest: int
    ) -> None:
        self.model, self.parts, self.largest = model, parts, largest

    def predict(self, demand: Demand, origin: int, horizon: int) -> FloatArray:
        known = demand.head(origin)
        made = np.empty((horizon, len(self.parts), self.largest + 1))
        before = np.full(horizon, origin - 1)
        targets = np.arange(origin, origin + horizon)
        for g, (course, slopes, quantiles) in enumerate(self.parts):
            now = features(known, g, origin, horizon, self.model.region)
            past = _Levels(known, g, course, now.slot, self.model.windows)
            expected = past.last[before] + course[now.slot[targets]]
            if slopes.shape[1]:
                expected = expected + (past.rows(before, now.calendar[targets, :4]) * slopes[:horizon]).sum(1)
            # Half a patient: counts are the whole part of a continuous value.
            made[:, g] = from_quantiles(_QUANTILES, expected[:, None] + quantiles[:horizon] + 0.5, self.largest)
        return made
