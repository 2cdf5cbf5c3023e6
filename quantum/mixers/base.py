"""What a block mixer offers."""

from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

Matrix = NDArray[np.complex128]
Vector = NDArray[np.complex128]


class BlockMixer(Protocol):
    """A mixer that keeps every block one-hot: a unitary on the k choices of a block."""

    name: str

    def width(self, size: int) -> float:
        """Largest minus smallest eigenvalue of the mixer's Hamiltonian on a block: the unit of its angle."""
        ...

    def unitary(self, start: Vector, beta: float) -> Matrix:
        """Matrix (k, k) over the choices of a block whose initial amplitudes are `start` (k,)."""
        ...

    def logarithmic_derivative(self, start: Vector, beta: float) -> Matrix:
        """Anti-Hermitian (k, k) matrix K with ``dU/dbeta = K U``."""
        ...

    def reflection(self, start: Vector, beta: float) -> tuple[complex, complex, Vector, float] | None:
        """The same as ``factor (I + kappa |v><v|)`` when it has that form: (factor, kappa, v, rate).

        Up to multiples of the identity, ``dU/dbeta = i rate |v><v| U``.
        """
        ...

    def append(self, circuit: Any, qubits: list[int], start: Vector, beta: float) -> None:
        """Append the gates of one block to a Qiskit circuit; equal to `unitary` on one-hot states."""
        ...
