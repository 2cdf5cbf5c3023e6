"""What angles are judged by: the mean cost, or the mean of its best tail."""

from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from quantum.simulators.base import Samples


class Objective(Protocol):
    """Turns a distribution of costs into one number to minimise."""

    def of(self, energies: NDArray[np.float64], weights: NDArray[np.floating]) -> float:
        """Objective of costs (s,) with weights (s,), which need not sum to 1."""
        ...


@dataclass(frozen=True, slots=True)
class Mean:
    """Expected cost; the exact simulators give its gradient."""

    def of(self, energies: NDArray[np.float64], weights: NDArray[np.floating]) -> float:
        """Weighted mean."""
        return float(energies @ weights / weights.sum())


@dataclass(frozen=True, slots=True)
class CVaR:
    """Mean of the best share `alpha` of the outcomes (Barkoutsos et al. 2020, arXiv:1907.04769)."""

    alpha: float = 0.1

    def __post_init__(self) -> None:
        if not 0 < self.alpha <= 1:
            raise ValueError(f"the CVaR share must lie in (0, 1], got {self.alpha}")

    def of(self, energies: NDArray[np.float64], weights: NDArray[np.floating]) -> float:
        """Mean of the tail; the state on its edge counts in part."""
        order = np.argsort(energies, kind="stable")
        mass = np.asarray(weights, dtype=np.float64)[order] / weights.sum()
        before = np.concatenate([[0.0], np.cumsum(mass)[:-1]])
        taken = np.clip(self.alpha - before, 0.0, mass)
        return float(energies[order] @ taken / taken.sum())


def of_samples(objective: Objective, samples: Samples) -> float:
    """Objective of measured shots."""
    return objective.of(samples.energies, samples.counts.astype(np.float64))
