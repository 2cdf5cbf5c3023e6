"""Kernels of the full-space simulator: one call is one pass over the state.

Layout. The state is one array of 2N numbers: N real parts, then N imaginary parts. A *tile* is the set of amplitudes
that a pass holds in cache at once. A low tile fixes the qubits t..n-1 and is contiguous; a high tile fixes the
qubits c..t-1 and is gathered into a buffer as rows of 2**c amplitudes, so that the qubits t..n-1 can be rotated in it.

Frame. The mixer exp(-i b X) becomes a real rotation for the amplitudes times i**(number of ones); phases commute
with that frame, so only the first and the last step see it.

A pass over tiles of one turn does: rotate (layer l), phase (layer l + 1), rotate (layer l + 1). Kinds alternate, so
p layers cost p + 1 passes over memory.

The cost diagonal is never stored: within a tile the phase is ``table[tile index] * product over tile qubits`` of
factors that depend on the fixed qubits; both are built by doubling.

Shapes: of the b bits of a block of vectors and the others of the tile, `low` (2**(b + 1),) or (2**b,) and `high`
(2**(bits - b),).
"""

# mypy: disallow_untyped_defs=False, disallow_untyped_calls=False, check_untyped_defs=False

import numpy as np

from quantum._jit import Array, compiled
from quantum.simulators._phase_blocks import (
    BLOCK_VECTORS,
    energy_block,
    multiply_phases,
    set_phases,
    turn_block,
    unphase_block,
)
from quantum.simulators._vector import (
    BYTES,
    copy_row,
    gradient1,
    gradient2,
    gradient3,
    gradient_lanes3,
    rotate1,
    rotate2,
    rotate3,
    rotate4,
    rotate_lanes3,
)


@compiled
def mix(data: Array, base: int, bits: int, first: int, tangents: Array) -> None:
    """Rotate the tile qubits first..bits-1 of the 2**bits numbers at `base`."""
    width = BYTES // data.itemsize
    end = base + (1 << bits)
    b = first
    if first == 0:
        t = (tangents[0], tangents[1], tangents[2], tangents[3], tangents[4], tangents[5], tangents[6])
        for i in range(base, end, 8 * width):
            rotate_lanes3(data, i, t)
        b = 3
        while (1 << b) < 8 * width:
            b += 1
    while b < bits:
        stride = 1 << b
        left = bits - b
        if left == 4 or left >= 7:
            four = (tangents[b], tangents[b + 1], tangents[b + 2], tangents[b + 3])
            for o in range(base, end, stride << 4):
                for i in range(o, o + stride, width):
                    rotate4(data, i, stride, four)
            b += 4
        elif left >= 3:
            three = (tangents[b], tangents[b + 1], tangents[b + 2])
            for o in range(base, end, stride << 3):
                for i in range(o, o + stride, width):
                    rotate3(data, i, stride, three)
            b += 3
        elif left == 2:
            two = (tangents[b], tangents[b + 1])
            for o in range(base, end, stride << 2):
                for i in range(o, o + stride, width):
                    rotate2(data, i, stride, two)
            b += 2
        else:
            one = (tangents[b],)
            for o in range(base, end, stride << 1):
                for i in range(o, o + stride, width):
                    rotate1(data, i, stride, one)
            b += 1


@compiled
def unmix(data: Array, dual: Array, base: int, bits: int, first: int, tangents: Array, sums: Array) -> None:
    """As `mix` for both states; sums[q] collects the rotation gradient of tile qubit q.

    The sums of a group of qubits see states that the groups below it scaled by ``1 / cos``: the caller corrects.

    Parameters
    ----------
    data, dual : (2N,) or scratch of a tile
        Split parts of amplitude and dual state.
    base, bits : int
        Where the 2**bits numbers begin, and the bits of a tile.
    first : int
        First tile qubit that is rotated.
    tangents : (tile qubits + 8,)
        Of the inverse rotations.
    sums : (tile qubits x lanes,)
        Gradients are added to these.
    """
    width = BYTES // data.itemsize
    end = base + (1 << bits)
    b = first
    if first == 0:
        t = (tangents[0], tangents[1], tangents[2], tangents[3], tangents[4], tangents[5], tangents[6])
        for i in range(base, end, 8 * width):
            gradient_lanes3(data, dual, i, t, sums)
        b = 3
        while (1 << b) < 8 * width:
            b += 1
    while b < bits:
        stride = 1 << b
        left = bits - b
        part = sums[b * width :]
        if left >= 3:
            three = (tangents[b], tangents[b + 1], tangents[b + 2])
            for o in range(base, end, stride << 3):
                for i in range(o, o + stride, width):
                    gradient3(data, dual, i, stride, three, part)
            b += 3
        elif left == 2:
            two = (tangents[b], tangents[b + 1])
            for o in range(base, end, stride << 2):
                for i in range(o, o + stride, width):
                    gradient2(data, dual, i, stride, two, part)
            b += 2
        else:
            one = (tangents[b],)
            for o in range(base, end, stride << 1):
                for i in range(o, o + stride, width):
                    gradient1(data, dual, i, stride, one, part)
            b += 1


