"""The native hospital file as pydantic models; the published JSON Schema is made from them."""

from __future__ import annotations

from datetime import date
from difflib import get_close_matches
from typing import Annotated, Any, Literal, Self

from pydantic import BeforeValidator, ConfigDict, Field, model_validator

from optimise.formats.json_document import Strict

__all__ = ["HospitalFile", "PlanFile", "json_schema"]

Name = Annotated[str, Field(min_length=1, max_length=200)]
Day = Annotated[int, Field(ge=0, lt=1000)]


def _as_date(value: object) -> Any:
    if isinstance(value, str):
        try:
            return date.fromisoformat(value)
        except ValueError:
            raise ValueError("should be a date such as 2026-01-05") from None
    return value


Date = Annotated[date, BeforeValidator(_as_date)]
#: A day of the plan, by number from 0 or by date; dates need the plan's ``start``.
When = Day | Date
Minutes = Annotated[int, Field(ge=0, le=100_000)]
Price = Annotated[float, Field(ge=0, le=10**6)]
Weight = Price | Literal["hard", "off"]


class ClosedBeds(Strict):
    """Beds of a room that are closed on some days."""

    first_day: When
    last_day: When
    beds: Annotated[int, Field(ge=0, le=1000)] | None = Field(None, description="Beds closed; all when left out")


class RoomEntry(Strict):
    """A room or bay."""

    id: Name
    beds: Annotated[int, Field(ge=0, le=1000)]
    ward: Name = "ward"
    gender: Name = Field("same", description="'any', 'same' (one gender a day) or the only gender admitted")
    features: list[Name] = Field([])
    closed: list[ClosedBeds] = Field([])
    bed_ids: list[Name] = Field([])


class WardEntry(Strict):
    """A ward or department."""

    id: Name
    specialties: list[Name] = Field([], description="Specialties at home here; all when empty")
    minimum_age: Annotated[int, Field(ge=0, le=200)] = 0
    maximum_age: Annotated[int, Field(ge=0, le=200)] = 200
    closed_to_admissions: bool = Field(
        False, description="Nobody is admitted or moved to the ward; who lies there at the start may stay"
    )


class CarePhase(Strict):
    """What the first nights of a stay, or those after an earlier phase, need; the patient's own needs follow."""

    nights: Annotated[int, Field(ge=1, le=1000)]
    specialty: Name | None = Field(None, description="Instead of the patient's own")
    needs: list[Name] = Field([], description="Room features required, instead of the patient's own")
    justified: bool = Field(False, description="A room shared with the other gender is justified (critical care)")


class PatientEntry(Strict):
    """A patient to admit, or one who is in hospital already (``room`` is given).

    Further keys are kept and shown; one that is true and names a feature of a room is a need.
    """

    model_config = ConfigDict(extra="allow")
    __pydantic_extra__: dict[str, bool | int | float | str | list[str] | None] = Field(init=False)

    id: Name
    gender: Name
    accommodated_as: Name | None = Field(
        None, description="Gender whose rooms the patient uses; without it all but the first two genders lie alone"
    )
    stay: Annotated[int, Field(ge=1, le=1000)] | None = Field(
        None, description="Nights; for in-patients those still to come. May follow from expected_discharge"
    )
    expected_discharge: Date | None = Field(None, description="Day on which the patient goes home")
    age: Annotated[int, Field(ge=0, le=200)] | None = None
    age_group: Name | None = None
    room: Name | None = Field(None, description="Room in which an in-patient lies now")
    earliest: When = 0
    latest: When | None = Field(None, description="Last possible day of admission; the last day when left out")
    mandatory: bool = True
    specialty: Name | None = None
    needs: list[Name] = Field([], description="Room features required")
    care: list[CarePhase] = Field([], description="Phases of the stay that need something else, such as intensive care")
    justified_until: When | None = Field(
        None, description="Day from which a room shared with the other gender counts: fit for the ward"
    )
    wishes: list[Name] = Field([], description="Room features wished for")
    largest_room: Annotated[int, Field(ge=1, le=1000)] | None = None
    forbidden_rooms: list[Name] = Field([])
    unsuitable_days: list[When] = Field([], description="Days on which admission does not suit the patient")
    isolation: Name | None = Field(None, description="'alone', or the name of a cohort that may share rooms")
    contact_of: Name | None = Field(
        None, description="Infection the patient was exposed to; shares rooms with its other contacts only"
    )
    cleaning_nights: Annotated[int, Field(ge=0, le=30)] = Field(
        0, description="Nights for which the bed is cleaned once the patient has left it"
    )
    overstay: list[Annotated[float, Field(ge=0, le=1)]] = Field(
        [], max_length=1000, description="Chance of staying at least 1, 2, ... nights longer; planned with by ``stays``"
    )
    delay_factor: Annotated[int, Field(ge=0, le=10**6)] = 1
    refusal_factor: Annotated[int, Field(ge=0, le=10**6)] = 1
    surgeon: Name | None = None
    surgery_minutes: Minutes = 0
    surgery_earliest: When | None = Field(
        None, description="First day of an in-patient's surgery; the first of the plan"
    )
    surgery_latest: When | None = Field(None, description="Last day of it; the last of the stay when left out")
    workload: list[Annotated[int, Field(ge=0, le=10**6)]] = Field([], description="By shift of the stay")
    skill: list[Annotated[int, Field(ge=0, le=1000)]] = Field([], description="Skill needed, by shift of the stay")

    @model_validator(mode="after")
    def _no_slip(self) -> Self:
        for key in self.model_extra or ():
            close = get_close_matches(key, list(type(self).model_fields), n=1, cutoff=0.7)
            if close:
                raise ValueError(f"unknown key {key!r}; did you mean {close[0]!r}?")
        return self


