"""Block Grover mixer ``exp(-i beta |s><s|)``, s the block's initial state (Baertschi, Eidenbenz 2020,
arXiv:2006.00354; here one reflection per block, not one over the whole feasible space)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from quantum.mixers.base import Matrix, Vector, reflected
from quantum.states import append_block_state

if TYPE_CHECKING:
    from qiskit import QuantumCircuit


class Grover:
    """Reflects each block about its own initial state; with a warm start it mixes around that start."""

    name = "grover"

    def width(self, size: int) -> float:
        """Eigenvalues 0 and 1."""
        return 1.0

    def unitary(self, start: Vector, beta: float) -> Matrix:
        """``I + (exp(-i beta) - 1) |s><s|``."""
        return reflected(*self.reflection(start, beta)[:3])

    def logarithmic_derivative(self, start: Vector, beta: float) -> Matrix:
        """``-i |s><s|``."""
        return np.asarray(-1j * np.outer(start, np.conj(start)))

    def reflection(self, start: Vector, beta: float) -> tuple[complex, complex, Vector, float]:
        """Always a reflection."""
        return 1.0 + 0j, complex(np.exp(-1j * beta) - 1), start, -1.0

    def append(self, circuit: QuantumCircuit, qubits: list[int], start: Vector, beta: float) -> None:
        """Undo the preparation, turn the phase of the first choice, prepare again.

        Within one-hot states the first qubit alone tells the prepared state, so one phase gate is enough.
        """
        append_block_state(circuit, qubits, start, inverse=True)
        circuit.p(-beta, qubits[0])
        append_block_state(circuit, qubits, start)