@compiled
def _gather(
    state: Array, half: int, start: int, row: int, step: int, rows: int, buffer: Array, base: int, size: int
) -> None:
    """Copy a high tile into `buffer`: `rows` rows of length `row`, `step` apart, of real and imaginary parts."""
    width = BYTES // state.itemsize
    for part in range(2):
        source = part * half + start
        target = base + part * size
        for _ in range(rows):
            # The next tile's row lies just behind this one: ask for it now.
            if row == 2 * width:
                copy_row(state, source, buffer, target, (0, 0), source + row)
            else:
                copy_row(state, source, buffer, target, (0, 0, 0, 0), source + row)
            source += step
            target += row


@compiled
def _scatter(
    buffer: Array, base: int, size: int, state: Array, half: int, start: int, row: int, step: int, rows: int
) -> None:
    """Undo `_gather`."""
    for part in range(2):
        target = part * half + start
        source = base + part * size
        for _ in range(rows):
            for a in range(row):
                state[target + a] = buffer[source + a]
            source += row
            target += step


@compiled
def _tile_factors(factors: Array, constant: complex, bits: int, block: int, low: Array, high: Array) -> None:
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
def _tile_energies(weights: Array, constant: float, bits: int, block: int, low: Array, high: Array) -> None:
    """Sums over the tile bits, split as in `_tile_factors`."""
    low[0] = 0.0
    for b in range(block):
        for a in range(1 << b):
            low[(1 << b) + a] = low[a] + weights[b]
    high[0] = constant
    for b in range(block, bits):
        for a in range(1 << (b - block)):
            high[(1 << (b - block)) + a] = high[a] + weights[b]


