"""People needed by weekday and time of day, read from a table of hours; and a ward document from designed shifts."""

from __future__ import annotations

import csv
import math
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from optimise.core.errors import InputError
from optimise.demand.shift_design import ShiftChoice, Work
from optimise.formats.text import clip

__all__ = ["DAYS", "read_need", "ward_of_shifts"]

DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_DAY = 1440
_MOST = 10_000


def read_need(
    path: Path, column: str | None, where: Mapping[str, str], *, per_person: float = 1.0, least: int = 0, step: int = 30
) -> NDArray[np.int64]:
    """How many people each part of a week needs: the most that the table has for that weekday and hour.

    Parameters
    ----------
    path : Path
        CSV with a column ``time`` (``2026-01-05 07:00``) or ``weekday`` and ``hour``; one row an hour or less.
    column : str, optional
        Of the numbers; by default the last one.
    where : mapping
        Column to value: the only rows that are meant.
    per_person : float
        Of what the column counts, how much one person looks after.
    least : int
        People needed at any time.
    step : int
        Minutes of a part.

    Returns
    -------
    int array
        Shape (7, 1440 / step), Monday first.

    Raises
    ------
    InputError
        Naming line and value; also where hours of the week are missing.
    """
    with path.open(newline="", encoding="utf-8-sig") as file:
        reader = csv.reader(file)
        head = [name.strip() for name in next(reader, [])]
        names = _columns(path, head, column, where)
        hours = np.full((7, 24), -math.inf)
        seen: dict[tuple[str, ...], int] = {}
        for row in reader:
            line = reader.line_num
            if not any(cell.strip() for cell in row):
                continue
            if len(row) != len(head):
                raise InputError(f"has {len(row)} values, the first line {len(head)}", file=path, line=line)
            cells = dict(zip(head, (cell.strip() for cell in row), strict=True))
            if any(cells[name] != value for name, value in where.items()):
                continue
            when = tuple(cells[name] for name in names[:-1])
            if when in seen:
                said = f"comes in line {seen[when]} too; say with --where which rows are meant"
                raise InputError(f"{' '.join(when)} {said}", file=path, line=line)
            seen[when] = line
            day, hour = _moment(path, line, cells, names)
            hours[day, hour] = max(hours[day, hour], _number(path, line, names[-1], cells[names[-1]]))
    missing = np.argwhere(np.isinf(hours))
    if len(missing):
        day, hour = missing[0]
        more = f" and {len(missing) - 1} more" if len(missing) > 1 else ""
        raise InputError(f"has no row for {DAYS[day]} {hour:02d}:00{more}; a whole week is needed", file=path)
    people = np.maximum(np.ceil(hours / per_person - 1e-9), least).astype(np.int64)
    return np.repeat(people, 60 // step, axis=1)


def _columns(path: Path, head: list[str], column: str | None, where: Mapping[str, str]) -> tuple[str, ...]:
    times = ("time",) if "time" in head else ("weekday", "hour")
    for name in (*times, *where, *(() if column is None else (column,))):
        if name not in head:
            told = ", ".join(map(repr, head)) or "none"
            raise InputError(f"has no column {name!r}; it has {told}", file=path, line=1)
    return (*times, head[-1] if column is None else column)


def _moment(path: Path, line: int, cells: Mapping[str, str], names: Sequence[str]) -> tuple[int, int]:
    if names[0] == "time":
        text = cells["time"]
        try:
            when = datetime.fromisoformat(text)
        except ValueError:
            raise InputError(f"{clip(text)!r} is no time such as 2026-01-05 07:00", file=path, line=line) from None
        return when.weekday(), when.hour
    day, hour = cells["weekday"][:3].title(), cells["hour"].partition(":")[0]
    if day not in DAYS:
        raise InputError(f"weekday {clip(cells['weekday'])!r}: expected Mon to Sun", file=path, line=line)
    if not hour.isdigit() or int(hour) > 23:
        raise InputError(f"hour {clip(cells['hour'])!r}: expected 0 to 23 or 07:00", file=path, line=line)
    return DAYS.index(day), int(hour)


def _number(path: Path, line: int, name: str, text: str) -> float:
    try:
        value = float(text)
    except ValueError:
        value = math.nan
    if not 0 <= value <= _MOST:
        raise InputError(f"{name} {clip(text)!r}: expected a number from 0 to {_MOST}", file=path, line=line)
    return value


def ward_of_shifts(shifts: Sequence[ShiftChoice], work: Work, start: date, weekly_hours: float) -> dict[str, Any]:
    """A ward document with these shifts, their demand, and as many people as their paid hours fill.

    Parameters
    ----------
    shifts : sequence of ShiftChoice
        People by weekday, Monday first.
    work : Work
        What breaks are.
    start : date
        First day of four weeks.
    weekly_hours : float
        Of each person's contract.

    Returns
    -------
    dict
        To be filled in with the people there are.
    """
    ids = [_id(s, shifts) for s in shifts]
    total = sum(work.paid(s.length) * sum(s.people) for s in shifts) / 60
    people = max(1, math.ceil(total / weekly_hours))
    demand = []
    for name, shift in zip(ids, shifts, strict=True):
        for many in sorted({n for n in shift.people if n}):
            days = [day for day, n in zip(DAYS, shift.people, strict=True) if n == many]
            entry: dict[str, Any] = {"shifts": [name], "minimum": many}
            demand.append(entry if len(days) == 7 else {**entry, "days": days})
    return {
        "schema_version": 1,
        "name": "designed shifts",
        "start": start.isoformat(),
        "weeks": 4,
        "shifts": [_shift(name, shift, work) for name, shift in zip(ids, shifts, strict=True)],
        "cover_tiers": [{"name": "bank", "up_to": 2, "weight": 60}, {"name": "unfilled", "weight": 300}],
        "demand": demand,
        "staff": [{"id": f"person-{i + 1:02d}", "weekly_hours": weekly_hours} for i in range(people)],
    }


def _id(shift: ShiftChoice, among: Sequence[ShiftChoice]) -> str:
    """E, D, L or N by begin and length, with its begin where several share the letter."""
    letter = _letter(shift)
    alike = [s for s in among if _letter(s) == letter]
    if len(alike) == 1:
        return letter
    same = [s for s in alike if s.begin == shift.begin]
    minute = f"{shift.begin % 60:02d}" if shift.begin % 60 else ""
    return f"{letter}{shift.begin // 60:02d}{minute}" + (f"-{shift.length}" if len(same) > 1 else "")


def _letter(shift: ShiftChoice) -> str:
    end = shift.begin + shift.length
    if end > _DAY + 180 or shift.begin < 240:
        return "N"
    if shift.length > 600:
        return "D"
    return "E" if shift.begin < 720 else "L"


def _shift(name: str, shift: ShiftChoice, work: Work) -> dict[str, Any]:
    end = (shift.begin + shift.length) % _DAY
    clocks = [f"{minute // 60:02d}:{minute % 60:02d}" for minute in (shift.begin, end)]
    made: dict[str, Any] = {"id": name, "start": clocks[0], "end": clocks[1]}
    if work.break_of(shift.length):
        made["break_minutes"] = work.break_of(shift.length)
    if shift.begin + shift.length >= _DAY and shift.length > 900:
        made["overnight"] = True
    return made
