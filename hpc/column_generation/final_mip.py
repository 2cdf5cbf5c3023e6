"""Closing a small problem by branch and bound on its whole model, once the search is stuck."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from optimise.core.method import Limits, Listener, Outcome, SerialComm
from optimise.roster.problem import Roster, RosterProblem

__all__ = ["WHOLE_SOURCE", "close"]

WHOLE_SOURCE = "HiGHS branch and bound on the whole model"
_NODES = 200_000


def close(problem: RosterProblem, words: NDArray[np.int16], seconds: float, seed: int, listen: Listener) -> Outcome:
    """Branch and bound from a known roster.

    The bound of column generation is often far from the optimum on the smallest instances (Curtois Instance1: 558
    and 607), where cuts of a MIP solver on the compact model close the gap in seconds. A limit of nodes keeps the
    answer independent of the clock when time is ample.
    """
    from optimise.methods.whole_model import HighsMethod

    limits = Limits(seconds=max(seconds, 0.1), iterations=_NODES, gap=0.0)
    return HighsMethod().solve(problem, limits=limits, seed=seed, comm=SerialComm(), listen=listen, start=Roster(words))
