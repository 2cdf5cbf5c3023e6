"""A recorded run: seconds of every task and bytes of every message, from which other numbers of ranks are predicted."""

from __future__ import annotations

import json
import time
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field

from hpc.scaling.work import Call, Workload, least, perform
from optimise.core.atomic import write_text
from optimise.core.errors import InputError
from optimise.core.method import SerialComm
from optimise.core.provenance import machine
from optimise.core.stored import Amount, Count, StoredModel
from optimise.formats.json_document import load_json, parse
from optimise.roster.problem import RosterProblem

__all__ = ["Trace", "record"]

_SCHEMA = "wardwise-trace/2"
_Index = Annotated[int, Field(ge=0, le=10**9)]


class CallEntry(StoredModel):
    """One pricing call, see :class:`~hpc.scaling.work.Call`."""

    serial: Amount
    tasks: list[Amount]
    overhead: Amount
    joining: Amount
    down: _Index
    up: _Index
    who: list[_Index] = Field(default_factory=list)


class TraceFile(StoredModel):
    """A recorded run, see :class:`Trace`."""

    schema_: Literal["wardwise-trace/2"] = Field(alias="schema")
    name: str
    people: Count
    days: Count
    machine: str
    work: list[Amount]
    calls: list[CallEntry]
    attempts: list[list[Amount]]
    merging: list[Amount]
    sent: _Index
    unit: str = "people"
    kinds: list[_Index] = Field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Trace:
    """One serial run of a :class:`~hpc.scaling.work.Workload`, or of the L-shaped method.

    Attributes
    ----------
    work : tuple of float
        Size of each person's table, by which people are spread over ranks.
    calls : tuple of Call
        Pricing calls in their order.
    attempts : tuple of tuple of float
        Processor seconds of each neighbourhood, by round.
    merging : tuple of float
        Processor seconds of each round outside them.
    sent : int
        Bytes of one neighbourhood's answer.
    unit : str
        What ``people`` counts: people, or scenarios, whose clusters are the tasks and whose owners are fixed.
    kinds : tuple of int
        Kind of each person; a rank makes the prices of its people's kinds. Empty: every rank makes all.
    """

    name: str
    people: int
    days: int
    machine: str
    work: tuple[float, ...]
    calls: tuple[Call, ...]
    attempts: tuple[tuple[float, ...], ...]
    merging: tuple[float, ...]
    sent: int
    unit: str = "people"
    kinds: tuple[int, ...] = ()

    def write(self, file: Path) -> None:
        write_text(file, json.dumps({"schema": _SCHEMA, **asdict(self)}) + "\n")

    @classmethod
    def read(cls, file: Path) -> Trace:
        """Read a recorded trace.

        Raises
        ------
        InputError
        """
        made = load_json(file)
        if not isinstance(made, dict) or not str(made.get("schema", "")).startswith("wardwise-trace/"):
            raise InputError("is no recorded trace", file=file)
        if made["schema"] != _SCHEMA:
            raise InputError("is a trace of another version", file=file)
        found = parse(TraceFile, made, file)
        tasks = {len(call.tasks) for call in found.calls} | {len(call.who) for call in found.calls if call.who}
        if (
            any(max(call.who, default=0) >= found.people for call in found.calls)
            or max(tasks, default=0) > found.people
        ):
            raise InputError(f"names people beyond the {found.people} of the trace", file=file, item="calls")
        calls = tuple(Call(**call.model_dump()) for call in found.calls)
        attempts = tuple(tuple(each) for each in found.attempts)
        names = ("name", "people", "days", "machine", "sent", "unit")
        plain = {name: getattr(found, name) for name in names}
        work, merging, kinds = tuple(found.work), tuple(found.merging), tuple(found.kinds)
        return cls(work=work, calls=calls, attempts=attempts, merging=merging, kinds=kinds, **plain)


def record(problem: RosterProblem, workload: Workload | None = None, *, seconds: float = 120.0) -> Trace:
    """Run the workload on one rank (as often as it says) and keep what every part of it took.

    On very large problems it stops after so many processor ``seconds``, with at least one pricing call.
    """
    began = time.process_time()
    workload = workload or Workload()

    def over() -> bool:
        return time.process_time() - began > seconds

    runs = [perform(problem, SerialComm(), workload, sizes=True, over=over)]
    while len(runs) < workload.repeats and not over():
        again = perform(problem, SerialComm(), workload, sizes=True, over=over)
        if len(again.calls) == len(runs[0].calls) and len(again.attempts) == len(runs[0].attempts):
            runs.append(again)
    done = least(runs)
    people, days, _ = problem.shape
    return Trace(
        problem.name,
        people,
        days,
        machine(),
        tuple(done.work),
        tuple(done.calls),
        tuple(tuple(each) for each in done.attempts),
        tuple(done.merging),
        done.sent,
        kinds=tuple(done.kinds),
    )
