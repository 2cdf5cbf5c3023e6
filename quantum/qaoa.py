"""QAOA on one energy form: choose angles, prepare, measure, keep the best state seen."""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray
from pydantic import model_validator

from optimise.core.errors import InputError, UnsupportedError
from quantum.angles import RAMP, START_ANGLES, Angles, interpolate, linear_ramp
from quantum.ansatz import Ansatz
from quantum.mixers import AnyMixer, X, default_mixer, keeps_rows
from quantum.objective import CVaR, Mean, Objective
from quantum.onehot import OneHot
from quantum.optimise_angles import measured, optimise_angles, stream
from quantum.options import checked, option
from quantum.plugins import find
from quantum.qubo import Qubo
from quantum.row_ansatz import ANSAETZE
from quantum.simulators import Samples, Simulator, sampling, simulator
from quantum.success import energies_of_states, exact_success, shots_to_99

__all__ = ["QaoaOptions", "QaoaRun", "qaoa", "shots_to_99", "success_probability", "training_shots_of"]


@checked
class QaoaOptions:
    """How QAOA runs. Options that contradict each other are refused; none is dropped."""

    depth: int = option(default=3, doc="layers p", ge=0)
    mixer: Any = option(default=None, doc="an X or block mixer; default XY-complete for one-hot blocks, X otherwise")
    ansatz: str = option(
        default="alternating",
        doc="family of circuits; others by an entry point wardwise.ansaetze, on simulators that run circuits",
    )
    start: str = option(
        default="transferred", doc="angles to begin with: transferred, ramp, or an entry point wardwise.angles"
    )
    ramp: tuple[float, float] = option(
        default=RAMP,
        doc="slopes of start ramp: of gamma in units of the local field, of beta in units of the mixer's angle; "
        "train them on smaller instances (quantum.transfer.fit_ramp) and give them here",
    )
    jitter: float = option(
        default=0.0,
        doc="spread of the first angles over seeds: each is multiplied by exp(jitter times a normal number); at 0 "
        "exact training is deterministic, so that all seeds are one run",
        ge=0,
    )
    grown: bool = option(default=False, doc="grow the depth from 1 by INTERP, optimising at each depth")
    optimiser: str = option(
        default="auto",
        doc="bfgs, cobyla, spsa, none, or an entry point; auto is bfgs where gradients are exact, else cobyla",
    )
    evaluations: int = option(default=60, doc="most objective calls per depth", ge=1)
    cvar: float = option(default=1.0, doc="share of the best outcomes that counts; 1 is the mean", gt=0, le=1)
    multi_angle: bool | Literal["terms"] = option(
        default=False, doc="after the common angles one per qubit or block; with terms also one per term of the cost"
    )
    shots: int = option(default=1024, doc="shots of the last measurement, and of every call when sampled", ge=1)
    sampled: bool = option(
        default=False, doc="judge angles by shots, as on hardware, even where the exact value is known"
    )
    simulator: str = option(
        default="fast",
        doc="fast, array, statevector, aer, primitive, mitigated, mps, or an entry point wardwise.backends",
    )
    simulator_options: Mapping[str, Any] = option(default={}, doc="passed to the simulator")

    @model_validator(mode="after")
    def _consistent(self) -> "QaoaOptions":
        if self.mixer is not None and not hasattr(self.mixer, "append") and not keeps_rows(self.mixer):
            raise ValueError("a mixer is an object with append, or with hops (see quantum.mixers)")
        agree(self)
        return self

    @property
    def by_shots(self) -> bool:
        """Whether angles are judged by shots."""
        return self.sampled or sampling(self.simulator)

    @property
    def chosen_optimiser(self) -> str:
        """The optimiser, ``auto`` settled."""
        if self.optimiser != "auto":
            return self.optimiser
        if self.depth == 0:
            return "none"
        return "cobyla" if self.by_shots or self.cvar < 1 else "bfgs"

    def mixer_for(self, problem: Qubo | OneHot) -> AnyMixer:
        """The mixer, the default settled.

        Parameters
        ----------
        problem : Qubo or OneHot

        Returns
        -------
        X, BlockMixer or RowMixer
            The mixer that was given; else that of `quantum.mixers.default_mixer`.
        """
        if self.mixer is not None:
            chosen: AnyMixer = self.mixer
            return chosen
        return default_mixer(problem)


def agree(options: QaoaOptions) -> None:
    """Refuse options of which one would be dropped for another."""
    if options.ramp != RAMP and options.start != "ramp":
        raise ValueError(f"ramp gives the slopes of start ramp, not of {options.start}")
    if options.optimiser == "bfgs" and (options.by_shots or options.cvar < 1):
        raise ValueError("bfgs needs exact gradients of the mean; take cobyla or spsa (or auto)")
    if options.optimiser == "none" and options.multi_angle:
        raise ValueError("multi_angle needs an optimiser: without one all angles would stay equal")
    if options.multi_angle == "terms" and options.simulator == "fast":
        raise ValueError("an angle per term needs the simulator array, statevector or aer")


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
        Objective at the final angles; where shots judge, of shots that no angle was chosen by.
    angles : Angles
    samples : Samples
        The last measurement.
    evaluations, shots : int
        Objective calls, and all shots spent.
    seconds : float
        Wall time.
    training_seconds : float
        The part of `seconds` before the last measurement.
    ansatz : Ansatz
        The circuit, with its start.
    simulator : Simulator
    cpu_seconds, training_cpu_seconds : float
        The same in seconds of the processor.
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
    ansatz: Ansatz
    simulator: Simulator = field(repr=False)
    cpu_seconds: float = 0.0
    training_cpu_seconds: float = 0.0


