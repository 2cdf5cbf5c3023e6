"""The report as a workbook: plan, cover, rules, violations, trace, one sheet each."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from optimise import frames
from optimise.core.atomic import replacing
from optimise.core.problem import Problem
from optimise.core.quantities import number
from optimise.core.result import Result
from optimise.replan import Change
from optimise.report.base import subject_of
from optimise.report.said import sentences
from optimise.report.sheet import bold, openpyxl, put

if TYPE_CHECKING:
    import pandas as pd
    from openpyxl.worksheet.worksheet import Worksheet

__all__ = ["workbook"]


def workbook(
    result: Result,
    problem: Problem,
    file: Path,
    changes: Sequence[Change] | None = None,
    known: Sequence[str] = (),
) -> Path:
    """Write the workbook whole or not at all."""
    book = openpyxl().Workbook()
    first = book.active
    assert first is not None
    book.remove(first)
    _summary(book.create_sheet("Summary"), result, problem, known)
    if changes is not None:
        _table(book.create_sheet("Changes"), frames.changes_frame(changes))
    if result.plan is not None:
        for title, content in subject_of(problem).sheets(problem, result.plan, result.evaluation):
            fill = content if callable(content) else partial(_table, table=content)
            fill(book.create_sheet(title))
    if result.evaluation is not None:
        _table(book.create_sheet("Rules"), frames.rules_frame(result.evaluation))
        _table(book.create_sheet("Violations"), frames.violations_frame(result.evaluation))
    _table(book.create_sheet("Trace"), frames.trace_frame(result))
    with replacing(file) as temporary:
        book.save(temporary)
    return file


def _table(sheet: Worksheet, table: pd.DataFrame) -> None:
    """A frame with bold heads, frozen first row and a filter."""
    for column, name in enumerate(table.columns, start=1):
        put(sheet, 1, column, name)
        longest = max([len(str(name)), *(len(str(v)) for v in table.iloc[:200, column - 1])])
        sheet.column_dimensions[sheet.cell(1, column).column_letter].width = min(80, longest + 3)
    for row, values in enumerate(table.itertuples(index=False), start=2):
        for column, value in enumerate(values, start=1):
            put(sheet, row, column, value)
    bold(sheet, 1)
    sheet.freeze_panes = "A2"
    sheet.auto_filter.ref = sheet.dimensions


#: What stands beside a sentence of each tone.
_HEADS = {"fact": "In words", "good": "Good", "note": "To look at", "bad": "Broken"}


def _summary(sheet: Worksheet, result: Result, problem: Problem, known: Sequence[str]) -> None:
    made, told = result.provenance, result.bounds.hearsay
    proven = "Proven lower bound" if not told or result.bounds.vouched else "Lower bound"
    rows = [
        ("Instance", problem.name),
        *[(_HEADS[s.tone], s.text) for s in sentences(result, problem, known)],
        ("Cost", number(result.cost)),
        (proven, number(result.bounds.dual) + (f" ({told})" if told else "")),
        ("Stopped", str(result.stop)),
        ("Method", made.method),
        ("Seconds", round(result.stats.seconds, 2)),
        ("Ranks", made.ranks),
        ("Seed", made.seed),
        ("Digest", made.digest),
    ]
    for row, (name, value) in enumerate(rows, start=1):
        put(sheet, row, 1, name)
        put(sheet, row, 2, value)
    sheet.column_dimensions["A"].width, sheet.column_dimensions["B"].width = 22, 100
