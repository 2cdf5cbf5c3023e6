"""Complete-graph XY mixer ``exp(-i beta sum_{a<b} (X_a X_b + Y_a Y_b) / 2)`` of each block
(Hadfield et al. 2019, arXiv:1709.03489; Wang, Rubin, Dominy, Rieffel 2020, arXiv:1904.09314).

On one-hot states the sum is the adjacency matrix J - I of the complete graph, so the mixer is, exactly,
``exp(i beta) (I + (exp(-i k beta) - 1) |W><W|)``: a Grover reflection about the W state with angle k beta.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from quantum.mixers.base import Matrix, Vector, reflected
from quantum.states import append_block_state

if TYPE_CHECKING:
    from qiskit import QuantumCircuit


class XYComplete:
    """Hops between every two choices of a block with the same rate."""

    name = "xy-complete"

    def width(self, size: int) -> float:
        """Eigenvalues k - 1 and -1."""
        return float(size)

    def unitary(self, start: Vector, beta: float) -> Matrix:
        """Exact exponential of the complete graph's adjacency matrix."""
        return reflected(*self.reflection(start, beta)[:3])

    def logarithmic_derivative(self, start: Vector, beta: float) -> Matrix:
        """``-i (J - I)``."""
        return np.asarray(-1j * (np.ones((start.size, start.size)) - np.eye(start.size)))

    def reflection(self, start: Vector, beta: float) -> tuple[complex, complex, Vector, float]:
        """About the W state, whatever the start."""
        k = start.size
        w = np.full(k, 1 / np.sqrt(k), dtype=np.complex128)
        return complex(np.exp(1j * beta)), complex(np.exp(-1j * k * beta) - 1), w, -float(k)

    def append(self, circuit: QuantumCircuit, qubits: list[int], start: Vector, beta: float) -> None:
        """Exact on one-hot states with 2 (k - 1) two-qubit rotations (see `Grover.append`)."""
        k = len(qubits)
        w = np.full(k, 1 / np.sqrt(k), dtype=np.complex128)
        append_block_state(circuit, qubits, w, inverse=True)
        circuit.p(-k * beta, qubits[0])
        append_block_state(circuit, qubits, w)
        circuit.global_phase += beta
