"""Documents from tables: every sheet becomes part of a document, which is then checked as any other.

What is found wrong is told with the sheet (or file), the row and the column from which it came.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Self, TypeVar

from pydantic import BaseModel

from optimise.core.csvfile import unguarded
from optimise.core.errors import InputError
from optimise.formats.base import read_text
from optimise.formats.document import ItemError, nearest, validated
from optimise.formats.sheets import BOOKS, Column, Sheet
from optimise.formats.table_cells import KINDS, CellError
from optimise.formats.text import separator, whole
from optimise.formats.workbook import load

__all__ = ["Tables"]

Rows = list[tuple[int, list[str]]]
Spot = tuple[str | int, ...]
_M = TypeVar("_M", bound=BaseModel)


@dataclass
class Tables:
    """The document that a set of sheets makes, and where each item of it came from.

    Attributes
    ----------
    path : Path
        Folder of CSV files, or workbook.
    book : bool
        Whether it is a workbook.
    sheets : tuple of Sheet
        Those that the document may have; the first one is named where nothing else fits.
    needed : tuple of str
        Sheets without which a folder is none of this document.
    data : dict
        The document as plain values.
    spots : dict
        Path of an item in ``data`` -> its sheet and row.
    """

    path: Path
    book: bool
    sheets: tuple[Sheet, ...]
    needed: tuple[str, ...] = ()
    data: dict[str, Any] = field(default_factory=dict)
    spots: dict[Spot, tuple[Sheet, int]] = field(default_factory=dict)

    @classmethod
    def read(cls, path: Path, sheets: tuple[Sheet, ...], needed: tuple[str, ...] = ()) -> Self:
        """Read a workbook or a folder of CSV files."""
        book = path.suffix.lower() in BOOKS
        made = cls(path, book, sheets, needed)
        found = load(path) if book else _folder_rows(path, sheets, needed)
        known = {sheet.name for sheet in sheets}
        for name in found:
            if book and name not in known and not name.startswith("#"):
                message = f"unknown sheet {name!r}" + nearest(name, sorted(known))
                raise InputError(message, file=path)
        for sheet in sheets:
            made.take(sheet, found.get(sheet.name, []))
        return made

    def checked(self, model: type[_M], check: Callable[[_M], object]) -> _M:
        """The document, checked against its model and then as a whole; errors name the sheet, row and column."""
        try:
            made = validated(model, self.data)
            check(made)
        except InputError as error:
            raise self.locate(error) from None
        return made

    def error(self, sheet: Sheet, row: int | None, message: str, column: str = "") -> InputError:
        file = self.path if self.book else self.path / f"{sheet.name}.csv"
        parts = [f"sheet {sheet.name}"] if self.book else []
        item = ", ".join([*parts, *([f"column {column}"] if column else [])])
        return InputError(message, file=file, line=row, item=item or None)

    def locate(self, error: InputError) -> InputError:
        """An error about the document as one about the sheets."""
        if not isinstance(error, ItemError):
            return error.at(file=self.path)
        message = re.sub(r"\b([a-z_]+)\[([0-9]+)\]", self.row_of, error.message)
        for length in range(len(error.path), 0, -1):
            found = self.spots.get(error.path[:length])
            if found is not None:
                sheet, row = found
                rest = error.path[length:] if sheet.shape != "pairs" else error.path[length - 1 :]
                return self.error(sheet, row, message, _header(sheet, rest))
        sheet_of = next((s for s in self.sheets if error.path and s.target == error.path[0]), self.sheets[0])
        if sheet_of.target and message == "is missing":
            message = "is missing or has no rows"
        return self.error(sheet_of, None, message, "" if sheet_of.target else str(error.path[0]))

    def row_of(self, item: re.Match[str]) -> str:
        """``leave[0]``, as a document counts its entries, as the row that it stands in."""
        _, row = self.spots.get((item[1], int(item[2])), (None, None))
        return item[0] if row is None else f"row {row}"

    # ---- one sheet -------------------------------------------------------------------------------------------
    def take(self, sheet: Sheet, rows: Rows) -> None:
        rows = [(n, cells) for n, cells in rows if any(cells) and not cells[0].startswith("#")]
        if not rows:
            return
        if sheet.shape == "pairs":
            self.take_pairs(sheet, rows)
            return
        columns = self.columns(sheet, *rows[0])
        for number, cells in rows[1:]:
            entry: dict[str, Any] = {}
            for column, text in zip(columns, cells, strict=False):
                if text and column is not None:
                    self.put(sheet, number, column, text, entry)
            for extra in cells[len(columns) :]:
                if extra:
                    raise self.error(sheet, number, f"{extra!r} stands beside the last column")
            if entry:
                self.place(sheet, number, entry)

    def columns(self, sheet: Sheet, number: int, header: list[str]) -> list[Column | None]:
        known = {column.header: column for column in sheet.columns}
        made: list[Column | None] = []
        for text in header:
            name = text.strip().lower().replace(" ", "_")
            if name and name not in known:
                raise self.error(sheet, number, f"unknown column {text!r}" + nearest(name, list(known)))
            if name and known[name] in made:
                raise self.error(sheet, number, f"the column {text!r} is there twice")
            made.append(known.get(name))
        return made

    def put(self, sheet: Sheet, number: int, column: Column, text: str, entry: dict[str, Any]) -> None:
        try:
            value = KINDS[column.cells].read(text)
        except CellError as error:
            raise self.error(sheet, number, str(error), column.header) from None
        inside = entry
        for part in column.place[:-1] if column.cells != "price" else column.place:
            inside = inside.setdefault(part, {})
        if column.cells == "price":
            inside.update(value)
        else:
            inside[column.place[-1]] = value

    def take_pairs(self, sheet: Sheet, rows: Rows) -> None:
        known = {column.header: column for column in sheet.columns}
        inside = self.data.setdefault(sheet.target, {}) if sheet.target else self.data
        for number, cells in rows:
            key, text = cells[0].lower().replace(" ", "_"), cells[1] if len(cells) > 1 else ""
            if (key, text) in (("key", "value"), ("", "")):
                continue
            if key not in known:
                raise self.error(sheet, number, f"unknown key {cells[0]!r}" + nearest(key, list(known)))
            if key in inside:
                raise self.error(sheet, number, f"{key} is there twice")
            if text:
                self.put(sheet, number, known[key], text, inside)
                self.spots[(sheet.target, key) if sheet.target else (key,)] = (sheet, number)

    def place(self, sheet: Sheet, number: int, entry: dict[str, Any]) -> None:
        """Put an entry where its sheet says; documents with other shapes than rows and pairs add theirs."""
        items = self.data.setdefault(sheet.target, [])
        items.append(entry)
        self.spots[sheet.target, len(items) - 1] = (sheet, number)


def _header(sheet: Sheet, rest: Spot) -> str:
    """The column that holds the part of an entry at ``rest``."""
    names = tuple(part for part in rest if isinstance(part, str))
    if names and names[-1] in ("hard", "weight") and len(names) == 1:
        return "weight"
    for column in sheet.columns:
        if column.place and names[: len(column.place)] == column.place:
            return column.header
    return ""


def _folder_rows(path: Path, sheets: tuple[Sheet, ...], needed: tuple[str, ...]) -> Mapping[str, Rows]:
    if not path.is_dir():
        raise InputError("no such folder of CSV files" if not path.exists() else "is not a folder", file=path)
    made: dict[str, Rows] = {}
    for sheet in sheets:
        file = path / f"{sheet.name}.csv"
        if file.is_file():
            made[sheet.name] = _csv_rows(read_text(file), file)
    if any(name not in made for name in needed[1:]):
        listed = ", ".join(f"{name}.csv" for name in needed[:-1]) + f" and {needed[-1]}.csv"
        raise InputError(f"a folder with at least {listed} was expected", file=path)
    return made


def _csv_rows(text: str, file: Path) -> Rows:
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator(text))
    try:
        made = [(reader.line_num, [unguarded(cell.strip()) for cell in row]) for row in reader]
    except csv.Error as error:
        raise InputError(f"is not CSV: {error}", file=file, line=reader.line_num) from None
    header = next((row for _, row in made if any(row) and not row[0].startswith("#")), [])
    if made and not whole(text) and len(made[-1][1]) < len(header):
        said = f"ends inside a line, with {len(made[-1][1])} of {len(header)} cells: the file was cut short"
        raise InputError(said, file=file, line=made[-1][0])
    return made
