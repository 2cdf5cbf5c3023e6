"""How uncertain cost is judged: mean and conditional value at risk."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from optimise.core.errors import InputError

__all__ = ["Risk"]

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Risk:
    """How the cost of recourse is judged: ``(1 - weight) mean + weight CVaR_level``.

    Attributes
    ----------
    weight : float
        0 (risk-neutral) to 1.
    level : float
        CVaR is the mean of the dearest ``1 - level`` of the scenarios (Rockafellar, Uryasev 2000).
    """

    weight: float = 0.0
    level: float = 0.9

    def __post_init__(self) -> None:
        if not 0.0 <= self.weight <= 1.0:
            raise InputError(f"is {self.weight:g}, expected 0 to 1", item="risk.weight")
        if not 0.0 <= self.level < 1.0:
            raise InputError(f"is {self.level:g}, expected at least 0 and below 1", item="risk.level")

    def tail(self, costs: Floats, probabilities: Floats) -> float:
        """CVaR of costs (shape (scenarios,)) at :attr:`level`."""
        return float(self._tail_share(costs, probabilities) @ costs)

    def weights(self, costs: Floats, probabilities: Floats) -> Floats:
        """Worst-case distribution, shape (scenarios,): its expectation of ``costs`` is the mixed cost.

        For any other costs the expectation is a lower bound of their mixed cost (dual form of the risk measure).
        """
        if self.weight == 0:
            return np.array(probabilities)
        return (1.0 - self.weight) * probabilities + self.weight * self._tail_share(costs, probabilities)

    def mixed(self, costs: Floats, probabilities: Floats) -> float:
        """``(1 - weight) mean + weight CVaR``."""
        return float(self.weights(costs, probabilities) @ costs)

    def _tail_share(self, costs: Floats, probabilities: Floats) -> Floats:
        order = np.argsort(-costs, kind="stable")
        most = probabilities[order] / (1.0 - self.level)
        before = np.cumsum(most) - most
        share = np.empty_like(most)
        share[order] = np.clip(1.0 - before, 0.0, most)
        return share
