"""One solve of the command: its listener, its signals, its files, and what it leaves whatever happens."""

from __future__ import annotations

import json
import os
import signal
import sys
import time
from collections.abc import Iterable
from contextlib import ExitStack
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from optimise.cli.progress import Reporter
    from optimise.cli.signals import StopSignal
    from optimise.core.method import Communicator, Limits, Progress
    from optimise.core.problem import Problem
    from optimise.core.result import Plan, Result
    from optimise.core.serialise import Source
    from optimise.core.wire import Wire
    from optimise.replan import Change, Replanning
    from optimise.runs.progress_file import ProgressFile
    from optimise.runs.telemetry import Telemetry
    from optimise.runs.writer import RunWriter

__all__ = ["STOPPED", "Run", "exit_code", "finish"]

FEASIBLE, NONE_FOUND, INFEASIBLE, STOPPED = 0, 1, 3, 75
#: Seconds that ranks above 0 wait in the last resort, so that rank 0 has written before the launcher ends all.
_AFTER_RANK_0 = 8.0
#: Environment variable: starts of a job in a row that bring nothing until it is not queued again; 0 never.
IDLE_STARTS = "WARDWISE_IDLE_STARTS"
_MOST_IDLE = 5


def exit_code(result: Result, *, signalled: bool = False) -> int:
    """The exit code that the contract gives a result."""
    from optimise.core.result import Stop

    if result.stop is Stop.INFEASIBLE:
        return INFEASIBLE
    if signalled and result.stop is Stop.INTERRUPTED:
        return STOPPED
    return FEASIBLE if result.feasible else NONE_FOUND


@dataclass
class Run:
    """One solve with its listener, signals and files."""

    problem: Problem
    source: Source
    output: Path | None
    start: Plan | None
    comm: Communicator
    stop: StopSignal
    wire: Wire
    checkpoint: Path | None
    resume: bool
    task: Replanning | None
    silent: bool
    signalled: bool = False
    progress: Path | None = None
    logs: Path | None = None

    def solve(self, method: str, limits: Limits, seed: int, options: dict[str, object]) -> Result:
        """Solve, and leave the best plan on disk also where the method does not come back."""
        from optimise import driver
        from optimise.cli.progress import reporter
        from optimise.cli.replanning import method_for
        from optimise.cli.watchdog import Watchdog
        from optimise.core.environment import number_from
        from optimise.core.provenance import provenance
        from optimise.runs.keeper import kept_legs
        from optimise.runs.progress_file import ProgressFile
        from optimise.runs.telemetry import Telemetry
        from optimise.runs.writer import RunWriter

        most_idle = number_from(IDLE_STARTS, _MOST_IDLE, whole=True)
        facts = provenance(self.problem, method, limits=limits, seed=seed, ranks=self.comm.size, options=options)
        folder = self.output if self.comm.rank == 0 else None
        before = kept_legs(self.checkpoint, self.problem) if folder and self.checkpoint and self.resume else ()
        writer = RunWriter(self.problem, folder, facts, self.source, self.start, before=before)
        watchdog = Watchdog(limits.seconds, self.comm, self.wire, lambda said: self._give_up(writer, said))

        def asked() -> None:
            out.say("stopping: the best plan so far is being written")
            self.wire.tell(self.stop.number)

        with ExitStack() as stack:
            out = stack.enter_context(reporter(quiet=self.silent, rank=self.comm.rank))
            told: list[ProgressFile | Telemetry] = []
            if self.progress is not None:
                told.append(stack.enter_context(ProgressFile(self.progress)))
            if self.logs is not None:
                told.append(stack.enter_context(Telemetry(self.logs, self.comm.rank)))
            self.stop.on_signal = asked
            self.stop.last_resort = lambda: self._leave(writer)
            writer.begin()
            with watchdog:
                result = driver.solve(
                    self.problem,
                    method_for(self.task, method),
                    limits=limits,
                    seed=seed,
                    comm=self.comm,
                    listen=_Listening(out, self.stop, writer, told),
                    start=self.start,
                    options=options,
                    checkpoint=self.checkpoint,
                    resume=self.resume,
                )
                signals = self.comm.allgather(self.stop.number if self.stop.asked else 0)
            self.stop.finish()
            writer.end()
        self.signalled = any(signals)
        return _given_up(result, most_idle) if signal.SIGUSR1 in signals else result

    def _leave(self, writer: RunWriter) -> None:
        """A signal came and the method did not stop in time: leave with the best plan that it has told us of."""
        if self.comm.rank > 0:  # the launcher ends all ranks once one has left
            time.sleep(_AFTER_RANK_0)
            os._exit(STOPPED)
        if writer.best is not None or self.start is not None:
            writer.write("the method did not stop within the grace of the signal; this is the best that it had told of")
        self._end_all(STOPPED)

    def _give_up(self, writer: RunWriter, said: str) -> None:
        """The time limit is long over and the method has not come back: the same, saying what everybody was doing."""
        from optimise.core.result import Stop

        result = writer.write(said, stop=Stop.TIME)
        where = f"; the best plan so far is in {self.output}" if self.output and result.plan is not None else ""
        word = "error" if result.plan is None else "warning"
        print(f"{word}: {said}{where}", file=sys.stderr, flush=True)
        self._end_all(exit_code(result))

    def _end_all(self, code: int) -> None:
        """Leave at once, and with us all ranks: the launcher then gives this code and not that of a killed rank."""
        abort = getattr(self.comm, "Abort", None)
        if self.comm.size > 1 and abort is not None:
            abort(code)
        os._exit(code)


