"""What every simulator offers."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import pairwise
from typing import Protocol, TypeVar, runtime_checkable

import numpy as np
from numpy.typing import NDArray

from quantum.angles import Angles
from quantum.simulators.team import Team


@dataclass(frozen=True, slots=True, eq=False)
class Samples:
    """Measured bit vectors, each once.

    Attributes
    ----------
    bits : int8 (s, n)
    counts : int64 (s,)
    energies : float64 (s,)
    feasible : bool (s,)
        Whether each state is one-hot in every block (always true for problems without blocks).
    """

    bits: NDArray[np.int8]
    counts: NDArray[np.int64]
    energies: NDArray[np.float64]
    feasible: NDArray[np.bool_]

    @property
    def shots(self) -> int:
        """Total number of shots."""
        return int(self.counts.sum())

    @property
    def feasibility(self) -> float:
        """Share of shots in feasible states."""
        return float(self.counts[self.feasible].sum() / max(1, self.shots))


@runtime_checkable
class Simulator(Protocol):
    """Prepares a QAOA state and looks at it. Exact unless it says that it counts shots."""

    @property
    def mixers(self) -> int:
        """Number of separately angled mixers (qubits for X, blocks otherwise)."""
        ...

    def value(self, angles: Angles) -> float:
        """Expected cost.

        Parameters
        ----------
        angles : Angles
            Of p layers.

        Returns
        -------
        float
            In units of cost.
        """
        ...

    def value_and_gradient(self, angles: Angles) -> tuple[float, Angles]:
        """Expected cost and its derivative with respect to every angle.

        Parameters
        ----------
        angles : Angles
            Of p layers.

        Returns
        -------
        tuple of float and Angles
            The derivatives have the shape of the angles.
        """
        ...

    def probabilities(self, angles: Angles) -> NDArray[np.float64]:
        """Probability of every state in the simulator's own index order.

        Parameters
        ----------
        angles : Angles
            Of p layers.

        Returns
        -------
        float array
            Shape (states,), summing to 1.
        """
        ...

    def sample(self, angles: Angles, shots: int, seed: int) -> Samples:
        """Measure `shots` times.

        Parameters
        ----------
        angles : Angles
            Of p layers.
        shots : int
            Measurements, 1 or more.
        seed : int
            The same seed gives the same samples.

        Returns
        -------
        Samples
            Distinct states with counts and energies.
        """
        ...


T = TypeVar("T")


def share(tiles: int, threads: int, team: Team, work: Callable[[tuple[int, int]], T]) -> list[T]:
    """Run `work` over this member's range of tiles, in threads when there are several; all members end together."""
    first, end = tiles * team.rank // team.size, tiles * (team.rank + 1) // team.size
    workers = max(1, min(threads, end - first))
    edges = [first + (end - first) * k // workers for k in range(workers + 1)]
    if workers == 1:
        parts = [work((first, end))]
    else:
        with ThreadPoolExecutor(workers) as pool:
            parts = list(pool.map(work, pairwise(edges)))
    team.wait()
    return parts


def draw(probabilities: NDArray[np.floating], shots: int, seed: int) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Draw state indices: distinct indices and how often each came."""
    rng = np.random.default_rng(seed)
    cumulative = np.cumsum(probabilities, dtype=np.float64)
    drawn = np.searchsorted(cumulative, rng.random(shots) * cumulative[-1], side="right")
    indices, counts = np.unique(np.minimum(drawn, probabilities.size - 1), return_counts=True)
    return indices.astype(np.int64), counts.astype(np.int64)