def qaoa(
    problem: Qubo | OneHot,
    options: QaoaOptions | None = None,
    *,
    seed: int = 0,
    start: object = None,
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

    Raises
    ------
    InputError
        For mixer X on one-hot blocks without penalties: nothing would keep the blocks.
    """
    chosen = options or QaoaOptions()
    begun, begun_cpu = time.perf_counter(), time.process_time()
    mixer = chosen.mixer_for(problem)
    if isinstance(problem, OneHot) and isinstance(mixer, X):
        raise InputError(
            "mixer x leaves one-hot blocks, and this energy has no penalty for that: "
            "give problem.with_penalty(weight), or a block mixer"
        )
    ansatz = find("ansaetze", chosen.ansatz, ANSAETZE)(problem, mixer, start)
    machine = simulator(ansatz, chosen.simulator, **chosen.simulator_options)
    aim: Objective = Mean() if chosen.cvar >= 1 else CVaR(chosen.cvar)
    if chosen.cvar < 1 and getattr(machine, "mitigates", False):
        raise UnsupportedError("mitigation corrects means, not the tail that CVaR looks at; take cvar = 1")
    sampled = chosen.by_shots
    energies = None
    if chosen.cvar < 1 and not sampled:
        energies = energies_of_states(ansatz, chosen.simulator)
    method = chosen.chosen_optimiser
    angles = first_angles(chosen, problem, mixer)
    if isinstance(ansatz, Ansatz):
        angles = ansatz.extended(angles)
    if chosen.jitter:
        normal = np.random.default_rng([seed, 5]).normal(size=angles.vector().size)
        angles = angles.like(angles.vector() * np.exp(chosen.jitter * normal))
    value, evaluations, shots, stage = np.inf, 0, 0, 0
    while True:
        if method != "none":
            found = optimise_angles(
                machine, angles, objective=aim, energies=energies, method=method, evaluations=chosen.evaluations,
                shots=chosen.shots if sampled else 0, seed=stream(seed, stage), stop=stop,
            )  # fmt: skip
            angles, value = found.angles, found.value
            evaluations, shots, stage = evaluations + found.evaluations, shots + found.shots, stage + 1
        halted = stop is not None and stop()
        if angles.depth < chosen.depth and not halted:
            angles = interpolate(angles)
        elif chosen.multi_angle and angles.beta.ndim == 1 and not halted:
            qubo = ansatz.qubo
            angles = angles.split(machine.mixers, qubo.size + qubo.values.size if chosen.multi_angle == "terms" else 0)
        else:
            break

    trained, trained_cpu = time.perf_counter() - begun, time.process_time() - begun_cpu
    samples = machine.sample(angles, chosen.shots, stream(seed, 1 << 20))
    pool = np.flatnonzero(samples.feasible) if samples.feasible.any() else np.arange(samples.energies.size)
    best = int(pool[np.argmin(samples.energies[pool])])
    if not np.isfinite(value):  # no training
        if getattr(machine, "mitigates", False):
            value = measured(machine, angles, aim, chosen.shots, stream(seed, 1 << 21))
            shots += chosen.shots
        else:
            value = aim.of(samples.energies, samples.counts.astype(np.float64))
    return QaoaRun(
        samples.bits[best], float(samples.energies[best]), bool(samples.feasible[best]), float(value), angles,
        samples, evaluations, shots + samples.shots, time.perf_counter() - begun, trained, ansatz, machine,
        time.process_time() - begun_cpu, trained_cpu,
    )  # fmt: skip


def first_angles(options: QaoaOptions, problem: Qubo | OneHot, mixer: AnyMixer) -> Angles:
    """Angles before any training, jitter apart: of the depth asked for, or of one layer where the depth grows."""
    depth = 1 if options.grown else options.depth
    if options.start == "ramp":
        return linear_ramp(depth, problem, mixer, gamma=options.ramp[0], beta=options.ramp[1])
    return find("angles", options.start, START_ANGLES)(depth, problem, mixer)


def training_shots_of(run: QaoaRun, options: QaoaOptions) -> int:
    """Shots of training; where a simulator judged exactly, the shots that hardware would have needed at least.

    An evaluation costs `shots`; a gradient on top two more evaluations per angle (the parameter-shift rule for
    gates that share no angle; with shared angles it costs more).
    """
    sampled = run.shots - run.samples.shots
    if sampled or options.chosen_optimiser == "none":
        return sampled
    each = 1 + 2 * run.angles.vector().size if options.chosen_optimiser == "bfgs" else 1
    return run.evaluations * each * options.shots


def success_probability(
    problem: Qubo | OneHot, run: QaoaRun, optimum: float, options: QaoaOptions | None = None, tolerance: float = 1e-6
) -> float:
    """Exact probability that one shot of a run's final state costs at most ``optimum + tolerance``.

    The circuit is the run's own, with its start and its angles; `problem` says what counts as a solution (give the
    one-hot problem where the run was on its penalised form).

    Raises
    ------
    InputError
        For `options` that are not those of the run.
    UnsupportedError
        For too many states.
    """
    if options is not None and options.mixer_for(run.ansatz.problem).name != run.ansatz.mixer.name:
        raise InputError(f"the run had mixer {run.ansatz.mixer.name}, the options say another")
    found = exact_success(problem, run.ansatz, run.angles, optimum + tolerance)
    if found is None:
        raise UnsupportedError("too many states for an exact success probability")
    return found.raw
