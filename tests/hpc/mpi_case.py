"""What the MPI tests run on every rank: ``python mpi_case.py solve|alike|resume|die|tree CHECKPOINT ROUNDS``."""

from __future__ import annotations

import os
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from hpc_cases import scarce, small, symmetric

from hpc.column_generation.method import ColumnGenerationMethod
from hpc.column_generation.parallel_search import Search
from hpc.column_generation.search_method import ParallelSearchMethod
from optimise.core.communicator import find_world
from optimise.core.method import Limits
from optimise.driver import solve


def main() -> None:
    what, checkpoint, rounds = sys.argv[1], sys.argv[2], int(sys.argv[3])
    comm = find_world()
    options: dict[str, object] = {"checkpoint": checkpoint, "resume": what == "resume"}
    if what == "die":
        plain = Search.round

        def dying(self: Search, over: object) -> float:
            if self.state.round == 0 and self.comm.rank == self.comm.size - 1:
                os._exit(9)
            gain = plain(self, over)  # type: ignore[arg-type]
            return gain

        Search.round = dying  # type: ignore[method-assign,assignment]
    problem = small(11, people=8, days=14)
    if what == "alike":
        problem = symmetric(1, people=8)
    if what == "tree":  # no early tree and no whole model: the tree of a stuck search has to close the gap
        options |= {"tuning.tree.early": 0, "tuning.search.whole": 0}
        problem = scarce(1, 7, 6, (3, 4))
    one = [ColumnGenerationMethod()]
    methods = {"solve": [*one, ParallelSearchMethod()], "alike": one, "tree": one}
    for method in methods.get(what, [ParallelSearchMethod()]):
        result = solve(
            problem, method, limits=Limits(seconds=200, iterations=rounds), seed=5, comm=comm, options=options
        )
        if comm.rank == 0:
            assert result.plan is not None
            words = "".join(str(int(a)) for a in result.plan.duties.ravel())
            nodes = result.stats.counts.get("nodes", 0.0)
            print(f"{result.cost} {result.bounds.dual} {words} nodes={nodes:g} ranks={comm.size}")


if __name__ == "__main__":
    main()
