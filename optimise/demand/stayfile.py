"""Lengths of stay, and how late discharges were, from CSV files of their own."""

from __future__ import annotations

import csv
import datetime
from pathlib import Path

import numpy as np

from optimise.capacity.scenarios import HOURS, Period
from optimise.core.errors import InputError
from optimise.demand.pmf import FloatArray, IntArray
from optimise.formats.base import read_text

__all__ = ["read_delays", "read_stays"]

_DAYS, _HOURS = ("days", "los", "stay", "length_of_stay"), ("hours",)
_MOST_DAYS = 365


def read_stays(path: Path, groups: tuple[str, ...], period: Period) -> FloatArray:
    """Distribution of stays by group, from one row a stay: a column ``days`` (or ``LOS``) or ``hours``.

    A column ``group`` or ``specialty`` says whose they are; without one, all groups have the same. ``d`` days become
    hours spread evenly over the 24 around ``24 d``, since such files count nights.

    Returns
    -------
    float array (G, L)
        As :attr:`optimise.capacity.scenarios.Scenarios.stay`.
    """
    (_, first), *rows = _rows(path)
    head = [name.strip().lower() for name in first]
    column = next((head.index(name) for name in (*_DAYS, *_HOURS) if name in head), None)
    if column is None:
        raise InputError(f"no column of stays; expected days or hours, found {', '.join(head)}", file=path, line=1)
    unit = 1.0 if head[column] in _HOURS else 24.0
    whose = next((head.index(name) for name in ("group", "specialty") if name in head), None)
    lengths: dict[str, list[float]] = {name: [] for name in groups}
    for line, cells in rows:
        if len(cells) != len(head):
            raise InputError(f"has {len(cells)} fields, expected {len(head)}", file=path, line=line)
        try:
            value = float(cells[column]) * unit
        except ValueError:
            value = -1.0
        if not 0 <= value <= 24 * _MOST_DAYS:
            found = cells[column].strip()[:40]
            raise InputError(f"expected a stay, found {found!r}", file=path, line=line, item=head[column])
        name = None if whose is None else cells[whose].strip()
        if name is not None and name not in lengths:
            raise InputError("unknown group", file=path, line=line, item=f"group {name!r}")
        for mine in groups if name is None else (name,):
            lengths[mine].append(value)
    size = HOURS[period]
    spread = np.arange(-12, 12) + 0.5 if unit == 24.0 and size == 1 else np.zeros(1)
    made: dict[str, FloatArray] = {}
    for name, values in lengths.items():
        if not values:
            raise InputError("there is no stay of this group", file=path, item=f"group {name!r}")
        periods = np.maximum(1, np.rint((np.array(values)[:, None] + spread) / size)).astype(np.int64).ravel()
        made[name] = np.bincount(periods)[1:] / len(periods)
    longest = max(len(row) for row in made.values())
    return np.stack([np.pad(made[name], (0, longest - len(made[name]))) for name in groups])


def read_delays(path: Path) -> IntArray:
    """Days by which past discharges came after the expected day, from one row a patient.

    Parameters
    ----------
    path : Path
        CSV file with columns ``expected_discharge`` and ``discharged``, dates such as 2026-11-30.

    Returns
    -------
    int array (rows,)
        Below 0 where somebody left earlier.

    Raises
    ------
    InputError
        With file and line, for other columns, other dates, or no row at all.
    """
    (_, first), *rows = _rows(path)
    head = [name.strip().lower() for name in first]
    missing = [name for name in ("expected_discharge", "discharged") if name not in head]
    if missing:
        raise InputError(f"no column {missing[0]}, found {', '.join(head)}", file=path, line=1)
    made = []
    for line, cells in rows:
        if len(cells) != len(head):
            raise InputError(f"has {len(cells)} fields, expected {len(head)}", file=path, line=line)
        days = []
        for name in ("expected_discharge", "discharged"):
            text = cells[head.index(name)].strip()
            try:
                days.append(datetime.datetime.fromisoformat(text).date())
            except ValueError:
                raise InputError(f"expected a date, found {text[:40]!r}", file=path, line=line, item=name) from None
        made.append((days[1] - days[0]).days)
    if not made:
        raise InputError("there is no discharge", file=path)
    return np.array(made, np.int64)


def _rows(path: Path) -> list[tuple[int, list[str]]]:
    """The rows of a CSV file with their lines; without empty ones, but with the first."""
    reader = csv.reader(read_text(path).splitlines())
    try:
        rows = [(reader.line_num, cells) for cells in reader]
    except csv.Error as error:
        raise InputError(f"is not CSV ({error})", file=path, line=reader.line_num) from None
    return [*(rows[:1] or [(1, [])]), *(row for row in rows[1:] if any(row[1]))]
