"""QOBLIB's ``.qs`` files and ``.opt.sol`` solutions (Koch et al. 2025, arXiv:2504.03832).

A ``.qs`` file lists the upper triangle of a *symmetric* matrix with 1-based indices, so an off-diagonal entry
counts twice: ``energy = offset + sum_i q_ii x_i + 2 sum_{i<j} q_ij x_i x_j``.
"""

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from optimise.core.errors import InputError
from optimise.formats.base import read_text
from quantum.qubo import Qubo


def read_qs(path: str | Path) -> Qubo:
    """Read one QUBO; `InputError` names the file and the line that is wrong."""
    offset, size, expected = 0.0, -1, 0
    rows, cols, values = [], [], []
    seen: set[tuple[int, int]] = set()
    for number, line in enumerate(_lines(path), start=1):
        words = line.split()
        if not words:
            continue
        try:
            if words[0] == "#":
                if len(words) == 3 and words[1] == "ObjectiveOffset":
                    offset = float(words[2])
                continue
            if line.startswith("#"):
                continue
            if size < 0:
                size, expected = int(words[0]), int(words[1])
                continue
            i, j, value = int(words[0]), int(words[1]), float(words[2])
        except (ValueError, IndexError):
            raise InputError(f"cannot read {line.strip()!r}", file=path, line=number) from None
        if not 1 <= i <= j <= size:
            raise InputError(f"entry ({i}, {j}) is outside the upper triangle", file=path, line=number)
        if (i, j) in seen:
            raise InputError(f"entry ({i}, {j}) occurs twice", file=path, line=number)
        seen.add((i, j))
        rows.append(i - 1)
        cols.append(j - 1)
        values.append(value if i == j else 2 * value)
    if size < 0:
        raise InputError("no line with the number of variables and entries", file=path)
    if len(values) != expected:
        raise InputError(f"{expected} entries announced, {len(values)} found", file=path)
    return Qubo.from_terms(size, rows, cols, values, offset)


def read_solution(path: str | Path, size: int) -> NDArray[np.int8]:
    """Read a published solution as bits (size,).

    Three layouts occur: one bit a line, all bits in one line, and the 1-based numbers of the ones (the file
    then says ``active variables only``). A layout of bits may be shorter than the QUBO (LABS lists the
    sequence without the auxiliary products); the rest is then absent and the caller completes it.
    """
    lines = _lines(path)
    active = any("active variables" in line for line in lines if line.startswith("#"))
    try:
        numbers = [int(word) for line in lines if not line.startswith("#") for word in line.split()]
    except ValueError as error:
        raise InputError(f"not a solution: {error}", file=path) from None
    if active:
        if any(not 1 <= v <= size for v in numbers):
            raise InputError(f"a variable number is outside 1..{size}", file=path)
        bits = np.zeros(size, dtype=np.int8)
        bits[np.array(numbers, dtype=np.int64) - 1] = 1
        return bits
    if len(numbers) > size or any(v not in (0, 1) for v in numbers):
        raise InputError(f"expected at most {size} bits", file=path)
    return np.array(numbers, dtype=np.int8)


def _lines(path: str | Path) -> list[str]:
    return read_text(Path(path)).splitlines()
