"""Jobs as Python objects, after submitit's conventions: ``submit`` gives a ``Job`` that is polled politely."""

from __future__ import annotations

import datetime as dt
import json
import logging
import os
import tempfile
import time
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

from hpc.slurm import queue
from hpc.slurm.card import CARD, checked_id, read_card, write_card
from hpc.slurm.request import Prepared, Request, prepare
from hpc.slurm.script import ARRAYS, Value
from hpc.slurm.site import Site, find_site
from optimise.core.atomic import make_folder, write_text
from optimise.core.errors import InputError, WardwiseError

if TYPE_CHECKING:
    from optimise.core.leg import Leg
    from optimise.core.problem import Problem
    from optimise.core.result import Result

__all__ = ["POLL_SECONDS", "Job", "JobError", "submit", "submit_request"]

#: Least seconds between two questions to the scheduler about one job. Sites ask for this.
POLL_SECONDS = 60.0
_TAIL = 15  # lines of a log shown with a failure
#: A controller that does not answer is asked again after two, four, ... times the usual pause, so many times.
_MOST_SILENT, _LONGEST = 8, 16
_RESULT = ("result.json", "trace.csv", "report.html", "report.xlsx")

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
    """

    exit_code = 4

    def __init__(self, message: str, partial: Result | None = None) -> None:
        super().__init__(message)
        self.partial = partial


def poll_seconds() -> float:
    """Seconds between questions; tests on a cluster of their own shorten it by WARDWISE_SLURM_POLL."""
    return float(os.environ.get("WARDWISE_SLURM_POLL", POLL_SECONDS))


class Job:
    """A job that was submitted.

    Attributes
    ----------
    job_id : str
    folder : Path
        Script, log, checkpoint and result.
    """

    def __init__(self, job_id: str, folder: str | Path, kind: str = "solve") -> None:
        self.job_id, self.folder, self.kind = checked_id(job_id), Path(folder), kind
        self._asked = -float("inf")
        self._last = queue.States({})

    @property
    def study(self) -> bool:
        """Whether it is an array of runs."""
        return self.kind in ARRAYS

    def __repr__(self) -> str:
        return f"Job({self.job_id!r}, {str(self.folder)!r})"

    @classmethod
    def find(cls, folder: str | Path) -> Job:
        """The job that was submitted into a folder."""
        card = read_card(folder)
        return cls(card.job_id, Path(folder), card.kind)

    def states(self, *, now: bool = False) -> queue.States:
        """State of the job and its tasks; asks Slurm at most once a minute unless ``now``."""
        final = self._last.tasks and self._last.state in queue.FINAL
        if now or (not final and time.monotonic() - self._asked >= poll_seconds()):
            self._last = queue.states(self.job_id)
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
        number = self.job_id.partition("_")[0].partition("+")[0]
        logs = [self.folder / f"job-{number}.log", *sorted(self.folder.glob(f"job-{number}-*.log"), key=_task)]
        return "".join(log.read_text(encoding="utf-8", errors="replace") for log in logs if log.is_file())

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
        if self.study:
            raise WardwiseError(f"a study has no single result; its report is in {self.folder}")
        if error := self._missing():
            raise error
        return read_run(self.folder).result

    def exception(self) -> JobError | None:
        """The error that :meth:`result` would raise for an ended job; None when there is a result."""
        self.wait()
        return None if self.study else self._missing()

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
        partial, told = None, ""
        if self._legs():
            from optimise.runs.resultfile import read_run

            if not self._going_on() or self.states().state not in queue.FINAL:
                return None
            found = read_run(self.folder).result
            partial, told = found, f"; a plan of cost {found.cost:g} that it had found by then lies in {self.folder}"
        there = partial is None and (self.folder / "result.json").exists()
        other = f"; the result in {self.folder} is not of this job" if there else ""
        lines = self.stdout().splitlines()[-_TAIL:]
        said = "\n".join(f"  | {line}" for line in lines) or "  | (the log is empty)"
        state = self.states().state
        text = f"job {self.job_id} ended as {state} without a finished result{told or other}; the end of its log"
        return JobError(f"{text}:\n{said}", partial)


def _task(log: Path) -> int:
    """Number of an array's task in the name of its log."""
    number = log.stem.rpartition("-")[2]
    return int(number) if number.isdigit() else -1


