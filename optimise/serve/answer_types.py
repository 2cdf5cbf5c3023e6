"""Types of what the service answers, made from its description by ``python -m tests.answer_types``."""

from __future__ import annotations

from typing import Any, Literal, NotRequired, TypedDict, final

__all__ = ["ChangeJson", "CoverJson", "EvaluationJson", "FaultJson", "JobJson", "ProgressJson", "ResultJson", "WhyJson"]


class AnswerEntry(TypedDict):
    """Somebody who can take the shift."""

    who: str
    added_cost: float
    cost: float
    hard: float
    disturbs: list[str]
    changes: list[ChangeEntry]
    by_rule: dict[str, float]
    stays_short: list[str]


class Asked(TypedDict):
    """What was asked of a job; the last two of a re-plan."""

    method: str
    seconds: float
    gap: float
    seed: int
    freeze_until: int | str | None
    change_cost: float | None


class BedStanding(TypedDict):
    """Beds in use by room and day, and who waits."""

    occupied: list[list[int]]
    waiting: list[WaitingPatient]


class BoundsEntry(TypedDict):
    """``dual <= optimum <= primal``; null is unknown."""

    primal: float | None
    dual: float | None
    primal_source: str
    dual_source: str


class ChangeEntry(TypedDict):
    """A cell of the roster that would change; ``-`` is a day off."""

    who: str
    day: str | int
    before: str
    after: str


@final
class ChangeJson(TypedDict):
    """One decision that a re-plan made otherwise than the earlier plan."""

    who: str
    name: str
    what: str
    day: int
    date: str
    was: str
    now: str


class CoverCell(TypedDict):
    """Heads on a day against a minimum and a maximum."""

    day: int
    present: float
    minimum: float
    maximum: float | None
    short: float
    over: float
    broken: bool


@final
class CoverJson(TypedDict):
    """Who can take a shift: first those with whom no hard head count of the place stays short, then by cost."""

    question: Literal["cover"]
    problem: str
    day: DayEntry
    shift: str
    instead_of: str | None
    from_day: DayEntry
    possible: bool
    cost: float
    hard: float
    cost_vacant: float
    hard_vacant: float
    alone: list[AnswerEntry]
    swaps: list[AnswerEntry]
    stopped: list[StoppedEntry]


class CoverRow(TypedDict):
    """Cover of one demand over all days."""

    label: str
    rule: str
    cells: list[CoverCell]


class DayEntry(TypedDict):
    """A day of the horizon."""

    number: int
    date: str | None
    label: str


class EvaluationEntry(TypedDict):
    """The evaluation as it was when the run was written; whoever reads it evaluates the plan again."""

    feasible: bool
    cost: float | None
    hard: float | None
    rules: list[RuleEntry]
    violations: list[ViolationEntry]


@final
class EvaluationJson(TypedDict):
    """Cost and violations, as ``wardwise check --json`` says them; in ``detail`` also how the plan stands."""

    feasible: bool
    cost: float | None
    hard: float | None
    rules: list[RuleEntry]
    violations: list[ViolationEntry]
    standing: NotRequired[WardStanding | BedStanding | None]


@final
class FaultJson(TypedDict):
    """One thing that is wrong, and where."""

    message: str
    item: str | None
    line: int | None


class FilesEntry(TypedDict):
    """Names of the files beside ``result.json``."""

    trace: NotRequired[str]
    plan: NotRequired[list[str]]
    native_plan: NotRequired[list[str]]


@final
class JobJson(TypedDict):
    """A job as its tenant sees it; times as RFC 3339 writes them."""

    id: str
    state: Literal["queued", "running", "finished", "failed", "cancelled", "lost"]
    asked: Literal["", "finish", "cancel"]
    submitted: str
    started: str | None
    ended: str | None
    attempts: int
    message: str
    asks: Asked
    summary: Kept | None


class Kept(TypedDict):
    """Figures of a result; null where unknown."""

    instance: str | None
    kind: str | None
    method: str | None
    stop: str | None
    feasible: bool | None
    cost: float | None
    lower_bound: float | None
    gap: float | None
    seconds: float | None


class LegEntry(TypedDict):
    """One start of the program on the way to a result."""

    started: NotRequired[str]
    seconds: NotRequired[float]
    cpu_seconds: NotRequired[float]
    ranks: NotRequired[int]
    hosts: NotRequired[list[str]]
    job: NotRequired[str]
    restart: NotRequired[int]
    energy: NotRequired[float | None]
    cost: NotRequired[float | None]
    lower_bound: NotRequired[float | None]


