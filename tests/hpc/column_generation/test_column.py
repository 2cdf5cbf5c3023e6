"""A column brings to the lines what its roster does."""

from __future__ import annotations

import numpy as np
from hpc_cases import small

from hpc.column_generation.column import Column
from optimise.roster.kernels.cover import CoverRows


def test_a_column_adds_what_the_cover_counts_of_that_person_alone() -> None:
    cover = CoverRows(small(3).compiled)
    word = np.array([1, 1, 0, 2, 2, 0, 0], dtype=np.int16)
    column = Column.of(cover, 2, word, 7.5)
    added = np.zeros(cover.lines)
    np.add.at(added, column.rows, column.values)
    assert added.tolist() == cover.counts(word[None, :], np.array([2])).tolist()
    assert added.any()
    assert (column.employee, column.cost) == (2, 7.5)


def test_a_column_keeps_its_roster_when_the_caller_goes_on_writing() -> None:
    word = np.ones(7, dtype=np.int16)
    column = Column.of(CoverRows(small(3).compiled), 0, word, 0.0)
    word[:] = 2
    assert (column.word == 1).all()
