"""Documents from tables: every sheet becomes part of a document, which is then checked as any other.

What is found wrong is told with the sheet (or file), the row and the column from which it came, all of it at once.
Sheets and columns that no document has are not read, which is told at once and beside the result.
"""

from __future__ import annotations

import csv
import io
import logging
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Self, TypeVar

from pydantic import BaseModel

from optimise.core.csvfile import unguarded
from optimise.core.errors import InputError, InputErrors
from optimise.formats.base import read_text
from optimise.formats.document import ItemError, nearest
from optimise.formats.examine import Findings, examined
from optimise.formats.sheets import BOOKS, Sheet, SheetColumn
from optimise.formats.table_cells import KINDS, CellError
from optimise.formats.table_dates import DateOrder
from optimise.formats.table_names import columns_called, is_no_sheet, sheet_called, sheet_like, unread
from optimise.formats.text import separator, whole
from optimise.formats.workbook import load

__all__ = ["Tables"]

Rows = list[tuple[int, list[str]]]
Spot = tuple[str | int, ...]
_M = TypeVar("_M", bound=BaseModel)
_T = TypeVar("_T")
_log = logging.getLogger(__name__)
#: Key of the first sheet that says how dates begin.
_ORDER = "dates"


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
    faults : Findings
        What is wrong with rows and cells.
    gone : set of tuple
        Places of ``data`` whose cells were not understood.
    given : dict
        Name of a sheet -> how the file calls it.
    notes : list of str
        What was not read, or by another name, a sentence each.
    order : DateOrder
        Whether its dates begin with the day or the month.
    """

    path: Path
    book: bool
    sheets: tuple[Sheet, ...]
    needed: tuple[str, ...] = ()
    data: dict[str, Any] = field(default_factory=dict)
    spots: dict[Spot, tuple[Sheet, int]] = field(default_factory=dict)
    faults: Findings = field(default_factory=Findings)
    gone: set[Spot] = field(default_factory=set)
    given: dict[str, str] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)
    order: DateOrder = field(default_factory=DateOrder)

    @classmethod
    def read(cls, path: Path, sheets: tuple[Sheet, ...], needed: tuple[str, ...] = ()) -> Self:
        """Read a workbook or a folder of CSV files."""
        book = path.suffix.lower() in BOOKS
        made = cls(path, book, sheets, needed)
        given = load(path) if book else _folder_rows(path, sheets, needed)
        found = made.named(given)
        made.order = made.date_order(found)
        for sheet in sheets:
            made.take(sheet, found.get(sheet.name, []))
        return made

    def named(self, given: Mapping[str, Rows]) -> dict[str, Rows]:
        """The rows of each sheet of the document, by its own name; what is none of them is told."""
        found: dict[str, Rows] = {}
        known = {sheet.name for sheet in self.sheets}
        others: dict[str, Rows] = {}
        for name, rows in given.items():
            called = sheet_called(name, known)
            if called in found:
                raise InputError(f"the sheet {called!r} is there twice", file=self.path)
            if called is not None:
                found[called], self.given[called] = rows, name
            elif not is_no_sheet(name):
                others[name] = [row for row in rows if any(row[1]) and not row[1][0].startswith("#")]
        for name, rows in others.items():
            if len(rows) < 2:
                continue  # nothing stands in it
            free = [sheet for sheet in self.sheets if not _filled(found.get(sheet.name, []))]
            sheet = sheet_like(name, rows[0][1], free)
            if sheet is not None:
                found[sheet.name], self.given[sheet.name] = rows, name
                self.told(f"sheet {name!r} is read as {sheet.name!r}")
            else:
                self.told(unread(f"sheet {name!r}", len(rows) - 1, "row", name, sorted(known)))
        return found

    def told(self, note: str) -> None:
        """Say at once what is not read, or by another name, and keep it for the result."""
        _log.warning("%s: %s", self.path, note)
        self.notes.append(note + ".")

    def date_order(self, found: Mapping[str, Rows]) -> DateOrder:
        """The order that the file says (``dates`` beside its start), else what all its dates tell together."""
        cells: list[str] = []
        for sheet in self.sheets:
            dated = {column.header for column in sheet.columns if column.cells in ("date", "days")}
            rows = [row for row in found.get(sheet.name, []) if any(row[1])]
            if sheet.shape == "pairs":
                for number, (key, *rest) in rows:
                    text = rest[0] if rest else ""
                    if _plain(key) == _ORDER and text and not sheet.target:
                        try:
                            return DateOrder.said(text)
                        except CellError as error:
                            self.faults.add(self.error(sheet, number, str(error), _ORDER))
                    cells += [text] if _plain(key) in dated else []
                continue
            rows = [(n, row) for n, row in rows if not row[0].startswith("#")]
            header = columns_called(sheet, rows[0][1]) if rows else []
            at = [i for i, column in enumerate(header) if column is not None and column.header in dated]
            cells += [row[i] for _, row in rows[1:] for i in at if i < len(row)]
        order = DateOrder.of(cells)
        if order.settled:
            said = "%s: %s begins with the %s, so all dates of the file are read so (%s is %s)"
            meant = order.date(order.settled)[0]
            _log.warning(said, self.path, order.witness, order.first, order.settled, meant)
        return order

    def checked(self, model: type[_M], check: Callable[[_M], _T]) -> tuple[_M, _T]:
        """The document, checked against its model and then as a whole; errors name the sheet, row and column.

        Parameters
        ----------
        model : type
            Of the document.
        check : callable
            Looks at the whole document.

        Returns
        -------
        made : model
            The document.
        result : object
            What ``check`` returned.

        Raises
        ------
        InputError
            The only fault, or all of them.
        """
        try:
            return examined(model, self.data, check, before=self.faults.found, gone=self.gone)
        except InputError as error:
            raise self.locate(error) from None

    def error(self, sheet: Sheet, row: int | None, message: str, column: str = "") -> InputError:
        given = self.given.get(sheet.name, sheet.name)
        file = self.path if self.book else self.path / f"{given}.csv"
        parts = [f"sheet {given}"] if self.book else []
        item = ", ".join([*parts, *([f"column {column}"] if column else [])])
        return InputError(message, file=file, line=row, item=item or None)

    def locate(self, error: InputError) -> InputError:
        """An error about the document as one about the sheets."""
        if isinstance(error, InputErrors):
            return error.each(self.locate)
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
        columns = self.columns(sheet, rows)
        for number, cells in rows[1:]:
            entry: dict[str, Any] = {}
            bad: list[SheetColumn] = []
            for column, text in zip(columns, cells, strict=False):
                if text and column is not None:
                    try:
                        self.put(sheet, number, column, text, entry)
                    except InputError as error:
                        self.faults.add(error)
                        bad.append(column)
            with self.faults:
                for extra in cells[len(columns) :]:
                    if extra:
                        raise self.error(sheet, number, f"{extra!r} stands beside the last column")
            if entry or bad:
                with self.faults:
                    spot = self.place(sheet, number, entry)
                    self.gone.update((*spot, *_place(column)) for column in bad)

    def columns(self, sheet: Sheet, rows: Rows) -> list[SheetColumn | None]:
        """The column that each cell of the header means; what none is meant by is told, where it holds anything."""
        number, header = rows[0]
        known = [column.header for column in sheet.columns]
        called = self.given.get(sheet.name, sheet.name)
        made: list[SheetColumn | None] = []
        for i, (text, column) in enumerate(zip(header, columns_called(sheet, header), strict=True)):
            filled = sum(len(cells) > i and bool(cells[i]) for _, cells in rows[1:])
            if text.strip() and column is None and filled:
                self.told(unread(f"column {text!r} of sheet {called}", filled, "cell", text, known))
            if column is not None and column in made:
                self.faults.add(self.error(sheet, number, f"the column {text!r} is there twice"))
                column = None
            elif column is not None and column.header != _plain(text):
                _log.warning("%s: column %r of sheet %s is read as %r", self.path, text, called, column.header)
            made.append(column)
        return made

    def put(self, sheet: Sheet, number: int, column: SheetColumn, text: str, entry: dict[str, Any]) -> None:
        try:
            if column.cells == "date":
                text, clock = self.order.date(text)
                if clock and column.clock:
                    entry.setdefault(column.clock, clock)
            elif column.cells == "days":
                text = self.order.days(text)
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
        inside = self.data.setdefault(sheet.target, {}) if sheet.target else self.data
        for number, cells in rows:
            key, text = _plain(cells[0]), cells[1] if len(cells) > 1 else ""
            if (key, text) in (("key", "value"), ("", "")) or (key == _ORDER and not sheet.target):
                continue
            with self.faults:
                self.take_pair(sheet, number, (cells[0], text), inside)

    def take_pair(self, sheet: Sheet, number: int, pair: tuple[str, str], inside: dict[str, object]) -> None:
        """A key with its value."""
        known = {column.header: column for column in sheet.columns}
        key, text = _plain(pair[0]), pair[1]
        if key not in known:
            raise self.error(sheet, number, f"unknown key {pair[0]!r}" + nearest(key, list(known)))
        spot: Spot = (sheet.target, key) if sheet.target else (key,)
        if spot in self.spots:
            raise self.error(sheet, number, f"{key} is there twice")
        if not text:
            return
        self.spots[spot] = (sheet, number)
        try:
            self.put(sheet, number, known[key], text, inside)
        except InputError:
            self.gone.add((*filter(None, (sheet.target,)), *_place(known[key])))
            raise

    def place(self, sheet: Sheet, number: int, entry: dict[str, object]) -> Spot:
        """Put an entry where its sheet says; documents with other shapes than rows and pairs add theirs."""
        items = self.data.setdefault(sheet.target, [])
        items.append(entry)
        self.spots[sheet.target, len(items) - 1] = (sheet, number)
        return sheet.target, len(items) - 1


def _filled(rows: Rows) -> bool:
    """Whether a sheet holds anything below its header."""
    return sum(any(cells) and not cells[0].startswith("#") for _, cells in rows) > 1


def _plain(text: str) -> str:
    """A header or key as it is compared."""
    return text.strip().lower().replace(" ", "_")


def _place(column: SheetColumn) -> Spot:
    """Place of a cell's value inside its entry."""
    return (*column.place, "weight") if column.cells == "price" else column.place


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
    wanted = {sheet.name for sheet in sheets}
    for file in sorted(path.glob("*.csv")):
        if file.is_file() and not is_no_sheet(file.stem):
            try:
                made[file.stem] = _csv_rows(read_text(file), file)
            except InputError as error:
                if sheet_called(file.stem, wanted) is not None:
                    raise
                _log.warning("%s; it is left out", error)  # whatever else lies in the folder
    there = {sheet_called(name, wanted) for name in made}
    if any(name not in there for name in needed[1:]):
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
