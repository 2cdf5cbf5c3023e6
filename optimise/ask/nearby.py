"""Plans near another one in which somebody's day is different: starts of a solve, and answers that change little."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from optimise.ask.ways import WaySearch, changed
from optimise.roster.model.roster import RosterModel
from optimise.roster.problem import OFF, Roster, RosterProblem
from optimise.solvers.highs import Highs

__all__ = ["ways_to_leave", "ways_to_take", "within_days"]

#: Ways near a plan that are evaluated as starts of a solve.
_TRIED = 3
#: Days before and after the one in question that may change.
_REACH = 3
#: Share of the smallest difference of costs that keeping all free cells is worth.
_KEPT = 0.4


def ways_to_leave(problem: RosterProblem, plan: Roster, day: int, who: int) -> list[Roster]:
    """Plans in which somebody is off on a day of work, the place taken by one person, by a swap, or left empty.

    Parameters
    ----------
    problem : RosterProblem
        The ward.
    plan : Roster
        In which the person works.
    day : int
        0-based day.
    who : int
        Index of the person.

    Returns
    -------
    list of Roster
        Not sorted; some may break hard rules that the empty place breaks.
    """
    duty = int(plan.duties[who, day])
    empty = changed(plan, [(who, day, OFF)])
    if duty == OFF:
        return [plan]
    search = WaySearch(problem, empty, day, [duty], who)
    found = [*search.alone(), *search.swaps(), *search.exchanges()]
    best = sorted(found, key=lambda way: way.rank)[:_TRIED]
    return [empty, *(changed(empty, way.cells) for way in best)]


def ways_to_take(problem: RosterProblem, plan: Roster, day: int, who: int, duties: Sequence[int]) -> list[Roster]:
    """Plans in which somebody works one of some duties on a day, alone or with one swap.

    Parameters
    ----------
    problem : RosterProblem
        The ward.
    plan : Roster
        In which the person does something else.
    day : int
        0-based day.
    who : int
        Index of the person.
    duties : sequence of int
        Indices of the duties.

    Returns
    -------
    list of Roster
        Not sorted; none breaks a hard rule more than the plan.
    """
    if not duties:
        return []
    search = WaySearch(problem, plan, day, duties, None)
    search.people = [who]
    ways = sorted((*search.alone(), *search.swaps()), key=lambda way: way.rank)[:_TRIED]
    return [changed(plan, way.cells) for way in ways]


def within_days(
    problem: RosterProblem, plan: Roster, day: int, who: int, *, seconds: float, seed: int
) -> Roster | None:
    """The best plan that differs only on days around one, and in one person's row; of equal ones, with few changes.

    Parameters
    ----------
    problem : RosterProblem
        The ward, with what is demanded of the day.
    plan : Roster
        What may break that demand.
    day : int
        0-based day.
    who : int
        Index of the person whose whole row may change.
    seconds : float
        Time limit.
    seed : int
        Of the solver.

    Returns
    -------
    Roster or None
        None where none was found in time, or none exists.
    """
    free = np.zeros(plan.duties.shape, dtype=np.bool_)
    free[:, max(0, day - _REACH) : day + _REACH + 1] = True
    free[who] = True
    built = RosterModel(problem, free=free, roster=plan)
    arrays = built.model.freeze()
    worth = _KEPT * (problem.compiled.grid or 1e-3) / max(1, int(free.sum()))
    people, days = np.nonzero(free)
    now = plan.duties[people, days]
    columns = built.x[people, days]  # shape (free cells, duties); the day off has no column
    worked = columns[np.arange(len(now)), now][now != OFF]
    others = columns[now == OFF]
    for ids, sign in ((worked, -1.0), (others, 1.0)):
        arrays.cost[ids[ids >= 0]] += sign * worth
    solved = Highs(arrays, seed=seed).solve(seconds=seconds)
    return None if solved.values is None else built.plan(solved.values)
