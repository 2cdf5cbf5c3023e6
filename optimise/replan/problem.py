"""Today's problem with the earlier plan in it: frozen days as hard rules, later changes at a price."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from optimise.core.errors import InputError
from optimise.hospital.beds import AdmissionWish, RoomWish
from optimise.hospital.problem import HospitalPlan, HospitalProblem, RuleSetting
from optimise.replan.previous import Previous, read_previous
from optimise.roster.problem import Employee, Roster, RosterProblem

__all__ = ["Replanning", "replan", "replanning"]

# Names of the rules that planning again adds.
FROZEN, CHANGED = "frozen days", "changes to the earlier plan"
FROZEN_DATE, CHANGED_DATE = "FrozenAdmission", "ChangedAdmission"
FROZEN_ROOM, CHANGED_ROOM = "FrozenRoom", "ChangedRoom"


@dataclass(frozen=True, slots=True)
class Replanning:
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

    problem: Any
    start: Any
    previous: Previous
    freeze_until: int


def replan(
    problem: Any, plan: str | Path, *, freeze_until: int = 0, change_cost: float = 10.0, days_since: int = 0
) -> Replanning:
    """Read an earlier plan and put it into today's problem: :func:`read_previous`, then :func:`replanning`."""
    previous = read_previous(Path(plan), problem, days_since=days_since)
    return replanning(problem, previous, freeze_until=freeze_until, change_cost=change_cost)


def replanning(problem: Any, previous: Previous, *, freeze_until: int = 0, change_cost: float = 10.0) -> Replanning:
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
    days = problem.horizon.days if problem.kind == "roster" else problem.days
    if not 0 <= freeze_until <= days:
        raise InputError(f"is {freeze_until}; days run from 0 to {days}", item="freeze until")
    if not 0 <= change_cost < 1e9:
        raise InputError(f"is {change_cost:g}; expected a price of 0 or more", item="change cost")
    if problem.kind == "roster":
        made: Any = _roster(problem, previous, freeze_until, float(change_cost))
    else:
        made = _hospital(problem, previous, freeze_until, change_cost)
    start = previous.plan
    try:
        usable = made.evaluate(start).feasible
    except InputError:  # a room or theatre of the earlier plan is gone
        usable = False
    return Replanning(made, start if usable else None, previous, freeze_until)


def _roster(problem: RosterProblem, previous: Previous, until: int, price: float) -> RosterProblem:
    from optimise.roster.rules.requests import Pins, Request, Requests

    assert isinstance(previous.plan, Roster)
    cells = [(int(i), int(d), int(previous.plan.duties[i, d])) for i, d in np.argwhere(previous.known)]
    frozen = tuple((i, d, 1 << a) for i, d, a in cells if d < until)
    later = tuple(Request(i, d, problem.everything & ~(1 << a), price) for i, d, a in cells if d >= until)
    if previous.before:
        staff = tuple(_remember(e, seen) for e, seen in zip(problem.employees, previous.before, strict=True))
        problem = replace(problem, employees=staff)
    rules: list[Any] = [Pins(name=FROZEN, cells=frozen)] if frozen else []
    if later and price:
        label = "differs from the earlier plan"
        rules.append(Requests(name=CHANGED, requests=later, label=label, unit="changes", asked=False))
    return problem.with_rules(*rules)


def _remember(employee: Employee, seen: tuple[int, ...]) -> Employee:
    """A person whose last days are known from the earlier plan, unless the problem itself says what they were."""
    if employee.history or not seen:
        return employee
    return replace(employee, history=tuple(1 << a for a in seen))


def _hospital(problem: HospitalProblem, previous: Previous, until: int, price: float) -> HospitalProblem:
    plan, people, days = previous.plan, problem.patients, problem.days
    assert isinstance(plan, HospitalPlan)
    settled = previous.known & ~people.inpatient
    admitted = settled & (plan.admission >= 0)
    past = admitted & (plan.admission < until)
    overdue = np.flatnonzero(people.mandatory & ~people.inpatient & ~past & (people.due < until))
    if overdue.size:
        p = overdue[0]
        text = f"had to be admitted by day {people.due[p]}, but the plan of the frozen days does not; give a later day"
        raise InputError(text, item=f"patient {people.ids[p]}")
    scale, ticks = _scaled(problem, price)
    problem = scale
    # Dates: a past admission is a fact, and nobody else can come in the past.
    barred = np.zeros((len(people), days + 1), dtype=np.int64)
    barred[:, :until] = 1
    barred[people.inpatient] = 0
    barred[past] = 1
    barred[past, plan.admission[past]] = 0
    moved = np.zeros_like(barred)
    promised = admitted & ~past
    moved[promised] = 1
    moved[promised, plan.admission[promised]] = 0
    dates = [
        *([AdmissionWish(FROZEN_DATE, "the days before are as they were", barred)] if barred.any() else []),
        *([AdmissionWish(CHANGED_DATE, "was promised another day", moved)] if ticks and moved.any() else []),
    ]
    # Rooms by night of the stay: hard on frozen nights, priced on the others.
    rooms, width = len(problem.rooms.ids), int(np.minimum(people.stay, days).max())
    rows: list[list[int]] = [[0] * rooms] + [[int(r != home) for r in range(rooms)] for home in range(rooms)]
    fixed = np.zeros((len(people), width), dtype=np.int64)
    priced = np.zeros((len(people), width), dtype=np.int64)
    for p in np.flatnonzero(admitted | (previous.known & people.inpatient)):
        nights = np.flatnonzero(plan.room[p] >= 0)
        for d in nights:
            t = int(d - plan.admission[p])
            (fixed if d < until and (past[p] or people.inpatient[p]) else priced)[p, t] = 1 + plan.room[p, d]
    inside = np.arange(width)[None, :] < np.minimum(people.stay, days)[:, None]
    wishes = []
    for name, text, row, on in (
        (FROZEN_ROOM, "lay in another room that night", fixed, True),
        (CHANGED_ROOM, "another room than planned", priced, ticks > 0),
    ):
        if on and row.any():
            wishes.append(RoomWish(name, text, np.array(rows), np.where(inside, row, -1)))
    settings = {FROZEN_DATE: None, CHANGED_DATE: ticks, FROZEN_ROOM: None, CHANGED_ROOM: ticks}
    used = {w.rule for w in wishes} | {d.rule for d in dates}
    beds = replace(problem.beds, wishes=(*problem.beds.wishes, *wishes), dates=(*problem.beds.dates, *dates))
    rules = (*problem.rules, *(RuleSetting(n, w) for n, w in settings.items() if n in used))
    return dataclasses.replace(problem, beds=beds, rules=rules)


def _scaled(problem: HospitalProblem, price: float) -> tuple[HospitalProblem, int]:
    """The problem in ticks small enough for the price, and the price in ticks."""
    for factor in (1, 2, 5, 10, 20, 50, 100, 1000):
        ticks = price * problem.scale * factor
        if abs(ticks - round(ticks)) < 1e-6:
            if factor == 1:
                return problem, round(ticks)
            rules = tuple(RuleSetting(s.rule, None if s.weight is None else s.weight * factor) for s in problem.rules)
            return dataclasses.replace(problem, rules=rules, scale=problem.scale * factor), round(ticks)
    raise InputError("the price may have at most three decimals", item="change cost")
