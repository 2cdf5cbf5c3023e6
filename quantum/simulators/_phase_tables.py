"""Tables of phases and costs over bit strings, built by doubling.

Shapes: `linear`, `ratios` (bits,); `coupling` (bits, bits), or (tile qubits, fixed qubits) between the two; of the b
bits of a block of vectors and the others of the tile, `low` (2**(b + 1),) or (2**b,) and `high` (2**(bits - b),).
"""

# mypy: disallow_untyped_defs=False, disallow_untyped_calls=False, check_untyped_defs=False

import numpy as np

from quantum._jit import Array, compiled


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


@compiled
def tile_factors(factors: Array, constant: complex, bits: int, block: int, low: Array, high: Array) -> None:
    """Product factors of a tile: `low` over the bits within a block (split parts), `high` over the others."""
    size = 1 << block
    low[0], low[size] = 1.0, 0.0
    for b in range(block):
        re, im = factors[b].real, factors[b].imag
        for a in range(1 << b):
            x, y = low[a], low[size + a]
            low[(1 << b) + a] = x * re - y * im
            low[size + (1 << b) + a] = x * im + y * re
    high[0] = constant
    for b in range(block, bits):
        factor = factors[b]
        for a in range(1 << (b - block)):
            high[(1 << (b - block)) + a] = high[a] * factor


@compiled
def tile_energies(weights: Array, constant: float, bits: int, block: int, low: Array, high: Array) -> None:
    """Sums over the tile bits, split as in `tile_factors`."""
    low[0] = 0.0
    for b in range(block):
        for a in range(1 << b):
            low[(1 << b) + a] = low[a] + weights[b]
    high[0] = constant
    for b in range(block, bits):
        for a in range(1 << (b - block)):
            high[(1 << (b - block)) + a] = high[a] + weights[b]
