"""Pauli-correlation encoding: many bits in the correlations of few qubits.

Sciorilli et al. (2025), Nature Communications 16:476, arXiv:2401.09421. Bit i of m is the sign of the mean of a string
``P_i`` of k Pauli operators, all X, all Y or all Z, on k of n qubits: ``m <= 3 binomial(n, k)``, and three settings
measure all of them. With ``t_i = tanh(alpha <P_i>)`` and the Ising form ``h, J`` of the energy the circuit minimises

    ``L = sum_i h_i t_i + sum_(i<j) J_ij t_i t_j + beta nu (sum_i t_i**2 / m)**2``

with ``alpha = 1.5 n**(k // 2)`` and ``beta = 1/2``. The last term keeps the means small and in the steep part of tanh.
They take for nu a bound of the cut; here it is half the sum of all ``|h|`` and ``|J|``. The circuit is their brickwork:
rotations of every qubit about X, Y or Z in turn, then ``exp(-i theta X X / 2)`` on neighbours, even and odd in turn.
"""

import itertools
import math
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray
from qiskit import QuantumCircuit

from optimise.core.errors import InputError
from quantum.errors import check_memory
from quantum.qubo import Ising

__all__ = ["Brickwork", "Correlations", "fewest_qubits"]

_AXES = ("X", "Y", "Z")
Vector = NDArray[np.float64]
State = NDArray[np.complex128]


def fewest_qubits(bits: int, k: int) -> int:
    """Fewest qubits n with ``3 binomial(n, k) >= bits``.

    Parameters
    ----------
    bits : int
        Bits to be encoded, 1 or more.
    k : int
        Operators in a string, 1 or more.

    Returns
    -------
    int

    Examples
    --------
    >>> fewest_qubits(144, 2)
    11
    """
    n = k
    while 3 * math.comb(n, k) < bits:
        n += 1
    return n


@dataclass(frozen=True, slots=True)
class Brickwork:
    """The circuit: every gate is ``exp(-i theta P / 2)`` for a Pauli string P.

    Attributes
    ----------
    qubits : int
        Qubits n.
    layers : int
        Layers of one rotation a qubit and one gate on every second pair of neighbours.
    """

    qubits: int
    layers: int

    @property
    def gates(self) -> list[tuple[str, tuple[int, ...]]]:
        """Letter and qubits of the string of each gate, in order."""
        made: list[tuple[str, tuple[int, ...]]] = []
        for layer in range(self.layers):
            made += [(_AXES[layer % 3], (q,)) for q in range(self.qubits)]
            made += [("X", (q, q + 1)) for q in range(layer % 2, self.qubits - 1, 2)]
        return made

    def circuit(self, thetas: Vector) -> QuantumCircuit:
        """The circuit in Qiskit.

        Parameters
        ----------
        thetas : float64 array (gates,)
            Angles in radians.

        Returns
        -------
        QuantumCircuit
        """
        made = QuantumCircuit(self.qubits)
        for (letter, qubits), theta in zip(self.gates, thetas.tolist(), strict=True):
            if len(qubits) == 2:
                made.rxx(theta, *qubits)
            else:
                getattr(made, f"r{letter.lower()}")(theta, *qubits)
        return made


