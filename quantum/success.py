"""Success of one shot of a circuit: the one place where these figures are computed.

*Raw* counts what the circuit itself gives: a state that keeps every block and costs no more than the target. *Repaired*
counts what a classical repair (`quantum.energy.repair`) makes of the shot; it is never credited to the circuit.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from optimise.compare.figures import repetitions_99
from quantum.angles import Angles
from quantum.ansatz import Ansatz
from quantum.mixers import X
from quantum.onehot import OneHot
from quantum.qubo import Qubo
from quantum.repair import repair
from quantum.simulators import Simulator, simulator

__all__ = ["Success", "energies_of_states", "exact_simulator", "exact_success", "shots_to_99"]

#: Repetitions until one succeeded with probability 0.99 (`optimise.compare.figures.repetitions_99`).
shots_to_99 = repetitions_99

_REPAIRED = 1 << 16  # basis states up to which the repaired success is enumerated too


@dataclass(frozen=True, slots=True)
class Success:
    """Probabilities of one shot.

    Attributes
    ----------
    raw : float
        The shot keeps all blocks and costs at most the target.
    feasible : float
        The shot keeps all blocks.
    repaired : float or None
        The shot costs at most the target after repair; None where that was not enumerated.
    """

    raw: float
    feasible: float
    repaired: float | None


def exact_simulator(ansatz: Any, angles: Angles) -> Simulator:
    """An exact simulator that knows these angles: the fast one, the array one for an angle per term, Qiskit's for
    circuits that are not the alternating ansatz."""
    if not isinstance(ansatz, Ansatz):
        return simulator(ansatz, "statevector")
    return simulator(ansatz, "fast" if angles.gamma.ndim == 1 else "array")


def energies_of_states(ansatz: Ansatz, kind: str = "fast") -> NDArray[np.float64]:
    """Cost of every state in the order of a simulator's probabilities."""
    problem = ansatz.problem
    if isinstance(problem, OneHot) and not isinstance(ansatz.mixer, X) and kind in ("fast", "array"):
        return problem.diagonal()
    return ansatz.qubo.diagonal()


def exact_success(
    problem: Qubo | OneHot, ansatz: Any, angles: Angles, target: float, most: int = 1 << 25
) -> Success | None:
    """Exact probabilities that one shot succeeds, or None for more than `most` states.

    Parameters
    ----------
    problem : what is to be solved: it says what a state costs and whether it is feasible. The ansatz may hold the
        same problem with penalties.
    ansatz, angles : the circuit (an `Ansatz`, or other `quantum.protocols.Circuits`), with its start
    target : energy that is good enough, tolerance included
    """
    blocks = problem if isinstance(problem, OneHot) else None
    compact = isinstance(ansatz, Ansatz) and isinstance(ansatz.problem, OneHot) and not isinstance(ansatz.mixer, X)
    if blocks is not None and compact:
        if blocks.states > most:
            return None
        probabilities = exact_simulator(ansatz, angles).probabilities(angles)
        raw = float(probabilities[blocks.diagonal() <= target].sum())
        return Success(raw, 1.0, raw)
    size = ansatz.qubo.size
    if 1 << size > most:
        return None
    probabilities = exact_simulator(ansatz, angles).probabilities(angles)
    if blocks is None:
        assert isinstance(problem, Qubo)
        raw = float(probabilities[problem.diagonal() <= target].sum())
        return Success(raw, 1.0, raw)
    choices = blocks.choices(np.arange(blocks.states))
    index = blocks.bits(choices).astype(np.int64) @ (1 << np.arange(size))
    whole = probabilities[index]
    raw = float(whole[blocks.diagonal() <= target].sum())
    repaired = None
    if probabilities.size <= _REPAIRED:
        bits = ((np.arange(probabilities.size)[:, None] >> np.arange(size)) & 1).astype(np.int8)
        repaired = float(probabilities[blocks.energies(repair(blocks, bits)) <= target].sum())
    return Success(raw, float(whole.sum()), repaired)
