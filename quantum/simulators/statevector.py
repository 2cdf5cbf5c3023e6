"""Qiskit's own state vector: the reference that the fast simulators are tested against."""

import numpy as np
from numpy.typing import NDArray
from qiskit.quantum_info import Statevector

from quantum.angles import Angles
from quantum.ansatz import Ansatz
from quantum.errors import check_memory
from quantum.onehot import OneHot
from quantum.qubo import bits_of
from quantum.simulators.base import Samples, draw


class QiskitStatevector:
    """Runs the circuit of an ansatz on ``qiskit.quantum_info.Statevector`` (little endian)."""

    def __init__(self, ansatz: Ansatz) -> None:
        self.ansatz = ansatz
        check_memory(3 * 16 << ansatz.qubo.size, f"Qiskit's state vector and energies of {ansatz.qubo.size} qubits")
        self._energies: NDArray[np.float64] | None = None

    @property
    def mixers(self) -> int:
        """As the ansatz."""
        return self.ansatz.mixers

    def amplitudes(self, angles: Angles) -> NDArray[np.complex128]:
        """Amplitudes (2**n,)."""
        return np.asarray(Statevector(self.ansatz.circuit(angles)).data)

    def probabilities(self, angles: Angles) -> NDArray[np.float64]:
        """Probability of every basis state (2**n,)."""
        return np.asarray(np.abs(self.amplitudes(angles)) ** 2)

    def value(self, angles: Angles) -> float:
        """Expected cost."""
        if self._energies is None:
            self._energies = self.ansatz.diagonal()
        return float(self.probabilities(angles) @ self._energies)

    def value_and_gradient(self, angles: Angles) -> tuple[float, Angles]:
        """Expected cost and central differences with step 1e-5: two runs per angle, for checks only."""
        x, step = angles.vector(), 1e-5
        slopes = np.empty(x.size)
        for k in range(x.size):
            move = np.zeros(x.size)
            move[k] = step
            slopes[k] = (self.value(angles.like(x + move)) - self.value(angles.like(x - move))) / (2 * step)
        return self.value(angles), angles.like(slopes)

    def sample(self, angles: Angles, shots: int, seed: int) -> Samples:
        """Measure all qubits `shots` times."""
        index, counts = draw(self.probabilities(angles), shots, seed)
        bits = np.array([bits_of(int(i), self.ansatz.qubo.size) for i in index], dtype=np.int8)
        problem = self.ansatz.problem
        feasible = problem.is_feasible(bits) if isinstance(problem, OneHot) else np.ones(len(bits), dtype=np.bool_)
        return Samples(bits, counts, self.ansatz.energies(bits), feasible)
