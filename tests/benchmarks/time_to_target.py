"""How long a search takes to a cost, with rounds and without: processor seconds of a rank are the clock.

    mpiexec -n 4 python -m tests.benchmarks.time_to_target INSTANCE --seconds 60 --seed 1 [--rounds] [--method NAME]

Prints a line ``seconds cost`` for each better plan, and at the end cost, phases and the processor seconds of all ranks.
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
    parser.add_argument("--options", type=json.loads, default={})
    asked = parser.parse_args()
    time.perf_counter = time.process_time

    from optimise.cli.kernel_cache import kernel_cache
    from optimise.core.communicator import abort_on_error, find_world

    comm = find_world()
    with abort_on_error(comm), kernel_cache():
        from hpc.runtime.session import Session
        from hpc.scaling.target import search
        from optimise.formats.base import read

        if asked.rounds:
            Session.free = property(lambda self: False)  # type: ignore[method-assign,assignment]
        problem = comm.bcast(read(asked.instance) if comm.rank == 0 else None)
        run, facts = search(problem, comm, asked.seconds, asked.seed, asked.method, **asked.options)
        spent = comm.allgather(time.process_time())
    if comm.rank == 0:
        print("".join(f"{seconds:.2f} {cost:g}\n" for seconds, cost in run.found), end="")
        print(json.dumps({**facts, "spent": spent}))


if __name__ == "__main__":
    main()
