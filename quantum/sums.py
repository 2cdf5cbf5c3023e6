"""Costs of totals over blocks, such as a head count: what a quadratic energy cannot say, kept as it is.

``cost(sum_b parts[b][choice_b])`` is a polynomial of a degree up to the number of its blocks. Enumeration, annealing
and mixed-integer models read the total; circuits and Rosenberg's reduction need the polynomial (`SumCost.products`).
"""

import itertools
import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from optimise.core.errors import InputError
from quantum.errors import TooLargeError
from quantum.hubo import MOST_TERMS

__all__ = ["SumCost"]


@dataclass(frozen=True, slots=True, eq=False)
class SumCost:
    """A price for every value of a total over blocks.

    Parameters
    ----------
    parts : mapping of int to float64 (k_b,)
        What each choice of a block adds; blocks that add nothing are left out.
    values : float64 (v,)
        Values that the total takes, ascending.
    costs : float64 (v,)
        Price of each.
    name : str
        What is counted.
    """

    parts: Mapping[int, NDArray[np.float64]]
    values: NDArray[np.float64]
    costs: NDArray[np.float64]
    name: str = "sum"

    def __post_init__(self) -> None:
        if not self.parts or self.values.shape != self.costs.shape or (np.diff(self.values) <= 0).any():
            raise InputError(f"{self.name}: a cost of a sum needs blocks, and a price for each of its ascending values")

    @property
    def blocks(self) -> tuple[int, ...]:
        """Blocks that take part, ascending."""
        return tuple(sorted(self.parts))

    def at(self, totals: NDArray[np.float64]) -> NDArray[np.float64]:
        """Prices of totals of any shape (of the nearest value, for totals that no choice gives)."""
        steps = np.diff(self.values)
        if steps.size and np.allclose(steps, steps[0], atol=1e-9):
            place = np.rint((totals - self.values[0]) / steps[0]).astype(np.int64)
            return np.asarray(self.costs[np.clip(place, 0, self.costs.size - 1)])
        return np.asarray(self.costs[np.searchsorted(self.values[:-1] + steps / 2, totals)])

    def totals(self, choices: NDArray[np.int64]) -> NDArray[np.float64]:
        """Totals (s,) of choices (s, blocks) of all blocks."""
        return np.asarray(sum(part[choices[:, b]] for b, part in self.parts.items()), dtype=np.float64)

    def tensor(self, sizes: Sequence[int]) -> NDArray[np.float64]:
        """Prices with an axis for each of all blocks, last block first, of length 1 where a block takes no part."""
        m = len(sizes)
        totals: NDArray[np.float64] = np.zeros((1,) * m)
        for b, part in self.parts.items():
            totals = totals + part.reshape([-1 if axis == m - 1 - b else 1 for axis in range(m)])
        return self.at(totals)

    def mean(self) -> float:
        """Mean price over uniformly random choices."""
        values: NDArray[np.float64] = np.zeros(1)
        weights: NDArray[np.float64] = np.ones(1)
        for part in self.parts.values():
            sums = np.round((values[:, None] + part[None, :]).ravel(), 9)
            mass = np.repeat(weights / part.size, part.size)
            values, where = np.unique(sums, return_inverse=True)
            weights = np.bincount(where.reshape(-1), weights=mass).astype(np.float64)
        return float(self.at(values) @ weights)

    def products(self, starts: Sequence[int]) -> Iterator[tuple[tuple[int, ...], float]]:
        """The price as a polynomial of one-hot variables: (variables, coefficient), the constant without variables.

        Choices of a block that add the same share one indicator, the sum of their variables. Coefficients are the
        differences of the price against the first value of each block (Moebius inversion), so that a block whose
        choice adds that value is in no product.

        Parameters
        ----------
        starts : sequence of int
            First variable of each of all blocks.

        Raises
        ------
        TooLargeError
            For more than `MOST_TERMS` products.
        """
        blocks, groups, levels = self.blocks, [], []
        for b in blocks:
            values, where = np.unique(np.round(self.parts[b], 9), return_inverse=True)
            most = int(np.argmax(np.bincount(where.reshape(-1))))  # the commonest value needs no variable
            order = [most, *(g for g in range(values.size) if g != most)]
            levels.append(values[order])
            groups.append([[starts[b] + int(c) for c in np.flatnonzero(where.reshape(-1) == g)] for g in order])
        many = math.prod(1 + sum(len(g) for g in every[1:]) for every in groups)
        if many > MOST_TERMS:
            raise TooLargeError(f"{self.name} has {many} products over {len(blocks)} blocks; the limit is {MOST_TERMS}")
        totals: NDArray[np.float64] = np.zeros((1,) * len(blocks))
        for axis, values in enumerate(levels):
            totals = totals + values.reshape([-1 if a == axis else 1 for a in range(len(blocks))])
        coefficients = self.at(totals)
        for axis in range(len(blocks)):
            rise = coefficients - coefficients.take([0], axis=axis)
            coefficients = np.where(_first(axis, coefficients.shape), coefficients, rise)
        least = 1e-9 * max(1.0, float(np.abs(self.costs).max()))
        for place in np.argwhere(np.abs(coefficients) > least).tolist():
            members = [every[g] for every, g in zip(groups, place) if g]
            value = float(coefficients[tuple(place)])
            for variables in itertools.product(*members):
                yield variables, value


def _first(axis: int, shape: tuple[int, ...]) -> NDArray[np.bool_]:
    """Where an array is at place 0 of an axis."""
    at: NDArray[np.bool_] = np.arange(shape[axis]) == 0
    return at.reshape([-1 if a == axis else 1 for a in range(len(shape))])
