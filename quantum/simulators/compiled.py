"""A circuit compiled once and bound many times, and what its counts mean: shared by the backends that run circuits."""

from collections.abc import Callable, Mapping

import numpy as np
from numpy.typing import NDArray
from qiskit import QuantumCircuit

from quantum.angles import Angles
from quantum.ansatz import Ansatz, Resources, count_gates
from quantum.onehot import OneHot
from quantum.simulators.base import Samples

__all__ = ["Compiled"]


class Compiled:
    """Measured circuits of an ansatz, transpiled once per depth.

    Parameters
    ----------
    ansatz : Ansatz
    compile : callable
        Transpiles a circuit; free parameters stay free.
    """

    def __init__(self, ansatz: Ansatz, compile: Callable[[QuantumCircuit], QuantumCircuit]) -> None:
        self.ansatz, self._compile = ansatz, compile
        self._made: dict[tuple[int, bool], QuantumCircuit] = {}

    def free(self, angles: Angles) -> QuantumCircuit:
        """The transpiled circuit of these angles' shape; an angle per term and depth 0 have no free parameters."""
        if angles.depth == 0 or angles.gamma.ndim > 1:
            return self._compile(self.ansatz.circuit(angles, measure=True))
        per_mixer = angles.beta.ndim > 1 and angles.beta.shape[1] > 1
        key = (angles.depth, per_mixer)
        if key not in self._made:
            self._made[key] = self._compile(self.ansatz.parametric(angles.depth, measure=True, per_mixer=per_mixer))
        return self._made[key]

    def values(self, circuit: QuantumCircuit, angles: Angles) -> NDArray[np.float64]:
        """Values of the circuit's parameters in its order."""
        if not circuit.parameters:
            return np.zeros(0)
        bound = self.ansatz.binding(circuit, angles)
        return np.array([bound[p] for p in circuit.parameters])

    def resources(self, angles: Angles) -> Resources:
        """Size of the circuit that runs."""
        return count_gates(self.free(angles), self.ansatz.qubo.size)

    def samples(self, counts: Mapping[str, int]) -> Samples:
        """Counts by Qiskit's words (qubit 0 is the last letter) as samples."""
        bits = np.array([[int(letter) for letter in reversed(word)] for word in counts], dtype=np.int8)
        problem = self.ansatz.problem
        whole = problem.is_feasible(bits) if isinstance(problem, OneHot) else np.ones(len(bits), dtype=np.bool_)
        return Samples(bits, np.array(list(counts.values()), dtype=np.int64), self.ansatz.energies(bits), whole)
