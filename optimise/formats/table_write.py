"""Documents as tables: a folder of CSV files or one Excel workbook, and an empty one to fill in."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from optimise.core.atomic import write_text
from optimise.core.csvfile import csv_text
from optimise.core.errors import InputError
from optimise.formats.sheets import BOOKS, Sheet, SheetColumn
from optimise.formats.table_cells import KINDS, CellError
from optimise.formats.workbook import Choices, Page, save

__all__ = ["sheet_rows", "write_template", "written"]

Entries = Callable[[Sheet, dict[str, Any]], Iterable[dict[str, Any]]]


def _rows(sheet: Sheet, data: dict[str, Any]) -> Iterable[dict[str, Any]]:
    made: list[dict[str, Any]] = data.get(sheet.target, [])
    return made


def sheet_rows(sheet: Sheet, data: dict[str, Any], entries: Entries = _rows) -> list[list[str]]:
    """A document's part of a sheet, header first; ``entries`` finds what belongs in it.

    Raises
    ------
    InputError
        If a value cannot be held by a cell (a name with a comma in a list).
    """
    header = [column.header for column in sheet.columns]
    if sheet.shape == "pairs":
        inside = data.get(sheet.target, {}) if sheet.target else data
        cells = cells_of(sheet, inside)
        return [["key", "value"], *([key, cells[key]] for key in header if cells[key])]
    rows = [cells_of(sheet, entry) for entry in entries(sheet, data)]
    for row in rows:
        if row[header[0]].startswith("#"):
            raise InputError(f"{row[header[0]]!r} would be taken for a remark", item=f"sheet {sheet.name}")
    return [header, *([row[key] for key in header] for row in rows)]


def cells_of(sheet: Sheet, entry: Mapping[str, object]) -> dict[str, str]:
    """The cells of one entry by header."""
    made: dict[str, str] = {}
    for column in sheet.columns:
        inside: Any = entry
        for part in column.place[:-1] if column.cells != "price" else column.place:
            inside = inside.get(part, {})
        try:
            if column.cells == "price":
                priced = inside.get("hard") or inside.get("weight") is not None
                made[column.header] = KINDS["price"].write(inside) if priced else ""
            else:
                value = inside.get(column.place[-1])
                empty = value is None or value == "" or value == [] or value == {}
                made[column.header] = "" if empty else KINDS[column.cells].write(value)
        except CellError as error:
            raise InputError(str(error), item=f"sheet {sheet.name}, column {column.header}") from None
    return made


def written(sheets: Mapping[Sheet, list[list[str]]], path: Path, lists: Mapping[str, str], *, notes: bool) -> Path:
    """Write rows of sheets as a workbook (``.xlsx``) or else as a folder of CSV files.

    ``lists`` says which sheet's first column a cell offers to choose from, by header; after a ``?`` others may be
    written too. ``notes``: a row of remarks stands below each header.
    """
    if path.suffix.lower() in BOOKS:
        pages = [
            Page(
                sheet.name,
                rows,
                notes=[_note(column) for column in sheet.columns] if sheet.shape != "pairs" else [sheet.note],
                choices=_choices(sheet, lists, 3 if notes else 2) if sheet.shape != "pairs" else (),
            )
            for sheet, rows in sheets.items()
        ]
        return save(path, pages)
    if path.suffix:
        raise InputError("is neither .json, .yaml, .xlsx nor a folder", file=path)
    for sheet, rows in sheets.items():
        file = path / f"{sheet.name}.csv"
        if len(rows) > 1 or notes:
            write_text(file, csv_text(rows))
        elif file.exists():
            file.unlink()  # a sheet of an earlier ward that this one does not have
    return path


def _note(column: SheetColumn) -> str:
    form = KINDS[column.cells].hint
    if column.empty:
        form += f"; empty = {column.empty}"
    return f"{column.note}\n({form})" if column.note else form


def _choices(sheet: Sheet, lists: Mapping[str, str], first: int) -> list[Choices]:
    """What the cells of a sheet offer; ``first`` is the row with which entries begin, below header and remarks."""
    made: list[Choices] = []
    for i, column in enumerate(sheet.columns, 1):
        other = lists.get(column.header, "")
        if column.options:
            made.append(Choices(i, '"' + ",".join(column.options) + '"', first))
        elif other and column.cells == "text":
            name = other.removeprefix("?")
            made.append(Choices(i, f"{name}!$A${first}:$A$2000", first, strict=name == other))
    return made


def write_template(sheets: Sequence[Sheet], path: Path, lists: Mapping[str, str]) -> Path:
    """Write an empty document to fill in: every sheet with what its columns mean and rows that show their use."""
    made: dict[Sheet, list[list[str]]] = {}
    for sheet in sheets:
        header = [column.header for column in sheet.columns]
        if sheet.shape == "pairs":
            example = sheet.examples[0]
            rows = [["key", "value"]]
            rows += [[c.header, example.get(c.header, ""), f"# {_note(c)}".replace("\n", " ")] for c in sheet.columns]
            made[sheet] = [["# " + sheet.note], *rows]
            continue
        hints = [_note(column).replace("\n", " ") for column in sheet.columns]
        hints[0] = f"# {sheet.note} {hints[0]}"
        made[sheet] = [header, hints, *([row.get(key, "") for key in header] for row in sheet.examples)]
    return written(made, path, lists, notes=True)
