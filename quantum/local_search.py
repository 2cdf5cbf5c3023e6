"""Steepest descent on one-hot blocks: what turns signs into a state that no single change improves."""

import numpy as np
from numpy.typing import NDArray

from quantum.onehot import OneHot

__all__ = ["descend"]


def descend(problem: OneHot, choices: NDArray[np.int64]) -> tuple[NDArray[np.int64], int]:
    """Change the one choice that saves most, until none saves.

    Parameters
    ----------
    problem : OneHot
        Of m blocks.
    choices : int64 array (m,)
        Where to begin.

    Returns
    -------
    choices : int64 array (m,)
        No change of one block is cheaper.
    evaluations : int
        Changes that were looked at, all of every step.
    """
    linear, table, _ = problem.tables(part=True)
    block, starts = problem.block_of, problem.starts
    here, looked = np.array(choices, dtype=np.int64), 0
    while True:
        chosen = starts + here
        costs = linear + table[chosen].sum(axis=0)
        for cost in problem.sums:
            total = float(cost.totals(here[None])[0])
            for b, part in cost.parts.items():
                costs[starts[b] : starts[b] + part.size] += cost.at(total + part - part[here[b]])
        change = costs - costs[chosen][block]
        looked += problem.qubo.size - problem.blocks
        best = int(np.argmin(change))
        if change[best] >= -1e-9:
            return here, looked
        here[block[best]] = best - starts[block[best]]
