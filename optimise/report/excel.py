"""The report as a workbook: plan, cover, rules, violations, trace, one sheet each."""

from __future__ import annotations

import math
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from optimise import frames
from optimise.capacity.problem import CapacityProblem
from optimise.capacity.region import RegionProblem
from optimise.core.atomic import replacing
from optimise.core.errors import MissingExtraError
from optimise.core.problem import Problem
from optimise.core.quantities import number
from optimise.core.result import Result
from optimise.hospital.problem import HospitalProblem
from optimise.replan.changes import Change
from optimise.report.said import sentences
from optimise.report.style import shift_inks
from optimise.roster.problem import OFF, RosterProblem
from optimise.roster.view import weekend_days

if TYPE_CHECKING:
    import pandas as pd
    from openpyxl.worksheet.worksheet import Worksheet

__all__ = ["workbook"]


def workbook(result: Result, problem: Problem, file: Path, changes: Sequence[Change] | None = None) -> Path:
    """Write the workbook whole or not at all."""
    try:
        from openpyxl import Workbook
    except ImportError:
        raise MissingExtraError("openpyxl", "report") from None
    book = Workbook()
    first = book.active
    assert first is not None
    book.remove(first)
    _summary(book.create_sheet("Summary"), result, problem)
    if changes is not None:
        _table(book.create_sheet("Changes"), frames.changes_frame(changes))
    if result.plan is not None and isinstance(problem, RosterProblem):
        _roster_grid(book.create_sheet("Roster"), problem, result.plan)
        _table(book.create_sheet("Cover"), frames.cover_frame(problem, result.plan))
        _table(book.create_sheet("Requests"), frames.requests_frame(problem, result.plan))
        _table(book.create_sheet("Fairness"), frames.fairness_frame(problem, result.plan, result.evaluation))
        _table(book.create_sheet("Duties"), frames.frame(problem, result.plan))
    if result.plan is not None and isinstance(problem, HospitalProblem):
        _table(book.create_sheet("Rooms"), frames.grid(problem, result.plan).reset_index())
        _table(book.create_sheet("Stays"), frames.frame(problem, result.plan))
        _table(book.create_sheet("Occupancy"), frames.occupancy_frame(problem, result.plan))
        _table(book.create_sheet("Not placed"), frames.not_placed_frame(problem, result.plan))
    if result.plan is not None and isinstance(problem, CapacityProblem):
        _table(book.create_sheet("Beds"), frames.grid(problem, result.plan).reset_index())
        _table(book.create_sheet("Wards"), frames.frame(problem, result.plan))
        _table(book.create_sheet("Electives"), frames.electives_frame(problem, result.plan))
    if result.plan is not None and isinstance(problem, RegionProblem):
        _table(book.create_sheet("Units"), frames.grid(problem, result.plan).reset_index())
        _table(book.create_sheet("Use"), frames.frame(problem, result.plan))
    if result.evaluation is not None:
        _table(book.create_sheet("Rules"), frames.rules_frame(result.evaluation))
        _table(book.create_sheet("Violations"), frames.violations_frame(result.evaluation))
    _table(book.create_sheet("Trace"), frames.trace_frame(result))
    with replacing(file) as temporary:
        book.save(temporary)
    return file


def _put(sheet: Worksheet, row: int, column: int, value: Any) -> Any:
    """Write a value; text that looks like a formula stays text, and infinity becomes a word."""
    if hasattr(value, "item"):
        value = value.item()
    if isinstance(value, float) and not math.isfinite(value):
        value = "unknown" if math.isnan(value) else ("no limit" if value > 0 else "none")
    cell = sheet.cell(row, column, value)
    if isinstance(value, str):
        cell.data_type = "s"
    return cell


def _bold(sheet: Worksheet, row: int) -> None:
    from openpyxl.styles import Font

    for cell in sheet[row]:
        cell.font = Font(bold=True)


def _table(sheet: Worksheet, table: pd.DataFrame) -> None:
    """A frame with bold heads, frozen first row and a filter."""
    for column, name in enumerate(table.columns, start=1):
        _put(sheet, 1, column, name)
        longest = max([len(str(name)), *(len(str(v)) for v in table.iloc[:200, column - 1])])
        sheet.column_dimensions[sheet.cell(1, column).column_letter].width = min(80, longest + 3)
    for row, values in enumerate(table.itertuples(index=False), start=2):
        for column, value in enumerate(values, start=1):
            _put(sheet, row, column, value)
    _bold(sheet, 1)
    sheet.freeze_panes = "A2"
    sheet.auto_filter.ref = sheet.dimensions


#: What stands beside a sentence of each tone.
_HEADS = {"fact": "In words", "good": "Good", "note": "To look at", "bad": "Broken"}


def _summary(sheet: Worksheet, result: Result, problem: Problem) -> None:
    made, told = result.provenance, result.bounds.hearsay
    rows = [
        ("Instance", problem.name),
        *[(_HEADS[s.tone], s.text) for s in sentences(result, problem)],
        ("Cost", number(result.cost)),
        ("Lower bound" if told else "Proven lower bound", number(result.bounds.dual) + (f" ({told})" if told else "")),
        ("Stopped", str(result.stop)),
        ("Method", made.method),
        ("Seconds", round(result.stats.seconds, 2)),
        ("Ranks", made.ranks),
        ("Seed", made.seed),
        ("Digest", made.digest),
    ]
    for row, (name, value) in enumerate(rows, start=1):
        _put(sheet, row, 1, name)
        _put(sheet, row, 2, value)
    sheet.column_dimensions["A"].width, sheet.column_dimensions["B"].width = 22, 100


def _roster_grid(sheet: Worksheet, problem: RosterProblem, plan: Any) -> None:
    """Staff by day, in the colours of the other reports."""
    from openpyxl.styles import Alignment, Font, PatternFill

    fills = [
        (PatternFill("solid", fgColor=background[1:]), Font(color=ink[1:]))
        for background, ink in shift_inks(problem.shifts)
    ]
    weekend, grey = weekend_days(problem), PatternFill("solid", fgColor="ECEFF3")
    _put(sheet, 1, 1, "Name")
    for d in range(problem.horizon.days):
        head = _put(sheet, 1, d + 2, problem.horizon.label(d))
        sheet.column_dimensions[head.column_letter].width = 7
    for i, employee in enumerate(problem.employees):
        _put(sheet, i + 2, 1, employee.name or employee.id)
        for d in range(problem.horizon.days):
            duty = int(plan.duties[i, d])
            cell = _put(sheet, i + 2, d + 2, problem.duties[duty].id if duty != OFF else None)
            cell.alignment = Alignment(horizontal="center")
            if duty != OFF:
                cell.fill, cell.font = fills[problem.duties[duty].shift]
            elif d in weekend:
                cell.fill = grey
    _bold(sheet, 1)
    for cell in sheet[1][1:]:
        cell.alignment = Alignment(wrap_text=True, horizontal="center")
    sheet.column_dimensions["A"].width = 24
    sheet.freeze_panes = "B2"
