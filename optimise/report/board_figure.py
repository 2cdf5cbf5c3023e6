"""The bed board as a picture: wards side by side, a row for each room, a box for each bed."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from optimise.drawing import figure as canvas
from optimise.hospital.day import free_beds
from optimise.hospital.problem import HospitalPlan, HospitalProblem
from optimise.report.board_rooms import BoardPlace, BoardRoom, board_rooms
from optimise.report.style import GENDER_COLOURS, note_cut

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

__all__ = ["board_figure"]

_MOST_ROOMS = 800  # beyond these the picture would be a poster
_ACROSS, _BEDS = 5, 8  # wards side by side; boxes in a line
_LABEL, _WIDE = 4.2, 14.0  # in boxes: the name of a room, a ward
_FREE, _SHUT, _INK = "#f3faf5", "#d5dae1", "#1c2430"


def board_figure(problem: HospitalProblem, plan: HospitalPlan, day: int = 0) -> Figure:
    """Who lies where on one day.

    Parameters
    ----------
    problem : HospitalProblem
    plan : HospitalPlan
    day : int

    Returns
    -------
    matplotlib.figure.Figure
        Boxes with the letter of the sex; ``+`` comes, ``-`` leaves and nobody follows, ``!`` infection.
    """
    free, rooms = free_beds(problem, plan), problem.rooms
    wards, shown = [], 0
    for w, name in enumerate(rooms.wards):
        mine = np.flatnonzero(rooms.ward == w)[: _MOST_ROOMS - shown]
        shown += len(mine)
        if len(mine):
            wards.append((name, board_rooms(problem, plan, mine, day, free, set(), set())))
    across = min(_ACROSS, len(wards))
    bands = [wards[i : i + across] for i in range(0, len(wards), across)]
    tall = [max(1.6 + sum(_lines(room) for room in each) for _, each in band) for band in bands]
    drawn = canvas.figure(0.4 + 0.24 * _WIDE * across, 1.2 + 0.24 * sum(tall))
    axes, top = drawn.add_subplot(), 0.0
    for band, height in zip(bands, tall, strict=True):
        for i, (name, each) in enumerate(band):
            _ward(axes, name, each, i * _WIDE, top)
        top += height
    axes.set_xlim(0, across * _WIDE)
    axes.set_ylim(top, 0)
    axes.set_xticks([])
    axes.set_yticks([])
    for spine in axes.spines.values():
        spine.set_visible(False)
    axes.set_xlabel(
        "+ comes today   - leaves today, nobody follows   ! infection   dashed: free   grey: closed", fontsize=8
    )
    if shown < len(rooms.ids):
        note_cut(axes, len(rooms.ids) - shown, "rooms", 0, "days")
    return drawn


def _lines(room: BoardRoom) -> int:
    return max(1, -(-len(room.places) // _BEDS))


def _ward(axes: Axes, name: str, rooms: list[BoardRoom], left: float, top: float) -> None:
    axes.text(left + 0.2, top + 0.7, name, va="center", fontsize=8, fontweight="bold", color=_INK)
    top += 1.2
    for room in rooms:
        axes.text(left + 0.2, top + 0.5, room.name[:16], va="center", fontsize=6, color=_INK)
        for k, place in enumerate(room.places):
            _bed(axes, place, left + _LABEL + k % _BEDS, top + k // _BEDS)
        top += _lines(room)


def _bed(axes: Axes, place: BoardPlace, left: float, top: float) -> None:
    lying = next((chip for chip in place.chips if " out" not in chip.css), None)
    box = canvas.box(left + 0.06, top + 0.08, 0.88, 0.84, _FREE if place.css == "free" else _SHUT)
    text = "-" if place.chips and lying is None else ""
    if lying is not None:
        box.set_facecolor(GENDER_COLOURS[int(lying.css[1])][0])
        text = (
            lying.who[:1]
            + ("+" if " new" in lying.css else "")
            + ("!" if lying.marks[:1] and lying.marks[0][0] == "inf" else "")
        )
    elif place.css == "free":
        box.set(edgecolor="#1d7a46", linestyle="--", linewidth=0.6)
    axes.add_patch(box)
    if text:
        axes.text(left + 0.5, top + 0.5, text, va="center", ha="center", fontsize=6, color=_INK)
