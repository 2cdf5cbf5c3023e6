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

    Parameters
    ----------
    result : Result
    problem : Problem
    file : path
        To write.
    changes : sequence of Change, optional
        Those of a re-plan against the earlier plan (:func:`optimise.replan.changes`).
    known : sequence of str
        Sentences that are known from elsewhere, such as how many requests could be met (:mod:`optimise.ask`).
    day : int
        Of a hospital: the day of the bed board.
    unplanned : Unplanned, optional
        Of a hospital: demand outside the plan (:func:`optimise.report.escalation.unplanned`).
    levels : tuple of float
        Of a hospital: shares of open beds (per cent) above which levels of escalation begin.

    Returns
    -------
    Path
        The file.
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
