"""A column of the master: the whole roster of one person."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from optimise.roster.kernels.cover import CoverRows

__all__ = ["ByPerson", "Column", "Floats", "Word"]

Floats = NDArray[np.float64]
Word = NDArray[np.int16]
#: Words (columns, days), costs and reduced costs (columns,) of each person.
ByPerson = tuple[list[NDArray[np.int16]], list[Floats], list[Floats]]


@dataclass(frozen=True, slots=True, eq=False)
class Column:
    """One person's whole roster."""

    employee: int
    word: Word
    cost: float
    rows: NDArray[np.int32]
    values: Floats

    @classmethod
    def of(cls, cover: CoverRows, employee: int, word: Word, cost: float) -> Column:
        """A copy of a roster with what it adds to the cover."""
        return cls(employee, word.copy(), cost, *cover.column(employee, word))
