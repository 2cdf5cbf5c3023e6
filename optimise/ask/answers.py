"""Answers to questions about a finished roster, as models; the published JSON Schemas are made from them.

:mod:`optimise.ask.told` makes the objects; ``wardwise cover --json``, ``wardwise why --json`` and the service give
them.
"""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from optimise.core.stored import StoredModel

__all__ = ["CoverFile", "DayEntry", "WhyFile"]


class DayEntry(StoredModel):
    """A day of the horizon."""

    number: int = Field(ge=0, description="From 0")
    date: str | None = Field(description="ISO 8601; null where the problem has no dates")
    label: str = Field(description="As people say it")


class ChangeEntry(StoredModel):
    """A cell of the roster that would change; ``-`` is a day off."""

    who: str
    day: str | int = Field(description="The date, or the number of the day where the problem has no dates")
    before: str
    after: str


class AnswerEntry(StoredModel):
    """Somebody who can take the shift."""

    who: str
    added_cost: float = Field(description="Against the plan with the place left empty")
    cost: float
    hard: float = Field(description="Amount by which hard rules are broken then")
    disturbs: list[str] = Field(description="Who else's days change")
    changes: list[ChangeEntry]
    by_rule: dict[str, float] = Field(description="Change of cost by rule")
    stays_short: list[str] = Field(
        description="Hard head counts that the empty place leaves short and that stay so; empty: filled as it must be"
    )


class ReasonEntry(StoredModel):
    """One reason, for a program: of whom, when, by which rule, and the words without the person."""

    rule: str | None = Field(description="Null where no rule says so")
    who: list[str] = Field(description="Ids; empty for a head count")
    days: list[str | int] = Field(description="As in `changes`; empty for the whole horizon")
    message: str


class StoppedEntry(StoredModel):
    """Somebody who cannot, and why."""

    who: str
    rules: list[str]
    reasons: list[str] = Field(description="Sentences for people; `because` has the same for programs")
    because: list[ReasonEntry] = Field(description="Each reason on its own")


class CoverFile(StoredModel):
    """Who can take a shift: first those with whom no hard head count of the place stays short, then by cost."""

    question: Literal["cover"]
    problem: str
    day: DayEntry
    shift: str
    instead_of: str | None
    from_day: DayEntry = Field(description="No duty before it is given up, but for that of the day asked about")
    possible: bool = Field(description="Whether an answer leaves no hard head count of the place short")
    cost: float = Field(description="Of the plan as it stands")
    hard: float
    cost_vacant: float = Field(description="With nobody in the place")
    hard_vacant: float
    alone: list[AnswerEntry] = Field(description="Nobody else is disturbed")
    swaps: list[AnswerEntry]
    stopped: list[StoppedEntry]


class WhyFile(StoredModel):
    """Why somebody has a duty, or a request was refused."""

    question: Literal["why-duty", "why-request", "why-shift"]
    problem: str
    who: str
    day: DayEntry
    has: str
    wanted: str
    cost: float
    cost_wanted: float | None = Field(description="Of the best plan found in which it is otherwise; null for none")
    added_cost: float | None
    lower_bound: float | None = Field(description="No such plan costs less; null is unknown")
    lower_bound_source: str
    proven: bool
    impossible: bool = Field(description="No plan that keeps all hard rules has it otherwise")
    reasons: list[str] = Field(description="Where it is impossible: lines for people")
    because: list[ReasonEntry] = Field(description="Where it is impossible: the facts that cannot all hold")
    changes: list[ChangeEntry]
    by_rule: dict[str, float]
    seconds: float
