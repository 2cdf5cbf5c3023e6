"""QAOA and recursive QAOA as methods on energies."""

from collections.abc import Callable, Mapping
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from optimise.core.errors import InputError
from optimise.core.method import Deadline, Limits
from optimise.core.result import Stop
from quantum.angles import Angles, linear_ramp
from quantum.ansatz import Ansatz
from quantum.energy import EnergyProblem
from quantum.hardware import Hardware
from quantum.methods.base import EnergyMethod, Seen, timed
from quantum.mixers import MIXERS, X
from quantum.onehot import OneHot
from quantum.qaoa import QaoaOptions, QaoaRun, qaoa
from quantum.qubo import Qubo
from quantum.recursive import recursive_qaoa
from quantum.simulators import simulator
from quantum.states import relaxed_start, warm_start

__all__ = ["EnergyQaoa", "RecursiveQaoa"]

_EXACT_STATES = 1 << 25  # up to here the success probability is exact, not counted


class EnergyQaoa(EnergyMethod):
    """QAOA on an energy; a repetition is a shot.

    Options
    -------
    depth, start, grown, optimiser, evaluations, cvar, multi_angle, shots, sampled, simulator
        As `quantum.qaoa.QaoaOptions`.
    mixer : a name in `quantum.mixers.MIXERS`; default XY-complete for blocks, X otherwise
    penalty : for mixer X on blocks, as `EnergyProblem.penalised`
    warm : float
        0 starts uniformly; otherwise the epsilon of a warm start from one short annealing run.
    library, precision : for the simulators ``array`` ("numpy", "cupy") and ``fast`` ("double", "single")
    landscape : int
        Grid points per angle of a depth-1 landscape; 0 makes none.
    noise : mapping of `quantum.simulators.aer.Noise`; device : distance of a heavy-hex map; mitigate : bool (Aer only)
    hardware : mapping of `quantum.hardware.Hardware`
    """

    name = "qaoa"
    defaults: ClassVar[Mapping[str, Any]] = {
        "depth": 3, "mixer": None, "start": "transferred", "grown": False, "optimiser": "bfgs", "evaluations": 60,
        "cvar": 1.0, "multi_angle": False, "shots": 1024, "sampled": False, "simulator": "fast",
        "penalty": None, "library": "numpy", "precision": "double", "warm": 0.0, "landscape": 0,
        "noise": None, "device": 0, "mitigate": False, "hardware": None,
    }  # fmt: skip

    def draw(self, problem: EnergyProblem, limits: Limits, seed: int, options: Mapping[str, Any]) -> Seen:
        """Train, measure, count what it took."""
        clock = Deadline(limits.seconds)
        mixer = _mixer(problem, options["mixer"])
        energy: Qubo | OneHot = problem.penalised(options["penalty"]) if isinstance(mixer, X) else problem.energy
        start = _warm(problem, mixer, float(options["warm"]), seed)
        chosen = _options(options, mixer)
        run = qaoa(energy, chosen, seed=seed, start=start, stop=lambda: clock.over)
        ansatz = Ansatz(energy, mixer, start)
        circuit = ansatz.resources(run.angles)
        shot = Hardware(**(options["hardware"] or {})).shot(circuit)
        training_shots = _training_shots(run, chosen)
        seen = Seen.of_bits(
            problem, run.samples.bits, run.samples.counts,
            training=run.training_seconds, drawing=run.seconds - run.training_seconds, training_shots=training_shots,
            chance=_chance(problem, ansatz, run, chosen), stop=Stop.TIME if clock.over else Stop.ITERATIONS,
        )  # fmt: skip
        seen.more = {
            "qubits": float(circuit.qubits),
            "depth": float(circuit.depth),
            "two-qubit gates": float(circuit.two_qubit_gates),
            "layers": float(run.angles.depth),
            "evaluations": float(run.evaluations),
            "expected energy": run.value,
            "qpu repetition seconds": shot,
            "qpu training seconds": shot * training_shots,
            "qpu seconds": shot * (training_shots + run.samples.shots),
        }
        seen.series = {"gamma": tuple(run.angles.gamma.tolist()), "beta": tuple(run.angles.beta.ravel().tolist())}
        if options["simulator"] == "array" and options["library"] == "cupy":
            seen.more["gpu seconds"] = run.seconds
        if options["landscape"]:
            seen.series |= landscape(ansatz, int(options["landscape"]))
        return seen


