"""QAOA on matrix product states: more qubits than amplitudes, where depth is low or entanglement small.

The circuit of the ansatz runs gate by gate on a chain (`quantum.simulators._chain`), so that every family and mixer
that has a circuit runs here; phases of pairs go through one network of swaps a layer. Whatever singular values do not
fit are cut off, and every figure has beside it

* ``truncation error``: one less the product of the kept weights, an estimate of the infidelity;
* ``distance bound``: the sum of ``|psi - psi'|`` over all cuts, which bounds how far the state is from the true one. A
  probability is off by no more than this, and an expected cost by no more than this times the range of the cost.
"""

from contextlib import AbstractContextManager, nullcontext
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray
from qiskit import QuantumCircuit
from scipy.sparse import coo_array
from scipy.sparse.csgraph import reverse_cuthill_mckee

from optimise.core.errors import InputError
from quantum.angles import Angles
from quantum.ansatz import Ansatz
from quantum.errors import check_memory
from quantum.higher import energies_of, to_hubo
from quantum.onehot import OneHot
from quantum.qubo import Qubo
from quantum.simulators._chain import Chain
from quantum.simulators.base import Samples
from quantum.transpiling import transpiled

__all__ = ["MatrixProduct"]

_BASIS = ["rzz", "xx_plus_yy", "cx", "h", "x", "rx", "ry", "rz", "p", "u", "sx", "sxdg"]


class MatrixProduct:
    """Matrix product simulator of any circuit of an ansatz.

    Parameters
    ----------
    ansatz : Ansatz
        Or other `quantum.protocols.Circuits`.
    bond : int
        Largest bond dimension; ``2**(n / 2)`` is always enough, and a layer takes time like its cube.
    least : float
        Weight that a cut drops although there is room, 1e-20 for rounding alone.

    Attributes
    ----------
    truncation_error, distance_bound : float
        Of the last state that was made; 0 to rounding where the bond dimension sufficed.
    widest : int
        Largest bond dimension that it had.
    """

    sampling: ClassVar[bool] = False

    def __init__(self, ansatz: Ansatz, *, bond: int = 64, least: float = 1e-20) -> None:
        if isinstance(bond, bool) or not isinstance(bond, int) or bond < 1:
            raise InputError(f"a bond dimension is a whole number, 1 or more, not {bond!r}")
        if not 0 <= least < 1:
            raise InputError(f"least is a share of the norm, 0 to 1, not {least!r}")
        self.ansatz, self.bond, self.least = ansatz, bond, least
        check_memory(16 * 2 * bond * bond * ansatz.qubo.size, f"a chain of {ansatz.qubo.size} qubits and bond {bond}")
        self._order = _order(ansatz.qubo)
        self._terms, self._offset = _spin_terms(ansatz.problem)
        self._made: tuple[bytes, Chain] | None = None

    @property
    def mixers(self) -> int:
        """As the ansatz."""
        return self.ansatz.mixers

    @property
    def truncation_error(self) -> float:
        """One less the product of the weights that the cuts of the last state kept."""
        return 0.0 if self._made is None else max(0.0, 1 - self._made[1].kept)

    @property
    def distance_bound(self) -> float:
        """No less than the distance of the last state from the true one."""
        return 0.0 if self._made is None else self._made[1].distance

    @property
    def widest(self) -> int:
        """Largest bond dimension of the last state."""
        return 1 if self._made is None else self._made[1].widest

    def figures(self) -> dict[str, float]:
        """What is told beside the figures of a run.

        Returns
        -------
        dict of str to float
        """
        return {
            "truncation error": self.truncation_error,
            "distance bound": self.distance_bound,
            "bond dimension": float(self.widest),
        }

    def value(self, angles: Angles) -> float:
        """Expected cost."""
        return self._offset + self._state(angles).expected(self._terms)

    def value_and_gradient(self, angles: Angles) -> tuple[float, Angles]:
        """Expected cost and central differences with step 1e-4 in the unit of each angle: two runs an angle."""
        x = angles.vector()
        slopes = np.empty(x.size)
        for k in range(x.size):
            move = np.zeros(x.size)
            move[k] = 1e-4 * max(abs(x[k]), 1e-2)
            slopes[k] = (self.value(angles.like(x + move)) - self.value(angles.like(x - move))) / (2 * move[k])
        return self.value(angles), angles.like(slopes)

    def amplitudes(self, angles: Angles) -> NDArray[np.complex128]:
        """Amplitudes (2**n,), where memory holds them."""
        check_memory(4 * 16 << self.ansatz.qubo.size, f"the amplitudes of {self.ansatz.qubo.size} qubits")
        return self._state(angles).amplitudes()

    def probabilities(self, angles: Angles) -> NDArray[np.float64]:
        """Probability of every basis state (2**n,), where memory holds them."""
        return np.asarray(np.abs(self.amplitudes(angles)) ** 2)

    def sample(self, angles: Angles, shots: int, seed: int) -> Samples:
        """Measure all qubits `shots` times."""
        drawn = self._state(angles).sample(shots, np.random.default_rng(seed))
        bits, counts = np.unique(drawn, axis=0, return_counts=True)
        problem = self.ansatz.problem
        whole = problem.is_feasible(bits) if isinstance(problem, OneHot) else np.ones(len(bits), dtype=np.bool_)
        return Samples(bits, counts.astype(np.int64), energies_of(self.ansatz, bits), whole)

    def _state(self, angles: Angles) -> Chain:
        key = angles.vector().tobytes()
        if self._made is None or self._made[0] != key:
            plain = transpiled(self.ansatz.circuit(angles), basis_gates=_BASIS, optimization_level=0)
            with _one_thread():
                self._made = (key, _run(plain, Chain(self._order, self.bond, self.least)))
        return self._made[1]


