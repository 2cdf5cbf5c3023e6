"""Ties broken fairly: among plans of equal cost, one in which loads are shared more evenly.

A cost says nothing of who does what where people are alike, and a solver then gives eleven shifts to the first of
seven. It says nothing either of shifts that nobody asks for where hours have no price. So, wherever the cost stays the
same and nothing is broken, first such shifts are taken away; then two people exchange a stretch of days, as long as
that brings their loads closer to their shares. The loads are the problem's ``ties``: rules that choose among plans of
equal cost and never add to one. No cost is lowered here: a plan's cost stays the merit of the method that found it.

Work is counted in pairs of people, so that the same plan comes out whatever else the machine does; the clock ends it
only where it would make somebody wait.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace
from functools import reduce
from operator import add

import numpy as np
from numpy.typing import NDArray

from optimise.roster.context import OFF, Roster
from optimise.roster.evaluate import totals
from optimise.roster.increments import Increments, Moves
from optimise.roster.problem import RosterProblem

__all__ = ["evened"]

Duties = NDArray[np.int16]

#: Longest stretch that two people exchange, in days: two weeks, the period over which most rotas repeat.
LONGEST = 14
#: Pairs of people tried at most: about 1 s of processor for a ward of 30, and not much more for 120 people.
MOST_PAIRS = 300
_NOISE = 1e-9


def evened(problem: RosterProblem, plan: Roster, over: Callable[[], bool] = lambda: False) -> Roster:
    """Share the loads of a plan more evenly at the same cost.

    Parameters
    ----------
    problem : RosterProblem
        Its ``ties`` say what is shared; without any the plan comes back as it is.
    plan : Roster
        A roster that breaks no hard rule, shape (employees, days).
    over : callable, optional
        Asked before each pair; True leaves the rest as it is.

    Returns
    -------
    Roster
        Costs what ``plan`` costs and keeps every hard rule.
    """
    if not problem.ties:
        return plan
    pairs = _Pairs(problem, plan)
    for p in range(len(problem.employees)):
        while not over() and pairs.drop(p):
            pass
    waiting, tried = pairs.unfair(), set[tuple[int, int]]()
    for _ in range(MOST_PAIRS):
        pair = next((pair for pair in waiting if pair not in tried), None)
        if pair is None or over():
            break
        tried.add(pair)
        touched = pairs.exchange(*pair)
        if touched:
            waiting, tried = pairs.unfair(), {pair for pair in tried if not touched & {*pair}}
    return pairs.plan


class _Pairs:
    """A plan, the costs of its changes, and exchanges between two people."""

    def __init__(self, problem: RosterProblem, plan: Roster) -> None:
        self.problem, self.shared = problem, replace(problem, rules=problem.ties, ties=())
        # NumPy 2.0 gives the inverse another shape
        self.alike = np.unique(problem.compiled.line_table.groups, axis=1, return_inverse=True)[1].reshape(-1)
        self._take(plan)

    def _take(self, plan: Roster) -> None:
        self.plan = plan
        self.costs, self.loads = Increments(self.problem, plan), Increments(self.shared, plan)

    def unfair(self) -> list[tuple[int, int]]:
        """Pairs of whom one is away from a share, the farthest first."""
        compiled, away = self.shared.compiled, np.zeros(len(self.problem.employees))
        for counter in compiled.counters:
            total = totals(counter, self.plan.duties, compiled.alphabet)
            outside = np.maximum(counter.lower - total, 0) + np.maximum(total - counter.upper, 0)
            np.add.at(away, counter.employees, outside)
        first, second = np.triu_indices(len(away), 1)
        both = away[first] + away[second]
        order = np.argsort(-both, kind="stable")[: np.count_nonzero(both)]
        return list(zip(first[order].tolist(), second[order].tolist(), strict=True))

    def drop(self, p: int) -> bool:
        """Take the longest stretch of work that nobody asks for from a person; whether there was one."""
        row = self.plan.duties[p]
        first, last = _stretches(row, np.zeros_like(row))
        made = np.where(_inside(first, last, len(row)), OFF, row).astype(row.dtype)
        soft, rise = self.costs.rows(p, made)
        fewer = (row > 0).sum() - (made > 0).sum(axis=1)
        for k in np.argsort(-fewer, kind="stable").tolist():
            if rise[k] <= _NOISE and abs(soft[k]) <= _NOISE:
                changes = [(p, day, OFF) for day in range(first[k], last[k] + 1) if row[day] != OFF]
                if self._allowed(self._heads(changes)):
                    duties = self.plan.duties.copy()
                    duties[p] = made[k]
                    self._take(Roster.from_array(duties))
                    return True
        return False

    def exchange(self, p: int, q: int) -> frozenset[int]:
        """Make the exchange that evens the loads of two people most; those whose possibilities it changes."""
        mine, theirs = self.plan.duties[p], self.plan.duties[q]
        first, last = _stretches(mine, theirs)
        inside = _inside(first, last, len(mine))
        to_p, to_q = np.where(inside, theirs, mine), np.where(inside, mine, theirs)
        gain = self.loads.rows(p, to_p)[0] + self.loads.rows(q, to_q)[0]
        fairer = np.flatnonzero(gain < -_NOISE)
        if not len(fairer):
            return frozenset()
        (soft, rise), (more, harder) = self.costs.rows(p, to_p[fairer]), self.costs.rows(q, to_q[fairer])
        soft, rise = soft + more, rise + harder
        same = bool(self.alike[p] == self.alike[q])  # no head count changes
        free = (rise <= _NOISE) & (abs(soft) <= _NOISE)
        for k in np.argsort(gain[fairer], kind="stable").tolist():
            if free[k] and (same or self._allowed(self._swapped(p, q, first[fairer[k]], last[fairer[k]]))):
                duties = self.plan.duties.copy()
                duties[p], duties[q] = to_p[fairer[k]], to_q[fairer[k]]
                self._take(Roster.from_array(duties))
                return frozenset((p, q) if same else range(len(duties)))
        return frozenset()

    def _swapped(self, p: int, q: int, first: int, last: int) -> Moves:
        """Change of head counts where two people exchange their days from first to last."""
        duties = self.plan.duties
        days = [day for day in range(first, last + 1) if duties[p, day] != duties[q, day]]
        return self._heads([(a, day, int(duties[b, day])) for day in days for a, b in ((p, q), (q, p))])

    def _heads(self, changes: Iterable[tuple[int, int, int]]) -> Moves:
        """Change of head counts by some changes, each a person, a day and the new duty."""
        return reduce(add, (self.costs.moves(day, [who], duty) for who, day, duty in changes))

    def _allowed(self, heads: Moves) -> bool:
        """Whether changed head counts break no hard rule and cost what they did."""
        added, broken = self.costs.heads(heads)
        return bool(broken[0] <= _NOISE and abs(added[0]) <= _NOISE)


def _inside(first: NDArray[np.int64], last: NDArray[np.int64], days: int) -> NDArray[np.bool_]:
    """Which days lie in each stretch, shape (stretches, days)."""
    day = np.arange(days)
    inside: NDArray[np.bool_] = (day >= first[:, None]) & (day <= last[:, None])
    return inside


def _stretches(mine: Duties, theirs: Duties) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """First and last days of all stretches at whose ends two people do different duties."""
    days = np.flatnonzero(mine != theirs)
    first, last = np.meshgrid(days, days, indexing="ij")
    kept = (first <= last) & (last - first < LONGEST)
    return first[kept], last[kept]
