"""How long a search takes to a cost, by the number of ranks: what more ranks are for.

Every clock of such a run counts processor seconds of its rank, so that other programs on the machine and more ranks
than cores lengthen nothing. A rank that waits for another asks the MPI library in a loop, which counts as well.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from optimise.core.method import Communicator, Limits, Progress
from optimise.core.problem import Problem
from optimise.driver import solve

__all__ = ["Search", "common_target", "search", "to_target"]


@dataclass(frozen=True, slots=True)
class Search:
    """One run.

    Attributes
    ----------
    ranks : int
    found : tuple of (float, float)
        Processor seconds of rank 0 and the cost of each better plan, in their order.
    """

    ranks: int
    found: tuple[tuple[float, float], ...]

    def seconds_to(self, cost: float) -> float:
        """Seconds until a plan of at most this cost; infinite where none came."""
        return next((seconds for seconds, known in self.found if known <= cost), math.inf)


def common_target(runs: Sequence[Search]) -> float:
    """The least cost that all runs have reached; infinite where one has found nothing."""
    return max((run.found[-1][1] if run.found else math.inf for run in runs), default=math.inf)


def to_target(runs: Sequence[Search]) -> list[dict[str, Any]]:
    """For each run its seconds to the target that all reach, and how many times sooner it is there than the first."""
    target = common_target(runs)
    if not math.isfinite(target):
        return [{"ranks": run.ranks} for run in runs]
    first = runs[0].seconds_to(target)
    return [
        {
            "ranks": run.ranks,
            "target": target,
            "time to target": round(run.seconds_to(target), 2),
            "speed-up to target": round(first / max(run.seconds_to(target), 1e-9), 2),
        }
        for run in runs
    ]


def search(
    problem: Problem, comm: Communicator, seconds: float, seed: int = 1, method: str = "parallel-search", **options: Any
) -> tuple[Search, dict[str, Any]]:
    """Search for so many seconds of the clock there is.

    The caller makes processor seconds the clock, before anything of this program is imported.

    Parameters
    ----------
    problem : Problem
    comm : Communicator
    seconds : float
        Of each rank.
    seed : int
    method : str
    **options
        Of the method.

    Returns
    -------
    run : Search
        As rank 0 saw it.
    facts : dict
        Cost, phases and counts of the result.
    """
    found: list[tuple[float, float]] = []

    def listen(progress: Progress) -> None:
        if progress.primal < (found[-1][1] if found else math.inf):
            found.append((progress.seconds, progress.primal))

    made = solve(problem, method, limits=Limits(seconds), seed=seed, comm=comm, listen=listen, options=options)
    facts = {"cost": made.cost, "phases": dict(made.stats.phases), "counts": dict(made.stats.counts)}
    return Search(comm.size, tuple(found)), facts
