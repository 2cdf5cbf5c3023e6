"""Excel workbooks: the one place in this room that imports openpyxl (extra ``report``)."""

from __future__ import annotations

import re
import warnings
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from optimise.core.atomic import replacing
from optimise.core.errors import InputError, MissingExtraError
from optimise.formats.cells import cell_text
from optimise.formats.workbook_scan import scan

__all__ = ["Choices", "Page", "load", "save"]

_EXCEL_ERRORS = frozenset({"#NULL!", "#DIV/0!", "#VALUE!", "#REF!", "#NAME?", "#NUM!", "#N/A"})
_SHADES = ("DDEBF7", "FCE4D6", "E2EFDA", "D9D2E9", "FFF2CC", "F8CBAD", "D0E0E3", "EAD1DC")


@dataclass(frozen=True, slots=True)
class Choices:
    """Cells of a column that offer a list, from row ``first`` on: the values, or the range that holds them."""

    column: int
    formula: str
    first: int = 2
    strict: bool = True


@dataclass(frozen=True, slots=True)
class Page:
    """A sheet to be written: rows of text, notes on the header, choices, shades by cell text."""

    name: str
    rows: Sequence[Sequence[str]]
    notes: Sequence[str] = ()
    choices: Sequence[Choices] = ()
    shaded: Sequence[str] = ()
    width: float = 16.0


def _openpyxl() -> Any:
    try:
        import openpyxl
    except ImportError:
        raise MissingExtraError("openpyxl", "report") from None
    return openpyxl


def load(path: Path) -> dict[str, list[tuple[int, list[str]]]]:
    """Rows of every sheet as text, with their numbers; empty rows are left out.

    Raises
    ------
    InputError
        If the file is not a workbook.
    """
    library = _openpyxl()
    try:
        scan(path)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of pictures, comments and styles, which nothing here asks for
            return _rows(library, path)
    except InputError:
        raise
    except FileNotFoundError:
        raise InputError("no such file", file=path) from None
    except (zipfile.BadZipFile, OSError, KeyError, ValueError, TypeError, AttributeError, IndexError) as error:
        raise InputError(f"is not a workbook that can be read ({error})", file=path) from None
    except Exception as error:  # openpyxl meets damaged XML with many kinds of error
        raise InputError(f"is not a workbook that can be read ({type(error).__name__})", file=path) from None


def _rows(library: Any, path: Path) -> dict[str, list[tuple[int, list[str]]]]:
    with path.open("rb") as stream:  # ours, so that it is closed also where the library gives up half-way
        book = library.load_workbook(stream, data_only=True, read_only=True)
        return {str(sheet.title): _sheet_rows(path, sheet) for sheet in book.worksheets}


def _sheet_rows(path: Path, sheet: Any) -> list[tuple[int, list[str]]]:
    sheet.reset_dimensions()  # what a file says of its size may be far from what it holds
    rows: list[tuple[int, list[str]]] = []
    for number, row in enumerate(sheet.iter_rows(values_only=True), 1):
        cells = ["" if value is None else cell_text(value) for value in row]
        for column, text in enumerate(cells, 1):
            if text in _EXCEL_ERRORS:
                raise _cell_error(path, sheet.title, number, column, f"the formula gives {text}")
        if any(cells):
            rows.append((number, cells))
    return rows


def _cell_error(path: Path, sheet: str, row: int, column: int, message: str) -> InputError:
    from openpyxl.utils import get_column_letter

    return InputError(message, file=path, line=row, item=f"sheet {sheet}, cell {get_column_letter(column)}{row}")


def save(path: Path, pages: Sequence[Page]) -> Path:
    """Write a workbook whole or not at all."""
    library = _openpyxl()
    from openpyxl.comments import Comment
    from openpyxl.styles import Alignment, Font, PatternFill
    from openpyxl.utils import get_column_letter
    from openpyxl.worksheet.datavalidation import DataValidation

    book = library.Workbook()
    book.remove(book.active)
    for page in pages:
        sheet = book.create_sheet(page.name)
        fills = {text: PatternFill("solid", fgColor=_SHADES[i % len(_SHADES)]) for i, text in enumerate(page.shaded)}
        for r, row in enumerate(page.rows, 1):
            for c, text in enumerate(row, 1):
                if text == "":
                    continue
                cell = sheet.cell(row=r, column=c, value=_typed(text))
                if cell.data_type == "f":  # text that begins with "=" is text
                    cell.data_type = "s"
                if r == 1:
                    cell.font = Font(bold=True)
                elif text.startswith("#"):
                    cell.font = Font(italic=True, color="808080")
                elif text in fills and c > 1:
                    cell.fill, cell.alignment = fills[text], Alignment(horizontal="center")
        for c, note in enumerate(page.notes, 1):
            if note and page.rows:
                sheet.cell(row=1, column=c).comment = Comment(note, "Wardwise")
        for c in range(1, max((len(row) for row in page.rows), default=1) + 1):
            sheet.column_dimensions[get_column_letter(c)].width = 20 if c == 1 else page.width
        for choice in page.choices:
            rule = DataValidation("list", formula1=choice.formula, allow_blank=True, showErrorMessage=choice.strict)
            rule.error, rule.errorTitle = "Please choose one of the list.", "Unknown value"
            letter = get_column_letter(choice.column)
            rule.add(f"{letter}{choice.first}:{letter}2000")
            sheet.add_data_validation(rule)
        sheet.freeze_panes = "B2"
    with replacing(path) as temporary:
        book.save(temporary)
    return path


_PLAIN = re.compile(r"-?[0-9]{1,15}(\.[0-9]{1,15})?")


def _typed(text: str) -> Any:
    """Plain numbers as numbers, so that a person can sum them; all else, dates and times too, as text."""
    if not _PLAIN.fullmatch(text) or len(text) > 15:  # a workbook keeps 15 digits
        return text
    value = float(text) if "." in text else int(text)
    return value if cell_text(value) == text else text
