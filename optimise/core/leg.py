"""The legs of a run: each start of the program on the way to one result; a job that is queued again has several."""

from __future__ import annotations

import math
import os
import platform
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any, Protocol

from optimise.core.quantities import finite_or_none

__all__ = ["Leg", "host_here", "idle_starts", "job_here", "restart_here"]

#: Costs and bounds this close, as a share, are the same.
_SAME = 1e-9


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
    cost, lower_bound : float
        Of the best plan and the best bound by its end; infinite where there was none.
    """

    started: str = ""
    seconds: float = 0.0
    cpu_seconds: float = 0.0
    ranks: int = 1
    hosts: tuple[str, ...] = ()
    job: str = ""
    restart: int = 0
    energy: float | None = None
    cost: float = math.inf
    lower_bound: float = -math.inf

    @classmethod
    def begun(cls, comm: _Ranks, started: str) -> Leg:
        """The leg that begins, a collective call; hosts are told of several processes or of a batch job."""
        hosts = comm.allgather(host_here()) if comm.size > 1 or job_here() else []
        return cls.here(started, comm.size, hosts)

    @classmethod
    def here(cls, started: str, ranks: int, hosts: Iterable[str]) -> Leg:
        """The leg that begins, in the job that this process belongs to."""
        return cls(started, 0.0, 0.0, ranks, tuple(sorted(set(hosts))), job_here(), restart_here())

    @classmethod
    def read(cls, made: Mapping[str, Any]) -> Leg:
        """A leg from what :meth:`plain` made of it; what an older version did not write is unknown."""
        unknown = {name: made.get(name) for name in ("cost", "lower_bound")}
        facts = {name: value for name, value in made.items() if unknown.get(name, value) is not None}
        return cls(**{**facts, "hosts": tuple(made.get("hosts", ()))})

    def plain(self) -> dict[str, Any]:
        """What a file says of it; None is unknown."""
        facts = asdict(self) | {"hosts": list(self.hosts)}
        return {k: finite_or_none(v) if isinstance(v, float) else v for k, v in facts.items()}

    def ended(self, seconds: float, cpu_seconds: float, cost: float = math.inf, lower_bound: float = -math.inf) -> Leg:
        """The leg once it is over."""
        return replace(
            self, seconds=round(seconds, 3), cpu_seconds=round(cpu_seconds, 3), cost=cost, lower_bound=lower_bound
        )

    def gained(self, before: Leg) -> bool:
        """Whether it found a better plan or bound than were known at the end of the leg before."""
        cheaper = self.cost < before.cost and not math.isclose(self.cost, before.cost, rel_tol=_SAME)
        higher = self.lower_bound > before.lower_bound
        return cheaper or (higher and not math.isclose(self.lower_bound, before.lower_bound, rel_tol=_SAME))


def idle_starts(legs: Sequence[Leg]) -> int:
    """How many of the last starts of a job, one after another, found no better plan and no better bound.

    Parameters
    ----------
    legs : sequence of Leg
        Oldest first.

    Returns
    -------
    int
        0 outside a job; starts of an earlier job do not count.
    """
    count = 0
    for leg, before in zip(reversed(legs), reversed((Leg(), *legs)[:-1]), strict=True):
        if not leg.job or leg.job != legs[-1].job or leg.gained(before):
            break
        count += 1
    return count


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
