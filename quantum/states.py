"""Initial states: uniform, W per block (one-hot), and warm starts."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike, NDArray
from qiskit.circuit.library import XXPlusYYGate

from quantum.onehot import OneHot

if TYPE_CHECKING:
    from qiskit import QuantumCircuit


def w_state(problem: OneHot) -> list[NDArray[np.complex128]]:
    """Equal amplitudes over the choices of each block (a product of W states)."""
    return [np.full(k, 1 / np.sqrt(k), dtype=np.complex128) for k in problem.sizes]


def warm_start(problem: OneHot, choices: ArrayLike, epsilon: float = 0.25) -> list[NDArray[np.complex128]]:
    """Amplitudes leaning to given choices: probability ``1 - epsilon`` there, the rest spread evenly.

    The one-hot form of Egger, Marecek and Woerner (2021), arXiv:2009.10095; use it with the Grover mixer, which
    reflects about this state.
    """
    if not 0 < epsilon < 1:
        raise ValueError(f"epsilon must lie strictly between 0 and 1, got {epsilon}")
    states = []
    for k, chosen in zip(problem.sizes, np.asarray(choices, dtype=np.int64).tolist()):
        weights = np.full(k, epsilon / max(1, k - 1))
        weights[chosen] = 1 - epsilon if k > 1 else 1.0
        states.append(np.sqrt(weights).astype(np.complex128))
    return states


def relaxed_start(probabilities: ArrayLike, epsilon: float = 0.25) -> NDArray[np.float64]:
    """Probabilities of 1 per qubit from a relaxed solution in [0, 1], kept `epsilon` away from 0 and 1.

    After Egger, Marecek and Woerner (2021), arXiv:2009.10095, for the full space.
    """
    return np.clip(np.asarray(probabilities, dtype=np.float64), epsilon, 1 - epsilon)


def append_block_state(
    circuit: QuantumCircuit, qubits: list[int], amplitudes: NDArray[np.complex128], inverse: bool = False
) -> None:
    """Append the rotations that take "choice 0" to non-negative `amplitudes` over the choices (or back).

    A ladder of k - 1 two-qubit rotations that keep one-hot states one-hot (Cruz et al. 2019, arXiv:1807.05572, the
    linear construction of W states).
    """
    real = np.real(amplitudes)
    if (real < -1e-12).any() or np.abs(np.imag(amplitudes)).max(initial=0.0) > 1e-12:
        raise ValueError("block amplitudes must be real and non-negative for the ladder circuit")
    # tail[a]: norm of the amplitudes from a on; step a keeps amplitude a and passes the rest on.
    tail = np.sqrt(np.cumsum((real**2)[::-1])[::-1])
    angles = [2 * np.arctan2(tail[a + 1], real[a]) for a in range(real.size - 1)]
    steps = list(enumerate(angles))
    for a, theta in reversed(steps) if inverse else steps:
        gate = XXPlusYYGate(-theta if inverse else theta, np.pi / 2)
        circuit.append(gate, [qubits[a], qubits[a + 1]])
