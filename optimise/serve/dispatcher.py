"""Who runs the jobs: takes them from the queue, starts a process for each, and says how each has ended.

A worker is ``wardwise solve`` with a checkpoint and an output folder of its own. What has happened is read from files
that are whole or absent, so it does not matter who dies: a worker that outlives the service is found again by its
process, one that died without a result is started again from its checkpoint.
"""

from __future__ import annotations

import fcntl
import logging
import math
import os
import resource
import shlex
import shutil
import signal
import subprocess
import sys
import threading
import time
from contextlib import suppress
from pathlib import Path
from typing import IO, Any

from sqlalchemy.engine import RowMapping

from optimise.core.atomic import create
from optimise.core.folder_lock import SILENT
from optimise.core.leg import host_here
from optimise.serve.folder import JobFolder
from optimise.serve.settings import Settings
from optimise.serve.store import Store
from optimise.serve.tables import State

__all__ = ["Dispatcher", "command", "launched", "summary"]

log = logging.getLogger(__name__)

#: Seconds between two looks at queue and workers.
_PAUSE = 0.2
#: Seconds without a sign of life after which a worker is killed. One that compiles or stands late gives signs: its own
#: watchdog knows its time limit.
_SILENT = 180.0
#: Seconds beyond the time limit for which a job may hold its place on a cluster: compiling and the last proof.
_SPARE = 900.0
#: Seconds for workers to write their checkpoints when the service is stopped.
_FAREWELL = 25.0
#: How far workers stand back on a busy machine, as ``nice`` counts: people wait for answers, not for jobs.
_STANDS_BACK = 10
#: How jobs are called in the queue of a cluster, before their id.
_NAME = "wardwise-"
#: Who has the lock of this file, beside the jobs, looks at the queue; a second service there waits for its turn.
_LOCK = "dispatcher.lock"
#: What of a result is kept in the database.
_SUMMARY = ("instance", "kind", "method", "stop", "feasible", "cost", "lower_bound", "gap", "seconds")


def command(folder: JobFolder, asks: dict[str, Any], threads: int = 1) -> list[str]:
    """The command line of a worker.

    Parameters
    ----------
    folder : JobFolder
        With the document.
    asks : dict
        ``method``, ``seconds``, ``gap``, ``seed``; of a re-plan also ``freeze_until`` and ``change_cost``.
    threads : int

    Returns
    -------
    list of str
        To be run in any folder.
    """
    line = [sys.executable, "-m", "optimise", "solve", str(folder.document), "--quiet", "--output", str(folder.out)]
    line += ["--checkpoint", str(folder.checkpoint), "--resume", "--progress-file", str(folder.progress)]
    line += ["--method", asks["method"], "--time-limit", str(asks["seconds"]), "--gap", str(asks["gap"])]
    line += ["--seed", str(asks["seed"]), "--threads", str(threads)]
    if (earlier := folder.path / "earlier").is_dir():
        line += ["--from-plan", str(next(earlier.iterdir()))]
        for key, option in (("freeze_until", "--freeze-until"), ("change_cost", "--change-cost")):
            line += [option, str(asks[key])] if asks.get(key) is not None else []
    return line


def launched(job: str, seconds: float, settings: Settings) -> list[str]:
    """What stands before the command line of a worker: nothing here, ``srun`` where a cluster runs the jobs.

    Parameters
    ----------
    job : str
    seconds : float
        Time limit of the job.
    settings : Settings

    Returns
    -------
    list of str
        ``srun`` waits in the cluster's queue, passes signals on and leaves with the worker's code.
    """
    if settings.srun is None:
        return []
    minutes, memory = math.ceil((seconds + _SPARE) / 60), math.ceil(1024 * settings.memory)
    line = ["srun", "--ntasks=1", "--mpi=none", f"--job-name={_NAME}{job}", f"--cpus-per-task={settings.threads}"]
    return [*line, f"--mem={memory}M", f"--time={minutes}", *shlex.split(settings.srun)]


def summary(result: dict[str, object]) -> dict[str, Any]:
    """What of a result is kept in the database: figures, and nobody's name.

    Parameters
    ----------
    result : dict
        The object of ``result.json``.

    Returns
    -------
    dict
    """
    return {key: result.get(key) for key in _SUMMARY}


