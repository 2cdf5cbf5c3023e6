"""A small parent process for each rank, which tells when and where its rank died and ends the job.

A rank that is killed (out of memory, a crash in native code) leaves the others waiting for its message; under ``srun``
that is for ever. So under MPI every rank runs as the child of a process that only waits for it.

A rank whose work is done says so (:func:`leaving`). Where it then does not leave, because MPI's last call waits for a
rank that stands still, its parent ends it and leaves with its code.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from contextlib import suppress
from types import FrameType

from optimise.cli.watchdog import grace
from optimise.core import breadcrumb as phase
from optimise.core.communicator import announced_rank, announced_size

__all__ = ["guard_rank", "last_words", "leaving"]

#: Exit codes of the contract, and those of faults that have already been told (70, 74). Any other is a death.
_TOLD = (0, 1, 2, 3, 70, 74, 75)
_FORWARDED = (signal.SIGTERM, signal.SIGINT, signal.SIGUSR1)


_LEAVING = "leaving with "
_LOOK = 1.0  # seconds between two looks at whether the rank leaves


def leaving(code: int) -> None:
    """Say that the work of this rank is done, and with which code it is about to leave."""
    phase.enter(f"{_LEAVING}{code}")


def guard_rank() -> None:
    """Fork; the child returns and goes on as the rank, the parent waits for it and leaves with its exit code.

    Does nothing outside MPI, where no fork is possible, or with ``WARDWISE_GUARD=0`` in the environment. To be called
    before MPI is started and before there are threads.
    """
    if announced_size() <= 1 or os.environ.get("WARDWISE_GUARD") == "0" or not hasattr(os, "memfd_create"):
        return
    shared = os.memfd_create("wardwise-phase")
    began = time.monotonic()
    guard = os.getpid()
    # a signal that comes before there is somebody to forward it to waits until there is
    signal.pthread_sigmask(signal.SIG_BLOCK, _FORWARDED)
    child = os.fork()
    if child == 0:
        signal.pthread_sigmask(signal.SIG_UNBLOCK, _FORWARDED)
        _die_with(guard)
        phase.publish(shared)
        return

    def forward(number: int, frame: FrameType | None) -> None:
        with suppress(ProcessLookupError):
            os.kill(child, number)

    def last() -> str:
        return os.pread(shared, phase.WIDTH, 0).rstrip(b"\0").decode(errors="replace")

    since: list[float] = []

    def look(number: int, frame: FrameType | None) -> None:
        """The rank has been leaving for too long: it is ended."""
        if not last().startswith(_LEAVING):
            return
        since[:] = since or [time.monotonic()]
        if time.monotonic() - since[0] > grace(0.0):
            with suppress(ProcessLookupError):
                os.kill(child, signal.SIGKILL)

    for number in _FORWARDED:
        signal.signal(number, forward)
    signal.signal(signal.SIGALRM, look)
    signal.pthread_sigmask(signal.SIG_UNBLOCK, _FORWARDED)
    signal.setitimer(signal.ITIMER_REAL, _LOOK, _LOOK)
    _, status = os.waitpid(child, 0)
    signal.setitimer(signal.ITIMER_REAL, 0.0)
    code = os.waitstatus_to_exitcode(status)
    if code == -signal.SIGKILL and last().startswith(_LEAVING):
        code = int(last().removeprefix(_LEAVING))
    if code not in _TOLD:
        said = last_words(announced_rank(), os.uname().nodename, code, last(), time.monotonic() - began)
        with suppress(OSError):  # whoever listened may be gone
            print(said, file=sys.stderr, flush=True)
        _end_step()
    os._exit(code if code >= 0 else 128 - code)


def last_words(rank: int, host: str, code: int, last: str, seconds: float) -> str:
    """The message about a rank that died; ``code`` is negative for a signal, as in :mod:`subprocess`."""
    how = f"died of {signal.Signals(-code).name}" if code < 0 else f"left with code {code}"
    why = " (out of memory? ask for more, or for fewer ranks per node)" if code == -signal.SIGKILL else ""
    host = os.environ.get("SLURMD_NODENAME", host)
    return f"error: rank {rank} on {host} {how} after {seconds:.1f} s in phase '{last}'{why}; the job is ended"


def _end_step() -> None:
    """End the other tasks of a Slurm step, which ``srun`` would let wait; ``mpiexec`` does so itself."""
    job, step = os.environ.get("SLURM_JOB_ID"), os.environ.get("SLURM_STEP_ID", "")
    if job is None or not job.isdecimal() or not step.isdecimal() or os.environ.get("PMI_PORT"):
        return
    with suppress(OSError, subprocess.TimeoutExpired):
        subprocess.run(["scancel", "--signal=KILL", f"{job}.{step}"], timeout=10, check=False, capture_output=True)


def _die_with(guard: int) -> None:
    """Ask Linux to kill this process when its guard is killed."""
    import ctypes

    set_death_signal = 1
    try:
        ctypes.CDLL(None, use_errno=True).prctl(set_death_signal, int(signal.SIGKILL), 0, 0, 0)
    except (OSError, AttributeError):
        return
    if os.getppid() != guard:  # it died before we asked
        os._exit(128 + signal.SIGKILL)
