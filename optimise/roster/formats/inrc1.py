"""INRC-I, the First International Nurse Rostering Competition (2010): instances and rosters in XML.

Source: S. Haspeslagh, P. De Causmaecker, A. Schaerf, M. Stolevik, "The first international nurse rostering
competition 2010", Ann. Oper. Res. 218 (2014) 221-236. Runs that touch an edge of the horizon are charged in full.
``NoNightShiftBeforeFreeWeekend`` and ``MaxWorkingWeekendsInFourWeeks`` are in the files but were never scored.
"""

from __future__ import annotations

import re
from pathlib import Path
from xml.sax.saxutils import escape

import numpy as np

from optimise.core.atomic import write_text
from optimise.core.errors import InputError
from optimise.core.horizon import Horizon
from optimise.formats.base import ReadOptions
from optimise.formats.text import LONGEST, beside, contains, look_up, placed
from optimise.formats.xmltree import Node, read_xml
from optimise.roster.formats.inrc1_rules import Context, date_of, day_of, rules
from optimise.roster.problem import Duty, Employee, Roster, RosterProblem, Shift

__all__ = ["Inrc1Format"]

_ROOT = re.compile(rb"<SchedulingPeriod[\s>]")
#: What every instance has; one in which it is missing was cut or damaged.
_REQUIRED = ("StartDate", "EndDate", "Skills", "ShiftTypes", "Patterns", "Contracts", "Employees", "CoverRequirements")
_CLOCK = re.compile(r"([0-9]{1,2}):([0-9]{2})(?::[0-9]{2}(?:\.[0-9]+)?)?\Z")


class Inrc1Format:
    """Reader and writer of INRC-I."""

    name = "inrc1"
    description = "INRC-I nurse rostering (XML, rosters as XML)"
    kind = "roster"

    def detects(self, path: Path) -> bool:
        return contains(path, _ROOT)

    def read(self, path: Path, options: ReadOptions) -> RosterProblem:
        """Read an instance.

        Raises
        ------
        InputError
            Naming file, line and item.
        """
        path = Path(path)
        root = read_xml(path)
        if root.tag != "SchedulingPeriod":
            raise root.error("<SchedulingPeriod> was expected")
        for tag in _REQUIRED:
            root.one(tag)
        if not root.one("CoverRequirements").children:
            raise root.one("CoverRequirements").error("asks for nobody")
        horizon = _horizon(root)
        shifts, required = _shifts(root)
        duties = (Duty("-"), *(Duty(s.id, i) for i, s in enumerate(shifts)))
        contracts = _unique(root.one("Contracts").all("Contract"), "contract")
        employees = _employees(root, contracts)
        context = Context(
            root,
            horizon,
            {s.id: 1 << i + 1 for i, s in enumerate(shifts)},
            required,
            {e.id: i for i, e in enumerate(employees)},
            [e.contract for e in employees],
            [frozenset(e.skills) for e in employees],
            contracts,
        )
        name = root.attributes.get("ID", "").strip() or path.stem
        skills = tuple(dict.fromkeys(s.text for s in root.inside("Skills", "Skill")))
        with placed(path):
            return RosterProblem(
                name, "inrc1", horizon, tuple(shifts), duties, employees, tuple(rules(context)), skills, {"id": name}
            )

    def read_plan(self, path: Path, problem: RosterProblem) -> Roster:
        """Read ``<Solution>`` with its ``<Assignment>`` elements."""
        path = Path(path)
        root = read_xml(path)
        if root.tag != "Solution":
            raise root.error("<Solution> was expected")
        period = root.maybe("SchedulingPeriodID")
        if period is not None and period.text not in (problem.name, problem.meta.get("id")):
            raise period.error(f"is a roster for {period.text[:60]!r}, not for {problem.name!r}")
        people = {e.id: i for i, e in enumerate(problem.employees)}
        known = {d.id: a for a, d in enumerate(problem.duties[1:], 1)}
        duties = np.zeros((len(people), problem.horizon.days), dtype=np.int16)
        for node in root.all("Assignment"):
            day, who, shift = node.one("Date"), node.one("Employee"), node.one("ShiftType")
            d = day_of(day, problem.horizon)
            with placed(path, who.line):
                i = look_up(people, who.text, "employee")
            with placed(path, shift.line):
                duty = look_up(known, shift.text, "shift")
            if duties[i, d]:
                raise node.error(f"has two shifts on {day.text}", f"employee {who.text}")
            duties[i, d] = duty
        return Roster.from_array(duties)

    def write_plan(self, plan: Roster, problem: RosterProblem, stem: Path) -> list[Path]:
        """Write ``STEM.xml``."""
        if problem.horizon.start is None:
            raise InputError("a roster in INRC-I's form needs calendar dates", item="plan")
        lines = ['<?xml version="1.0" encoding="utf-8"?>', "<Solution>"]
        lines.append(f"  <SchedulingPeriodID>{escape(problem.name)}</SchedulingPeriodID>")
        for day in range(problem.horizon.days):
            for e, row in zip(problem.employees, plan.duties, strict=True):
                if row[day]:
                    shift = problem.shifts[problem.duties[int(row[day])].shift].id
                    lines.append(
                        f"  <Assignment><Date>{problem.horizon.date(day)}</Date><Employee>{escape(e.id)}</Employee>"
                        f"<ShiftType>{escape(shift)}</ShiftType></Assignment>"
                    )
        return [write_text(beside(Path(stem), ".xml"), "\n".join([*lines, "</Solution>"]) + "\n")]


