"""Jobs as Python objects, after submitit's conventions; they are polled politely."""

from __future__ import annotations

import logging
import time
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from hpc.slurm import queue
from hpc.slurm.card import checked_id, read_card
from hpc.slurm.script import ARRAYS
from optimise.core.environment import number_from
from optimise.core.errors import OutputError, WardwiseError

if TYPE_CHECKING:
    from optimise.core.leg import Leg
    from optimise.core.result import Result

__all__ = ["POLL_SECONDS", "Job", "JobError", "NotEndedError"]

#: Least seconds between two questions to the scheduler about one job. Sites ask for this.
POLL_SECONDS = 60.0
_TAIL = 15  # lines of a log shown with a failure
#: A controller that does not answer is asked again after two, four, ... times the usual pause, so many times.
_MOST_SILENT, _LONGEST = 8, 16

log = logging.getLogger(__name__)


class NotEndedError(WardwiseError):
    """A job still waits or runs, so that there is nothing to fetch yet."""

    exit_code = 5


class JobError(WardwiseError):
    """A job ended without a finished result; the message has its state and the end of its log.

    Attributes
    ----------
    partial : Result or None
        What the job had found and written before it was lost.
    exit_code : int
        4; 74 where the job had found a plan that its folder did not take, and the message says where it lies.
    """

    def __init__(self, message: str, partial: Result | None = None, exit_code: int = 4) -> None:
        super().__init__(message)
        self.partial, self.exit_code = partial, exit_code


def poll_seconds() -> float:
    """Seconds between questions; tests on a cluster of their own shorten it by WARDWISE_SLURM_POLL."""
    return number_from("WARDWISE_SLURM_POLL", POLL_SECONDS)