class Staffed(Strict):
    """A theatre or a surgeon with minutes by day."""

    id: Name
    minutes: list[Minutes] = Field(description="One number a day; 0 when closed or absent")


class DutyEntry(Strict):
    """A shift that a nurse works."""

    day: When
    shift: Name
    max_load: Annotated[int, Field(ge=0, le=10**6)]


class NurseEntry(Strict):
    """A nurse with the shifts of the roster."""

    id: Name
    skill: Annotated[int, Field(ge=0, le=1000)] = 0
    shifts: list[DutyEntry] = Field([])


class RoomCost(Strict):
    """Any other cost of nights in rooms, as a table."""

    rule: Name
    text: str = Field("", max_length=300, description="Completes 'patient X in room R:'")
    amounts: list[list[Annotated[int, Field(ge=0, le=10**6)]]] = Field(description="Rows of one number a room")
    rows: list[Annotated[list[Annotated[int, Field(ge=0)]], Field(min_length=1)]] = Field(
        description="For each patient one row for the whole stay, or one for each night inside the horizon"
    )


class DateCost(Strict):
    """Any other cost of the day of admission, as a table."""

    rule: Name
    text: str = Field("", max_length=300, description="Completes 'patient X on day D:'")
    amounts: list[list[Annotated[int, Field(ge=0, le=10**6)]]] = Field(
        description="For each patient one number a day of the horizon, and a last one for not being admitted"
    )


class StaysEntry(Strict):
    """That stays may last longer than said is planned with, by scenarios."""

    holds_with: Annotated[float, Field(gt=0, lt=1)] = Field(
        0.9, description="Chance with which a room has a bed for everybody on a night"
    )
    scenarios: Annotated[int, Field(ge=1, le=1000)] = 100
    seed: Annotated[int, Field(ge=0, lt=2**31)] = 1


class HospitalFile(Strict):
    """A hospital planning problem in Wardwise's own format."""

    schema_version: Literal[1] = 1
    kind: Literal["hospital"]
    name: Name = "hospital"
    days: Annotated[int, Field(ge=1, le=1000)]
    start: Date | None = Field(None, description="Date of day 0")
    unknown_stay: Annotated[int, Field(ge=1, le=1000)] | None = Field(
        None, description="Nights of in-patients whose expected discharge is missing or past; an error when left out"
    )
    stays: StaysEntry | None = Field(
        None, description="Plan with the ``overstay`` of patients; without it stays last as long as said"
    )
    genders: Annotated[list[Name], Field(min_length=2, max_length=20)] = Field(
        ["F", "M"], description="The two that share rooms, then any others that are recorded"
    )
    age_groups: Annotated[list[Name], Field(min_length=1, max_length=100)] = Field(["all"])
    wards: list[WardEntry] = Field([])
    rooms: Annotated[list[RoomEntry], Field(min_length=1)]
    patients: Annotated[list[PatientEntry], Field(min_length=1)]
    theatres: list[Staffed] = Field([])
    surgeons: list[Staffed] = Field([])
    shifts: list[Name] = Field([])
    nurses: list[NurseEntry] = Field([])
    room_costs: list[RoomCost] = Field([])
    date_costs: list[DateCost] = Field([])
    mixing: Literal["patients", "minority", "room"] | None = Field(
        None,
        description="How a mixed room counts: everybody there, as the NHS counts breaches (where it has a price), "
        "people of the rarer gender (where it is hard), or 1",
    )
    rules: dict[Name, Weight] = Field({}, description="'hard' or the price of one unit; others keep their default")


class PlannedStay(Strict):
    """Where and when a patient is planned."""

    id: Name
    admission: Day | None = None
    rooms: list[Name] = Field([], description="One room for the whole stay, or one a night")
    theatre: Name | None = None
    surgery_day: Day | None = Field(None, description="Day of an in-patient's surgery")
    beds: list[Annotated[int, Field(ge=0, le=1000)]] = Field([], description="Bed within the room, one a night")


class PlannedPost(Strict):
    """A nurse with the rooms of a shift."""

    nurse: Name
    day: Day
    shift: Name
    rooms: list[Name]


class PlanFile(Strict):
    """A hospital plan in Wardwise's own format."""

    schema_version: Literal[1] = 1
    kind: Literal["hospital-plan"]
    name: str = ""
    start: Date | None = Field(None, description="Date of day 0, where the problem has dates")
    patients: list[PlannedStay]
    nurses: list[PlannedPost] = Field([])


def json_schema(what: Literal["problem", "plan"] = "problem") -> dict[str, Any]:
    """JSON Schema (2020-12) of the native hospital file or plan."""
    model = HospitalFile if what == "problem" else PlanFile
    made = model.model_json_schema()
    made["$schema"] = "https://json-schema.org/draft/2020-12/schema"
    made["$id"] = f"https://wardwise.invalid/schema/hospital-{what}-1.json"
    return made
