"""The QAOA state as a Qiskit circuit, and what that circuit costs on a machine."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from quantum.angles import Angles
from quantum.mixers import BlockMixer, X
from quantum.onehot import OneHot
from quantum.qubo import Qubo
from quantum.states import append_block_state, w_state


@dataclass(frozen=True, slots=True)
class Resources:
    """Size of a transpiled circuit."""

    qubits: int
    depth: int
    two_qubit_gates: int
    two_qubit_depth: int
    gates: int


def weighted(qubo: Qubo, gamma: NDArray[np.float64]) -> Qubo:
    """The cost of one layer of multi-angle QAOA: every term times its own angle, no offset.

    `gamma` (n + t,) holds the angles of the n linear terms, then of the t pairs.
    """
    n = qubo.size
    return Qubo(qubo.linear * gamma[:n], qubo.rows, qubo.cols, qubo.values * gamma[n:])


@dataclass(frozen=True, slots=True, eq=False)
class Ansatz:
    """Alternating operator ansatz (Hadfield et al. 2019, arXiv:1709.03489) for a problem and a mixer.

    Parameters
    ----------
    problem : Qubo (with mixer X) or OneHot (with a block mixer, or X on its bare QUBO)
    mixer : X or BlockMixer
    start : probabilities of 1 per qubit (X), or amplitudes per block; default uniform.
    """

    problem: Qubo | OneHot
    mixer: X | BlockMixer = field(default_factory=X)
    start: Sequence[NDArray[Any]] | NDArray[Any] | None = None

    def __post_init__(self) -> None:
        if not isinstance(self.mixer, X) and not isinstance(self.problem, OneHot):
            raise ValueError(f"the {self.mixer.name} mixer needs one-hot blocks")

    @property
    def qubo(self) -> Qubo:
        """The cost."""
        return self.problem.qubo if isinstance(self.problem, OneHot) else self.problem

    @property
    def mixers(self) -> int:
        """Number of separately angled mixers."""
        if isinstance(self.mixer, X) or not isinstance(self.problem, OneHot):
            return self.qubo.size
        return self.problem.blocks

    def block_starts(self) -> list[NDArray[np.complex128]]:
        """Initial amplitudes of each block."""
        assert isinstance(self.problem, OneHot)
        if self.start is None:
            return w_state(self.problem)
        return [np.asarray(a, dtype=np.complex128) for a in self.start]

    def circuit(self, angles: Angles, measure: bool = False) -> Any:
        """Qiskit circuit; qubit i is variable i, global phase included."""
        from qiskit import QuantumCircuit

        made = QuantumCircuit(self.qubo.size)
        self._prepare(made)
        for row, betas in zip(angles.gamma, angles.per_mixer(self.mixers)):
            gamma = float(row) if angles.gamma.ndim == 1 else 1.0
            ising = (self.qubo if angles.gamma.ndim == 1 else weighted(self.qubo, row)).to_ising()
            made.global_phase += -gamma * ising.offset
            for i, h in enumerate(ising.field.tolist()):
                if h != 0.0:
                    made.rz(2 * gamma * h, i)
            for i, j, value in zip(ising.rows.tolist(), ising.cols.tolist(), ising.couplings.tolist()):
                made.rzz(2 * gamma * value, i, j)
            self._mix(made, betas)
        if measure:
            made.measure_all()
        return made

    def _prepare(self, circuit: Any) -> None:
        if isinstance(self.mixer, X):
            ones = np.full(self.qubo.size, 0.5) if self.start is None else np.asarray(self.start)
            for qubit, probability in enumerate(ones.tolist()):
                if probability == 0.5:
                    circuit.h(qubit)
                else:
                    circuit.ry(2 * np.arcsin(np.sqrt(probability)), qubit)
            return
        for qubits, amplitudes in zip(self._blocks(), self.block_starts()):
            circuit.x(qubits[0])
            append_block_state(circuit, qubits, amplitudes)

    def _mix(self, circuit: Any, betas: NDArray[np.float64]) -> None:
        if isinstance(self.mixer, X):
            self.mixer.append(circuit, betas.tolist())
            return
        for qubits, amplitudes, beta in zip(self._blocks(), self.block_starts(), betas.tolist()):
            self.mixer.append(circuit, qubits, amplitudes, beta)

    def _blocks(self) -> list[list[int]]:
        assert isinstance(self.problem, OneHot)
        starts = self.problem.starts.tolist()
        return [list(range(s, s + k)) for s, k in zip(starts, self.problem.sizes)]

    def resources(self, angles: Angles, backend: Any = None, seed: int = 0) -> Resources:
        """Transpile and count: to `backend`, or to CX, RZ, SX, X with every pair of qubits connected."""
        from qiskit import transpile

        circuit = self.circuit(angles)
        if backend is None:
            done = transpile(circuit, basis_gates=["cx", "rz", "sx", "x"], optimization_level=2, seed_transpiler=seed)
        else:
            done = transpile(circuit, backend, optimization_level=2, seed_transpiler=seed)
        pairs = [item for item in done.data if item.operation.num_qubits == 2]
        return Resources(
            self.qubo.size,
            int(done.depth()),
            len(pairs),
            int(done.depth(lambda item: item.operation.num_qubits == 2)),
            int(done.size()),
        )
