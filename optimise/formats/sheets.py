"""Sheets of a document as tables: which column holds what."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["BOOKS", "Sheet", "SheetColumn", "column"]

#: Suffixes of workbooks.
BOOKS = (".xlsx", ".xlsm")


@dataclass(frozen=True, slots=True)
class SheetColumn:
    """A column: its header, the place of its value inside the entry, and the kind of its cells.

    A price has no place of its own: it fills ``hard`` or ``weight`` of the entry (or of the part at ``place``). What
    an empty cell means is said by ``empty``, where it is more than "not given". A clock time behind a date fills the
    value ``clock`` of the entry, where nothing else does.
    """

    header: str
    place: tuple[str, ...]
    cells: str = "text"
    options: tuple[str, ...] = ()
    note: str = ""
    empty: str = ""
    clock: str = ""


@dataclass(frozen=True, slots=True, eq=False)
class Sheet:
    """A sheet, the list of the document that it fills, and rows that show how it is used.

    Attributes
    ----------
    target : str
        Key of the document; with ``owner``, key of the list inside ``rules``, a contract or a person.
    shape : str
        ``"rows"`` one entry each, ``"pairs"`` a key and its value each, ``"owned"`` entries of the ward's rules or of
        the contract or person that the row names, ``"limits"`` one person's own limits.
    """

    name: str
    target: str
    columns: tuple[SheetColumn, ...]
    shape: str = "rows"
    note: str = ""
    examples: tuple[dict[str, str], ...] = ()


def column(
    header: str, cells: str = "text", *options: str, at: str = "", note: str = "", empty: str = "", clock: str = ""
) -> SheetColumn:
    """A column of a sheet.

    Parameters
    ----------
    header : str
        What stands above it.
    cells : str
        Kind of its cells (:data:`optimise.formats.table_cells.KINDS`).
    options : str
        Values to choose from, where there are no others.
    at : str
        Dotted place of its value in the entry; the header when left out.
    note, empty : str
        What it means, and what an empty cell means.
    clock : str
        Of a date: the value that a clock time behind it fills.

    Returns
    -------
    Column
        The column.
    """
    return SheetColumn(header, tuple((at or header).split(".")), cells, options, note, empty, clock)
