"""What is sent to the service and what it answers, as checked data; the OpenAPI page is made from it."""

from __future__ import annotations

import datetime as dt
from http import HTTPStatus
from typing import Annotated, Any, Literal, Self

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, model_validator
from sqlalchemy.engine import RowMapping

from optimise.serve.samples import PLAN, WARD, shown

__all__ = [
    "Ask",
    "Change",
    "Cover",
    "Evaluate",
    "EvaluateWith",
    "Example",
    "Fault",
    "JobAnswer",
    "Judge",
    "Kept",
    "Problem",
    "Replan",
    "Submit",
    "Why",
    "job_answer",
]


class _Body(BaseModel):
    model_config = ConfigDict(extra="forbid")


class Ask(_Body):
    """What is asked of a solve."""

    method: str = Field("auto", pattern=r"^[a-z][a-z0-9-]{0,40}$", description="See `wardwise methods`.")
    seconds: float = Field(60.0, gt=0, description="Time limit.")
    gap: float = Field(0.0, ge=0, le=1, description="Stop at this part of the cost between plan and bound.")
    seed: int = Field(0, ge=0, lt=2**31)


class Submit(Ask):
    """A job: a document as its JSON schema says (`wardwise schema ward`, `hospital-document`, `capacity`)."""

    model_config = ConfigDict(json_schema_extra=shown(document=WARD, method="highs", seconds=20))

    document: dict[str, Any]


class Upload(Ask):
    """What is asked of a solve whose document is a file."""

    kind: Literal["json", "yaml", "yml", "xlsx"] = Field("xlsx", description="What the file is.")


class Example(Ask):
    """A made-up document instead of one that is sent."""

    model_config = ConfigDict(json_schema_extra=shown(example="ward", seconds=1))

    example: Literal["ward", "hospital"] = "ward"


class Change(_Body):
    """A change of a document. Days are dates or numbers from 0."""

    what: Literal["sick", "leave", "pin", "unpin", "close"] = Field(
        description="`sick` and `leave`: a person is away; `pin`: a day is settled; `unpin`: it is free again; "
        "`close`: beds of a room."
    )
    who: str = Field(max_length=200, description="A person, or a room.")
    first: str = Field(max_length=40)
    last: str | None = Field(None, max_length=40, description="Left out: that day alone.")
    shift: str | None = Field(None, max_length=200, description="Of `pin`; left out: a day off.")
    beds: int | None = Field(None, ge=1, le=1000, description="Of `close`; left out: all.")

    @model_validator(mode="after")
    def _sense(self) -> Self:
        for key, given, what in (("shift", self.shift, "pin"), ("beds", self.beds, "close")):
            if given is not None and self.what != what:
                raise ValueError(f"{key} is of {what} alone, not of {self.what}")
        return self


class Replan(Ask):
    """Plan again from the plan of a job, or from one that is sent, for a document of today."""

    model_config = ConfigDict(
        json_schema_extra=shown(
            changes=[{"what": "sick", "who": "Ann", "first": "2026-01-06"}],
            freeze_until="2026-01-06",
            method="highs",
            seconds=20,
        )
    )

    document: dict[str, Any] | None = Field(None, description="Left out: the document of the earlier job.")
    changes: list[Change] = Field([], max_length=10_000, description="Made in the document first.")
    plan: dict[str, Any] | None = Field(None, description="The earlier plan; left out: that of the job.")
    freeze_until: Annotated[int, Field(ge=0, lt=10_000)] | dt.date = Field(
        0, description="Days before this one, a number or a date, stay as they were."
    )
    change_cost: float | None = Field(None, ge=0, lt=1e6, description="Price of a change.")


class Evaluate(_Body):
    """A plan to be evaluated, as `native-plan.json` of a result holds it; left out: that of the job."""

    model_config = ConfigDict(json_schema_extra=shown(plan=PLAN))

    plan: dict[str, Any] | None = None


