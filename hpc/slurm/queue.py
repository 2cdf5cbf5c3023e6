"""The scheduler's own commands, with their failures told in one line."""

from __future__ import annotations

import os
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

from hpc.slurm.card import checked_id
from optimise.core.atomic import umask_in
from optimise.core.errors import InputError, WardwiseError

__all__ = ["FINAL", "QueueError", "SilentError", "States", "cancel", "energy", "enqueue", "states", "test"]

#: States after which nothing more happens. Requeued jobs go back to PENDING and are not among them.
FINAL = frozenset(
    {
        "COMPLETED",
        "FAILED",
        "CANCELLED",
        "TIMEOUT",
        "OUT_OF_MEMORY",
        "BOOT_FAIL",
        "DEADLINE",
        "NODE_FAIL",
        "PREEMPTED",
        "REVOKED",
        "UNKNOWN",
    }
)


class QueueError(WardwiseError):
    """Slurm is not here, does not answer, or refused a request."""


class SilentError(QueueError):
    """Slurm's controller does not answer just now: worth asking again, and nothing that the user did."""

    exit_code = 1


#: What Slurm's commands say where the controller is away, restarting or too busy.
_SILENT = (
    "Unable to contact slurm controller",
    "Socket timed out",
    "Connection refused",
    "Zero Bytes were transmitted",
    "Slurm backup controller in standby mode",
    "Transport endpoint",
)


@dataclass(frozen=True, slots=True)
class States:
    """State of a job, or of every task of an array.

    Attributes
    ----------
    tasks : dict of str to str
        Task (``"17"``, ``"17_3"``) to state.
    reason : str
        Why it waits, as Slurm says.
    restarts : int
    """

    tasks: dict[str, str]
    reason: str = ""
    restarts: int = 0

    @property
    def state(self) -> str:
        """One word: the only state, or what the array as a whole is doing."""
        found = set(self.tasks.values())
        for state in ("RUNNING", "COMPLETING", "PENDING", "REQUEUED", "SUSPENDED", "CONFIGURING"):
            if state in found:
                return state
        bad = sorted(found - {"COMPLETED"})
        return bad[0] if bad else "COMPLETED" if found else "UNKNOWN"


def _call(*arguments: str, seconds: float = 60, umask: int = -1) -> str:
    program = shutil.which(arguments[0])
    if program is None:
        raise QueueError(
            f"{arguments[0]} not found: this is no machine of a Slurm cluster (log in to one, or load its module)"
        )
    # a job that submits a job must not pass on its own shape
    env = {k: v for k, v in os.environ.items() if not k.startswith("SLURM_") or k == "SLURM_CONF"}
    try:
        done = subprocess.run(
            arguments, capture_output=True, text=True, timeout=seconds, check=False, env=env, umask=umask
        )
    except subprocess.TimeoutExpired:
        raise SilentError(f"{arguments[0]} has not answered for {seconds:g} s") from None
    if done.returncode:
        said = " ".join((done.stderr or done.stdout).split()) or f"exit code {done.returncode}"
        said = said.removeprefix(f"{arguments[0]}: ").removeprefix("error: ")
        raise (SilentError if any(word in said for word in _SILENT) else QueueError)(said)
    return done.stdout or done.stderr


def test(script: Path) -> None:
    """Ask Slurm whether it would take the script; queues nothing.

    Raises
    ------
    QueueError
        With Slurm's reason.
    """
    try:
        _call("sbatch", "--test-only", str(script.absolute()))
    except QueueError as error:
        raise QueueError(f"Slurm would refuse the job, so nothing was queued: {error}") from None


def enqueue(script: Path) -> str:
    """Queue a script and return the job's id. Slurm makes the job's log, which may name people, with our umask."""
    said = (
        _call("sbatch", "--parsable", str(script.absolute()), umask=umask_in(script.parent)).strip().partition(";")[0]
    )
    try:
        return checked_id(said)
    except InputError:
        raise QueueError(f"sbatch has answered {said[:60]!r}, which is no job id") from None


def states(job: str) -> States:
    """Ask for the state of a job once: the queue first, the accounts when the queue has forgotten it."""
    checked_id(job)
    try:
        text = _call("squeue", "--noheader", "--states=all", f"--job={job}", "--array", "--format=%i|%T|%r")
    except QueueError as error:
        if "Invalid job id" not in str(error):
            raise
        text = ""
    tasks: dict[str, str] = {}
    reason = ""
    for line in text.splitlines():
        name, state, why = (*line.split("|", 2), "", "")[:3]
        tasks[name] = state
        reason = why if state == "PENDING" and why != "None" else reason
    if not tasks:
        return States(_accounted(job))
    return States(tasks, reason, _restarts(job))


def _accounted(job: str) -> dict[str, str]:
    try:
        text = _call("sacct", "--noheader", "--parsable2", "--allocations", f"--jobs={job}", "--format=JobID,State")
    except QueueError:  # no accounting here
        return {}
    return {name: state.split()[0] for name, _, state in (line.partition("|") for line in text.splitlines()) if state}


def energy(job: str) -> list[float]:
    """Joules of each start of a job, as the accounts say; nothing where they do not."""
    ask = ("--noheader", "--parsable2", "--allocations", "--duplicates")
    try:
        text = _call("sacct", *ask, f"--jobs={checked_id(job)}", "--format=ConsumedEnergyRaw")
    except QueueError:
        return []
    return [float(line) if line.isdigit() else 0.0 for line in text.splitlines()]


def _restarts(job: str) -> int:
    try:
        text = _call("scontrol", "show", "job", job)
    except QueueError:
        return 0
    counts = [part.partition("=")[2] for part in text.split() if part.startswith("Restarts=")]
    return max((int(c) for c in counts if c.isdigit()), default=0)


def cancel(job: str) -> None:
    """Cancel a job; one that is already gone is no error."""
    try:
        _call("scancel", "--", checked_id(job))
    except QueueError as error:
        if "Invalid job id" not in str(error):
            raise