class PersonHours(TypedDict):
    """What somebody works."""

    hours: float
    counted: list[float] | None
    nights: int
    cost: float


@final
class ProgressJson(TypedDict):
    """Data of an event ``progress``; null is unknown."""

    seconds: float
    cost: float | None
    lower_bound: float | None
    gap: float | None
    event: NotRequired[str]


class ProvenanceEntry(TypedDict):
    """What is needed to repeat the run."""

    method: str
    seed: int
    ranks: int
    threads: NotRequired[int]
    options: NotRequired[dict[str, Any]]
    instance: NotRequired[str]
    digest: NotRequired[str]
    versions: NotRequired[dict[str, str]]
    machine: NotRequired[str]
    started: NotRequired[str]


class ReasonEntry(TypedDict):
    """One reason, for a program: of whom, when, by which rule, and the words without the person."""

    rule: str | None
    who: list[str]
    days: list[str | int]
    message: str


class ReplanEntry(TypedDict):
    """How an earlier plan was put into the problem."""

    plan: NotRequired[str]
    freeze_until: NotRequired[int]
    change_cost: NotRequired[float | None]
    nurse_cost: NotRequired[float | None]
    days_since: NotRequired[int | None]


class RequestStands(TypedDict):
    """A request, and whether it is granted."""

    person: int
    day: int
    wish: str
    granted: bool


@final
class ResultJson(TypedDict):
    """The object of ``result.json`` (`wardwise schema result`), with the plan as ``native_plan``."""

    schema: Literal["wardwise-result/1"]
    wardwise: NotRequired[str]
    instance: NotRequired[str]
    family: NotRequired[str | None]
    kind: NotRequired[str | None]
    method: NotRequired[str]
    feasible: bool
    stop: Literal["optimal", "gap", "time", "iterations", "infeasible", "interrupted", "stuck", "error"]
    cost: float | None
    lower_bound: float | None
    gap: NotRequired[float | None]
    seconds: NotRequired[float]
    ranks: NotRequired[int]
    explanation: list[str]
    legs: NotRequired[list[LegEntry]]
    bounds: BoundsEntry
    evaluation: EvaluationEntry | None
    stats: StatsEntry
    provenance: ProvenanceEntry
    source: NotRequired[SourceEntry | None]
    files: NotRequired[FilesEntry | None]
    native_plan: dict[str, Any] | None


class RuleEntry(TypedDict):
    """A rule with its total."""

    rule: str
    hard: bool
    amount: float | None
    cost: float | None
    unit: NotRequired[str]


class SourceEntry(TypedDict):
    """Where the instance came from, so that it can be read again."""

    path: NotRequired[str]
    format: NotRequired[str]
    history: NotRequired[str | None]
    weeks: NotRequired[str | None]
    extra: NotRequired[dict[str, str | bool | int | float]]
    replan: NotRequired[ReplanEntry]


class StatsEntry(TypedDict):
    """Where the time went."""

    seconds: float
    phases: dict[str, list[float]]
    counts: dict[str, float | None]


class StoppedEntry(TypedDict):
    """Somebody who cannot, and why."""

    who: str
    rules: list[str]
    reasons: list[str]
    because: list[ReasonEntry]


class ViolationEntry(TypedDict):
    """A broken rule by people and days."""

    rule: str
    hard: bool
    amount: float | None
    cost: float | None
    unit: NotRequired[str]
    who: list[str]
    days: list[int]
    message: str


class WaitingPatient(TypedDict):
    """A patient without a bed."""

    id: str
    must: bool
    reason: str


class WardStanding(TypedDict):
    """Cover, hours and requests."""

    cover: list[CoverRow]
    hours: list[PersonHours]
    requests: list[RequestStands]


@final
class WhyJson(TypedDict):
    """Why somebody has a duty, or a request was refused."""

    question: Literal["why-duty", "why-request", "why-shift"]
    problem: str
    who: str
    day: DayEntry
    has: str
    wanted: str
    cost: float
    cost_wanted: float | None
    added_cost: float | None
    lower_bound: float | None
    lower_bound_source: str
    proven: bool
    impossible: bool
    reasons: list[str]
    because: list[ReasonEntry]
    changes: list[ChangeEntry]
    by_rule: dict[str, float]
    seconds: float
