"""Who is in which room when, as sums of a hospital model's stay columns."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from optimise.core.arrays import IntArray

__all__ = ["Presence"]


@dataclass(frozen=True, slots=True, eq=False)
class Presence:
    """Terms whose sum is 1 when a person is in a room on a day; one entry a (stay column, day).

    ``cell`` numbers the (room, day) pairs that someone may use, ``pair`` the (cell, person) pairs.
    """

    person: IntArray
    day: IntArray
    room: IntArray
    night: IntArray  # day of the stay
    column: IntArray
    fixed: IntArray  # bool: the column can only be 1
    cell: IntArray
    pair: IntArray
    cell_room: IntArray
    cell_day: IntArray
    pair_cell: IntArray
    pair_person: IntArray
    most: IntArray  # upper limit of people in each cell

    def largest_loads(self, work: IntArray) -> IntArray:
        """Largest workload by (cell, shift of the day): the heaviest people that fit in; ``work`` is by term."""
        heavy = np.zeros((len(self.pair_cell), work.shape[1]), dtype=np.int64)
        np.maximum.at(heavy, self.pair, work)
        made = np.zeros((len(self.most), work.shape[1]), dtype=np.int64)
        for j in range(work.shape[1]):
            order = np.lexsort((-heavy[:, j], self.pair_cell))
            rank = np.arange(len(order)) - np.searchsorted(self.pair_cell, self.pair_cell[order])
            kept = order[rank < self.most[self.pair_cell[order]]]
            np.add.at(made[:, j], self.pair_cell[kept], heavy[kept, j])
        return made

    def terms_of(self, group: IntArray, by: IntArray) -> tuple[IntArray, IntArray]:
        """Positions (place in ``group``, term) of all terms whose ``by`` (``cell`` or ``pair``) is in ``group``."""
        order = np.argsort(by, kind="stable")
        ordered = by[order]
        first, last = np.searchsorted(ordered, group), np.searchsorted(ordered, group, side="right")
        count = last - first
        spot = np.repeat(first - (np.cumsum(count) - count), count) + np.arange(int(count.sum()))
        return np.repeat(np.arange(len(group)), count), order[spot]
