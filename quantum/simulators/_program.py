"""Plan of a full-space run: tilings of the state, the passes of p layers, and the tables that a pass needs."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from quantum._jit import Array, compiled
from quantum.angles import Angles
from quantum.simulators._phase_blocks import BLOCK_VECTORS
from quantum.simulators._vector import lanes

ONE_TILE = 13  # up to this many qubits the whole state is one tile
STEEP = 0.3  # a rotation with a smaller |cos| is done in two halves: the kernels divide by the cosine

Tables = tuple[NDArray[Any], NDArray[np.complex128], NDArray[np.complex128]]


@compiled
def product_table(linear: Array, coupling: Array, ratios: Array, table: Array) -> None:
    """table[j] = product of ``ratios[i] exp(-i angle)`` over the bits of j, angles linear + pairwise (complex)."""
    table[0] = 1.0
    for i in range(linear.size):
        half = 1 << i
        table[half] = ratios[i] * np.exp(-1j * linear[i])
        for j in range(i):
            factor = np.exp(-1j * coupling[j, i])
            for a in range(1 << j):
                table[half + (1 << j) + a] = table[half + a] * factor
        for a in range(half):
            table[half + a] *= table[a]


@compiled
def cross_table(coupling: Array, table: Array) -> None:
    """table[h, b] = exp(-i sum of coupling[b, f] over the bits f of h): factors of tile qubit b (complex)."""
    table[0, :] = 1.0
    for f in range(coupling.shape[1]):
        for b in range(coupling.shape[0]):
            factor = np.exp(-1j * coupling[b, f])
            for a in range(1 << f):
                table[(1 << f) + a, b] = table[a, b] * factor


@dataclass(frozen=True, slots=True, eq=False)
class Cost:
    """A QUBO as dense arrays over (possibly padded) qubits: linear (n,), symmetric coupling (n, n)."""

    linear: NDArray[np.float64]
    coupling: NDArray[np.float64]
    offset: float


@dataclass(frozen=True, slots=True, eq=False)
class Tiling:
    """One kind of tile, the cost seen from it, and the qubits that its passes rotate.

    Attributes
    ----------
    shape : (qubits, tile bits, low qubits t, row qubits c, 1 for high tiles), as the kernels want it
    inside, outside : qubits by tile bit, and by bit of the tile number
    first : the first tile bit that is rotated
    energies : cost of the tile index, of tile qubits by tile number, of the tile number
    """

    shape: tuple[int, int, int, int, int]
    inside: NDArray[np.int64]
    outside: NDArray[np.int64]
    first: int
    energies: tuple[NDArray[Any], NDArray[np.float64], NDArray[np.float64]]

    @property
    def count(self) -> int:
        """Number of tiles."""
        return 1 << self.outside.size

    @property
    def bits(self) -> int:
        """Qubits in a tile."""
        return self.inside.size

    @property
    def buffered(self) -> bool:
        """Whether tiles are gathered into a buffer."""
        return bool(self.shape[4])

    def phases(self, cost: Cost, gamma: float, ratios: NDArray[np.complex128], dtype: np.dtype[np.generic]) -> Tables:
        """Phase tables: by tile index (split parts), by tile number and tile qubit, by tile number."""
        inside, outside = self.inside, self.outside
        linear, coupling = gamma * cost.linear, gamma * cost.coupling
        inner = np.empty(1 << inside.size, dtype=np.complex128)
        product_table(linear[inside], coupling[np.ix_(inside, inside)], ratios[inside], inner)
        factors = np.empty((self.count, inside.size), dtype=np.complex128)
        cross_table(coupling[np.ix_(inside, outside)], factors)
        constants = np.empty(self.count, dtype=np.complex128)
        product_table(linear[outside], coupling[np.ix_(outside, outside)], ratios[outside], constants)
        constants *= np.exp(-1j * gamma * cost.offset)
        return np.concatenate([inner.real, inner.imag]).astype(dtype), factors, constants

    def tangents(self, beta: NDArray[np.float64] | None, sign: float) -> NDArray[np.float64]:
        """Tangents by tile bit with padding for the kernels, or an empty array for no rotation."""
        if beta is None:
            return np.zeros(0)
        tangents = np.zeros(self.bits + 8)
        tangents[: self.bits] = np.tan(sign * beta[self.inside])
        return tangents

    def scale(self, beta: NDArray[np.float64] | None) -> float:
        """Product of the cosines that the kernels leave out."""
        return 1.0 if beta is None else float(np.prod(np.cos(beta[self.inside[self.first :]])))

    def group_scales(self, beta: NDArray[np.float64], itemsize: int) -> NDArray[np.float64]:
        """Squared cosines of the groups rotated before each tile bit's gradient is summed (see `_full.unmix`)."""
        squares = np.cos(beta[self.inside]) ** 2
        factors = np.zeros(self.bits)  # bits below `first` are not rotated and get no gradient
        bit, done = self.first, 1.0
        while bit < self.bits:
            size = lanes(itemsize).bit_length() + 2 if bit == 0 else 3
            factors[bit : bit + size] = done
            done *= float(np.prod(squares[bit : bit + size]))
            bit += size
        return factors


