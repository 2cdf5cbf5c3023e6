"""What people call sheets and columns: other words for them, and what is said of those that mean nothing here."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence

from optimise.formats.document import nearest
from optimise.formats.sheets import Sheet, SheetColumn

__all__ = ["columns_called", "is_no_sheet", "sheet_called", "sheet_like", "unread"]

#: What people call a sheet.
_SHEETS = {
    "leave": (
        "annual leave",
        "absence",
        "absences",
        "sickness",
        "sick leave",
        "time off",
        "away",
        "holiday",
        "holidays",
    ),
    "requests": ("wishes", "wish", "request", "off duty requests", "preferences"),
    "pairs": ("not together", "together", "apart", "keep apart"),
    "demand": ("cover", "needed", "staffing", "staff needed", "numbers"),
    "staff": ("nurses", "people", "employees", "team"),
    "unavailable": ("unavailability", "cannot work", "availability"),
    "shifts": ("shift types", "duties"),
    "skill_mix": ("skillmix",),
}
_SHEET_WORDS = {word: name for name, words in _SHEETS.items() for word in words}
#: What people call a column: the word -> headers that it may stand for, the first that the sheet has.
_COLUMNS = {
    "first": ("from", "from date", "first day", "start date", "since", "starts", "start", "date from", "begins"),
    "last": ("until", "till", "to", "to date", "last day", "end date", "ends", "end", "date to", "through"),
    "staff": ("person", "nurse", "employee", "who", "member of staff", "staff name", "staff member", "name"),
    "shifts": ("shifts allowed", "allowed shifts", "may work", "only shifts", "shift"),
    "minimum": ("min", "needed", "required", "wanted", "at least"),
    "maximum": ("max", "at most"),
    "weight": ("price", "points", "cost"),
    "weekly_hours": (
        "hours per week",
        "hours a week",
        "weekly hrs",
        "hours/week",
        "contracted hours",
        "contract hours",
    ),
    "start": ("starts", "begin", "begins", "start time", "from"),
    "end": ("ends", "finish", "finishes", "end time", "to", "until"),
    "break_minutes": ("break", "unpaid break", "break mins"),
    "kind": ("type", "reason", "leave type", "type of leave"),
    "days": ("day", "date", "dates"),
    "want": ("wants", "wish", "request"),
    "avoid": ("avoids", "not"),
    "past_duties": ("last duties", "previous duties", "history"),
    "balance_hours": ("hours balance", "balance"),
    "skills": ("skill",),
    "groups": ("group", "team"),
}
#: How names of files and sheets begin that are no sheets: plans stand beside what they are plans of.
_NO_SHEET = ("#", "plan", "native-plan", "trace", "changes")
#: Columns that a sheet of another name must have of one that is known, to be read as that one.
_ENOUGH = 4


def _plain(name: str) -> str:
    return re.sub("[ _-]+", " ", name.strip().casefold())


def is_no_sheet(name: str) -> bool:
    """Whether a sheet or file is none of the document, and nothing is to be said about it."""
    return name.startswith(_NO_SHEET)


def sheet_called(name: str, known: Collection[str]) -> str | None:
    """The sheet that a name means, whatever its case: ``Skill mix`` is ``skill_mix``, ``Annual leave`` is ``leave``.

    Parameters
    ----------
    name : str
        As it stands in the workbook.
    known : collection of str
        Names of the sheets that there are.

    Returns
    -------
    str or None
        None where no sheet is meant.
    """
    if name in known:
        return name
    return next((each for each in known if _plain(each) == _plain(name)), None)


def sheet_like(name: str, header: Sequence[str], sheets: Collection[Sheet]) -> Sheet | None:
    """The sheet that one of another name stands for, by its name and its columns together.

    Parameters
    ----------
    name : str
        As it stands in the workbook: ``Holidays``, ``Requests Jan 27``.
    header : sequence of str
        Its first row.
    sheets : collection of Sheet
        Those that the file does not hold by their own names.

    Returns
    -------
    Sheet or None
        The sheet that the name speaks of, where two columns at least are its own; else the only one that has all the
        columns, four or more and most of what that sheet may have. None where neither is so.
    """
    filled = [text for text in header if text.strip()]
    rows = [sheet for sheet in sheets if sheet.shape != "pairs"]
    plain = _plain(name)
    for sheet in rows:
        words = (_plain(sheet.name), *(word for word, each in _SHEET_WORDS.items() if each == sheet.name))
        if any(re.match(rf"{re.escape(word)}\b", plain) for word in words):
            hits = sum(column is not None for column in columns_called(sheet, filled))
            if hits >= min(2, len(sheet.columns)):
                return sheet
    same = [
        sheet
        for sheet in rows
        if len(filled) >= max(_ENOUGH, 0.75 * len(sheet.columns))
        and {_plain(text) for text in filled} <= {_plain(column.header) for column in sheet.columns}
    ]
    return same[0] if len(same) == 1 else None


def columns_called(sheet: Sheet, header: Sequence[str]) -> list[SheetColumn | None]:
    """The column that each cell of a header means: by its name, else by another word for one that is not named.

    Parameters
    ----------
    sheet : Sheet
    header : sequence of str

    Returns
    -------
    list of (SheetColumn or None)
        One a cell; None where none is meant.
    """
    known: Mapping[str, SheetColumn] = {_plain(column.header): column for column in sheet.columns}
    made = [known.get(_plain(text)) for text in header]
    for i, text in enumerate(header):
        if made[i] is None and text.strip():
            meant = [known.get(_plain(target)) for target, words in _COLUMNS.items() if _plain(text) in words]
            free = [each for each in meant if each is not None and each not in made and _dated(each)]
            made[i] = free[0] if free else None
    return made


def _dated(column: SheetColumn) -> bool:
    """Whether a column called ``days`` holds days, and not a number of them."""
    return column.header != "days" or column.cells == "days"


def unread(what: str, filled: int, noun: str, name: str, known: Sequence[str]) -> str:
    """The sentence about a sheet or column that is not read.

    Parameters
    ----------
    what : str
        ``sheet 'Rota notes'``.
    filled : int
        How many rows or cells it holds.
    noun : str
        What they are.
    name : str
        As the file calls it.
    known : sequence of str
        Names that would be read.

    Returns
    -------
    str
    """
    number = f"{filled} {noun}{'' if filled == 1 else 's'}"
    return f"NOT READ: {what} with {number}, which has no meaning here{nearest(_plain(name).replace(' ', '_'), known)}"
