"""Rows of bits of which a fixed number is 1: blocks whose choices are words, coded by fewer bits than one each.

A row of n bits and weight w has ``C(n, w)`` choices. Everything that works on choices (samplers, enumeration, models,
exact simulators) takes them as it takes any block; circuits have one qubit a bit, and their mixers keep the weight
(`quantum.mixers.dicke`).
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from optimise.core.errors import InputError
from quantum.errors import TooLargeError
from quantum.onehot import OneHot
from quantum.qubo import Qubo
from quantum.sums import SumCost

__all__ = ["FixedWeight", "bit_products"]

MOST_WORDS = 1 << 12  # words of one row


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class FixedWeight(OneHot):
    """An energy over bits that fall into rows of a fixed weight, and bits of their own.

    Made by `of_rows`. `qubo`, `sizes` and `sums` speak of the choices, the words of each row; the bits stand here.

    Attributes
    ----------
    bare : Qubo
        Energy by bits, `bit_sums` apart.
    row_bits : tuple of tuples of int
        Bits of each block.
    weights : tuple of int or None
        Ones of each block; None for a bit of its own.
    word_table : tuple of int8 arrays (k, places)
        Words of each block.
    bit_sums : tuple of SumCost
        Costs of totals over bits: a bit is a block of the choices 0 and 1, and adds 0 or its part.
    """

    bare: Qubo
    row_bits: tuple[tuple[int, ...], ...]
    weights: tuple[int | None, ...]
    word_table: tuple[NDArray[np.int8], ...]
    bit_sums: tuple[SumCost, ...] = ()

    @classmethod
    def of_rows(
        cls,
        bare: Qubo,
        rows: Sequence[tuple[Sequence[int], int]],
        *,
        sums: Sequence[SumCost] = (),
        kept: Sequence[ArrayLike] = (),
        present: ArrayLike | None = None,
    ) -> FixedWeight:
        """Rows that share no bit, over an energy of bits.

        Parameters
        ----------
        bare : Qubo
            Energy of n bits, `sums` apart.
        rows : sequence of (bits, weight)
            Bits of each row, and how many of them are 1.
        sums : sequence of SumCost
            Costs of totals over bits, as in `bit_sums`.
        kept : sequence of array_like (n,)
            Further totals, which may overlap, by what each bit adds: mixer ``partition`` keeps them.
        present : array_like (n,), optional
            Bits of the plan: its word becomes the first choice of each row.

        Returns
        -------
        FixedWeight

        Raises
        ------
        InputError
            For rows that share a bit, a weight that no word has, or a plan of another weight.
        TooLargeError
            For a row of more than `MOST_WORDS` words.
        """
        used: set[int] = set()
        for bits, weight in rows:
            if not 0 <= weight <= len(bits) or not bits:
                raise InputError(f"a row of {len(bits)} bits has no words of weight {weight}")
            if len(set(bits)) < len(bits) or used & set(bits) or min(bits) < 0 or max(bits) >= bare.size:
                raise InputError(f"row {tuple(bits)} shares a bit with another, or names one outside 0..{bare.size}")
            if math.comb(len(bits), weight) > MOST_WORDS:
                raise TooLargeError(f"a row of {len(bits)} bits and weight {weight} has more than {MOST_WORDS} words")
            used |= set(bits)
        alone = [((i,), None) for i in range(bare.size) if i not in used]
        every = [*((tuple(bits), weight) for bits, weight in rows), *alone]
        words = [_words(len(bits), weight) for bits, weight in every]
        if present is not None:
            plan = np.asarray(present, dtype=np.int8)
            words = [_first(w, plan[list(bits)]) for w, (bits, _) in zip(words, every)]
        linear, pairs = _tables(bare, [bits for bits, _ in every], words)
        choices = OneHot.from_tables(linear, pairs, bare.offset)
        by_choice = tuple(_by_choice(cost, [bits for bits, _ in every], words) for cost in sums)
        return cls(
            choices.qubo, choices.sizes, by_choice, tuple(np.asarray(row, dtype=np.float64) for row in kept),
            bare=bare, row_bits=tuple(bits for bits, _ in every), weights=tuple(w for _, w in every),
            word_table=tuple(words), bit_sums=tuple(sums),
        )  # fmt: skip

    @property
    def bit_energy(self) -> Qubo:
        """Energy by bits, `bit_sums` apart."""
        return self.bare

    def places(self, block: int) -> list[int]:
        """Bits of a block, in order."""
        return list(self.row_bits[block])

    def words(self, block: int) -> NDArray[np.int8]:
        """Bits (k, places) of each choice of a block."""
        return self.word_table[block]

    def ones(self, block: int) -> int | None:
        """How many bits of a block are 1; None for a bit of its own."""
        return self.weights[block]

    def bits(self, choices: ArrayLike) -> NDArray[np.int8]:
        """Bits (..., n) of choices (..., m).

        Parameters
        ----------
        choices : array_like of int
            Shape (..., m), one choice a block.

        Returns
        -------
        int8 array
            Zeros and ones, shape (..., n).
        """
        chosen = np.asarray(choices, dtype=np.int64)
        made = np.zeros((*chosen.shape[:-1], self.bare.size), dtype=np.int8)
        for b, bits in enumerate(self.row_bits):
            made[..., list(bits)] = self.word_table[b][chosen[..., b]]
        return made

    def energies_of_bits(self, bits: ArrayLike) -> NDArray[np.float64]:
        """Energies (s,) of bits (s, n), of any weight.

        Parameters
        ----------
        bits : array_like
            Zeros and ones, shape (s, n).

        Returns
        -------
        float array
            Shape (s,), in units of cost.
        """
        total = self.bare.energies(bits)
        for cost in self.bit_sums:
            members = list(cost.parts)
            adds = np.array([cost.parts[i][1] for i in members])
            total = total + cost.at(np.asarray(bits, dtype=np.float64)[:, members] @ adds)
        return total


def bit_products(cost: SumCost) -> Iterator[tuple[tuple[int, ...], float]]:
    """The price of a total over bits as a polynomial: (bits, coefficient), by differences against all bits at 0.

    Parameters
    ----------
    cost : SumCost
        Of bits as blocks of the choices 0 and 1.

    Returns
    -------
    iterator of (tuple of int, float)
    """
    members = list(cost.blocks)
    prices = cost.tensor([2] * (max(members) + 1)).reshape((2,) * len(members))  # last bit first
    for axis in range(len(members)):
        low, high = np.split(prices, 2, axis=axis)
        prices = np.concatenate([low, high - low], axis=axis)
    least = 1e-9 * max(1.0, float(np.abs(cost.costs).max()))
    for place in np.argwhere(np.abs(prices) > least).tolist():
        yield tuple(i for i, one in zip(members, reversed(place)) if one), float(prices[tuple(place)])


def _words(size: int, weight: int | None) -> NDArray[np.int8]:
    if weight is None:
        return np.array([[0], [1]], dtype=np.int8)
    made = np.zeros((math.comb(size, weight), size), dtype=np.int8)
    for row, chosen in zip(made, itertools.combinations(range(size), weight)):
        row[list(chosen)] = 1
    return made


def _first(words: NDArray[np.int8], word: NDArray[np.int8]) -> NDArray[np.int8]:
    same = (words == word).all(axis=1)
    if not same.any():
        raise InputError(f"the plan has {int(word.sum())} ones in a row of {words.shape[1]} bits; no word has")
    return words[np.argsort(~same, kind="stable")]


def _tables(
    bare: Qubo, bits: Sequence[tuple[int, ...]], words: Sequence[NDArray[np.int8]]
) -> tuple[list[NDArray[np.float64]], dict[tuple[int, int], NDArray[np.float64]]]:
    """The energy of bits by choices: a vector a block, and a table a pair of blocks."""
    upper = bare.matrix()
    whole = upper + upper.T - 2 * np.diag(bare.linear)
    linear, pairs = [], {}
    for b, (inside, table) in enumerate(zip(bits, words)):
        part = np.triu(whole[np.ix_(inside, inside)], 1) + np.diag(bare.linear[list(inside)])
        linear.append(np.einsum("ki,ij,kj->k", table, part, table))
        for a in range(b):
            between = words[a] @ whole[np.ix_(bits[a], inside)] @ table.T
            if between.any():
                pairs[a, b] = between
    return linear, pairs


def _by_choice(cost: SumCost, bits: Sequence[tuple[int, ...]], words: Sequence[NDArray[np.int8]]) -> SumCost:
    """A cost of a total over bits, by what each choice adds."""
    parts = {}
    for b, (inside, table) in enumerate(zip(bits, words)):
        adds = np.array([cost.parts[i][1] - cost.parts[i][0] if i in cost.parts else 0.0 for i in inside])
        if adds.any():
            parts[b] = table @ adds
    return SumCost(parts, cost.values, cost.costs, cost.name)