def tilings(cost: Cost, dtype: np.dtype[np.generic]) -> list[Tiling]:
    """The one or two kinds of tile whose passes together rotate every qubit."""
    n = cost.linear.size
    vector = lanes(dtype.itemsize)
    # Rows of two or four vectors, 128 bytes: what `_full._gather` copies and prefetches at once.
    row = (128 // dtype.itemsize).bit_length() - 1
    block = (BLOCK_VECTORS * vector).bit_length() - 1
    if n <= ONE_TILE:
        return [_tiling(cost, dtype, n, row, high=False)]
    t = max((n + row + 1) // 2, block)
    return [_tiling(cost, dtype, t, row, high=False), _tiling(cost, dtype, t, row, high=True)]


def _tiling(cost: Cost, dtype: np.dtype[np.generic], t: int, c: int, high: bool) -> Tiling:
    n = cost.linear.size
    every = np.arange(n)
    inside = np.concatenate([every[:c], every[t:]]) if high else every[:t]
    outside = every[c:t] if high else every[t:]
    inner = _sums(cost.linear[inside], cost.coupling[np.ix_(inside, inside)]).astype(dtype)
    weights = np.zeros((1 << outside.size, inside.size))
    for f, qubit in enumerate(outside):
        weights[1 << f : 2 << f] = weights[: 1 << f] + cost.coupling[qubit, inside]
    constants = _sums(cost.linear[outside], cost.coupling[np.ix_(outside, outside)]) + cost.offset
    return Tiling((n, inside.size, t, c, int(high)), inside, outside, c if high else 0, (inner, weights, constants))


def _sums(linear: NDArray[np.float64], coupling: NDArray[np.float64]) -> NDArray[np.float64]:
    """Cost of every assignment of a few bits, by doubling."""
    sums = np.zeros(1 << linear.size)
    for i in range(linear.size):
        half = 1 << i
        step = sums[half : 2 * half]
        step[0] = linear[i]
        for j in range(i):
            np.add(step[: 1 << j], coupling[j, i], out=step[1 << j : 2 << j])
        step += sums[:half]
    return sums


@dataclass(frozen=True, slots=True)
class Step:
    """One pass: the tiling, and the layers (or None) rotated before the phase, phased, rotated after it."""

    tiling: int
    before: int | None
    phase: int | None
    after: int | None


def schedule(depth: int, kinds: int) -> list[Step]:
    """Passes of `depth` layers; the last one finishes the last rotation."""
    if kinds == 1:
        return [Step(0, None, layer, layer) for layer in range(depth)] + [Step(0, None, None, None)]
    middle = [Step(k % 2, k - 1 if k else None, k, k) for k in range(depth)]
    return [*middle, Step(depth % 2, depth - 1 if depth else None, None, None)]


@dataclass(frozen=True, slots=True, eq=False)
class Layers:
    """Angles as the kernels run them: steep rotations in two halves, the second behind an empty phase.

    Attributes
    ----------
    gamma : (layers,)
    beta : (layers, n)
    origin : (layers,) layer of the caller
    share : (layers, n) derivative of `beta` by the caller's angle
    """

    gamma: NDArray[np.float64]
    beta: NDArray[np.float64]
    origin: NDArray[np.int64]
    share: NDArray[np.float64]

    @classmethod
    def of(cls, angles: Angles, mixers: int, n: int) -> "Layers":
        """Expand the angles of `mixers` qubits to `n` >= `mixers` qubits (the others stay idle)."""
        given = angles.common_gamma()
        wanted = np.zeros((angles.depth, n))
        wanted[:, :mixers] = angles.per_mixer(mixers)
        gamma, beta, origin, share = [], [], [], []
        for layer in range(angles.depth):
            steep = np.abs(np.cos(wanted[layer])) < STEEP
            first = np.where(steep, 0.5, 1.0)
            for part, weight in enumerate([first, 1 - first] if steep.any() else [first]):
                gamma.append(0.0 if part else float(given[layer]))
                beta.append(weight * wanted[layer])
                share.append(weight)
                origin.append(layer)
        return cls(
            np.array(gamma),
            np.array(beta).reshape(-1, n),
            np.array(origin, dtype=np.int64),
            np.array(share).reshape(-1, n),
        )

    def fold(self, angles: Angles, by_gamma: NDArray[np.float64], by_beta: NDArray[np.float64]) -> Angles:
        """Gradient with respect to the caller's angles."""
        gamma, beta = np.zeros(angles.depth), np.zeros((angles.depth, self.beta.shape[1]))
        first = np.ones(self.origin.size, dtype=np.bool_)
        first[1:] = self.origin[1:] != self.origin[:-1]
        np.add.at(gamma, self.origin[first], by_gamma[first])
        np.add.at(beta, self.origin, by_beta * self.share)
        if angles.beta.ndim == 1:
            return Angles(gamma, beta.sum(axis=1))
        if angles.beta.shape[1] == 1:
            return Angles(gamma, beta.sum(axis=1, keepdims=True))
        return Angles(gamma, beta[:, : angles.beta.shape[1]])
