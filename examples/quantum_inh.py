"""INH nurse instances with preferences: XY-QAOA against random guessing, one-hot annealing and HiGHS.

    python examples/quantum_inh.py INSTANCES.json [--name inh_n4_d9_p1] [--depths 1,2,4,8]

Prints the exact probability of measuring an optimum in one shot, shots to see it with probability 0.99, and the
evaluations or seconds that the classical side needs for the same optimum.
"""

import argparse
import time

from quantum.baselines import annealing, highs
from quantum.mixers import Grover, XYComplete, XYRing
from quantum.qaoa import QaoaOptions, qaoa, shots_to_99, success_probability
from quantum.readers import read_inh


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("instances")
    parser.add_argument("--name", default="inh_n4_d9_p1")
    parser.add_argument("--depths", default="1,2,4,8")
    given = parser.parse_args()
    instance = read_inh(given.instances)[given.name]
    problem = instance.onehot()
    uniform = instance.n_optimal / problem.states
    print(f"{given.name}: {problem.qubo.size} qubits, {problem.states} one-hot states, optimum {instance.optimum:g}")
    print(f"random guessing: probability {uniform:.3g}, shots to 99 %: {shots_to_99(uniform):.0f}")
    for mixer in (XYComplete(), XYRing(), Grover()):
        for depth in (int(p) for p in given.depths.split(",")):
            options = QaoaOptions(depth=depth, mixer=mixer, grown=True, evaluations=80)
            run = qaoa(problem, options)
            chance = success_probability(problem, run, instance.optimum, options)
            print(
                f"QAOA {mixer.name} p={depth}: probability {chance:.3g} ({chance / uniform:.1f} x random), "
                f"shots to 99 %: {shots_to_99(chance):.0f}, expected cost {run.value:.3f}, "
                f"{run.evaluations} training evaluations, {run.seconds:.1f} s"
            )
    for sweeps in (20, 50, 100, 200):
        budget = sweeps * problem.blocks
        hits = sum(
            annealing(problem, budget, seed, sweeps=sweeps).energies[0] <= instance.optimum + 1e-6
            for seed in range(200)
        )
        chance = hits / 200
        print(
            f"annealing, {sweeps} sweeps: probability {chance:.3g} a run, evaluations to 99 %: "
            f"{shots_to_99(chance) * budget:.0f}"
        )
    begun = time.perf_counter()
    found = highs(problem, 0, 0)
    print(f"HiGHS: cost {found.energies[0]:g} proven in {time.perf_counter() - begun:.2f} s")


if __name__ == "__main__":
    main()
