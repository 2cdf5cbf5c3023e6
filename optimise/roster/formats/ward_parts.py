"""The parts of a ward document: prices, limits, selectors and the entries of its lists.

Every part forbids unknown keys and checks itself on assignment, so that a document edited from Python is as sound as
one that was read. What one entry says about another (a skill that nobody has, leave outside the horizon) is checked
when the document becomes a problem (:mod:`optimise.roster.formats.ward_problem`).
"""

from __future__ import annotations

import math
import re
from datetime import date
from typing import Annotated, Any, ClassVar, Literal, Self

from pydantic import (
    BeforeValidator,
    Field,
    GetJsonSchemaHandler,
    SerializerFunctionWrapHandler,
    StringConstraints,
    model_serializer,
    model_validator,
)
from pydantic_core import CoreSchema

from optimise.formats.parts import Part
from optimise.formats.spoken import clock_text, day_text

__all__ = [
    "AverageLimit",
    "DaysLimit",
    "Fairness",
    "Hours",
    "HoursLimit",
    "Limit",
    "Part",
    "Price",
    "Priced",
    "RunRest",
    "Sequence",
    "ShiftLimit",
    "Tier",
    "Toggle",
    "WeekendLimit",
    "WeeklyRest",
    "Who",
    "WorkLimits",
    "minutes_of",
]

#: Words that mean something in requests, pins and sequences and so cannot name a shift.
RESERVED = frozenset({"off", "work", "any", "night", "-", "?", "none"})

Id = Annotated[str, StringConstraints(min_length=1, max_length=80, pattern=r"^[^\x00-\x1f\x7f]+$")]
Clock = Annotated[
    str,
    StringConstraints(pattern=r"^(([01][0-9]|2[0-3]):[0-5][0-9]|24:00)$"),
    BeforeValidator(clock_text),
]
_DAY = r"[0-9]{4}-[0-9]{2}-[0-9]{2}"


def _day_text(value: Any) -> Any:
    return value.isoformat() if isinstance(value, date) else day_text(value)


#: ``2026-01-10``, ``2026-01-10..2026-01-14``, ``Mon`` .. ``Sun``, ``weekdays``, ``weekends``,
#: ``bank-holidays``.
DaySelector = Annotated[
    str,
    BeforeValidator(_day_text),
    StringConstraints(pattern=rf"^({_DAY}(\.\.{_DAY})?|Mon|Tue|Wed|Thu|Fri|Sat|Sun|weekdays|weekends|bank-holidays)$"),
]
Weekday = Annotated[Literal["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"], BeforeValidator(day_text)]
Weight = Annotated[float, Field(ge=0, le=1e9)]


def minutes_of(clock: str) -> int:
    """Minutes from midnight of ``HH:MM``."""
    hours, _, minutes = clock.partition(":")
    return 60 * int(hours) + int(minutes)


class Priced(Part):
    """A rule that is ``hard: true`` or costs ``weight`` for each unit by which it is broken."""

    default_price: ClassVar[float] = math.inf

    hard: bool = Field(default=False, description="the rule may not be broken")
    weight: Weight | None = Field(default=None, description="price of each unit by which it is broken")

    @model_validator(mode="after")
    def _one_price(self) -> Self:
        if self.hard and self.weight is not None:
            raise ValueError("is both hard and weighted; give one of the two")
        return self

    @property
    def price(self) -> float:
        """Price of one unit; infinite when the rule is hard."""
        if self.hard:
            return math.inf
        return self.default_price if self.weight is None else self.weight


class Price(Priced):
    """A price alone."""

    default_price = 10.0


class Limit(Priced):
    """A number with a price. A bare number is a hard limit, ``none`` switches off what would be inherited."""

    limit: float | None

    @model_validator(mode="before")
    @classmethod
    def _bare(cls, value: Any) -> Any:
        if isinstance(value, int | float) and not isinstance(value, bool):
            return {"limit": value}
        if value == "none":
            return {"limit": None}
        return value

    @model_serializer(mode="wrap")
    def _short(self, handler: SerializerFunctionWrapHandler) -> Any:
        made = handler(self)
        if self.limit is None:
            return "none"
        return self.limit if set(made) == {"limit"} else made

    @classmethod
    def __get_pydantic_json_schema__(cls, core: CoreSchema, handler: GetJsonSchemaHandler) -> dict[str, Any]:
        made = handler.resolve_ref_schema(handler(core))
        number = next(
            (dict(each) for each in made["properties"]["limit"].get("anyOf", ()) if each.get("type") != "null"), {}
        )
        form = {k: v for k, v in made.items() if k not in ("title", "description")}
        kept = {k: v for k, v in made.items() if k in ("title", "description")}
        return {**kept, "anyOf": [number, {"const": "none"}, form]}


class DaysLimit(Limit):
    """A whole number of days or shifts."""

    limit: Annotated[int, Field(ge=0, le=1000)] | None


