"""What a block mixer offers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from qiskit import QuantumCircuit

Matrix = NDArray[np.complex128]
Vector = NDArray[np.complex128]


class BlockMixer(Protocol):
    """A mixer that keeps every block one-hot: a unitary on the k choices of a block."""

    name: str

    def width(self, size: int) -> float:
        """Largest minus smallest eigenvalue of the mixer's Hamiltonian on a block: the unit of its angle.

        Parameters
        ----------
        size : int
            Choices k of the block, 2 or more.

        Returns
        -------
        float
            Above 0.
        """
        ...

    def unitary(self, start: Vector, beta: float) -> Matrix:
        """Matrix (k, k) over the choices of a block whose initial amplitudes are `start` (k,).

        Parameters
        ----------
        start : complex array
            Initial amplitudes, shape (k,).
        beta : float
            Angle, in radians times the inverse of `width`'s unit.

        Returns
        -------
        complex array
            Shape (k, k), unitary.
        """
        ...

    def logarithmic_derivative(self, start: Vector, beta: float) -> Matrix:
        """Anti-Hermitian (k, k) matrix K with ``dU/dbeta = K U``.

        Parameters
        ----------
        start : complex array
            Initial amplitudes, shape (k,).
        beta : float
            Angle.

        Returns
        -------
        complex array
            Shape (k, k).
        """
        ...

    def reflection(self, start: Vector, beta: float) -> tuple[complex, complex, Vector, float] | None:
        """The same as ``factor (I + kappa |v><v|)`` when it has that form: (factor, kappa, v, rate).

        Up to multiples of the identity, ``dU/dbeta = i rate |v><v| U``.

        Parameters
        ----------
        start : complex array
            Initial amplitudes, shape (k,).
        beta : float
            Angle.

        Returns
        -------
        tuple or None
            None where the unitary has no such form.
        """
        ...

    def append(self, circuit: QuantumCircuit, qubits: list[int], start: Vector, beta: float) -> None:
        """Append the gates of one block to a Qiskit circuit; equal to `unitary` on one-hot states.

        Parameters
        ----------
        circuit : QuantumCircuit
            Gets the gates.
        qubits : list of int
            Qubits of the block, one a choice.
        start : complex array
            Initial amplitudes, shape (k,).
        beta : float or Parameter
            Angle; may be a free parameter of Qiskit.
        """
        ...


def reflected(factor: complex, kappa: complex, v: Vector) -> Matrix:
    """The matrix ``factor (I + kappa |v><v|)`` of a reflection (see `Mixer.reflection`).

    Parameters
    ----------
    factor, kappa : complex
    v : complex array
        Shape (k,).

    Returns
    -------
    complex array
        Shape (k, k), unitary.
    """
    return np.asarray(factor * (np.eye(v.size) + kappa * np.outer(v, v.conj())))
