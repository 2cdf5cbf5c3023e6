"""Expectations of one QAOA layer on any number of qubits, by the light cone of each spin and pair.

After ``exp(-i gamma C)`` with ``C = sum_i h_i Z_i + sum_ij J_ij Z_i Z_j`` and ``exp(-i beta sum_i X_i)`` on ``|+...+>``
(Ozaeta, van Dam and McMahon 2022, arXiv:2012.03421; Wang and others 2018, arXiv:1706.02998, without fields), with every
product over the qubits k beside i and j:

- ``<Z_i> = sin(2 beta) sin(2 gamma h_i) prod_k cos(2 gamma J_ik)``
- ``<Z_i Z_j> = sin(4 beta) / 2 sin(2 gamma J_ij) (cos(2 gamma h_i) prod_k cos(2 gamma J_ik) + the same of j)
  + sin(2 beta)^2 / 2 (cos(2 gamma (h_i - h_j)) prod_k cos(2 gamma (J_ik - J_jk))
  - cos(2 gamma (h_i + h_j)) prod_k cos(2 gamma (J_ik + J_jk)))``

Nothing grows with ``2^n``: a value takes a product of n factors for each pair of the cost.
"""

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize

from quantum.angles import Angles, linear_ramp
from quantum.qubo import Ising

__all__ = ["LightCone"]


class LightCone:
    """One layer of QAOA with mixer X on an Ising energy.

    Parameters
    ----------
    ising : Ising
        Of n spins.
    """

    def __init__(self, ising: Ising) -> None:
        self.ising = ising
        n = ising.size
        coupling = np.zeros((n, n))
        np.add.at(coupling, (ising.rows, ising.cols), ising.couplings)
        self._coupling = coupling + coupling.T

    def correlations(self, gamma: float, beta: float) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Expected spins, and expected products of the coupled pairs.

        Parameters
        ----------
        gamma, beta : float

        Returns
        -------
        tuple of float64 array (n,), float64 array (t,)
            In the order of the spins and of the couplings.
        """
        h, rows, cols = self.ising.field, self.ising.rows, self.ising.cols
        turned = np.cos(2 * gamma * self._coupling)
        singles = np.sin(2 * beta) * np.sin(2 * gamma * h) * turned.prod(axis=1)
        if not rows.size:
            return singles, np.zeros(0)
        first, second = self._coupling[rows].copy(), self._coupling[cols].copy()
        both = first[np.arange(rows.size), cols]
        for ends in (rows, cols):  # the pair itself is in no product
            first[np.arange(rows.size), ends] = second[np.arange(rows.size), ends] = 0.0
        one = np.cos(2 * gamma * h[rows]) * np.cos(2 * gamma * first).prod(axis=1)
        one += np.cos(2 * gamma * h[cols]) * np.cos(2 * gamma * second).prod(axis=1)
        less = np.cos(2 * gamma * (h[rows] - h[cols])) * np.cos(2 * gamma * (first - second)).prod(axis=1)
        more = np.cos(2 * gamma * (h[rows] + h[cols])) * np.cos(2 * gamma * (first + second)).prod(axis=1)
        pairs = 0.5 * np.sin(4 * beta) * np.sin(2 * gamma * both) * one + 0.5 * np.sin(2 * beta) ** 2 * (less - more)
        return singles, np.asarray(pairs)

    def value(self, gamma: float, beta: float) -> float:
        """Expected energy.

        Parameters
        ----------
        gamma, beta : float

        Returns
        -------
        float
            In units of cost.
        """
        singles, pairs = self.correlations(gamma, beta)
        return float(self.ising.offset + self.ising.field @ singles + self.ising.couplings @ pairs)

    def trained(self, evaluations: int, spread: NDArray[np.float64] | None = None) -> tuple[Angles, int]:
        """Angles of least expected energy (Nelder and Mead's simplex, from the linear ramp).

        Parameters
        ----------
        evaluations : int
            Most values that are looked at.
        spread : float64 array (2,), optional
            What the first gamma and beta are multiplied by.

        Returns
        -------
        tuple of Angles and int
            The angles, and how many values it took.
        """
        ramp = linear_ramp(1, self.ising.to_qubo())
        unit = np.array([float(ramp.gamma[0]), float(ramp.beta[0])])
        found = minimize(
            lambda x: self.value(*(x * unit).tolist()), np.ones(2) if spread is None else spread, method="Nelder-Mead",
            options={"maxfev": evaluations, "xatol": 1e-3, "fatol": 1e-9},
        )  # fmt: skip
        gamma, beta = (found.x * unit).tolist()
        return Angles(np.array([gamma]), np.array([beta])), int(found.nfev)
