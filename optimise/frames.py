"""Plans, evaluations and traces as pandas frames: the only module that gives pandas objects to callers.

Every function returns a new frame; ``frame(problem, plan)`` and ``grid(problem, plan)`` work for any plan.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from optimise.core.errors import MissingExtraError, WardwiseError
from optimise.core.problem import Problem
from optimise.core.result import Evaluation, Plan, Result

if TYPE_CHECKING:
    import pandas as pd

__all__ = [
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


def _pandas() -> Any:
    try:
        import pandas
    except ImportError:
        raise MissingExtraError("pandas", "report") from None
    return pandas


def _made(rows: list[Any], columns: list[str]) -> pd.DataFrame:
    table: pd.DataFrame = _pandas().DataFrame(rows, columns=columns)
    return table


def _day_label(problem: Any, day: int) -> str:
    return str(problem.horizon.label(day)) if problem.kind == "roster" else f"day {day}"


def frame(problem: Problem, plan: Plan) -> pd.DataFrame:
    """The plan in long form.

    A roster has one row a duty worked (``employee, name, day, date, weekday, duty, shift, skill, minutes``); a
    hospital plan one row an unbroken stay in a room (``patient, room, ward, bed, first_day, last_day, days,
    admission, theatre``); a bed plan one row a ward and day (``ward, day, opened, lent, minimum, maximum, unit``); a
    region's plan one row a trust, unit and day (``trust, unit, day, use``).
    """
    if problem.kind == "roster":
        return _roster_frame(problem, plan)
    if problem.kind == "hospital":
        return _stays_frame(problem, plan)
    if problem.kind in ("capacity", "region"):
        from dataclasses import astuple, fields

        from optimise.capacity import view as views

        made: Any = problem
        rows: list[Any] = views.openings(made, plan) if problem.kind == "capacity" else views.shares(made, plan)  # type: ignore[arg-type]
        kind = views.Opening if problem.kind == "capacity" else views.Share
        return _made([astuple(row) for row in rows], [f.name for f in fields(kind)])
    raise WardwiseError(f"no table is defined for {problem.kind} plans")


def grid(problem: Problem, plan: Plan) -> pd.DataFrame:
    """The plan as people see it on the wall.

    A roster: one row a person, one column a day (a date where the instance has dates), duty ids, ``""`` for off.
    A hospital plan: one row a room, one column a day, the patients' ids separated by spaces.
    A bed plan: one row a ward, one column a day, beds open. A region's plan: one row a trust and unit, beds used.
    """
    pandas = _pandas()
    if problem.kind == "roster":
        made: Any = problem
        rows = [["" if cell == "-" else cell for cell in row] for row in made.table(plan)]
        columns = [made.horizon.date(d) or d for d in range(made.horizon.days)]
        index = pandas.Index([e.id for e in made.employees], name="employee")
        table: pd.DataFrame = pandas.DataFrame(rows, index=index, columns=pandas.Index(columns, name="day"))
        return table
    if problem.kind == "hospital":
        return _room_grid(problem, plan)
    if problem.kind in ("capacity", "region"):
        by = "ward" if problem.kind == "capacity" else ["trust", "unit"]
        value = "opened" if problem.kind == "capacity" else "use"
        wide = frame(problem, plan).pivot_table(index=by, columns="day", values=value, aggfunc="sum", sort=False)
        return wide
    raise WardwiseError(f"no grid is defined for {problem.kind} plans")


def _roster_frame(problem: Any, plan: Any) -> pd.DataFrame:
    rows = []
    for i, j in zip(*(plan.duties > 0).nonzero(), strict=True):
        duty, employee = problem.duties[plan.duties[i, j]], problem.employees[i]
        shift = problem.shifts[duty.shift]
        rows.append(
            {
                "employee": employee.id,
                "name": employee.name,
                "day": int(j),
                "date": problem.horizon.date(int(j)),
                "weekday": problem.horizon.weekday(int(j)),
                "duty": duty.id,
                "shift": shift.id,
                "skill": problem.skills[duty.skill] if duty.skill >= 0 else "",
                "minutes": shift.minutes,
            }
        )
    columns = ["employee", "name", "day", "date", "weekday", "duty", "shift", "skill", "minutes"]
    return _made(rows, columns)


def _stays_frame(problem: Any, plan: Any) -> pd.DataFrame:
    from optimise.hospital.view import stays

    rows = []
    for s in stays(plan):
        theatre = int(plan.theatre[s.patient])
        beds = problem.rooms.bed_ids
        rows.append(
            {
                "patient": problem.patients.ids[s.patient],
                "room": problem.rooms.ids[s.room],
                "ward": problem.rooms.wards[problem.rooms.ward[s.room]],
                "bed": beds[s.room][s.bed] if s.bed >= 0 and beds else "",
                "first_day": s.first,
                "last_day": s.last,
                "days": s.days,
                "admission": int(plan.admission[s.patient]),
                "theatre": problem.theatres.ids[theatre] if theatre >= 0 else "",
            }
        )
    columns = ["patient", "room", "ward", "bed", "first_day", "last_day", "days", "admission", "theatre"]
    return _made(rows, columns)


def _room_grid(problem: Any, plan: Any) -> pd.DataFrame:
    cells: list[list[list[str]]] = [[[] for _ in range(problem.days)] for _ in problem.rooms.ids]
    for p, day in zip(*(plan.room >= 0).nonzero(), strict=True):
        cells[plan.room[p, day]][day].append(problem.patients.ids[p])
    pandas = _pandas()
    index = pandas.Index(problem.rooms.ids, name="room")
    columns = pandas.Index(range(problem.days), name="day")
    text = [[" ".join(c) for c in row] for row in cells]
    table: pd.DataFrame = pandas.DataFrame(text, index=index, columns=columns)
    return table


def cover_frame(problem: Any, plan: Any) -> pd.DataFrame:
    """People present and wanted: one row a cover line and day."""
    from optimise.roster.view import cover

    rows = [
        (row.rule, row.label, c.day, _day_label(problem, c.day), c.minimum, c.maximum, c.present, c.short, c.over)
        for row in cover(problem, plan)
        for c in row.cells
    ]
    columns = ["rule", "line", "day", "when", "minimum", "maximum", "present", "short", "over"]
    return _made(rows, columns)


def requests_frame(problem: Any, plan: Any) -> pd.DataFrame:
    """Every request and whether it is granted."""
    from optimise.roster.view import requests

    rows = [
        (problem.employees[r.employee].id, r.day, _day_label(problem, r.day), r.wish, r.weight, r.granted)
        for r in requests(problem, plan)
    ]
    return _made(rows, ["employee", "day", "when", "wish", "weight", "granted"])


def fairness_frame(problem: Any, plan: Any, evaluation: Evaluation | None = None) -> pd.DataFrame:
    """What falls to each person: days, hours, nights, weekends, requests, cost of personal rules."""
    from optimise.roster.view import shares

    rows = [
        (problem.employees[s.employee].id, s.days, s.minutes / 60, s.nights, s.weekends, s.asked, s.granted, s.cost)
        for s in shares(problem, plan, evaluation)
    ]
    columns = ["employee", "days", "hours", "nights", "weekends", "asked", "granted", "cost"]
    return _made(rows, columns)


def occupancy_frame(problem: Any, plan: Any) -> pd.DataFrame:
    """Beds taken and open: one row a room and day."""
    from optimise.hospital.view import occupancy

    taken = occupancy(problem, plan)
    rows = [
        (name, day, int(taken[r, day]), int(problem.rooms.beds[r, day]))
        for r, name in enumerate(problem.rooms.ids)
        for day in range(problem.days)
    ]
    return _made(rows, ["room", "day", "taken", "beds"])


def not_placed_frame(problem: Any, plan: Any) -> pd.DataFrame:
    """Patients not admitted, with the reason."""
    from optimise.hospital.view import not_placed

    rows = [
        (problem.patients.ids[n.patient], n.mandatory, n.first, n.last, n.reason) for n in not_placed(problem, plan)
    ]
    return _made(rows, ["patient", "mandatory", "first_day", "last_day", "reason"])


def electives_frame(problem: Any, plan: Any) -> pd.DataFrame:
    """Elective requests of a bed plan: one row a specialty and day with requests."""
    from optimise.capacity.view import electives

    rows = [(e.specialty, e.day, e.requests, e.accepted) for e in electives(problem, plan)]
    return _made(rows, ["specialty", "day", "requests", "accepted"])


def rules_frame(evaluation: Evaluation) -> pd.DataFrame:
    """Amount and cost of every rule."""
    rows = [(r.rule, r.hard, r.amount, r.cost) for r in evaluation.rules]
    return _made(rows, ["rule", "hard", "amount", "cost"])


def violations_frame(evaluation: Evaluation) -> pd.DataFrame:
    """Each broken rule: who, when, by how much."""
    rows = [
        (v.rule, v.hard, v.amount, v.cost, " ".join(v.who), " ".join(map(str, v.days)), v.message)
        for v in evaluation.violations
    ]
    return _made(rows, ["rule", "hard", "amount", "cost", "who", "days", "message"])


def trace_frame(result: Result) -> pd.DataFrame:
    """Cost and bound over time."""
    return _made(result.trace.rows(), ["seconds", "primal", "dual", "work", "event"])