class Job:
    """A job that was submitted.

    Attributes
    ----------
    job_id : str
    folder : Path
        Script, log, checkpoint and result.
    tasks : tuple of Job
        Those of an array over a list of instances, each with its folder; they ask Slurm through the array.
    """

    def __init__(self, job_id: str, folder: str | Path, kind: str = "solve", tasks: Sequence[str] = ()) -> None:
        self.job_id, self.folder, self.kind = checked_id(job_id), Path(folder), kind
        self._asked = -float("inf")
        self._last = queue.States({})
        self.tasks = tuple(_Task(f"{job_id}_{i}", self.folder / name, self) for i, name in enumerate(tasks))

    @property
    def study(self) -> bool:
        """Whether it is a study, an array of runs with one report."""
        return self.kind in ARRAYS

    def __repr__(self) -> str:
        return f"Job({self.job_id!r}, {str(self.folder)!r})"

    @classmethod
    def find(cls, folder: str | Path) -> Job:
        """The job that was submitted into a folder."""
        card = read_card(folder)
        return cls(card.job_id, Path(folder), card.kind, card.tasks)

    def states(self, *, now: bool = False) -> queue.States:
        """State of the job and its tasks; asks Slurm at most once a minute unless ``now``."""
        final = self._last.tasks and self._last.state in queue.FINAL
        if now or (not final and time.monotonic() - self._asked >= poll_seconds()):
            found = queue.states(self.job_id)
            # of an array the queue forgets tasks one by one, some minutes after each has ended
            over = {task: state for task, state in self._last.tasks.items() if self.tasks and state in queue.FINAL}
            self._last = replace(found, tasks={**over, **found.tasks})
            self._asked = time.monotonic()
        return self._last

    @property
    def state(self) -> str:
        """``PENDING``, ``RUNNING``, ``COMPLETED``, ``FAILED``, ...; ``UNKNOWN`` once Slurm has forgotten the job."""
        return self.states().state

    def done(self) -> bool:
        """Whether nothing more will happen."""
        return self.state in queue.FINAL

    def wait(self, timeout: float | None = None) -> None:
        """Block until the job has ended.

        Raises
        ------
        TimeoutError
        """
        end = None if timeout is None else time.monotonic() + timeout
        silent = 0
        while True:
            try:
                if self.done():
                    return
                silent = 0
            except queue.SilentError as error:
                silent += 1
                if silent > _MOST_SILENT:
                    raise
                log.warning("%s; asked again", error)
            pause = poll_seconds() * min(2**silent, _LONGEST)
            if end is not None and time.monotonic() + min(pause, 0.1) > end:
                raise TimeoutError(f"job {self.job_id} has not ended within {timeout:g} s")
            time.sleep(pause if end is None else max(0.05, min(pause, end - time.monotonic())))

    def cancel(self) -> None:
        """Take the job out of the queue, or stop it: it still writes its best plan."""
        queue.cancel(self.job_id)

    def stdout(self) -> str:
        """Text of this job's log, of all tasks of an array in their order; standard error is in it too."""
        return "".join(log.read_text(encoding="utf-8", errors="replace") for log in self._logs() if log.is_file())

    def _logs(self) -> list[Path]:
        number = self.job_id.partition("_")[0].partition("+")[0]
        return [self.folder / f"job-{number}.log", *sorted(self.folder.glob(f"job-{number}-*.log"), key=_task)]

    def result(self, timeout: float | None = None) -> Result:
        """Wait for the job and return its result, with the plan.

        Raises
        ------
        JobError
            If it ended without one of its own: a result that another job left in the folder does not count.
        TimeoutError
        """
        from optimise.runs.resultfile import read_run

        self.wait(timeout)
        if self.study or self.tasks:
            where = "each task has its own" if self.tasks else f"its report is in {self.folder}"
            raise WardwiseError(f"an array has no single result; {where}")
        if error := self._missing():
            raise error
        return read_run(self.folder).result

    def exception(self) -> JobError | None:
        """The error that :meth:`result` would raise for an ended job; None when there is a result."""
        self.wait()
        return None if self.study or self.tasks else self._missing()

    def remark(self) -> str:
        """What must be said beside the result: how the job ended, if not well, and which leg wrote it; else empty."""
        found, legs = self.states(), self._legs()
        if not legs or found.state in ("COMPLETED", "UNKNOWN") or found.state not in queue.FINAL:
            return ""
        if found.state == "FAILED" and not self._going_on():
            return ""  # the solve came to its own end, and its exit code says what it found
        last = legs[-1].restart
        leg = f" (start {last + 1} of {found.restarts + 1})" if found.restarts else ""
        return f"job {self.job_id} ended as {found.state}; this is what it had written by then{leg}"

    def has_result(self) -> bool:
        """Whether a result of this very job lies in its folder."""
        return bool(self._legs())

    def _legs(self) -> list[Leg]:
        """Legs of this job in the result that lies in the folder; none where it is another's."""
        from optimise.runs.resultfile import read_result

        if not (self.folder / "result.json").exists():
            return []
        return [leg for leg in read_result(self.folder).legs[-1:] if leg.job == self.job_id]

    def _going_on(self) -> bool:
        """Whether the result in the folder is one of a run that had not come to its end when it was written."""
        from optimise.runs.resultfile import read_result
        from optimise.runs.writer import GOING_ON

        return GOING_ON in read_result(self.folder).explanation

    def _missing(self) -> JobError | None:
        from optimise.runs.writer import RESCUED, SPOKEN

        partial, told = None, ""
        if self._legs():
            from optimise.runs.resultfile import read_run

            if not self._going_on() or self.states().state not in queue.FINAL:
                return None
            found = read_run(self.folder).result
            partial, told = found, f"; a plan of cost {found.cost:g} that it had found by then lies in {self.folder}"
        there = partial is None and (self.folder / "result.json").exists()
        other = f"; the result in {self.folder} is not of this job" if there else ""
        every = self.stdout().splitlines()
        elsewhere = [line for line in every if RESCUED in line or SPOKEN in line]
        if elsewhere and partial is None:  # a full disk: the log has the only word of where the plan is
            where = elsewhere[-1].strip().removeprefix("error: ")
            return JobError(f"job {self.job_id} found a plan: {where}", exit_code=OutputError.exit_code)
        lines = every[-_TAIL:]
        said = "\n".join(f"  | {line}" for line in lines) or "  | (the log is empty)"
        state = self.states().state
        text = f"job {self.job_id} ended as {state} without a finished result{told or other}; the end of its log"
        return JobError(f"{text}:\n{said}", partial)


class _Task(Job):
    """One task of an array: a job whose state the array tells."""

    def __init__(self, job_id: str, folder: Path, array: Job) -> None:
        super().__init__(job_id, folder, array.kind)
        self._array = array

    def states(self, *, now: bool = False) -> queue.States:
        found = self._array.states(now=now)
        return replace(found, tasks={task: state for task, state in found.tasks.items() if task == self.job_id})

    def _logs(self) -> list[Path]:
        number, _, task = self.job_id.partition("_")
        return [self._array.folder / f"job-{number}-{task}.log"]


def _task(log: Path) -> int:
    """Number of an array's task in the name of its log."""
    number = log.stem.rpartition("-")[2]
    return int(number) if number.isdigit() else -1
