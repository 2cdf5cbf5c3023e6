"""The HTML report: one file, no script, no address of another machine in it."""

from __future__ import annotations

import math
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from optimise.core.problem import Problem
from optimise.core.quantities import quantity
from optimise.core.result import Result
from optimise.drawing.page import MARKS, Section, stylesheet, templates
from optimise.replan.base import Change
from optimise.replan.changes import COLUMNS, change_row, told
from optimise.report.asked import Asked
from optimise.report.base import subject_of
from optimise.report.said import sentences
from optimise.report.svg import bar, trace_chart
from optimise.report.words import number

__all__ = ["html"]

_MOST_VIOLATIONS = 200
_HERE = Path(__file__).parent


def html(result: Result, problem: Problem, asked: Asked | None = None) -> str:
    """The report as text, with what is asked beside the run."""
    asked = asked or Asked()
    environment = templates(_HERE)
    environment.filters["number"] = number
    subject = subject_of(problem)
    content: dict[str, Any] = {"roster": None, "hospital": None, "board": None, "sections": []}
    if result.plan is not None and result.evaluation is not None:
        content |= subject.content(problem, result.plan, result.evaluation, asked)
    if asked.changes is not None:
        content["sections"] = [_change_section(asked.changes), *content["sections"]]
    page: str = environment.get_template("report.html.j2").render(
        css=stylesheet(),
        title=problem.name,
        kind=problem.kind,
        subtitle=subject.subtitle(problem),
        trace=trace_chart(result.trace),
        sentences=sentences(result, problem, asked.known),
        marks=MARKS,
        **content,
        **_tables(result, problem),
        **_facts(result),
    )
    return page


def _change_section(changes: Sequence[Change]) -> Section:
    """What a new plan does otherwise than the earlier one: everybody it concerns, by name and date."""
    head = tuple(column.capitalize() for column in COLUMNS)
    rows = tuple(tuple(map(str, change_row(change))) for change in changes)
    text = told(changes)
    return Section("What changes against the earlier plan", text[0].upper() + text[1:] + ".", head, rows)


def _tables(result: Result, problem: Problem) -> dict[str, Any]:
    """Rules with their cost, and who breaks them when."""
    found = result.evaluation
    if found is None:
        return {"rules": [], "violations": [], "more_violations": 0}
    subject, most = subject_of(problem), max((r.cost for r in found.rules), default=0.0)
    rules = [
        {
            "name": r.rule,
            "detail": subject.meaning(problem, r.rule),
            "hard": r.hard,
            "amount": quantity(r.amount, r.unit),
            "cost": "" if r.hard else number(r.cost),
            "bar": "" if r.hard or not r.cost else bar(r.cost, most, tone="bad"),
            "css": ("bad" if r.amount else "kept") if r.hard else ("" if r.amount else "kept"),
        }
        for r in found.rules
    ]
    worst = sorted(found.violations, key=lambda v: (not v.hard, -v.cost))
    return {
        "rules": rules,
        "violations": [
            {"rule": v.rule, "message": v.message, "cost": "must be kept" if v.hard else number(v.cost), "hard": v.hard}
            for v in worst[:_MOST_VIOLATIONS]
        ],
        "more_violations": max(0, len(worst) - _MOST_VIOLATIONS),
    }


def _stopped(result: Result) -> str:
    why = {"time": "time limit", "optimal": "cost and bound met"}.get(str(result.stop), str(result.stop))
    if not result.proven:
        return why
    return f"{why}; optimal, {result.bounds.hearsay}" if result.bounds.hearsay else f"{why}; proven optimal"


def _facts(result: Result) -> dict[str, Any]:
    made, bounds = result.provenance, result.bounds
    facts = [
        ("Cost", number(result.cost) if math.isfinite(result.cost) else "no feasible plan"),
        (
            "Lower bound" if bounds.hearsay and not bounds.vouched else "Proven lower bound",
            f"{number(bounds.dual)} ({bounds.dual_source})" if math.isfinite(bounds.dual) else "none",
        ),
        ("Method", made.method),
        ("Stopped", _stopped(result)),
        ("Time", f"{result.stats.seconds:.1f} s on {made.ranks} rank{'s' if made.ranks != 1 else ''}"),
        ("Seed", str(made.seed)),
        ("Options", ", ".join(f"{k} = {v}" for k, v in made.options.items())),
        ("Versions", ", ".join(f"{k} {v}" for k, v in made.versions.items())),
        ("Machine", made.machine),
        ("Started", made.started),
        ("Instance digest", made.digest),
    ]
    return {"facts": [(name, value) for name, value in facts if value]}
