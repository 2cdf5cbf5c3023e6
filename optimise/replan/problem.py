"""Today's problem with the earlier plan in it: frozen days as hard rules, later changes at a price."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any, Generic

from typing_extensions import TypeVar

from optimise.core.errors import InputError
from optimise.core.kinds import kind_of
from optimise.core.method import Method, get_method
from optimise.core.problem import Problem
from optimise.core.result import Plan
from optimise.replan.base import Previous, subject_of
from optimise.replan.previous import read_previous

__all__ = ["Replanning", "replan", "replanning"]

#: Plans of a problem; any where nothing is said.
L = TypeVar("L", bound=Plan, default=Any)


@dataclass(frozen=True, slots=True)
class Replanning(Generic[L]):
    """A problem to solve and the earlier plan as a start.

    Attributes
    ----------
    problem : RosterProblem or HospitalProblem
        Today's, with the rules that freeze and price.
    start : Roster or HospitalPlan, optional
        The earlier plan where it still keeps every hard rule.
    previous : Previous
    freeze_until : int
        First day that may change.
    """

    problem: Problem[L]
    start: L | None
    previous: Previous[L]
    freeze_until: int

    def method(self, name: str) -> Method:
        """The method of this name, wrapped where it would not keep by itself all that is past."""
        return subject_of(self.problem).method(get_method(name), self.previous, self.freeze_until)


def replan(
    problem: Problem[L], plan: str | Path, *, freeze_until: int = 0, change_cost: float = 10.0, days_since: int = 0
) -> Replanning[L]:
    """Read an earlier plan and put it into today's problem: :func:`read_previous`, then :func:`replanning`."""
    previous = read_previous(Path(plan), problem, days_since=days_since)
    return replanning(problem, previous, freeze_until=freeze_until, change_cost=change_cost)


def replanning(
    problem: Problem[L], previous: Previous[L], *, freeze_until: int = 0, change_cost: float = 10.0
) -> Replanning[L]:
    """Put an earlier plan into today's problem.

    Days before ``freeze_until`` stay as they were (hard). From then on each changed duty of a person's day costs
    ``change_cost``; for patients, another day of admission or a cancellation costs ``change_cost``, and so does each
    night in another room than planned. Changes of theatre and of nurses are free (they are listed, not priced).

    Parameters
    ----------
    problem : RosterProblem or HospitalProblem
    previous : Previous
    freeze_until : int
        From 0 (nothing is frozen) to the number of days.
    change_cost : float
        In units of cost; 0 or more.

    Raises
    ------
    InputError
        If a frozen day contradicts today's problem in a way that can be told at once.
    """
    subject, period = subject_of(problem), kind_of(problem).period(problem)
    days = 0 if period is None else period.days
    if not 0 <= freeze_until <= days:
        raise InputError(f"is {freeze_until}; days run from 0 to {days}", item="freeze until")
    if not 0 <= change_cost < 1e9:
        raise InputError(f"is {change_cost:g}; expected a price of 0 or more", item="change cost")
    made = subject.problem(problem, previous, freeze_until, float(change_cost))
    start = previous.plan
    try:
        usable = made.evaluate(start).feasible
    except InputError:  # a room or theatre of the earlier plan is gone
        usable = False
    return Replanning(made, start if usable else None, previous, freeze_until)
