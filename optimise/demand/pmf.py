"""Distributions of counts as arrays: the last axis holds the probabilities of 0, 1, ..., K.

The last entry holds whatever is larger than K as well. All functions accept any leading axes.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

__all__ = ["from_quantiles", "mean", "negative_binomial", "quantile", "randomised_pit", "sample", "support"]

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]


def support(expected: float, dispersion: float = 0.0) -> int:
    """K beyond which a negative binomial count with this mean has about 1e-9 of its mass."""
    deviation = np.sqrt(expected + dispersion * expected**2)
    return int(np.ceil(expected + 7.0 * deviation + 12.0 * (1.0 + dispersion * expected)))


def negative_binomial(expected: FloatArray, dispersion: FloatArray, largest: int) -> FloatArray:
    """Negative binomial with variance ``m + dispersion * m**2``; Poisson where the dispersion is 0.

    Parameters
    ----------
    expected, dispersion : float arrays (...)
    largest : int
        K.

    Returns
    -------
    float array (..., K + 1)
    """
    from scipy.special import gammaln, xlogy

    m = np.asarray(expected, np.float64)[..., None]
    size = 1.0 / np.maximum(np.asarray(dispersion, np.float64)[..., None], 1e-9)
    k = np.arange(largest + 1, dtype=np.float64)
    log = gammaln(k + size) - gammaln(size) - gammaln(k + 1) + xlogy(k, m / (size + m)) - size * np.log1p(m / size)
    made = np.exp(log)
    # With a tiny dispersion the difference of two huge log-gammas is noise; the Poisson limit is exact.
    poisson = np.exp(xlogy(k, m) - m - gammaln(k + 1))
    made = np.where(size > 1e6, poisson, made)
    return _closed(made)


def from_quantiles(levels: FloatArray, values: FloatArray, largest: int) -> FloatArray:
    """Counts ``floor(Z)`` where Z is continuous, not negative and has these quantiles; exponential tails.

    Parameters
    ----------
    levels : float array (Q,)
        Rising, within (0, 1).
    values : float array (..., Q)
        Quantiles of Z; sorted here.
    largest : int
        K.

    Returns
    -------
    float array (..., K + 1)
    """
    shape = values.shape[:-1]
    grid = np.arange(1, largest + 2, dtype=np.float64)
    flat = np.sort(np.maximum(values.reshape(-1, len(levels)), 0.0), axis=1)
    flat = flat + np.arange(len(levels)) * 1e-6  # strictly rising, so that interpolation is defined
    cdf = np.empty((len(flat), largest + 1))
    below = np.log(levels[1] / levels[0])
    above = np.log((1 - levels[-2]) / (1 - levels[-1]))
    for row, points in enumerate(flat):
        inside = np.interp(grid, points, levels)
        low = levels[0] * np.exp(np.minimum(grid - points[0], 0) * below / max(points[1] - points[0], 1e-3))
        high = 1 - (1 - levels[-1]) * np.exp(
            -np.maximum(grid - points[-1], 0) * above / max(points[-1] - points[-2], 1e-3)
        )
        cdf[row] = np.where(grid < points[0], low, np.where(grid > points[-1], high, inside))
    return _closed(np.diff(cdf, axis=1, prepend=0.0)).reshape(*shape, largest + 1)


def _closed(made: FloatArray) -> FloatArray:
    """Make each row sum to 1 by what lies beyond K (or by scaling, should rounding have made too much)."""
    made = np.maximum(made, 0.0)
    made[..., -1] += np.maximum(0.0, 1.0 - made.sum(-1))
    closed: FloatArray = made / made.sum(-1, keepdims=True)
    return closed


def mean(pmf: FloatArray) -> FloatArray:
    """Expected count."""
    made: FloatArray = pmf @ np.arange(pmf.shape[-1], dtype=np.float64)
    return made


def quantile(pmf: FloatArray, level: float | FloatArray) -> IntArray:
    """Smallest count whose cumulative probability reaches ``level`` (a number, or one for each row)."""
    wanted = np.asarray(level, np.float64)[..., None] - 1e-12
    found: IntArray = np.minimum((np.cumsum(pmf, axis=-1) < wanted).sum(-1), pmf.shape[-1] - 1)
    return found


def sample(pmf: FloatArray, uniforms: FloatArray) -> IntArray:
    """Counts by inversion: ``uniforms`` has the leading shape of ``pmf``, or more axes in front."""
    return quantile(pmf, uniforms)


def randomised_pit(pmf: FloatArray, observed: IntArray, uniforms: FloatArray) -> FloatArray:
    """Randomised probability integral transform (Czado, Gneiting, Held 2009): uniform if the forecast is right.

    ``F(y - 1) + u (F(y) - F(y - 1))`` for observations ``y`` and independent uniforms ``u``, all of one shape.
    """
    cdf = np.cumsum(pmf, axis=-1)
    at = np.minimum(observed, pmf.shape[-1] - 1)[..., None]
    upper = np.take_along_axis(cdf, at, -1)[..., 0]
    return np.clip(upper - np.take_along_axis(pmf, at, -1)[..., 0] * (1.0 - uniforms), 0.0, 1.0)
