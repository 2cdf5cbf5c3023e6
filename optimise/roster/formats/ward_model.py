"""Models of the ward document: its entries, and the document as plain checked data."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any, Literal, Self
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError, available_timezones

from pydantic import AfterValidator, Field, model_validator

from optimise.formats.document import nearest
from optimise.formats.editable import Editable
from optimise.roster.formats.ward_days import (
    BankHolidays,
    BasePattern,
    DateSpan,
    Leave,
    Pin,
    Request,
    Span,
    Unavailable,
)
from optimise.roster.formats.ward_own import OwnRule
from optimise.roster.formats.ward_parts import (
    AverageLimit,
    DaySelector,
    DaysLimit,
    Fairness,
    HoursLimit,
    Id,
    Part,
    Price,
    Priced,
    Tier,
    Weekday,
    Who,
    WorkLimits,
)
from optimise.roster.formats.ward_shifts import ShiftType
from optimise.roster.formats.ward_standards import Census, Pay, Rate, Standards
from optimise.roster.formats.ward_units import Floating, Unit

__all__ = [
    "SCHEMA_VERSION",
    "BasePattern",
    "Census",
    "Contract",
    "Demand",
    "Floating",
    "History",
    "Leave",
    "OwnRule",
    "Pair",
    "Pay",
    "Pin",
    "Rate",
    "Request",
    "Rules",
    "ShiftType",
    "SkillMix",
    "Staff",
    "Standards",
    "Unavailable",
    "Unit",
    "WardData",
]

#: Version of the document; the schema file carries it in its name.
SCHEMA_VERSION = 1

WorkingDays = Annotated[list[Weekday], Field(min_length=1)]


class Contract(WorkLimits):
    """Terms that several people share; a limit that it leaves out is that of the ward's ``rules``."""

    id: Id
    name: str = ""
    weekly_hours: Annotated[float, Field(ge=0, le=168)] | None = Field(
        default=None, description="paid, on average; 2 for each hour off it, unless hours says otherwise"
    )
    working_days: WorkingDays | None = Field(
        default=None, description="on which contract and leave are counted, Monday to Friday by default"
    )
    terms: list[DateSpan] = Field(
        default_factory=list,
        description="only then: no work and no contracted hours outside, such as 2026-01-05..2026-02-13",
    )
    annual_hours: Annotated[float, Field(ge=0, le=8784)] | None = Field(
        default=None, description="paid in a year, leave included, instead of weekly_hours"
    )
    year_start: date | None = Field(default=None, description="first day of the year of annual_hours")

    @model_validator(mode="after")
    def _year(self) -> Self:
        if (self.annual_hours is None) != (self.year_start is None):
            raise ValueError("annual_hours and year_start go together")
        if self.annual_hours is not None and self.weekly_hours is not None:
            raise ValueError("has weekly_hours and annual_hours; give one of the two")
        return self


class History(Part):
    """What came before the first day, oldest first."""

    duties: list[Id] = Field(
        default_factory=list, description="shift ids, off, work or ?, up to the day before the start"
    )
    weekly_hours: list[Annotated[float, Field(ge=0, le=168)]] = Field(default_factory=list)
    weekends: list[bool] = Field(default_factory=list, description="whether each past weekend was worked")
    counts: dict[Id, Annotated[int, Field(ge=0, le=100000)]] = Field(
        default_factory=dict, description="loads of past periods that are shared fairly, such as nights: 12"
    )
    balance_hours: Annotated[float, Field(ge=-1000, le=1000)] = Field(
        default=0.0, description="hours worked above (+) or below (-) contract so far"
    )
    year_hours: Annotated[float, Field(ge=0, le=8784)] = Field(
        default=0.0, description="paid since the year of annual_hours began, leave included"
    )


