"""The transverse-field mixer ``exp(-i beta sum_i X_i)`` (Farhi, Goldstone, Gutmann 2014, arXiv:1411.4028)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, ClassVar

if TYPE_CHECKING:
    from qiskit import QuantumCircuit
    from qiskit.circuit import ParameterExpression


class X:
    """Rotates every qubit by itself; leaves one-hot states, so hard rules must be penalties."""

    name: ClassVar[str] = "x"

    def append(self, circuit: QuantumCircuit, betas: Sequence[float | ParameterExpression]) -> None:
        """Append ``exp(-i betas[q] X)`` on each qubit q."""
        for qubit, beta in enumerate(betas):
            circuit.rx(2 * beta, qubit)
