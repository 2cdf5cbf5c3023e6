"""Tiles of the one-hot state, and tables over their states grown block by block."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

__all__ = ["Tiling", "grow"]


@dataclass(frozen=True, slots=True, eq=False)
class Tiling:
    """Blocks of a tile in digit order, how many of them are fast, and the cost seen from the tile."""

    blocks: tuple[int, ...]
    outside: tuple[int, ...]
    shape: tuple[int, int, int, int, int, int, int, int]  # as `_subspace.forward_pass` wants it
    sizes: NDArray[np.int64]
    energies: tuple[NDArray[Any], NDArray[Any], NDArray[Any]]


def grow(
    variables: Sequence[NDArray[np.int64]],
    blocks: tuple[int, ...],
    outside: tuple[int, ...],
    combine: Any,
    single: NDArray[Any],
    pair: NDArray[Any],
    constant: complex,
) -> tuple[NDArray[Any], NDArray[Any], NDArray[Any]]:
    """Tables by tile index, by (tile number, tile variable) and by tile number, grown block by block.

    Parameters
    ----------
    variables : by block its variables
    blocks, outside : blocks of a tile, and the others, in digit order
    combine : np.add for energies, np.multiply for phases
    single, pair : (n,) and (n, n) what a choice and two choices give
    constant : what every state gets

    Returns
    -------
    inside : (states of a tile,)
        By tile index.
    cross : (tiles, variables of a tile)
        By tile number and tile variable.
    outside : (tiles,)
        By tile number.
    """
    neutral = np.full(1, combine.identity, dtype=single.dtype)
    tables = []
    for group, first in ((blocks, neutral), (outside, np.full(1, constant, dtype=single.dtype))):
        table, done = first, list[NDArray[np.int64]]()
        for b in group:
            parts = []
            for v in variables[b]:
                step = np.full(1, single[v])
                for earlier in done:
                    step = combine(pair[v, earlier][:, None], step[None, :]).ravel()
                parts.append(combine(table, step))
            table = np.concatenate(parts)
            done.append(variables[b])
        tables.append(table)
    inside = np.concatenate([variables[b] for b in blocks]) if blocks else np.zeros(0, dtype=np.int64)
    cross = np.full((1, inside.size), combine.identity, dtype=single.dtype)
    for b in outside:
        rows = pair[np.ix_(variables[b], inside)]
        cross = combine(rows[:, None, :], cross[None, :, :]).reshape(-1, inside.size)
    return tables[0], cross, tables[1]