class HoursLimit(Limit):
    """A number of hours; the price is for each occurrence (rest) or each hour (totals)."""

    limit: Annotated[float, Field(ge=0, le=1000)] | None


class AverageLimit(HoursLimit):
    """Hours a week on average over a reference period."""

    weeks: Annotated[int, Field(ge=1, le=104)] = Field(
        default=17, description="length of the reference period in weeks"
    )
    rolling: bool = Field(
        default=False, description="every such period that ends in the plan, with the weeks of history that it needs"
    )


class WeeklyRest(HoursLimit):
    """Hours of uninterrupted rest in each calendar week, Monday to Sunday; the price is for each week without."""

    rolling: bool = Field(default=False, description="in any seven days in a row, not only in each calendar week")
    fortnightly: bool = Field(
        default=False,
        description="two such rests in each two weeks will do, or one twice as long; a week left over has its own",
    )


class RunRest(HoursLimit):
    """Hours of rest after a run of so many duties or more; the price is for each rest that is too short."""

    after: Annotated[int, Field(ge=1, le=14)] = Field(default=1, description="length from which a run counts")


class WeekendLimit(DaysLimit):
    """A number of weekends in any ``weeks`` weeks in a row (the horizon when left out)."""

    weeks: Annotated[int, Field(ge=1, le=104)] | None = None


class Toggle(Priced):
    """A rule without a number: ``true`` (hard), ``{weight: 5}``, or ``none``."""

    on: bool = True

    @model_validator(mode="before")
    @classmethod
    def _bare(cls, value: Any) -> Any:
        if isinstance(value, bool):
            return {"on": value}
        return {"on": False} if value == "none" else value

    @model_serializer(mode="wrap")
    def _short(self, handler: SerializerFunctionWrapHandler) -> Any:
        made = handler(self)
        if not self.on:
            return "none"
        return made or True

    @classmethod
    def __get_pydantic_json_schema__(cls, core: CoreSchema, handler: GetJsonSchemaHandler) -> dict[str, Any]:
        made = handler.resolve_ref_schema(handler(core))
        form = {k: v for k, v in made.items() if k not in ("title", "description")}
        kept = {k: v for k, v in made.items() if k in ("title", "description")}
        return {**kept, "anyOf": [{"type": "boolean"}, {"const": "none"}, form]}


class Who(Part):
    """People who match every list given (any entry of a list will do); nothing given = everybody."""

    staff: list[Id] = Field(default_factory=list)
    skills: list[Id] = Field(default_factory=list)
    groups: list[Id] = Field(default_factory=list)
    bands: list[Id] = Field(default_factory=list)
    contracts: list[Id] = Field(default_factory=list)
    wards: list[Id] = Field(default_factory=list, description="people whose own ward it is")

    def text(self) -> str:
        """Short words for messages: ``in-charge``, ``band 6/7``."""
        made = [
            prefix + "/".join(values)
            for prefix, values in (
                ("", self.staff),
                ("", self.skills),
                ("", self.groups),
                ("band ", self.bands),
                ("", self.contracts),
                ("of ", self.wards),
            )
            if values
        ]
        return ", ".join(made)


class Hours(Priced):
    """Paid hours on average a week over a reference period; the price is for each hour outside.

    ``weekly`` is a target from both sides, ``minimum`` and ``maximum`` one side each, and with none of them the
    target is the weekly hours of each person's contract; ``tolerance`` hours over the whole period are free. Leave
    counts with the hours credited for it, and so does the balance carried in, unless past weeks count themselves.
    """

    default_price = 2.0

    weekly: Annotated[float, Field(ge=0, le=168)] | None = None
    minimum: Annotated[float, Field(ge=0, le=168)] | None = None
    maximum: Annotated[float, Field(ge=0, le=168)] | None = None
    tolerance: Annotated[float, Field(ge=0, le=1000)] = 0.0
    weeks: Annotated[int, Field(ge=1, le=104)] | None = Field(
        default=None,
        description="reference period; longer than the horizon = past weeks count, shorter = blocks of weeks",
    )

    @property
    def contracted(self) -> bool:
        """Whether the target is that of the contract."""
        return self.weekly is None and self.minimum is None and self.maximum is None

    @model_validator(mode="after")
    def _bounds(self) -> Self:
        if self.weekly is not None and (self.minimum is not None or self.maximum is not None):
            raise ValueError("weekly is both bounds at once; give either it or minimum and maximum")
        if self.minimum is not None and self.maximum is not None and self.minimum > self.maximum:
            raise ValueError(f"minimum {self.minimum:g} is above maximum {self.maximum:g}")
        return self


