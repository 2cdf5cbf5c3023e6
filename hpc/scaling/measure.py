"""Real ranks on this machine, started by ``mpiexec`` (see :mod:`hpc.scaling.ranks`)."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from hpc.scaling.model import Network
from hpc.scaling.work import Done, Workload
from optimise.errors import MissingExtraError, WardwiseError

__all__ = ["Measured", "measure", "measure_network", "summarise"]

_TIMEOUT = 1800


@dataclass(frozen=True, slots=True)
class Measured:
    """A real run of a workload.

    Attributes
    ----------
    root_wall, search_wall : float
        Wall-clock seconds.
    root_path, search_path : float
        Processor seconds along the critical path: the slowest rank of every call or round, and rank 0's serial part.
        Other programs on the machine do not lengthen it, and communication is not in it.
    """

    ranks: int
    root_wall: float
    search_wall: float
    root_path: float
    search_path: float


def summarise(accounts: list[Done]) -> Measured:
    """One line from the accounts of all ranks."""
    calls = min(len(a.calls) for a in accounts)
    slowest = [max(sum(a.calls[i].tasks) + a.calls[i].overhead for a in accounts) for i in range(calls)]
    serial = sum(call.serial for call in accounts[0].calls)
    rounds = [max(sum(a.attempts[i]) for a in accounts) for i in range(len(accounts[0].attempts))]
    return Measured(
        len(accounts),
        max(a.wall["root"] for a in accounts),
        max(a.wall["search"] for a in accounts),
        sum(slowest) + serial,
        sum(rounds) + sum(accounts[0].merging),
    )


def measure(instance: Path, ranks: int, workload: Workload) -> Measured:
    """Run the workload on real ranks of this machine and time it."""
    given = json.dumps(asdict(workload))
    made = _launch(ranks, "work", str(instance), given)
    return Measured(**made)


def measure_network() -> Network:
    """Latency and bandwidth between two ranks of this machine."""
    made = _launch(2, "network")
    return Network(made["latency"], made["bandwidth"], made["packing"], "measured between two ranks of this machine")


def _launch(ranks: int, *arguments: str) -> dict[str, Any]:
    beside = Path(sys.executable).with_name("mpiexec")
    launcher = str(beside) if beside.exists() else shutil.which("mpiexec")
    if launcher is None:
        raise MissingExtraError("mpiexec", "mpi")
    command = [launcher, "-n", str(ranks), sys.executable, "-m", "hpc.scaling.ranks", *arguments]
    env = {k: v for k, v in os.environ.items() if not k.startswith("PMI")}
    env |= {"OMP_NUM_THREADS": "1", "NUMBA_NUM_THREADS": "1"}
    done = subprocess.run(command, capture_output=True, text=True, timeout=_TIMEOUT, check=False, env=env)
    if done.returncode:
        raise WardwiseError(f"{' '.join(command[:3])} failed: {done.stderr.strip()[-500:]}")
    answer: dict[str, Any] = json.loads(done.stdout.strip().splitlines()[-1])
    return answer
