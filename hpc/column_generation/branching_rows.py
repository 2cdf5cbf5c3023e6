"""Rows on sums of deviations of the cover, which branching adds to a master."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from optimise.roster.kernels.cover import CoverRows

__all__ = ["Totals"]

Floats = NDArray[np.float64]


class Totals:
    r"""Rows :math:`\ell_k \le \sum_i (w_{ki}^- u_i + w_{ki}^+ o_i) \le h_k` on deviations of the lines.

    ``u_i`` is what line ``i`` is below its target, ``o_i`` what it is above. Both are functions of the line's value, so
    such a row needs no change in pricing: with multiplier ``mu`` the Lagrangian's cost of a value is less by
    ``mu (w^- u + w^+ o)``, and the row adds ``mu l`` (``mu > 0``) or ``mu h``.
    """

    def __init__(self, cover: CoverRows, room: int) -> None:
        self.cover = cover
        self.lower, self.upper = np.full(room, -np.inf), np.full(room, np.inf)
        #: (totals, points): weighted deviations at the points where line costs break
        self.at = np.zeros((room, len(cover.at)))

    def set(self, k: int, weight: Floats) -> None:
        """Deviations of total ``k``: weights of shape (2, lines), below and above."""
        cover = self.cover
        line = np.repeat(np.arange(cover.lines), np.diff(np.r_[cover.first, len(cover.at)]))
        each = cover.compiled.lines
        lower = np.array([x.lower for x in each])[line]
        upper = np.array([x.upper for x in each])[line]
        self.at[k] = weight[0][line] * np.maximum(lower - cover.at, 0.0)
        self.at[k] += weight[1][line] * np.maximum(cover.at - upper, 0.0)

    def clipped(self, duals: Floats) -> Floats:
        """Multipliers with a side that does not bind at 0."""
        low = np.where(np.isfinite(self.upper), -np.inf, 0.0)
        high = np.where(np.isfinite(self.lower), np.inf, 0.0)
        clipped: Floats = np.clip(duals, low, high)
        return clipped

    def value(self, duals: Floats) -> tuple[float, Floats | None]:
        """What the rows add to the Lagrangian, and by how much the costs of values change."""
        used = np.flatnonzero(duals)
        if not len(used):
            return 0.0, None
        mu = duals[used]
        bound = np.where(mu > 0, self.lower[used], self.upper[used])
        return float(mu @ bound), -(mu @ self.at[used])
