"""Recursive QAOA as a method on energies."""

from typing import ClassVar

import numpy as np

from optimise.core.method import Deadline, Limits
from optimise.core.result import Stop
from quantum.angles import linear_ramp
from quantum.ansatz import Ansatz
from quantum.energy import EnergyProblem
from quantum.methods.base import EnergyMethod, Seen
from quantum.methods.qaoa import mixer_named
from quantum.options import checked, option
from quantum.qaoa import QaoaOptions
from quantum.recursive import recursive_qaoa

__all__ = ["RecursiveOptions", "RecursiveQaoa"]


@checked
class RecursiveOptions:
    """Options of recursive QAOA."""

    depth: int = option(default=1, doc="layers of every round", ge=1)
    evaluations: int = option(default=40, doc="most objective calls of a round", ge=1)
    cutoff: int = option(
        default=6, doc="qubits (or powers of two of states) that are enumerated at the end", ge=1, le=24
    )
    amplitudes: int = option(
        default=20,
        doc="most qubits whose amplitudes are kept; above, one layer on free bits takes its correlations from "
        "light cones (quantum.light_cone), exactly and for any number of qubits",
        ge=1,
    )
    jitter: float = option(
        default=0.0,
        doc="spread of the first angles of every round over seeds, as for qaoa; at 0 all seeds are one run",
        ge=0,
    )
    shots: int = option(
        default=1024, doc="shots that hardware would need for one evaluation; they are charged, not drawn", ge=1
    )


class RecursiveQaoa(EnergyMethod[RecursiveOptions]):
    """Recursive QAOA (`quantum.recursive`); judged by its whole run."""

    name = "recursive-qaoa"
    options = RecursiveOptions
    samples: ClassVar[bool] = False

    def draw(self, problem: EnergyProblem, limits: Limits, seed: int, options: RecursiveOptions) -> Seen:
        """Run it once; when the time is over, the rounds that are left are not trained."""
        clock = Deadline(limits.seconds)
        chosen = QaoaOptions(depth=options.depth, evaluations=options.evaluations, jitter=options.jitter)
        run = recursive_qaoa(
            problem.energy,
            chosen,
            seed=seed,
            cutoff=options.cutoff,
            amplitudes=options.amplitudes,
            stop=lambda: clock.over,
        )
        shots = run.evaluations * (1 + 4 * options.depth) * options.shots + run.rounds * options.shots
        queries = shots * (1 + options.depth)

        def told() -> dict[str, float]:
            ansatz = Ansatz(problem.energy, mixer_named(problem, None))
            circuit = ansatz.resources(linear_ramp(chosen.depth, problem.energy))
            return {
                "qubits": float(circuit.qubits), "depth": float(circuit.depth),
                "two-qubit gates": float(circuit.two_qubit_gates),
            }  # fmt: skip

        return Seen(
            run.bits[None, :], np.ones(1, dtype=np.int64), evaluations=float(queries + run.enumerated), later=told,
            stop=Stop.TIME if run.stopped else Stop.ITERATIONS,
            more={"rounds": float(run.rounds), "circuit evaluations": float(run.evaluations)},
            series={
                "gamma": tuple(float(v) for a in run.angles for v in a.gamma.ravel()),
                "beta": tuple(float(v) for a in run.angles for v in a.beta.ravel()),
            },
        )  # fmt: skip
