"""How good forecasts of counts were: CRPS, pinball loss, coverage, reliability.

Gneiting, Raftery (2007), Strictly proper scoring rules; Czado, Gneiting, Held (2009), Predictive model assessment for
count data.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from optimise.demand.pmf import FloatArray, IntArray, quantile, randomised_pit

__all__ = ["LEVELS", "Scores", "crps", "pinball", "score"]

#: Levels of the quantiles that are scored and written.
LEVELS = (0.05, 0.1, 0.25, 0.5, 0.75, 0.9, 0.95)


@dataclass(frozen=True, slots=True, eq=False)
class Scores:
    """Scores of one model over n forecast periods of one group.

    Attributes
    ----------
    crps : float
        Mean continuous ranked probability score, in patients; less is better.
    pinball : float
        Mean pinball loss over :data:`LEVELS`.
    interval80 : float
        Share of observations from the 10 % to the 90 % quantile, ends included. Counts are discrete, so a right
        forecast covers more than 80 %.
    expected80 : float
        The share that the forecasts themselves promise for those intervals.
    coverage80 : float
        Share of randomised PIT values between 0.1 and 0.9: 0.8 for a right forecast, discrete or not.
    pit : float array (20,)
        Histogram of the PIT, mean 1 (the reliability plot is its running sum).
    n : int
    """

    crps: float
    pinball: float
    interval80: float
    expected80: float
    coverage80: float
    pit: FloatArray
    n: int


def crps(pmf: FloatArray, observed: IntArray) -> FloatArray:
    """Exact CRPS of counts: the sum over k of ``(F(k) - [y <= k])**2``; counts beyond K are taken as K."""
    cdf = np.cumsum(pmf, axis=-1)
    k = np.arange(pmf.shape[-1])
    y = np.minimum(observed, pmf.shape[-1] - 1)[..., None]
    # Entries are exact for every k up to K; the distance to an observation beyond K is added in full.
    beyond = np.maximum(observed - (pmf.shape[-1] - 1), 0)
    made: FloatArray = ((cdf - (y <= k)) ** 2).sum(-1) + beyond
    return made


def pinball(predicted: IntArray | FloatArray, observed: IntArray, level: float) -> FloatArray:
    """Pinball (quantile) loss of a predicted quantile."""
    miss = observed - np.asarray(predicted, np.float64)
    made: FloatArray = np.maximum(level * miss, (level - 1.0) * miss)
    return made


def score(pmf: FloatArray, observed: IntArray, uniforms: FloatArray) -> Scores:
    """Score n forecasts ``pmf`` (n, K + 1) by observations (n,); ``uniforms`` (n,) randomise the PIT."""
    lower, upper = quantile(pmf, 0.1), quantile(pmf, 0.9)
    cdf = np.cumsum(pmf, axis=-1)
    rows = np.arange(len(pmf))
    promised = cdf[rows, upper] - np.where(lower > 0, cdf[rows, np.maximum(lower - 1, 0)], 0.0)
    pit = randomised_pit(pmf, observed, uniforms)
    loss = [pinball(quantile(pmf, level), observed, level).mean() for level in LEVELS]
    return Scores(
        crps=float(crps(pmf, observed).mean()),
        pinball=float(np.mean(loss)),
        interval80=float(((observed >= lower) & (observed <= upper)).mean()),
        expected80=float(promised.mean()),
        coverage80=float(((pit >= 0.1) & (pit <= 0.9)).mean()),
        pit=np.histogram(pit, bins=20, range=(0.0, 1.0))[0] * 20.0 / len(pit),
        n=len(pit),
    )
