"""QAOA as a method on energies."""

import time
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray
from pydantic import model_validator

from optimise.core.errors import InputError
from optimise.core.method import Deadline, Limits
from optimise.core.result import Stop
from quantum.angles import Angles, linear_ramp
from quantum.ansatz import Ansatz
from quantum.energy import EnergyProblem
from quantum.fault_tolerance import FaultTolerant
from quantum.hardware import Hardware
from quantum.methods.base import EnergyMethod, Seen
from quantum.methods.clocks import circuit_figures
from quantum.methods.pilot import tune_penalty
from quantum.methods.starts import annealed_start, start_of_rounds, untrained
from quantum.mixers import MIXERS, AnyMixer, X, default_mixer
from quantum.onehot import OneHot
from quantum.optimise_angles import stream
from quantum.options import checked, defaults_of, option, read_options
from quantum.plugins import find
from quantum.qaoa import QaoaOptions, QaoaRun, agree, qaoa, training_shots_of
from quantum.qubo import Qubo
from quantum.simulators import simulator
from quantum.simulators.aer import Noise, heavy_hex_device, noisy_backend
from quantum.success import exact_success

__all__ = ["EnergyQaoa", "EnergyQaoaOptions", "landscape", "mixer_named"]

#: Options that only some simulators have.
_ONLY = {
    "precision": ("fast", "array"),
    "library": ("array",),
    "noise": ("aer", "mitigated"),
    "device": ("aer", "mitigated"),
    "mitigate": ("aer",),
}


@checked
class EnergyQaoaOptions(QaoaOptions):
    """Options of QAOA on an energy: those of `quantum.qaoa.QaoaOptions` with parts by name, and these."""

    mixer: str | None = option(
        default=None, doc="a name in quantum.mixers.MIXERS or an entry point; default XY-complete, X, or dicke-complete"
    )
    penalty: str | float | None = option(
        default=None,
        doc="for mixer x on blocks: a weight, a rule (sum-abs, upper-lower, vlm or moc), or pilot; default the "
        "published weight of the instance, else pilot",
    )
    pilot: int = option(default=64, doc="shots of the penalty's pilot with every weight, at untrained angles", ge=1)
    warm: float = option(
        default=0.0, doc="0 starts uniformly; else the epsilon of a warm start from a short annealing", ge=0, lt=1
    )
    rounds: int = option(
        default=0,
        doc="circuits at their first angles before, each started from the best samples of the one before "
        "(quantum.iterated); their shots are charged; the mixer is then grover where none is given",
        ge=0,
    )
    round_shots: int = option(default=256, doc="shots of every round", ge=1)
    elite: float = option(default=0.1, doc="share of a round's shots that the next start learns from", gt=0, le=1)
    precision: str = option(default="double", doc="double or single (simulators fast and array)")
    library: str = option(default="numpy", doc="numpy or cupy (simulator array)")
    noise: Mapping[str, Any] | None = option(
        default=None, doc="errors of gates and readout (simulators aer, mitigated)"
    )
    device: int = option(default=0, doc="distance of a heavy-hex device (simulators aer, mitigated); 0 is none", ge=0)
    mitigate: bool = option(default=False, doc="correct means for readout errors (simulator aer with a noise)")
    landscape: int = option(
        default=0,
        doc="grid points per angle of a depth-1 landscape, a picture that is charged to nobody; 0 makes none",
        ge=0,
    )
    hardware: Mapping[str, Any] | None = option(
        default=None, doc="gate times of the simulated clock (quantum.hardware)"
    )
    fault_tolerant: Mapping[str, Any] | None = option(
        default=None, doc="an error-corrected machine: its errors and times (quantum.fault_tolerance)"
    )

    @model_validator(mode="after")
    def _consistent(self) -> "EnergyQaoaOptions":
        agree(self)
        defaults = defaults_of(EnergyQaoaOptions)
        for name, simulators in _ONLY.items():
            if getattr(self, name) != defaults[name] and self.simulator not in simulators:
                raise ValueError(f"{name} needs the simulator {' or '.join(simulators)}, not {self.simulator}")
        if self.noise is not None and self.device:
            raise ValueError("give either a noise or a device, not both")
        if self.rounds and self.warm:
            raise ValueError("warm and rounds both make a start; take one")
        for name in ("round_shots", "elite"):
            if not self.rounds and getattr(self, name) != defaults[name]:
                raise ValueError(f"{name} is for rounds, of which there are none")
        if self.mitigate and self.cvar < 1:
            raise ValueError("mitigate corrects means, not the tail that cvar looks at")
        return self


