"""How long a search takes to a cost, by the number of ranks: processor seconds of a rank are the clock.

    mpiexec -n 4 python -m tests.benchmarks.time_to_target INSTANCE --seconds 60 --seed 1 [--rounds] [--method NAME]

Every clock of the program counts processor seconds of its rank, so that other programs on the machine and more ranks
than cores lengthen nothing. A rank that waits for another asks the MPI library in a loop, which counts as well. It
prints a line ``seconds cost bound`` for each better plan, and at the end the processor seconds of all ranks.
"""

from __future__ import annotations

import argparse
import json
import time
from pathlib import Path


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("instance", type=Path)
    parser.add_argument("--seconds", type=float, default=60.0)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--method", default="parallel-search")
    parser.add_argument("--rounds", action="store_true", help="search in rounds, as under a work limit")
    parser.add_argument("--target", type=float, default=float("-inf"))
    parser.add_argument("--options", type=json.loads, default={})
    asked = parser.parse_args()
    time.perf_counter = time.process_time

    from optimise.cli.kernel_cache import kernel_cache
    from optimise.core.communicator import abort_on_error, find_world

    comm = find_world()
    with abort_on_error(comm), kernel_cache():
        from hpc.runtime.session import Session
        from optimise.core.method import Limits, Progress
        from optimise.driver import solve
        from optimise.formats.base import read

        if asked.rounds:
            Session.free = property(lambda self: False)  # type: ignore[method-assign,assignment]
        problem = comm.bcast(read(asked.instance) if comm.rank == 0 else None)
        best = float("inf")

        def listen(progress: Progress) -> None:
            nonlocal best
            if comm.rank == 0 and progress.primal < best:
                best = progress.primal
                print(f"{progress.seconds:.2f} {best:g} {progress.dual:g} {progress.event}", flush=True)

        result = solve(
            problem,
            asked.method,
            limits=Limits(seconds=asked.seconds, target=asked.target),
            seed=asked.seed,
            comm=comm,
            listen=listen,
            options=asked.options,
        )
        spent = comm.allgather(time.process_time())
    if comm.rank == 0:
        phases = {k: [round(x, 1) for x in v] for k, v in result.stats.phases.items()}
        print(
            json.dumps(
                {
                    "cost": result.cost,
                    "bound": result.bounds.dual,
                    "spent": spent,
                    "phases": phases,
                    "counts": dict(result.stats.counts),
                }
            )
        )


if __name__ == "__main__":
    main()
