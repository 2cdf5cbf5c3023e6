"""The result folder of a run that goes on: the newest plan is there by the clock, whatever the method is doing."""

from __future__ import annotations

import json
import logging
import os
import tempfile
import threading
import time
from collections.abc import Callable
from dataclasses import fields, replace
from pathlib import Path
from typing import Any, cast

from optimise.core.checkpoint import SECONDS_BETWEEN
from optimise.core.clockwork import Clockwork
from optimise.core.errors import InputError
from optimise.core.folder_lock import sign_of_life
from optimise.core.leg import Leg, host_here, job_here
from optimise.core.method import Progress, now
from optimise.core.problem import Problem
from optimise.core.result import Bounds, Plan, Provenance, Result, Stats, Stop, Trace
from optimise.core.serialise import Source, result_object
from optimise.runs.resultfile import write_result

__all__ = ["GOING_ON", "RESCUED", "SPOKEN", "RunWriter", "rescued"]

log = logging.getLogger(__name__)

#: What the result of a run says that had not ended when it was written.
GOING_ON = "the run was still going on when this was written; what it found later is not here"
#: How a message says where a result lies that its own folder did not take.
RESCUED = "the result lies in"
SPOKEN = "no other disk takes it either: it stands on standard output"
_SHARE = 20.0  # times as long as writing took until the next one: at most a twentieth of the time


class RunWriter:
    """Writes the best plan so far into the folder of a run; rank 0 only.

    Parameters
    ----------
    problem : Problem
    folder : path or None
        None writes nothing until :meth:`rescue` is asked to.
    facts : Provenance
    source : Source
    start : Plan, optional
        The plan that the run begins with.
    every : float
        Seconds between two writes; the first plan is written at once.
    before : tuple of Leg
        Earlier starts that this run goes on from.
    """

    def __init__(
        self,
        problem: Problem,
        folder: Path | None,
        facts: Provenance,
        source: Source,
        start: Plan | None = None,
        *,
        every: float = SECONDS_BETWEEN,
        before: tuple[Leg, ...] = (),
    ) -> None:
        self.problem, self.folder, self.facts, self.source, self.every = problem, folder, facts, source, every
        self.start: Plan | None = start
        self.before = before
        self.best: Progress | None = None
        self._dual, self._seconds = float("-inf"), 0.0
        self._written: Progress | None = None
        self._next, self._began = time.monotonic(), now()
        self._lock, self._failed = threading.RLock(), False
        self._clockwork: Clockwork | None = None

    def see(self, progress: Progress) -> None:
        """Take note of a message of the method; costs nothing."""
        self._seconds, self._dual = progress.seconds, max(self._dual, progress.dual)
        if progress.plan is not None and (self.best is None or progress.primal < self.best.primal):
            self.best = progress

    def begin(self) -> None:
        """Write by the clock from now on."""
        if self.folder is not None:
            self._clockwork = Clockwork(self._tick)

    def end(self) -> None:
        """The method has returned: what it found is written by somebody else."""
        if self._clockwork is not None:
            self._clockwork.close()
            self._clockwork = None

    def result(self, *explanation: str, stop: Stop = Stop.INTERRUPTED) -> Result:
        """What is known so far, its plan evaluated anew."""
        best = self.best
        plan = best.plan if best is not None else self.start
        found = self.problem.evaluate(plan) if plan is not None else None
        cost = found.cost if found is not None and found.feasible else float("inf")
        name = self.facts.method
        bounds = Bounds(cost, min(self._dual, cost), name if found is not None else "", name)
        trace = Trace((replace(best, dual=min(best.dual, cost)).point(),)) if best is not None else Trace()
        seconds = now() - self._began
        leg = Leg.here(self.facts.started, self.facts.ranks, [host_here()] if job_here() else [])
        legs = (*self.before, leg.ended(seconds, 0.0, bounds.primal, bounds.dual))
        return Result(plan, stop, bounds, found, trace, Stats(self._seconds), self.facts, explanation, legs)

    def write(self, *explanation: str, stop: Stop = Stop.INTERRUPTED) -> Result:
        """Write what is known into the folder, or where there is room; no error of a disk comes out of this."""
        with self._lock:
            made = self.result(*explanation, stop=stop)
            if self.folder is not None:
                try:
                    write_result(made, self.problem, self.folder, source=self.source)
                except (InputError, OSError) as error:
                    log.warning("%s; %s", error, rescued(made, self.problem, self.source, print))
            return made

    def _tick(self) -> None:
        sign_of_life()
        best = self.best
        if best is None or best is self._written or time.monotonic() < self._next or self.folder is None:
            return
        with self._lock:
            began = time.monotonic()
            try:
                write_result(self.result(GOING_ON), self.problem, self.folder, source=self.source)
                self._written, failed = best, False
            except (InputError, OSError) as error:
                failed = True
                if not self._failed:
                    log.warning("%s; the run goes on, and the plan is written once that can be", error)
            self._failed = failed
            now = time.monotonic()
            self._next = now + max(self.every, _SHARE * (now - began))


def rescued(result: Result, problem: Problem, source: Source, say: Callable[[str], object]) -> str:
    """Write a run into the folder for temporary files, or say it, where its own folder takes no more.

    Parameters
    ----------
    result : Result
    problem : Problem
    source : Source
    say : callable
        Called with the text of ``result.json`` and of the plan where no disk takes them.

    Returns
    -------
    str
        Where it lies, in words.
    """
    try:
        folder = Path(tempfile.mkdtemp(prefix="wardwise-rescued-"))
        write_result(result, problem, folder, source=source)
    except (InputError, OSError):
        say(json.dumps(result_object(result, problem, source=source), indent=1))
        if result.plan is not None:
            say(_plan_text(result.plan))
        return SPOKEN
    return f"{RESCUED} {folder}{os.sep} on {host_here()}"


def _plan_text(plan: Plan) -> str:
    """A plan as text that needs no disk: its arrays by name."""
    made = {f.name: getattr(plan, f.name) for f in fields(cast(Any, plan))}
    return json.dumps({name: v.tolist() if hasattr(v, "tolist") else v for name, v in made.items()}, default=str)
