"""Rotations of the blocks of a tile, and their gradients (see `quantum.simulators._subspace`).

A block is an axis of the tile with stride `run`: the number of states of the blocks below it.

Shapes: `re`, `im`, `dual_re`, `dual_im` (states of the tile,), split parts of the amplitudes and of the dual state;
`vector` (k,), `matrix` (k, k); `sizes`, `sums` (tile blocks,); `work` (2 k or 4, CHUNK) and `turned` (2, n)
are scratch.
"""

# mypy: disallow_untyped_defs=False, disallow_untyped_calls=False, check_untyped_defs=False

from quantum._jit import Array, compiled
from quantum.simulators._vector import BYTES, reflect

WIDEST = 6  # choices of a block whose reflection has vector code
CHUNK = 128  # states along the fast axis that a block rotation keeps in the first-level cache


@compiled
def _reflect(re: Array, im: Array, k: int, run: int, vector: Array, kappa: complex, work: Array) -> None:
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
def _overlap(
    re: Array, im: Array, dual_re: Array, dual_im: Array, k: int, run: int, vector: Array, work: Array
) -> float:
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
def _multiply(re: Array, im: Array, k: int, run: int, matrix: Array, work: Array) -> None:
    """Apply a (k, k) complex matrix along the axis of size k and stride `run`."""
    for outer in range(re.size // (k * run)):
        base = outer * k * run
        for start in range(0, run, CHUNK):
            size = min(CHUNK, run - start)
            for x in range(k):
                o = base + x * run + start
                work[2 * x, :size] = re[o : o + size]
                work[2 * x + 1, :size] = im[o : o + size]
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
def _bilinear(re: Array, im: Array, dual_re: Array, dual_im: Array, k: int, run: int, matrix: Array) -> float:
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
def _turn(re: Array, im: Array, rows: int, columns: int, out: Array) -> None:
    """out[0] and out[1] become the transposes of (rows, columns) arrays `re` and `im`."""
    for i in range(rows):
        for j in range(columns):
            out[0, j * rows + i] = re[i * columns + j]
            out[1, j * rows + i] = im[i * columns + j]


@compiled
def _turn_back(re: Array, im: Array, rows: int, columns: int, out: Array) -> None:
    """Undo `_turn`."""
    for i in range(rows):
        for j in range(columns):
            re[i * columns + j] = out[0, j * rows + i]
            im[i * columns + j] = out[1, j * rows + i]


@compiled
def _rotate_axis(
    re: Array, im: Array, b: int, k: int, run: int, ops: tuple[Array, Array, Array, Array], work: Array
) -> None:
    """Apply operation b of `ops` (see `mix`) along the axis of size k and stride `run`."""
    kinds, kappas, vectors, matrices = ops
    if kinds[b] == 1 and k > 1:
        _reflect(re, im, k, run, vectors[b], kappas[b], work)
    elif kinds[b] == 2:
        _multiply(re, im, k, run, matrices[b], work)


@compiled
def mix(
    re: Array,
    im: Array,
    sizes: Array,
    first: int,
    fast: int,
    ops: tuple[Array, Array, Array, Array],
    work: Array,
    turned: Array,
) -> None:
    """Rotate the tile's blocks from number `first`; the `fast` lowest blocks are rotated in transposed chunks.

    `ops` = (kinds: 0 none, 1 reflection, 2 matrix; kappas; vectors; matrices) by tile block.

    Parameters
    ----------
    re, im : (states of the tile,)
        Rotated in place.
    sizes : (tile blocks,)
        Choices of each block.
    first : int
        Number of the first block to rotate.
    fast : int
        Lowest blocks that are rotated in transposed chunks.
    ops : tuple
        Kinds, kappas, vectors and matrices by tile block.
    work, turned : (2 k or 4, CHUNK), (2, n)
        Scratch.
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
def gradients(
    re: Array,
    im: Array,
    dual_re: Array,
    dual_im: Array,
    sizes: Array,
    first: int,
    ops: tuple[Array, Array, Array, Array],
    slopes: tuple[Array, Array],
    work: Array,
    sums: Array,
) -> None:
    """sums[b] += Re <dual| K_b |amplitude> for every rotated block of the tile.

    `slopes` = (rates of reflections, logarithmic derivatives of matrices) by tile block.

    Parameters
    ----------
    re, im, dual_re, dual_im : (states of the tile,)
        Read.
    sizes : (tile blocks,)
        Choices of each block.
    first : int
        Number of the first block that counts.
    ops : tuple
        As in `mix`.
    slopes : tuple
        Rates and logarithmic derivatives by tile block.
    work : (2 k or 4, CHUNK)
        Scratch.
    sums : (tile blocks,)
        Added to.
    """
    kinds, _, vectors, _ = ops
    rates, derivatives = slopes
    run = 1
    for b in range(sizes.size):
        if b >= first and kinds[b] == 1:
            sums[b] -= rates[b] * _overlap(re, im, dual_re, dual_im, sizes[b], run, vectors[b], work)
        elif b >= first and kinds[b] == 2:
            sums[b] += _bilinear(re, im, dual_re, dual_im, sizes[b], run, derivatives[b])
        run *= sizes[b]
