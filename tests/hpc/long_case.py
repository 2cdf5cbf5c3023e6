"""What the MPI test of long horizons runs on every rank: ``python long_case.py ROUNDS``."""

from __future__ import annotations

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from hpc_cases import small

from hpc.long_horizon.method import LongRun
from optimise.core.communicator import find_world
from optimise.core.method import Limits


def main() -> None:
    comm = find_world()
    problem = small(7, people=6, days=70)
    limits = Limits(seconds=500, iterations=int(sys.argv[1]))
    found = LongRun(problem, limits, 5, comm, lambda progress: None, None, {}, "column-generation").solve()
    if comm.rank == 0:
        words = "" if found.plan is None else "".join(str(int(a)) for a in found.plan.duties.ravel())  # type: ignore[union-attr]
        print(f"{found.bounds.primal} {found.bounds.dual} {words}")


if __name__ == "__main__":
    main()
