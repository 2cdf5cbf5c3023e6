"""Cells of tables, as text."""

from __future__ import annotations

from datetime import date, datetime, time

__all__ = ["cell_text"]


def cell_text(value: object) -> str:
    """Text of a cell as CSV would hold it, from whatever a workbook gives."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, datetime):
        whole_day = value.time() == time(0) and value.year > 1901
        return value.date().isoformat() if whole_day else f"{value:%H:%M}" if value.year < 1901 else value.isoformat()
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, time):
        return f"{value:%H:%M}"
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e15:
        return str(int(value))
    return str(value).strip()
