"""A classical repair of measured bits: broken blocks are settled one after another."""

import numpy as np
from numpy.typing import NDArray

from quantum.onehot import OneHot

__all__ = ["broken", "repair", "repair_evaluations"]


def broken(problem: OneHot, bits: NDArray[np.int8]) -> list[str]:
    """Which blocks of bits (n,) have not as many ones as each of their choices, in words."""
    ones = bits != 0
    return [
        f"block {b} has {ones[problem.places(b)].sum()} choices set, not {problem.ones(b)}"
        for b in np.flatnonzero(~problem.kept(ones)).tolist()
    ]


def repair_evaluations(problem: OneHot, bits: NDArray[np.int8], counts: NDArray[np.int64]) -> int:
    """Energy changes that `repair` looks at for bits (s, n) that came `counts` (s,) times: the choices that compete
    in each broken block."""
    looked = np.zeros(len(bits), dtype=np.int64)
    for b in range(problem.blocks):
        far = _distances(problem, bits, b)
        nearest = far.min(axis=1)
        looked += np.where(nearest == 0, 0, (far == nearest[:, None]).sum(axis=1))
    return int(looked @ counts)


def _distances(problem: OneHot, bits: NDArray[np.int8], block: int) -> NDArray[np.int64]:
    """Bits in which bits (s, n) differ from each choice of a block (s, k)."""
    inside, words = (bits[:, problem.places(block)] != 0).astype(np.int64), problem.words(block).astype(np.int64)
    return np.asarray(inside.sum(axis=1)[:, None] + words.sum(axis=1)[None, :] - 2 * inside @ words.T)


def repair(problem: OneHot, bits: NDArray[np.int8]) -> NDArray[np.int64]:
    """Choices (s, m) from bits (s, n): a block whose bits are a choice keeps it.

    The others are settled in order, each by the cheapest of the choices that differ in the fewest bits against what is
    settled already: one of its ones where it has several, any where it has none.
    """
    distances = [_distances(problem, bits, b) for b in range(problem.blocks)]
    whole = [far.min(axis=1) == 0 for far in distances]
    settled = np.concatenate([np.where(far == 0, 1.0, 0.0) for far in distances], axis=1)
    linear, table, _ = problem.tables(part=True)
    # What settled blocks add to every sum; a block that is not settled adds what its first choice does.
    totals = []
    for cost in problem.sums:
        one = [np.where(distances[b] == 0, p - p[0], 0.0) for b, p in cost.parts.items()]
        totals.append(sum(p[0] for p in cost.parts.values()) + sum(v.sum(axis=1) for v in one))
    choices = np.zeros((len(bits), problem.blocks), dtype=np.int64)
    for b, (start, k) in enumerate(zip(problem.starts.tolist(), problem.sizes)):
        inside = slice(start, start + k)
        choices[:, b] = np.argmin(distances[b], axis=1)
        lost = np.flatnonzero(~whole[b])
        if lost.size:
            costs = linear[inside] + settled[lost] @ table[:, inside]
            for cost, total in zip(problem.sums, totals):
                if b in cost.parts:
                    costs = costs + cost.at(total[lost, None] + (cost.parts[b] - cost.parts[b][0])[None, :])
            some = distances[b][lost] == distances[b][lost].min(axis=1)[:, None]
            picked = np.argmin(np.where(some, costs, np.inf), axis=1)
            choices[lost, b] = picked
            settled[lost, start + picked] = 1.0
            for cost, total in zip(problem.sums, totals):
                if b in cost.parts:
                    total[lost] += cost.parts[b][picked] - cost.parts[b][0]
    return choices
