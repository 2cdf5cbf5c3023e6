"""The grid of a roster with its cover, as a picture."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from optimise.core.horizon import WEEKDAYS
from optimise.drawing import figure as canvas
from optimise.report.roster_page import cover_cell
from optimise.report.style import MOST_DAYS, MOST_ROWS, duty_labels, note_cut, shift_inks
from optimise.roster.problem import OFF, Roster, RosterProblem
from optimise.roster.view import CoverCell, CoverRow, cover, days_of_leave, weekend_days

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

__all__ = ["roster_figure"]

_MOST_COVER = 40
#: Backgrounds of the cells of cover, as in the HTML report.
_COVER = {"bad": "#f6c3bf", "short": "#fde6b4", "over": "#dbe9f7", "fine": "#ffffff"}


def roster_figure(problem: RosterProblem, plan: Roster) -> Figure:
    """People by days in the colours of their shifts; lines of cover below, those with a breach first."""
    people, days, _ = problem.shape
    people, days = min(people, MOST_ROWS), min(days, MOST_DAYS)
    lines = [(row, cells) for row in cover(problem, plan) if (cells := [c for c in row.cells if c.asks])]
    lines.sort(key=lambda line: all(c.kept for c in line[1]))  # those with a breach first, else as they come
    shown = lines[:_MOST_COVER]
    tall = 0.4 + 0.23 * (len(shown) + 1) if shown else 0.0
    figure = canvas.figure(max(7.0, 2.2 + 0.27 * days), 1.2 + 0.23 * people + tall)
    grid = figure.add_gridspec(2 if shown else 1, 1, height_ratios=(people, len(shown) + 0.5) if shown else (1,))
    axes = figure.add_subplot(grid[0])
    if shown:
        _cover(figure.add_subplot(grid[1]), shown, days, len(lines) - len(shown))
    inks = shift_inks(problem.shifts)
    labels = {home: duty_labels(problem, home) for home in {e.ward for e in problem.employees}}
    weekend, leave = weekend_days(problem), days_of_leave(problem)
    image = np.ones((people, days, 3))
    for i in range(people):
        for d in range(days):
            duty = int(plan.duties[i, d])
            if duty != OFF:
                background, ink = inks[problem.duties[duty].shift]
                image[i, d] = canvas.rgb(background)
                text = labels[problem.employees[i].ward][duty]
                axes.text(d, i, text, ha="center", va="center", fontsize=6.5, color=ink)
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
    note_cut(axes, problem.shape[0] - people, "people", problem.shape[1] - days, "days")
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
    date = problem.horizon.date(day)
    return f"{WEEKDAYS[problem.horizon.weekday(day)][:2]}\n{day if date is None else date.day}"
