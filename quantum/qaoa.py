"""QAOA on one energy form: choose angles, prepare, measure, keep the best state seen."""

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from quantum.angles import Angles, interpolate, linear_ramp, transferred
from quantum.ansatz import Ansatz
from quantum.mixers import BlockMixer, X, XYComplete
from quantum.objective import CVaR, Mean, Objective
from quantum.onehot import OneHot
from quantum.optimise_angles import Optimiser, optimise_angles
from quantum.qubo import Qubo
from quantum.simulators import Kind, Samples, simulator


@dataclass(frozen=True, slots=True)
class QaoaOptions:
    """How QAOA runs.

    Attributes
    ----------
    depth : int
        Layers p.
    mixer : X or BlockMixer, optional
        Default: XY-complete for one-hot blocks, X otherwise.
    start : {"ramp", "transferred"}
        Angles to begin with.
    grown : bool
        Grow the depth from 1 by INTERP, optimising at each depth.
    optimiser : {"bfgs", "cobyla", "spsa", "none"}
    evaluations : int
        Most objective calls per depth.
    cvar : float
        Share of the best outcomes that counts; 1 is the mean.
    multi_angle : bool or "terms"
        One mixer angle per qubit or block after the common ones are found; with "terms" also a cost angle per term
        of the QUBO (simulators ``array``, ``statevector``, ``aer``).
    shots : int
        Shots of the last measurement, and of every call when `sampled`.
    sampled : bool
        Judge angles by shots, as on hardware, even where the exact value is known.
    simulator : {"fast", "array", "statevector", "aer"}
    simulator_options : passed to the simulator.
    """

    depth: int = 3
    mixer: X | BlockMixer | None = None
    start: Literal["ramp", "transferred"] = "transferred"
    grown: bool = False
    optimiser: Optimiser | Literal["none"] = "bfgs"
    evaluations: int = 60
    cvar: float = 1.0
    multi_angle: bool | Literal["terms"] = False
    shots: int = 1024
    sampled: bool = False
    simulator: Kind = "fast"
    simulator_options: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, eq=False)
class QaoaRun:
    """What a run found and what it took.

    Attributes
    ----------
    bits : int8 (n,)
        Best feasible state measured; the best of all states when none is feasible.
    energy : float
        Its cost.
    feasible : bool
    value : float
        Objective at the final angles.
    angles : Angles
    samples : Samples
        The last measurement.
    evaluations, shots : int
        Objective calls, and all shots spent.
    seconds : float
    training_seconds : float
        The part of `seconds` before the last measurement.
    """

    bits: NDArray[np.int8]
    energy: float
    feasible: bool
    value: float
    angles: Angles
    samples: Samples
    evaluations: int
    shots: int
    seconds: float
    training_seconds: float


def qaoa(
    problem: Qubo | OneHot,
    options: QaoaOptions | None = None,
    *,
    seed: int = 0,
    start: Any = None,
    stop: Callable[[], bool] | None = None,
) -> QaoaRun:
    """Run QAOA (Farhi et al. 2014, arXiv:1411.4028; with block mixers Hadfield et al. 2019, arXiv:1709.03489).

    Parameters
    ----------
    problem : Qubo or OneHot
    options : QaoaOptions, optional
    seed : int
    start : initial state, as `Ansatz` takes it; default uniform.
    stop : asked now and then; True measures with the best angles so far.
    """
    chosen = options or QaoaOptions()
    begun = time.perf_counter()
    mixer = chosen.mixer or (XYComplete() if isinstance(problem, OneHot) else X())
    machine = simulator(Ansatz(problem, mixer, start), chosen.simulator, **chosen.simulator_options)
    aim: Objective = Mean() if chosen.cvar >= 1 else CVaR(chosen.cvar)
    sampled = chosen.sampled or chosen.simulator == "aer"
    energies = None
    if chosen.cvar < 1 and not sampled:
        energies = _energies_of_states(problem, mixer, chosen.simulator)
    method = chosen.optimiser
    if method == "bfgs" and (sampled or chosen.cvar < 1):
        method = "cobyla"

    rule = linear_ramp if chosen.start == "ramp" else transferred
    angles = rule(1 if chosen.grown else chosen.depth, problem, mixer)
    value, evaluations, shots = np.inf, 0, 0
    while True:
        if method != "none":
            found = optimise_angles(
                machine, angles, objective=aim, energies=energies, method=method,
                evaluations=chosen.evaluations, shots=chosen.shots if sampled else 0, seed=seed, stop=stop,
            )  # fmt: skip
            angles, value = found.angles, found.value
            evaluations, shots = evaluations + found.evaluations, shots + found.shots
        halted = stop is not None and stop()
        if angles.depth < chosen.depth and not halted:
            angles = interpolate(angles)
        elif chosen.multi_angle and angles.beta.ndim == 1 and method != "none" and not halted:
            qubo = problem.qubo if isinstance(problem, OneHot) else problem
            angles = angles.split(machine.mixers, qubo.size + qubo.values.size if chosen.multi_angle == "terms" else 0)
        else:
            break

    trained = time.perf_counter() - begun
    samples = machine.sample(angles, chosen.shots, seed)
    pool = np.flatnonzero(samples.feasible) if samples.feasible.any() else np.arange(samples.energies.size)
    best = int(pool[np.argmin(samples.energies[pool])])
    if not np.isfinite(value):
        value = aim.of(samples.energies, samples.counts.astype(np.float64))
    return QaoaRun(
        samples.bits[best], float(samples.energies[best]), bool(samples.feasible[best]), float(value), angles,
        samples, evaluations, shots + samples.shots, time.perf_counter() - begun, trained,
    )  # fmt: skip


def _energies_of_states(problem: Qubo | OneHot, mixer: X | BlockMixer, kind: Kind) -> NDArray[np.float64]:
    """Cost of every state in the simulator's order."""
    if isinstance(problem, OneHot) and not isinstance(mixer, X) and kind in ("fast", "array"):
        return problem.diagonal()
    return (problem.qubo if isinstance(problem, OneHot) else problem).diagonal()


def success_probability(
    problem: Qubo | OneHot, run: QaoaRun, optimum: float, options: QaoaOptions | None = None, tolerance: float = 1e-6
) -> float:
    """Exact probability that one shot of the final state costs at most ``optimum + tolerance``."""
    chosen = options or QaoaOptions()
    mixer = chosen.mixer or (XYComplete() if isinstance(problem, OneHot) else X())
    machine = simulator(Ansatz(problem, mixer), "fast")
    probabilities = machine.probabilities(run.angles)
    energies = _energies_of_states(problem, mixer, "fast")
    good = energies <= optimum + tolerance
    if isinstance(problem, OneHot) and isinstance(mixer, X):
        index = np.flatnonzero(good)
        bits = (index[:, None] >> np.arange(problem.qubo.size)) & 1
        good[index] = problem.is_feasible(bits)
    return float(probabilities[good].sum())


def shots_to_99(probability: float) -> float:
    """Shots after which the optimum was measured with probability 0.99: ``ln 0.01 / ln(1 - probability)``."""
    if probability <= 0:
        return np.inf
    return 1.0 if probability >= 0.99 else float(np.log(0.01) / np.log1p(-probability))
