"""The legs of a run: each start of the program on the way to one result; a job that is queued again has several."""

from __future__ import annotations

import os
import platform
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any, Protocol

__all__ = ["Leg", "host_here", "job_here", "restart_here"]


class _Ranks(Protocol):
    """What a leg asks of a communicator."""

    @property
    def size(self) -> int: ...
    def allgather(self, obj: object) -> list[Any]: ...


@dataclass(frozen=True, slots=True)
class Leg:
    """One leg.

    Attributes
    ----------
    started : str
        UTC.
    seconds : float
        Of the clock on the wall.
    cpu_seconds : float
        Of the processors of all ranks; of a leg that was killed, rank 0's times the number of ranks.
    ranks : int
    hosts : tuple of str
        Nodes, each once; empty outside a cluster.
    job : str
        Id that the scheduler gave; empty outside a job.
    restart : int
        How often the scheduler had queued the job again by then.
    energy : float or None
        Joules, as the scheduler's accounts say once the job has ended; None where they say nothing.
    """

    started: str = ""
    seconds: float = 0.0
    cpu_seconds: float = 0.0
    ranks: int = 1
    hosts: tuple[str, ...] = ()
    job: str = ""
    restart: int = 0
    energy: float | None = None

    @classmethod
    def begun(cls, comm: _Ranks, started: str) -> Leg:
        """The leg that begins, a collective call; hosts are told of several processes or of a batch job."""
        hosts = comm.allgather(host_here()) if comm.size > 1 or job_here() else []
        return cls.here(started, comm.size, hosts)

    @classmethod
    def here(cls, started: str, ranks: int, hosts: Iterable[str]) -> Leg:
        """The leg that begins, in the job that this process belongs to."""
        return cls(started, 0.0, 0.0, ranks, tuple(sorted(set(hosts))), job_here(), restart_here())

    def ended(self, seconds: float, cpu_seconds: float) -> Leg:
        """The leg once it is over."""
        return replace(self, seconds=round(seconds, 3), cpu_seconds=round(cpu_seconds, 3))


def job_here(environ: Mapping[str, str] | None = None) -> str:
    """Id of the batch job that this process belongs to, as ``job.json`` has it; empty outside one."""
    env = os.environ if environ is None else environ
    array, task = env.get("SLURM_ARRAY_JOB_ID", ""), env.get("SLURM_ARRAY_TASK_ID", "")
    if array and task:
        return f"{array}_{task}"
    return env.get("SLURM_JOB_ID", "") or env.get("LSB_JOBID", "")


def restart_here(environ: Mapping[str, str] | None = None) -> int:
    """How often the scheduler has queued this job again; 0 outside a job."""
    said = (os.environ if environ is None else environ).get("SLURM_RESTART_COUNT", "")
    return int(said) if said.isdigit() else 0


def host_here() -> str:
    """Name of this node as the scheduler calls it, else as the system does."""
    return os.environ.get("SLURMD_NODENAME") or platform.node()