def submit(
    target: str | Path | Problem,
    *,
    folder: str | Path,
    kind: str = "solve",
    method: str | None = None,
    time_limit: float | None = None,
    seed: int = 0,
    iterations: int | None = None,
    options: Mapping[str, object] | None = None,
    site: str | Path | Site = "generic",
    nodes: int = 1,
    ranks: int | None = None,
    threads: int = 1,
    time: str | None = None,
    memory: float | None = None,
    header: Mapping[str, Value] | None = None,
    arguments: Sequence[str] = (),
    **more: Any,
) -> Job:
    """Check and queue a solve.

    Parameters
    ----------
    target : path or Problem
        An instance file that the nodes can read; a problem is written into ``folder`` first.
    folder : path
        On a file system that the nodes share; receives everything.
    kind : str
        Template: ``solve``, ``decompose``, ``scenarios``, ``simulate-gpu`` or ``study``.
    method : str, optional
        That of the template when left out.
    time_limit : float, optional
        Seconds of the solve, over all restarts; estimated from the instance when left out.
    seed : int
    iterations : int, optional
        Work limit of the solve.
    options : mapping, optional
        The method's own options.
    site : str, path or Site
        Name or file of a site's profile, or the profile itself.
    nodes : int
    ranks : int, optional
        Of all nodes together; one a node when left out.
    threads : int
        Of each rank.
    time : str, optional
        Limit of one job.
    memory : float, optional
        GiB per rank.
    header : mapping, optional
        Further header lines.
    arguments : sequence of str
        Further arguments of ``wardwise solve``.
    **more
        Further fields of :class:`~hpc.slurm.request.Request`.

    Returns
    -------
    Job
        Queued; it knows its number and its folder.

    Raises
    ------
    WardwiseError
        If the instance, an option or what is asked of the cluster cannot be; nothing is queued then.
    """
    folder = Path(folder)
    path = Path(target) if isinstance(target, str | Path) else _written(target, folder)
    extra = list(arguments)
    if kind != "study":
        extra += ["--seed", str(seed)]
        for name, value in (("--method", method), ("--time-limit", time_limit), ("--iterations", iterations)):
            if value is not None:
                extra += [name, str(value)]
        extra += [word for k, v in (options or {}).items() for word in ("--option", f"{k}={json.dumps(v)}")]
    request = Request(
        kind,
        path,
        folder,
        site if isinstance(site, Site) else find_site(site),
        tuple(extra),
        nodes=nodes,
        ranks=nodes if ranks is None else ranks,
        threads=threads,
        time=time,
        memory=memory,
        header=dict(header or {}),
        **more,
    )
    return submit_request(prepare(request))


def submit_request(prepared: Prepared) -> Job:
    """Write the script of a checked request into its folder and queue it."""
    request = prepared.request
    if request.site.scheduler != "slurm":
        raise WardwiseError(f"{request.site.name} is no Slurm site: render the script and submit it by hand")
    folder = request.folder
    _claim(folder)
    with tempfile.TemporaryDirectory() as trial:
        script = Path(trial) / "job.sbatch"
        script.write_text(prepared.script, encoding="utf-8")
        queue.test(script)
    _set_aside(folder)
    script = write_text(folder / "job.sbatch", prepared.script)
    job = Job(queue.enqueue(script), folder, request.kind)
    write_card(
        folder,
        job_id=job.job_id,
        kind=request.kind,
        target=str(request.target.resolve()),
        site=request.site.name,
        submitted=dt.datetime.now(dt.UTC).isoformat(timespec="seconds"),
        request={k: v for k, v in asdict(request).items() if isinstance(v, str | int | float)},
    )
    return job


def _claim(folder: Path) -> None:
    """Refuse a folder that holds something else, or whose job still waits or runs."""
    from optimise.runs.resultfile import claim_folder

    claim_folder(folder)
    if (folder / CARD).exists():
        job = Job.find(folder)
        if job.states(now=True).state not in queue.FINAL:
            raise InputError(f"job {job.job_id} in this folder is {job.state}; cancel it or use another", file=folder)


def _set_aside(folder: Path) -> None:
    """Move the result of an earlier job into a folder of its own, so that it cannot pass for the new job's."""
    files = [f for name in (*_RESULT, "plan*", "native-plan*") for f in sorted(folder.glob(name)) if f.is_file()]
    if not files:
        return
    name = f"before-{read_card(folder).job_id}" if (folder / CARD).exists() else "before"
    place, number = folder / name, 1
    while place.exists():
        number += 1
        place = folder / f"{name}-{number}"
    make_folder(place)
    for file in files:
        file.replace(place / file.name)


def _written(problem: Problem, folder: Path) -> Path:
    """Write a problem into the folder, in its own format or in ours."""
    from optimise.formats.base import get_format
    from optimise.roster.formats.native import write_ward
    from optimise.roster.formats.table import ward_of

    make_folder(folder)
    write = getattr(get_format(problem.family), "write", None)
    if write is not None:
        return Path(write(problem, folder / "instance.json")[0])
    return write_ward(ward_of(problem), folder / "instance.json")
