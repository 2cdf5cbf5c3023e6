"""Real ranks on this machine, started by ``mpiexec`` (see :mod:`hpc.scaling.ranks`)."""

from __future__ import annotations

import json
import math
import os
import shutil
import subprocess
import sys
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from hpc.scaling.model import Network
from hpc.scaling.target import Search
from hpc.scaling.work import Done, Workload
from optimise.core.errors import MissingExtraError, WardwiseError

__all__ = ["Measured", "measure", "measure_network", "measure_search", "summarise"]

_TIMEOUT = 1800


@dataclass(frozen=True, slots=True)
class Measured:
    """A real run of a workload.

    Attributes
    ----------
    root_wall, pricing_wall, search_wall : float
        Wall-clock seconds; of the root, the pricing calls in it, and the search.
    root_path, pricing_path, search_path : float
        Processor seconds along the critical path: the slowest rank of every call or round, and rank 0's serial part.
        Other programs on the machine do not lengthen it, and communication is not in it.
    root_blocks, search_blocks : int
        People priced.
    waits : tuple of float
        Processor seconds by which each rank is done with its people before the slowest, over all pricing calls.
    """

    ranks: int
    root_wall: float
    pricing_wall: float
    search_wall: float
    root_path: float
    pricing_path: float
    search_path: float
    root_blocks: int
    search_blocks: int
    waits: tuple[float, ...] = ()

    @property
    def blocks_per_second(self) -> dict[str, float]:
        """People priced per second of pricing and of search: of processor time along the path, and of the wall."""
        named = {
            "pricing": (self.root_blocks, self.pricing_path, self.pricing_wall),
            "search": (self.search_blocks, self.search_path, self.search_wall),
            "all": (
                self.root_blocks + self.search_blocks,
                self.root_path + self.search_path,
                self.root_wall + self.search_wall,
            ),
        }
        return {
            f"{name}{kind}": blocks / seconds if seconds > 0 else math.nan
            for name, (blocks, *both) in named.items()
            for kind, seconds in zip(("", " wall"), both, strict=True)
        }


def summarise(repeats: list[list[Done]]) -> Measured:
    """One line from the accounts of all ranks, for every repeat of the work; the least seconds of every part count.

    A person's seconds are the least of all repeats, whichever rank had the person; who had whom is as in the first.
    """
    ranks = len(repeats[0])
    first = repeats[0]
    serial = slowest = 0.0
    waits = [0.0] * ranks
    for i in range(min(len(a.calls) for a in first)):
        seconds: dict[int, float] = {}
        for accounts in repeats:
            for a in accounts:
                for e, spent in zip(a.calls[i].who, a.calls[i].tasks, strict=True):
                    seconds[e] = min(spent, seconds.get(e, math.inf))
        serial += min(accounts[0].calls[i].serial for accounts in repeats)
        fixed = [min(accounts[r].calls[i].overhead for accounts in repeats) for r in range(ranks)]
        load = [sum(seconds[e] for e in first[r].calls[i].who) + fixed[r] for r in range(ranks)]
        slowest += max(load)
        waits = [known + max(load) - mine for known, mine in zip(waits, load, strict=True)]
    rounds = [
        max(sum(map(min, zip(*(accounts[r].attempts[i] for accounts in repeats), strict=True))) for r in range(ranks))
        for i in range(len(first[0].attempts))
    ]
    merging = [min(each) for each in zip(*(accounts[0].merging for accounts in repeats), strict=True)]

    def wall(name: str) -> float:
        return min(max(a.wall[name] for a in accounts) for accounts in repeats)

    return Measured(
        ranks,
        wall("root"),
        wall("pricing"),
        wall("search"),
        slowest + serial,
        slowest,
        sum(rounds) + sum(merging),
        sum(len(call.tasks) for a in first for call in a.calls),
        sum(a.priced for a in first),
        tuple(waits),
    )


def measure(instance: Path, ranks: int, workload: Workload) -> Measured:
    """Run the workload on real ranks of this machine and time it."""
    given = json.dumps(asdict(workload))
    made = _launch(ranks, "work", str(instance), given)
    return Measured(**{**made, "waits": tuple(made["waits"])})


def measure_search(instance: Path, ranks: int, seconds: float, seed: int = 1) -> Search:
    """Search on real ranks of this machine, for so many processor seconds a rank."""
    made = _launch(ranks, "target", str(instance), str(seconds), str(seed))
    return Search(made["ranks"], tuple((float(s), float(cost)) for s, cost in made["found"]))


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
