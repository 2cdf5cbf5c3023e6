"""Kernels of the one-hot simulator: k**m amplitudes in mixed radix, one call per pass over the state.

As in the full-space kernels the state is split into real and imaginary parts, tiles are contiguous (low) or gathered
in rows (high), and phases are products of a tile table and factors that depend on the choices outside the tile.
A block is an axis of the tile with stride `run`: the number of states of the blocks below it.

Shapes: `re`, `im`, `dual_re`, `dual_im`, `energies`, `table_re`, `table_im` (states of the tile,); `low` (2, row) or
(row,) and `high` (rows,) belong to the low blocks and to the others; `sizes` (tile blocks,), `factors` and `weights`
(tile variables,) or, for a pass, (tiles, tile variables).
"""

# mypy: disallow_untyped_defs=False, disallow_untyped_calls=False, check_untyped_defs=False

import numpy as np

from quantum._jit import Array, compiled
from quantum.simulators._rotations import CHUNK, gradients, mix
from quantum.simulators._vector import prefetch


@compiled
def _product_factors(factors: Array, sizes: Array, fast: int, low: Array, high: Array) -> None:
    """Product over tile blocks of the factor of the chosen variable: low blocks (split parts) and the others."""
    low[0, 0], low[1, 0] = 1.0, 0.0
    length, v = 1, 0
    for b in range(fast):
        for x in range(sizes[b] - 1, -1, -1):
            p, q = factors[v + x].real, factors[v + x].imag
            for a in range(length):
                c, d = low[0, a], low[1, a]
                low[0, x * length + a] = c * p - d * q
                low[1, x * length + a] = c * q + d * p
        length *= sizes[b]
        v += sizes[b]
    length = 1
    for b in range(fast, sizes.size):
        for x in range(sizes[b] - 1, -1, -1):
            for a in range(length):
                high[x * length + a] = high[a] * factors[v + x]
        length *= sizes[b]
        v += sizes[b]


@compiled
def _energy_sums(weights: Array, sizes: Array, fast: int, low: Array, high: Array) -> None:
    """Sum over tile blocks of the weight of the chosen variable, split as in `_product_factors`."""
    low[0] = 0.0
    length, v = 1, 0
    for b in range(fast):
        for x in range(sizes[b] - 1, -1, -1):
            for a in range(length):
                low[x * length + a] = low[a] + weights[v + x]
        length *= sizes[b]
        v += sizes[b]
    length = 1
    for b in range(fast, sizes.size):
        for x in range(sizes[b] - 1, -1, -1):
            for a in range(length):
                high[x * length + a] = high[a] + weights[v + x]
        length *= sizes[b]
        v += sizes[b]


@compiled
def _apply_phase(
    re: Array, im: Array, table_re: Array, table_im: Array, low: Array, high: Array, write_only: bool
) -> None:
    """Multiply (or set) a tile by table x `high` x `low` factors; split parts."""
    row = low.shape[1]
    lr, li = low[0], low[1]
    for a in range(high.size):
        p, q = high[a].real, high[a].imag
        o = a * row
        x, y = re[o : o + row], im[o : o + row]
        s, t = table_re[o : o + row], table_im[o : o + row]
        if write_only:
            for j in range(row):
                c, d = p * lr[j] - q * li[j], p * li[j] + q * lr[j]
                x[j] = c * s[j] - d * t[j]
                y[j] = c * t[j] + d * s[j]
        else:
            for j in range(row):
                c, d = p * lr[j] - q * li[j], p * li[j] + q * lr[j]
                e, f = c * s[j] - d * t[j], c * t[j] + d * s[j]
                g, h = x[j], y[j]
                x[j] = g * e - h * f
                y[j] = g * f + h * e


@compiled
def _measure(re: Array, im: Array, energies: Array, low: Array, high: Array) -> float:
    """Sum of ``|amplitude|**2 energy`` over a tile."""
    row = low.size
    total = 0.0
    for a in range(high.size):
        o = a * row
        x, y, e = re[o : o + row], im[o : o + row], energies[o : o + row]
        part = 0.0
        for j in range(row):
            part += (x[j] * x[j] + y[j] * y[j]) * (e[j] + low[j] + high[a])
        total += part
    return total


