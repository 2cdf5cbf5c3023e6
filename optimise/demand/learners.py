"""Models that learn: a negative binomial log-linear model and gradient-boosted quantiles.

Formulation of :class:`CountRegression` for one group: the count of target ``t`` seen from origin ``o`` is negative
binomial with ``log E[y] = x(t, o)' b + log exposure(t)`` and ``Var[y] = m + a(lead) m^2``; ``b`` by penalised Poisson
likelihood (a consistent estimate under any dispersion: Gourieroux, Monfort, Trognon 1984), ``a`` by moments on the
last fifth of the training periods, which ``b`` did not see then.

:class:`BoostedQuantiles` learns quantiles of ``y + U`` with U uniform (Machado, Santos Silva 2005), by which counts
have smooth quantiles, and turns them back into a distribution of counts.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from optimise.demand.demand import Demand
from optimise.demand.features import Features, features
from optimise.demand.forecasters import Fitted, largest_count, training_pairs
from optimise.demand.pmf import FloatArray, from_quantiles, negative_binomial
from optimise.demand.scikit import one_thread, regressors

__all__ = ["BoostedQuantiles", "CountRegression", "Pool"]

_ROWS = 12_000
_PRIOR = 0.3  # standard deviation of a coefficient before any data
_QUANTILES = np.array([0.03, 0.1, 0.2, 0.35, 0.5, 0.65, 0.8, 0.9, 0.97])
_LEADS = (1, 3)  # days at which the dispersion may change


def _rows(demand: Demand, group: int, start: int, end: int, horizon: int, seed: int) -> tuple[Any, Any]:
    """Origins and observed targets of a group to learn from."""
    origins, targets = training_pairs(start, end, horizon, _ROWS, seed)
    seen = demand.observed[targets, group]
    return origins[seen], targets[seen]


class _Memo:
    """The last fit, so that a pool and its members learn once."""

    def __init__(self) -> None:
        self.demand: Demand | None = None
        self.key: tuple[int, int, int] | None = None
        self.fitted: Fitted | None = None

    def recall(self, fit: Callable[..., Fitted], demand: Demand, end: int, horizon: int, seed: int) -> Fitted:
        if self.fitted is None or self.demand is not demand or self.key != (end, horizon, seed):
            self.fitted = fit(demand, end, horizon, seed)
            self.demand, self.key = demand, (end, horizon, seed)
        return self.fitted


@dataclass(slots=True)
class CountRegression:
    """Negative binomial log-linear model of calendar and recent levels.

    Attributes
    ----------
    region : str or None
        Bank holidays, for example ``GB-ENG``.
    name : str
    half_life : float or None
        Weeks after which a period of the past weighs half; None: all weigh the same.
    """

    region: str | None = None
    name: str = "count-regression"
    half_life: float | None = None
    _memo: _Memo = field(default_factory=lambda: _Memo(), repr=False)

    def fit(self, demand: Demand, end: int, horizon: int, seed: int) -> Fitted:
        return self._memo.recall(self._fit, demand, end, horizon, seed)

    def _fit(self, demand: Demand, end: int, horizon: int, seed: int) -> Fitted:
        parts = [self._one(demand, g, end, horizon, seed) for g in range(len(demand.groups))]
        return _Regressed(parts, self.region, end, horizon, largest_count(demand, end))

    def _one(self, demand: Demand, group: int, end: int, horizon: int, seed: int) -> tuple[Features, Any, FloatArray]:
        start = min(demand.season * 2, end // 3)
        cut = end - (end - start) // 5
        early = features(demand, group, cut, horizon, self.region)
        model = self._regress(early, demand, group, start, cut, horizon, seed)
        origins, targets = _rows(demand, group, cut, end, horizon, seed + 1)
        dispersion = np.zeros(len(_LEADS) + 1)
        if len(targets):
            expected = model.predict(early.linear(origins, targets)) * early.exposure[targets]
            excess = (demand.counts[targets, group] - expected) ** 2 - expected
            far = np.searchsorted(_LEADS, (targets - origins) // early.per_day, side="right")
            for k in range(len(dispersion)):
                mine = far == k
                # Leads with few rows lean on all of them.
                both = excess[mine].sum() + 0.2 * excess.sum(), (expected[mine] ** 2).sum() + 0.2 * (expected**2).sum()
                dispersion[k] = max(0.0, both[0] / max(both[1], 1e-9))
        final = features(demand, group, end, horizon, self.region)
        return final, self._regress(final, demand, group, start, end, horizon, seed), dispersion

    def _regress(
        self, made: Features, demand: Demand, group: int, start: int, end: int, horizon: int, seed: int
    ) -> Any:
        regressor, _ = regressors()
        origins, targets = _rows(demand, group, start, end, horizon, seed)
        if not len(targets) or demand.counts[targets, group].sum() == 0:
            return _Constant(0.5 / max(1, len(targets)))
        size = made.exposure[targets]
        weight = size if self.half_life is None else size * 0.5 ** ((end - targets) / (self.half_life * demand.season))
        # A period that was drawn with several leads is still one observation.
        alpha = 1.0 / (len(np.unique(targets)) * _PRIOR**2)
        model = regressor(alpha=alpha, solver="newton-cholesky", max_iter=50)
        with one_thread():
            model.fit(made.linear(origins, targets), demand.counts[targets, group] / size, sample_weight=weight)
        return model


class _Constant:
    """A group without a single arrival."""

    def __init__(self, value: float) -> None:
        self.value = value

    def predict(self, rows: FloatArray) -> FloatArray:
        return np.full(len(rows), self.value)


class _Regressed:
    def __init__(
        self, parts: list[tuple[Features, Any, FloatArray]], region: str | None, end: int, horizon: int, largest: int
    ) -> None:
        self.parts, self.region, self.end, self.horizon, self.largest = parts, region, end, horizon, largest
        self._seen: tuple[Demand, list[Features]] | None = None

    def predict(self, demand: Demand, origin: int, horizon: int) -> FloatArray:
        targets = np.arange(origin, origin + horizon)
        origins = np.full(horizon, origin)
        made = np.empty((horizon, len(self.parts), self.largest + 1))
        for g, (_, model, dispersion) in enumerate(self.parts):
            now = self._current(demand, horizon)[g]
            expected = np.maximum(model.predict(now.linear(origins, targets)) * now.exposure[targets], 0.0)
            far = np.searchsorted(_LEADS, np.arange(horizon) // now.per_day, side="right")
            made[:, g] = negative_binomial(np.minimum(expected, self.largest), dispersion[far], self.largest)
        return made

    def _current(self, demand: Demand, horizon: int) -> list[Features]:
        """Features over ``demand`` as it is now, with the profile learned when the model was fitted."""
        if self._seen is None or self._seen[0] is not demand:
            made = [
                features(demand, g, self.end, max(horizon, self.horizon), self.region) for g in range(len(self.parts))
            ]
            self._seen = (demand, made)
        return self._seen[1]


@dataclass(slots=True)
class BoostedQuantiles:
    """Gradient-boosted trees, ``rounds`` for each quantile."""

    region: str | None = None
    rounds: int = 80
    name: str = "boosted-quantiles"
    _memo: _Memo = field(default_factory=lambda: _Memo(), repr=False)

    def fit(self, demand: Demand, end: int, horizon: int, seed: int) -> Fitted:
        return self._memo.recall(self._fit, demand, end, horizon, seed)

    def _fit(self, demand: Demand, end: int, horizon: int, seed: int) -> Fitted:
        _, booster = regressors()
        start = min(demand.season * 2, end // 3)
        noise = np.random.default_rng((seed, 72))
        parts = []
        for g in range(len(demand.groups)):
            made = features(demand, g, end, horizon, self.region)
            origins, targets = _rows(demand, g, start, end, horizon, seed)
            rows = made.trees(origins, targets)
            values = demand.counts[targets, g] / made.exposure[targets] + noise.random(len(targets))
            with one_thread():
                trees = [
                    booster(
                        loss="quantile",
                        quantile=level,
                        max_iter=self.rounds,
                        learning_rate=0.08,
                        max_leaf_nodes=12,
                        min_samples_leaf=max(20, min(200, len(rows) // 50)),
                        early_stopping=False,
                        random_state=seed,
                    ).fit(rows, values)
                    for level in _QUANTILES
                ]
            parts.append(trees)
        return _Boosted(parts, self.region, end, horizon, largest_count(demand, end))


class _Boosted:
    def __init__(self, parts: list[list[Any]], region: str | None, end: int, horizon: int, largest: int) -> None:
        self.parts, self.region, self.end, self.horizon, self.largest = parts, region, end, horizon, largest
        self._seen: tuple[Demand, list[Features]] | None = None

    def predict(self, demand: Demand, origin: int, horizon: int) -> FloatArray:
        if self._seen is None or self._seen[0] is not demand:
            made = [
                features(demand, g, self.end, max(horizon, self.horizon), self.region) for g in range(len(self.parts))
            ]
            self._seen = (demand, made)
        targets, origins = np.arange(origin, origin + horizon), np.full(horizon, origin)
        result = np.empty((horizon, len(self.parts), self.largest + 1))
        for g, trees in enumerate(self.parts):
            now = self._seen[1][g]
            rows = now.trees(origins, targets)
            with one_thread():
                values = np.column_stack([tree.predict(rows) for tree in trees])
            values *= now.exposure[targets][:, None]
            result[:, g] = from_quantiles(_QUANTILES, values, self.largest)
        return result


class Pool:
    """The average of the distributions of other models (linear pool)."""

    def __init__(self, models: tuple[Any, ...], name: str = "pool") -> None:
        self.models, self.name = models, name

    def fit(self, demand: Demand, end: int, horizon: int, seed: int) -> Fitted:
        return _Pooled([model.fit(demand, end, horizon, seed) for model in self.models])


class _Pooled:
    def __init__(self, fitted: list[Fitted]) -> None:
        self.fitted = fitted

    def predict(self, demand: Demand, origin: int, horizon: int) -> FloatArray:
        parts = [one.predict(demand, origin, horizon) for one in self.fitted]
        made = np.zeros((*parts[0].shape[:2], max(part.shape[2] for part in parts)))
        for part in parts:
            made[..., : part.shape[2]] += part / len(parts)
        return made
