"""Today's problem with the earlier plan in it: frozen days as hard rules, later changes at a price."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Any, Generic

from typing_extensions import TypeVar

from optimise.core.errors import InputError
from optimise.core.given import typed_call
from optimise.core.horizon import Day, Horizon
from optimise.core.kinds import fitted, kind_of
from optimise.core.method import Method, get_method
from optimise.core.problem import Plannable, Problem, stated
from optimise.core.result import Plan
from optimise.replan.base import Previous, listed, subject_of
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
        The earlier plan where it still keeps every hard rule; else its repair.
    previous : Previous
    freeze_until : int
        First day that may change.
    """

    problem: Problem[L]
    start: L | None
    previous: Previous[L]
    freeze_until: int

    def method(self, name: str) -> Method:
        """The method of this name, wrapped where it would not keep by itself all that is past.

        Parameters
        ----------
        name : str
            As in ``wardwise methods``.

        Returns
        -------
        Method
        """
        return subject_of(self.problem).method(get_method(name), self.previous, self.freeze_until)


@typed_call
def replan(
    problem: Problem[L] | Plannable[L],
    plan: str | Path | L,
    *,
    freeze_until: Day = 0,
    change_cost: float | None = None,
    nurse_cost: float | None = None,
    days_since: int | None = None,
) -> Replanning[L]:
    """Put an earlier plan into today's problem: :func:`read_previous` of a file, then :func:`replanning`.

    Parameters
    ----------
    problem : Problem or Plannable
        Today's roster or hospital problem, or a document of it.
    plan : path or Plan
        The earlier plan, as for :func:`read_previous`; or a plan that fits today's problem as it is, with the same
        people and days.
    freeze_until : int, date or str
        First day that may change, as a number or a date; days before it stay as they were. 0 freezes none.
    change_cost : float, optional
        Price of a change, in units of cost, as for :func:`replanning`.
    nurse_cost : float, optional
        Price of another nurse, as for :func:`replanning`.
    days_since : int, optional
        Day of the earlier plan that is today's day 0, as for :func:`read_previous`.

    Returns
    -------
    Replanning
        Today's problem with the earlier plan in it.

    Raises
    ------
    InputError
        For files that are no plan, or a plan that does not fit.
    """
    problem = stated(problem)
    if isinstance(plan, str | Path):
        previous = read_previous(Path(plan), problem, days_since=days_since)
    elif days_since:
        raise InputError("only a plan that is read from a file can begin on another day", item="days since")
    else:
        previous = subject_of(problem).fitting(fitted(problem, plan), problem)
    return replanning(problem, previous, freeze_until=freeze_until, change_cost=change_cost, nurse_cost=nurse_cost)


@typed_call
def replanning(
    problem: Problem[L] | Plannable[L],
    previous: Previous[L],
    *,
    freeze_until: Day = 0,
    change_cost: float | None = None,
    nurse_cost: float | None = None,
) -> Replanning[L]:
    """Put an earlier plan into today's problem.

    Days before ``freeze_until`` stay as they were (hard). From then on each change has a price. Rosters: each duty of
    a person's day. Hospitals: another day of admission, a cancellation, or a call for somebody who had no date; each
    night in another room than planned; another theatre; another nurse of a room in a shift. A hospital's plan that
    breaks a rule today is repaired (:func:`optimise.hospital.repair.repair`): where that needs moves of people who lie
    there and the problem forbids them, they have a price; a patient for whom there is no bed even so is left out at a
    price far above.

    Parameters
    ----------
    problem : Problem or Plannable
    previous : Previous
    freeze_until : int, date or str
        First day that may change: from 0 (nothing is frozen) to the number of days, or a date.
    change_cost : float, optional
        In units of cost; 0 or more. Left out: 10 for rosters; for hospitals 1000 a date, 500 a move or a theatre, 100
        a night in another room or a nurse's shift, which is more than rules save, so that only what must change does.
    nurse_cost : float, optional
        Price of another nurse; ``change_cost`` where it is left out. Rosters have none.

    Returns
    -------
    Replanning
        The problem with prices of changes, the plan to start from, and the earlier plan.

    Raises
    ------
    InputError
        If a frozen day contradicts today's problem in a way that can be told at once.
    """
    problem = stated(problem)
    subject, period = subject_of(problem), kind_of(problem).period(problem)
    days = 0 if period is None else period.days
    if isinstance(freeze_until, str | date):
        try:
            freeze_until = 0 if period is None else Horizon(period.days, period.start).index(freeze_until, end=True)
        except InputError as error:
            raise error.at(item="freeze until") from None
    if not 0 <= freeze_until <= days:
        raise InputError(f"is {freeze_until}; days run from 0 to {days}", item="freeze until")
    for given, item in ((change_cost, "change cost"), (nurse_cost, "nurse cost")):
        if given is not None and not 0 <= given < 1e6:
            raise InputError(f"is {given:g}; expected a price of 0 or more, up to 1000000", item=item)
    prices = subject.prices(change_cost, nurse_cost)
    made = subject.problem(problem, previous, freeze_until, prices)
    over = subject.overlooked(problem, made, previous) if freeze_until else ()
    if over:
        note = f"broken on days that are over, and not counted: {listed(list(over))}"
        previous = replace(previous, notes=(*previous.notes, note))
    try:
        made, start = subject.start(made, previous, prices)
    except InputError:  # a room or theatre of the earlier plan is gone
        start = None
    return Replanning(made, start, previous, freeze_until)
