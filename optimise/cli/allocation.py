"""Whether what was asked for fits what the scheduler gave: threads against CPUs, memory against the limit."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from optimise.core.errors import WardwiseError

if TYPE_CHECKING:
    from optimise.core.method import Communicator
    from optimise.core.problem import Problem

__all__ = ["check_allocation", "check_memory", "check_ranks", "memory_limit", "tasks_per_node"]

_MIB = 2**20


def check_allocation(comm: Communicator, threads: int, *, warn: Callable[[str], None]) -> None:
    """Refuse more threads per rank than Slurm gave CPUs; warn of more threads than this machine has cores.

    Raises
    ------
    WardwiseError
        With the header line that mends it.
    """
    env = os.environ
    given = _cpus_per_task(env)
    if given is not None:
        if threads > given:
            raise WardwiseError(
                f"--threads {threads}, but Slurm gave each task {given} CPU{'s' if given > 1 else ''}: "
                f"submit with --cpus-per-task={threads}, or use --threads {given}"
            )
        return
    local = next((int(env[n]) for n in ("MPI_LOCALNRANKS", "OMPI_COMM_WORLD_LOCAL_SIZE") if env.get(n)), comm.size)
    cores = os.cpu_count() or 1
    if comm.rank == 0 and local * threads > cores:
        warn(f"warning: {local} ranks of {threads} thread(s) share {cores} cores of this machine; this will be slow")


def check_memory(problem: Problem, method: str, *, warn: Callable[[str], None]) -> None:
    """Warn when the estimate for one rank is above what this process may use."""
    from optimise.tools.estimate import estimate

    limit = memory_limit()
    needed = estimate(problem, method).memory
    if limit is not None and needed > limit:
        warn(
            f"warning: about {needed / _MIB:.0f} MiB per rank may be needed and the limit is {limit / _MIB:.0f} MiB: "
            "the run may be killed; ask for more memory or for fewer ranks per node"
        )


def check_ranks(
    problem: Problem, method: str, ranks: int, options: Mapping[str, object], *, warn: Callable[[str], None]
) -> None:
    """Say how many ranks can have no work."""
    if ranks == 1:
        return
    from optimise.tools.estimate import idle_ranks

    if said := idle_ranks(problem, method, ranks, options):
        warn(f"note: {said}")


def memory_limit(env: Mapping[str, str] = os.environ, cgroup: Path = Path("/sys/fs/cgroup")) -> float | None:
    """Bytes that one rank may use, as Slurm's variables or the control group say; None when nothing does."""
    limits = []
    tasks = tasks_per_node(env.get("SLURM_STEP_TASKS_PER_NODE") or env.get("SLURM_TASKS_PER_NODE") or "") or 1
    if env.get("SLURM_MEM_PER_NODE", "0").isdigit() and int(env.get("SLURM_MEM_PER_NODE", "0")) > 0:
        limits.append(int(env["SLURM_MEM_PER_NODE"]) * _MIB / tasks)
    if env.get("SLURM_MEM_PER_CPU", "0").isdigit() and int(env.get("SLURM_MEM_PER_CPU", "0")) > 0:
        limits.append(int(env["SLURM_MEM_PER_CPU"]) * _MIB * (_cpus_per_task(env) or 1))
    for file in (cgroup / "memory.max", cgroup / "memory" / "memory.limit_in_bytes"):
        try:
            text = file.read_text().strip()
        except OSError:
            continue
        if text.isdigit() and int(text) < 2**60:  # larger means none
            limits.append(int(text) / tasks)
    return min(limits) if limits else None


def tasks_per_node(text: str) -> int:
    """Most tasks on one node, from Slurm's ``2(x3),1``; 0 when it says nothing."""
    return max((int(n) for n in re.findall(r"(?:^|,)(\d+)", text)), default=0)


def _cpus_per_task(env: Mapping[str, str]) -> int | None:
    """CPUs that Slurm gave each task of this step; None outside Slurm."""
    if not env.get("SLURM_JOB_ID"):
        return None
    if env.get("SLURM_CPUS_PER_TASK", "").isdigit():
        return int(env["SLURM_CPUS_PER_TASK"])
    tasks = tasks_per_node(env.get("SLURM_STEP_TASKS_PER_NODE") or env.get("SLURM_TASKS_PER_NODE") or "")
    if env.get("SLURM_CPUS_ON_NODE", "").isdigit() and tasks:
        return max(1, int(env["SLURM_CPUS_ON_NODE"]) // tasks)
    return None
