"""CSV as spreadsheet programs may open it: the one writer of every CSV file, and the readers' half of its guard.

A cell that a spreadsheet program would run (it starts with ``=``, ``+``, ``-``, ``@``, a tab or a carriage return)
gets an apostrophe before it, which such programs take for "this is text" and :func:`unguarded` takes off again.
Numbers stay numbers, signed ones too, and the lone ``-`` of a day off stays as it is: no program computes it.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

__all__ = ["csv_text", "guarded", "table_text", "unguarded"]

#: The last four are the full-width forms, which programs set up for East Asian text read alike.
_STARTERS = ("=", "+", "-", "@", "\t", "\r", "\uff1d", "\uff0b", "\uff0d", "\uff20")
_HARMLESS = re.compile(r"-|[-+]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][-+]?[0-9]+)?|[-+]?(?:inf|nan)")


def guarded(value: object) -> Any:
    """A cell that no spreadsheet program takes for a formula; numbers and the rest as they are."""
    if not isinstance(value, str) or not _starts(value) or _HARMLESS.fullmatch(value):
        return value
    return "'" + value


def _starts(text: str) -> bool:
    """Whether a program may read a formula: also behind blanks, which some strip, and behind our own guard."""
    bare = text.lstrip(" '\n")
    return text.startswith(_STARTERS) or (bare != text and bare.startswith(_STARTERS))


def unguarded(text: str) -> str:
    """What :func:`guarded` was given."""
    return text[1:] if text.startswith("'") and _starts(text[1:]) and not _HARMLESS.fullmatch(text[1:]) else text


def csv_text(rows: Iterable[Sequence[object]], *, newline: str = "\n") -> str:
    """Rows as CSV, every cell guarded."""
    lines = []
    out = io.StringIO()
    writer = csv.writer(out)  # ends lines with CR LF, and so quotes a cell that holds either
    for row in rows:
        writer.writerow([guarded(cell) for cell in row])
        lines.append(out.getvalue().removesuffix("\r\n") + newline)
        out.seek(0)
        out.truncate()
    return "".join(lines)


def table_text(rows: Sequence[Mapping[str, object]], columns: Sequence[str] | None = None) -> str:
    """Rows given by column name as CSV with a header; the columns are the first row's unless told."""
    heads = list(rows[0]) if columns is None else list(columns)
    return csv_text([heads, *([row.get(head, "") for head in heads] for row in rows)])
