"""What reports show of bed plans: of one trust, and of a region that shares units."""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from optimise import frames
from optimise.capacity.evaluate import RECOURSE
from optimise.capacity.problem import CapacityPlan, CapacityProblem
from optimise.capacity.region import RegionPlan, RegionProblem
from optimise.capacity.view import electives, enough
from optimise.core.result import Evaluation
from optimise.drawing import figure as canvas
from optimise.drawing.page import Section
from optimise.report.asked import Asked
from optimise.report.base import PlainReport, SheetWriter
from optimise.report.words import Sentence, count, rules_sentence, vouching

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

__all__ = [
    "CapacityReport",
    "RegionReport",
    "capacity_figure",
    "capacity_sections",
    "capacity_sentences",
    "region_figure",
    "region_sections",
    "region_sentences",
]

_BAND, _LINE, _OPEN = "#b9cfe6", "#2d6ca8", "#c2562f"


def day_names(problem: CapacityProblem) -> list[str]:
    """``Mo 5 Jan`` and so on."""
    first = problem.scenarios.start
    dates = [first + datetime.timedelta(days=d) for d in range(problem.days)]
    return [f"{date:%a} {date.day} {date:%b}" for date in dates]


# ---- one trust ---------------------------------------------------------------------------------------------------
def capacity_sentences(problem: CapacityProblem, plan: CapacityPlan, found: Evaluation) -> list[Sentence]:
    """Limits, beds, electives and the chance to run short."""
    said = [rules_sentence(found)]
    beds = plan.opened.sum(axis=0)
    span = f"{beds.min()}" if beds.min() == beds.max() else f"{beds.min()} to {beds.max()}"
    said.append(Sentence(f"{span} beds are open a day, {count(int(plan.bank.sum()), 'bank shift')} booked."))
    requests = problem.electives.requests
    asked, taken = int(requests.sum()), int(np.minimum(plan.accepted, requests).sum())
    if asked:
        text = f"{taken} of {asked} elective requests are accepted."
        about = ("Refused electives", "Elective requests")
        said.append(vouching(text, found, about) if taken == asked else Sentence(text, "note", frozenset(about)))
    short = enough(problem, plan).short
    share = "0 %" if short == 0 else "less than 1 %" if short < 0.01 else f"{100 * short:.0f} %"
    text = f"In {share} of the scenarios more beds are wanted at some time than are open in the whole hospital."
    said.append(vouching(text, found, RECOURSE) if short == 0 else Sentence(text, "note", frozenset(RECOURSE)))
    text = "In no scenario is anybody put into another ward, kept waiting, moved or cancelled."
    said.append(vouching(text, found, RECOURSE, otherwise="To be expected over the scenarios"))
    return said


def capacity_sections(problem: CapacityProblem, plan: CapacityPlan) -> list[Section]:
    """Tables of beds and electives, and the picture."""
    days = day_names(problem)
    beds = [
        (ward, *(_opened(problem, plan, w, d) for d in range(problem.days))) for w, ward in enumerate(problem.wards.ids)
    ]
    beds.append(("All", *map(str, plan.opened.sum(axis=0))))
    made = [
        Section("Beds to open", "", ("Ward", *days), tuple(beds), canvas.png(capacity_figure(problem, plan))),
    ]
    if plan.bank.any():
        made.append(Section("Bank shifts to book", "", ("", *days), (("Shifts", *map(str, plan.bank)),)))
    wanted = {(e.specialty, e.day): e for e in electives(problem, plan)}
    rows = []
    for name in problem.specialties:
        mine = [wanted.get((name, d)) for d in range(problem.days)]
        if any(mine):
            rows.append((name, *(f"{e.accepted} of {e.requests}" if e else "" for e in mine)))
    if rows:
        made.append(Section("Elective admissions to accept", "", ("Specialty", *days), tuple(rows)))
    return made


