"""A ward of 4 nurses x 7 days: HiGHS on the whole problem, QAOA and its classical stand-ins on pieces of it.

python examples/quantum_ward.py [--rounds 8] [--seed 1]
"""

import argparse
from pathlib import Path

import optimise
from optimise import Limits


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=8)
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()

    from quantum.method import QaoaMethod

    ward = optimise.read(Path(__file__).parent / "ward4x7.json")
    proven = optimise.solve(ward, "highs", limits=Limits(seconds=60))
    print(f"HiGHS, whole problem: cost {proven.cost:g}, {proven.stop.value}, {proven.stats.seconds:.1f} s")
    limits = Limits(seconds=300, iterations=given.rounds)
    for sampler in ("qaoa", "random", "annealing", "exact"):
        result = optimise.solve(ward, QaoaMethod(), limits=limits, seed=given.seed, options={"sampler": sampler})
        counts = result.stats.counts
        print(
            f"pieces by {sampler}: cost {result.cost:g}, {counts['pieces']:.0f} pieces of at most "
            f"{counts['qubits']:.0f} qubits, {counts['evaluations']:.0f} evaluations, {result.stats.seconds:.1f} s"
        )


if __name__ == "__main__":
    main()
