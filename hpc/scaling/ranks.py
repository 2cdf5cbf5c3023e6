"""What ``mpiexec`` starts: ``python -m hpc.scaling.ranks work INSTANCE WORKLOAD``, ``... network`` or ``... target``.

``target INSTANCE SECONDS SEED`` counts processor seconds on all its clocks (:mod:`hpc.scaling.target`).

Imports nothing heavy at the top, so that compiled kernels are found (see :mod:`optimise.cli.kernel_cache`).
"""

from __future__ import annotations

import json
import pickle
import sys
import time
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from optimise.core.problem import Problem

__all__ = ["main"]


def _pingpong(comm: Any) -> dict[str, float]:
    """One-way seconds of a small and of a large message between ranks 0 and 1, the best of many, and of packing."""
    import numpy as np

    def one_way(size: int, seconds: float) -> float:
        """The best of all that fit into the time: on a busy machine most are interrupted."""
        buffer = np.zeros(size, dtype=np.uint8)
        best, end, going = float("inf"), time.perf_counter() + seconds, True
        while going:
            comm.barrier()
            for _ in range(50):
                began = time.perf_counter()
                if comm.rank == 0:
                    comm.Send(buffer, 1)
                    comm.Recv(buffer, 1)
                else:
                    comm.Recv(buffer, 0)
                    comm.Send(buffer, 0)
                best = min(best, (time.perf_counter() - began) / 2)
            going = comm.bcast(time.perf_counter() < end)
        return best

    size = 1 << 20
    small, large = one_way(8, 3.0), one_way(size, 3.0)
    answer = (np.zeros(8), np.zeros(2, np.int32), np.zeros((2, 28), np.int16), np.zeros(2), 0.0, False)
    began = time.process_time()
    for _ in range(1000):
        pickle.loads(pickle.dumps(answer))
    packing = (time.process_time() - began) / 2000
    return {"latency": small, "bandwidth": size / max(large - small, 1e-9), "packing": packing}


def main() -> None:
    if sys.argv[1] == "target":
        time.perf_counter = time.process_time  # before anybody looks at it
    from optimise.cli.kernel_cache import kernel_cache
    from optimise.core.communicator import abort_on_error, find_world

    comm = find_world()
    with abort_on_error(comm), kernel_cache():
        if sys.argv[1] == "network":
            made: dict[str, Any] = _pingpong(comm)
        else:
            from hpc.scaling.measure import summarise
            from hpc.scaling.subjects import subject_of
            from hpc.scaling.target import search
            from hpc.scaling.work import Workload
            from optimise.formats.base import read

            problem: Problem | None = read(Path(sys.argv[2])) if comm.rank == 0 else None
            problem = comm.bcast(problem)
            assert problem is not None
            if sys.argv[1] == "target":
                run, _ = search(problem, comm, float(sys.argv[3]), int(sys.argv[4]))
                made = asdict(run)
            else:
                workload = Workload(**json.loads(sys.argv[3]))
                repeats = subject_of(problem).perform(problem, comm, workload)
                made = asdict(summarise([r for r in repeats if r is not None])) if comm.rank == 0 else {}
        if comm.rank == 0:
            print(json.dumps(made))


if __name__ == "__main__":
    main()
