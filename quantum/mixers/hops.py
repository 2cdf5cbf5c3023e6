"""Hops: what mixers of rows are made of, as gates.

A hop moves ones: ``exp(-i beta (T + T^+))`` with T the product of ``|0><1|`` on the qubits `down` and of ``|1><0|`` on
the qubits `up`. One qubit each is the partial XY mixer ``exp(-i beta (XX + YY) / 2)``, two each is the swap of Hadfield
et al. (2019), arXiv:1709.03489, section 4.3 and appendix, which keeps rows that overlap.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

import numpy as np
from numpy.typing import NDArray
from qiskit.circuit.library import XXPlusYYGate

from quantum.onehot import OneHot

if TYPE_CHECKING:
    from qiskit import QuantumCircuit
    from qiskit.circuit import ParameterExpression

__all__ = ["Hop", "RowMixer", "block_of_bit", "in_parts", "round_robin", "row_width", "turned_choices"]


@dataclass(frozen=True, slots=True)
class Hop:
    """A move of ones, and back.

    Attributes
    ----------
    down, up : tuple of int
        Qubits that lose and that gain a one; together 1 or more.
    """

    down: tuple[int, ...]
    up: tuple[int, ...]

    @property
    def qubits(self) -> tuple[int, ...]:
        """All qubits that it touches."""
        return self.down + self.up

    def append(self, circuit: QuantumCircuit, beta: float | ParameterExpression) -> None:
        """Append its gates, exact on all states.

        The first qubit copied into the others leaves them equal in both states of the hop, so that it turns alone,
        controlled by them.

        Parameters
        ----------
        circuit : QuantumCircuit
            Gets the gates.
        beta : float or Parameter
            Angle.
        """
        if len(self.down) == len(self.up) == 1:
            circuit.append(XXPlusYYGate(2 * beta), [self.down[0], self.up[0]])
            return
        pivot, *others = self.qubits
        if not others:
            circuit.rx(2 * beta, pivot)
            return
        ones = len(self.down) > 0
        zeros = [q for q in others if (q in self.down) == ones]  # 0 in both states once the pivot is copied into them
        for q in others:
            circuit.cx(pivot, q)
        for q in zeros:
            circuit.x(q)
        circuit.h(pivot)
        for turn in (beta, -beta):  # RZ(2 beta) where the controls are all 1, else nothing
            circuit.rz(turn, pivot)
            circuit.mcx(others, pivot)
        circuit.h(pivot)
        for q in zeros:
            circuit.x(q)
        for q in others:
            circuit.cx(pivot, q)


class RowMixer(Protocol):
    """A mixer that keeps totals over blocks: a product of hops, with one angle a layer."""

    name: str
    #: Whether it starts from the first choice of every block, the plan; else from all choices alike.
    from_plan: bool

    def hops(self, problem: OneHot) -> tuple[Hop, ...]:
        """The hops in the order of application.

        Parameters
        ----------
        problem : OneHot
            Says which qubits its blocks have (`OneHot.places`), and which totals are to be kept (`OneHot.rows`).

        Returns
        -------
        tuple of Hop
        """
        ...


def in_parts(hops: Iterable[Hop]) -> tuple[Hop, ...]:
    """Hops reordered into parts that touch no qubit twice, so that the hops of a part run at once.

    Parameters
    ----------
    hops : iterable of Hop

    Returns
    -------
    tuple of Hop
        Each joins the first part that is free of its qubits.
    """
    parts: list[tuple[set[int], list[Hop]]] = []
    for hop in hops:
        free = next((part for part in parts if part[0].isdisjoint(hop.qubits)), None)
        if free is None:
            free = (set(), [])
            parts.append(free)
        free[0].update(hop.qubits)
        free[1].append(hop)
    return tuple(hop for _, part in parts for hop in part)


def round_robin(qubits: list[int]) -> list[tuple[int, int]]:
    """All pairs, in rounds in which every qubit has one partner (the circle method).

    Parameters
    ----------
    qubits : list of int

    Returns
    -------
    list of (int, int)
    """
    ring = [*qubits, -1] if len(qubits) % 2 else list(qubits)
    pairs = []
    for _ in range(len(ring) - 1):
        pairs += [(a, b) for a, b in zip(ring[: len(ring) // 2], reversed(ring)) if a >= 0 and b >= 0]
        ring = [ring[0], ring[-1], *ring[1:-1]]
    return pairs


def row_width(problem: OneHot, hops: Sequence[Hop]) -> float:
    """Unit of the angle of a mixer of rows: 1 and the hops that move a state, by block, in the mean.

    That is the width of a complete graph on the choices of one block; each hop counts for every block it moves. The
    mean is over states whose blocks choose at random.

    Parameters
    ----------
    problem : OneHot
    hops : sequence of Hop

    Returns
    -------
    float
    """
    moved, block = 0.0, block_of_bit(problem)
    for hop in hops:
        inside = {block[q] for q in hop.qubits}
        moved += 2 * len(inside) * math.prod(len(turned_choices(problem, b, hop)[0]) / problem.sizes[b] for b in inside)
    return 1 + moved / max(1, problem.blocks)


def block_of_bit(problem: OneHot) -> dict[int, int]:
    """The block of every bit."""
    return {q: b for b in range(problem.blocks) for q in problem.places(b)}


def turned_choices(problem: OneHot, block: int, hop: Hop) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Choices of a block that a hop turns into one another: before, and after it moved its ones."""
    words, places = problem.words(block), problem.places(block)
    down = [places.index(q) for q in hop.down if q in places]
    up = [places.index(q) for q in hop.up if q in places]
    before = np.flatnonzero((words[:, down] == 1).all(axis=1) & (words[:, up] == 0).all(axis=1))
    moved = words[before].copy()
    moved[:, down], moved[:, up] = 0, 1
    number = {word.tobytes(): k for k, word in enumerate(words)}
    after = np.array([number[word.tobytes()] for word in moved], dtype=np.int64)
    return before, after