class EnergyQaoa(EnergyMethod[EnergyQaoaOptions]):
    """QAOA on an energy; a repetition is a shot. Its success is that of the raw circuit, before any repair.

    A shot of depth p counts as 1 + p energy evaluations: every layer applies the cost once, and the state that is
    measured is evaluated.
    """

    name = "qaoa"
    options = EnergyQaoaOptions

    def draw(self, problem: EnergyProblem, limits: Limits, seed: int, options: EnergyQaoaOptions) -> Seen:
        """Train, measure, count what it took."""
        clock, cpu = Deadline(limits.seconds), time.process_time()
        hardware = read_options(Hardware, options.hardware, "hardware")
        corrected = read_options(FaultTolerant, options.fault_tolerant, "fault_tolerant")
        mixer = mixer_named(problem, options.mixer or ("grover" if options.rounds else None))
        blocks = isinstance(problem.energy, OneHot)
        if options.penalty is not None and not (isinstance(mixer, X) and blocks):
            raise InputError(f"a penalty is for mixer x on blocks; {problem.name} has none to break with {mixer.name}")
        chosen = _options(options, mixer)
        start, piloted = annealed_start(problem, mixer, options.warm, seed), 0
        means: tuple[float, ...] = ()
        if options.rounds:
            found = start_of_rounds(
                problem, chosen, options.rounds, options.round_shots, options.elite, seed, lambda: clock.over
            )
            start, piloted, means = found.amplitudes, found.shots, found.means
        penalty = options.penalty
        if isinstance(mixer, X) and blocks and (penalty == "pilot" or (penalty is None and problem.penalty is None)):
            tuned = tune_penalty(problem, _untrained(chosen, start), options.pilot, stream(seed, 7))
            penalty, piloted = tuned.weight, tuned.reads
        energy: Qubo | OneHot = problem.penalised(penalty) if isinstance(mixer, X) else problem.energy
        warming = time.process_time() - cpu
        run = qaoa(energy, chosen, seed=seed, start=start, stop=lambda: clock.over)
        training_shots = training_shots_of(run, chosen) + piloted
        seen = Seen(
            run.samples.bits, run.samples.counts,
            training=warming + run.training_cpu_seconds, training_wall=run.training_seconds,
            training_shots=training_shots, training_evaluations=float(training_shots * (1 + run.angles.depth)),
            evaluations=float(1 + run.angles.depth),
            stop=Stop.TIME if clock.over else Stop.ITERATIONS,
        )  # fmt: skip
        if chosen.simulator in ("fast", "array", "statevector"):
            seen.success = lambda target: exact_success(problem.energy, run.ansatz, run.angles, target)
        seen.more = {
            "layers": float(run.angles.depth),
            "circuit evaluations": float(run.evaluations),
            "expected energy": run.value,
        }
        if piloted and not options.rounds:
            seen.more["penalty weight"] = float(penalty or 0.0)
        seen.series = {
            "gamma": tuple(run.angles.gamma.ravel().tolist()),
            "beta": tuple(run.angles.beta.ravel().tolist()),
        }
        if start is not None:  # amplitudes by block, or probabilities by qubit
            seen.series["start"] = tuple(float(abs(v)) for part in start for v in np.atleast_1d(part))
        if means:
            seen.series["round energy"] = means

        def told() -> dict[str, float]:
            if options.landscape:  # a picture, no part of the method: it is charged to nobody
                seen.series |= landscape(run.ansatz, options.landscape)
            return _told(run, hardware, corrected, training_shots, options)

        seen.later = told
        return seen


