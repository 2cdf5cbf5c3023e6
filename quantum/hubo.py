"""Energies of higher order (HUBO): polynomials over bits, as gates, as an operator, and reduced to a QUBO.

A product of r bits is a polynomial of spins, ``prod x_i = 2**-r sum_T (-1)**|T| prod_(i in T) Z_i`` over all subsets T,
so that ``exp(-i gamma C)`` is one phase gadget ``exp(-i gamma c Z_T)`` for each set T: a ladder of CX, one RZ, and the
ladder back (Glos, Krawiec and Zimboras 2022, npj Quantum Information 8:39, arXiv:2009.07309).

Where a sampler needs pairs, Rosenberg's reduction (1975, Cahiers du Centre d'Etudes de Recherche Operationnelle 17)
puts an auxiliary bit y for a product ``x_i x_j`` and adds ``M (x_i x_j - 2 x_i y - 2 x_j y + 3 y)``. That is 0 where y
is the product and M or more elsewhere, so that the least over y is the energy itself once M is no less than what the
terms with y can gain: the sum of their positive, or of their negative coefficients.
"""

from __future__ import annotations

import itertools
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike, NDArray
from qiskit import QuantumCircuit
from qiskit.quantum_info import SparsePauliOp

from optimise.core.errors import InputError
from quantum.errors import TooLargeError, check_memory
from quantum.qubo import Qubo

if TYPE_CHECKING:
    from qiskit.circuit import ParameterExpression


__all__ = ["MOST_TERMS", "Hubo", "Quadratised", "append_phases"]

MOST_TERMS = 1 << 18  # products that one energy may have when it is written out
Term = tuple[int, ...]


