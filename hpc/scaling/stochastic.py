"""The L-shaped method as a piece of work: traced on one rank, run on real ones, as rosters are in :mod:`.work`."""

from __future__ import annotations

import pickle
import time
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hpc.benders.method import Run
from hpc.scaling.trace import Trace
from hpc.scaling.work import Call, CountedComm, Done
from optimise.capacity.problem import CapacityProblem
from optimise.core.method import Communicator, Limits, Progress, SerialComm
from optimise.core.provenance import machine

__all__ = ["Scenarios", "perform_scenarios", "record_scenarios"]

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Scenarios:
    """The solve that is traced: cuts and masters until the gap is closed or the calls are done."""

    gap: float = 0.01
    calls: int = 25
    clusters: int = 64
    seed: int = 1


class _Timed:
    """A HiGHS instance whose runs are timed."""

    def __init__(self, solver: Any) -> None:
        self.raw, self._solver, self.spent = solver.raw, solver, 0.0

    def run(self) -> None:
        began = time.process_time()
        self._solver.run()
        self.spent += time.process_time() - began


def perform_scenarios(problem: CapacityProblem, world: Communicator, work: Scenarios) -> Done:
    """Solve on all ranks of ``world``; each rank gets its own account. A task is a cluster of scenarios."""
    comm = CountedComm(world)
    limits = Limits(seconds=1e6, gap=work.gap, iterations=work.calls)
    clusters = min(work.clusters, problem.scenarios.count)

    def silent(progress: Progress) -> bool:
        return False

    run = Run(problem, limits, work.seed, comm, silent, None, {"clusters": clusters, "values": False})
    team, done = run.team, Done()
    timed = [_Timed(solver) for solver in team.programs._solvers]
    team.programs._solvers = timed  # type: ignore[assignment]
    total = len(team.probability)
    owned = np.flatnonzero(np.arange(total) * comm.size // total == comm.rank).tolist()
    starts = team._starts
    answer, since = team._answer, [comm.clock()]

    def account(task: tuple[str, Any]) -> tuple[Any, ...]:
        began = comm.clock()
        for solver in timed:
            solver.spent = 0.0
        made = answer(task)
        spent = comm.clock() - began
        each = np.array([solver.spent for solver in timed])
        rest = max(0.0, spent - float(each.sum())) / max(1, len(each))  # cuts are made of all duals at once
        tasks = np.add.reduceat(each + rest, starts).tolist() if len(starts) else []
        fixed = 0.0 if tasks else spent
        joining = time.process_time()
        for part in made[:-1]:
            np.concatenate([part])
        joining = time.process_time() - joining
        down, up = len(pickle.dumps(task)), sum(part.nbytes for part in made[:-1])
        done.calls.append(Call(began - since[0], tasks, fixed, joining, down, up, owned))
        since[0] = comm.clock()
        return made

    team._answer = account  # type: ignore[method-assign]
    comm.barrier()
    start, since[0] = time.perf_counter(), comm.clock()
    run.solve()
    done.wall = {"root": time.perf_counter() - start, "pricing": 0.0, "search": 0.0}
    return done


def record_scenarios(problem: CapacityProblem, work: Scenarios | None = None) -> Trace:
    """Solve on one rank and keep what every cluster of scenarios took in every call."""
    done = perform_scenarios(problem, SerialComm(), work or Scenarios())
    clusters = len(done.calls[0].tasks)
    days = problem.need.shape[1]
    return Trace(
        problem.name,
        problem.scenarios.count,
        days,
        machine(),
        (1.0,) * clusters,
        tuple(done.calls),
        (),
        (),
        0,
        "scenarios",
    )
