"""What the calls answer, as models: the OpenAPI description is made from them, and tests hold real answers to them.

Answers themselves are plain values that were made here; they are not checked again while somebody waits.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from optimise.core.stored import EvaluationEntry, ResultFile, StoredModel
from optimise.hospital.formats.hospital_schema import PlanFile
from optimise.roster.formats.plan_schema import RosterPlanFile

__all__ = [
    "BoardAnswer",
    "ChangeAnswer",
    "EvaluateAnswer",
    "Health",
    "HospitalBoard",
    "ProgressEvent",
    "Ready",
    "ResultAnswer",
    "WardBoard",
]


class Health(BaseModel):
    """The process answers."""

    status: Literal["ok"]
    version: str


class Ready(BaseModel):
    """Whether database and queue work, in words."""

    status: str


class ProgressEvent(BaseModel):
    """Data of an event ``progress``; null is unknown."""

    seconds: float
    cost: float | None
    lower_bound: float | None
    gap: float | None
    event: str = Field("", description="What happened, in a word or two; may be empty")


class ChangeAnswer(BaseModel):
    """One decision that a re-plan made otherwise than the earlier plan."""

    who: str
    name: str
    what: str = Field(description="duty, admission, room, theatre or nurse")
    day: int = Field(description="From 0")
    date: str = Field(description="Empty where the problem has no dates")
    was: str
    now: str


class ResultAnswer(ResultFile):
    """The object of ``result.json`` (`wardwise schema result`), with the plan as ``native_plan``.

    Its form is that of the kind: `wardwise schema roster-plan`, `hospital-plan`, `capacity-plan`.
    """

    model_config = ConfigDict(title="Result")

    native_plan: dict[str, Any] | None


# ---- boards ----------------------------------------------------------------------------------------------------------


class BoardDay(StoredModel):
    """A day."""

    key: str = Field(description="How plans name it")
    label: str
    free: bool = Field(description="A weekend or a bank holiday")


class BoardPerson(StoredModel):
    """Somebody of a ward."""

    id: str
    name: str
    detail: str


class BoardDuty(StoredModel):
    """A shift that can be worked."""

    id: str = Field(description="How plans name it")
    label: str
    shift: str
    meaning: str
    ink: list[str] = Field(description="Colours of paper and letters")


Cell = Annotated[list[int], Field(min_length=2, max_length=2, description="Person and day, from 0")]


class WardBoard(StoredModel):
    """A ward, and the plan to begin from."""

    kind: Literal["roster"]
    name: str
    plan: RosterPlanFile
    people: list[BoardPerson]
    days: list[BoardDay]
    duties: list[BoardDuty]
    leave: list[Cell]
    pinned: list[Cell]


class BoardRoom(StoredModel):
    """A room with its beds by day."""

    id: str
    ward: str
    beds: list[int]


class BoardPatient(StoredModel):
    """A patient who needs a bed."""

    id: str
    gender: str
    nights: int
    earliest: int
    latest: int
    must: bool
    lies_in: str | None


class HospitalBoard(StoredModel):
    """Rooms and patients, and the plan to begin from."""

    kind: Literal["hospital"]
    name: str
    plan: PlanFile
    rooms: list[BoardRoom]
    days: list[BoardDay]
    patients: list[BoardPatient]


BoardAnswer = Annotated[WardBoard | HospitalBoard, Field(discriminator="kind")]

# ---- how a plan stands -----------------------------------------------------------------------------------------------


class CoverCell(StoredModel):
    """Heads on a day against a minimum and a maximum."""

    day: int
    present: float
    minimum: float
    maximum: float | None
    short: float
    over: float
    broken: bool


class CoverRow(StoredModel):
    """Cover of one demand over all days."""

    label: str
    rule: str
    cells: list[CoverCell]


class PersonHours(StoredModel):
    """What somebody works."""

    hours: float
    counted: list[float] | None = Field(description="Hours counted, and those of the contract")
    nights: int
    cost: float


class RequestStands(StoredModel):
    """A request, and whether it is granted."""

    person: int
    day: int
    wish: str
    granted: bool


class WardStanding(StoredModel):
    """Cover, hours and requests."""

    cover: list[CoverRow]
    hours: list[PersonHours]
    requests: list[RequestStands]


class WaitingPatient(StoredModel):
    """A patient without a bed."""

    id: str
    must: bool
    reason: str


class BedStanding(StoredModel):
    """Beds in use by room and day, and who waits."""

    occupied: list[list[int]]
    waiting: list[WaitingPatient]


class EvaluateAnswer(EvaluationEntry):
    """Cost and violations, as ``wardwise check --json`` says them; in ``detail`` also how the plan stands."""

    standing: WardStanding | BedStanding | None = None