class Staff(Part):
    """One member of staff."""

    id: Id
    name: str = ""
    band: Id | None = None
    skills: list[Id] = Field(default_factory=list)
    groups: list[Id] = Field(default_factory=list)
    contract: Id | None = None
    ward: Id | None = Field(default=None, description="one's own, of several wards")
    weekly_hours: Annotated[float, Field(ge=0, le=168)] | None = Field(
        default=None, description="instead of the contract's"
    )
    working_days: WorkingDays | None = Field(default=None, description="instead of the contract's")
    working_time_opt_out: bool = Field(
        default=False, description="has agreed to work more than the average week of the law"
    )
    night_worker: bool = Field(default=False, description="works nights as a normal course (Working Time Regulations)")
    shifts: list[Id] = Field(default_factory=list, description="the only shifts that this person may work")
    limits: WorkLimits | None = Field(default=None, description="instead of the contract's")
    pattern: Id | None = Field(default=None, description="the base pattern that this person follows")
    line: Annotated[int, Field(ge=1, le=1000)] = Field(default=1, description="of the pattern, when it starts")
    history: History = Field(default_factory=History)


class Demand(Priced):
    """How many people are wanted on some shifts (counted together) or between two times.

    Where several entries speak of the same shifts, people and name, the one with the more particular days holds:
    a date before a weekday before ``weekdays``/``weekends`` before no days at all.
    """

    default_price = 100.0

    name: str = ""
    shifts: list[Id] = Field(default_factory=list)
    between: Span | None = Field(default=None, description="clock times; any shift that is on then counts")
    ward: Id | None = Field(default=None, description="of several wards; by default all are counted together")
    who: Who = Field(default_factory=Who)
    days: list[DaySelector] = Field(default_factory=list)
    minimum: Annotated[int, Field(ge=0, le=10000)] = 0
    maximum: Annotated[int, Field(ge=0, le=10000)] | None = None
    tiers: list[Tier] = Field(default_factory=list, description="how a gap is filled, instead of the ward's tiers")
    surplus: Price | None = Field(default=None, description="price of each person above the maximum")

    @model_validator(mode="after")
    def _sense(self) -> Self:
        if bool(self.shifts) == (self.between is not None):
            raise ValueError("needs either shifts or between")
        if self.maximum is not None and self.minimum > self.maximum:
            raise ValueError(f"minimum {self.minimum} is above maximum {self.maximum}")
        if self.maximum is None and self.surplus is not None:
            raise ValueError("a price of surplus needs a maximum")
        if self.tiers and (self.hard or self.weight is not None):
            raise ValueError("has tiers and a price of its own; give one of the two")
        return self


class SkillMix(Priced):
    """Who must be among those on duty: at least ``minimum`` of ``who``, or their ``share`` of all ``of``.

    With ``shifts`` those are counted together, with ``between`` at every moment, with neither on each shift.
    """

    default_price = 100.0

    name: str = ""
    who: Who = Field(default_factory=Who)
    of: Who = Field(default_factory=Who)
    minimum: Annotated[int, Field(ge=1, le=10000)] | None = None
    share: Annotated[float, Field(gt=0, le=1)] | None = None
    shifts: list[Id] = Field(default_factory=list)
    between: Span | None = None
    ward: Id | None = Field(default=None, description="of several wards; by default all are counted together")
    days: list[DaySelector] = Field(default_factory=list)

    @model_validator(mode="after")
    def _sense(self) -> Self:
        if (self.minimum is None) == (self.share is None):
            raise ValueError("needs either minimum or share")
        if self.shifts and self.between is not None:
            raise ValueError("needs either shifts or between, not both")
        return self


class Pair(Priced):
    """People who work together, apart, or only under supervision.

    ``apart``: at most ``limit`` of ``staff`` on the same shift. ``together``: each works a shift only with another
    of them. ``supervised``: each of ``staff`` works only when one of ``by`` is there throughout.
    """

    kind: Literal["apart", "together", "supervised"]
    staff: list[Id] = Field(min_length=1)
    by: Who | None = None
    limit: Annotated[int, Field(ge=0, le=1000)] = 1
    shifts: list[Id] = Field(default_factory=list, description="all shifts by default")
    days: list[DaySelector] = Field(default_factory=list)

    @model_validator(mode="after")
    def _sense(self) -> Self:
        supervised = self.kind not in ("apart", "together")
        if supervised != (self.by is not None):
            raise ValueError("by goes with kind supervised, and only with it")
        if not supervised and len(self.staff) < 2:
            raise ValueError(f"kind {self.kind} needs at least two people")
        return self


