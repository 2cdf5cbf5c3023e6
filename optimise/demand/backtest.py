"""Rolling-origin backtests: every model forecasts the same held-out periods from the same origins."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from optimise.core.errors import InputError
from optimise.demand.demand import Demand
from optimise.demand.forecasters import Fitted, Model
from optimise.demand.pmf import FloatArray, IntArray, mean, randomised_pit
from optimise.demand.scores import Scores, crps, score

__all__ = ["Backtest", "backtest", "best", "doubts", "rolling_origins"]

#: Coverage of an 80 % interval that passes, whatever the sample says.
_COVERED = (0.77, 0.83)


@dataclass(frozen=True, slots=True, eq=False)
class Backtest:
    """Forecasts of one model from N origins, H periods ahead, with what came.

    Attributes
    ----------
    model : str
    origins : int array (N,)
    observed : int64 array (N, H, G)
    known : bool array (N, H, G)
        Where an observation exists.
    pmf : float32 array (N, H, G, K + 1)
    """

    model: str
    origins: IntArray
    observed: IntArray
    known: FloatArray
    pmf: FloatArray

    def scores(self, group: int | None = None, seed: int = 0) -> Scores:
        """Scores over all origins and leads, of one group or of all."""
        at = slice(None) if group is None else slice(group, group + 1)
        known = self.known[:, :, at].astype(bool)
        observed = self.observed[:, :, at][known]
        uniforms = np.random.default_rng((seed, 73)).random(len(observed))
        return score(self.pmf[:, :, at][known].astype(np.float64), observed, uniforms)

    def by_lead(self, parts: Sequence[tuple[int, int]]) -> list[float]:
        """Mean CRPS for leads from ``a`` to ``b - 1`` periods after the origin, for every (a, b)."""
        made = []
        for a, b in parts:
            known = self.known[:, a:b].astype(bool)
            made.append(float(crps(self.pmf[:, a:b][known].astype(np.float64), self.observed[:, a:b][known]).mean()))
        return made

    def coverage(self, seed: int = 0) -> tuple[float, float]:
        """Share of randomised PIT values between 0.1 and 0.9, and its standard error over origins.

        Leads of one origin miss together, so origins are the units; with one origin the error is infinite.

        Parameters
        ----------
        seed : int
            Of the numbers that randomise.

        Returns
        -------
        float, float
        """
        known = self.known.astype(bool)
        pit = np.full(known.shape, np.nan)
        uniforms = np.random.default_rng((seed, 73)).random(int(known.sum()))
        pit[known] = randomised_pit(self.pmf[known].astype(np.float64), self.observed[known], uniforms)
        inside = np.where(known, (pit >= 0.1) & (pit <= 0.9), False)
        number = known.sum((1, 2))
        rows = inside.sum((1, 2))[number > 0] / number[number > 0]
        share = float(inside.sum() / max(1, known.sum()))
        return share, float(rows.std(ddof=1) / np.sqrt(len(rows))) if len(rows) > 1 else np.inf

    def expected(self) -> FloatArray:
        """Array (N, H, G): expected counts."""
        return mean(self.pmf.astype(np.float64))


def rolling_origins(demand: Demand, horizon: int, *, holdout: int, most: int) -> IntArray:
    """At most ``most`` origins, evenly over the last ``holdout`` periods, at all hours of the day.

    A step that is no multiple of a day lets each lead meet each hour.
    """
    first, last = demand.length - holdout, demand.length - horizon
    if first < 2 * demand.season or last < first:
        weeks = (horizon + 3 * demand.season) / demand.season
        raise InputError(
            f"the data hold {demand.length} {demand.period}s; a backtest of forecasts over {horizon} needs at least "
            f"{weeks:.0f} weeks"
        )
    step = max(1, -(-(last - first + 1) // most))
    if demand.period == "hour" and step > 1 and step % 24 in (0, 12, 8, 16):
        step += 1
    return np.arange(first, last + 1, step, dtype=np.int64)


def backtest(
    demand: Demand,
    models: Sequence[Model],
    horizon: int,
    origins: IntArray,
    *,
    seed: int = 1,
    refit: int | None = None,
    tell: Callable[[str], None] | None = None,
) -> list[Backtest]:
    """Forecast from every origin by every model.

    Parameters
    ----------
    demand : Demand
    models : sequence of Model
    horizon : int
        Periods ahead of each origin.
    origins : int array (n,)
        Periods from which to forecast.
    seed : int
        Of the models' samples.
    refit : int, optional
        Periods after which models learn again; None: once, before the first origin. A model never sees a period at
        or after the origin it forecasts from.
    tell : callable, optional
        Receives the name of each model when it is done.

    Returns
    -------
    list of Backtest
        One a model, in the order of ``models``.
    """
    rows = origins[:, None] + np.arange(horizon)
    made = []
    for model in models:
        fitted: Fitted | None = None
        learned, parts = 0, []
        for origin in origins:
            if fitted is None or (refit is not None and origin - learned >= refit):
                fitted, learned = model.fit(demand, int(origin), horizon, seed), int(origin)
            # Levels are read from the whole series but only before the origin (tested).
            parts.append(fitted.predict(demand, int(origin), horizon).astype(np.float32))
        largest = max(part.shape[-1] for part in parts)
        pmf = np.zeros((*rows.shape, len(demand.groups), largest), np.float32)
        for i, part in enumerate(parts):
            pmf[i, ..., : part.shape[-1]] = part
        made.append(Backtest(model.name, origins, demand.counts[rows], demand.observed[rows], pmf))
        if tell is not None:
            tell(model.name)
    return made


def doubts(result: Backtest) -> list[str]:
    """What a planner should doubt about a backtest: a score that is too good, intervals that do not hold.

    Parameters
    ----------
    result : Backtest

    Returns
    -------
    list of str
        Sentences without a full stop; none where nothing is wrong.
    """
    made = []
    if not result.known.any():
        return ["nothing was observed in the periods of the backtest, so no forecast was scored"]
    if result.scores().crps < 1e-9:
        made.append(
            "CRPS 0: what came was known for sure, so the counts are constant; is the right column counted (--count)?"
        )
        return made
    share, error = result.coverage()
    low, high = _COVERED
    if not low <= share <= high and abs(share - 0.8) > 2 * error:
        side = "too narrow" if share < 0.8 else "too wide"
        made.append(
            f"80 % intervals held {100 * share:.0f} % of what came ({len(result.origins)} origins, standard error "
            f"{100 * error:.0f} %): they are {side}"
        )
    return made


def best(results: Sequence[Backtest]) -> Backtest:
    """The backtest with the least CRPS, groups weighted by their patients."""
    return min(results, key=lambda one: one.scores().crps)
