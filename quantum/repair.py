"""A classical repair of measured bits: broken blocks are settled one after another."""

import numpy as np
from numpy.typing import NDArray

from quantum.onehot import OneHot

__all__ = ["broken", "repair", "repair_evaluations"]


def broken(problem: OneHot, bits: NDArray[np.int8]) -> list[str]:
    """Which blocks of bits (n,) have not exactly one 1, in words."""
    ones = np.add.reduceat((bits != 0).astype(np.int64), problem.starts)
    return [f"block {b} has {ones[b]} choices set, not 1" for b in np.flatnonzero(ones != 1).tolist()]


def repair_evaluations(problem: OneHot, bits: NDArray[np.int8], counts: NDArray[np.int64]) -> int:
    """Energy changes that `repair` looks at for bits (s, n) that came `counts` (s,) times: the choices that compete
    in each broken block."""
    ones = np.add.reduceat((bits != 0).astype(np.int64), problem.starts, axis=1)
    looked = np.where(ones == 1, 0, np.where(ones == 0, np.asarray(problem.sizes), ones))
    return int(looked.sum(axis=1) @ counts)


def repair(problem: OneHot, bits: NDArray[np.int8]) -> NDArray[np.int64]:
    """Choices (s, m) from bits (s, n): a block with exactly one 1 keeps it.

    The others are settled in order, each by the cheapest of its ones (of all its choices when it has none) against
    what is settled already.
    """
    ones = bits != 0
    counts = np.add.reduceat(ones.astype(np.int64), problem.starts, axis=1)
    whole = np.repeat(counts == 1, problem.sizes, axis=1)
    settled = np.where(whole & ones, 1.0, 0.0)
    linear, table, _ = problem.tables(part=True)
    # What settled blocks add to every sum; a block that is not settled adds what its first choice does.
    totals = []
    for cost in problem.sums:
        one = [
            np.where(ones[:, problem.starts[b] : problem.starts[b] + p.size] & (counts[:, [b]] == 1), p - p[0], 0.0)
            for b, p in cost.parts.items()
        ]
        totals.append(sum(p[0] for p in cost.parts.values()) + sum(v.sum(axis=1) for v in one))
    choices = np.zeros((len(bits), problem.blocks), dtype=np.int64)
    for b, (start, k) in enumerate(zip(problem.starts.tolist(), problem.sizes)):
        inside = slice(start, start + k)
        choices[:, b] = np.argmax(ones[:, inside], axis=1)
        broken = np.flatnonzero(counts[:, b] != 1)
        if broken.size:
            costs = linear[inside] + settled[broken] @ table[:, inside]
            for cost, total in zip(problem.sums, totals):
                if b in cost.parts:
                    costs = costs + cost.at(total[broken, None] + (cost.parts[b] - cost.parts[b][0])[None, :])
            some = ones[broken, inside] | (counts[broken, b] == 0)[:, None]
            picked = np.argmin(np.where(some, costs, np.inf), axis=1)
            choices[broken, b] = picked
            settled[broken, start + picked] = 1.0
            for cost, total in zip(problem.sums, totals):
                if b in cost.parts:
                    total[broken] += cost.parts[b][picked] - cost.parts[b][0]
    return choices
