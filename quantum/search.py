"""Enumeration kernels (Numba): exact minima of small QUBOs and of small one-hot problems."""

# mypy: disallow_untyped_defs=False, disallow_untyped_calls=False, check_untyped_defs=False

import numpy as np
from numpy.typing import NDArray

from quantum._jit import Array, compiled

CHUNK_BITS = 14  # 128 KiB of energies: stays in the second-level cache


@compiled
def _chunk_energies(linear: Array, matrix: Array, chunk: int, energies: Array) -> None:
    """Energies (2**chunk,) of the low `chunk` bits with the linear terms (chunk,), by doubling; `matrix` is (n, n)."""
    energies[0] = 0.0
    for i in range(chunk):
        half = 1 << i
        energies[half] = linear[i]
        for j in range(i):
            size = 1 << j
            for a in range(size):
                energies[half + size + a] = energies[half + a] + matrix[j, i]
        for a in range(half):
            energies[half + a] += energies[a]


@compiled
def _enumerate(linear: Array, matrix: Array, offset: float, tolerance: float) -> tuple[float, int, int]:
    """Least energy of an n-bit QUBO, an index that has it, and how many have it within the tolerance.

    `linear` is (n,), `matrix` (n, n), read above its diagonal.
    """
    n = linear.size
    chunk = min(n, CHUNK_BITS)
    base = np.empty(1 << chunk)
    shifts = np.empty(1 << chunk)
    _chunk_energies(linear[:chunk], matrix, chunk, base)
    weights = np.empty(chunk)
    best, index, ties = np.inf, 0, 0
    for high in range(1 << (n - chunk)):
        constant = offset
        weights[:] = 0.0
        for f in range(n - chunk):
            if (high >> f) & 1:
                row = chunk + f
                constant += linear[row]
                for g in range(f):
                    if (high >> g) & 1:
                        constant += matrix[chunk + g, row]
                for b in range(chunk):
                    weights[b] += matrix[b, row]
        shifts[0] = constant
        for b in range(chunk):
            size = 1 << b
            for a in range(size):
                shifts[size + a] = shifts[a] + weights[b]
        smallest = np.inf
        for a in range(1 << chunk):
            shifts[a] += base[a]
            smallest = min(smallest, shifts[a])
        if smallest > best + tolerance:
            continue
        for a in range(1 << chunk):
            energy = shifts[a]
            if energy < best - tolerance:
                best, index, ties = energy, (high << chunk) + a, 1
            elif energy <= best + tolerance:
                ties += 1
                if energy < best:
                    best, index = energy, (high << chunk) + a
    return best, index, ties


def enumerate_bits(
    linear: NDArray[np.float64], matrix: NDArray[np.float64], offset: float, tolerance: float = 1e-9
) -> tuple[float, int, int]:
    """Minimum energy over all bit vectors, its index, and the number of states within `tolerance`.

    Work 2**n; memory a few hundred KiB for any n.
    """
    best, index, ties = _enumerate(linear, matrix, offset, tolerance)
    return float(best), int(index), int(ties)


@compiled
def _enumerate_choices(
    sizes: Array, starts: Array, linear: Array, table: Array, offset: float, tolerance: float
) -> tuple[float, Array, int]:
    """Walk all choices as an odometer; `partial[b]` is the energy of blocks b.. as chosen.

    `sizes` and `starts` are (m,), `linear` (n,), `table` (n, n), symmetric.
    """
    m = sizes.size
    choice = np.zeros(m, dtype=np.int64)
    best_choice = np.zeros(m, dtype=np.int64)
    partial = np.zeros(m + 1)
    partial[m] = offset
    costs = np.zeros(linear.size)
    best, ties = np.inf, 0
    level = m - 1
    while True:
        # Fix the blocks from `level` down to 1, most significant first.
        for b in range(level, 0, -1):
            v = starts[b] + choice[b]
            energy = partial[b + 1] + linear[v]
            for c in range(b + 1, m):
                energy += table[v, starts[c] + choice[c]]
            partial[b] = energy
        # Block 0: all its choices at once.
        for a in range(sizes[0]):
            v = starts[0] + a
            cost = linear[v]
            for c in range(1, m):
                cost += table[starts[c] + choice[c], v]
            costs[a] = partial[1] + cost
        for a in range(sizes[0]):
            if costs[a] < best - tolerance:
                best, ties = costs[a], 1
                for i in range(len(choice)):  # a[:] = b takes 6 s to compile
                    best_choice[i] = choice[i]
                best_choice[0] = a
            elif costs[a] <= best + tolerance:
                ties += 1
                if costs[a] < best:
                    best = costs[a]
                    for i in range(len(choice)):  # a[:] = b takes 6 s to compile
                        best_choice[i] = choice[i]
                    best_choice[0] = a
        level = 1
        while level < m:
            choice[level] += 1
            if choice[level] < sizes[level]:
                break
            choice[level] = 0
            level += 1
        if level >= m:
            return best, best_choice, ties


def enumerate_choices(
    sizes: NDArray[np.int64],
    starts: NDArray[np.int64],
    linear: NDArray[np.float64],
    table: NDArray[np.float64],
    offset: float,
    tolerance: float = 1e-9,
) -> tuple[float, NDArray[np.int64], int]:
    """Minimum energy over all one-hot states, choices that attain it, and the number within `tolerance`.

    Parameters
    ----------
    sizes, starts : int64 arrays (m,)
        Choices of each block, and the number of its first variable.
    linear : float64 array (n,)
        Cost of each variable.
    table : float64 array (n, n)
        Cost of each pair; symmetric, zero within blocks.
    offset : float
        Cost of every state.
    tolerance : float
        What still counts as the minimum, in units of cost.

    Returns
    -------
    energy : float
        The least.
    choices : int64 array (m,)
        Choices that attain it.
    ties : int
        States within `tolerance` of it.
    """
    best, choices, ties = _enumerate_choices(sizes, starts, linear, table, offset, tolerance)
    return float(best), choices, int(ties)
