"""Times as files write them, made local clock times."""

from __future__ import annotations

import datetime
from pathlib import Path

from optimise.core.errors import InputError
from optimise.demand import clock

__all__ = ["TimeReader"]

_CLOCKS = ("", " %H:%M", " %H:%M:%S")
_DAY_FIRST = tuple(f"%d/%m/%Y{c}" for c in _CLOCKS)
_MONTH_FIRST = tuple(f"%m/%d/%Y{c}" for c in _CLOCKS)


class TimeReader:
    """Reads the time of each row; one reader a file, since a file should write its times one way.

    Parameters
    ----------
    file : Path
    head : list of str
    rows : list of (line, cells)
        All rows: whether days or months come first in ``01/02/2025`` is told by the whole column.
    columns : (int, int or None)
        Column of the time or date, and of the hour beside a date.
    zone : str or None
        Zone of times without offset, and clock on which times with offset are told.
    """

    def __init__(
        self,
        file: Path,
        head: list[str],
        rows: list[tuple[int, list[str]]],
        columns: tuple[int, int | None],
        zone: str | None,
    ) -> None:
        self.file, self.head, self.place = file, head, None if zone is None else clock.get_zone(zone)
        self.notes: list[str] = []
        self._time, self._hour = columns
        self._formats: tuple[str, ...] = ()
        self._offset: datetime.timedelta | bool | None = False  # False: no time read yet
        self._offset_line = 0
        if rows and "/" in rows[0][1][self._time]:
            self._formats = self._order([cells[self._time] for _, cells in rows])
        first = rows[0][1][self._time] if rows else ""
        self.dates_only = self._hour is None and len(first) <= 10

    @property
    def columns(self) -> tuple[int, ...]:
        """Columns that make the time."""
        return (self._time,) if self._hour is None else (self._time, self._hour)

    def _order(self, texts: list[str]) -> tuple[str, ...]:
        """Whether days or months come first, told by the whole column."""
        parts = [text.split("/") for text in texts]
        firsts = [int(p[0]) for p in parts if p[0].strip().isdigit()]
        seconds = [int(p[1]) for p in parts if len(p) > 1 and p[1].strip().isdigit()]
        if max(seconds, default=0) > 12 and max(firsts, default=0) <= 12:
            self.notes.append("dates are read with the month first, since the second number exceeds 12")
            return _MONTH_FIRST
        if max(firsts, default=0) <= 12:
            self.notes.append("dates are read with the day first, as in 31/12/2025")
        return _DAY_FIRST

    def read(self, line: int, cells: list[str]) -> datetime.datetime:
        """Local clock time of a row."""
        moment = self.parse(cells[self._time], line, self.head[self._time], check=self._hour is None)
        if self._hour is not None:
            text = cells[self._hour]
            if not text.isdigit() or int(text) > 23:
                raise self._error(line, f"expected an hour from 0 to 23, found {text[:40]!r}", self._hour)
            moment = moment.replace(hour=int(text), minute=0, second=0)
            self._check_exists(moment, line, self.head[self._hour])
        return moment

    def parse(self, text: str, line: int, column: str, *, check: bool = True) -> datetime.datetime:
        """Local clock time written in ``text``."""
        moment = self._moment(text)
        if moment is None:
            wanted = "2025-12-31 23:59" if not self._formats else "31/12/2025 23:59"
            raise InputError(
                f"expected a time such as {wanted}, found {text[:40]!r}", file=self.file, line=line, item=column
            )
        offset = moment.utcoffset()
        if self._offset is False:
            self._offset, self._offset_line = offset, line
        elif (offset is None) != (self._offset is None):
            raise InputError(
                f"{text[:40]!r} has {'no' if offset is None else 'an'} offset from UTC, line {self._offset_line} has "
                f"{'one' if offset is None else 'none'}: one file, one way",
                file=self.file,
                line=line,
                item=column,
            )
        if offset is None:
            if check:
                self._check_exists(moment, line, column)
            return moment
        if self.place is not None:
            return clock.naive(moment, self.place)
        if offset != self._offset:
            raise InputError(
                f"{text[:40]!r} has another offset from UTC than line {self._offset_line}; --zone names the zone whose "
                "clock counts",
                file=self.file,
                line=line,
                item=column,
            )
        return moment.replace(tzinfo=None)

    def _moment(self, text: str) -> datetime.datetime | None:
        if not self._formats:
            try:
                return datetime.datetime.fromisoformat(text)
            except ValueError:
                return None
        for form in self._formats:
            try:
                return datetime.datetime.strptime(text, form)
            except ValueError:
                continue
        return None

    def _check_exists(self, moment: datetime.datetime, line: int, column: str) -> None:
        if self.place is not None and not clock.exists(moment, self.place):
            raise InputError(
                f"{moment:%Y-%m-%d %H:%M} does not exist in {self.place.key} (clocks go forward); leave --zone out if "
                "every day of the file has 24 hours",
                file=self.file,
                line=line,
                item=column,
            )

    def _error(self, line: int, message: str, column: int) -> InputError:
        return InputError(message, file=self.file, line=line, item=self.head[column])