def _untrained(options: QaoaOptions, start: object) -> Callable[[Qubo, int, int], NDArray[np.int8]]:
    """Shots of the circuit at its first angles, for the pilot of a penalty."""

    def draw(qubo: Qubo, reads: int, seed: int) -> NDArray[np.int8]:
        samples = qaoa(qubo, untrained(options, reads), seed=seed, start=start).samples
        return np.repeat(samples.bits, samples.counts, axis=0)

    return draw


def _told(
    run: QaoaRun, hardware: Hardware, corrected: FaultTolerant, training_shots: int, options: EnergyQaoaOptions
) -> dict[str, float]:
    machine: Any = run.simulator
    circuit = machine.resources(run.angles) if hasattr(machine, "resources") else None
    made = circuit_figures(run.ansatz, run.angles, training_shots, run.samples.shots, (hardware, corrected), circuit)
    if hasattr(machine, "figures"):
        made |= machine.figures()
    if options.simulator == "array" and options.library == "cupy":
        made["gpu seconds"] = run.seconds
    return made


def landscape(ansatz: Ansatz, points: int) -> dict[str, tuple[float, ...]]:
    """Expected cost at depth 1 on a grid: gamma to three times, beta to twice the linear ramp's angle both ways.

    Exact, whatever simulator the run had.
    """
    machine = simulator(ansatz)
    unit = linear_ramp(1, ansatz.problem, ansatz.mixer)
    gammas = np.linspace(0.0, 3.0 * unit.gamma[0], points)
    betas = np.linspace(-2.0, 2.0, points) * abs(float(unit.beta[0]))
    values = [machine.value(Angles(np.array([g]), np.array([b]))) for b in betas for g in gammas]
    return {
        "landscape gamma": tuple(gammas.tolist()),
        "landscape beta": tuple(betas.tolist()),
        "landscape value": tuple(values),  # row by row: beta slow, gamma fast
    }


def mixer_named(problem: EnergyProblem, name: str | None) -> AnyMixer:
    """The mixer of a name, or the default of a problem.

    Raises
    ------
    InputError
        For a name that nobody has, and a block mixer without blocks.
    """
    if name is None:
        return default_mixer(problem.energy)
    made = find("mixers", name, MIXERS)()
    if not isinstance(made, X) and not isinstance(problem.energy, OneHot):
        raise InputError(f"the {name} mixer needs one-hot blocks; {problem.name} has none")
    return made


def _options(options: EnergyQaoaOptions, mixer: AnyMixer) -> QaoaOptions:
    machine: dict[str, Any] = dict(options.simulator_options)
    if options.simulator == "aer":
        if options.noise is not None:
            machine["noise"] = read_options(Noise, options.noise, "noise")
        if options.device:
            machine["device"] = heavy_hex_device(options.device)
        machine |= {"mitigate": options.mitigate, "shots": options.shots}
    elif options.simulator == "mitigated":
        if options.noise is not None:
            machine["backend"] = noisy_backend(read_options(Noise, options.noise, "noise"))
        if options.device:
            machine["backend"] = heavy_hex_device(options.device)
        machine |= {"shots": options.shots}
    elif options.simulator == "array":
        machine |= {"library": options.library, "precision": options.precision}
    elif options.simulator == "fast":
        machine |= {"precision": options.precision}
    names = [name for name in defaults_of(QaoaOptions) if name not in ("mixer", "simulator_options")]
    return QaoaOptions(mixer=mixer, simulator_options=machine, **{name: getattr(options, name) for name in names})
