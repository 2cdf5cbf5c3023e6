"""How counts hang together over periods and groups: a Gaussian copula estimated from backtest residuals.

The latent normal scores of one course have correlation ``r(|h - h'|) * R[g, g']``: a mixture of exponential decays in
time (positive definite by construction) times a matrix over groups. Counts show less correlation than their latent
scores, the less the smaller they are: ``corr(Y, Y') = sum over k of c_k c'_k r**k`` with the Hermite coefficients
``c_k = E[Y He_k(Z)] / (sd(Y) sqrt(k!))`` of each distribution (Mehler's formula), which is solved for ``r``.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.optimize import brentq, nnls
from scipy.special import ndtri

from optimise.demand.backtest import Backtest
from optimise.demand.pmf import FloatArray

__all__ = ["Dependence", "estimate", "independent"]

_ORDERS = 5


@dataclass(frozen=True, slots=True, eq=False)
class Dependence:
    """Latent correlation of courses.

    Attributes
    ----------
    lag : float array (H,)
        Correlation of a group with itself so many periods later; 1 at 0.
    groups : float array (G, G)
        Correlation of groups in the same period; ones on the diagonal.
    """

    lag: FloatArray
    groups: FloatArray

    def normal(self, count: int, rng: np.random.Generator) -> FloatArray:
        """Draw normal scores (count, H, G), each standard normal by itself."""
        horizon = len(self.lag)
        over_time = _root(self.lag[np.abs(np.subtract.outer(np.arange(horizon), np.arange(horizon)))])
        made: FloatArray = np.einsum(
            "hk,skg->shg", over_time, rng.standard_normal((count, horizon, len(self.groups))) @ _root(self.groups).T
        )
        return made


def independent(horizon: int, groups: int) -> Dependence:
    """No dependence at all."""
    return Dependence(np.eye(1, horizon)[0], np.eye(groups))


def estimate(result: Backtest, per_day: int) -> Dependence:
    """Estimate the dependence that the forecasts of a backtest leave unexplained."""
    pmf = result.pmf.astype(np.float64)
    k = np.arange(pmf.shape[-1])
    expected = pmf @ k
    deviation = np.sqrt(np.maximum(pmf @ k**2 - expected**2, 1e-12))
    known = result.known.astype(bool) & (deviation > 1e-3)
    residual = np.where(known, (result.observed - expected) / deviation, 0.0)
    links = _links(pmf, deviation, known)
    # A level that all forecasts of the backtest missed alike is kept: it is dependence between periods.
    horizon, groups = residual.shape[1:]
    lags = np.arange(1, horizon)
    latent, weight = np.zeros(len(lags)), np.zeros(len(lags))
    for at, lag in enumerate(lags):
        scale = [float((link[:, lag:] * link[:, :-lag]).sum()) for link in links]
        latent[at] = _solve(float((residual[:, lag:] * residual[:, :-lag]).sum()), scale)
        weight[at] = np.sqrt(scale[0])
    decays = np.exp(-lags[:, None] / (per_day * np.array([0.125, 1.0, 4.0, 28.0])))
    share = nnls(decays * weight[:, None], latent * weight)[0]
    share *= min(1.0, 0.98 / max(share.sum(), 1e-12))
    over_groups = np.eye(groups)
    for g in range(groups):
        for other in range(g):
            scale = [float((link[..., g] * link[..., other]).sum()) for link in links]
            found = _solve(float((residual[..., g] * residual[..., other]).sum()), scale)
            over_groups[g, other] = over_groups[other, g] = np.clip(found, -0.95, 0.95)
    root = _root(over_groups)
    return Dependence(np.concatenate([[1.0], decays @ share]), np.clip(root @ root.T, -1.0, 1.0))


def _links(pmf: FloatArray, deviation: FloatArray, known: npt.NDArray[np.bool_]) -> list[FloatArray]:
    """Hermite coefficients c_1 .. c_5 of each count as a function of its normal score, 0 where unknown.

    A count is the sum over j of the indicators ``Z > t_j``, for which E[1{Z > t} He_k(Z)] = phi(t) He_{k-1}(t).
    """
    cut = ndtri(np.clip(np.cumsum(pmf, -1)[..., :-1], 1e-12, 1 - 1e-12))
    density = np.exp(-0.5 * cut**2) / np.sqrt(2 * np.pi)
    before, now = np.zeros_like(cut), np.ones_like(cut)  # He_{-1}, He_0
    made = []
    for k in range(1, _ORDERS + 1):
        total = (density * now).sum(-1) / (np.where(known, deviation, 1.0) * math.sqrt(math.factorial(k)))
        made.append(np.where(known, total, 0.0))
        before, now = now, cut * now - (k - 1) * before
    return made


def _solve(seen: float, scale: list[float]) -> float:
    """The latent correlation r in [-1, 1] with ``sum scale_k r**k = seen``; 0 where nothing can be told."""

    def excess(r: float) -> float:
        return sum(a * r ** (k + 1) for k, a in enumerate(scale)) - seen

    if scale[0] <= 1e-9:
        return 0.0
    if excess(1.0) <= 0:
        return 1.0
    if excess(-1.0) >= 0:
        return -1.0
    return float(brentq(excess, -1.0, 1.0))


def _root(matrix: FloatArray) -> FloatArray:
    """A with ``A A' = matrix``, after the nearest small change that makes it a correlation matrix."""
    values, vectors = np.linalg.eigh(matrix)
    root = vectors * np.sqrt(np.maximum(values, 0.0))
    made: FloatArray = root / np.sqrt((root**2).sum(1, keepdims=True))
    return made
