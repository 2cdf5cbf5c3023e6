"""The coordinator's side: prices from the trusts' answers, quotas from their best mixture."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from optimise.solvers.highs import Highs
from optimise.solvers.linear import Arrays

__all__ = ["PriceMaster", "Priced", "quotas"]

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Priced:
    """A solved master.

    Attributes
    ----------
    objective : float
        Cost of the mixture.
    prices : float array (units, days)
    use : float array (trusts, units, days)
        Of the mixture.
    artificial : float
        Beds used beyond the supply.
    """

    objective: float
    prices: Floats
    use: Floats
    artificial: float


class PriceMaster:
    """Mix each trust's answers so that uses keep the supply at least cost.

    Parameters
    ----------
    supply : float array (units, days)
    trusts : int
    beyond : float
        Price of a bed beyond the supply, as a multiple of the largest cost of a trust.
    """

    def __init__(self, supply: Floats, trusts: int, beyond: float = 10.0) -> None:
        self.supply, self.trusts, self.beyond = supply, trusts, beyond
        self._cost: list[Floats] = []
        self._use: list[Floats] = []

    def add(self, cost: Floats, use: Floats) -> None:
        """One answer of each trust, shapes (trusts,), (trusts, units, days)."""
        self._cost.append(cost)
        self._use.append(use)

    def solve(self, centre: Floats | None = None, radius: float = 0.0) -> Priced:
        """Best mixture; with a centre, the prices nearest to what the answers imply within ``radius`` of it.

        Beds beyond the supply can then be bought at ``centre + radius`` and unused ones sold at ``centre - radius``
        (never below 0), which keeps the prices in that box (boxstep: Marsten, Hogan, Blankenship 1975).
        """
        cost, use = np.stack(self._cost), np.stack(self._use)  # (rounds, trusts), (rounds, trusts, units, days)
        rounds, size = len(cost), self.supply.size
        beyond, unused = np.full(size, self.beyond * max(1.0, float(np.abs(cost).max()))), np.zeros(size)
        if centre is not None:
            beyond, unused = centre.ravel() + radius, -np.maximum(0.0, centre.ravel() - radius)
        columns = sparse.csr_matrix(use.reshape(rounds * self.trusts, size).T)
        one = sparse.csr_matrix(np.tile(np.eye(self.trusts), rounds))
        matrix = sparse.vstack(
            [
                sparse.hstack([columns, -sparse.eye(size), sparse.eye(size)]),
                sparse.hstack([one, sparse.csr_matrix((self.trusts, 2 * size))]),
            ]
        ).tocsr()
        count = matrix.shape[1]
        arrays = Arrays(
            np.r_[cost.ravel(), beyond, unused],
            np.zeros(count),
            np.full(count, np.inf),
            np.zeros(count, dtype=np.bool_),
            np.r_[self.supply.ravel(), np.ones(self.trusts)],
            np.r_[self.supply.ravel(), np.ones(self.trusts)],
            matrix.indptr.astype(np.int32),
            matrix.indices.astype(np.int32),
            matrix.data,
        )
        highs = Highs(arrays, options={"presolve": "off", "solver": "simplex"})
        solved = highs.solve()
        if solved.values is None:
            raise RuntimeError(f"the price master was not solved: {solved.stop}")
        duals = np.array(highs.raw.getSolution().row_dual)[:size]
        share = solved.values[: rounds * self.trusts].reshape(rounds, self.trusts)
        mixed = np.einsum("rt,rtud->tud", share, use)
        prices = np.maximum(-duals, 0.0).reshape(self.supply.shape)
        return Priced(solved.objective, prices, mixed, float(solved.values[rounds * self.trusts :][:size].sum()))


def quotas(use: Floats, supply: NDArray[np.int64]) -> NDArray[np.int64]:
    """Whole beds for each trust near a mixture's use, shape (trusts, units, days), that keep the supply.

    Uses are rounded down; what the supply then leaves goes to the largest remainders, one bed each, ties to the first.
    """
    whole = np.floor(use + 1e-6).astype(np.int64)
    rest = np.maximum(use - whole, 0.0)
    for u, d in np.ndindex(supply.shape):
        spare = int(supply[u, d] - whole[:, u, d].sum())
        for t in np.argsort(-rest[:, u, d], kind="stable")[: max(0, spare)]:
            if rest[t, u, d] > 1e-6:
                whole[t, u, d] += 1
    return whole
