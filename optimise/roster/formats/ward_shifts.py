"""Shift types of a ward document: clock times, what is paid, what is working time, and what they count as."""

from __future__ import annotations

from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from optimise.roster.formats.ward_days import Span
from optimise.roster.formats.ward_parts import RESERVED, Clock, Id, Part, Who, minutes_of

__all__ = ["ShiftType"]

#: A shift longer than this is taken for a slip of the pen unless it says that it runs overnight.
_LONGEST_UNCONFIRMED = 15 * 60


class ShiftType(Part):
    """A shift with clock times; an end at or before the start is on the next day.

    ``kind`` says what the hours are. A ``sleep-in`` is spent at the workplace: all of it is working time (the courts
    of the Working Time Regulations), it ends a rest, and who sleeps is no cover between clock times. Who is
    ``on-call`` at home rests until called: only ``working_minutes`` are working time, rest goes on, and nobody is
    counted as present. Both are demanded by name. A day with either is no day off.
    """

    id: Id
    name: str = ""
    start: Clock
    end: Clock
    break_minutes: Annotated[int, Field(ge=0, le=600)] = Field(default=0, description="unpaid")
    paid_minutes: Annotated[int, Field(ge=0, le=2880)] | None = Field(
        default=None, description="length less break by default"
    )
    split: Span | None = Field(
        default=None, description="a split duty: the hours between its two parts, neither paid nor worked"
    )
    kind: Literal["work", "sleep-in", "on-call"] = "work"
    working_minutes: Annotated[int, Field(ge=0, le=2880)] | None = Field(
        default=None,
        description="what counts as working time, such as the calls that are expected; by default the paid minutes, "
        "all of a sleep-in, nothing of being on call",
    )
    allowance: Annotated[float, Field(ge=0, le=10000)] | None = Field(
        default=None, description="pounds each time it is worked, beside paid minutes: for being on call, say"
    )
    allowance_at_weekends: Annotated[float, Field(ge=0, le=10000)] | None = Field(
        default=None, description="instead, where it starts on a Saturday, Sunday or bank holiday"
    )
    unsocial: bool | None = Field(
        default=None, description="whether paid minutes get unsocial hours; by default those of work, not on call"
    )
    overnight: bool | None = Field(
        default=None, description="confirms that the shift runs past midnight, or that it does not"
    )
    night: bool | None = Field(
        default=None, description="counts as a night; by default 3 h or more between 23:00 and 06:00"
    )
    long: bool | None = Field(default=None, description="counts as a long day; by default more than 10 h and no night")
    who: Who = Field(default_factory=Who, description="who may work it")
    wards: list[Id] = Field(default_factory=list, description="where it is worked; by default in all wards")

    @model_validator(mode="after")
    def _times(self) -> Self:
        if self.id in RESERVED:
            raise ValueError(f"a shift cannot be called {self.id!r}, which has a meaning of its own")
        over = minutes_of(self.end) <= self.first
        if over and self.overnight is False:
            raise ValueError(f"starts at {self.start}, after it ends at {self.end}")
        if not over and self.overnight:
            raise ValueError(f"{self.start} to {self.end} does not run overnight")
        length = self.last - self.first
        if over and self.overnight is None and length > _LONGEST_UNCONFIRMED:
            raise ValueError(
                f"{self.start} to {self.end} would be {length / 60:g} h long: are start and end swapped? "
                "(write overnight: true if it is meant)"
            )
        if self.break_minutes >= length:
            raise ValueError(f"the break of {self.break_minutes} min is as long as the shift")
        if self.split is not None:
            begin, end = self.gap
            if not self.first < begin < end < self.last:
                raise ValueError(f"the hours between its parts, {'-'.join(self.split)}, do not lie inside the shift")
            if self.break_minutes >= length - (end - begin):
                raise ValueError(f"the break of {self.break_minutes} min is as long as both parts")
        if self.kind != "work" and self.paid_minutes is None:
            raise ValueError(f"kind {self.kind} needs paid_minutes: how much of it counts towards contracted hours")
        if self.working_minutes is not None and self.working_minutes > length:
            raise ValueError(f"{self.working_minutes} working minutes, but the shift is only {length} min long")
        if self.paid_minutes is not None and self.paid_minutes > length:
            raise ValueError(f"{self.paid_minutes} paid minutes, but the shift is only {length} min long")
        return self

    @property
    def first(self) -> int:
        """Start in minutes from midnight."""
        return minutes_of(self.start)

    @property
    def last(self) -> int:
        """End in minutes from midnight of the day it starts; above 1440 after midnight."""
        end = minutes_of(self.end)
        return end if end > self.first else end + 1440

    @property
    def minutes(self) -> int:
        """Paid minutes."""
        if self.paid_minutes is not None:
            return self.paid_minutes
        return sum(end - begin for begin, end in self.parts) - self.break_minutes

    @property
    def working(self) -> int:
        """Minutes of working time."""
        if self.working_minutes is not None:
            return self.working_minutes
        return {"work": self.minutes, "sleep-in": self.last - self.first, "on-call": 0}[self.kind]

    @property
    def gap(self) -> tuple[int, int]:
        """Begin and end of the hours between two parts, in minutes from midnight of the day it starts."""
        begin, end = (minutes_of(clock) for clock in self.split or ("00:00", "00:00"))
        begin += 1440 * (begin <= self.first)
        return begin, end + 1440 * (end <= begin)

    @property
    def parts(self) -> tuple[tuple[int, int], ...]:
        """Begin and end of each part."""
        if self.split is None:
            return ((self.first, self.last),)
        begin, end = self.gap
        return (self.first, begin), (end, self.last)

    @property
    def present(self) -> tuple[tuple[int, int], ...]:
        """When somebody on it is at work and awake."""
        return () if self.kind in ("sleep-in", "on-call") else self.parts

    @property
    def resting(self) -> bool:
        """Whether rest goes on while it is on."""
        return self.kind in ("on-call",)

    @property
    def is_night(self) -> bool:
        """Whether it is a night, as stated or as the Working Time Regulations count (3 h between 23:00 and 06:00)."""
        if self.night is not None:
            return self.night
        dark = ((0, 360), (1380, 1800), (2820, 2880))
        if self.resting:
            return False
        return sum(max(0, min(end, b) - max(begin, a)) for begin, end in self.parts for a, b in dark) >= 180

    @property
    def is_long(self) -> bool:
        """Whether it is a long day, as stated or as it lasts more than 10 h by the clock and is no night."""
        if self.long is not None:
            return self.long
        return bool(self.present) and self.last - self.first > 600 and not self.is_night

    @property
    def is_evening(self) -> bool:
        """Whether it is a long evening: more than 10 h, no night, and ends after 23:00 and by 02:00."""
        return self.is_long and 1380 < self.last <= 1560
