"""What the tests of the hospital search run on every rank: ``python hospital_case.py solve|die ITERATIONS``."""

from __future__ import annotations

import os
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from hpc.hospital.method import HospitalSearchMethod
from optimise.core.communicator import find_world
from optimise.core.method import Limits
from optimise.driver import solve
from optimise.generate import hospital
from optimise.hospital.problem import HospitalPlan


def main() -> None:
    what, iterations = sys.argv[1], int(sys.argv[2])
    comm = find_world()

    problem = hospital(25, 7, 2)
    method = HospitalSearchMethod()
    if what == "die":
        plain = method.solve

        def dying(*arguments: object, **named: object) -> object:
            if comm.rank == comm.size - 1:
                os._exit(9)
            return plain(*arguments, **named)  # type: ignore[arg-type]

        method.solve = dying  # type: ignore[method-assign,assignment]
    result = solve(problem, method, limits=Limits(seconds=300, iterations=iterations), seed=5, comm=comm)
    if comm.rank == 0:
        plan = result.plan
        assert isinstance(plan, HospitalPlan)
        words = (plan.admission.tolist(), plan.room.tolist(), plan.theatre.tolist(), plan.nurse.tolist())
        print(f"{result.cost} {words} ranks={comm.size}")


if __name__ == "__main__":
    main()
