"""Reading demand from CSV: one row an arrival, one row a count, or one column a group; arrivals, or a census.

Anything that cannot be used raises :class:`~optimise.core.errors.InputError` with file and row: what does not parse,
times that no clock shows, times with and without zone mixed, negative or broken counts, duplicates, gaps, unknown
groups. Nothing is guessed past damage; what is left out is noted.
"""

from __future__ import annotations

import dataclasses
import datetime
import os
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal, get_args

import numpy as np

from optimise.capacity.scenarios import HOURS, Period
from optimise.core.errors import InputError
from optimise.demand import clock
from optimise.demand.demand import Demand, Series
from optimise.demand.layouts import (
    COUNTS,
    DEPARTURES,
    GROUPS,
    LEVELS,
    TIMES,
    Columns,
    Layout,
    Table,
    layout_of,
    read_table,
)
from optimise.demand.stays import Stays
from optimise.demand.times import TimeReader

__all__ = ["Columns", "read_demand"]

Gaps = Literal["error", "missing", "zero"]
_LARGEST = 100_000
_LONGEST_DAYS = 40 * 366


@dataclass(slots=True)
class _Tally:
    """Counts by (period, group) with the line that brought them."""

    sums: dict[tuple[datetime.datetime, str], int] = field(default_factory=dict)
    lines: dict[tuple[datetime.datetime, str], int] = field(default_factory=dict)
    seen: dict[tuple[datetime.datetime, str], int] = field(default_factory=dict)


def read_demand(
    path: str | os.PathLike[str],
    *,
    period: Period,
    columns: Columns | None = None,
    zone: str | None = None,
    gaps: Gaps = "error",
    groups: tuple[str, ...] | None = None,
    blank: str | None = None,
    until: datetime.datetime | None = None,
    series: Series = "arrivals",
) -> Demand:
    """Read demand from a CSV file.

    Parameters
    ----------
    path : path
    period : {"hour", "day"}
        Grid to count on; hourly data are added up for days.
    columns : Columns, optional
    zone : str, optional
        Time zone of clock times without offset, for example ``Europe/London``; its daylight saving is respected.
    gaps : {"error", "missing", "zero"}
        What periods without a row mean where rows are counts. Rows of one arrival each have no gaps; whole days
        without any arrival that are implausible by their neighbours count as missing either way.
    groups : tuple of str, optional
        The only groups expected; any other is an error.
    blank : str, optional
        Group of rows whose group is empty; None: an error.
    until : datetime.datetime, optional
        Local time at which the data end: later rows are left out, and patients who leave later are still there.
        Default: the last time in the file.
    series : {"arrivals", "occupancy"}
        What counts mean: people who came in the period, or beds in use at its start (a census). The census of a day
        is that of 00:00 where the file is hourly.

    Returns
    -------
    Demand
        Counts by period and group; what was left out is in its notes.

    Raises
    ------
    InputError
        With file and row.
    """
    if gaps not in get_args(Gaps):
        raise InputError(f"is {gaps!r}, expected error, missing or zero", item="gaps")
    if series not in get_args(Series):
        raise InputError(f"is {series!r}, expected arrivals or occupancy", item="series")
    if series == "occupancy" and gaps == "zero":
        raise InputError("a census that is missing is not a census of 0; --gaps missing says so", item="gaps")
    if zone is not None:
        clock.get_zone(zone)
    table, columns = read_table(Path(path)), columns or Columns()
    when = TimeReader(table.file, table.head, table.rows, _time_column(table, columns), zone)
    layout, value = layout_of(table, columns, when, COUNTS if series == "arrivals" else LEVELS)
    if series == "occupancy" and layout == "events":
        raise table.error(
            1, "expected counts of beds in use, found rows of single patients; --count COLUMN names the counts"
        )
    wanted, tally, stays = period, _Tally(), []
    hint = ""
    if layout == "counts" and table.column(columns.group, GROUPS, "group") is None:
        hint = "; --group COLUMN names the column that says whose a count is"
    if layout != "events" and not when.dates_only:
        period = "hour"  # days are added up from complete hours
    for line, moment, name, number, row in _entries(table, columns, when, layout, value, blank):
        if until is not None and moment >= until:
            continue
        if groups is not None and name not in groups:
            raise table.error(line, f"unknown group; expected {', '.join(groups)}", f"group {name!r}")
        if period == "hour" and when.dates_only:
            raise table.error(line, "dates without clock time cannot be counted by the hour; use --by day")
        key = (moment, name)
        if layout != "events":
            _refuse_duplicate(table, tally, key, line, when, hint)
        slot = (_floor(moment, period), name)
        tally.sums[slot] = tally.sums.get(slot, 0) + number
        tally.lines[slot] = line
        if layout == "events":
            stays.append((slot, _departure(table, columns, when, row, line, moment, period)))
    if not tally.sums:
        raise table.error(1, "there are no rows")
    made = _assemble(table, tally, stays, layout, period, zone, gaps, groups, when, until)
    if series == "occupancy":
        made = dataclasses.replace(made, series=series)
    return made.by_day() if wanted != period else made


