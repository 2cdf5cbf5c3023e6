"""What Wardwise writes for itself and reads back, as models: ``result.json``, checkpoints, cells of studies.

Every such file has a published JSON Schema (``optimise/formats/schema``, ``wardwise schema result``). What does not
fit is
refused in words: the file, the field, what was found and what was expected. Keys that are not known are passed over,
so that a later version may add some.
"""

from __future__ import annotations

import json
import re
from datetime import date
from typing import Annotated, Any, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from optimise.core.result import FROM_CHECKPOINT, PROVEN_BY_RUN, STATED

__all__ = [
    "CellFile",
    "CheckFile",
    "CheckpointFacts",
    "EvaluationEntry",
    "ResultFile",
    "StoredModel",
    "from_checkpoint",
    "is_run_file",
    "proven_by_run",
    "published",
    "stated",
]

#: Names that a run gives its files, and no others: nothing else is read from or removed from its folder.
_RUN_FILES = re.compile(r"(trace\.csv|(native-)?plan(-week[0-9]{1,6})?\.(csv|json|sol|txt|xlsx|xml))")


def is_run_file(name: str) -> bool:
    """Whether a run could have given one of its files this name (no folders, no other names)."""
    return _RUN_FILES.fullmatch(name) is not None


def stated(source: str) -> str:
    """The source of a bound that was read from ``result.json``."""
    return source if source.startswith(STATED) else f"{STATED}: {source}" if source else STATED


def proven_by_run(source: str, when: date) -> str:
    """The source of a bound that is stated, once its run is known: ``proven by the run of 30 Nov 2026: HiGHS``."""
    method = source.removeprefix(STATED).removeprefix(": ")
    return f"{PROVEN_BY_RUN} {when.day} {when:%b %Y}" + (f": {method}" if method else "")


def from_checkpoint(source: str) -> str:
    """The source of a bound that was read from a checkpoint."""
    return source if source.startswith(FROM_CHECKPOINT) else f"{FROM_CHECKPOINT}: {source or 'unknown'}"


class StoredModel(BaseModel):
    """Exact types, no NaN and no infinity."""

    model_config = ConfigDict(strict=True, extra="ignore", frozen=True, allow_inf_nan=False, populate_by_name=True)


_LARGE = 1e300
Number = Annotated[float, Field(ge=-_LARGE, le=_LARGE)]
Amount = Annotated[float, Field(ge=0, le=_LARGE)]
Count = Annotated[int, Field(ge=1, le=10**9)]
Text = Annotated[str, Field(max_length=100_000)]
Name = Annotated[str, Field(max_length=10_000)]


class RuleEntry(StoredModel):
    """A rule with its total."""

    rule: Name
    hard: bool
    amount: Number | None
    cost: Number | None
    unit: Name = ""


class ViolationEntry(RuleEntry):
    """A broken rule by people and days."""

    who: list[Name]
    days: list[Annotated[int, Field(ge=-(10**6), le=10**6)]]
    message: Text


class EvaluationEntry(StoredModel):
    """The evaluation as it was when the run was written; whoever reads it evaluates the plan again."""

    feasible: bool
    cost: Number | None
    hard: Amount | None
    rules: list[RuleEntry]
    violations: list[ViolationEntry]


class ChangedRule(StoredModel):
    """A rule of which amount or cost differs between two plans."""

    rule: Name
    hard: bool
    amount_before: Number
    amount: Number
    unit: Name
    cost_before: Number
    cost: Number


class AgainstEntry(StoredModel):
    """What changed against another plan: its cost, what is added to it, rules that differ, breaches new and gone."""

    plan: Name
    cost: Number
    hard: Amount
    added_cost: Number
    rules: list[ChangedRule]
    new: list[ViolationEntry]
    gone: list[ViolationEntry]


class CheckFile(EvaluationEntry):
    """What ``wardwise check --json`` prints."""

    instance: Name
    family: Name
    kind: Name
    plan: Name = Field(description="The file that was checked")
    against: AgainstEntry | None = Field(default=None, description="With --against: what changed against another plan")


class BoundsEntry(StoredModel):
    """``dual <= optimum <= primal``; null is unknown."""

    primal: Number | None
    dual: Number | None
    primal_source: Text
    dual_source: Text


class StatsEntry(StoredModel):
    """Where the time went."""

    seconds: Amount
    phases: dict[Name, list[Number]]
    counts: dict[Name, Number | None]


class ProvenanceEntry(StoredModel):
    """What is needed to repeat the run."""

    method: Name
    seed: Annotated[int, Field(ge=0)]
    ranks: Count
    threads: Count = 1
    options: dict[Name, Any] = Field(default_factory=dict)
    instance: Name = ""
    digest: Name = ""
    versions: dict[Name, Name] = Field(default_factory=dict)
    machine: Name = ""
    started: Name = ""


