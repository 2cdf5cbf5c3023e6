"""Reading an emergency department's tables from CSV.

Columns are found by usual names. Only what stands in both the past and the present is learned from: what is not known
now cannot be used.
"""

from __future__ import annotations

import datetime
import re
from pathlib import Path

import numpy as np
import numpy.typing as npt

from optimise.demand.department.tables import Beds, Planned, Snapshots, StayTable, Visits, clock_hours
from optimise.demand.layouts import Table, read_table
from optimise.demand.pmf import FloatArray, IntArray
from optimise.demand.times import TimeReader

__all__ = ["read_beds", "read_planned", "read_snapshots", "read_stay_table", "read_visits"]

_MOMENT = ("snapshot_datetime", "snapshot", "moment", "now")
_ARRIVAL = ("arrival_datetime", "arrival", "arrival_time")
_ADMITTED = ("is_admitted", "admitted")
_ADMISSION = ("admission_datetime", "admission", "admission_time")
_SERVICE = ("specialty", "service")
_IDS = ("visit_number", "visit_id", "visit", "patient_id", "patient", "encounter_id", "encounter", "id")
_LEFT_OUT = ("training_validation_test", "final_sequence", "departure_datetime", "snapshot_date", "prediction_time")
_YES, _NO = ("1", "true", "yes", "y", "t"), ("0", "false", "no", "n", "f")
_LONGEST = 14 * 24.0  # hours in an emergency department beyond which a time must be a slip


class _Reader:
    """Cells of a table by usual names."""

    def __init__(self, path: Path) -> None:
        self.table: Table = read_table(path)
        if not self.table.rows:
            raise self.table.error(1, "there are no rows")
        self.low = [name.lower() for name in self.table.head]

    def find(self, usual: tuple[str, ...], what: str = "", *, needed: bool = False) -> int | None:
        found = next((self.low.index(name) for name in usual if name in self.low), None)
        if found is None and needed:
            there = ", ".join(self.table.head)
            raise self.table.error(1, f"no column of {what}; expected {' or '.join(usual)}, found {there}")
        return found

    def texts(self, at: int | None) -> tuple[str, ...]:
        return tuple("" if at is None else cells[at] for _, cells in self.table.rows)

    def times(self, at: int | None, *, needed: bool = True) -> FloatArray:
        """Clock hours; NaN for empty cells where they are allowed."""
        rows = self.table.rows
        made = np.full(len(rows), np.nan)
        if at is None:
            return made
        filled = [(line, cells) for line, cells in rows if cells[at]]
        reader = TimeReader(self.table.file, self.table.head, filled, (at, None), None)
        for i, (line, cells) in enumerate(rows):
            if cells[at]:
                made[i] = clock_hours(reader.parse(cells[at], line, self.table.head[at]))
            elif needed:
                raise self.table.error(line, "the time is missing", self.table.head[at])
        return made

    def numbers(self, at: int, least: float, most: float) -> FloatArray:
        made = np.empty(len(self.table.rows))
        for i, (line, cells) in enumerate(self.table.rows):
            try:
                made[i] = float(cells[at])
            except ValueError:
                made[i] = np.nan
            if not least <= made[i] <= most:
                said = f"expected a number from {least:g} to {most:g}, found {cells[at][:40]!r}"
                raise self.table.error(line, said, self.table.head[at])
        return made

    def refuse(self, wrong: npt.NDArray[np.bool_], message: str, at: int | None) -> None:
        """Refuse the first row marked in ``wrong``."""
        for (line, _), bad in zip(self.table.rows, wrong, strict=True):
            if bad:
                raise self.table.error(line, message, None if at is None else self.table.head[at])


