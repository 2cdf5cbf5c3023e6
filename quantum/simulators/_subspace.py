"""Kernels of the one-hot simulator: k**m amplitudes in mixed radix, one call per pass over the state.

As in the full-space kernels the state is split into real and imaginary parts, tiles are contiguous (low) or gathered
in rows (high), and phases are products of a tile table and factors that depend on the choices outside the tile.
A block is an axis of the tile with stride `run`: the number of states of the blocks below it.
"""

# mypy: disallow_untyped_defs=False, disallow_untyped_calls=False, check_untyped_defs=False

import numpy as np

from quantum._jit import compiled
from quantum.simulators._vector import BYTES, prefetch, reflect

WIDEST = 6  # choices of a block whose reflection has vector code
CHUNK = 128  # states along the fast axis that a block rotation keeps in the first-level cache


@compiled
def _reflect(re, im, k, run, vector, kappa, work):
    """Apply ``I + kappa |v><v|`` along the axis of size k and stride `run` (v real)."""
    kr, ki = kappa.real, kappa.imag
    width = BYTES // re.itemsize
    whole = run // width * width if k <= WIDEST else 0  # done by vector code
    for outer in range(re.size // (k * run)):
        base = outer * k * run
        for start in range(base, base + whole, width):
            if k == 2:
                reflect(re, im, start, run, (vector[0], vector[1]), kr, ki)
            elif k == 3:
                reflect(re, im, start, run, (vector[0], vector[1], vector[2]), kr, ki)
            elif k == 4:
                reflect(re, im, start, run, (vector[0], vector[1], vector[2], vector[3]), kr, ki)
            elif k == 5:
                reflect(re, im, start, run, (vector[0], vector[1], vector[2], vector[3], vector[4]), kr, ki)
            else:
                six = (vector[0], vector[1], vector[2], vector[3], vector[4], vector[5])
                reflect(re, im, start, run, six, kr, ki)
        for start in range(whole, run, CHUNK):
            size = min(CHUNK, run - start)
            sr, si = work[0, :size], work[1, :size]
            sr[:] = 0.0
            si[:] = 0.0
            for x in range(k):
                v = vector[x]
                o = base + x * run + start
                a, b = re[o : o + size], im[o : o + size]
                for j in range(size):
                    sr[j] += v * a[j]
                    si[j] += v * b[j]
            for j in range(size):
                p, q = sr[j], si[j]
                sr[j] = kr * p - ki * q
                si[j] = kr * q + ki * p
            for x in range(k):
                v = vector[x]
                o = base + x * run + start
                a, b = re[o : o + size], im[o : o + size]
                for j in range(size):
                    a[j] += v * sr[j]
                    b[j] += v * si[j]


@compiled
def _overlap(re, im, dual_re, dual_im, k, run, vector, work):
    """Imaginary part of sum over the other axes of conj(<v|dual>) <v|amplitude>."""
    total = 0.0
    for outer in range(re.size // (k * run)):
        base = outer * k * run
        for start in range(0, run, CHUNK):
            size = min(CHUNK, run - start)
            sr, si, tr, ti = work[0, :size], work[1, :size], work[2, :size], work[3, :size]
            sr[:] = 0.0
            si[:] = 0.0
            tr[:] = 0.0
            ti[:] = 0.0
            for x in range(k):
                v = vector[x]
                o = base + x * run + start
                a, b = re[o : o + size], im[o : o + size]
                c, d = dual_re[o : o + size], dual_im[o : o + size]
                for j in range(size):
                    sr[j] += v * a[j]
                    si[j] += v * b[j]
                    tr[j] += v * c[j]
                    ti[j] += v * d[j]
            part = 0.0
            for j in range(size):
                part += tr[j] * si[j] - ti[j] * sr[j]
            total += part
    return total


@compiled
def _multiply(re, im, k, run, matrix, work):
    """Apply a (k, k) complex matrix along the axis of size k and stride `run`."""
    for outer in range(re.size // (k * run)):
        base = outer * k * run
        for start in range(0, run, CHUNK):
            size = min(CHUNK, run - start)
            for x in range(k):
                o = base + x * run + start
                for i in range(size):  # a[:] = b takes 6 s to compile
                    work[2 * x, i] = re[o + i]
                    work[2 * x + 1, i] = im[o + i]
            for y in range(k):
                o = base + y * run + start
                a, b = re[o : o + size], im[o : o + size]
                a[:] = 0.0
                b[:] = 0.0
                for x in range(k):
                    u, w = matrix[y, x].real, matrix[y, x].imag
                    p, q = work[2 * x], work[2 * x + 1]
                    for j in range(size):
                        a[j] += u * p[j] - w * q[j]
                        b[j] += u * q[j] + w * p[j]


@compiled
def _bilinear(re, im, dual_re, dual_im, k, run, matrix):
    """Real part of <dual| matrix |amplitude> along one axis."""
    total = 0.0
    for outer in range(re.size // (k * run)):
        base = outer * k * run
        for y in range(k):
            for x in range(k):
                u, w = matrix[y, x].real, matrix[y, x].imag
                if u == 0.0 and w == 0.0:
                    continue
                o, d = base + x * run, base + y * run
                a, b = re[o : o + run], im[o : o + run]
                c, e = dual_re[d : d + run], dual_im[d : d + run]
                real, cross = 0.0, 0.0
                for j in range(run):
                    real += c[j] * a[j] + e[j] * b[j]
                    cross += e[j] * a[j] - c[j] * b[j]
                total += u * real + w * cross
    return total


@compiled
def _turn(re, im, rows, columns, out):
    """out[0] and out[1] become the transposes of (rows, columns) arrays `re` and `im`."""
    for i in range(rows):
        for j in range(columns):
            out[0, j * rows + i] = re[i * columns + j]
            out[1, j * rows + i] = im[i * columns + j]


@compiled
def _turn_back(re, im, rows, columns, out):
    for i in range(rows):
        for j in range(columns):
            re[i * columns + j] = out[0, j * rows + i]
            im[i * columns + j] = out[1, j * rows + i]


@compiled
def _rotate_axis(re, im, b, k, run, ops, work):
    kinds, kappas, vectors, matrices = ops
    if kinds[b] == 1 and k > 1:
        _reflect(re, im, k, run, vectors[b], kappas[b], work)
    elif kinds[b] == 2:
        _multiply(re, im, k, run, matrices[b], work)


@compiled
def mix(re, im, sizes, first, fast, ops, work, turned):
    """Rotate the tile's blocks from number `first`; the `fast` lowest blocks are rotated in transposed chunks.

    `ops` = (kinds: 0 none, 1 reflection, 2 matrix; kappas; vectors; matrices) by tile block.
    """
    row = 1
    for b in range(fast):
        row *= sizes[b]
    if first == 0 and fast > 0:
        chunk = turned.shape[1] // row
        count = re.size // row
        for start in range(0, count, chunk):
            rows = min(chunk, count - start)
            a, c = re[start * row : (start + rows) * row], im[start * row : (start + rows) * row]
            _turn(a, c, rows, row, turned)
            run = rows
            for b in range(fast):
                _rotate_axis(turned[0, : rows * row], turned[1, : rows * row], b, sizes[b], run, ops, work)
                run *= sizes[b]
            _turn_back(a, c, rows, row, turned)
    run = 1
    for b in range(sizes.size):
        if b >= first and b >= fast:
            _rotate_axis(re, im, b, sizes[b], run, ops, work)
        run *= sizes[b]


@compiled
def gradients(re, im, dual_re, dual_im, sizes, first, ops, rates, derivatives, work, sums):
    """sums[b] += Re <dual| K_b |amplitude> for every rotated block of the tile."""
    kinds, _, vectors, _ = ops
    run = 1
    for b in range(sizes.size):
        if b >= first and kinds[b] == 1:
            sums[b] -= rates[b] * _overlap(re, im, dual_re, dual_im, sizes[b], run, vectors[b], work)
        elif b >= first and kinds[b] == 2:
            sums[b] += _bilinear(re, im, dual_re, dual_im, sizes[b], run, derivatives[b])
        run *= sizes[b]


@compiled
def _product_factors(factors, sizes, fast, low, high):
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
def _energy_sums(weights, sizes, fast, low, high):
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
def _apply_phase(re, im, table_re, table_im, low, high, write_only):
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
def _measure(re, im, energies, low, high):
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
def _make_dual(re, im, dual_re, dual_im, energies, low, high):
    row = low.size
    for a in range(high.size):
        for j in range(row):
            o = a * row + j
            e = energies[o] + low[j] + high[a]
            dual_re[o] = e * re[o]
            dual_im[o] = e * im[o]


@compiled
def _phase_gradient(re, im, dual_re, dual_im, energies, low, high):
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
def _gather(source, start, row, step, rows, target):
    line = 64 // source.itemsize
    for r in range(rows):
        o, p = start + r * step, r * row
        for a in range(0, row, line):
            prefetch(source, o + row + a)  # the next tile's row
        for a in range(row):
            target[p + a] = source[o + a]


@compiled
def _scatter(source, row, rows, target, start, step):
    for r in range(rows):
        o, p = start + r * step, r * row
        for a in range(row):
            target[o + a] = source[p + a]


@compiled
def forward_pass(
    re, im, shape, span, sizes, before, after, mode, table_re, table_im, factors, constants,
    measure, energies, weights, base_energies, store,
):  # fmt: skip
    """One pass over the tiles of `span` (first, end); returns the expected cost when `measure` is set.

    `shape` = (1 for high tiles, row length, row stride, rows, tiles, number of fast blocks, first rotated block,
    number of blocks whose phase factors are multiplied out beforehand).
    `mode`: 0 no phase, 1 multiply, 2 set. The other arguments are as in the full-space kernels, per tile block.
    """
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
            if mode != 2:
                _gather(re, start, row, step, rows, x)
                _gather(im, start, row, step, rows, y)
        else:
            x, y = re[start : start + size], im[start : start + size]
        mix(x, y, sizes, first, fast, before, work, turned)
        if mode:
            high[0] = constants[tile]
            _product_factors(factors[tile], sizes, inner, low, high)
            _apply_phase(x, y, table_re, table_im, low, high, mode == 2)
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
    re, im, dual_re, dual_im, shape, span, sizes, turning, ahead, after, before, rates, derivatives, table_re, table_im,
    factors, constants, energies, weights, base_energies, by_after, by_before, store,
):  # fmt: skip
    """Undo one pass over the tiles of `span` (first, end) on both states and collect gradients.

    `turning`: rotate by `ahead`, measure, make the dual state, undo the rotation. Otherwise undo `after`, collect
    the phase gradient, undo the phase, undo `before`. `after` and `before` are the inverse operations; `rates` and
    `derivatives` belong to (after, before). Returns the expected cost, or the phase gradient.
    """
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
        gradients(x, y, c, d, sizes, first, after, rates[0], derivatives[0], work, by_after)
        mix(x, y, sizes, first, fast, after, work, turned)
        mix(c, d, sizes, first, fast, after, work, turned)
        if not turning:
            total += _phase_gradient(x, y, c, d, energies, low_energy, high_energy)
            high[0] = constants[tile]
            _product_factors(factors[tile], sizes, inner, low, high)
            _apply_phase(x, y, table_re, table_im, low, high, False)
            _apply_phase(c, d, table_re, table_im, low, high, False)
            gradients(x, y, c, d, sizes, first, before, rates[1], derivatives[1], work, by_before)
            mix(x, y, sizes, first, fast, before, work, turned)
            mix(c, d, sizes, first, fast, before, work, turned)
        if store and is_high:
            _scatter(x, row, rows, re, start, step)
            _scatter(y, row, rows, im, start, step)
            _scatter(c, row, rows, dual_re, start, step)
            _scatter(d, row, rows, dual_im, start, step)
    return total
