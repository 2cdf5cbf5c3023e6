"""The QAOA state as a Qiskit circuit, and what that circuit costs on a machine."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import NamedTuple, cast

import numpy as np
from numpy.typing import NDArray
from qiskit import QuantumCircuit
from qiskit.circuit import Parameter, ParameterExpression, ParameterVector

from optimise.core.errors import InputError, UnsupportedError
from quantum.angles import Angles
from quantum.higher import to_hubo
from quantum.hubo import append_phases
from quantum.mixers import AnyMixer, BlockMixer, X, keeps_rows
from quantum.onehot import OneHot
from quantum.qubo import Qubo
from quantum.states import append_block_state, w_state
from quantum.transpiling import transpiled

#: Amplitudes by block, or probabilities of 1 by qubit; None is the start of the mixer.
Start = Sequence[NDArray[np.generic]] | NDArray[np.generic] | None


class Step(NamedTuple):
    """What one angle of a layer does to one block (mixer X: one qubit).

    Attributes
    ----------
    column : int
        Number of the angle within the layer.
    block : int
    unitary : complex128 (k, k)
        On the choices of the block.
    slope : complex128 (k, k)
        Anti-Hermitian K with ``dU/dangle = K U``.
    pairs : tuple of int arrays (s,), or None
        Of a hop over several blocks: feasible indices of the states that it turns into one another, first ones and
        second ones. `unitary` and `slope` are then (2, 2), other states stay as they are, and `block` says nothing.
    """

    column: int
    block: int
    unitary: NDArray[np.complex128]
    slope: NDArray[np.complex128]
    pairs: tuple[NDArray[np.int64], NDArray[np.int64]] | None = None


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
    mixer : X, BlockMixer or RowMixer (`quantum.row_ansatz` has the circuits of these)
    start : probabilities of 1 per qubit (X), or amplitudes per block; default uniform.
    """

    problem: Qubo | OneHot
    mixer: AnyMixer = field(default_factory=X)
    start: Start = None

    def __post_init__(self) -> None:
        if not isinstance(self.mixer, X) and not isinstance(self.problem, OneHot):
            raise ValueError(f"the {self.mixer.name} mixer needs one-hot blocks")
        if keeps_rows(self.mixer):
            raise InputError(f"mixer {self.mixer.name} is for the alternating circuits, not for {type(self).__name__}")
        if isinstance(self.problem, OneHot) and self.problem.bit_energy is not self.problem.qubo:
            raise InputError(
                f"mixer {self.mixer.name} is for one-hot blocks; rows of fixed weight take dicke-complete, "
                "dicke-ring or partition"
            )
        if self.higher and isinstance(self.mixer, X):
            raise InputError("mixer x leaves the blocks on which costs of sums are defined; take a block mixer")
        if self.start is not None:
            self._check_start(self.start)

    def _check_start(self, start: Sequence[NDArray[np.generic]] | NDArray[np.generic]) -> None:
        """Refuse a start that is no state: nothing downstream would notice."""
        if isinstance(self.mixer, X):
            ones = np.asarray(start, dtype=np.float64)
            if ones.shape != (self.qubo.size,) or (ones < 0).any() or (ones > 1).any():
                raise InputError(f"a start for mixer x is {self.qubo.size} probabilities between 0 and 1")
            return
        assert isinstance(self.problem, OneHot)
        vectors = [np.asarray(a, dtype=np.complex128) for a in start]
        if tuple(v.size for v in vectors) != self.problem.sizes:
            raise InputError("a start needs one amplitude per choice of every block")
        for b, v in enumerate(vectors):
            if np.abs(v.imag).max() > 1e-12 or (v.real < -1e-12).any() or abs(np.linalg.norm(v) - 1) > 1e-9:
                raise InputError(f"the start of block {b} is not real, non-negative and of length 1")

    @property
    def qubo(self) -> Qubo:
        """The cost, as far as pairs give it (see `higher`)."""
        return self.problem.bit_energy if isinstance(self.problem, OneHot) else self.problem

    @property
    def higher(self) -> bool:
        """Whether the cost has terms of three or more blocks beside `qubo`."""
        return isinstance(self.problem, OneHot) and bool(self.problem.sums)

    @property
    def mixers(self) -> int:
        """Number of separately angled mixers."""
        if isinstance(self.mixer, X) or not isinstance(self.problem, OneHot):
            return self.qubo.size
        return self.problem.blocks

    @property
    def block_mixer(self) -> BlockMixer:
        """The mixer, where it is one of blocks."""
        assert not isinstance(self.mixer, X)
        assert not keeps_rows(self.mixer)
        return cast(BlockMixer, self.mixer)

    @property
    def alternating(self) -> bool:
        """Whether it is the plain ansatz with costs of pairs, which our own kernels know."""
        return type(self) is Ansatz and not self.higher

    def extended(self, angles: Angles) -> Angles:
        """Angles of this family from those of the alternating ansatz: the same.

        Parameters
        ----------
        angles : Angles
            Of p layers.

        Returns
        -------
        Angles
        """
        return angles

    def steps(self, layer: int, betas: NDArray[np.float64]) -> list[Step]:
        """What the mixers of a layer do, in order.

        Parameters
        ----------
        layer : int
            Number of the layer.
        betas : float64 array (mixers,)
            Its angles.

        Returns
        -------
        list of Step
        """
        mixer = self.mixer
        if isinstance(mixer, X):
            flip = np.array([[0, 1], [1, 0]], dtype=np.complex128)
            turns = (np.cos(b) * np.eye(2) - 1j * np.sin(b) * flip for b in betas.tolist())
            return [Step(q, q, turn, -1j * flip) for q, turn in enumerate(turns)]
        made = []
        for b, (start, beta) in enumerate(zip(self.block_starts(), betas.tolist())):
            block = self.block_mixer
            made.append(Step(b, b, block.unitary(start, beta), block.logarithmic_derivative(start, beta)))
        return made

    def block_starts(self) -> list[NDArray[np.complex128]]:
        """Initial amplitudes of each block."""
        assert isinstance(self.problem, OneHot)
        if self.start is None:
            return w_state(self.problem)
        return [np.asarray(a, dtype=np.complex128) for a in self.start]

    def circuit(self, angles: Angles, measure: bool = False) -> QuantumCircuit:
        """Qiskit circuit; qubit i is variable i, global phase included."""
        made = QuantumCircuit(self.qubo.size)
        self._prepare(made)
        for layer, (gamma, betas) in enumerate(zip(angles.gamma, angles.per_mixer(self.mixers))):
            if angles.gamma.ndim == 1:
                self._phase(made, self.qubo, float(gamma))
            elif self.higher:
                raise UnsupportedError("costs of sums have one angle a layer, not one per term")
            else:
                self._phase(made, weighted(self.qubo, gamma), 1.0)
            self._mix(made, betas.tolist(), layer)
        if measure:
            made.measure_all()
        return made

    def parametric(self, depth: int, measure: bool = False, per_mixer: bool = False) -> QuantumCircuit:
        """The circuit of `depth` layers with free parameters ``gamma[l]`` and ``beta[l]``.

        Transpile it once and bind it many times with `binding`. With `per_mixer` there is an angle for every qubit (X)
        or block, ``beta[l * mixers + b]``.
        """
        if depth < 1:
            raise InputError(f"a circuit with free angles has at least one layer, not {depth}")
        gamma = ParameterVector("gamma", depth)
        beta = ParameterVector("beta", depth * self.mixers if per_mixer else depth)
        made = QuantumCircuit(self.qubo.size)
        self._prepare(made)
        for layer in range(depth):
            self._phase(made, self.qubo, gamma[layer])
            betas = [beta[layer * self.mixers + b if per_mixer else layer] for b in range(self.mixers)]
            self._mix(made, betas, layer)
        if measure:
            made.measure_all()
        return made

    def binding(self, circuit: QuantumCircuit, angles: Angles) -> dict[Parameter, float]:
        """Value of every free parameter of a circuit of `parametric` (also after transpilation)."""
        values = dict(zip((f"gamma[{i}]" for i in range(angles.depth)), angles.common_gamma().tolist()))
        free = {p.name for p in circuit.parameters}
        per_mixer = f"beta[{angles.depth}]" in free
        betas = angles.per_mixer(self.mixers).ravel() if per_mixer else angles.beta.ravel()
        values |= {f"beta[{i}]": v for i, v in enumerate(betas.tolist())}
        if not per_mixer and betas.size != angles.depth:
            raise InputError("angles for every mixer need a circuit made with per_mixer")
        if missing := sorted(free - set(values)):
            raise InputError(f"the circuit has more layers than the angles: {missing[0]} has no value")
        return {p: values[p.name] for p in circuit.parameters}

    def _phase(self, circuit: QuantumCircuit, qubo: Qubo, gamma: float | ParameterExpression) -> None:
        """Append ``exp(-i gamma C)``; products of three or more spins are phase gadgets (`quantum.hubo`)."""
        if self.higher:
            assert isinstance(self.problem, OneHot)
            append_phases(circuit, to_hubo(self.problem), gamma)
            return
        ising = qubo.to_ising()
        circuit.global_phase += -gamma * ising.offset
        for i, h in enumerate(ising.field.tolist()):
            if h != 0.0:
                circuit.rz(2 * gamma * h, i)
        for i, j, value in zip(ising.rows.tolist(), ising.cols.tolist(), ising.couplings.tolist()):
            circuit.rzz(2 * gamma * value, i, j)

    def _prepare(self, circuit: QuantumCircuit) -> None:
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

    def _mix(self, circuit: QuantumCircuit, betas: Sequence[float | ParameterExpression], layer: int) -> None:
        if isinstance(self.mixer, X):
            self.mixer.append(circuit, betas)
            return
        for qubits, amplitudes, beta in zip(self._blocks(), self.block_starts(), betas):
            self.block_mixer.append(circuit, qubits, amplitudes, beta)

    def _blocks(self) -> list[list[int]]:
        assert isinstance(self.problem, OneHot)
        starts = self.problem.starts.tolist()
        return [list(range(s, s + k)) for s, k in zip(starts, self.problem.sizes)]

    def resources(self, angles: Angles, backend: object = None, seed: int = 0) -> Resources:
        """Transpile and count: to `backend`, or to CX, RZ, SX, X with every pair of qubits connected."""
        circuit = self.circuit(angles)
        if backend is None:
            done = transpiled(circuit, basis_gates=["cx", "rz", "sx", "x"], optimization_level=2, seed_transpiler=seed)
        else:
            done = transpiled(circuit, backend, optimization_level=2, seed_transpiler=seed)
        return count_gates(done, self.qubo.size)


def count_gates(circuit: QuantumCircuit, qubits: int) -> Resources:
    """Size of a circuit as it stands, its final measurement apart."""
    bare = circuit.remove_final_measurements(inplace=False) or circuit
    pairs = [item for item in bare.data if item.operation.num_qubits == 2 and item.operation.name != "barrier"]
    return Resources(
        qubits,
        int(bare.depth()),
        len(pairs),
        int(bare.depth(lambda item: item.operation.num_qubits == 2)),
        int(bare.size()),
    )