def read_snapshots(path: Path, *, past: bool, now: datetime.datetime | None = None) -> Snapshots:
    """Read a table of snapshots, or of the patients who are there now.

    Parameters
    ----------
    path : Path
        Columns: the moment (``snapshot``, or ``snapshot_date`` with ``prediction_time``), ``arrival`` or
        ``elapsed_hours`` (``elapsed_los``: seconds), ``sex``, any number of facts; of the past also ``admitted``,
        ``admission_datetime`` and ``specialty``.
    past : bool
        Whether outcomes are expected.
    now : datetime, optional
        The moment of a table that names none.

    Returns
    -------
    Snapshots

    Raises
    ------
    InputError
        With file, line and column.
    """
    reader = _Reader(path)
    moment, used = _moments(reader, now)
    arrival, elapsed = reader.find(_ARRIVAL), reader.find(("elapsed_hours", "elapsed_los"))
    if arrival is not None:
        since = moment - reader.times(arrival)
    elif elapsed is not None:
        unit = 3600.0 if reader.low[elapsed] == "elapsed_los" else 1.0
        since = reader.numbers(elapsed, 0.0, _LONGEST * unit) / unit
    else:
        raise reader.table.error(1, "no column of the arrival; expected arrival, elapsed_hours or elapsed_los")
    reader.refuse((since < 0) | (since > _LONGEST), "arrived after the snapshot, or two weeks before", arrival)
    admitted, notes = np.full(len(moment), -1, np.int64), []
    outcome, bed = reader.find(_ADMITTED, "outcomes", needed=past), reader.find(_ADMISSION)
    if outcome is not None and past:
        admitted = _truths(reader, outcome)
        if (admitted < 0).any():
            notes.append(f"{int((admitted < 0).sum())} snapshots have no outcome yet and are not learned from")
    wait = reader.times(bed, needed=False) - moment if past else np.full(len(moment), np.nan)
    reader.refuse(wait < 0, "admitted before the snapshot: such a patient is not in the department", bed)
    wait[admitted != 1] = np.nan
    service, sex, visit = reader.find(_SERVICE), reader.find(("sex",)), reader.find(_IDS)
    known = {*used, arrival, elapsed, outcome, bed, service, sex, visit}
    facts = {
        reader.low[k]: reader.texts(k)
        for k in range(len(reader.low))
        if k not in known and reader.low[k] not in (*_IDS, *_LEFT_OUT)
    }
    mine = reader.texts(service) if past else ("",) * len(moment)
    mine = tuple(name if admitted[i] == 1 else "" for i, name in enumerate(mine))
    return Snapshots(reader.texts(visit), moment, since, reader.texts(sex), facts, admitted, wait, mine, tuple(notes))


def _moments(reader: _Reader, now: datetime.datetime | None) -> tuple[FloatArray, set[int]]:
    at = reader.find(_MOMENT)
    if at is not None:
        return reader.times(at), {at}
    date, clock = reader.find(("snapshot_date",)), reader.find(("prediction_time",))
    if date is not None and clock is not None:
        hours = np.empty(len(reader.table.rows))
        for i, (line, cells) in enumerate(reader.table.rows):
            found = re.fullmatch(r"\(?\s*(\d{1,2})\s*[:,]\s*(\d{1,2})\s*\)?(?::\d\d)?", cells[clock])
            if not found or int(found[1]) > 23 or int(found[2]) > 59:
                said = f"expected a time such as 15:30, found {cells[clock][:40]!r}"
                raise reader.table.error(line, said, reader.table.head[clock])
            hours[i] = int(found[1]) + int(found[2]) / 60
        return reader.times(date) + hours, {date, clock}
    if now is None:
        raise reader.table.error(1, "no column of the moment; expected snapshot, or snapshot_date and prediction_time")
    return np.full(len(reader.table.rows), clock_hours(now)), set()


def _truths(reader: _Reader, at: int) -> IntArray:
    made = np.full(len(reader.table.rows), -1, np.int64)
    for i, (line, cells) in enumerate(reader.table.rows):
        text = cells[at].lower()
        if text in _YES or text in _NO:
            made[i] = int(text in _YES)
        elif text:
            raise reader.table.error(line, f"expected yes or no, found {cells[at][:40]!r}", reader.table.head[at])
    return made


