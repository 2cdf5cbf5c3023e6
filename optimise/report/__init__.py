"""Reports of a finished run: one HTML file, one picture, one workbook."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from optimise.core.atomic import write_text
from optimise.core.problem import Problem
from optimise.core.result import Result
from optimise.replan.base import Change
from optimise.report.asked import Asked
from optimise.report.escalation import LEVELS, Unplanned, checked_levels
from optimise.report.excel import workbook
from optimise.report.html import html
from optimise.report.picture import picture

__all__ = ["write_excel", "write_html", "write_png"]


def write_html(
    result: Result,
    problem: Problem,
    file: str | Path,
    *,
    changes: Sequence[Change] | None = None,
    known: Sequence[str] = (),
    day: int = 0,
    unplanned: Unplanned | None = None,
    levels: tuple[float, ...] = LEVELS,
) -> Path:
    """Write one self-contained HTML file: works offline, prints to A4. Needs the extra ``report``.

    ``changes`` are those of a re-plan against the earlier plan (:func:`optimise.replan.changes`); ``known`` are
    sentences that are known from elsewhere, such as how many requests could be met (:mod:`optimise.ask`). Of a
    hospital, ``day`` is that of the bed board, ``unplanned`` what is known of demand outside the plan
    (:func:`optimise.report.escalation.unplanned`), and ``levels`` where the levels of escalation begin.
    """
    asked = Asked(changes, known, day, unplanned, checked_levels(levels))
    write_text(Path(file), html(result, problem, asked))
    return Path(file)


def write_png(result: Result, problem: Problem, file: str | Path) -> Path:
    """Write the roster grid or the bed chart as a picture. Needs the extra ``report``."""
    return picture(result, problem, Path(file))


def write_excel(
    result: Result,
    problem: Problem,
    file: str | Path,
    *,
    changes: Sequence[Change] | None = None,
    known: Sequence[str] = (),
) -> Path:
    """Write plan, cover, rules, violations, trace and, of a re-plan, its changes as a workbook.

    Needs the extra ``report``.
    """
    return workbook(result, problem, Path(file), changes, known)
