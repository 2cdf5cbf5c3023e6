"""What the MPI tests of the L-shaped method run on every rank: ``python benders_case.py WEIGHT``."""

from __future__ import annotations

import hashlib
import sys

from optimise.capacity.risk import Risk
from optimise.core.communicator import find_world
from optimise.core.method import Limits
from optimise.driver import solve
from optimise.generate.capacity import capacity


def main() -> None:
    comm = find_world()
    problem = capacity(7, 3, 3, 4, 2, beds=60, risk=Risk(float(sys.argv[1]), 0.7))
    result = solve(problem, "benders", limits=Limits(seconds=200, iterations=12), seed=3, comm=comm)
    if comm.rank == 0:
        assert result.plan is not None
        plan = result.plan
        arrays = (plan.opened, plan.bank, plan.accepted)  # type: ignore[attr-defined]
        mark = hashlib.sha256(b"".join(a.tobytes() for a in arrays)).hexdigest()[:12]
        print(f"{result.cost!r} {result.bounds.dual!r} {mark} ranks={comm.size}")


if __name__ == "__main__":
    main()