@compiled
def _make_dual(re: Array, im: Array, dual_re: Array, dual_im: Array, energies: Array, low: Array, high: Array) -> None:
    """dual = energy x amplitude over a tile."""
    row = low.size
    for a in range(high.size):
        for j in range(row):
            o = a * row + j
            e = energies[o] + low[j] + high[a]
            dual_re[o] = e * re[o]
            dual_im[o] = e * im[o]


@compiled
def _phase_gradient(
    re: Array, im: Array, dual_re: Array, dual_im: Array, energies: Array, low: Array, high: Array
) -> float:
    """Sum of ``energy Im(conj(dual) amplitude)`` over a tile."""
    row = low.size
    total = 0.0
    for a in range(high.size):
        o = a * row
        x, y = re[o : o + row], im[o : o + row]
        c, d, e = dual_re[o : o + row], dual_im[o : o + row], energies[o : o + row]
        part = 0.0
        for j in range(row):
            part += (c[j] * y[j] - d[j] * x[j]) * (e[j] + low[j] + high[a])
        total += part
    return total


@compiled
def _gather(source: Array, start: int, row: int, step: int, rows: int, target: Array) -> None:
    """Copy `rows` rows of length `row`, `step` apart, to a contiguous tile."""
    line = 64 // source.itemsize
    for r in range(rows):
        o, p = start + r * step, r * row
        for a in range(0, row, line):
            prefetch(source, o + row + a)  # the next tile's row
        for a in range(row):
            target[p + a] = source[o + a]


@compiled
def _scatter(source: Array, row: int, rows: int, target: Array, start: int, step: int) -> None:
    """Undo `_gather`."""
    for r in range(rows):
        o, p = start + r * step, r * row
        for a in range(row):
            target[o + a] = source[p + a]


