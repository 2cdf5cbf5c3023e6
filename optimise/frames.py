"""Plans, evaluations and traces as pandas frames: the only module that gives pandas objects to callers.

Every function returns a new frame; ``frame(problem, plan)`` and ``grid(problem, plan)`` work for any plan.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import groupby
from typing import TYPE_CHECKING, Any, TypeVar

from optimise.capacity.problem import CapacityPlan, CapacityProblem
from optimise.capacity.view import electives
from optimise.core.errors import MissingExtraError, WardwiseError
from optimise.core.given import typed_call
from optimise.core.kinds import fitted, kind_of
from optimise.core.problem import Plannable, Problem, stated, stated_as
from optimise.core.quantities import quantity
from optimise.core.result import Evaluation, Plan, Result
from optimise.hospital.problem import HospitalPlan, HospitalProblem
from optimise.hospital.view import not_placed, occupancy
from optimise.replan.base import Change
from optimise.replan.changes import COLUMNS, change_row
from optimise.roster.problem import Roster, RosterProblem
from optimise.roster.view import contract_hours, cover, fair_shares, requests, shares

if TYPE_CHECKING:
    import pandas as pd

__all__ = [
    "changes_frame",
    "cover_frame",
    "electives_frame",
    "fairness_frame",
    "frame",
    "grid",
    "not_placed_frame",
    "occupancy_frame",
    "requests_frame",
    "rules_frame",
    "trace_frame",
    "violations_frame",
]


L = TypeVar("L", bound=Plan)
_T = TypeVar("_T")


def _there(found: _T | None) -> _T:
    """A plan or an evaluation that is there; else said in words."""
    if found is None:
        raise WardwiseError("the run found no plan, so there is nothing to show")
    return found


def _of(problem: Problem[L], plan: L | None) -> L:
    """A plan that is there and is of the problem; else said in words."""
    return fitted(problem, _there(plan))


def _pandas() -> Any:
    try:
        import pandas
    except ImportError:
        raise MissingExtraError("pandas", "report") from None
    return pandas


def _made(rows: list[Any], columns: list[str]) -> pd.DataFrame:
    table: pd.DataFrame = _pandas().DataFrame(rows, columns=columns)
    return table


@typed_call
def frame(problem: Problem[L] | Plannable[L], plan: L | None) -> pd.DataFrame:
    """The plan in long form.

    A roster has one row a duty worked (``employee, name, day, date, weekday, duty, shift, skill, minutes``); a
    hospital plan one row an unbroken stay in a room (``patient, room, ward, bed, first_day, last_day, days,
    admission, theatre``); a bed plan one row a ward and day (``ward, day, opened, lent, minimum, maximum, unit``); a
    region's plan one row a trust, unit and day (``trust, unit, day, use``).

    Parameters
    ----------
    problem : Problem or Plannable
        What was planned, or a document of it.
    plan : Plan or None
        Its plan; None is refused.

    Returns
    -------
    pandas.DataFrame
        A new frame.
    """
    problem = stated(problem)
    made = kind_of(problem).table(problem, _of(problem, plan))
    return _made(list(made.rows), list(made.columns))


@typed_call
def grid(problem: Problem[L] | Plannable[L], plan: L | None) -> pd.DataFrame:
    """The plan as people see it on the wall.

    A roster: one row a person, one column a day (a date where the instance has dates), duty ids, ``""`` for off.
    A hospital plan: one row a room, one column a day, the patients' ids separated by spaces.
    A bed plan: one row a ward, one column a day, beds open. A region's plan: one row a trust and unit, beds used.

    Parameters
    ----------
    problem : Problem or Plannable
        What was planned, or a document of it.
    plan : Plan or None
        Its plan; None is refused.

    Returns
    -------
    pandas.DataFrame
        A new frame.
    """
    problem = stated(problem)
    pandas, board = _pandas(), kind_of(problem).board(problem, _of(problem, plan))
    if len(board.names) == 1:
        index = pandas.Index(board.rows, name=board.names[0])
    else:
        index = pandas.MultiIndex.from_tuples(board.rows, names=board.names)
    table: pd.DataFrame = pandas.DataFrame(board.cells, index=index, columns=pandas.Index(board.days, name="day"))
    return table


@typed_call
def cover_frame(problem: RosterProblem | Plannable[Roster], plan: Roster | None) -> pd.DataFrame:
    """People present and wanted: one row a head count and day, of every rule that asks for people.

    Parameters
    ----------
    problem : RosterProblem or Plannable
        What was planned, or a document of it.
    plan : Roster or None
        Its plan; None is refused.

    Returns
    -------
    pandas.DataFrame
        A new frame.
    """
    problem = stated_as(RosterProblem, problem)
    rows = [
        (
            row.rule,
            row.label,
            c.day,
            kind_of(problem).day(problem, c.day),
            c.minimum,
            c.maximum,
            c.present,
            c.short,
            c.over,
            "people",
        )
        for row in cover(problem, _of(problem, plan))
        for c in row.cells
    ]
    columns = ["rule", "line", "day", "when", "minimum", "maximum", "present", "short", "over", "unit"]
    return _made(rows, columns)


@typed_call
def requests_frame(problem: RosterProblem | Plannable[Roster], plan: Roster | None) -> pd.DataFrame:
    """Every request and whether it is granted.

    Parameters
    ----------
    problem : RosterProblem or Plannable
        What was planned, or a document of it.
    plan : Roster or None
        Its plan; None is refused.

    Returns
    -------
    pandas.DataFrame
        A new frame.
    """
    problem = stated_as(RosterProblem, problem)
    rows = [
        (problem.employees[r.employee].id, r.day, kind_of(problem).day(problem, r.day), r.wish, r.weight, r.granted)
        for r in requests(problem, _of(problem, plan))
    ]
    return _made(rows, ["employee", "day", "when", "wish", "weight", "granted"])


@typed_call
def fairness_frame(
    problem: RosterProblem | Plannable[Roster], plan: Roster | None, evaluation: Evaluation | None = None
) -> pd.DataFrame:
    """What falls to each person: days, hours, nights, weekends, requests, cost of personal rules, hours of contract.

    Parameters
    ----------
    problem : RosterProblem or Plannable
        What was planned, or a document of it.
    plan : Roster or None
        Its plan; None is refused.
    evaluation : Evaluation, optional
        Of the plan; made anew when left out.

    Returns
    -------
    pandas.DataFrame
        A new frame.
    """
    problem = stated_as(RosterProblem, problem)
    rows: list[tuple[Any, ...]] = [
        (problem.employees[s.employee].id, s.days, s.minutes / 60, s.nights, s.weekends, s.asked, s.granted, s.cost)
        for s in shares(problem, _of(problem, plan), evaluation)
    ]
    columns = ["employee", "days", "hours", "nights", "weekends", "asked", "granted", "cost"]
    if hours := contract_hours(problem, _of(problem, plan)):
        columns += ["contract: hours that count", "contract: hours asked for"]
        rows = [(*row, *hours.get(i, (math.nan,) * 2)) for i, row in enumerate(rows)]
    for rule, mine in groupby(fair_shares(problem, _of(problem, plan)), key=lambda s: s.rule):
        of = {s.employee: s for s in mine}
        columns += [f"{rule}: has", f"{rule}: would be fair", f"{rule}: before"]
        rows = [
            (*row, *((of[i].have, of[i].share, of[i].before) if i in of else (math.nan,) * 3))
            for i, row in enumerate(rows)
        ]
    return _made(rows, columns)


@typed_call
def occupancy_frame(problem: HospitalProblem | Plannable[HospitalPlan], plan: HospitalPlan | None) -> pd.DataFrame:
    """Beds taken and open: one row a room and day.

    Parameters
    ----------
    problem : HospitalProblem or Plannable
        What was planned, or a document of it.
    plan : HospitalPlan or None
        Its plan; None is refused.

    Returns
    -------
    pandas.DataFrame
        A new frame.
    """
    problem = stated_as(HospitalProblem, problem)
    taken = occupancy(problem, _of(problem, plan))
    rows = [
        (name, day, int(taken[r, day]), int(problem.rooms.beds[r, day]))
        for r, name in enumerate(problem.rooms.ids)
        for day in range(problem.days)
    ]
    return _made(rows, ["room", "day", "taken", "beds"])


@typed_call
def not_placed_frame(problem: HospitalProblem | Plannable[HospitalPlan], plan: HospitalPlan | None) -> pd.DataFrame:
    """Patients not admitted, with the reason.

    Parameters
    ----------
    problem : HospitalProblem or Plannable
        What was planned, or a document of it.
    plan : HospitalPlan or None
        Its plan; None is refused.

    Returns
    -------
    pandas.DataFrame
        A new frame.
    """
    problem = stated_as(HospitalProblem, problem)
    rows = [
        (problem.patients.ids[n.patient], n.mandatory, n.first, n.last, n.reason)
        for n in not_placed(problem, _of(problem, plan))
    ]
    return _made(rows, ["patient", "mandatory", "first_day", "last_day", "reason"])


@typed_call
def electives_frame(problem: CapacityProblem | Plannable[CapacityPlan], plan: CapacityPlan | None) -> pd.DataFrame:
    """Elective requests of a bed plan: one row a specialty and day with requests.

    Parameters
    ----------
    problem : CapacityProblem or Plannable
        What was planned, or a document of it.
    plan : CapacityPlan or None
        Its plan; None is refused.

    Returns
    -------
    pandas.DataFrame
        A new frame.
    """
    problem = stated_as(CapacityProblem, problem)
    rows = [(e.specialty, e.day, e.requests, e.accepted) for e in electives(problem, _of(problem, plan))]
    return _made(rows, ["specialty", "day", "requests", "accepted"])


@typed_call
def rules_frame(evaluation: Evaluation | None) -> pd.DataFrame:
    """Amount, what it counts, and cost of every rule; ``told`` is the amount in words (minutes in hours).

    Parameters
    ----------
    evaluation : Evaluation or None
        Of a plan; None is refused.

    Returns
    -------
    pandas.DataFrame
        A new frame.
    """
    rows = [(r.rule, r.hard, r.amount, r.unit, quantity(r.amount, r.unit), r.cost) for r in _there(evaluation).rules]
    return _made(rows, ["rule", "hard", "amount", "unit", "told", "cost"])


@typed_call
def violations_frame(evaluation: Evaluation | None) -> pd.DataFrame:
    """Each broken rule: who, when, by how much.

    Parameters
    ----------
    evaluation : Evaluation or None
        Of a plan; None is refused.

    Returns
    -------
    pandas.DataFrame
        A new frame.
    """
    rows = [
        (v.rule, v.hard, v.amount, v.unit, v.cost, " ".join(v.who), " ".join(map(str, v.days)), v.message)
        for v in _there(evaluation).violations
    ]
    return _made(rows, ["rule", "hard", "amount", "unit", "cost", "who", "days", "message"])


@typed_call
def changes_frame(changes: Sequence[Change]) -> pd.DataFrame:
    """What a new plan does otherwise than the earlier one.

    Parameters
    ----------
    changes : sequence of Change
        As `optimise.replan.changes` lists them.

    Returns
    -------
    pandas.DataFrame
        One row a change.
    """
    return _made([change_row(change) for change in changes], list(COLUMNS))


@typed_call
def trace_frame(result: Result) -> pd.DataFrame:
    """Cost and bound over time.

    Parameters
    ----------
    result : Result
        A run.

    Returns
    -------
    pandas.DataFrame
        One row a point: seconds of wall clock, cost, lower bound, work, event.
    """
    return _made(result.trace.rows(), ["seconds", "primal", "dual", "work", "event"])
