"""Who lies where, as people see it on the wall."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from optimise.core.arrays import IntArray
from optimise.core.kinds import Board

__all__ = ["room_board"]


def room_board(rooms: Sequence[str], people: Sequence[str], room: IntArray) -> Board:
    """One row a room, the people's names separated by spaces.

    Parameters
    ----------
    rooms, people : sequence of str
        Their names.
    room : int array (people, days)
        Number of the room; below 0 where somebody is in none.

    Returns
    -------
    Board
    """
    days = room.shape[1]
    cells: list[list[list[str]]] = [[[] for _ in range(days)] for _ in rooms]
    for p, day in np.argwhere(room >= 0).tolist():
        cells[room[p, day]][day].append(people[p])
    text = tuple(tuple(" ".join(cell) for cell in row) for row in cells)
    return Board(("room",), tuple(rooms), tuple(range(days)), text)