class RecursiveQaoa(EnergyMethod):
    """Recursive QAOA (`quantum.recursive`); judged by its whole run."""

    name = "recursive-qaoa"
    defaults: ClassVar[Mapping[str, Any]] = {"depth": 1, "evaluations": 40, "cutoff": 6}
    samples = False

    def draw(self, problem: EnergyProblem, limits: Limits, seed: int, options: Mapping[str, Any]) -> Seen:
        """Run it once."""
        chosen = QaoaOptions(depth=int(options["depth"]), evaluations=int(options["evaluations"]))
        run, seconds = timed(lambda: recursive_qaoa(problem.energy, chosen, seed=seed, cutoff=int(options["cutoff"])))
        circuit = Ansatz(problem.energy, _mixer(problem, None)).resources(linear_ramp(chosen.depth, problem.energy))
        more = {
            "qubits": float(circuit.qubits), "depth": float(circuit.depth),
            "two-qubit gates": float(circuit.two_qubit_gates), "rounds": float(run.rounds),
        }  # fmt: skip
        return Seen.of_bits(problem, run.bits[None, :], np.ones(1, dtype=np.int64), drawing=seconds, more=more)


def landscape(ansatz: Ansatz, points: int) -> dict[str, tuple[float, ...]]:
    """Expected cost at depth 1 on a grid: gamma to three times, beta to twice the linear ramp's angle both ways."""
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


def _mixer(problem: EnergyProblem, name: str | None) -> Any:
    if name is None:
        name = "xy-complete" if isinstance(problem.energy, OneHot) else "x"
    if name not in MIXERS:
        raise InputError(f"unknown mixer {name!r}; there are {', '.join(MIXERS)}")
    if name != "x" and not isinstance(problem.energy, OneHot):
        raise InputError(f"the {name} mixer needs one-hot blocks; {problem.name} has none")
    return MIXERS[name]()


def _options(options: Mapping[str, Any], mixer: Any) -> QaoaOptions:
    names = (
        "depth", "start", "grown", "optimiser", "evaluations", "cvar", "multi_angle", "shots", "sampled", "simulator",
    )  # fmt: skip
    machine: dict[str, Any] = {}
    if options["simulator"] == "aer":
        from quantum.simulators.aer import Noise, heavy_hex_device

        if options["noise"]:
            machine["noise"] = Noise(**options["noise"])
        if options["device"]:
            machine["device"] = heavy_hex_device(int(options["device"]))
        machine |= {"mitigate": options["mitigate"], "shots": int(options["shots"])}
    elif options["simulator"] == "array":
        machine = {"library": options["library"], "precision": options["precision"]}
    elif options["simulator"] == "fast":
        machine = {"precision": options["precision"]}
    return QaoaOptions(mixer=mixer, simulator_options=machine, **{name: options[name] for name in names})


def _warm(problem: EnergyProblem, mixer: Any, epsilon: float, seed: int) -> Any:
    """Initial state that leans to what one annealing run of ten sweeps finds; None for the uniform one."""
    if epsilon <= 0:
        return None
    from quantum.angles import local_field
    from quantum.anneal import anneal

    blocks = problem.blocks
    linear, table, offset = blocks.tables()
    hot, rng = 3.0 * local_field(blocks), np.random.default_rng([seed, 99])
    sizes = np.asarray(blocks.sizes, dtype=np.int64)
    choices = anneal(sizes, blocks.starts, linear, table, offset, 10, hot, hot / 300, rng)[0]
    if isinstance(mixer, X):
        return relaxed_start(problem.bits(choices).astype(np.float64), epsilon)
    return warm_start(blocks, choices, epsilon)


def _training_shots(run: QaoaRun, options: QaoaOptions) -> int:
    """Shots of training; where a simulator judged exactly, the shots that hardware would have needed at least.

    An evaluation costs `shots`; a gradient on top two more evaluations per angle (the parameter-shift rule for
    gates that share no angle; with shared angles it costs more).
    """
    sampled = run.shots - run.samples.shots
    if sampled or options.optimiser == "none":
        return sampled
    exact = options.optimiser == "bfgs" and options.cvar >= 1
    each = 1 + 2 * run.angles.vector().size if exact else 1
    return run.evaluations * each * options.shots


def _chance(
    problem: EnergyProblem, ansatz: Ansatz, run: QaoaRun, options: QaoaOptions
) -> Callable[[float], float] | None:
    """Exact success probability where all states of the final state are at hand."""
    energy = ansatz.problem
    blocks = isinstance(energy, OneHot)
    if options.simulator == "aer" or (isinstance(problem.energy, OneHot) and not blocks):
        return None
    states = energy.states if isinstance(energy, OneHot) else 1 << energy.size
    if states > _EXACT_STATES:
        return None

    def chance(target: float) -> float:
        machine = simulator(ansatz, "fast" if run.angles.gamma.ndim == 1 else "array")
        energies: NDArray[np.float64] = energy.diagonal()
        return float(machine.probabilities(run.angles)[energies <= target].sum())

    return chance
