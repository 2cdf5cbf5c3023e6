"""The alternating ansatz with mixers of rows (`quantum.mixers.hops.RowMixer`): one angle a layer for all its hops.

The start is a product over blocks: of Dicke states (Baertschi and Eidenbenz 2019, arXiv:1904.07358) or W states, or the
plan where the mixer starts from it. In feasible indices a hop turns pairs of states; circuits have its gates.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray
from qiskit import QuantumCircuit
from qiskit.circuit import ParameterExpression

from optimise.core.errors import InputError
from quantum.ansatz import Ansatz, Start, Step
from quantum.errors import check_memory
from quantum.mixers import AnyMixer, keeps_rows
from quantum.mixers.hops import Hop, block_of_bit, turned_choices
from quantum.onehot import OneHot
from quantum.qubo import Qubo

__all__ = ["ANSAETZE", "RowAnsatz", "alternating", "append_dicke_state"]


@dataclass(frozen=True, slots=True, eq=False)
class RowAnsatz(Ansatz):
    """Layers of ``exp(-i gamma C)`` and all hops of a mixer of rows with one beta.

    A start is a state in which every block has one choice, as amplitudes by block.
    """

    def __post_init__(self) -> None:
        if not isinstance(self.problem, OneHot):
            raise InputError(f"mixer {self.mixer.name} needs blocks or rows; this energy has bits alone")
        if self.start is not None:
            self._check_start(self.start)
            if any(np.count_nonzero(np.abs(np.asarray(a)) > 1e-9) > 1 for a in self.start):
                raise InputError(f"mixer {self.mixer.name} starts from one choice a block, not from a spread of them")

    @property
    def mixers(self) -> int:
        """One angle a layer beside gamma."""
        return 1

    @property
    def blocks(self) -> OneHot:
        """The problem."""
        assert isinstance(self.problem, OneHot)
        return self.problem

    def block_starts(self) -> list[NDArray[np.complex128]]:
        """Initial amplitudes of each block."""
        if self.start is None and keeps_rows(self.mixer) and self.mixer.from_plan:
            return [np.eye(k, dtype=np.complex128)[0] for k in self.blocks.sizes]
        return Ansatz.block_starts(self)

    def steps(self, layer: int, betas: NDArray[np.float64]) -> list[Step]:
        """A turn of pairs of states for every hop."""
        beta, flip = float(betas[0]), np.array([[0, 1], [1, 0]], dtype=np.complex128)
        turn = np.cos(beta) * np.eye(2) - 1j * np.sin(beta) * flip
        return [Step(0, 0, turn, -1j * flip, pairs) for pairs in _pairs(self)]

    def _prepare(self, circuit: QuantumCircuit) -> None:
        for b, amplitudes in enumerate(self.block_starts()):
            qubits, ones = self.blocks.places(b), self.blocks.ones(b)
            if amplitudes.size == 1 or np.abs(amplitudes).max() > 1 - 1e-9:
                chosen = self.blocks.words(b)[int(np.argmax(np.abs(amplitudes)))]
                for q in np.flatnonzero(chosen).tolist():
                    circuit.x(qubits[q])
            elif ones is None:
                circuit.h(qubits)
            else:
                append_dicke_state(circuit, qubits, ones)

    def _mix(self, circuit: QuantumCircuit, betas: Sequence[float | ParameterExpression], layer: int) -> None:
        for hop in _hops(self):
            hop.append(circuit, betas[0])


def alternating(problem: Qubo | OneHot, mixer: AnyMixer, start: Start = None) -> Ansatz:
    """The alternating ansatz of any mixer.

    Parameters
    ----------
    problem : Qubo or OneHot
    mixer : X, BlockMixer or RowMixer
    start : arrays, optional
        As `Ansatz` and `RowAnsatz` take it.

    Returns
    -------
    Ansatz
    """
    return (RowAnsatz if keeps_rows(mixer) else Ansatz)(problem, mixer, start)


#: Families of circuits by name: problem, mixer, start -> ansatz. Other packages add to them by the entry points
#: ``wardwise.ansaetze``.
ANSAETZE: dict[str, Callable[[Qubo | OneHot, AnyMixer, Any], Any]] = {"alternating": alternating}


def append_dicke_state(circuit: QuantumCircuit, qubits: list[int], ones: int) -> None:
    """Append gates that take the zeros to the equal superposition of all words with so many ones.

    Theorem 1 of Baertschi and Eidenbenz (2019), arXiv:1904.07358: blocks that split a word off and shift the rest, in
    ``O(ones n)`` gates.

    Parameters
    ----------
    circuit : QuantumCircuit
        Gets the gates.
    qubits : list of int
        n qubits, all 0.
    ones : int
        0 to n.
    """
    n = len(qubits)
    if ones:
        circuit.x(qubits[n - ones :])
    for last in range(n, 1, -1):  # the first `last` qubits
        low = qubits[last - 1]
        for k in range(1, min(ones, last - 1) + 1):
            at = qubits[last - 1 - k]
            angle = 2 * np.arccos(np.sqrt(k / last))
            circuit.cx(at, low)
            if k == 1:
                circuit.cry(angle, low, at)
            else:
                for turn in (angle / 2, -angle / 2):  # RY(angle) where both controls are 1, else nothing
                    circuit.ry(turn, at)
                    circuit.ccx(low, qubits[last - k], at)
            circuit.cx(at, low)


@lru_cache(maxsize=8)
def _hops(ansatz: RowAnsatz) -> tuple[Hop, ...]:
    assert keeps_rows(ansatz.mixer)
    return ansatz.mixer.hops(ansatz.blocks)


@lru_cache(maxsize=8)
def _pairs(ansatz: RowAnsatz) -> list[tuple[NDArray[np.int64], NDArray[np.int64]]]:
    """Feasible indices of the states that each hop turns into one another."""
    problem, hops = ansatz.blocks, _hops(ansatz)
    block = block_of_bit(problem)
    places = []
    for hop in hops:
        inside = sorted({block[q] for q in hop.qubits})
        places.append([(b, *turned_choices(problem, b, hop)) for b in inside])
    needed = sum(
        2 * 8 * int(np.prod([len(first) / problem.sizes[b] for b, first, _ in place]) * problem.states)
        for place in places
    )
    check_memory(needed, f"the states that {len(hops)} hops of mixer {ansatz.mixer.name} turn")
    strides = np.cumprod([1, *problem.sizes[:-1]])
    made = []
    for place in places:
        ends = []
        for side in (1, 2):
            index: NDArray[np.int64] = np.zeros(1, dtype=np.int64)
            chosen = {b: ends_of[side - 1] for b, *ends_of in place}
            for b, (k, stride) in enumerate(zip(problem.sizes, strides.tolist())):
                digits = chosen.get(b, np.arange(k)) * stride
                index = (digits[:, None] + index[None, :]).ravel()
            ends.append(index)
        made.append((ends[0], ends[1]))
    return made
