"""A first look at a workbook, before openpyxl unpacks it: what it would cost, and formulas that nothing has computed.

Each part of the archive goes through expat piece by piece; nothing of it is kept. Document types are refused, and with
them all entities.
"""

from __future__ import annotations

import re
import zipfile
from dataclasses import dataclass, field
from pathlib import Path
from xml.parsers import expat

from optimise.core.errors import InputError
from optimise.formats.budget import BUDGET, ReadingBudget, spend, zip_members

__all__ = ["scan"]

_PLACE = re.compile(r"([A-Z]{1,3})([1-9][0-9]{0,6})\Z")
_CHUNK = 1 << 16


def scan(path: Path, budget: ReadingBudget = BUDGET) -> None:
    """Refuse a workbook that is too large, out of order, or holds formulas without values.

    Raises
    ------
    InputError
        Naming the file, the limit and the value; for a cell its sheet, column and row.
    """
    spend(path, "bytes", path.stat().st_size, budget.file_bytes)
    with zipfile.ZipFile(path) as archive:
        book = _Book(path, budget)
        for member in zip_members(archive, path, budget):
            part = _Part(book, member.filename)
            with archive.open(member) as stream:
                while part.feed(stream.read(_CHUNK)):
                    pass
    if book.uncomputed:
        sheet, cell, row = book.uncomputed[0]
        message = "the formula has no value yet; open the file in a spreadsheet program and save it"
        raise InputError(message, file=path, line=row, item=f"sheet {book.title(sheet)}, cell {cell}")


@dataclass
class _Book:
    """What all parts have in common: the budget, names of sheets, cells found at fault."""

    path: Path
    budget: ReadingBudget
    elements: int = 0
    cells: int = 0
    names: dict[str, str] = field(default_factory=dict)  # relation -> name of the sheet
    files: dict[str, str] = field(default_factory=dict)  # part -> relation
    uncomputed: list[tuple[str, str, int]] = field(default_factory=list)

    def title(self, part: str) -> str:
        return self.names.get(self.files.get(part, ""), part)


class _Part:
    """One entry of the archive, as far as it is XML."""

    def __init__(self, book: _Book, name: str) -> None:
        self.book, self.name = book, name
        self.depth = self.row = self.column = 0
        self.formula = self.value = self.inside = self.text = False
        self.cell = ""
        self.parser = expat.ParserCreate(namespace_separator="}")
        self.parser.StartElementHandler = self.start
        self.parser.EndElementHandler = self.end
        self.parser.CharacterDataHandler = self.characters
        self.parser.StartDoctypeDeclHandler = self.doctype

    def feed(self, data: bytes) -> bool:
        """Take the next piece; False at the end, or where it stops being XML (openpyxl stops there too)."""
        try:
            self.parser.Parse(data, not data)
        except (expat.ExpatError, LookupError, ValueError):
            return False
        return bool(data)

    def spend(self, what: str, value: int, limit: int) -> None:
        spend(self.book.path, what, value, limit, item=f"entry {self.name[:60]!r}")

    def error(self, message: str) -> InputError:
        return InputError(
            message, file=self.book.path, line=self.row or None, item=f"sheet {self.book.title(self.name)}"
        )

    def doctype(self, *_: object) -> None:
        message = "document types and entities are refused"
        raise InputError(message, file=self.book.path, item=f"entry {self.name[:60]!r}")

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        budget, book = self.book.budget, self.book
        book.elements += 1
        self.depth += 1
        self.spend("elements", book.elements, budget.elements)
        self.spend("levels of elements", self.depth, budget.depth)
        tag = tag.rpartition("}")[2]
        if tag == "row":
            self.next_row(attributes.get("r"))
        elif tag == "c":
            self.next_cell(attributes)
        elif tag == "f":
            self.formula = True
        elif tag in ("v", "t"):
            self.inside = True
        elif tag == "sheet" and "name" in attributes:
            relation = next((v for k, v in attributes.items() if k.rpartition("}")[2] == "id"), "")
            book.names[relation] = attributes["name"]
        elif tag == "Relationship" and self.name == "xl/_rels/workbook.xml.rels":
            target = attributes.get("Target", "")
            part = target.removeprefix("/") if target.startswith("/") else f"xl/{target}"
            book.files[part] = attributes.get("Id", "")

    def next_row(self, number: str | None) -> None:
        before, budget = self.row, self.book.budget
        if number is not None and not re.fullmatch("[0-9]{1,12}", number):
            raise self.error(f"a row is numbered {number[:20]!r}")
        self.row = before + 1 if number is None else int(number)
        self.column = 0
        self.spend("rows", self.row, budget.rows)
        if self.row <= before:
            raise self.error(f"row {self.row} comes after row {before}")

    def next_cell(self, attributes: dict[str, str]) -> None:
        before, place = self.column, attributes.get("r")
        self.column += 1
        if place is not None:
            found = _PLACE.match(place.upper())
            if found is None or int(found[2]) != self.row:
                raise self.error(f"a cell of row {self.row} is called {place[:20]!r}")
            self.column = 0
            for letter in found[1]:
                self.column = 26 * self.column + ord(letter) - 64
        self.spend("columns", self.column, self.book.budget.columns)
        if self.column <= before:
            raise self.error(f"the cells of row {self.row} are out of order")
        self.book.cells += self.column - before
        self.spend("cells", self.book.cells, self.book.budget.cells)
        self.cell = place or f"{self.column} of row {self.row}"
        self.formula = self.value = False
        self.text = attributes.get("t") == "str"  # text may well be computed as empty

    def characters(self, text: str) -> None:
        self.value = self.value or self.inside

    def end(self, tag: str) -> None:
        self.depth -= 1
        tag = tag.rpartition("}")[2]
        if tag in ("v", "t"):
            self.inside = False
        elif tag == "c" and self.formula and not self.value and not self.text:
            self.book.uncomputed.append((self.name, self.cell, self.row))
