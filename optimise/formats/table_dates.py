"""Dates as spreadsheets write them: one file is read in one order, day first or month first."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from optimise.formats.table_cells import CellError

__all__ = ["DateOrder"]

_NUMBERS = re.compile(r"(\d{1,2})([./-])(\d{1,2})\2(\d{4})")
_ISO = re.compile(r"\d{4}-\d{2}-\d{2}")
#: A clock time behind a date, as systems export both.
_CLOCK = re.compile(r"(?P<date>\S+?)(?:[ T]+(?P<clock>\d{1,2}:\d{2})(?::\d{2}(?:\.\d+)?)?)?")
_ORDERS = {"day first": "day", "month first": "month"}


@dataclass(frozen=True, slots=True)
class DateOrder:
    """Whether dates of a file such as ``01/12/2026`` begin with the day or the month.

    Attributes
    ----------
    first : str
        ``"day"``, ``"month"``, or empty where nothing tells.
    witness : str
        The date that tells; empty where the file says it in words.
    both : bool
        Some dates can only begin with the day and others only with the month, so nothing is told by either.
    settled : str
        A date that could be read both ways, which the witness settles.
    """

    first: str = ""
    witness: str = ""
    both: bool = False
    settled: str = ""

    @classmethod
    def of(cls, cells: Iterable[str]) -> DateOrder:
        """What the dates in cells tell together."""
        seen, open_ = {"day": "", "month": ""}, ""
        for text in cells:
            for one, mark, two, year in _NUMBERS.findall(text):
                if mark != "." and (int(one) > 12) != (int(two) > 12):
                    seen["day" if int(one) > 12 else "month"] = f"{one}{mark}{two}{mark}{year}"
                elif mark != "." and one != two:
                    open_ = f"{one}{mark}{two}{mark}{year}"
        if all(seen.values()):
            return cls(both=True)
        return next((cls(first, witness, settled=open_) for first, witness in seen.items() if witness), cls())

    @classmethod
    def said(cls, text: str) -> DateOrder:
        """The order as a file says it.

        Raises
        ------
        CellError
            For any other word.
        """
        word = " ".join(text.casefold().replace("-", " ").split())
        if word not in _ORDERS:
            raise CellError(f"{text!r} is neither 'day first' nor 'month first'")
        return cls(_ORDERS[word])

    def date(self, text: str) -> tuple[str, str]:
        """A date in ISO form, and the clock time that stands behind it.

        Parameters
        ----------
        text : str
            As in the cell, for example ``01/12/2026 11:00``.

        Returns
        -------
        date : str
            What is no date stays as it is.
        clock : str
            ``HH:MM``; empty for midnight, as spreadsheets write a day, and where there is none.

        Raises
        ------
        CellError
            Where nothing tells the day from the month.
        """
        parts = _CLOCK.fullmatch(text.strip())
        if parts is None:
            return text, ""
        made = self._iso(parts["date"])
        clock = (parts["clock"] or "").zfill(5) if parts["clock"] else ""
        if clock and not _ISO.fullmatch(made):
            return text, ""
        return made, "" if clock == "00:00" else clock

    def days(self, text: str) -> str:
        """Names of days, dates and spans of dates with commas between, dates in ISO form."""
        words = re.split("([,;])", text)
        return "".join("..".join(self._iso(end.strip()) for end in word.split("..")) for word in words)

    def _iso(self, text: str) -> str:
        parts = _NUMBERS.fullmatch(text)
        if not parts:
            return text
        day, month, year = (int(parts[i]) for i in (1, 3, 4))
        told = parts[2] == "." or day == month or day > 12 or self.first == "day"
        if not told and month <= 12 and self.first != "month":
            why = "other dates of the file can be read in one order only, but not all in the same"
            why = why if self.both else "no other date of the file tells"
            text = f"{text!r} may begin with the day or the month, and {why}"
            raise CellError(f"{text}; write for example 2026-01-05, or the row 'dates,day first' beside the start")
        if not told:
            day, month = month, day
        return f"{year:04}-{month:02}-{day:02}"
