"""Between the forms of an energy beyond pairs: one-hot blocks with costs of sums, polynomials, and QUBOs.

`quantum.sums` holds the costs, `quantum.hubo` the polynomials and Rosenberg's reduction.
"""

from __future__ import annotations

from functools import lru_cache
from itertools import chain
from typing import TYPE_CHECKING, Protocol, TypeGuard

import numpy as np
from numpy.typing import NDArray

from quantum.hubo import Hubo
from quantum.onehot import OneHot
from quantum.qubo import Qubo
from quantum.rows import FixedWeight, bit_products
from quantum.sums import SumCost

if TYPE_CHECKING:
    from qiskit.quantum_info import SparsePauliOp


__all__ = ["diagonal_of", "energies_of", "of_hubo", "operator_of", "quadratised", "to_hubo"]


@lru_cache(maxsize=8)
def to_hubo(problem: OneHot) -> Hubo:
    """The energy as a polynomial of its bits, equal to it on all states that keep the blocks.

    Parameters
    ----------
    problem : OneHot

    Returns
    -------
    Hubo
        Of the same variables.

    Raises
    ------
    TooLargeError
        For a sum with more products than `quantum.hubo.MOST_TERMS`.
    """
    if isinstance(problem, FixedWeight):
        bare = Hubo.from_qubo(problem.bare)
        products = chain(zip(bare.terms, bare.values.tolist()), *(bit_products(cost) for cost in problem.bit_sums))
        return Hubo.from_terms(bare.size, products, bare.offset, bare.names)
    linear, table, offset = problem.tables(part=True)
    rows, cols = np.nonzero(np.triu(table, 1))
    pairs = (((i, j), float(table[i, j])) for i, j in zip(rows.tolist(), cols.tolist()))
    starts = problem.starts.tolist()
    higher = chain.from_iterable(cost.products(starts) for cost in problem.sums)
    singles = (((i,), v) for i, v in enumerate(linear.tolist()))
    return Hubo.from_terms(problem.qubo.size, chain(singles, pairs, higher), offset, problem.qubo.names)


def quadratised(problem: OneHot) -> OneHot:
    """The energy by pairs: every auxiliary bit of Rosenberg's reduction is one more block, of the choices 0 and 1.

    Parameters
    ----------
    problem : OneHot

    Returns
    -------
    OneHot
        Its first blocks are those of `problem`, whose energy is the least over the others.
    """
    if not problem.sums:
        return problem
    made, n = to_hubo(problem).quadratised(), problem.qubo.size
    q, place = made.qubo, np.arange(made.qubo.size)
    place[n:] = n + 2 * np.arange(made.auxiliaries) + 1
    rows, cols = np.concatenate([place, place[q.rows]]), np.concatenate([place, place[q.cols]])
    names = [*q.names[:n], *(f"{v} = {x}" for v in q.names[n:] for x in (0, 1))]
    values = np.concatenate([q.linear, q.values])
    qubo = Qubo.from_terms(n + 2 * made.auxiliaries, rows, cols, values, q.offset, names)
    return OneHot(qubo, (*problem.sizes, *(2,) * made.auxiliaries))


def of_hubo(hubo: Hubo) -> OneHot:
    """Free bits as blocks of the choices 0 and 1: a product of r bits is a price of r ones among them.

    Parameters
    ----------
    hubo : Hubo
        Of n free bits.

    Returns
    -------
    OneHot
        Of n blocks and 2n variables; bit i is block i.
    """
    terms = list(zip(hubo.terms, hubo.values.tolist()))
    small = [(t, v) for t, v in terms if len(t) <= 2]
    low, high, values = [min(t) for t, _ in small], [max(t) for t, _ in small], [v for _, v in small]
    made = OneHot.of_bits(Qubo.from_terms(hubo.size, low, high, values, hubo.offset))
    sums = []
    for term, value in terms:
        if len(term) > 2:
            prices = np.zeros(len(term) + 1)
            prices[-1] = value
            ones = {i: np.array([0.0, 1.0]) for i in term}
            sums.append(SumCost(ones, np.arange(len(term) + 1.0), prices, f"product {' '.join(map(str, term))}"))
    return OneHot(made.qubo, made.sizes, tuple(sums))


class _Family(Protocol):
    """What is read of a family of circuits (`quantum.protocols.Circuits`)."""

    @property
    def problem(self) -> Qubo | OneHot: ...
    @property
    def qubo(self) -> Qubo: ...


def energies_of(circuits: _Family, bits: NDArray[np.generic]) -> NDArray[np.float64]:
    """Cost of bits under a family of circuits (`quantum.protocols.Circuits`).

    Parameters
    ----------
    circuits : Circuits
        With `problem` and `qubo`.
    bits : int array (s, n)
        Zeros and ones.

    Returns
    -------
    float64 array (s,)
    """
    problem = circuits.problem
    made: NDArray[np.float64] = problem.energies_of_bits(bits) if _summed(problem) else circuits.qubo.energies(bits)
    return made


def diagonal_of(circuits: _Family) -> NDArray[np.float64]:
    """Cost of all ``2**n`` basis states as the circuit has it, on states that break blocks too.

    Parameters
    ----------
    circuits : Circuits
        With `problem` and `qubo`.

    Returns
    -------
    float64 array (2**n,)
    """
    problem = circuits.problem
    made: NDArray[np.float64] = to_hubo(problem).diagonal() if _summed(problem) else circuits.qubo.diagonal()
    return made


def operator_of(circuits: _Family) -> SparsePauliOp:
    """The cost as a ``SparsePauliOp``.

    Parameters
    ----------
    circuits : Circuits
        With `problem` and `qubo`.

    Returns
    -------
    SparsePauliOp
    """
    problem = circuits.problem
    return to_hubo(problem).to_operator() if _summed(problem) else circuits.qubo.to_ising().to_operator()


def _summed(problem: Qubo | OneHot) -> TypeGuard[OneHot]:
    return isinstance(problem, OneHot) and bool(problem.sums)
