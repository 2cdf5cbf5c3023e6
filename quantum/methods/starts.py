"""Starts that lean to good states, for QAOA as a method: from a short annealing, or learned from earlier circuits."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np

from optimise.core.errors import InputError
from quantum.angles import local_field
from quantum.anneal import anneal_problem
from quantum.energy import EnergyProblem
from quantum.iterated import LearnedStart, learn_start
from quantum.mixers import AnyMixer, X
from quantum.onehot import OneHot
from quantum.optimise_angles import stream
from quantum.qaoa import QaoaOptions, qaoa
from quantum.simulators import Samples
from quantum.states import relaxed_start, warm_start
from quantum.tuning import TUNING

__all__ = ["annealed_start", "start_of_rounds", "untrained"]


def untrained(options: QaoaOptions, shots: int) -> QaoaOptions:
    """The same circuit at its first angles.

    Parameters
    ----------
    options : QaoaOptions
        Of the circuit.
    shots : int
        Of its one measurement.

    Returns
    -------
    QaoaOptions
        Without an optimiser, and the same for every seed.
    """
    return replace(options, optimiser="none", multi_angle=False, jitter=0.0, shots=shots)


def annealed_start(problem: EnergyProblem, mixer: AnyMixer, epsilon: float, seed: int) -> Any:
    """Initial state that leans to what one annealing run of ten sweeps finds.

    Parameters
    ----------
    problem : EnergyProblem
        What is annealed.
    mixer : X or BlockMixer
        Says whether the state is one of qubits or of blocks.
    epsilon : float
        Probability that is left to the other choices.
    seed : int
        Of the annealing.

    Returns
    -------
    arrays
        As `quantum.ansatz.Ansatz` takes them; None, the uniform start, where epsilon is 0.
    """
    if epsilon <= 0:
        return None
    blocks = problem.blocks
    hot, rng = TUNING.anneal_hot * local_field(blocks), np.random.default_rng([seed, 99])
    choices = anneal_problem(blocks, TUNING.warm_sweeps, hot, hot / TUNING.anneal_cooling, rng)[0]
    if isinstance(mixer, X):
        return relaxed_start(problem.bits(choices).astype(np.float64), epsilon)
    return warm_start(blocks, choices, epsilon)


def start_of_rounds(
    problem: EnergyProblem,
    options: QaoaOptions,
    rounds: int,
    shots: int,
    elite: float,
    seed: int,
    stop: Callable[[], bool],
) -> LearnedStart:
    """Start learned from circuits at their first angles (`quantum.iterated`).

    Parameters
    ----------
    problem : EnergyProblem
        With one-hot blocks.
    options : QaoaOptions
        Of the circuit that will have the start.
    rounds, shots : int
        Circuits, and shots of each.
    elite : float
        Share of the shots that a start learns from.
    seed : int
        Of the shots.
    stop : callable
        Asked before every round; True ends with the start so far.

    Returns
    -------
    LearnedStart
        The start and the shots that it took.

    Raises
    ------
    InputError
        For a problem without blocks, or a mixer that leaves them.
    """
    energy = problem.energy
    if not isinstance(energy, OneHot) or isinstance(options.mixer, X):
        raise InputError("rounds learn a choice for each block; they need blocks and a mixer that keeps them")
    plain = untrained(options, shots)

    def draw(amplitudes: object, number: int) -> Samples:
        return qaoa(energy, plain, seed=stream(seed, 11, number), start=amplitudes).samples

    return learn_start(energy, draw, rounds, elite, stop)
