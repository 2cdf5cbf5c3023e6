"""What the MPI test of the opening runs on every rank: ``python opening_case.py ROUNDS``."""

from __future__ import annotations

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from hpc_cases import small

from hpc.column_generation.method import ColumnGeneration
from optimise.core.communicator import find_world
from optimise.core.method import Limits, Progress


def main() -> None:
    # no chain suits, so that reinsertion is used
    opened = {"tuning.annealing.most_broken": 0.0, "tuning.opening.least_work": 1}
    comm, events = find_world(), []

    def listen(progress: Progress) -> None:
        events.append(progress.event)

    limits = Limits(seconds=200, iterations=int(sys.argv[1]))
    problem, options = small(7, people=10, days=14), {"root": "root" in sys.argv, **opened}
    run = ColumnGeneration(problem, limits, 5, comm, listen, None, options, "test")
    found = run.solve()
    if comm.rank == 0:
        words = "".join(str(int(a)) for a in found.plan.duties.ravel())  # type: ignore[union-attr]
        print(f"{found.bounds.primal} {found.bounds.dual} {words} {'reinsertion' in events}")


if __name__ == "__main__":
    main()