class ReplanEntry(StoredModel):
    """How an earlier plan was put into the problem."""

    plan: Name = ""
    freeze_until: Annotated[int, Field(ge=0, le=10**6)] = 0
    change_cost: Amount | None = None
    nurse_cost: Amount | None = None
    days_since: Annotated[int, Field(ge=0, le=10**6)] | None = None

    @model_validator(mode="after")
    def _whole(self) -> Self:
        if self.model_fields_set and not self.plan:
            raise ValueError("names no plan")
        return self


class SourceEntry(StoredModel):
    """Where the instance came from, so that it can be read again."""

    path: Name = ""
    format: Name = ""
    history: Name | None = None
    weeks: Name | None = None
    extra: dict[Name, str | bool | int | float] = Field(default_factory=dict)
    replan: ReplanEntry = Field(default_factory=ReplanEntry)


class FilesEntry(StoredModel):
    """Names of the files beside ``result.json``."""

    trace: Name = ""
    plan: list[Name] = Field(default_factory=list)
    native_plan: list[Name] = Field(default_factory=list)


class LegEntry(StoredModel):
    """One start of the program on the way to a result."""

    started: Name = ""
    seconds: Amount = 0.0
    cpu_seconds: Amount = 0.0
    ranks: Count = 1
    hosts: list[Name] = Field(default_factory=list)
    job: Name = ""
    restart: Annotated[int, Field(ge=0, le=10**9)] = 0
    energy: Amount | None = Field(None, description="Joules, once 'wardwise slurm fetch' has asked the accounts")
    cost: Number | None = Field(None, description="Of the best plan by its end; null is unknown")
    lower_bound: Number | None = Field(None, description="Best bound by its end; null is unknown")


class ResultFile(StoredModel):
    """``result.json`` of a finished run."""

    schema_: Literal["wardwise-result/1"] = Field(alias="schema")
    wardwise: Name = ""
    instance: Name = ""
    family: Name | None = None
    kind: Name | None = None
    method: Name = ""
    feasible: bool
    stop: Literal["optimal", "gap", "time", "iterations", "infeasible", "interrupted", "stuck", "error"]
    cost: Number | None
    lower_bound: Number | None
    gap: Amount | None = None
    seconds: Amount = 0.0
    ranks: Count = 1
    explanation: list[Text]
    legs: list[LegEntry] = Field(default_factory=list)
    bounds: BoundsEntry
    evaluation: EvaluationEntry | None
    stats: StatsEntry
    provenance: ProvenanceEntry
    source: SourceEntry | None = None
    files: FilesEntry | None = None
    native_plan: dict[str, Any] | str | None = Field(
        None, description="The plan itself, in objects that lie in no folder: Result.to_dict, the service"
    )


class CheckpointFacts(StoredModel):
    """What ``best.state`` says beside its arrays: best plan, bound and time spent of a run that goes on."""

    bound: Number | None
    bound_source: Text
    seconds: Amount
    plan: Annotated[dict[Name, str], Field(min_length=1, max_length=1000)] | None
    legs: list[LegEntry] = Field(default_factory=list)
    events: Annotated[list[Text], Field(max_length=10**5)] = Field(default_factory=list)


class CellFile(StoredModel):
    """One run of a study."""

    schema_: Literal["wardwise-cell/2"] = Field(alias="schema")
    key: Name
    instance: Name
    family: Name
    kind: Name
    method: Name
    seed: Annotated[int, Field(ge=0)]
    options: dict[Name, Any]
    time_limit: Number | None
    origin: Text = ""
    optimum: Number | None = None
    optimum_source: Text = ""
    shape: dict[Name, Number]
    status: Literal["done", "refused", "failed"]
    message: str
    seconds: Amount
    cpu_seconds: Amount
    stop: Name = ""
    objective: Number | None = None
    bound: Number | None = None
    feasible: bool = False
    solve_seconds: Amount = 0.0
    trace: list[Annotated[list[Number], Field(min_length=2, max_length=2)]] = Field(default_factory=list)
    counts: dict[Name, Number] = Field(default_factory=dict)
    series: dict[Name, list[float]] = Field(default_factory=dict)
    machine: Name = ""
    versions: dict[Name, Name] = Field(default_factory=dict)
    started: Name = ""


def published(model: type[BaseModel], name: str) -> str:
    """Text of the schema file of a model."""
    made = {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": f"wardwise:{name}",
        **model.model_json_schema(by_alias=True),
    }
    return json.dumps(made, indent=1, ensure_ascii=False) + "\n"
