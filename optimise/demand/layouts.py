"""What the rows of a demand file mean: each an arrival, each a count, or each a period with one column a group.

Files that can be read in two ways are refused, and the message names the option that says which is meant: times that
look like those of counts beside numbers that nothing uses, two columns of counts, dates that repeat without a group,
and a column that is the sum of the others.
"""

from __future__ import annotations

import csv
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from optimise.core.errors import InputError
from optimise.demand.times import TimeReader
from optimise.formats.base import read_text

__all__ = ["COUNTS", "DEPARTURES", "GROUPS", "LEVELS", "TIMES", "Columns", "Layout", "Table", "layout_of", "read_table"]

Layout = Literal["events", "counts", "wide"]

TIMES = ("time", "datetime", "timestamp", "arrival_datetime", "arrival", "arrival_time", "start", "date")
COUNTS = ("count", "arrivals", "n", "patients", "admissions")
#: Usual names of a column of beds in use.
LEVELS = ("occupied", "occupancy", "census", "beds_occupied", "beds_in_use", "inpatients", *COUNTS)
DEPARTURES = ("departure_datetime", "departure", "discharge_datetime", "discharge", "end")
GROUPS = ("group", "specialty")
_SHOWN = 6


@dataclass(frozen=True, slots=True)
class Columns:
    """Names of the columns; None: found by usual names.

    Attributes
    ----------
    time : str, optional
        Time or date; with a column ``hour`` beside a date, both are used.
    group : str, optional
        Specialty, ward, trust. None: one group ``all``.
    count : str, optional
        Number of arrivals (or of beds in use). Without such a column each row is one arrival, or, where every other
        column holds numbers, each column is a group; files that could mean either are refused.
    departure : str, optional
        When the patient left (rows of one arrival each); empty while still there.
    each_row : bool
        Every row is one arrival, whatever numbers stand beside it.
    """

    time: str | None = None
    group: str | None = None
    count: str | None = None
    departure: str | None = None
    each_row: bool = False


@dataclass(slots=True)
class Table:
    """A CSV file as text.

    Attributes
    ----------
    file : Path
    head : list of str
        Names of the columns.
    rows : list of (int, list of str)
        Line of the file, and its cells.
    """

    file: Path
    head: list[str]
    rows: list[tuple[int, list[str]]]

    def error(self, line: int | None, message: str, item: str | None = None) -> InputError:
        """An error at a line of the file."""
        return InputError(message, file=self.file, line=line, item=item)

    def column(self, wanted: str | None, usual: tuple[str, ...], what: str) -> int | None:
        """Position of a column: the one named, else the first with a usual name, else None."""
        low = [name.lower() for name in self.head]
        if wanted is not None:
            if wanted.lower() not in low:
                raise self.error(1, f"no column {wanted!r} for the {what}; there are {', '.join(self.head)}")
            return low.index(wanted.lower())
        return next((low.index(name) for name in usual if name in low), None)

    def names(self, columns: list[int]) -> str:
        """Names of columns for a message."""
        shown = ", ".join(self.head[k] for k in columns[:_SHOWN])
        return shown + (f" and {len(columns) - _SHOWN} more" if len(columns) > _SHOWN else "")


def read_table(path: Path) -> Table:
    """Read a CSV file with a head and rows of equal length.

    Parameters
    ----------
    path : Path
        Comma, semicolon or tab between the cells.

    Returns
    -------
    Table

    Raises
    ------
    InputError
        If it is no CSV, empty, or rows differ in their number of cells.
    """
    text = read_text(path)
    reader = csv.reader(text.splitlines(keepends=True), delimiter=_delimiter(text), strict=True)
    rows: list[tuple[int, list[str]]] = []
    try:
        for cells in reader:
            if any(cell.strip() for cell in cells):
                rows.append((reader.line_num, [cell.strip() for cell in cells]))
    except csv.Error as error:
        raise InputError(f"is not CSV ({error})", file=path, line=reader.line_num) from None
    if not rows:
        raise InputError("is empty", file=path)
    (first, head), body = rows[0], rows[1:]
    head = [name.lstrip("\ufeff").strip() for name in head]
    if len({name.lower() for name in head}) != len(head):
        raise InputError("two columns have the same name", file=path, line=first)
    for line, cells in body:
        if len(cells) != len(head):
            raise InputError(f"has {len(cells)} fields, expected {len(head)}", file=path, line=line)
    return Table(path, head, body)