@compiled
def forward_pass(
    state: Array,
    shape: tuple[int, ...],
    span: tuple[int, int],
    sizes: Array,
    rotations: tuple[object, object],
    mode: tuple[int, bool, bool],
    phases: tuple[Array, Array, Array, Array],
    costs: tuple[Array, Array, Array],
) -> float:
    """One pass over some tiles.

    Parameters
    ----------
    state : (2, states)
        Real parts, imaginary parts.
    shape : (high, row, step, rows, tiles, fast, first, inner)
        1 for high tiles; row length, row stride, rows; tiles; number of fast blocks; first rotated block; number of
        blocks whose phase factors are multiplied out beforehand.
    span : (first, end)
        Tiles to do.
    sizes : (blocks of a tile,)
        Choices of each.
    rotations : (before, after)
        Of the phase, as `mix` takes them.
    mode : (phase, measure, store)
        `phase` is 0 for none, 1 to multiply, 2 to set.
    phases : (real table, imaginary table, factors, constants)
        As in the full-space kernels, per tile block.
    costs : (energies, weights, base_energies)
        The same for the cost.

    Returns
    -------
    float
        The expected cost when `measure` is set.
    """
    re, im = state[0], state[1]
    before, after = rotations
    phase, measure, store = mode
    table_re, table_im, factors, constants = phases
    energies, weights, base_energies = costs
    is_high, row, step, rows, _, fast, first, inner = shape
    size = row * rows
    widest = 4
    for k in sizes:
        widest = max(widest, 2 * k)
    work = np.empty((widest, CHUNK), dtype=re.dtype)
    low_size, fast_size = 1, 1
    for b in range(inner):
        low_size *= sizes[b]
    for b in range(fast):
        fast_size *= sizes[b]
    turned = np.empty((2, fast_size * CHUNK), dtype=re.dtype)
    low = np.empty((2, low_size), dtype=re.dtype)
    low_energy = np.empty(low_size, dtype=re.dtype)
    high = np.empty(size // low_size, dtype=constants.dtype)
    high_energy = np.empty(size // low_size, dtype=re.dtype)
    buffer = np.empty((2, size if is_high else 1), dtype=re.dtype)
    total = 0.0
    for tile in range(span[0], span[1]):
        start = tile * row if is_high else tile * size
        if is_high:
            x, y = buffer[0], buffer[1]
            if phase != 2:
                _gather(re, start, row, step, rows, x)
                _gather(im, start, row, step, rows, y)
        else:
            x, y = re[start : start + size], im[start : start + size]
        mix(x, y, sizes, first, fast, before, work, turned)
        if phase:
            high[0] = constants[tile]
            _product_factors(factors[tile], sizes, inner, low, high)
            _apply_phase(x, y, table_re, table_im, low, high, phase == 2)
        mix(x, y, sizes, first, fast, after, work, turned)
        if measure:
            high_energy[0] = base_energies[tile]
            _energy_sums(weights[tile], sizes, inner, low_energy, high_energy)
            total += _measure(x, y, energies, low_energy, high_energy)
        if store and is_high:
            _scatter(x, row, rows, re, start, step)
            _scatter(y, row, rows, im, start, step)
    return total


@compiled
def backward_pass(
    states: tuple[Array, Array],
    shape: tuple[int, ...],
    span: tuple[int, int],
    sizes: Array,
    mode: tuple[bool, bool],
    rotations: tuple[object, object, object],
    slopes: tuple[object, object],
    phases: tuple[Array, Array, Array, Array],
    costs: tuple[Array, Array, Array],
    sums: tuple[Array, Array],
) -> float:
    """Undo one pass over some tiles on both states and collect gradients.

    `turning`: rotate by `ahead`, measure, make the dual state, undo the rotation. Otherwise undo `after`, collect
    the phase gradient, undo the phase, undo `before`. `after` and `before` are the inverse operations.

    Parameters
    ----------
    states : (amplitudes, dual), each as in `forward_pass`
    mode : (turning, store)
    rotations : (ahead, after, before)
    slopes, sums : (after, before), as `gradients` takes them
    shape, span, sizes, phases, costs : as in `forward_pass`

    Returns
    -------
    float
        The expected cost (`turning`), or the phase gradient.
    """
    re, im = states[0][0], states[0][1]
    dual_re, dual_im = states[1][0], states[1][1]
    turning, store = mode
    ahead, after, before = rotations
    table_re, table_im, factors, constants = phases
    energies, weights, base_energies = costs
    by_after, by_before = sums
    is_high, row, step, rows, _, fast, first, inner = shape
    size = row * rows
    widest = 4
    for k in sizes:
        widest = max(widest, 2 * k)
    work = np.empty((widest, CHUNK), dtype=re.dtype)
    low_size, fast_size = 1, 1
    for b in range(inner):
        low_size *= sizes[b]
    for b in range(fast):
        fast_size *= sizes[b]
    turned = np.empty((2, fast_size * CHUNK), dtype=re.dtype)
    low = np.empty((2, low_size), dtype=re.dtype)
    low_energy = np.empty(low_size, dtype=re.dtype)
    high = np.empty(size // low_size, dtype=constants.dtype)
    high_energy = np.empty(size // low_size, dtype=re.dtype)
    buffer = np.empty((4, size if is_high else 1), dtype=re.dtype)
    total = 0.0
    for tile in range(span[0], span[1]):
        start = tile * row if is_high else tile * size
        if is_high:
            x, y, c, d = buffer[0], buffer[1], buffer[2], buffer[3]
            _gather(re, start, row, step, rows, x)
            _gather(im, start, row, step, rows, y)
            if not turning:
                _gather(dual_re, start, row, step, rows, c)
                _gather(dual_im, start, row, step, rows, d)
        else:
            x, y = re[start : start + size], im[start : start + size]
            c, d = dual_re[start : start + size], dual_im[start : start + size]
        high_energy[0] = base_energies[tile]
        _energy_sums(weights[tile], sizes, inner, low_energy, high_energy)
        if turning:
            mix(x, y, sizes, first, fast, ahead, work, turned)
            total += _measure(x, y, energies, low_energy, high_energy)
            _make_dual(x, y, c, d, energies, low_energy, high_energy)
        gradients(x, y, c, d, sizes, first, after, slopes[0], work, by_after)
        mix(x, y, sizes, first, fast, after, work, turned)
        mix(c, d, sizes, first, fast, after, work, turned)
        if not turning:
            total += _phase_gradient(x, y, c, d, energies, low_energy, high_energy)
            high[0] = constants[tile]
            _product_factors(factors[tile], sizes, inner, low, high)
            _apply_phase(x, y, table_re, table_im, low, high, False)
            _apply_phase(c, d, table_re, table_im, low, high, False)
            gradients(x, y, c, d, sizes, first, before, slopes[1], work, by_before)
            mix(x, y, sizes, first, fast, before, work, turned)
            mix(c, d, sizes, first, fast, before, work, turned)
        if store and is_high:
            _scatter(x, row, rows, re, start, step)
            _scatter(y, row, rows, im, start, step)
            _scatter(c, row, rows, dual_re, start, step)
            _scatter(d, row, rows, dual_im, start, step)
    return total
