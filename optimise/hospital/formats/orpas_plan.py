"""Solutions of admission scheduling with operating rooms (OR-PAS), XML: :mod:`optimise.hospital.formats.orpas`."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path
from typing import overload
from xml.sax.saxutils import quoteattr

import numpy as np

from optimise.core.atomic import write_text
from optimise.core.errors import InputError
from optimise.formats.xmltree import Node, read_xml
from optimise.hospital.admissions.data import AdmissionPlan
from optimise.hospital.admissions.evaluate import usage
from optimise.hospital.admissions.problem import AdmissionProblem

__all__ = ["day_of", "read_plan", "write_plan"]

_SCHEMA = (
    'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" '
    'xsi:schemaLocation="http://www.diegm.uniud.it/ceschia/uploads/VRCLP/XML/OrPasu_main_out.xsd"'
)


@overload
def day_of(node: Node, name: str, start: date) -> int: ...
@overload
def day_of(node: Node, name: str, start: None) -> date: ...
def day_of(node: Node, name: str, start: date | None) -> int | date:
    """Days from ``start`` to the date in an attribute; the date itself where there is no start.

    Parameters
    ----------
    node : Node
        Element that has the attribute.
    name : str
        Of the attribute, a date as ``2014-05-01``.
    start : date or None
        Day 0.

    Returns
    -------
    int or date
        0-based; negative before the start.

    Raises
    ------
    InputError
        If it is missing or no date.
    """
    text = node.attribute(name)
    try:
        found = date.fromisoformat(text)
    except ValueError:
        raise node.error(f"{name} is {text[:40]!r}, expected a date such as 2014-05-01") from None
    return found if start is None else (found - start).days


def read_plan(path: Path, problem: AdmissionProblem) -> AdmissionPlan:
    """Read a solution; it may break every rule, but names patients, rooms and days of the problem.

    Parameters
    ----------
    path : path
        XML file.
    problem : AdmissionProblem
        The problem that it is a solution of.

    Returns
    -------
    AdmissionPlan
        Rooms by patient and day.

    Raises
    ------
    InputError
        Naming the line, for unknown or repeated patients and days, and for a solution of another instance.
    """
    root = read_xml(path)
    if root.tag != "OrPasu_main_out":
        raise root.error("expected <OrPasu_main_out>")
    stated = root.attributes.get("instance", "")
    if stated and problem.title and stated != problem.title:
        raise root.error(f"is of instance {stated[:60]!r}, not of {problem.title!r}")
    people = {name: p for p, name in enumerate(problem.patients.ids)}
    rooms = {name: r for r, name in enumerate(problem.rooms.ids)}
    room = np.full((len(people), problem.days), -1)
    seen: set[int] = set()
    for node in root.one("patients_scheduling").all("patient"):
        name = node.attribute("name")
        if name not in people:
            raise node.error("is unknown", item=f"patient {name}")
        p = people[name]
        if p in seen:
            raise node.error("occurs twice", item=f"patient {name}")
        seen.add(p)
        for stay in node.all("stay"):
            d, where = day_of(stay, "day", problem.start), stay.attribute("room")
            if where not in rooms:
                raise stay.error(f"unknown room {where[:60]!r}", item=f"patient {name}")
            if not 0 <= d < problem.days:
                raise stay.error(f"days run from {problem.start} for {problem.days} days", item=f"patient {name}")
            if room[p, d] >= 0:
                raise stay.error("is given two rooms on one day", item=f"patient {name}")
            room[p, d] = rooms[where]
    return AdmissionPlan(room)


def write_plan(plan: AdmissionPlan, problem: AdmissionProblem, path: Path) -> Path:
    """Write a solution in the form of the published schema, costs included.

    Parameters
    ----------
    plan : AdmissionPlan
        Any plan of the problem.
    problem : AdmissionProblem
        For names and dates.
    path : path
        XML file.

    Returns
    -------
    Path
        The file.
    """
    if problem.days != 2 * problem.counted:
        raise InputError("a solution file needs a horizon of twice the days that count", item=problem.name)
    title = problem.title or problem.name
    lines = [
        '<?xml version="1.0" encoding="UTF-8"?>',
        f"<OrPasu_main_out {_SCHEMA} name={quoteattr('sol-' + title)} instance={quoteattr(title)}>",
        "  <planning_horizon>",
        f"    <start_day>{problem.start}</start_day>",
        f"    <num_days>{problem.days}</num_days>",
        f"    <current_day>{_date(problem, problem.counted)}</current_day>",
        "  </planning_horizon>",
        "  <patients_scheduling>",
    ]
    for p, first in enumerate(plan.admission.tolist()):
        if first >= 0:
            lines += _patient(plan, problem, p, first)
    lines += ["  </patients_scheduling>", *_costs(plan, problem), "</OrPasu_main_out>"]
    return write_text(path, "\n".join(lines) + "\n")


def _date(problem: AdmissionProblem, day: int) -> date:
    return problem.start + timedelta(days=day)


def _patient(plan: AdmissionPlan, problem: AdmissionProblem, p: int, first: int) -> list[str]:
    nights = np.flatnonzero(plan.room[p] >= 0).tolist()
    today = problem.counted
    status = "registered" if first >= today else "discharged" if nights[-1] < today else "arrived"
    late = first - int(problem.patients.release[p])
    delay = f' delay="{late}"' if late > 0 and problem.patients.home[p] < 0 else ""
    made = [f'    <patient name={quoteattr(problem.patients.ids[p])} status="{status}"{delay}>']
    for d in nights:
        made.append(f'      <stay day="{_date(problem, d)}" room={quoteattr(problem.rooms.ids[plan.room[p, d]])}/>')
    return [*made, "    </patient>"]


def _costs(plan: AdmissionPlan, problem: AdmissionProblem) -> list[str]:
    found, used = problem.evaluate(plan), usage(problem, plan)
    rule = {r.rule: r for r in found.rules}

    def cost(*names: str) -> int:
        return int(sum(rule[n].cost for n in names))

    def broken(*names: str) -> int:
        return int(sum(rule[n].amount for n in names))

    tags = ("properties", "preference", "specialism", "gender")
    wishes = [
        f'      <{tag} violations="{broken(w.rule)}" weight="{w.price}"/>' for tag, w in zip(tags, problem.wishes)
    ]
    end = problem.counted
    beds, people = int(problem.rooms.beds[:, :end].sum()), int(used.people[:, :end].sum())
    minutes, cut = int(problem.sessions.minutes[:, :end].sum()), int(used.elective[:, :end].sum())
    full, long = broken("RoomCapacity"), broken("SessionLimit", "TheatreLimit")
    return [
        f'  <costs violations="{int(found.hard)}" objectives="{int(found.cost)}" time="0">',
        f'    <patient_room value="{cost(*(w.rule for w in problem.wishes))}">',
        *wishes,
        "    </patient_room>",
        f"    <gender>{cost('RoomGenderMix')}</gender>",
        f"    <transfer>{cost('Transfer')}</transfer>",
        f"    <delay>{cost('PatientDelay')}</delay>",
        f"    <overcrowd_risk>{cost('OverstayRisk')}</overcrowd_risk>",
        f"    <or_overtime_cost>{cost('SessionOvertime', 'TheatreOvertime')}</or_overtime_cost>",
        f"    <idle_room_cost>{cost('IdleBeds')}</idle_room_cost>",
        f"    <idle_operating_room_cost>{cost('IdleTheatre')}</idle_operating_room_cost>",
        f'    <capacity_violations value="{full}" room_utilization="{_percent(people, beds)}"/>',
        f'    <or_violations value="{long}" or_utilization="{_percent(cut, minutes)}"/>',
        "  </costs>",
    ]


def _percent(part: int, whole: int) -> str:
    return f"{100.0 * part / whole if whole else 0.0:.2f}"
