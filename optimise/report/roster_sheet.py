"""The grid of a roster as a sheet."""

from __future__ import annotations

from typing import TYPE_CHECKING

from optimise.report.sheet import bold, openpyxl, put
from optimise.report.style import shift_inks
from optimise.roster.problem import OFF, Roster, RosterProblem
from optimise.roster.view import weekend_days

if TYPE_CHECKING:
    from openpyxl.worksheet.worksheet import Worksheet

__all__ = ["roster_sheet"]


def roster_sheet(sheet: Worksheet, problem: RosterProblem, plan: Roster) -> None:
    """Staff by day, in the colours of the other reports."""
    styles = openpyxl().styles
    fills = [
        (styles.PatternFill("solid", fgColor=background[1:]), styles.Font(color=ink[1:]))
        for background, ink in shift_inks(problem.shifts)
    ]
    weekend, grey = weekend_days(problem), styles.PatternFill("solid", fgColor="ECEFF3")
    put(sheet, 1, 1, "Name")
    for d in range(problem.horizon.days):
        head = put(sheet, 1, d + 2, problem.horizon.label(d))
        sheet.column_dimensions[head.column_letter].width = 7
    for i, employee in enumerate(problem.employees):
        put(sheet, i + 2, 1, employee.name or employee.id)
        for d in range(problem.horizon.days):
            duty = int(plan.duties[i, d])
            cell = put(sheet, i + 2, d + 2, problem.duties[duty].id if duty != OFF else None)
            cell.alignment = styles.Alignment(horizontal="center")
            if duty != OFF:
                cell.fill, cell.font = fills[problem.duties[duty].shift]
            elif d in weekend:
                cell.fill = grey
    bold(sheet, 1)
    for cell in sheet[1][1:]:
        cell.alignment = styles.Alignment(wrap_text=True, horizontal="center")
    sheet.column_dimensions["A"].width = 24
    sheet.freeze_panes = "B2"
