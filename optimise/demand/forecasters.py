"""What a forecasting model is, and the two baselines that any other must beat."""

from __future__ import annotations

from typing import Protocol

import numpy as np

from optimise.demand.demand import Demand
from optimise.demand.pmf import FloatArray, IntArray

__all__ = ["Climatology", "Fitted", "Model", "RecentClimatology", "SeasonalNaive", "largest_count", "training_pairs"]


class Fitted(Protocol):
    """A model that has learned from the periods before some end."""

    def predict(self, demand: Demand, origin: int, horizon: int) -> FloatArray:
        """Distributions (horizon, G, K + 1) of the periods from ``origin``, from what happened before it."""
        ...


class Model(Protocol):
    """A forecasting model. ``name`` is what tables print; ``learns`` tells whether fitting costs anything."""

    name: str

    def fit(self, demand: Demand, end: int, horizon: int, seed: int) -> Fitted:
        """Learn from the periods before ``end`` for forecasts of up to ``horizon`` periods ahead."""
        ...


def largest_count(demand: Demand, end: int) -> int:
    """K for the distributions: well above anything seen."""
    return int(2 * demand.counts[:end].max(initial=0) + 20)


def training_pairs(start: int, end: int, horizon: int, rows: int, seed: int) -> tuple[IntArray, IntArray]:
    """Origins and targets to learn from: every period of ``start .. end - 1`` with random leads, about ``rows``."""
    draws = int(np.clip(rows // max(1, end - start), 1, 8))
    targets = np.tile(np.arange(start, end, dtype=np.int64), draws)
    leads = np.random.default_rng((seed, 71)).integers(1, horizon + 1, size=len(targets))
    return np.maximum(targets - leads + 1, 0), targets


class Climatology:
    """What this hour of the week (or day of the week) brought in all the past: the empirical distribution."""

    name = "climatology"
    #: Weeks after which a count weighs half; None: all weigh the same.
    half_life: float | None = None

    def fit(self, demand: Demand, end: int, horizon: int, seed: int) -> Fitted:
        largest = largest_count(demand, end)
        made = np.zeros((demand.season, len(demand.groups), largest + 1))
        first = _first_slot(demand)
        for g in range(len(demand.groups)):
            seen = np.flatnonzero(demand.observed[:end, g] & (demand.exposure[:end] > 0))
            at = (first + seen) % demand.season
            weight = np.ones(len(seen))
            if self.half_life is not None:
                weight = 0.5 ** ((end - seen) / (self.half_life * demand.season))
            np.add.at(made[:, g], (at, demand.counts[seen, g]), weight)
            everything = made[:, g].sum(0) + 1e-9
            thin = made[:, g].sum(1) < 3  # too little to be a distribution: add what other slots say
            made[thin, g] += everything / everything.sum()
        return _SlotTable(made / made.sum(-1, keepdims=True))


class RecentClimatology(Climatology):
    """The same with recent weeks weighing more."""

    name = "recent-climatology"

    def __init__(self, half_life: float = 8.0) -> None:
        self.half_life = half_life


class _SlotTable:
    def __init__(self, table: FloatArray) -> None:
        self.table = table

    def predict(self, demand: Demand, origin: int, horizon: int) -> FloatArray:
        slots = (_first_slot(demand) + origin + np.arange(horizon)) % demand.season
        made: FloatArray = self.table[slots]
        return made


class SeasonalNaive:
    """The same period a week ago, plus how much such periods differed in the past (by hour of the day)."""

    name = "seasonal-naive"

    def fit(self, demand: Demand, end: int, horizon: int, seed: int) -> Fitted:
        largest, season = largest_count(demand, end), demand.season
        per_day, groups = season // 7, len(demand.groups)
        spread = np.zeros((per_day, groups, 2 * largest + 1))
        lag = season * -(-horizon // season)
        pairs = np.arange(lag, end)
        for g in range(groups):
            both = pairs[demand.observed[pairs, g] & demand.observed[pairs - lag, g]] if len(pairs) else pairs
            change = demand.counts[both, g] - demand.counts[both - lag, g]
            np.add.at(spread[:, g], ((_first_slot(demand) + both) % per_day, change + largest), 1.0)
        spread[..., largest] += 1e-3  # no history at all: no change
        return _Naive(spread / spread.sum(-1, keepdims=True), largest)


class _Naive:
    def __init__(self, spread: FloatArray, largest: int) -> None:
        self.spread, self.largest = spread, largest

    def predict(self, demand: Demand, origin: int, horizon: int) -> FloatArray:
        season, per_day = demand.season, demand.season // 7
        made = np.zeros((horizon, len(demand.groups), self.largest + 1))
        for h in range(horizon):
            for g in range(len(demand.groups)):
                then = origin + h - season * (h // season + 1)
                while then >= 0 and not demand.observed[then, g]:
                    then -= season  # a missing day: the week before
                base = int(demand.counts[then, g]) if then >= 0 else 0
                values = np.clip(np.arange(-self.largest, self.largest + 1) + base, 0, self.largest)
                slot = (_first_slot(demand) + origin + h) % per_day
                made[h, g] = np.bincount(values, weights=self.spread[slot, g], minlength=self.largest + 1)
        return made


def _first_slot(demand: Demand) -> int:
    return demand.start.weekday() * (demand.season // 7) + (demand.start.hour if demand.period == "hour" else 0)
