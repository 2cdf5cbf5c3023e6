"""The bed chart of a hospital plan, as a picture."""

from __future__ import annotations

from typing import TYPE_CHECKING

from optimise.drawing import figure as canvas
from optimise.hospital.problem import HospitalPlan, HospitalProblem
from optimise.hospital.view import Stay, stays
from optimise.report.hospital_page import lanes
from optimise.report.style import GENDER_COLOURS, MOST_ROWS, note_cut

if TYPE_CHECKING:
    from matplotlib.figure import Figure

__all__ = ["hospital_figure"]


def hospital_figure(problem: HospitalProblem, plan: HospitalPlan) -> Figure:
    """Rooms by days, a bar for each stay in the colour of the gender."""
    by_room: dict[int, list[Stay]] = {}
    for stay in stays(plan):
        by_room.setdefault(stay.room, []).append(stay)
    used = sorted(by_room)
    rooms, top, places = used[:MOST_ROWS], 0.0, []
    bars: list[tuple[Stay, float]] = []
    for r in rooms:
        mine = by_room[r]
        placed = lanes(mine)
        bars += [(stay, top + lane) for stay, lane in zip(mine, placed, strict=True)]
        tall = max([1, int(problem.rooms.beds[r].max()), *(lane + 1 for lane in placed)])
        places.append((top, top + tall))
        top += tall
    figure = canvas.figure(2.2 + 0.32 * problem.days, 1.0 + min(100.0, 0.15 * top))
    axes = figure.add_subplot()
    for stay, lane in bars:
        background, ink = GENDER_COLOURS[int(problem.patients.gender[stay.patient])]
        axes.add_patch(canvas.box(stay.first + 0.03, lane + 0.08, stay.days - 0.06, 0.84, background))
        ident = problem.patients.ids[stay.patient]
        if len(ident) <= 6 * stay.days:
            axes.text(stay.first + 0.12, lane + 0.5, ident, va="center", fontsize=5.5, color=ink, clip_on=True)
    for _, end in places:
        axes.axhline(end, color="#9aa4b1", linewidth=0.6)
    axes.set_xlim(0, problem.days)
    axes.set_ylim(top, 0)
    axes.set_yticks([(a + b) / 2 for a, b in places], [problem.rooms.ids[r] for r in rooms], fontsize=7)
    axes.set_xticks([d + 0.5 for d in range(problem.days)], [str(d) for d in range(problem.days)], fontsize=6)
    axes.set_xticks(range(problem.days + 1), minor=True)
    axes.grid(which="minor", axis="x", color="#e4e8ed", linewidth=0.5)
    axes.set_axisbelow(True)
    axes.tick_params(which="both", length=0)
    axes.xaxis.tick_top()
    note_cut(axes, len(used) - len(rooms), "rooms", 0, "days")
    return figure