@dataclass(frozen=True, slots=True, eq=False)
class Hubo:
    """Minimise ``offset + sum_t values[t] prod_(i in terms[t]) x_i`` over bits x.

    Parameters
    ----------
    size : int
        Variables n; variable i is qubit i, little endian as in Qiskit.
    terms : tuple of tuples of int
        Variables of each product, ascending, each set of variables once.
    values : float64 (t,)
        Their coefficients, in units of cost.
    offset : float
    names : tuple of str, optional
        What each variable stands for, or empty.
    """

    size: int
    terms: tuple[Term, ...]
    values: NDArray[np.float64]
    offset: float = 0.0
    names: tuple[str, ...] = field(default=())

    def __post_init__(self) -> None:
        if len(self.terms) != self.values.size:
            raise InputError(f"{len(self.terms)} products and {self.values.size} coefficients")
        for term in self.terms:
            if not term or list(term) != sorted(set(term)) or term[0] < 0 or term[-1] >= self.size:
                raise InputError(f"product {term} is no ascending set of variables within 0..{self.size - 1}")
        if not (np.isfinite(self.values).all() and np.isfinite(self.offset)):
            raise InputError("a coefficient is not a finite number")

    @classmethod
    def from_terms(
        cls,
        size: int,
        terms: Iterable[tuple[Sequence[int], float]],
        offset: float = 0.0,
        names: Sequence[str] = (),
    ) -> Hubo:
        """Collect products in any order: repeated variables count once, repeated products are added.

        Parameters
        ----------
        size : int
            Number of variables n.
        terms : iterable of (variables, coefficient)
            A product without variables is a constant.
        offset : float
            Constant part of the energy.
        names : sequence of str
            One name a variable, or none.

        Returns
        -------
        Hubo
            Of n variables.

        Examples
        --------
        >>> Hubo.from_terms(3, [((0, 1, 2), 2.0), ((2, 1, 0), 1.0)]).energies([[1, 1, 1]])
        array([3.])
        """
        sums: dict[Term, float] = defaultdict(float)
        for variables, value in terms:
            sums[tuple(sorted(set(variables)))] += float(value)
        offset += sums.pop((), 0.0)
        kept = {term: value for term, value in sorted(sums.items()) if value != 0.0}
        return cls(size, tuple(kept), np.array(list(kept.values()), dtype=np.float64), float(offset), tuple(names))

    @classmethod
    def from_qubo(cls, qubo: Qubo) -> Hubo:
        """The same energy.

        Parameters
        ----------
        qubo : Qubo

        Returns
        -------
        Hubo
            Of degree 2 at most.
        """
        pairs = zip(qubo.rows.tolist(), qubo.cols.tolist(), qubo.values.tolist())
        terms = [((i,), v) for i, v in enumerate(qubo.linear.tolist())] + [((i, j), v) for i, j, v in pairs]
        return cls.from_terms(qubo.size, terms, qubo.offset, qubo.names)

    @property
    def degree(self) -> int:
        """Variables of the largest product."""
        return max((len(term) for term in self.terms), default=0)

    def energies(self, bits: ArrayLike) -> NDArray[np.float64]:
        """Energies (s,) of many bit vectors (s, n).

        Parameters
        ----------
        bits : array_like
            Zeros and ones, shape (s, n).

        Returns
        -------
        float array
            Shape (s,), in units of cost.
        """
        ones = np.asarray(bits) != 0
        if ones.ndim != 2 or ones.shape[1] != self.size:
            raise ValueError(f"expected bit vectors of length {self.size}, got an array of shape {ones.shape}")
        total = np.full(len(ones), self.offset)
        for term, value in zip(self.terms, self.values.tolist()):
            total[ones[:, term].all(axis=1)] += value
        return total

    def diagonal(self) -> NDArray[np.float64]:
        """Energies of all ``2**n`` basis states: the sums of the coefficients over all subsets of each state."""
        check_memory(8 * 2**self.size * 3 // 2, f"the energies of {self.size} bits")
        energies = np.zeros(2**self.size)
        energies[0] = self.offset
        for term, value in zip(self.terms, self.values.tolist()):
            energies[sum(1 << i for i in term)] += value
        for i in range(self.size):
            halves = energies.reshape(-1, 2, 1 << i)
            halves[:, 1] += halves[:, 0]
        return energies

    @lru_cache(maxsize=8)  # noqa: B019  (a few energies are kept, on purpose)
    def spin_terms(self) -> tuple[float, dict[Term, float]]:
        """Constant, and coefficient of every product of Z other than 0.

        Raises
        ------
        TooLargeError
            For more than `MOST_TERMS` products.
        """
        sums: dict[Term, float] = defaultdict(float)
        for term, value in zip(self.terms, self.values.tolist()):
            share = value / 2 ** len(term)
            for r in range(len(term) + 1):
                for part in itertools.combinations(term, r):
                    sums[part] += -share if r % 2 else share
            if len(sums) > MOST_TERMS:
                raise TooLargeError(f"the energy has more than {MOST_TERMS} products of spins")
        constant = self.offset + sums.pop((), 0.0)
        least = 1e-12 * max(1.0, float(np.abs(self.values).max(initial=0.0)))
        return constant, {term: value for term, value in sorted(sums.items()) if abs(value) > least}

    def to_operator(self) -> SparsePauliOp:
        """Qiskit ``SparsePauliOp`` of products of Z on qubits 0..n-1, the offset as an identity term."""
        constant, spins = self.spin_terms()
        terms: list[tuple[str, list[int], float]] = [("", [], constant)]
        terms += [("Z" * len(term), list(term), value) for term, value in spins.items()]
        return SparsePauliOp.from_sparse_list(terms, num_qubits=self.size)

    def quadratised(self) -> Quadratised:
        """Rosenberg's reduction: the pair that most products share becomes a bit, until none has more than two."""
        terms = {t: set(term) for t, term in enumerate(self.terms) if len(term) > 2}
        values = dict(enumerate(self.values.tolist()))
        where: dict[Term, set[int]] = defaultdict(set)
        for t, term in terms.items():
            for pair in itertools.combinations(sorted(term), 2):
                where[pair].add(t)
        made: list[tuple[Sequence[int], float]] = [
            (term, values[t]) for t, term in enumerate(self.terms) if len(term) <= 2
        ]
        pairs: list[tuple[int, int]] = []
        while terms:
            i, j = max(where, key=lambda pair: (len(where[pair]), -pair[0], -pair[1]))
            y, inside = self.size + len(pairs), where[i, j].copy()
            pairs.append((i, j))
            gains = [values[t] for t in inside]
            price = max(sum(v for v in gains if v > 0), -sum(v for v in gains if v < 0))
            made += [((i, j), price), ((i, y), -2 * price), ((j, y), -2 * price), ((y,), 3 * price)]
            for t in inside:
                for pair in itertools.combinations(sorted(terms[t]), 2):
                    where[pair].discard(t)
                    if not where[pair]:
                        del where[pair]
                terms[t] = terms[t] - {i, j} | {y}
                if len(terms[t]) == 2:
                    made.append((sorted(terms.pop(t)), values[t]))
                    continue
                for pair in itertools.combinations(sorted(terms[t]), 2):
                    where[pair].add(t)
        low, high, coefficients = zip(*((min(t), max(t), v) for t, v in made)) if made else ((), (), ())
        names = (*self.names, *(f"product {i} {j}" for i, j in pairs)) if self.names else ()
        qubo = Qubo.from_terms(self.size + len(pairs), low, high, coefficients, self.offset, names)
        return Quadratised(qubo, tuple(pairs))


@dataclass(frozen=True, slots=True, eq=False)
class Quadratised:
    """A QUBO whose least over its last variables is an energy of higher order.

    Attributes
    ----------
    qubo : Qubo
        Variables of the energy first, then the auxiliary ones.
    pairs : tuple of (int, int)
        Variables whose product each auxiliary one is; an earlier auxiliary variable may be one of them.
    """

    qubo: Qubo
    pairs: tuple[tuple[int, int], ...]

    @property
    def auxiliaries(self) -> int:
        """Number of auxiliary variables."""
        return len(self.pairs)

    def complete(self, bits: ArrayLike) -> NDArray[np.int8]:
        """Bits of all variables (s, n + a) from those of the energy (s, n).

        Parameters
        ----------
        bits : array_like
            Zeros and ones, shape (s, n).

        Returns
        -------
        int8 array
            Shape (s, n + a): every auxiliary bit is the product of its pair.
        """
        made = np.asarray(bits, dtype=np.int8)
        for i, j in self.pairs:
            made = np.concatenate([made, made[:, [i]] & made[:, [j]]], axis=1)
        return made


def append_phases(circuit: QuantumCircuit, energy: Hubo, gamma: float | ParameterExpression) -> None:
    """Append ``exp(-i gamma C)``, its global phase included: a phase gadget for every product of spins.

    Parameters
    ----------
    circuit : QuantumCircuit
        Of at least the energy's qubits.
    energy : Hubo
        The cost C.
    gamma : float or Parameter
        Angle, in the inverse unit of the cost.
    """
    constant, spins = energy.spin_terms()
    circuit.global_phase += -gamma * constant
    for term, value in spins.items():
        if len(term) == 2:
            circuit.rzz(2 * gamma * value, *term)
            continue
        ladder = list(itertools.pairwise(term))
        for i, j in ladder:
            circuit.cx(i, j)
        circuit.rz(2 * gamma * value, term[-1])
        for i, j in reversed(ladder):
            circuit.cx(i, j)