def _opened(problem: CapacityProblem, plan: CapacityPlan, w: int, d: int) -> str:
    """Beds of a ward on a day, with those lent and whatever limit they break."""
    opened, lent = int(plan.opened[w, d]), int(plan.lent[w, d])
    low, high = int(problem.wards.minimum[w, d]), int(problem.wards.maximum[w, d])
    told = [f"{lent} lent"] if lent else []
    if not low <= opened <= high:
        told.append(f"at most {high} there" if opened > high else f"at least {low} must be open")
    return f"{opened} ({', '.join(told)})" if told else str(opened)


def capacity_figure(problem: CapacityProblem, plan: CapacityPlan) -> Figure:
    """Beds open by ward and day, and below them beds wanted beside beds open, hour by hour."""
    wards, days = plan.opened.shape
    height = 0.8 + 0.28 * wards
    figure = canvas.figure(max(7.5, 3.2 + 0.62 * days), height + 2.6)
    grid = figure.add_gridspec(2, 1, height_ratios=(height, 2.4))
    upper, lower = figure.add_subplot(grid[0]), figure.add_subplot(grid[1])
    most = np.maximum(problem.wards.maximum, 1)
    _cells(upper, plan.opened, plan.opened / most, problem.wards.ids, day_names(problem), plan.lent)
    found = enough(problem, plan)
    at = np.arange(len(found.middle)) / problem.periods_per_day
    lower.fill_between(at, found.low, found.high, step="post", color=_BAND, linewidth=0, label="wanted, 10 to 90 %")
    lower.step(at, found.middle, where="post", color=_LINE, linewidth=1.2, label="wanted, median")
    lower.step(at, found.opened, where="post", color=_OPEN, linewidth=1.4, label="open")
    lower.set_xlim(0, days)
    lower.set_xlabel("day", fontsize=8)
    lower.set_ylabel("beds", fontsize=8)
    lower.tick_params(labelsize=7)
    lower.legend(fontsize=7, frameon=False, ncols=3, loc="upper left")
    lower.set_ylim(0, 1.2 * max(float(found.high.max()), float(found.opened.max()), 1.0))
    lower.spines[["top", "right"]].set_visible(False)
    return figure


# ---- a region ----------------------------------------------------------------------------------------------------
def region_sentences(problem: RegionProblem, plan: RegionPlan, found: Evaluation) -> list[Sentence]:
    """Limits, and how much of the shared units is used."""
    said = [rules_sentence(found)]
    drawn, lent = int(np.maximum(plan.use, 0).sum()), int(np.maximum(-plan.use, 0).sum())
    own = int(problem.supply.sum())
    said.append(Sentence(f"Trusts draw {drawn} bed days of shared units and lend {lent}; the region has {own} itself."))
    return said


def region_sections(problem: RegionProblem, plan: RegionPlan) -> list[Section]:
    """Who uses how much of what, day by day, and what each trust's plan costs."""
    days = [f"day {d}" for d in range(problem.days)]
    made = []
    for u, unit in enumerate(problem.units):
        rows = [(name, *map(str, plan.use[t, u])) for t, name in enumerate(problem.trusts)]
        used = plan.use[:, u].sum(axis=0)
        over = used - problem.supply[u]
        rows.append(("All", *(f"{n} ({o} too many)" if o > 0 else str(n) for n, o in zip(used, over, strict=True))))
        rows.append(("Supply", *map(str, problem.supply[u])))
        made.append(Section(f"{unit}: beds used", "Below 0: lent to others.", ("Trust", *days), tuple(rows)))
    costs = tuple((name, f"{cost:,.0f}") for name, cost in zip(problem.trusts, plan.cost, strict=True))
    made.append(Section("What each trust's plan costs", "", ("Trust", "Cost"), costs))
    if problem.units:
        made[0] = replace(made[0], png=canvas.png(region_figure(problem, plan)))
    return made


