"""Mixers of Dicke states: rows of bits of which a fixed number is 1, such as who works a shift.

XY hops within a row keep its Hamming weight. The start is the Dicke state of the row, all words of that weight alike
(Cook, Eidenbenz and Baertschi 2020, arXiv:1910.13483; Hadfield et al. 2019, arXiv:1709.03489). Disjoint rows make a
product. Each mixer is the product of its partial mixers, as hardware runs it, and not its Trotter limit; on one-hot
blocks, the rows of weight 1, `DickeRing` is `XYRing`. A bit in no row is flipped by X.
"""

from collections.abc import Callable

from quantum.mixers.hops import Hop, round_robin
from quantum.mixers.xy_ring import ring_edges
from quantum.onehot import OneHot

__all__ = ["DickeComplete", "DickeRing"]


class DickeRing:
    """``prod exp(-i beta (XX + YY) / 2)`` over the neighbours of each row: even edges, odd edges, the closing one."""

    name = "dicke-ring"
    from_plan = False

    def hops(self, problem: OneHot) -> tuple[Hop, ...]:
        """Row after row."""
        return _by_row(problem, lambda qubits: [(qubits[a], qubits[b]) for a, b in ring_edges(len(qubits))])


class DickeComplete:
    """The same over all pairs of each row, in rounds in which every bit has one partner."""

    name = "dicke-complete"
    from_plan = False

    def hops(self, problem: OneHot) -> tuple[Hop, ...]:
        """Row after row."""
        return _by_row(problem, round_robin)


def _by_row(problem: OneHot, pairs: Callable[[list[int]], list[tuple[int, int]]]) -> tuple[Hop, ...]:
    made = []
    for b in range(problem.blocks):
        qubits = problem.places(b)
        if problem.ones(b) is None:
            made += [Hop((), (q,)) for q in qubits]
        else:
            made += [Hop((i,), (j,)) for i, j in pairs(qubits)]
    return tuple(made)
