"""Who lies where: one row a room."""

from __future__ import annotations

import numpy as np

from optimise.hospital.room_board import room_board


def test_a_room_has_its_people_day_by_day() -> None:
    board = room_board(["A", "B"], ["Ann", "Ben"], np.array([[0, 0, -1], [0, 1, 1]]))
    assert (board.names, board.rows, board.days) == (("room",), ("A", "B"), (0, 1, 2))
    assert board.cells == (("Ann Ben", "Ann", ""), ("", "Ben", "Ben"))
