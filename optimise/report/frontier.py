"""A frontier of plans as a table and a chart."""

from __future__ import annotations

import math
from collections.abc import Sequence
from pathlib import Path

from optimise.ask.frontier import PARTS, FrontierPlan
from optimise.core.atomic import replacing, write_text
from optimise.core.csvfile import csv_text
from optimise.core.quantities import number
from optimise.drawing import figure as canvas
from optimise.roster.formats.native_plan import write_native_plan
from optimise.roster.problem import RosterProblem

__all__ = ["frontier_chart", "frontier_rows", "sentence", "write_frontier"]

#: Heads of the table.
COLUMNS = (
    *("plan", "weighs", "pounds", "refused", "cost_of_pounds", "cost_of_wishes", "cost_of_fairness", "cost_of_rest"),
    *("cost", "weighed_cost", "weighed_bound", "gap_percent", "stop", "dominated_by", "file"),
)
_AXES = {"pounds": "cost of pounds", "wishes": "cost of refused wishes", "fairness": "cost of unfair shares"}


def frontier_rows(plans: Sequence[FrontierPlan]) -> list[list[object]]:
    """Rows of the table, without its head; plans are numbered from 1.

    Parameters
    ----------
    plans : sequence of FrontierPlan

    Returns
    -------
    list of list
        A cell that is not known is empty.
    """
    made: list[list[object]] = []
    for i, plan in enumerate(plans, start=1):
        dual, gap = plan.weighed.dual, plan.weighed.gap
        bill: object = "" if plan.bill is None else round(plan.bill, 2)
        parts = [round(plan.parts[part], 4) for part in (*PARTS, "rest")]
        known = [round(dual, 4) if math.isfinite(dual) else "", round(100 * gap, 3) if math.isfinite(gap) else ""]
        costs = [round(plan.cost, 4), round(plan.weighed.primal, 4), *known]
        made.append(
            [i, plan.name, bill, plan.refused, *parts, *costs, str(plan.stop), plan.dominated, f"plan-{i}.json"]
        )
    return made


def sentence(plan: FrontierPlan) -> str:
    """What a plan amounts to, in a line.

    Parameters
    ----------
    plan : FrontierPlan

    Returns
    -------
    str
    """
    gap = plan.weighed.gap
    told = [f"£{plan.bill:,.2f}"] if plan.bill is not None else []
    told += [
        f"{plan.refused} wish{'es' * (plan.refused != 1)} refused",
        f"unfair shares {number(plan.parts['fairness'])}",
    ]
    told += [f"rest {number(plan.parts['rest'])}", f"gap {100 * gap:.1f} %" if math.isfinite(gap) else "bound unknown"]
    told += [f"worse than {plan.dominated!r}"] if plan.dominated else []
    return f"{plan.name}: " + ", ".join(told)


def frontier_chart(plans: Sequence[FrontierPlan]) -> bytes:
    """Plans by two of pounds, wishes and fairness, with a colour for the third; hollow where another is better.

    Parameters
    ----------
    plans : sequence of FrontierPlan
        At least one.

    Returns
    -------
    bytes
        PNG.
    """
    drawn = canvas.figure(10.0, 5.2)
    axes = drawn.add_subplot()
    spread = {part: max(p.parts[part] for p in plans) - min(p.parts[part] for p in plans) for part in PARTS}
    across, up, third = sorted(PARTS, key=lambda part: (-(spread[part] > 0), PARTS.index(part)))
    least, width = min(p.parts[third] for p in plans), spread[third] or 1.0
    numbers: dict[tuple[float, float], list[str]] = {}
    for i, plan in enumerate(plans, start=1):
        ink = canvas.shade("viridis", (plan.parts[third] - least) / width)
        at = plan.parts[across], plan.parts[up]
        axes.scatter(*at, s=70, facecolors="none" if plan.dominated else [ink], edgecolors=[ink], zorder=3)
        gap = f"gap {100 * plan.weighed.gap:.1f} %" if math.isfinite(plan.weighed.gap) else "bound unknown"
        numbers.setdefault(at, []).append(str(i))
        label = f"{i}  {plan.name}: {gap}" + (f", {third} {number(plan.parts[third])}" if spread[third] else "")
        axes.plot([], [], linestyle="", marker="o", color=ink, label=label)
    for at, here in numbers.items():
        axes.annotate(", ".join(here), at, xytext=(5, 5), textcoords="offset points", fontsize=8)
    axes.set_xlabel(_AXES[across])
    axes.set_ylabel(_AXES[up])
    axes.grid(color="#e3e7ec", linewidth=0.6)
    axes.spines[["top", "right"]].set_visible(False)
    axes.legend(loc="upper left", bbox_to_anchor=(1.02, 1.0), fontsize=8, frameon=False)
    return canvas.png(drawn)


def write_frontier(plans: Sequence[FrontierPlan], problem: RosterProblem, folder: Path) -> list[Path]:
    """Write ``frontier.csv``, ``frontier.png`` and each plan.

    Parameters
    ----------
    plans : sequence of FrontierPlan
        At least one.
    problem : RosterProblem
    folder : path
        Made where it is missing.

    Returns
    -------
    list of path
        What was written.

    Raises
    ------
    MissingExtraError
        If matplotlib is not installed.
    """
    if (folder / "frontier.csv").exists():
        _forget_plans(folder, len(plans))
    files = [write_text(folder / "frontier.csv", csv_text([COLUMNS, *frontier_rows(plans)]))]
    picture = folder / "frontier.png"
    with replacing(picture) as temporary:
        temporary.write_bytes(frontier_chart(plans))
    files.append(picture)
    for i, plan in enumerate(plans, start=1):
        files += write_native_plan(plan.plan, problem, folder / f"plan-{i}")
    return files


def _forget_plans(folder: Path, kept: int) -> None:
    """Remove plans of an earlier frontier whose numbers this one does not have: they would pass for its own."""
    for file in folder.glob("plan-*"):
        number = file.stem.removeprefix("plan-")
        if file.is_file() and number.isdigit() and int(number) > kept:
            file.unlink()
