"""Plans near another one in which somebody's day is different: starts of a solve, and answers that change little."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from optimise.ask.ways import WaySearch, changed
from optimise.roster.model.roster import RosterModel
from optimise.roster.problem import OFF, Roster, RosterProblem
from optimise.solvers.highs import Highs

__all__ = ["fewer_changes", "ways_to_leave", "ways_to_take", "within_days"]

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
    return _solved(problem, built, plan, free, seconds=seconds, seed=seed)


def fewer_changes(problem: RosterProblem, plan: Roster, other: Roster, *, seconds: float, seed: int) -> Roster:
    """Undo of another plan's changes what does not have to be: every day of everybody is as in one of the two.

    Parameters
    ----------
    problem : RosterProblem
        The ward, with what is demanded.
    plan : Roster
        As it is.
    other : Roster
        That keeps the hard rules and what is demanded.
    seconds : float
        Time limit.
    seed : int
        Of the solver.

    Returns
    -------
    Roster
        Costs no more than ``other``; it itself where nothing better was found in time.
    """
    free = plan.duties != other.duties
    built = RosterModel(problem, free=free, roster=plan)
    people, days = np.nonzero(free)
    shut = np.ones((len(people), built.x.shape[2]), dtype=np.bool_)
    for one in (plan, other):
        shut[np.arange(len(people)), one.duties[people, days]] = False
    columns = built.x[people, days][shut]
    made = _solved(problem, built, plan, free, columns[columns >= 0], other, seconds=seconds, seed=seed)
    if made is None:
        return other
    before, after = problem.evaluate(other), problem.evaluate(made)
    return made if after.feasible and after.cost <= before.cost + 1e-9 else other


def _solved(
    problem: RosterProblem,
    built: RosterModel,
    plan: Roster,
    free: NDArray[np.bool_],
    shut: NDArray[np.intp] | None = None,
    start: Roster | None = None,
    *,
    seconds: float,
    seed: int,
) -> Roster | None:
    """The best plan of a model; of equal ones, one that keeps more of a plan's free cells."""
    arrays = built.model.freeze()
    worth = _KEPT * (problem.compiled.grid or 1e-3) / max(1, int(free.sum()))
    people, days = np.nonzero(free)
    now = plan.duties[people, days]
    columns = built.x[people, days]  # shape (free cells, duties); the day off has no column
    worked = columns[np.arange(len(now)), now][now != OFF]
    others = columns[now == OFF]
    for ids, sign in ((worked, -1.0), (others, 1.0)):
        arrays.cost[ids[ids >= 0]] += sign * worth
    if shut is not None:
        arrays.upper[shut] = 0.0
    solved = Highs(arrays, seed=seed).solve(seconds=seconds, start=None if start is None else built.start(start))
    return None if solved.values is None else built.plan(solved.values)
