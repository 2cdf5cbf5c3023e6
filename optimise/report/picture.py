"""The roster grid or the bed chart as a PNG."""

from __future__ import annotations

import textwrap
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from optimise.capacity.problem import CapacityProblem
from optimise.capacity.region import RegionProblem
from optimise.core.atomic import replacing
from optimise.core.errors import WardwiseError
from optimise.core.problem import Problem
from optimise.core.result import Result
from optimise.drawing import figure as canvas
from optimise.hospital.problem import HospitalProblem
from optimise.hospital.view import Stay, stays
from optimise.report.capacity import capacity_figure, region_figure
from optimise.report.hospital import lanes
from optimise.report.roster import cover_cell
from optimise.report.style import GENDER_COLOURS, duty_labels, shift_inks
from optimise.report.words import gap_in_words
from optimise.roster.problem import OFF, RosterProblem
from optimise.roster.view import CoverCell, CoverRow, cover, days_of_leave, weekend_days

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

__all__ = ["picture"]

_MOST_ROWS, _MOST_DAYS = 120, 56  # beyond these, labels would be dust
_MOST_COVER = 40
#: Backgrounds of the cells of cover, as in the HTML report.
_COVER = {"bad": "#f6c3bf", "short": "#fde6b4", "over": "#dbe9f7", "fine": "#ffffff"}


def picture(result: Result, problem: Problem, file: Path) -> Path:
    """Draw the plan into ``file``."""
    if result.plan is None:
        raise WardwiseError("the run found no plan, so there is nothing to draw")
    if isinstance(problem, RosterProblem):
        figure = _roster(problem, result.plan)
    elif isinstance(problem, HospitalProblem):
        figure = _beds(problem, result.plan)
    elif isinstance(problem, CapacityProblem):
        figure = capacity_figure(problem, result.plan)  # type: ignore[arg-type]
    elif isinstance(problem, RegionProblem):
        figure = region_figure(problem, result.plan)  # type: ignore[arg-type]
    else:
        raise WardwiseError(f"no picture is defined for {problem.kind} plans")
    axes = figure.axes[0]
    title = f"{problem.name}: {gap_in_words(result).text.partition(';')[0]}"
    axes.set_title(textwrap.fill(title, int(12 * figure.get_figwidth())), loc="left", fontsize=10)
    with replacing(file) as temporary:
        temporary.write_bytes(canvas.png(figure, dpi=130))
    return file


def _figure(width: float, height: float) -> tuple[Figure, Axes]:
    figure = canvas.figure(width, height)
    return figure, figure.add_subplot()


def _roster(problem: RosterProblem, plan: Any) -> Figure:
    people, days, _ = problem.shape
    people, days = min(people, _MOST_ROWS), min(days, _MOST_DAYS)
    lines = [(row, cells) for row in cover(problem, plan) if (cells := [c for c in row.cells if c.asks])]
    lines.sort(key=lambda line: all(c.kept for c in line[1]))  # those with a breach first, else as they come
    shown = lines[:_MOST_COVER]
    tall = 0.4 + 0.23 * (len(shown) + 1) if shown else 0.0
    figure = canvas.figure(max(7.0, 2.2 + 0.27 * days), 1.2 + 0.23 * people + tall)
    grid = figure.add_gridspec(2 if shown else 1, 1, height_ratios=(people, len(shown) + 0.5) if shown else (1,))
    axes = figure.add_subplot(grid[0])
    if shown:
        _cover(figure.add_subplot(grid[1]), shown, days, len(lines) - len(shown))
    inks, labels = shift_inks(problem.shifts), duty_labels(problem)
    weekend, leave = weekend_days(problem), days_of_leave(problem)
    image = np.ones((people, days, 3))
    for i in range(people):
        for d in range(days):
            duty = int(plan.duties[i, d])
            if duty != OFF:
                background, ink = inks[problem.duties[duty].shift]
                image[i, d] = canvas.rgb(background)
                axes.text(d, i, labels[duty], ha="center", va="center", fontsize=6.5, color=ink)
            elif (i, d) in leave:
                image[i, d] = canvas.rgb("#cfd6df")
            elif d in weekend:
                image[i, d] = canvas.rgb("#eceff3")
    axes.imshow(image, aspect="auto", interpolation="nearest")
    axes.set_yticks(range(people), [e.name or e.id for e in problem.employees[:people]], fontsize=7)
    axes.set_xticks(range(days), [_day(problem, d) for d in range(days)], fontsize=6)
    axes.set_xticks(np.arange(-0.5, days), minor=True)
    axes.set_yticks(np.arange(-0.5, people), minor=True)
    axes.grid(which="minor", color="#d5dae1", linewidth=0.5)
    axes.tick_params(which="both", length=0)
    axes.xaxis.tick_top()
    _note_cut(axes, problem.shape[0] - people, "people", problem.shape[1] - days, "days")
    return figure


def _cover(axes: Axes, lines: list[tuple[CoverRow, list[CoverCell]]], days: int, more: int) -> None:
    """People present and wanted, one row a head count of any rule; shortages and surpluses stand out."""
    image = np.ones((len(lines), days, 3))
    for i, (_, cells) in enumerate(lines):
        for c in cells:
            if c.day < days:
                shown = cover_cell(c)
                image[i, c.day] = canvas.rgb(_COVER[shown.css])
                weight = "normal" if c.kept else "bold"
                axes.text(c.day, i, shown.text, ha="center", va="center", fontsize=5.5, fontweight=weight)
    axes.imshow(image, aspect="auto", interpolation="nearest")
    axes.set_yticks(range(len(lines)), [row.label for row, _ in lines], fontsize=6)
    axes.set_xticks([])
    axes.set_xticks(np.arange(-0.5, days), minor=True)
    axes.set_yticks(np.arange(-0.5, len(lines)), minor=True)
    axes.grid(which="minor", color="#d5dae1", linewidth=0.5)
    axes.tick_params(which="both", length=0)
    axes.set_title("People present / wanted", loc="left", fontsize=7)
    if more > 0:
        axes.set_xlabel(f"not shown: {more} more lines of cover, nothing missing in them", fontsize=7)


def _day(problem: RosterProblem, day: int) -> str:
    from optimise.core.horizon import WEEKDAYS

    date = problem.horizon.date(day)
    return f"{WEEKDAYS[problem.horizon.weekday(day)][:2]}\n{day if date is None else date.day}"


def _beds(problem: HospitalProblem, plan: Any) -> Figure:
    by_room: dict[int, list[Stay]] = {}
    for stay in stays(plan):
        by_room.setdefault(stay.room, []).append(stay)
    used = sorted(by_room)
    rooms, top, places = used[:_MOST_ROWS], 0.0, []
    bars: list[tuple[Stay, float]] = []
    for r in rooms:
        mine = by_room[r]
        placed = lanes(mine)
        bars += [(stay, top + lane) for stay, lane in zip(mine, placed, strict=True)]
        tall = max([1, int(problem.rooms.beds[r].max()), *(lane + 1 for lane in placed)])
        places.append((top, top + tall))
        top += tall
    figure, axes = _figure(2.2 + 0.32 * problem.days, 1.0 + min(100.0, 0.15 * top))
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
    _note_cut(axes, len(used) - len(rooms), "rooms", 0, "days")
    return figure


def _note_cut(axes: Axes, rows: int, what: str, days: int, when: str) -> None:
    """Say what did not fit in the picture."""
    parts = [f"{n} more {noun}" for n, noun in ((rows, what), (days, when)) if n > 0]
    if parts:
        axes.set_xlabel(f"not shown: {' and '.join(parts)} (see report.html)", fontsize=8)