def _delimiter(text: str) -> str:
    first = text.split("\n", 1)[0]
    return max(",;\t", key=first.count)


def layout_of(
    table: Table, columns: Columns, when: TimeReader, usual: tuple[str, ...] = COUNTS
) -> tuple[Layout, int | None]:
    """How the rows are meant.

    Parameters
    ----------
    table : Table
    columns : Columns
        What was said of the columns.
    when : TimeReader
    usual : tuple of str
        Usual names of a column of counts.

    Returns
    -------
    Layout
    int or None
        The column of counts, where rows are counts.

    Raises
    ------
    InputError
        If the file can be read in two ways.
    """
    if columns.each_row:
        if columns.count is not None:
            raise table.error(1, "--each-row says that rows are arrivals, --count that they are counts: one of them")
        return "events", None
    count = table.column(columns.count, usual, "count")
    group = table.column(columns.group, GROUPS, "group") if not _is_wide(table, columns, when) else None
    taken = {*when.columns, *(() if group is None else (group,))}
    others = [k for k in range(len(table.head)) if k not in taken]
    if count is not None:
        if columns.count is None:
            _refuse_two_counts(table, usual)
        return "counts", count
    if _is_wide(table, columns, when):
        _refuse_repeats(table, when, others)
        _refuse_sum(table, others)
        return "wide", None
    unused = [k for k in others if _holds_numbers(table, k)]
    if unused and table.column(columns.departure, DEPARTURES, "departure") is None and _on_grid(table, when):
        whole = "dates" if when.dates_only else "whole hours"
        raise table.error(
            1,
            f"could be counts or single arrivals: times are {whole} and nothing uses the numbers in "
            f"{table.names(unused)}. --count COLUMN names the one that counts (and --group COLUMN whose it is); "
            "--each-row says that every row is one arrival",
        )
    return "events", None


def _is_wide(table: Table, columns: Columns, when: TimeReader) -> bool:
    """Whether every column beside the time holds numbers."""
    others = [k for k in range(len(table.head)) if k not in when.columns]
    named = columns.group is not None and columns.group.lower() in [h.lower() for h in table.head]
    sample = table.rows[:50]
    return bool(others and not named and sample and all(_is_number(cells[k]) for _, cells in sample for k in others))


def _refuse_two_counts(table: Table, usual: tuple[str, ...]) -> None:
    low = [name.lower() for name in table.head]
    found = [low.index(name) for name in usual if name in low]
    if len(found) > 1:
        raise table.error(1, f"{table.names(found)} could all be the counts; --count COLUMN names the one that counts")


def _refuse_repeats(table: Table, when: TimeReader, others: list[int]) -> None:
    """Times that repeat without a group, where clocks do not make them."""
    seen: dict[tuple[str, ...], int] = {}
    for line, cells in table.rows:
        key = tuple(cells[k] for k in when.columns)
        if key in seen and when.place is None:
            raise table.error(
                line,
                f"{' '.join(key)} occurs twice (also in line {seen[key]}), and no column says whose the numbers in "
                f"{table.names(others)} are. --count COLUMN with --group COLUMN names what counts and whose it is; "
                "--each-row says that every row is one arrival",
            )
        seen[key] = line


def _refuse_sum(table: Table, others: list[int]) -> None:
    """A column that is the sum of all others would count everybody twice."""
    if len(others) < 3:
        return
    rows = [[float(cells[k]) if cells[k] and _is_number(cells[k]) else 0.0 for k in others] for _, cells in table.rows]
    for j, k in enumerate(others):
        if all(2 * row[j] == sum(row) for row in rows) and any(row[j] for row in rows):
            raise table.error(
                1,
                f"{table.head[k]} is the sum of the other columns, so everybody would count twice. "
                f"--count {table.head[k]} takes the sum alone; leave the column out to have the parts",
            )


def _holds_numbers(table: Table, column: int) -> bool:
    cells = [row[column] for _, row in table.rows]
    return any(cells) and all(_is_number(cell) for cell in cells)


def _on_grid(table: Table, when: TimeReader) -> bool:
    """Whether times are dates or whole hours, as those of counts are."""
    if when.dates_only or len(when.columns) == 2:
        return True
    for line, cells in table.rows:
        moment = when.parse(cells[when.columns[0]], line, table.head[when.columns[0]], check=False)
        if moment.minute or moment.second:
            return False
    return True


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return text == ""
    return True
