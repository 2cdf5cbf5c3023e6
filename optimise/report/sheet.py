"""Cells of a workbook, written with care."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from optimise.core.errors import MissingExtraError

if TYPE_CHECKING:
    from openpyxl.worksheet.worksheet import Worksheet

__all__ = ["bold", "openpyxl", "put"]


def openpyxl() -> Any:
    """The library, with its styles.

    Raises
    ------
    MissingExtraError
        Where it is not installed.
    """
    try:
        import openpyxl.styles
    except ImportError:
        raise MissingExtraError("openpyxl", "report") from None
    return openpyxl


def put(sheet: Worksheet, row: int, column: int, value: object) -> Any:
    """Write a value; text that looks like a formula stays text, and infinity becomes a word."""
    if hasattr(value, "item"):
        value = value.item()
    if isinstance(value, float) and not math.isfinite(value):
        value = "unknown" if math.isnan(value) else ("no limit" if value > 0 else "none")
    cell = sheet.cell(row, column, value)
    if isinstance(value, str):
        cell.data_type = "s"
    return cell


def bold(sheet: Worksheet, row: int) -> None:
    """Make a row bold."""
    font = openpyxl().styles.Font(bold=True)
    for cell in sheet[row]:
        cell.font = font