class Correlations:
    """Means of the strings, loss and gradient of an energy under a brickwork circuit, exactly.

    Parameters
    ----------
    energy : Ising
        Of m spins.
    k : int
        Operators in a string.
    layers : int
        Of the circuit.
    qubits : int, optional
        Qubits; default the fewest.
    beta : float
        Weight of the term that keeps means small.

    Raises
    ------
    InputError
        For too few qubits.
    TooLargeError
        When the signs of all strings on all states do not fit in memory.
    """

    def __init__(
        self, energy: Ising, k: int = 2, layers: int = 8, qubits: int | None = None, beta: float = 0.5
    ) -> None:
        m = energy.size
        n = fewest_qubits(m, k) if qubits is None else qubits
        if 3 * math.comb(n, k) < m:
            raise InputError(f"{n} qubits have {3 * math.comb(n, k)} strings of {k} operators, for {m} bits")
        check_memory(8 * m << n, f"the signs of {m} strings on {n} qubits")
        self.energy, self.qubits, self.brickwork = energy, n, Brickwork(n, layers)
        subsets = list(itertools.combinations(range(n), k))
        self.strings = [(axis, subset) for subset in subsets for axis in _AXES][:m]
        self.alpha = 1.5 * n ** (k // 2)
        self._weight = beta * 0.5 * float(np.abs(energy.field).sum() + np.abs(energy.couplings).sum())

    @property
    def parameters(self) -> int:
        """Angles of the circuit."""
        return len(self.brickwork.gates)

    @cached_property
    def _groups(self) -> list[tuple[str, NDArray[np.int64], NDArray[np.float64]]]:
        """By axis: numbers of its strings (g,), and their values (g, 2**n) on the states measured along it."""
        bits = (np.arange(1 << self.qubits)[:, None] >> np.arange(self.qubits)) & 1
        made = []
        for axis in _AXES:
            mine = np.array([i for i, (a, _) in enumerate(self.strings) if a == axis], dtype=np.int64)
            odd = [bits[:, self.strings[i][1]].sum(axis=1) % 2 for i in mine.tolist()]
            made.append((axis, mine, 1.0 - 2.0 * np.array(odd).reshape(mine.size, -1)))
        return made

    @cached_property
    def _moves(self) -> list[tuple[NDArray[np.int64], State]]:
        """By gate: P of its string as ``(P psi)[x] = phase[x] psi[place[x]]``."""
        index = np.arange(1 << self.qubits)
        known = {}
        for letter, qubits in self.brickwork.gates:
            if (letter, qubits) not in known:
                place, phase = index.copy(), np.ones(index.size, dtype=np.complex128)
                for q in qubits:
                    one = (index >> q) & 1
                    place = place if letter == "Z" else place ^ (1 << q)
                    signs = {"X": np.ones(index.size), "Y": 1j * (2 * one - 1), "Z": 1 - 2 * one}
                    phase = np.asarray(phase * signs[letter], dtype=np.complex128)
                known[letter, qubits] = (place, phase)
        return [known[gate] for gate in self.brickwork.gates]

    def state(self, thetas: Vector) -> State:
        """Amplitudes (2**n,) after the circuit on ``|0...0>``.

        Parameters
        ----------
        thetas : float64 array (gates,)
            Angles in radians.

        Returns
        -------
        complex128 array
        """
        made = np.zeros(1 << self.qubits, dtype=np.complex128)
        made[0] = 1.0
        for (place, phase), theta in zip(self._moves, thetas.tolist()):
            made = math.cos(theta / 2) * made - 1j * math.sin(theta / 2) * (phase * made[place])
        return made

    def means(self, state: State) -> Vector:
        """Mean (m,) of every string.

        Parameters
        ----------
        state : complex128 array (2**n,)

        Returns
        -------
        float64 array
        """
        made = np.zeros(len(self.strings))
        for axis, mine, signs in self._groups:
            made[mine] = signs @ np.abs(self._along(state, axis)) ** 2
        return made

    def measured(self, state: State, shots: int, rng: np.random.Generator) -> Vector:
        """Means (m,) as `shots` shots in each of the three settings give them.

        Parameters
        ----------
        state : complex128 array (2**n,)
        shots : int
            Of one setting.
        rng : numpy Generator

        Returns
        -------
        float64 array
        """
        made = np.zeros(len(self.strings))
        for axis, mine, signs in self._groups:
            chances = np.abs(self._along(state, axis)) ** 2
            made[mine] = signs @ (rng.multinomial(shots, chances / chances.sum()) / shots)
        return made

    def loss(self, thetas: Vector) -> tuple[float, Vector]:
        """The loss and its gradient (adjoint method: Jones and Gacon 2020, arXiv:2009.02823).

        Parameters
        ----------
        thetas : float64 array (gates,)
            Angles in radians.

        Returns
        -------
        tuple of float and float64 array (gates,)
        """
        state, e = self.state(thetas), self.energy
        soft = np.tanh(self.alpha * self.means(state))
        spread = float((soft**2).mean())
        value = float(e.field @ soft + (soft[e.rows] * soft[e.cols]) @ e.couplings) + self._weight * spread**2
        slope = e.field + 4 * self._weight * spread * soft / soft.size
        np.add.at(slope, e.rows, e.couplings * soft[e.cols])
        np.add.at(slope, e.cols, e.couplings * soft[e.rows])
        slope = slope * self.alpha * (1 - soft**2)
        dual = np.zeros_like(state)
        for axis, mine, signs in self._groups:
            dual += self._along((slope[mine] @ signs) * self._along(state, axis), axis, back=True)
        gradient = np.empty(thetas.size)
        for g in reversed(range(thetas.size)):
            place, phase = self._moves[g]
            gradient[g] = float(np.vdot(dual, phase * state[place]).imag)
            c, s = math.cos(thetas[g] / 2), 1j * math.sin(thetas[g] / 2)
            state, dual = c * state + s * (phase * state[place]), c * dual + s * (phase * dual[place])
        return value, gradient

    def _along(self, state: State, axis: str, back: bool = False) -> State:
        """Amplitudes in the eigenbasis of an axis on every qubit, or back from it."""
        if axis == "Z":
            return state
        root = math.sqrt(0.5)
        turn = np.array([[root, root], [root, -root]], dtype=np.complex128)
        if axis == "Y":  # H S^dagger
            turn = turn @ np.diag([1.0, -1j])
        turn = turn.conj().T if back else turn
        for q in range(self.qubits):
            state = np.matmul(turn, state.reshape(-1, 2, 1 << q)).ravel()
        return state