def region_figure(problem: RegionProblem, plan: RegionPlan) -> Figure:
    """One panel a unit: trusts by days, beds drawn dark, beds lent light."""
    units, days = problem.supply.shape
    height = 0.9 + 0.28 * len(problem.trusts)
    figure = canvas.figure(max(7.5, 2.6 + 0.62 * days), height * max(1, units))
    most = max(1, int(np.abs(plan.use).max()))
    for u, unit in enumerate(problem.units):
        axes = figure.add_subplot(units, 1, u + 1)
        use = plan.use[:, u]
        _cells(axes, use, 0.5 + 0.5 * use / most, problem.trusts, [f"day {d}" for d in range(days)], None, "PuOr")
        axes.set_ylabel(unit, fontsize=8)
    return figure


def _cells(
    axes: Axes,
    values: np.ndarray[tuple[int, int], np.dtype[np.int64]],
    shades: np.ndarray[tuple[int, int], np.dtype[np.float64]],
    rows: Sequence[str],
    columns: Sequence[str],
    lent: np.ndarray[tuple[int, int], np.dtype[np.int64]] | None = None,
    palette: str = "Blues",
) -> None:
    """A table of numbers on shaded cells; the numbers carry the meaning."""
    span = 0.75 if palette == "Blues" else 1.0
    image = [[canvas.shade(palette, span * float(s))[:3] for s in row] for row in shades]
    axes.imshow(np.array(image), aspect="auto", interpolation="nearest")
    for i, d in np.ndindex(values.shape):
        text = str(values[i, d]) + (f"\n-{lent[i, d]}" if lent is not None and lent[i, d] else "")
        dark = sum(image[i][d]) < 1.7
        axes.text(d, i, text, ha="center", va="center", fontsize=6.5, color="#ffffff" if dark else "#1c2430")
    axes.set_yticks(range(len(rows)), rows, fontsize=7)
    axes.set_xticks(range(len(columns)), columns, fontsize=6)
    axes.tick_params(which="both", length=0)
    axes.xaxis.tick_top()


class CapacityReport(PlainReport[CapacityProblem, CapacityPlan]):
    """Beds to open, electives to accept, and demand beside them."""

    def subtitle(self, problem: CapacityProblem) -> str:
        return f"{len(problem.wards.ids)} wards, {problem.days} days, {problem.scenarios.count} scenarios of demand"

    def sentences(self, problem: CapacityProblem, plan: CapacityPlan, found: Evaluation) -> list[Sentence]:
        return capacity_sentences(problem, plan, found)

    def content(
        self, problem: CapacityProblem, plan: CapacityPlan, found: Evaluation, asked: Asked
    ) -> dict[str, object]:
        return {"sections": capacity_sections(problem, plan)}

    def figure(self, problem: CapacityProblem, plan: CapacityPlan) -> Figure:
        return capacity_figure(problem, plan)

    def sheets(self, problem: CapacityProblem, plan: CapacityPlan, found: Evaluation | None) -> Sequence[SheetWriter]:
        return (
            ("Beds", frames.grid(problem, plan).reset_index()),
            ("Wards", frames.frame(problem, plan)),
            ("Electives", frames.electives_frame(problem, plan)),
        )


class RegionReport(PlainReport[RegionProblem, RegionPlan]):
    """Who uses how much of what is shared."""

    def subtitle(self, problem: RegionProblem) -> str:
        shared = ", ".join(problem.units) or "nothing"
        return f"{len(problem.trusts)} trusts share {shared} over {problem.days} days"

    def sentences(self, problem: RegionProblem, plan: RegionPlan, found: Evaluation) -> list[Sentence]:
        return region_sentences(problem, plan, found)

    def content(self, problem: RegionProblem, plan: RegionPlan, found: Evaluation, asked: Asked) -> dict[str, object]:
        return {"sections": region_sections(problem, plan)}

    def figure(self, problem: RegionProblem, plan: RegionPlan) -> Figure:
        return region_figure(problem, plan)

    def sheets(self, problem: RegionProblem, plan: RegionPlan, found: Evaluation | None) -> Sequence[SheetWriter]:
        return (
            ("Units", frames.grid(problem, plan).reset_index()),
            ("Use", frames.frame(problem, plan)),
        )