class ShiftLimit(Priced):
    """How many of some shifts one person works, over the horizon or each block of ``weeks`` weeks."""

    shifts: list[Id] = Field(min_length=1)
    minimum: Annotated[int, Field(ge=0, le=1000)] | None = None
    maximum: Annotated[int, Field(ge=0, le=1000)] | None = None
    weeks: Annotated[int, Field(ge=1, le=104)] | None = None

    @model_validator(mode="after")
    def _bounds(self) -> Self:
        if self.minimum is None and self.maximum is None:
            raise ValueError("needs minimum or maximum")
        if self.minimum is not None and self.maximum is not None and self.minimum > self.maximum:
            raise ValueError(f"minimum {self.minimum} is above maximum {self.maximum}")
        return self


class Fairness(Priced):
    """One load that is shared in proportion to contracted hours and presence, past periods included.

    The price is that of the first shift (weekend, hour) above or below the share; the second costs twice, each
    further one three times as much. Counts of past periods stand in ``history.counts`` of each person.
    """

    default_price = 10.0
    KINDS: ClassVar[tuple[str, ...]] = ("nights", "weekends", "long-days", "bank-holidays", "hours")

    name: str = ""
    of: Literal["nights", "weekends", "long-days", "bank-holidays", "hours"] | None = Field(
        default=None, description="hours are those over contract"
    )
    shifts: list[Id] = Field(default_factory=list, description="instead of of")
    who: Who = Field(default_factory=Who, description="among whom; by default all who may do it")

    @property
    def title(self) -> str:
        """Its name, or what it shares; counts of history are kept under it."""
        return self.name or self.of or "/".join(self.shifts)

    @property
    def noun(self) -> str:
        """What is counted."""
        return "shifts" if self.of is None else self.of.replace("-", " ")

    @model_validator(mode="after")
    def _one(self) -> Self:
        if (self.of is None) == (not self.shifts):
            raise ValueError("needs either of or shifts")
        return self


class Sequence(Priced):
    """Duties on consecutive days that are not wanted: shift ids, ``off``, ``work``, ``night``, ``any``, ``E|L``."""

    sequence: list[Id] = Field(min_length=2, max_length=14)


class Tier(Priced):
    """One step in filling a gap: up to so many at this price (``bank``, ``agency``, ``unfilled``)."""

    default_price = 100.0

    name: str = ""
    up_to: Annotated[int, Field(ge=1, le=10000)] | None = None


class WorkLimits(Part):
    """Limits on one person's work: for the whole ward under ``rules``, by contract, or for one person."""

    min_rest_hours: HoursLimit | None = Field(default=None, description="rest between shifts, by the clock")
    max_average_weekly_hours: AverageLimit | None = Field(default=None, description="Working Time Regulations")
    max_hours_in_7_days: HoursLimit | None = Field(default=None, description="in any seven days in a row")
    max_consecutive_days: DaysLimit | None = None
    min_consecutive_days: DaysLimit | None = None
    max_consecutive_days_off: DaysLimit | None = Field(default=None, description="leave does not count")
    min_consecutive_days_off: DaysLimit | None = None
    max_consecutive_nights: DaysLimit | None = None
    min_consecutive_nights: DaysLimit | None = None
    days_off_after_nights: DaysLimit | None = None
    max_weekends: WeekendLimit | None = Field(default=None, description="worked weekends")
    min_weekends_off: WeekendLimit | None = None
    complete_weekends: Toggle | None = Field(default=None, description="a weekend is worked whole or not at all")
    no_night_before_weekend_off: Toggle | None = None
    no_night_before_leave: Toggle | None = None
    max_night_worker_hours: AverageLimit | None = Field(
        default=None, description="of night workers, in 24 hours on average over six days a week"
    )
    max_opted_out_weekly_hours: AverageLimit | None = Field(
        default=None, description="average week of those with working_time_opt_out"
    )
    max_hours_in_168_hours: HoursLimit | None = Field(default=None, description="whatever hour they begin with")
    max_shift_hours: HoursLimit | None = Field(default=None, description="by the clock")
    max_consecutive_long_days: DaysLimit | None = None
    max_consecutive_evenings: DaysLimit | None = Field(
        default=None, description="long days that end after 23:00 and by 02:00"
    )
    weekly_rest: WeeklyRest | None = None
    rest_after_nights: RunRest | None = Field(default=None, description="in hours, after the last of a run")
    rest_after_long_days: RunRest | None = None
    rest_after_evenings: RunRest | None = None
    rest_after_days: RunRest | None = Field(default=None, description="after working days in a row")
    hours: list[Hours] = Field(default_factory=list)
    shift_limits: list[ShiftLimit] = Field(default_factory=list)
    forbidden_sequences: list[Sequence] = Field(default_factory=list)


def selector_dates(selector: str) -> tuple[date, date] | None:
    """First and last date of a date or range selector, None for the named ones; ValueError for no such date."""
    if not re.match(_DAY, selector):
        return None
    first, _, last = selector.partition("..")
    begin = date.fromisoformat(first)
    end = date.fromisoformat(last) if last else begin
    if end < begin:
        raise ValueError(f"{selector} ends before it begins")
    return begin, end