def read_visits(path: Path) -> Visits:
    """Read one row a visit: ``arrival``, ``admission_datetime`` (empty: not admitted), ``specialty``, ``sex``.

    Parameters
    ----------
    path : Path

    Returns
    -------
    Visits
        Those admitted.

    Raises
    ------
    InputError
        With file, line and column.
    """
    reader = _Reader(path)
    at, bed = reader.find(_ARRIVAL, "arrivals", needed=True), reader.find(_ADMISSION, "admissions", needed=True)
    service = reader.find(_SERVICE, "specialties", needed=True)
    arrival, admission = reader.times(at), reader.times(bed, needed=False)
    reader.refuse(admission < arrival, "admitted before arriving", bed)
    outcome = reader.find(_ADMITTED)
    came = ~np.isnan(admission) if outcome is None else _truths(reader, outcome) == 1
    texts, sexes = reader.texts(service), reader.texts(reader.find(("sex",)))
    nameless = came & np.array([not name for name in texts])
    reader.refuse(nameless, "the specialty of one admitted is missing", service)
    mine = np.flatnonzero(came)
    return Visits(
        arrival[mine],
        admission[mine],
        tuple(texts[i] for i in mine),
        tuple(sexes[i] for i in mine),
        float(arrival.min()),
        float(arrival.max()),
    )


def read_stay_table(path: Path) -> StayTable:
    """Read one row a stay in a service: ``start``, ``end`` (empty: still there), ``service``, ``sex``, ``next``.

    Parameters
    ----------
    path : Path

    Returns
    -------
    StayTable

    Raises
    ------
    InputError
        With file, line and column.
    """
    reader = _Reader(path)
    at = reader.find(("start", *_ARRIVAL, *_ADMISSION), "the start of stays", needed=True)
    stop = reader.find(
        ("end", "departure_datetime", "departure", "discharge_datetime"), "the end of stays", needed=True
    )
    service = reader.find(_SERVICE, "services", needed=True)
    start, end = reader.times(at), reader.times(stop, needed=False)
    reader.refuse(end < start, "ended before it began", stop)
    names = reader.texts(service)
    reader.refuse(np.array([not name for name in names]), "the service is missing", service)
    following = reader.texts(reader.find(("next", "following", "transferred_to")))
    return StayTable(start, end, names, reader.texts(reader.find(("sex",))), following)


def read_beds(path: Path) -> Beds:
    """Read one row a service: ``service``, ``beds``, optionally ``sex``; any further column is a level above.

    Parameters
    ----------
    path : Path

    Returns
    -------
    Beds

    Raises
    ------
    InputError
        With file, line and column.
    """
    reader = _Reader(path)
    service = reader.find(_SERVICE, "services", needed=True)
    number = reader.find(("beds", "staffed_beds"), "beds", needed=True)
    sex = reader.find(("sex",))
    assert service is not None
    assert number is not None
    found, above = (
        reader.numbers(number, 0, 100_000),
        [k for k in range(len(reader.low)) if k not in (service, number, sex)],
    )
    beds: dict[tuple[str, str], int] = {}
    levels: dict[str, dict[str, str]] = {reader.table.head[k]: {} for k in above}
    for i, (line, cells) in enumerate(reader.table.rows):
        key = (cells[service], "" if sex is None else cells[sex])
        if key in beds:
            raise reader.table.error(line, "occurs twice", f"service {' '.join(key).strip()!r}")
        beds[key] = int(found[i])
        for k in above:
            unit = levels[reader.table.head[k]].setdefault(key[0], cells[k])
            if unit != cells[k]:
                raise reader.table.error(line, f"{key[0]} is in {unit!r} in an earlier row", reader.table.head[k])
    return Beds(beds, levels)


def read_planned(path: Path) -> Planned:
    """Read one row a planned admission: ``time``, ``service``, ``sex``, optionally ``chance`` (1).

    Parameters
    ----------
    path : Path

    Returns
    -------
    Planned

    Raises
    ------
    InputError
        With file, line and column.
    """
    reader = _Reader(path)
    time = reader.times(reader.find(("time", *_ADMISSION), "the time", needed=True))
    service = reader.texts(reader.find(_SERVICE, "services", needed=True))
    chance = reader.find(("chance", "probability"))
    chances = np.ones(len(time)) if chance is None else reader.numbers(chance, 0.0, 1.0)
    return Planned(time, service, reader.texts(reader.find(("sex",))), chances)
