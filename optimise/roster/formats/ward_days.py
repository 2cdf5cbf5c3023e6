"""Entries of a ward document about single days of one person: leave, hours away, wishes, settled days, patterns."""

from __future__ import annotations

import math
from datetime import date
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, BeforeValidator, Field, StringConstraints, model_validator

from optimise.formats.spoken import leave_text, nation_text
from optimise.roster.formats.ward_parts import Clock, DaySelector, Id, Part, Priced, selector_dates

__all__ = ["BankHolidays", "BasePattern", "DateSpan", "Leave", "Pin", "Request", "Span", "Unavailable"]

Span = Annotated[list[Clock], Field(min_length=2, max_length=2)]
Duties = Literal["off", "work"] | list[Id]


def _dates(text: str) -> str:
    if selector_dates(text) is None:
        raise ValueError(f"{text!r} is no span of dates; write 2026-01-05..2026-02-13")
    return text


#: ``2026-01-05..2026-02-13``, or one date.
DateSpan = Annotated[str, StringConstraints(max_length=22), AfterValidator(_dates)]


class BankHolidays(Priced):
    """Bank holidays: days that selectors call ``bank-holidays``, that may be credited, and that may have a price."""

    default_price = 0.0

    nation: (
        Annotated[
            Literal["england", "wales", "england-and-wales", "scotland", "northern-ireland"],
            BeforeValidator(nation_text),
        ]
        | None
    ) = None
    dates: list[date] = Field(default_factory=list, description="days that are kept besides")
    credit: bool = Field(
        default=False, description="contracts count a working day that is one as worked; who does work then is over"
    )

    @model_validator(mode="after")
    def _soft(self) -> Self:
        if self.hard:
            raise ValueError("a day on which nobody works has no demand; give a weight")
        return self


#: Kinds of leave that nobody could plan for.
_UNFORESEEN = frozenset({"sick"})


class Leave(Part):
    """Days on which a person is away. Credited leave counts a share of the weekly hours on each working day."""

    staff: Id
    first: date
    last: date | None = Field(default=None, description="last day away; one day alone where it is left out")
    kind: Annotated[Literal["annual", "study", "sick", "other", "unavailable"], BeforeValidator(leave_text)] = "annual"
    hours_per_day: Annotated[float, Field(ge=0, le=24)] | None = Field(
        default=None, description="credited for every day"
    )

    @property
    def sickness(self) -> bool:
        """Whether nobody could have foreseen it."""
        return self.kind in _UNFORESEEN

    @model_validator(mode="after")
    def _order(self) -> Self:
        if self.last is not None and self.last < self.first:
            raise ValueError(f"ends on {self.last}, before it begins on {self.first}")
        return self


class Unavailable(Priced):
    """Hours of some days in which a person cannot work: no shift that overlaps them, or each at a price."""

    default_price = math.inf

    staff: Id
    days: list[DaySelector] = Field(default_factory=list, description="every day by default")
    between: Span = Field(
        default_factory=lambda: ["00:00", "24:00"],
        description="clock times; an end at or before the start is on the next day",
    )


class Request(Priced):
    """A wish for (``want``) or against (``avoid``) some shifts, ``work`` or ``off``, on some days."""

    default_price = 10.0

    staff: Id
    days: list[DaySelector] = Field(default_factory=list, description="every day by default")
    want: Duties | None = None
    avoid: Duties | None = None

    @model_validator(mode="after")
    def _one(self) -> Self:
        if (self.want is None) == (self.avoid is None):
            raise ValueError("needs either want or avoid")
        if self.want == [] or self.avoid == []:
            raise ValueError("names no shift")
        return self


class Pin(Part):
    """A day that is settled."""

    staff: Id
    date: date
    shift: Id = Field(description="a shift id, or off")


class BasePattern(Priced):
    """Lines of duties that people follow one after the other, each from a line of one's own, round and round.

    The price is for each day that differs; leave, pins and hours away go before the pattern.
    """

    default_price = 5.0

    id: Id
    start: date | None = Field(default=None, description="day on which everybody's own line begins; the plan's first")
    lines: list[Annotated[list[Id], Field(min_length=1)]] = Field(
        min_length=1, description="a week each, or as long as they are: shifts, off, work, night, any, E|L"
    )

    @property
    def words(self) -> list[str]:
        """All lines in a row."""
        return [word for line in self.lines for word in line]

    def place(self, line: int) -> int:
        """Where a line begins in them.

        Parameters
        ----------
        line : int
            The first is 1.

        Returns
        -------
        int
        """
        return sum(len(each) for each in self.lines[: line - 1])
