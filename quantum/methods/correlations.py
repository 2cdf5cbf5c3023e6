"""Pauli-correlation encoding as a method on energies, and its control: random signs with the same local search."""

import time
from contextlib import suppress

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize

from optimise.core.method import Deadline, Limits
from optimise.core.result import Stop
from quantum.correlations import Correlations
from quantum.energy import EnergyProblem
from quantum.local_search import descend
from quantum.methods.base import EnergyMethod, Seen
from quantum.onehot import OneHot
from quantum.options import checked, option
from quantum.repair import repair, repair_evaluations

__all__ = ["PauliCorrelation", "RandomSigns"]


@checked
class CorrelationOptions:
    """Options of Pauli-correlation encoding."""

    k: int = option(default=2, doc="operators in a string: 3 binomial(n, k) bits fit into n qubits", ge=1, le=6)
    layers: int = option(default=8, doc="layers of the circuit", ge=1)
    evaluations: int = option(default=100, doc="most gradients of the training", ge=1)
    shots: int = option(default=1024, doc="shots of each of the three settings of a measurement", ge=1)
    repetitions: int = option(default=32, doc="measurements of the trained circuit, each decoded and improved", ge=1)
    beta: float = option(default=0.5, doc="weight of the term that keeps means small", ge=0)
    penalty: str | float | None = option(
        default="vlm", doc="price of a broken block in the loss: a weight or a rule (sum-abs, upper-lower, vlm, moc)"
    )


class _Stopped(Exception):
    """The time is over."""


class PauliCorrelation(EnergyMethod[CorrelationOptions]):
    """Signs of k-body Pauli correlations of a trained circuit, then a local search (`quantum.correlations`).

    A repetition measures the trained circuit in three settings, takes the signs for bits, repairs broken blocks and
    descends. Its evaluations are the three settings' shots, and every change that repair and descent look at. Training
    is charged with the shots that hardware would need: three settings for a value and two more values an angle for a
    gradient (the parameter-shift rule, which is exact for these gates).
    """

    name = "pauli-correlation"
    options = CorrelationOptions

    def draw(self, problem: EnergyProblem, limits: Limits, seed: int, options: CorrelationOptions) -> Seen:
        """Train once, then measure."""
        clock, cpu = Deadline(limits.seconds), time.process_time()
        blocks = isinstance(problem.energy, OneHot)
        qubo = problem.penalised(options.penalty if blocks else None)
        machine = Correlations(qubo.to_ising(), options.k, options.layers, beta=options.beta)
        start = np.random.default_rng([seed, 1]).uniform(-np.pi, np.pi, machine.parameters)
        best: tuple[float, NDArray[np.float64]] = (np.inf, start)
        calls = 0

        def judged(thetas: NDArray[np.float64]) -> tuple[float, NDArray[np.float64]]:
            nonlocal best, calls
            if calls >= options.evaluations or clock.over:
                raise _Stopped
            calls += 1
            value, slope = machine.loss(thetas)
            if value < best[0]:
                best = (value, thetas.copy())
            return value, slope

        with suppress(_Stopped):
            minimize(judged, start, jac=True, method="BFGS", options={"maxiter": options.evaluations})
        training, wall = time.process_time() - cpu, clock.elapsed
        spent = calls * (1 + 2 * machine.parameters) * 3 * options.shots
        state, rng = machine.state(best[1]), np.random.default_rng([seed, 2])
        signs = [machine.measured(state, options.shots, rng) < 0 for _ in range(options.repetitions)]
        seen = improved(problem, np.array(signs).astype(np.int8), 3.0 * options.shots)
        seen.training, seen.training_wall = training, wall
        seen.training_shots = seen.training_evaluations = float(spent)
        seen.stop = Stop.TIME if clock.over else Stop.ITERATIONS
        seen.more |= {"qubits": float(machine.qubits), "layers": float(options.layers), "loss": float(best[0])}
        return seen


@checked
class SignOptions:
    """Options of random signs."""

    repetitions: int = option(default=32, doc="random sign vectors, each decoded and improved", ge=1)


class RandomSigns(EnergyMethod[SignOptions]):
    """The control of `PauliCorrelation`: random signs, then the same repair and the same descent, charged alike."""

    name = "random-signs"
    options = SignOptions

    def draw(self, problem: EnergyProblem, limits: Limits, seed: int, options: SignOptions) -> Seen:
        """Draw signs and improve them."""
        rng = np.random.default_rng(seed)
        bits = rng.integers(0, 2, (options.repetitions, problem.size)).astype(np.int8)
        return improved(problem, bits, 1.0)


def improved(problem: EnergyProblem, bits: NDArray[np.int8], drawing: float) -> Seen:
    """Bits repaired and taken downhill.

    Parameters
    ----------
    problem : EnergyProblem
    bits : int8 array (s, n)
        One row a repetition.
    drawing : float
        Evaluations that one row took.

    Returns
    -------
    Seen
        One state a repetition, and the mean of what they took.
    """
    blocks = problem.blocks
    looked = 0
    if isinstance(problem.energy, OneHot):
        looked = repair_evaluations(blocks, bits, np.ones(len(bits), dtype=np.int64))
        begun = repair(blocks, bits)
    else:
        begun = bits.astype(np.int64)
    found = []
    for choices in begun:
        here, more = descend(blocks, choices)
        found.append(here)
        looked += more
    return Seen.of_choices(problem, np.array(found), evaluations=drawing + looked / len(bits))
