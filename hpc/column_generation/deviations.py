"""Columns of the master that take up what the rosters chosen leave open: deviations of lines, people, totals."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from hpc.column_generation.column import Floats
from optimise.roster.rules import Line

__all__ = ["Deviations", "deviations"]


@dataclass(frozen=True, slots=True, eq=False)
class Deviations:
    """Deviations in the order of their columns: of each line, of each row of people, two of each total.

    Attributes
    ----------
    line : list of (int, int)
        Line and side (0 below, 1 above) of each deviation of a line; the first columns.
    cost, width : ndarray (columns,)
        Price per unit, and how many units there are at it.
    row : int32 ndarray (columns,); sign : ndarray (columns,)
        Row of the master where it counts, and with which sign.
    hard : bool ndarray (columns,)
        Whether the price is the penalty.
    nobody : slice
        Columns of people without a roster.
    """

    line: list[tuple[int, int]]
    cost: Floats
    width: Floats
    row: NDArray[np.int32]
    sign: Floats
    hard: NDArray[np.bool_]
    nobody: slice


def deviations(
    lines: Sequence[Line], numbers: NDArray[np.intp], sizes: Floats, totals: int, penalty: float
) -> Deviations:
    """The deviations of a master, whose rows are the lines, the people, the totals.

    Parameters
    ----------
    lines : sequence of Line (rows,)
        Lines of the master; ``numbers`` are theirs in the cover.
    sizes : ndarray (people,)
        How many people each row of people stands for.
    totals : int
        Number of rows on totals.
    penalty : float
        Price of a hard unit; someone without a roster costs a hundred times as much.
    """
    of_line: list[tuple[int, int]] = []
    made: list[tuple[float, float, int, float, bool]] = []  # cost, width, row, sign, hard
    for i, line in enumerate(lines):
        for bound, direction, segments in ((line.lower, 1.0, line.under), (line.upper, -1.0, line.over)):
            if math.isfinite(bound):
                for s in segments:
                    hard = math.isinf(s.price)
                    of_line.append((int(numbers[i]), 0 if direction > 0 else 1))
                    made.append((penalty if hard else s.price, s.width, i, direction, hard))
    for i, size in enumerate(sizes.tolist()):  # someone without a roster
        made.append((100.0 * penalty, size, len(lines) + i, 1.0, True))
    for i in range(2 * totals):  # a total that no column can meet yet
        made.append((penalty, math.inf, len(lines) + len(sizes) + i // 2, 1.0 if i % 2 == 0 else -1.0, True))
    cost, width, row, sign, hard_ones = np.array(made, dtype=np.float64).reshape(-1, 5).T.copy()
    n = len(made)
    nobody = slice(n - 2 * totals - len(sizes), n - 2 * totals)
    return Deviations(of_line, cost, width, row.astype(np.int32), sign, hard_ones.astype(np.bool_), nobody)
