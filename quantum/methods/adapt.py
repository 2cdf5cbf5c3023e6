"""ADAPT-QAOA as a method on energies."""

import time

from optimise.core.errors import InputError
from optimise.core.method import Deadline, Limits
from optimise.core.result import Stop
from quantum.adapt import grow
from quantum.energy import EnergyProblem
from quantum.fault_tolerance import FaultTolerant
from quantum.hardware import Hardware
from quantum.methods.base import EnergyMethod, Seen
from quantum.methods.clocks import circuit_figures
from quantum.methods.qaoa import mixer_named
from quantum.mixers import X
from quantum.onehot import OneHot
from quantum.optimise_angles import stream
from quantum.options import checked, option
from quantum.success import exact_success

__all__ = ["AdaptOptions", "AdaptQaoa"]


@checked
class AdaptOptions:
    """Options of ADAPT-QAOA."""

    depth: int = option(default=4, doc="most layers", ge=1)
    mixer: str | None = option(default=None, doc="mixer of the pool by name; default XY-complete, X without blocks")
    evaluations: int = option(default=40, doc="most objective calls a layer", ge=1)
    least: float = option(default=1e-6, doc="no slope above this (in units of the local field) ends it", ge=0)
    shots: int = option(default=1024, doc="shots of the last measurement, and of every value on hardware", ge=1)


class AdaptQaoa(EnergyMethod[AdaptOptions]):
    """Layers whose mixer is chosen from a pool by its gradient (`quantum.adapt`); a repetition is a shot.

    Training is charged with the shots that hardware would need: a value and two more an angle for a gradient, and two
    values for the slope of every operator of the pool before each layer.
    """

    name = "adapt-qaoa"
    options = AdaptOptions

    def draw(self, problem: EnergyProblem, limits: Limits, seed: int, options: AdaptOptions) -> Seen:
        """Grow the circuit, then measure it."""
        clock, cpu = Deadline(limits.seconds), time.process_time()
        mixer = mixer_named(problem, options.mixer)
        if isinstance(mixer, X) and isinstance(problem.energy, OneHot):
            raise InputError(f"mixer x leaves the blocks of {problem.name}; the pool keeps them", item="option mixer")
        found = grow(
            problem.energy, mixer, options.depth, evaluations=options.evaluations, least=options.least,
            stop=lambda: clock.over,
        )  # fmt: skip
        training, wall = time.process_time() - cpu, clock.elapsed
        layers, pool = found.gradients.shape
        values = sum(calls * (1 + 4 * layer) + 2 * pool for layer, calls in enumerate(found.calls, 1))
        shots = values * options.shots
        samples = found.simulator.sample(found.angles, options.shots, stream(seed, 1))
        seen = Seen(
            samples.bits, samples.counts, training=training, training_wall=wall, training_shots=float(shots),
            training_evaluations=float(shots * (1 + layers)), evaluations=float(1 + layers),
            stop=Stop.TIME if clock.over else Stop.ITERATIONS,
        )  # fmt: skip
        seen.success = lambda target: exact_success(problem.energy, found.ansatz, found.angles, target)
        rotations = sum(name.startswith("rotation") for name in found.ansatz.operators)
        seen.more = {
            "layers": float(layers),
            "circuit evaluations": float(sum(found.calls)),
            "expected energy": found.value,
            "rotations chosen": float(rotations),
        }
        gamma, beta = found.angles.gamma.ravel().tolist(), found.angles.beta.ravel().tolist()
        seen.series = {"gamma": tuple(gamma), "beta": tuple(beta)}
        seen.later = lambda: circuit_figures(
            found.ansatz, found.angles, shots, samples.shots, (Hardware(), FaultTolerant())
        )
        return seen