def _one_thread() -> AbstractContextManager[object]:
    """Linear algebra on one thread where that can be asked for: on small matrices teams that spin cost more."""
    try:
        from threadpoolctl import threadpool_limits
    except ImportError:
        return nullcontext()
    limits: AbstractContextManager[object] = threadpool_limits(1, user_api="blas")
    return limits


def _run(circuit: QuantumCircuit, chain: Chain) -> Chain:
    """Apply all gates; neighbouring phases of pairs are gathered, since they commute."""
    waiting: dict[frozenset[int], float] = {}
    for item in circuit.data:
        name, qubits = item.operation.name, [circuit.find_bit(q).index for q in item.qubits]
        if name == "rzz":
            pair = frozenset(qubits)
            waiting[pair] = waiting.get(pair, 0.0) + float(item.operation.params[0])
            continue
        gate = np.asarray(item.operation.to_matrix(), dtype=np.complex128)
        if waiting and not (len(qubits) == 1 and gate[0, 1] == gate[1, 0] == 0):  # else it commutes with them
            chain.phases(waiting)
            waiting = {}
        if len(qubits) == 1:
            chain.turn(qubits[0], gate)
        else:
            chain.couple(qubits[0], qubits[1], gate)
    chain.phases(waiting)
    chain.turn(chain.order[0], np.exp(1j * float(circuit.global_phase)) * np.eye(2))
    return chain


def _order(qubo: Qubo) -> list[int]:
    """Qubits such that those that are coupled stand near (reverse Cuthill-McKee)."""
    links = coo_array((np.ones(qubo.rows.size), (qubo.rows, qubo.cols)), shape=(qubo.size, qubo.size)).tocsr()
    return [int(q) for q in reverse_cuthill_mckee((links + links.T).tocsr(), symmetric_mode=True)]


def _spin_terms(problem: Qubo | OneHot) -> tuple[list[tuple[tuple[int, ...], float]], float]:
    """Products of Z with their coefficients, and the constant."""
    if isinstance(problem, OneHot) and problem.sums:
        constant, spins = to_hubo(problem).spin_terms()
        return list(spins.items()), constant
    ising = (problem.bit_energy if isinstance(problem, OneHot) else problem).to_ising()
    fields = [((i,), h) for i, h in enumerate(ising.field.tolist()) if h]
    pairs = zip(ising.rows.tolist(), ising.cols.tolist(), ising.couplings.tolist())
    return [*fields, *(((i, j), v) for i, j, v in pairs)], ising.offset
