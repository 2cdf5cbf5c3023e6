"""A recorded run: seconds of every task and bytes of every message, from which other numbers of ranks are predicted."""

from __future__ import annotations

import json
import time
from dataclasses import asdict, dataclass
from pathlib import Path

from hpc.scaling.work import Call, Workload, least, perform
from optimise.core.errors import InputError
from optimise.core.method import SerialComm
from optimise.core.provenance import machine
from optimise.roster.problem import RosterProblem

__all__ = ["Trace", "record"]

_SCHEMA = "wardwise-trace/2"


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
        file.write_text(json.dumps({"schema": _SCHEMA, **asdict(self)}) + "\n", encoding="utf-8")

    @classmethod
    def read(cls, file: Path) -> Trace:
        """Read a recorded trace.

        Raises
        ------
        InputError
        """
        try:
            made = json.loads(file.read_text(encoding="utf-8"))
            if made.pop("schema") != _SCHEMA:
                raise InputError("is a trace of another version", file=file)
            made["calls"] = tuple(Call(**call) for call in made["calls"])
            made["attempts"] = tuple(tuple(each) for each in made["attempts"])
            for name in ("work", "merging", "kinds"):
                made[name] = tuple(made[name])
            return cls(**made)
        except InputError:
            raise
        except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
            raise InputError(f"is no recorded trace ({error})", file=file) from None


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
