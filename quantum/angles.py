"""QAOA angles and the published rules for choosing them."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray


@dataclass(frozen=True, slots=True, eq=False)
class Angles:
    """Angles of p layers: layer l applies ``exp(-i gamma[l] C)``, then the mixer with ``beta[l]``.

    Parameters
    ----------
    gamma : float64 (p,)
        Cost angles, in the inverse unit of the cost.
    beta : float64 (p,) or (p, mixers)
        Mixer angles in radians; one column per qubit (X) or block makes it multi-angle QAOA
        (Herrman et al. 2022, arXiv:2109.11455).
    """

    gamma: NDArray[np.float64]
    beta: NDArray[np.float64]

    def __post_init__(self) -> None:
        object.__setattr__(self, "gamma", np.atleast_1d(np.asarray(self.gamma, dtype=np.float64)))
        object.__setattr__(self, "beta", np.atleast_1d(np.asarray(self.beta, dtype=np.float64)))
        if self.gamma.ndim != 1 or self.beta.ndim > 2 or self.beta.shape[0] != self.gamma.shape[0]:
            raise ValueError(f"angles of shapes {self.gamma.shape} and {self.beta.shape} do not match")

    @property
    def depth(self) -> int:
        """Number of layers p."""
        return self.gamma.size

    def per_mixer(self, mixers: int) -> NDArray[np.float64]:
        """Mixer angles (p, mixers)."""
        beta = self.beta[:, None] if self.beta.ndim == 1 else self.beta
        return np.array(np.broadcast_to(beta, (self.depth, mixers)))

    def vector(self) -> NDArray[np.float64]:
        """All angles in one array: gamma, then beta row by row."""
        return np.concatenate([self.gamma, self.beta.ravel()])

    def like(self, vector: ArrayLike) -> "Angles":
        """Angles of the same shape from one array."""
        values = np.asarray(vector, dtype=np.float64)
        return Angles(values[: self.depth], values[self.depth :].reshape(self.beta.shape))

    def split(self, mixers: int) -> "Angles":
        """The same angles with one mixer angle per qubit or block."""
        return Angles(self.gamma, self.per_mixer(mixers))