@compiled
def forward_pass(
    state: Array,
    buffer: Array,
    shape: tuple[int, int, int, int, int],
    tiles: tuple[int, int],
    tangents: tuple[Array, Array],
    mode: tuple[int, bool, bool],
    phases: tuple[Array, Array, Array, float],
    costs: tuple[Array, Array, Array],
) -> float:
    """One pass over some tiles.

    Parameters
    ----------
    state : (2N,)
    buffer : (2**(bits + 1),)
        Scratch for high tiles.
    shape : (qubits n, tile bits, low qubits t, row qubits c, 1 for high tiles)
    tiles : (first, last)
        Tiles to do, so that threads can share a pass.
    tangents : (before, after)
        Rotations before and after the phase: tangents per tile qubit, padded by 8, or an empty array.
    mode : (phase, measure, store)
        `phase` is 0 for none, 1 to multiply, 2 to set (first pass).
    phases : (table, factors, constants, scale)
        Phase of the tile index (split parts), of tile qubit by fixed bits, of the fixed bits; common factor.
    costs : (energies, weights, base_energies)
        The same three for the cost.

    Returns
    -------
    float
        Sum of ``|amplitude|**2 energy`` when `measure` is set, else 0.
    """
    before, after = tangents
    phase, measure, store = mode
    table, factors, constants, scale = phases
    energies, weights, base_energies = costs
    n, bits, t, c, is_high = shape
    half, size = 1 << n, 1 << bits
    width = BYTES // state.itemsize
    block_size = BLOCK_VECTORS * width
    block = 0
    while (1 << block) < block_size:
        block += 1
    low = np.empty(2 * block_size, dtype=state.dtype)
    low_energy = np.empty(block_size, dtype=state.dtype)
    high = np.empty(size // block_size, dtype=np.complex128)
    high_energy = np.empty(size // block_size)
    sums = np.zeros(width, dtype=state.dtype)
    row, rows, step = 1 << c, 1 << (n - t), 1 << t
    first = c if is_high else 0
    total = 0.0
    for tile in range(tiles[0], tiles[1]):
        if is_high:
            data, re, im = buffer, 0, size
            if phase != 2:
                _gather(state, half, tile * row, row, step, rows, buffer, 0, size)
        else:
            data, re, im = state, tile * size, half + tile * size
        if before.size:
            mix(data, re, bits, first, before)
            mix(data, im, bits, first, before)
        if phase:
            _tile_factors(factors[tile], constants[tile] * scale, bits, block, low, high)
            for k in range(high.size):
                at = k * block_size
                x, y = high[k].real, high[k].imag
                if phase == 1:
                    multiply_phases(data, re + at, im + at, table, at, size, low, x, y)
                else:
                    set_phases(data, re + at, im + at, table, at, size, low, x, y)
        if after.size:
            mix(data, re, bits, first, after)
            mix(data, im, bits, first, after)
        if measure:
            _tile_energies(weights[tile], base_energies[tile], bits, block, low_energy, high_energy)
            sums[:] = 0.0
            for k in range(high.size):
                at = k * block_size
                energy_block(data, re + at, im + at, energies, at, low_energy, high_energy[k], sums)
            for a in range(width):
                total += sums[a]
        if store and is_high:
            _scatter(buffer, 0, size, state, half, tile * row, row, step, rows)
    return total if phase else total * scale * scale


@compiled
def backward_pass(
    states: tuple[Array, Array],
    buffers: tuple[Array, Array],
    shape: tuple[int, int, int, int, int],
    tiles: tuple[int, int],
    mode: tuple[int, bool],
    tangents: tuple[Array, Array],
    phases: tuple[Array, Array, Array, float],
    costs: tuple[Array, Array, Array],
    gradients: tuple[Array, Array],
) -> float:
    """Undo one forward pass on amplitude and dual state, collecting gradients.

    `turn` 0 turns: rotate the amplitudes by `after` (forward), measure, make the dual ``energy x amplitude``, and
    undo the rotation. `turn` 1: undo `after`, collect the phase gradient, undo the phase, undo `before`. `after` and
    `before` hold the tangents of the inverse rotations.

    Parameters
    ----------
    states, buffers : (amplitudes, dual), each as in `forward_pass`
    mode : (turn, store)
    tangents, gradients : (after, before)
        Sums by tile qubit are added to `gradients`.
    shape, tiles, phases, costs : as in `forward_pass`

    Returns
    -------
    float
        The energy sum (`turn` 0) or the phase gradient.
    """
    state, dual = states
    buffer, other = buffers
    turn, store = mode
    after, before = tangents
    table, factors, constants, scale = phases
    energies, weights, base_energies = costs
    gradient_after, gradient_before = gradients
    n, bits, t, c, is_high = shape
    half, size = 1 << n, 1 << bits
    width = BYTES // state.itemsize
    block_size = BLOCK_VECTORS * width
    block = 0
    while (1 << block) < block_size:
        block += 1
    low = np.empty(2 * block_size, dtype=state.dtype)
    low_energy = np.empty(block_size, dtype=state.dtype)
    high = np.empty(size // block_size, dtype=np.complex128)
    high_energy = np.empty(size // block_size)
    sums = np.zeros((bits + 8) * width, dtype=state.dtype)
    sum0 = np.zeros(width, dtype=state.dtype)
    row, rows, step = 1 << c, 1 << (n - t), 1 << t
    first = c if is_high else 0
    forward = -after
    tile_costs, tile_phases = (energies, low_energy), (table, low)
    total = 0.0
    for tile in range(tiles[0], tiles[1]):
        if is_high:
            data, twin, re, im = buffer, other, 0, size
            _gather(state, half, tile * row, row, step, rows, buffer, 0, size)
            if turn == 1:
                _gather(dual, half, tile * row, row, step, rows, other, 0, size)
        else:
            data, twin, re, im = state, dual, tile * size, half + tile * size
        tile_states = (data, twin)
        _tile_energies(weights[tile], base_energies[tile], bits, block, low_energy, high_energy)
        sum0[:] = 0.0
        if turn == 0:
            if forward.size:
                mix(data, re, bits, first, forward)
                mix(data, im, bits, first, forward)
            for k in range(high.size):
                at = k * block_size
                place = (re + at, im + at, at)
                turn_block(tile_states, tile_costs, place, high_energy[k], scale * scale, sum0)
        if after.size:
            sums[:] = 0.0
            unmix(data, twin, re, bits, first, after, sums)
            unmix(data, twin, im, bits, first, after, sums)
            for b in range(bits):
                for a in range(width):
                    gradient_after[b] += sums[b * width + a]
        if turn == 1:
            _tile_factors(factors[tile], constants[tile] * scale, bits, block, low, high)
            for k in range(high.size):
                at = k * block_size
                place, factor = (re + at, im + at, at), (high[k].real, high[k].imag)
                unphase_block(tile_states, tile_costs, tile_phases, place, size, high_energy[k], factor, sum0)
            if before.size:
                sums[:] = 0.0
                unmix(data, twin, re, bits, first, before, sums)
                unmix(data, twin, im, bits, first, before, sums)
                for b in range(bits):
                    for a in range(width):
                        gradient_before[b] += sums[b * width + a]
        for a in range(width):
            total += sum0[a]
        if store and is_high:
            _scatter(buffer, 0, size, state, half, tile * row, row, step, rows)
            _scatter(other, 0, size, dual, half, tile * row, row, step, rows)
    return total