def _time_column(table: Table, columns: Columns) -> tuple[int, int | None]:
    at = table.column(columns.time, TIMES, "time")
    if at is None:
        raise table.error(1, f"no column for the time; name it with --time (there are {', '.join(table.head)})")
    low = [name.lower() for name in table.head]
    return at, (low.index("hour") if "hour" in low and low.index("hour") != at else None)


def _entries(
    table: Table, columns: Columns, when: TimeReader, layout: Layout, value: int | None, blank: str | None
) -> Iterator[tuple[int, datetime.datetime, str, int, list[str]]]:
    """Yield line, local time, group, count and cells of every entry."""
    others = [k for k in range(len(table.head)) if k not in when.columns]
    at = None if layout == "wide" else table.column(columns.group, GROUPS, "group")
    for line, cells in table.rows:
        moment = when.read(line, cells)
        if layout == "wide":
            for k in others:
                if cells[k] != "":  # an empty cell is a gap
                    yield line, moment, table.head[k], _number(table, line, cells[k], table.head[k]), cells
            continue
        name = "all" if at is None else cells[at]
        if name == "":
            if blank is None:
                raise table.error(line, "the group is empty; --blank NAME puts such rows under a name of their own")
            name = blank
        if value is None:
            yield line, moment, name, 1, cells
        elif cells[value] != "":
            yield line, moment, name, _number(table, line, cells[value], table.head[value]), cells


def _number(table: Table, line: int, text: str, name: str) -> int:
    try:
        number = float(text)
    except ValueError:
        raise table.error(line, f"expected a whole number, found {text[:40]!r}", name) from None
    if not number >= 0:
        raise table.error(line, f"a count cannot be {text[:40]}", name)
    if number > _LARGEST or number != round(number):
        raise table.error(line, f"expected a whole number up to {_LARGEST}, found {text[:40]!r}", name)
    return int(number)


def _refuse_duplicate(
    table: Table, tally: _Tally, key: tuple[datetime.datetime, str], line: int, when: TimeReader, hint: str
) -> None:
    """A time may come once a group; twice where the clock shows it twice."""
    allowed = 2 if when.place is not None and clock.is_repeated(key[0], when.place) else 1
    tally.seen[key] = tally.seen.get(key, 0) + 1
    if tally.seen[key] > allowed:
        raise table.error(line, f"{key[0]:%Y-%m-%d %H:%M} occurs twice{hint}", f"group {key[1]!r}")


def _floor(moment: datetime.datetime, period: Period) -> datetime.datetime:
    made = moment.replace(minute=0, second=0, microsecond=0)
    return made.replace(hour=0) if period == "day" else made


def _departure(
    table: Table,
    columns: Columns,
    when: TimeReader,
    cells: list[str],
    line: int,
    arrival: datetime.datetime,
    period: Period,
) -> datetime.datetime | Literal[False] | None:
    """When the patient left: a time, None while still there, False where the file has no such column."""
    at = table.column(columns.departure, DEPARTURES, "departure")
    if at is None:
        return False
    if cells[at] == "":
        return None
    left = when.parse(cells[at], line, table.head[at])
    if left < arrival and not (when.place is not None and clock.is_repeated(arrival, when.place)):
        raise table.error(line, f"left at {left:%Y-%m-%d %H:%M}, before arriving", table.head[at])
    return _floor(left, period)


