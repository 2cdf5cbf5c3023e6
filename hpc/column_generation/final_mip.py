"""Branch and bound on the whole model: to close a small problem once the search is stuck, and for a first plan."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from hpc.runtime.session import Session
from optimise.core.method import Limits, Listener, Outcome, Progress, SerialComm
from optimise.methods.whole_model import HighsMethod
from optimise.roster.problem import Roster, RosterProblem

__all__ = ["WHOLE_SOURCE", "close", "few_decisions", "first_plan", "prove"]

B = TypeVar("B")

WHOLE_SOURCE = "HiGHS branch and bound on the whole model"


def close(
    problem: RosterProblem, words: NDArray[np.int16], seconds: float, seed: int, listen: Listener, nodes: int
) -> Outcome:
    """Branch and bound from a known roster.

    The bound of column generation is often far from the optimum on the smallest instances (Curtois Instance1: 558
    and 607), where cuts of a MIP solver on the compact model close the gap in seconds. A limit of nodes keeps the
    answer independent of the clock when time is ample.

    Parameters
    ----------
    problem : RosterProblem
    words : int16 array (people, days)
        The known roster.
    seconds : float
        Time limit.
    seed : int
    listen : Listener
        Told each better plan and bound.
    nodes : int
        Most nodes of branch and bound.

    Returns
    -------
    Outcome
        That of HiGHS on the whole model.
    """
    limits = Limits(seconds=max(seconds, 0.1), iterations=nodes, gap=0.0)
    return HighsMethod().solve(problem, limits=limits, seed=seed, comm=SerialComm(), listen=listen, start=Roster(words))


def few_decisions(problem: RosterProblem, most: int) -> bool:
    """Whether a roster is small enough for the whole model to get its chance: people times days times duties."""
    people, days, duties = problem.shape
    return bool(people * days * (duties - 1) <= most)


def prove(
    session: Session[B], problem: RosterProblem, words: NDArray[np.int16], seconds: float, nodes: int
) -> NDArray[np.int16] | None:
    """:func:`close` within a session, which hears of bounds as they rise; on the rank that calls.

    Parameters
    ----------
    session : Session
        What it holds costs as much as ``words`` or more.
    problem : RosterProblem
    words : int16 array (people, days)
        The known roster.
    seconds : float
        Time limit.
    nodes : int
        Most nodes of branch and bound.

    Returns
    -------
    int16 array (people, days), or None
        A roster that costs less than what the session holds; None where none was found.
    """

    def heard(progress: Progress) -> bool:
        session.rise(progress.dual, source=WHOLE_SOURCE)
        session.report("whole model")
        return session.over() or session.closed

    with session.timers("whole model"):
        done = close(problem, words, seconds, session.seed, heard, nodes)
    session.rise(done.bounds.dual, source=done.bounds.dual_source)
    found = done.plan.duties if isinstance(done.plan, Roster) else None
    return found if done.bounds.primal < session.cost - 1e-7 else None


def first_plan(
    problem: RosterProblem, seconds: float, seed: int, over: Callable[[], bool], nodes: int
) -> NDArray[np.int16] | None:
    """Duties of the first plan that branch and bound comes to; None if it comes to none."""

    def enough(progress: Progress) -> bool:
        return over() or math.isfinite(progress.primal)

    limits = Limits(seconds=max(seconds, 0.1), iterations=nodes)
    done = HighsMethod().solve(problem, limits=limits, seed=seed, comm=SerialComm(), listen=enough)
    return done.plan.duties if isinstance(done.plan, Roster) else None
