"""Ring XY mixer of each block as the product of its partial mixers, even edges first, then odd ones, then the
closing edge (Hadfield et al. 2019, arXiv:1709.03489, "parity ring mixer"). It is the circuit that runs on
hardware, not its Trotter limit, and kernel and circuit agree exactly."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from qiskit.circuit.library import XXPlusYYGate

from quantum.mixers.base import Matrix, Vector

if TYPE_CHECKING:
    from qiskit import QuantumCircuit


def ring_edges(k: int) -> list[tuple[int, int]]:
    """Ring edges in the order of application; two choices share one edge."""
    even = [(a, a + 1) for a in range(0, k - 1, 2)]
    odd = [(a, a + 1) for a in range(1, k - 1, 2)]
    return even + odd + ([(k - 1, 0)] if k > 2 else [])


class XYRing:
    """Hops between neighbouring choices of a block."""

    name = "xy-ring"

    def width(self, size: int) -> float:
        """Of the ring Hamiltonian: eigenvalues 2 cos(2 pi j / k)."""
        return 2.0 if size < 3 else float(2 - 2 * np.cos(2 * np.pi * (size // 2) / size))

    def unitary(self, start: Vector, beta: float) -> Matrix:
        """Product of the two-state rotations."""
        matrix = np.eye(start.size, dtype=np.complex128)
        for a, b in ring_edges(start.size):
            matrix = _hop(start.size, a, b, beta) @ matrix
        return matrix

    def logarithmic_derivative(self, start: Vector, beta: float) -> Matrix:
        """Sum of the edges' generators, each carried behind the edges after it."""
        k = start.size
        after = np.eye(k, dtype=np.complex128)
        total = np.zeros((k, k), dtype=np.complex128)
        for a, b in reversed(ring_edges(k)):
            total += -1j * (np.outer(after[:, a], after[:, b].conj()) + np.outer(after[:, b], after[:, a].conj()))
            after = after @ _hop(k, a, b, beta)
        return total

    def reflection(self, start: Vector, beta: float) -> None:
        """Not one."""
        return None

    def append(self, circuit: QuantumCircuit, qubits: list[int], start: Vector, beta: float) -> None:
        """One ``XXPlusYY`` gate per edge."""
        for a, b in ring_edges(len(qubits)):
            circuit.append(XXPlusYYGate(2 * beta), [qubits[a], qubits[b]])


def _hop(k: int, a: int, b: int, beta: float) -> Matrix:
    matrix = np.eye(k, dtype=np.complex128)
    matrix[a, a] = matrix[b, b] = np.cos(beta)
    matrix[a, b] = matrix[b, a] = -1j * np.sin(beta)
    return matrix
