"""Small HTML tables for notebooks: what ``_repr_html_`` of results, evaluations and problems shows."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from html import escape
from typing import Any

from optimise.core.result import Evaluation, Result

__all__ = ["evaluation_html", "problem_html", "result_html"]

_MOST = 30


def _text(value: Any) -> str:
    if isinstance(value, float):
        if not math.isfinite(value):
            return "unknown"
        return f"{value:,.6g}" if abs(value) < 1e6 else f"{value:,.0f}"
    return escape(str(value))


def _table(head: Sequence[str], rows: Iterable[Sequence[Any]]) -> str:
    heads = "".join(f"<th style='text-align:left'>{escape(name)}</th>" for name in head)
    body = "".join("<tr>" + "".join(f"<td>{_text(v)}</td>" for v in row) + "</tr>" for row in rows)
    top = f"<thead><tr>{heads}</tr></thead>" if head else ""
    return f"<table>{top}<tbody>{body}</tbody></table>"


def result_html(result: Result) -> str:
    """Cost, bound and gap, then the rules that cost something."""
    gap = result.bounds.gap
    facts = [
        ("cost", result.cost),
        ("lower bound", result.bounds.dual),
        ("gap", f"{100 * gap:.2f} %" if math.isfinite(gap) else "unknown"),
        ("stopped", str(result.stop)),
        ("method", result.provenance.method),
        ("seconds", result.stats.seconds),
    ]
    said = "".join(f"<p>{escape(text)}</p>" for text in result.explanation)
    shown = evaluation_html(result.evaluation) if result.evaluation is not None else ""
    return f"<b>{escape(result.provenance.instance)}</b>{_table((), facts)}{said}{shown}"


def evaluation_html(found: Evaluation) -> str:
    """The rules that are broken or cost something, dearest first."""
    rows = [
        (r.rule, "hard" if r.hard else "soft", r.amount, "" if r.hard else r.cost)
        for r in sorted(found.rules, key=lambda r: (not (r.hard and r.amount), -r.cost))
        if r.amount
    ]
    if not rows:
        return "<p>every rule is kept</p>"
    more = f"<p>and {len(rows) - _MOST} more</p>" if len(rows) > _MOST else ""
    return _table(("rule", "kind", "amount", "cost"), rows[:_MOST]) + more


def problem_html(problem: Any) -> str:
    """Sizes of a problem."""
    if problem.kind == "roster":
        facts = [
            ("people", len(problem.employees)),
            ("days", f"{problem.horizon.days}, from {problem.horizon.label(0)}"),
            ("shifts", ", ".join(s.id for s in problem.shifts)),
            ("rules", ", ".join(r.name for r in problem.rules)),
        ]
    else:
        facts = [
            ("patients", len(problem.patients)),
            ("rooms", len(problem.rooms.ids)),
            ("days", problem.days),
            ("rules", ", ".join(s.rule for s in problem.rules)),
        ]
    return f"<b>{escape(problem.name)}</b> ({escape(problem.family)}){_table((), facts)}"
