"""QAOA angles and the published rules for choosing them."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import cast

import numpy as np
from numpy.typing import ArrayLike, NDArray

from optimise.core.errors import UnsupportedError
from quantum.mixers import AnyMixer, BlockMixer, X, keeps_rows
from quantum.mixers.hops import row_width
from quantum.onehot import OneHot
from quantum.qubo import Qubo


@dataclass(frozen=True, slots=True, eq=False)
class Angles:
    """Angles of p layers: layer l applies ``exp(-i gamma[l] C)``, then the mixer with ``beta[l]``.

    Parameters
    ----------
    gamma : float64 (p,) or (p, terms)
        Cost angles, in the inverse unit of the cost; one column per term of the QUBO (linear ones, then pairs) makes
        it multi-angle QAOA (Herrman et al. 2022, arXiv:2109.11455), which the simulators ``array``, ``statevector``
        and ``aer`` take.
    beta : float64 (p,) or (p, mixers)
        Mixer angles in radians; a column per qubit (X) or block is the mixers' part of multi-angle QAOA.
    """

    gamma: NDArray[np.float64]
    beta: NDArray[np.float64]

    def __post_init__(self) -> None:
        object.__setattr__(self, "gamma", np.atleast_1d(np.asarray(self.gamma, dtype=np.float64)))
        object.__setattr__(self, "beta", np.atleast_1d(np.asarray(self.beta, dtype=np.float64)))
        if self.gamma.ndim > 2 or self.beta.ndim > 2 or self.beta.shape[0] != self.gamma.shape[0]:
            raise ValueError(f"angles of shapes {self.gamma.shape} and {self.beta.shape} do not match")

    @property
    def depth(self) -> int:
        """Number of layers p."""
        return len(self.gamma)

    def per_mixer(self, mixers: int) -> NDArray[np.float64]:
        """Mixer angles (p, mixers)."""
        beta = self.beta[:, None] if self.beta.ndim == 1 else self.beta
        return np.array(np.broadcast_to(beta, (self.depth, mixers)))

    def vector(self) -> NDArray[np.float64]:
        """All angles in one array: gamma, then beta row by row."""
        return np.concatenate([self.gamma.ravel(), self.beta.ravel()])

    def like(self, vector: ArrayLike) -> "Angles":
        """Angles of the same shape from one array."""
        values = np.asarray(vector, dtype=np.float64)
        end = self.gamma.size
        return Angles(values[:end].reshape(self.gamma.shape), values[end:].reshape(self.beta.shape))

    def split(self, mixers: int, terms: int = 0) -> "Angles":
        """The same angles with one mixer angle per qubit or block, and a cost angle per term where there are any."""
        gamma = np.repeat(self.gamma[:, None], terms, axis=1) if terms and self.gamma.ndim == 1 else self.gamma
        return Angles(gamma, self.per_mixer(mixers))

    def common_gamma(self) -> NDArray[np.float64]:
        """Cost angles (p,).

        Raises
        ------
        UnsupportedError
            When every term has its own.
        """
        if self.gamma.ndim > 1:
            raise UnsupportedError("this simulator has one cost angle a layer; use array, statevector or aer")
        return self.gamma


# With exp(-i gamma C) and exp(-i beta B), the starts (|+>, W, block states) are the *highest* states of B, so cost is
# minimised with gamma > 0 and beta < 0: the rules below return that sign.


def local_field(problem: Qubo | OneHot) -> float:
    """Typical size of the cost change felt by one qubit or block: the unit in which angles transfer.

    For a QUBO the root mean square over qubits of ``sqrt(h_i^2 + sum_j J_ij^2)`` in Ising form, the scale of
    Sureshbabu et al. (2024), arXiv:2305.15201. For one-hot blocks the same over blocks, with the variance of the
    cost over a block's choices while the other blocks are uniformly random.
    """
    if isinstance(problem, OneHot):
        return _block_field(problem)
    ising = problem.to_ising()
    squares = ising.field**2
    np.add.at(squares, ising.rows, ising.couplings**2)
    np.add.at(squares, ising.cols, ising.couplings**2)
    scale = float(np.sqrt(squares.mean())) if squares.size else 0.0
    return scale or 1.0


def _block_field(problem: OneHot) -> float:
    if problem.sums:
        return _sampled_field(problem)
    linear, table, _ = problem.tables()
    starts, sizes = problem.starts, np.asarray(problem.sizes)
    means = np.add.reduceat(table, starts, axis=1) / sizes  # (n, m): mean pair cost of a variable with each block
    total = 0.0
    for start, k in zip(starts.tolist(), problem.sizes):
        inside = slice(start, start + k)
        main = linear[inside] + means[inside].sum(axis=1)
        variance = float(main.var())
        for other, size in zip(starts.tolist(), problem.sizes):
            part = table[inside, other : other + size]
            residue = part - part.mean(axis=0) - part.mean(axis=1)[:, None] + part.mean()
            variance += float((residue**2).mean())
        total += variance
    scale = float(np.sqrt(total / max(1, problem.blocks)))
    return scale or 1.0


def _sampled_field(problem: OneHot, states: int = 1024) -> float:
    """The same with costs of sums: the variance over a block's choices around `states` random states (seed 0)."""
    rng, total = np.random.default_rng(0), 0.0
    around = np.stack([rng.integers(0, k, states) for k in problem.sizes], axis=1)
    for b, k in enumerate(problem.sizes):
        costs = []
        for choice in range(k):
            moved = around.copy()
            moved[:, b] = choice
            costs.append(problem.energies(moved))
        total += float(np.var(costs, axis=0).mean())
    scale = float(np.sqrt(total / max(1, problem.blocks)))
    return scale or 1.0