class Dispatcher:
    """Runs jobs of one machine on a thread of its own.

    Parameters
    ----------
    store : Store
    settings : Settings
    """

    def __init__(self, store: Store, settings: Settings) -> None:
        self.store, self.settings = store, settings
        self.root, self.host = settings.data / "jobs", host_here()
        self._children: dict[str, subprocess.Popen[bytes]] = {}
        self._told: set[str] = set()
        self._ending = threading.Event()
        self._thread = threading.Thread(target=self._run, name="dispatcher", daemon=True)
        self._lock: IO[bytes] | None = None

    def start(self) -> None:
        """Begin to look at the queue, or to wait until nobody else on this machine does."""
        self._lock = self._opened()
        self._thread.start()

    def stop(self) -> None:
        """Stop cleanly: workers write their checkpoints, and their jobs wait for the next start of the service."""
        if self._lock is None:
            return
        self._ending.set()
        self._thread.join()
        self._farewell()
        self._lock.close()

    def _farewell(self) -> None:
        for job, child in self._children.items():
            self._ask(child.pid, JobFolder(self.root, job), 0.0)
        until = time.monotonic() + _FAREWELL
        for job, child in self._children.items():
            try:
                child.wait(max(0.1, until - time.monotonic()))
            except subprocess.TimeoutExpired:
                child.kill()
                child.wait()
            row = next((row for row in self.store.running(self.host) if row["id"] == job), None)
            folder = JobFolder(self.root, job)
            result = folder.result()
            if row is None:
                continue
            if row["asked"] == "" and (result is None or result.get("stop") == "interrupted"):
                self.store.again(job, counts=False)
            else:
                self._ended(row, folder, child.returncode)

    def looked_at(self) -> bool:
        """Whether somebody on this machine looks at the queue."""
        with self._opened() as seen:
            return not _locked(seen)

    def _opened(self) -> IO[bytes]:
        return (self.settings.data / _LOCK).open("ab")

    def _run(self) -> None:
        while not self._ending.wait(_PAUSE):
            try:
                if self._lock is not None and _locked(self._lock):
                    self.turn()
            except Exception:  # whatever it is: other jobs go on
                log.exception("the queue could not be looked at; trying again")
                self._ending.wait(5 * _PAUSE)

    def turn(self) -> None:
        """One look at workers and queue."""
        going = sum(self._watch(row) for row in self.store.running(self.host))
        for row in self.store.waiting(max(0, self.settings.workers - going)):
            if self.settings.srun is not None and JobFolder(self.root, row["id"]).sign_of_life() > time.time() - SILENT:
                continue  # its srun is gone, but the worker on the cluster may still be there
            if self.store.claim(row["id"], self.host):
                self._begin(row)

    def _begin(self, row: RowMapping) -> None:
        folder = JobFolder(self.root, row["id"])
        if row["asked"]:
            self.store.end(row["id"], State.CANCELLED)
            return
        if folder.input is None:
            self.store.end(row["id"], State.LOST, "the document of this job is gone")
            return
        with create(folder.errors, keep=True).open("ab") as errors:
            child = subprocess.Popen(
                [
                    *launched(row["id"], row["asks"]["seconds"], self.settings),
                    *command(folder, row["asks"], self.settings.threads),
                ],
                cwd=folder.path,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=errors,
                start_new_session=True,
            )
        if self.settings.srun is None:  # a cluster holds its jobs to their limits itself
            most = int(self.settings.memory * 2**30)
            with suppress(ProcessLookupError, PermissionError):
                resource.prlimit(child.pid, resource.RLIMIT_AS, (most, most))
                os.setpriority(os.PRIO_PROCESS, child.pid, _STANDS_BACK)
        self._children[row["id"]] = child
        self.store.begun(row["id"], child.pid)
        log.info("job %s: started as process %d", row["id"], child.pid)

    def _watch(self, row: RowMapping) -> bool:
        """Look at a worker; whether it goes on."""
        job, folder = row["id"], JobFolder(self.root, row["id"])
        child = self._children.get(job)
        gone = child.poll() is not None if child is not None else not _works(row["pid"], job)
        if gone:
            self._children.pop(job, None)
            self._told.discard(job)
            self._ended(row, folder, None if child is None else child.returncode)
            return False
        if row["asked"] and job not in self._told:
            self._told.add(job)
            self._ask(row["pid"], folder, row["started"])
        elif self._silent(row, folder):
            log.warning("job %s: its worker gave no sign of life for %g s and is killed", job, _SILENT)
            _signal(row["pid"], signal.SIGKILL)
        return True

    def _ask(self, pid: int | None, folder: JobFolder, started: float) -> None:
        """Ask a worker to stop: on a cluster by its queue, for a signal to ``srun`` kills there."""
        if self.settings.srun is None or folder.sign_of_life() < started:
            _signal(pid, signal.SIGTERM)  # of a job that waits in the cluster's queue: it leaves the queue
            return
        line = ["scancel", "--quiet", "--signal=TERM", f"--name={_NAME}{folder.job}"]
        subprocess.run(line, stdin=subprocess.DEVNULL, capture_output=True, check=False)

    def _silent(self, row: RowMapping, folder: JobFolder) -> bool:
        """Whether a worker has shown no sign of life for long; one that waits in a cluster's queue need not."""
        seen = folder.sign_of_life()
        if self.settings.srun is not None and seen < row["started"]:
            return False
        return bool(time.time() - max(seen, row["started"]) > _SILENT)

    def _ended(self, row: RowMapping, folder: JobFolder, code: int | None) -> None:
        """A worker is gone: what it left says what became of the job."""
        job, result = row["id"], folder.result()
        if row["asked"] == "cancel":
            shutil.rmtree(folder.out, ignore_errors=True)
            self.store.end(job, State.CANCELLED)
        elif result is not None and not (result.get("stop") == "interrupted" and code not in (0, 75, None)):
            self.store.end(job, State.FINISHED, summary=summary(result))
        elif code == 2:
            self.store.end(job, State.FAILED, folder.said())
        elif row["attempts"] < self.settings.tries:
            log.warning("job %s: its worker died (code %s); it goes on from its checkpoint", job, code)
            self.store.again(job, counts=True)
        else:
            how = "left no word" if code is None else f"ended with code {code}"
            self.store.end(job, State.LOST, f"its worker {how} {row['attempts']} times; {folder.said()}")


def _locked(file: IO[bytes]) -> bool:
    """Whether the lock of a file is ours, from now on if not before; it goes with the process, however that ends."""
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _works(pid: int | None, job: str) -> bool:
    """Whether a process is the worker of this job: its command line names the job's folder."""
    if pid is None:
        return False
    try:
        line = Path(f"/proc/{pid}/cmdline").read_bytes()
    except OSError:
        return False
    return job.encode() in line


def _signal(pid: int | None, number: signal.Signals) -> None:
    if pid is not None:
        with suppress(ProcessLookupError, PermissionError):
            os.kill(pid, number)
