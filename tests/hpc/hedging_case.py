"""What the MPI test of progressive hedging runs on every rank."""

from optimise.core.communicator import find_world
from optimise.core.method import Limits
from optimise.driver import solve
from optimise.testing.capacity import tiny

if __name__ == "__main__":
    comm = find_world()
    assert comm.size == 2
    result = solve(tiny(1), "progressive-hedging", limits=Limits(seconds=60, iterations=6), comm=comm)
    if comm.rank == 0:
        print(result.cost, result.bounds.dual)