def _given_up(result: Result, most: float) -> Result:
    """A job whose starts bring nothing, one after another, comes to its end instead of being queued again.

    Asked after the early warning of the batch script alone: a job that is pre-empted had no chance.
    """
    from optimise.core.leg import idle_starts
    from optimise.core.result import Stop

    idle = idle_starts(result.legs)
    if result.stop is not Stop.INTERRUPTED or not 0 < most <= idle:
        return result
    text = (
        f"{idle} starts in a row found no better plan and no better bound, so the job is not queued again: give each "
        "start more time, or submit again into the same folder to go on"
    )
    return replace(result, stop=Stop.STUCK, explanation=(*result.explanation, text))


class _Listening:
    """The command's listener: shows progress, remembers the best plan, asks to stop once a signal has come."""

    def __init__(
        self, out: Reporter, stop: StopSignal, writer: RunWriter, told: Iterable[ProgressFile | Telemetry]
    ) -> None:
        self.out, self.stop, self.writer, self.told = out, stop, writer, told

    @property
    def stopping(self) -> bool:
        return self.stop.asked

    def __call__(self, progress: Progress) -> bool:
        self.writer.see(progress)
        self.out.show(progress)
        for each in self.told:
            each.see(progress)
        return self.stop.asked


def finish(result: Result, run: Run, *, as_json: bool, quiet: bool, report: bool) -> None:
    """Write and show a result; rank 0 only.

    Raises
    ------
    OutputError
        If its folder takes no more; the message says where the result lies instead.
    """
    from optimise.core.errors import OutputError, WardwiseError
    from optimise.core.leg import job_here
    from optimise.core.serialise import result_object

    # a job that will be queued again has a line to say; its rules are told by its last start
    in_between = bool(job_here()) and exit_code(result, signalled=run.signalled) == STOPPED
    if run.output is not None:
        from optimise.runs.resultfile import write_result
        from optimise.runs.writer import rescued

        try:
            files = write_result(result, run.problem, run.output, source=run.source)
        except (WardwiseError, OSError) as error:
            raise OutputError(f"{error}; {rescued(result, run.problem, run.source, print)}") from None
        if as_json:
            sys.stdout.write(files[0].read_text(encoding="utf-8"))
        if report:
            from optimise.report import write_html

            files.append(write_html(result, run.problem, run.output / "report.html", changes=_changes(run, result)))
        if not (quiet or as_json or in_between):
            print(f"written to {run.output}: {', '.join(f.name for f in files)}", file=sys.stderr)
    elif as_json:
        print(json.dumps(result_object(result, run.problem, source=run.source), indent=1))
    if not (quiet or as_json):
        from optimise.cli.show import show_result, start_line

        if in_between:
            print(start_line(result))
        else:
            show_result(result, run.problem)


def _changes(run: Run, result: Result) -> tuple[Change, ...] | None:
    """What a re-plan changes; None of any other run."""
    if run.task is None or result.plan is None:
        return None
    from optimise.replan import changes

    return changes(run.problem, run.task.previous, result.plan)