def _horizon(root: Node) -> Horizon:
    first, last = root.one("StartDate"), root.one("EndDate")
    begin, end = date_of(first), date_of(last)
    days = (end - begin).days + 1
    if not 1 <= days <= LONGEST:
        raise last.error(f"makes a horizon of {days} days, 1 to {LONGEST} were expected")
    return Horizon(days, begin)


def _unique(nodes: list[Node], what: str) -> dict[str, Node]:
    """Elements by their attribute ``ID``."""
    found: dict[str, Node] = {}
    for node in nodes:
        name = node.attribute("ID").strip()
        if not name or name in found:
            raise node.error("ids are unique and not empty", f"{what} {name!r}")
        found[name] = node
    return found


def _clock(node: Node | None) -> int | None:
    """Minutes from midnight."""
    if node is None or not node.text:
        return None
    found = _CLOCK.match(node.text)
    if not found or int(found[1]) > 24 or int(found[2]) > 59:
        raise node.error(f"a clock time such as 06:30:00 was expected, not {node.text[:40]!r}")
    return 60 * int(found[1]) + int(found[2])


def _shifts(root: Node) -> tuple[list[Shift], list[frozenset[str]]]:
    """Shift types, and the skills that each requires."""
    shifts, required = [], []
    for name, node in _unique(root.one("ShiftTypes").all("Shift"), "shift").items():
        if name in ("Any", "None", "-"):
            raise node.error(f"a shift cannot be called {name}")
        start, end = _clock(node.maybe("StartTime")), _clock(node.maybe("EndTime"))
        if start is not None and end is not None and end <= start:
            end += 1440
        minutes = 0 if start is None or end is None else end - start
        words = node.maybe("Description")
        shifts.append(Shift(name, minutes, start, end, "" if words is None else words.text))
        required.append(frozenset(s.word() for s in node.inside("Skills", "Skill")))
    if not shifts:
        raise root.one("ShiftTypes").error("holds no shift")
    return shifts, required


def _employees(root: Node, contracts: dict[str, Node]) -> tuple[Employee, ...]:
    found = []
    for name, node in _unique(root.one("Employees").all("Employee"), "employee").items():
        contract = node.one("ContractID")
        with placed(contract.file, contract.line, f"employee {name}"):
            look_up(contracts, contract.text, "contract")
        words = node.maybe("Name")
        skills = tuple(s.word() for s in node.inside("Skills", "Skill"))
        found.append(Employee(name, "" if words is None else words.text, contract.text, skills))
    return tuple(found)