def angle_unit(problem: Qubo | OneHot, mixer: AnyMixer | None) -> float:
    """Mixer angles of the X mixer (eigenvalues -1 and 1) times this have the same effect with another mixer."""
    if not isinstance(problem, OneHot) or mixer is None or isinstance(mixer, X):
        return 1.0
    if keeps_rows(mixer):
        return 2.0 / row_width(problem, mixer.hops(problem))
    return 2.0 / float(np.mean([cast(BlockMixer, mixer).width(k) for k in problem.sizes]))


#: Slopes of `linear_ramp`: of gamma and of beta.
RAMP = (0.6, 0.5)


def linear_ramp(
    depth: int,
    problem: Qubo | OneHot,
    mixer: AnyMixer | None = None,
    *,
    gamma: float = RAMP[0],
    beta: float = RAMP[1],
) -> Angles:
    """Straight ramps, gamma up and beta down, in units of `local_field` and `angle_unit`.

    After Montanez-Barrera and Michielsen (2025), arXiv:2405.09169 (LR-QAOA).
    """
    steps = (np.arange(depth) + 1) / max(1, depth)
    down = 1 - steps + 1 / max(1, depth)
    return Angles(gamma * steps / local_field(problem), -beta * angle_unit(problem, mixer) * down)


_SK_GAMMA = (
    (0.5,),
    (0.3817, 0.6655),
    (0.3297, 0.5688, 0.6406),
    (0.2949, 0.5144, 0.5586, 0.6429),
    (0.2705, 0.4804, 0.5074, 0.5646, 0.6397),
)
_SK_BETA = (
    (0.3927,),
    (0.4960, 0.2690),
    (0.5500, 0.3675, 0.2109),
    (0.5710, 0.4176, 0.3028, 0.1729),
    (0.5899, 0.4492, 0.3559, 0.2643, 0.1486),
)


def transferred(depth: int, problem: Qubo | OneHot, mixer: AnyMixer | None = None) -> Angles:
    """Angles of the infinite Sherrington-Kirkpatrick model, rescaled by `local_field`; INTERP beyond depth 5.

    Farhi, Goldstone, Gutmann and Zhou (2022), arXiv:1910.08187, table 1 (p <= 5); rescaling after Sureshbabu et
    al. (2024), arXiv:2305.15201. For one-hot blocks this is a start, not a proven choice.
    """
    if depth < 1:
        return Angles(np.zeros(0), np.zeros(0))
    known = min(depth, len(_SK_GAMMA)) - 1
    unit = angle_unit(problem, mixer)
    angles = Angles(np.array(_SK_GAMMA[known]) / local_field(problem), -unit * np.array(_SK_BETA[known]))
    while angles.depth < depth:
        angles = interpolate(angles)
    return angles


#: Rules for the first angles by name: depth, problem, mixer -> angles. Other packages add to them by the entry points
#: ``wardwise.angles``.
START_ANGLES: dict[str, Callable[[int, Qubo | OneHot, AnyMixer | None], Angles]] = {
    "transferred": transferred,
    "ramp": linear_ramp,
}


def rescaled(angles: Angles, source: Qubo | OneHot, target: Qubo | OneHot) -> Angles:
    """Angles found on one instance for use on another: gamma times the ratio of their local fields."""
    return Angles(angles.gamma * (local_field(source) / local_field(target)), angles.beta)


def interpolate(angles: Angles) -> Angles:
    """INTERP: angles of depth p + 1 from depth p (Zhou et al. 2020, arXiv:1812.01041, equation B1)."""
    p = angles.depth
    if p == 0:
        raise ValueError("INTERP needs at least one layer")

    def stretch(old: NDArray[np.float64]) -> NDArray[np.float64]:
        zero = np.zeros((1, *old.shape[1:]))
        weight = (np.arange(p + 1) / p).reshape(-1, *[1] * (old.ndim - 1))
        return np.asarray(weight * np.concatenate([zero, old]) + (1 - weight) * np.concatenate([old, zero]))

    return Angles(stretch(angles.gamma), stretch(angles.beta))