class Judge(Evaluate):
    """A plan to be evaluated."""

    model_config = ConfigDict(json_schema_extra=shown(plan=PLAN, detail=True))

    detail: bool = Field(False, description="Also cover, hours and requests, or beds in use and who waits.")


class EvaluateWith(_Body):
    """A document and a plan of it."""

    model_config = ConfigDict(json_schema_extra=shown(document=WARD, plan=PLAN))

    document: dict[str, Any]
    plan: dict[str, Any]


class Cover(Evaluate):
    """Who can take a shift?"""

    model_config = ConfigDict(json_schema_extra=shown(plan=PLAN, day="2026-01-06", instead_of="Ann"))

    day: str = Field(max_length=40, description="A date, a day number or a day name.")
    shift: str | None = Field(None, max_length=200)
    instead_of: str | None = Field(None, max_length=200)
    swap: bool = False
    most: int = Field(5, ge=1, le=50)
    from_day: str | None = Field(
        None,
        max_length=40,
        description="Nobody gives up a duty before it, but on `day`; left out: today, in a plan with that date.",
    )


class Why(Evaluate):
    """Why has somebody a duty, or why was a request refused?"""

    model_config = ConfigDict(json_schema_extra=shown(plan=PLAN, who="Ann", day="2026-01-06"))

    who: str = Field(max_length=200)
    day: str = Field(max_length=40, description="A date, a day number or a day name.")
    shift: str | None = Field(None, max_length=200)
    seconds: float = Field(8.0, gt=0, le=30)


class _Answer(BaseModel):
    """What is answered has each key."""

    model_config = ConfigDict(json_schema_serialization_defaults_required=True)


class Kept(_Answer):
    """Figures of a result; null where unknown."""

    instance: str | None = None
    kind: str | None = None
    method: str | None = None
    stop: str | None = None
    feasible: bool | None = None
    cost: float | None = None
    lower_bound: float | None = None
    gap: float | None = None
    seconds: float | None = None


class Asked(_Answer):
    """What was asked of a job; the last two of a re-plan."""

    method: str
    seconds: float
    gap: float
    seed: int
    freeze_until: int | dt.date | None = None
    change_cost: float | None = None


class JobAnswer(_Answer):
    """A job as its tenant sees it; times as RFC 3339 writes them."""

    id: str
    state: Literal["queued", "running", "finished", "failed", "cancelled", "lost"]
    asked: Literal["", "finish", "cancel"]
    submitted: AwareDatetime
    started: AwareDatetime | None
    ended: AwareDatetime | None
    attempts: int
    message: str
    asks: Asked
    summary: Kept | None


class Fault(_Answer):
    """One thing that is wrong, and where."""

    message: str
    item: str | None = Field(None, description="The entry at fault, such as `leave[0].staff`.")
    line: int | None = Field(None, description="Of a file that was sent: line, or row of a sheet.")


class Problem(_Answer):
    """What is wrong, in words; several lines where several things are."""

    detail: str
    faults: list[Fault] = Field([], description="Each on its own, for a form; empty where the words say all.")


def refusals(*codes: int) -> dict[int | str, dict[str, Any]]:
    """Which answers other than success a call may give, for its description: each a :class:`Problem`.

    Parameters
    ----------
    codes : int
        Status codes.

    Returns
    -------
    dict
        For the argument ``responses`` of a route.
    """
    content = {"application/json": {"schema": {"$ref": "#/components/schemas/Problem"}}}
    return {code: {"description": HTTPStatus(code).phrase, "content": content} for code in codes}


def job_answer(row: RowMapping) -> JobAnswer:
    """A row of the database as an answer.

    Parameters
    ----------
    row : RowMapping
        Of the table of jobs.

    Returns
    -------
    JobAnswer
    """
    return JobAnswer.model_validate({name: row[name] for name in JobAnswer.model_fields})
