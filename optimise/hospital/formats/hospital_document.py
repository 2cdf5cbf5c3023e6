"""The hospital document: what a bed manager knows at 07:00, editable, saved as JSON, YAML, a workbook or CSV files.

>>> from optimise.hospital.formats.hospital_tables import Hospital
>>> hospital = Hospital.load("hospital.xlsx")           # doctest: +SKIP
>>> problem = hospital.problem()                        # doctest: +SKIP
"""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, StringConstraints

from optimise.formats.editable import Editable
from optimise.formats.parts import Part

__all__ = [
    "Bed",
    "Elective",
    "Emergencies",
    "HospitalData",
    "InPatient",
    "Infection",
    "Phase",
    "Room",
    "Ward",
]

Id = Annotated[str, StringConstraints(min_length=1, max_length=80, pattern=r"^[^\x00-\x1f\x7f]+$")]
Age = Annotated[int, Field(ge=0, le=200)]
Nights = Annotated[int, Field(ge=1, le=1000)]
Clock = Annotated[str, StringConstraints(pattern=r"^([01][0-9]|2[0-3]):[0-5][0-9]$")]
Minutes = Annotated[int, Field(ge=0, le=100_000)]


class Ward(Part):
    """A ward; one that no sheet names treats everybody."""

    id: Id
    specialties: list[Id] = Field(default_factory=list, description="at home here; all when empty")
    minimum_age: Age = 0
    maximum_age: Age = 200
    closed_to_admissions: bool = Field(default=False, description="nobody new; who lies there may stay")


class Room(Part):
    """A bay or side room of a ward."""

    ward: Id
    room: Id
    beds: Annotated[int, Field(ge=0, le=1000)] | None = Field(
        default=None, description="else those of the list of beds"
    )
    sex: Id = Field(default="same", description="same (one a day), any, F or M")
    features: list[Id] = Field(default_factory=list)


#: A chance above 0.
Chance = Annotated[float, Field(gt=0, le=1)]
_DISCHARGE = "chance to go home as expected, and on each day after; planned with where holds_with is said"


def _lower(text: object) -> object:
    """A word whatever its case."""
    return " ".join(text.split()).lower() if isinstance(text, str) else text


class Bed(Part):
    """A bed and its status in the morning."""

    ward: Id
    room: Id
    bed: Id
    status: Annotated[Literal["open", "closed", "reserved", "being cleaned"], BeforeValidator(_lower)] = "open"
    until: date | None = Field(default=None, description="first day on which it can be used again")


class Person(Part):
    """What is known of everybody."""

    patient: Id
    sex: str = Field(default="unknown", description="F, M, other or unknown; the last two lie alone")
    accommodated_as: Literal["F", "M"] | None = Field(default=None, description="whose rooms; else others lie alone")
    age: Age | None = None
    infection: str | None = Field(default=None, description="shares rooms with the same infection only")
    exposed_to: Id | None = Field(default=None, description="infection; shares rooms with its other contacts only")
    alone: bool = Field(default=False, description="shares no room")
    specialty: Id | None = None
    needs: list[Id] = Field(default_factory=list, description="features of the room")
    surgeon: Id | None = None
    surgery_minutes: Minutes = 0
    note: str | None = None


class InPatient(Person):
    """A row of the bed state: who lies where."""

    ward: Id
    room: Id
    bed: Id | None = None
    expected_discharge: date | None = None
    leaves_at: Clock | None = Field(default=None, description="hour of the discharge; planned with by BedTurnover")
    nights: Nights | None = Field(default=None, description="still to come, instead of the expected discharge")
    discharge_chance: Chance | None = Field(default=None, description=_DISCHARGE)
    fit_for_ward: date | None = Field(default=None, description="critical care justifies a mixed room until then")
    surgery_from: date | None = None
    surgery_until: date | None = None


class Elective(Person):
    """Somebody on the waiting list."""

    earliest: date
    latest: date | None = Field(default=None, description="else the last day of the plan")
    nights: Nights = 1
    must_come: bool = False
    discharge_chance: Chance | None = Field(default=None, description=_DISCHARGE)
    arrives_at: Clock | None = Field(default=None, description="hour of the arrival; planned with by BedTurnover")


class Emergencies(Part):
    """Emergencies expected on a day, as the forecast says."""

    date: date
    count: Annotated[int, Field(ge=0, le=1000)] = 1
    sex: str = Field(default="unknown", description="F, M, other or unknown; the last two lie alone")
    specialty: Id | None = None
    needs: list[Id] = Field(default_factory=list)
    nights: Nights = 1


class Phase(Part):
    """The first nights of a stay, or those after an earlier row, where they need something else."""

    patient: Id
    nights: Nights
    specialty: Id | None = None
    needs: list[Id] = Field(default_factory=list)
    justified: bool = Field(default=False, description="critical care: a mixed room is justified")


class Infection(Part):
    """What an infection asks of beds."""

    infection: Id
    cleaning_nights: Annotated[int, Field(ge=0, le=30)] = Field(
        default=0, description="nights for which the bed is cleaned once the patient has left it"
    )


class Session(Part):
    """Minutes of a theatre or a surgeon on a day."""

    id: Id
    date: date
    minutes: Minutes


class Nurse(Part):
    """A shift that a nurse works."""

    nurse: Id
    date: date
    shift: Id
    max_load: Annotated[int, Field(ge=0, le=10**6)] = 100
    skill: Annotated[int, Field(ge=0, le=1000)] = 0


class Price(Part):
    """A rule that is hard, off, or has a price."""

    rule: Id
    price: Annotated[float, Field(ge=0, le=10**6)] | Literal["hard", "off"]


class HospitalData(Editable):
    """A hospital on one morning and the days to plan."""

    kind: Literal["hospital-document"] = "hospital-document"
    schema_version: Literal[1] = 1
    name: str = "hospital"
    start: date | None = Field(default=None, description="the day of the bed state, the first of the plan")
    days: Annotated[int, Field(ge=1, le=366)] = 7
    unknown_stay: Nights | None = Field(
        default=None, description="nights of those whose expected discharge is missing or past; an error when empty"
    )
    holds_with: Annotated[float, Field(gt=0, lt=1)] | None = Field(
        default=None, description="chance with which a room has a bed for everybody on a night, by discharge_chance"
    )
    scenarios: Annotated[int, Field(ge=1, le=1000)] = Field(default=100, description="of longer stays, for holds_with")
    seed: Annotated[int, Field(ge=0, lt=2**31)] = Field(default=1, description="of these scenarios")
    shifts: list[Id] = Field(default_factory=list, description="nursing shifts of a day, in order")
    wards: list[Ward] = Field(default_factory=list)
    rooms: list[Room] = Field(min_length=1)
    beds: list[Bed] = Field(default_factory=list)
    bed_state: list[InPatient] = Field(default_factory=list)
    electives: list[Elective] = Field(default_factory=list)
    emergencies: list[Emergencies] = Field(default_factory=list)
    care: list[Phase] = Field(default_factory=list)
    infections: list[Infection] = Field(default_factory=list)
    theatres: list[Session] = Field(default_factory=list)
    surgeons: list[Session] = Field(default_factory=list)
    nurses: list[Nurse] = Field(default_factory=list)
    rules: list[Price] = Field(default_factory=list)

    def data(self) -> dict[str, Any]:
        """Plain values, without what is left at its default."""
        made = self.model_dump(mode="json", exclude_defaults=True)
        return {"kind": self.kind, "schema_version": self.schema_version, **made}
