"""Prices of totals over all states at once (Numba), by halves of the blocks."""

# mypy: disallow_untyped_defs=False, disallow_untyped_calls=False, check_untyped_defs=False

from collections.abc import Sequence

import numpy as np

from quantum._jit import Array, compiled
from quantum.sums import SumCost


def add_sums(energies: Array, sizes: Sequence[int], sums: Sequence[SumCost]) -> None:
    """Add the prices of sums to the energies of all feasible indices, in place.

    A total is a part of the lower blocks and a part of the upper ones; where its values are evenly spaced both are
    whole numbers of steps, and a price is a look-up at their sum.

    Parameters
    ----------
    energies : float64 array (states,)
        Block 0 is the fastest digit.
    sizes : sequence of int
        Choices of each block.
    sums : sequence of SumCost
    """
    split = _middle(sizes)
    for cost in sums:
        steps = np.diff(cost.values)
        step = float(steps[0]) if steps.size else 1.0
        low, high = (_totals(cost, sizes, part) for part in (range(split), range(split, len(sizes))))
        bases, ranks = [], []
        for part in (low, high):
            bases.append(float(part.min()))
            ranks.append(np.rint((part - bases[-1]) / step).astype(np.int64))
        even = all(
            np.allclose(base + step * rank, part, atol=1e-9) for base, rank, part in zip(bases, ranks, (low, high))
        )
        if not even or not np.allclose(steps, step, atol=1e-9):
            energies.reshape(sizes[::-1])[...] += cost.tensor(sizes)
            continue
        reach = np.arange(int(ranks[0].max()) + int(ranks[1].max()) + 1)
        prices = cost.at((sum(bases) + step * reach).astype(np.float64))
        _look_up(energies, ranks[0], ranks[1], prices)


def _middle(sizes: Sequence[int]) -> int:
    """Number of lower blocks, so that both parts have about as many states."""
    products = np.cumprod(np.array([1, *sizes], dtype=np.float64))
    return int(np.argmin(np.maximum(products, products[-1] / products)))


def _totals(cost: SumCost, sizes: Sequence[int], blocks: range) -> Array:
    """Totals of some neighbouring blocks by their states."""
    totals = np.zeros(1)
    for b in blocks:
        part = cost.parts.get(b, np.zeros(sizes[b]))
        totals = np.add.outer(part, totals).ravel()
    return totals


@compiled
def _look_up(energies: Array, low: Array, high: Array, prices: Array) -> None:
    """``energies[h * L + l] += prices[low[l] + high[h]]``.

    Parameters
    ----------
    energies : float64 array (H * L,)
    low, high : int64 arrays (L,), (H,)
    prices : float64 array
        By step from the least total.
    """
    size = low.size
    for h in range(high.size):
        base, shift = h * size, high[h]
        for i in range(size):
            energies[base + i] += prices[low[i] + shift]