class Rules(WorkLimits):
    """Limits for everybody whose contract does not say otherwise; the law of the United Kingdom by default."""

    min_rest_hours: HoursLimit | None = Field(
        default_factory=lambda: HoursLimit(limit=11), description="rest between shifts, by the clock"
    )
    max_average_weekly_hours: AverageLimit | None = Field(
        default_factory=lambda: AverageLimit(limit=48), description="Working Time Regulations"
    )
    max_consecutive_days: DaysLimit | None = Field(default_factory=lambda: DaysLimit(limit=6))
    pack: Literal["nhs-agenda-for-change", "nhs-resident-doctors-2016"] | None = Field(
        default=None, description="clauses of an agreement; what ward, contract or person says holds instead"
    )
    fairness: list[Fairness] = Field(default_factory=list)
    own: list[OwnRule] = Field(default_factory=list, description="rules of other packages")


def _zone(name: str) -> str:
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        known = available_timezones()
        more = nearest(name, sorted(known)) if known else '; pip install "wardwise[calendar]" brings the time zones'
        raise ValueError(f"no time zone is called {name!r}{more}") from None
    return name


def _weekend() -> list[Weekday]:
    return ["Sat", "Sun"]


class WardData(Editable):
    """A ward and the period to plan.

    ``start`` with ``weeks`` or ``days`` gives the horizon (4 weeks by default); both may be given where they agree.
    Lists of ``skills`` and ``groups`` are optional; where given, every other mention is checked against them.
    """

    schema_version: Literal[1] = 1
    name: str = "ward"
    comment: str = ""
    start: date
    weeks: Annotated[int, Field(ge=1, le=104)] | None = None
    days: Annotated[int, Field(ge=1, le=728)] | None = None
    weekend_days: list[Weekday] = Field(default_factory=_weekend, min_length=1)
    time_zone: Annotated[str, AfterValidator(_zone)] | None = Field(
        default=None,
        description="such as Europe/London; pay and rest count the hours that pass when clocks change",
    )
    bank_holidays: BankHolidays = Field(default_factory=BankHolidays)
    skills: list[Id] = Field(default_factory=list)
    groups: list[Id] = Field(default_factory=list)
    wards: list[Unit] = Field(default_factory=list, description="where there are several")
    shifts: list[ShiftType] = Field(min_length=1)
    contracts: list[Contract] = Field(default_factory=list)
    rules: Rules = Field(default_factory=Rules)
    cover_tiers: list[Tier] = Field(default_factory=list, description="how any gap is filled: bank, agency, unfilled")
    demand: list[Demand] = Field(default_factory=list)
    skill_mix: list[SkillMix] = Field(default_factory=list)
    staff: list[Staff] = Field(min_length=1)
    floats: list[Floating] = Field(default_factory=list, description="who may work in other wards than one's own")
    patterns: list[BasePattern] = Field(default_factory=list, description="base patterns that people follow")
    leave: list[Leave] = Field(default_factory=list)
    unavailable: list[Unavailable] = Field(default_factory=list)
    requests: list[Request] = Field(default_factory=list)
    pins: list[Pin] = Field(default_factory=list)
    pairs: list[Pair] = Field(default_factory=list)
    standards: Standards = Field(default_factory=Standards)
    pay: Pay = Field(default_factory=Pay)
    pay_rates: list[Rate] = Field(default_factory=list, description="what each band is paid")
    census: list[Census] = Field(default_factory=list, description="beds occupied by day, where known")

    @property
    def length(self) -> int:
        """Number of days to plan."""
        return self.days if self.days is not None else 7 * (self.weeks or 4)

    def data(self) -> dict[str, Any]:
        """Plain values, with what is left at its default left out."""
        made: dict[str, Any] = self.model_dump(mode="json", exclude_defaults=True)
        if self.rules.pack is not None:  # what is said beside a pack is said, even where it holds by default
            made["rules"] = self.rules.model_dump(mode="json", exclude_unset=True)
        return {"schema_version": SCHEMA_VERSION, **made}