def _assemble(
    table: Table,
    tally: _Tally,
    stays: list[tuple[tuple[datetime.datetime, str], datetime.datetime | Literal[False] | None]],
    layout: Layout,
    period: Period,
    zone: str | None,
    gaps: Gaps,
    groups: tuple[str, ...] | None,
    when: TimeReader,
    until: datetime.datetime | None,
) -> Demand:
    step = datetime.timedelta(hours=HOURS[period])
    names = groups or tuple(sorted({name for _, name in tally.sums}))
    first, last = min(t for t, _ in tally.sums), max(t for t, _ in tally.sums)
    if layout == "events" and period == "hour":
        if until is not None:
            last = max(last, _floor(until - datetime.timedelta(seconds=1), period))
        elif stays and all(left is not False for _, left in stays):
            last = max([last, *(left for _, left in stays if left)])
    length = round((last - first) / step) + 1
    if length * HOURS[period] > _LONGEST_DAYS * 24:
        line = tally.lines[min(tally.lines, key=lambda key: key[0])]
        raise table.error(line, f"the file spans {first:%Y-%m-%d} to {last:%Y-%m-%d}: one of them must be a slip")
    place = {name: g for g, name in enumerate(names)}
    counts, present = np.zeros((length, len(names)), np.int64), np.zeros((length, len(names)), bool)
    for (moment, name), number in tally.sums.items():
        t = round((moment - first) / step)
        counts[t, place[name]], present[t, place[name]] = number, True
    size = clock.exposure(first, length, period, zone)
    notes = list(when.notes)
    if layout != "events" and gaps != "zero":
        gap = ~present & (size[:, None] > 0)
        if gaps == "error" and gap.any():
            raise _gap_error(table, tally, gap, names, first, step)
        if gap.any():
            notes.append(f"{int(gap.sum())} of {gap.size} {period}s have no row and count as not observed")
        observed = present.copy()
    else:
        observed = np.ones_like(present)
    missing = _implausible_days(counts, observed, period, first)
    if missing.any():
        days = sorted({f"{first + int(t) * step:%Y-%m-%d}" for t in np.flatnonzero(missing.any(1))})
        shown = ", ".join(days[:5]) + (f" and {len(days) - 5} more" if len(days) > 5 else "")
        notes.append(f"days without a single arrival count as not observed, being implausible: {shown}")
        observed &= ~missing
    if layout == "events" and period == "day" and length > 3:
        observed[[0, -1]] = False
        notes.append("the first and the last day may be incomplete and count as not observed")
    kept = _stays(stays, place, first, step, length)
    return Demand(counts, observed, names, period, first, zone, size, kept, tuple(notes))


def _gap_error(
    table: Table,
    tally: _Tally,
    gap: np.ndarray[tuple[int, int], np.dtype[np.bool_]],
    names: tuple[str, ...],
    first: datetime.datetime,
    step: datetime.timedelta,
) -> InputError:
    """The first gap, told at the row that follows it."""
    t, g = (int(v) for v in np.argwhere(gap)[0])
    end = t
    while end < len(gap) and gap[end, g]:
        end += 1
    spelled = "%Y-%m-%d" if step.days else "%Y-%m-%d %H:%M"
    span = format(first + t * step, spelled)
    if end - t > 1:
        span += f" to {format(first + (end - 1) * step, spelled)}"
    line = tally.lines.get((first + end * step, names[g])) or tally.lines.get((first + (t - 1) * step, names[g]))
    more = int(gap.sum()) - (end - t)
    return table.error(
        line,
        f"no row for {span}" + (f", and {more} more gaps" if more else "") + "; --gaps missing treats gaps as not "
        "observed, --gaps zero as nobody came",
        f"group {names[g]!r}",
    )


def _implausible_days(
    counts: np.ndarray[tuple[int, int], np.dtype[np.int64]],
    observed: np.ndarray[tuple[int, int], np.dtype[np.bool_]],
    period: Period,
    first: datetime.datetime,
) -> np.ndarray[tuple[int, int], np.dtype[np.bool_]]:
    """Whole days of zeros that a Poisson count of the group's mean would show less than once in a million days."""
    made = np.zeros_like(observed)
    days = np.arange(len(counts)) if period == "day" else (np.arange(len(counts)) + first.hour) // 24
    for g in range(counts.shape[1]):
        total = np.bincount(days, weights=counts[:, g])
        known = np.bincount(days, weights=observed[:, g]) >= (1 if period == "day" else 24)
        if not known.any():
            continue
        made[:, g] = ((total == 0) & known & (np.exp(-total[known].mean()) < 1e-6))[days]
    return made & observed


def _stays(
    stays: list[tuple[tuple[datetime.datetime, str], datetime.datetime | Literal[False] | None]],
    place: dict[str, int],
    first: datetime.datetime,
    step: datetime.timedelta,
    length: int,
) -> Stays | None:
    if not stays or any(left is False for _, left in stays):
        return None
    group = np.array([place[name] for (_, name), _ in stays], np.int64)
    begin = np.array([round((t - first) / step) for (t, _), _ in stays], np.int64)
    end = np.array([-1 if not left else round((left - first) / step) for _, left in stays], np.int64)
    end = np.where(end >= 0, np.maximum(end, begin + 1), -1)
    return Stays(group, begin, np.where(end >= length, -1, end), length)
