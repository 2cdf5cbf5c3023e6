"""How counts hang together over periods and groups: a Gaussian copula estimated from backtest residuals.

The latent normal scores of one course have correlation ``r(|h - h'|) * R[g, g']``: a mixture of exponential decays in
time (positive definite by construction) times a matrix over groups. Counts show less correlation than their latent
scores, the less the smaller they are; to first order ``corr(Y, Y') = c c' r`` with ``c = corr(Y, Z)``, which is known
from each distribution, so estimates are divided by it (the leading term of the Hermite expansion of the copula).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.optimize import nnls
from scipy.special import ndtri

from optimise.demand.backtest import Backtest
from optimise.demand.pmf import FloatArray

__all__ = ["Dependence", "estimate", "independent"]


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
    density = np.exp(-0.5 * ndtri(np.clip(np.cumsum(pmf, -1)[..., :-1], 1e-12, 1 - 1e-12)) ** 2) / np.sqrt(2 * np.pi)
    link = np.where(known, np.minimum(density.sum(-1) / deviation, 1.0), 0.0)
    # A level that all forecasts of the backtest missed alike is kept: it is dependence between periods.
    horizon, groups = residual.shape[1:]
    lags = np.arange(1, horizon)
    seen = np.array([(residual[:, lag:] * residual[:, :-lag]).sum() for lag in lags])
    scale = np.array([(link[:, lag:] * link[:, :-lag]).sum() for lag in lags])
    scales = per_day * np.array([0.125, 1.0, 4.0, 28.0])
    decays = np.exp(-lags[:, None] / scales)
    weight = np.sqrt(np.maximum(scale, 0.0))
    share = nnls(decays * weight[:, None], np.divide(seen, weight, out=np.zeros(len(lags)), where=weight > 0))[0]
    share *= min(1.0, 0.98 / max(share.sum(), 1e-12))
    over_groups = np.eye(groups)
    for g in range(groups):
        for other in range(g):
            common = (link[..., g] * link[..., other]).sum()
            found = (residual[..., g] * residual[..., other]).sum() / max(common, 1e-9)
            over_groups[g, other] = over_groups[other, g] = np.clip(found, -0.95, 0.95)
    root = _root(over_groups)
    return Dependence(np.concatenate([[1.0], decays @ share]), np.clip(root @ root.T, -1.0, 1.0))


def _root(matrix: FloatArray) -> FloatArray:
    """A with ``A A' = matrix``, after the nearest small change that makes it a correlation matrix."""
    values, vectors = np.linalg.eigh(matrix)
    root = vectors * np.sqrt(np.maximum(values, 0.0))
    made: FloatArray = root / np.sqrt((root**2).sum(1, keepdims=True))
    return made
