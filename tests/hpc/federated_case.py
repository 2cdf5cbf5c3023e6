"""What the MPI test of federated planning runs on every rank: ``python federated_case.py REGION FOLDER``."""

from __future__ import annotations

import json
import sys
from dataclasses import replace

from hpc.federated.audit import RecordingComm
from optimise.core.communicator import find_world
from optimise.core.method import Limits
from optimise.driver import solve
from optimise.formats.base import read


def main() -> None:
    comm = RecordingComm(find_world())
    problem = read(sys.argv[1])
    opened: list[int] = []

    def noted(trust: int, real=problem.open_member):  # type: ignore[no-untyped-def]
        opened.append(trust)
        return real(trust)

    problem = replace(problem, open_member=noted)  # type: ignore[type-var]
    options = {"audit": sys.argv[2], "plans": sys.argv[2]}
    result = solve(problem, "federated", limits=Limits(seconds=250, gap=0.01, iterations=8), comm=comm, options=options)
    assert result.plan is not None
    messages = [(m.size, m.call) for m in comm.messages]
    lines = comm.comm.gather(json.dumps({"rank": comm.rank, "opened": opened, "messages": messages}))
    if lines is not None:
        print("\n".join(lines))


if __name__ == "__main__":
    main()
