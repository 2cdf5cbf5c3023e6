"""The employee shift-scheduling benchmark of Curtois and Qu (2014): instances, and rosters as CSV."""

from __future__ import annotations

import math
import re
from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from optimise.core.atomic import write_text
from optimise.core.csvfile import guarded, unguarded
from optimise.core.errors import InputError
from optimise.core.horizon import Horizon
from optimise.formats.base import ReadOptions, read_text
from optimise.formats.text import LONGEST, Row, beside, clip, contains, placed, refuse_cut, rows, whole
from optimise.roster.problem import Duty, Employee, Roster, RosterProblem, Shift
from optimise.roster.rules.cover import Cover, Demand
from optimise.roster.rules.primitives import RosterRule, Segment
from optimise.roster.rules.requests import DaysOff, Eligibility, Request, Requests
from optimise.roster.rules.runs import Runs
from optimise.roster.rules.succession import Succession
from optimise.roster.rules.totals import Total
from optimise.roster.rules.weekends import WorkedWeekends

__all__ = ["CurtoisFormat"]

_SECTIONS = ("HORIZON", "SHIFTS", "STAFF", "DAYS_OFF", "SHIFT_ON_REQUESTS", "SHIFT_OFF_REQUESTS", "COVER")
#: What every instance has; one in which it is missing was cut short.
_REQUIRED = _SECTIONS
_MARK = re.compile(rb"SECTION_HORIZON")


@dataclass(frozen=True, slots=True)
class _Contract:
    """Limits of one employee, in the order of the file."""

    most: tuple[int, ...]  # by shift type
    minutes_most: int
    minutes_least: int
    run_most: int
    run_least: int
    off_least: int
    weekends_most: int


class CurtoisFormat:
    """Reader and writer of ``InstanceN.txt`` and of rosters ``employee,shift or -,...``.

    Runs that touch the first or the last day are exempt from the two minimum rules; nothing precedes day 0.
    """

    name = "curtois"
    description = "Curtois & Qu shift scheduling (SECTION_... text; rosters as CSV)"
    kind = "roster"

    def detects(self, path: Path) -> bool:
        return contains(path, _MARK)

    def read(self, path: Path, options: ReadOptions) -> RosterProblem:
        """Read an instance.

        Raises
        ------
        InputError
            Naming file, line and item.
        """
        path = Path(path)
        return _Reader(path).problem()

    def read_plan(self, path: Path, problem: RosterProblem) -> Roster:
        """Read a roster: one line per employee in any order, ``#`` lines are comments."""
        path = Path(path)
        duties: list[list[int] | None] = [None] * len(problem.employees)
        people = {e.id: i for i, e in enumerate(problem.employees)}
        known = {d.id: a for a, d in enumerate(problem.duties)} | {"-": 0, "": 0}
        cells: list[str] = []
        for row in rows(path):
            name, *cells = (unguarded(c.strip()) for c in row.text.split(","))
            i = row.look_up(people, name, "employee")
            if duties[i] is not None:
                raise row.error("is listed twice", f"employee {name}")
            if len(cells) != problem.horizon.days:
                raise row.error(f"{problem.horizon.days} days wanted, found {len(cells)}", f"employee {name}")
            duties[i] = [row.look_up(known, c, "shift") for c in cells]
        if not whole(read_text(path)) and cells:
            with placed(path, row.line):
                refuse_cut(cells[-1], known, f"employee {name}")
        missing = [e.id for e, d in zip(problem.employees, duties, strict=True) if d is None]
        if missing:
            raise InputError(f"no line for {clip(', '.join(missing), 200)}", file=path, item="plan")
        return Roster.from_array([d for d in duties if d is not None])

    def write_plan(self, plan: Roster, problem: RosterProblem, stem: Path) -> list[Path]:
        """Write ``STEM.csv``."""
        lines = [
            ",".join((guarded(e.id), *cells)) for e, cells in zip(problem.employees, problem.table(plan), strict=True)
        ]
        return [write_text(beside(Path(stem), ".csv"), "\n".join(lines) + "\n")]


class _Reader:
    """The sections of one file, turned into a problem."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.sections = _sections(path)
        (days_row, *more) = self.sections["HORIZON"] or (None,)
        if days_row is None or more:
            raise InputError("SECTION_HORIZON holds one number of days", file=path, item="horizon")
        self.days = days_row.integer(days_row.text, "horizon", 1, LONGEST)
        self.shifts, self.next_forbidden = self._shifts()
        self.shift_index = {s.id: i for i, s in enumerate(self.shifts)}
        self.staff: dict[str, _Contract] = self._staff()
        self.people = {name: i for i, name in enumerate(self.staff)}

    def problem(self) -> RosterProblem:
        duties = (Duty("-"), *(Duty(s.id, i) for i, s in enumerate(self.shifts)))
        horizon = Horizon(self.days)
        rules = [*self._person_rules(horizon), *self._request_rules(len(duties)), *self._cover()]
        employees = tuple(Employee(name) for name in self.staff)
        with placed(self.path):
            return RosterProblem(
                self.path.stem, "curtois", horizon, tuple(self.shifts), duties, employees, tuple(rules)
            )

    # ---- sections --------------------------------------------------------------------------------------------
    def _shifts(self) -> tuple[list[Shift], list[tuple[str, ...]]]:
        shifts: dict[str, Shift] = {}
        forbidden: list[tuple[str, ...]] = []
        section = self.sections["SHIFTS"]
        for row in section:
            name, minutes, after = row.fields(3, "a shift")
            if name in shifts or name in ("", "-"):
                raise row.error("shift ids are unique and neither empty nor '-'", f"shift {name!r}")
            shifts[name] = Shift(name, row.integer(minutes, f"length of shift {name}", 0, 10**6))
            forbidden.append(tuple(a.strip() for a in after.split("|")) if after else ())
        for row, names in zip(section, forbidden, strict=True):
            for each in names:
                row.look_up(shifts, each, "shift")
        if not shifts:
            raise InputError("no shifts", file=self.path, item="SECTION_SHIFTS")
        return list(shifts.values()), forbidden

    def _staff(self) -> dict[str, _Contract]:
        staff: dict[str, _Contract] = {}
        for row in self.sections["STAFF"]:
            name, most, *limits = row.fields(8, "an employee")
            item = f"employee {name}"
            if name in staff or not name:
                raise row.error("employee ids are unique and not empty", item)
            by_shift: dict[str, int] = {}
            for part in most.split("|"):
                shift, _, count = (p.strip() for p in part.partition("="))
                row.look_up(self.shift_index, shift, "shift")
                if shift in by_shift:
                    raise row.error(f"two maxima for shift {shift}", item)
                by_shift[shift] = row.integer(count, f"{item}, maximum of shift {shift}")
            missing = [s.id for s in self.shifts if s.id not in by_shift]
            if missing:
                raise row.error(f"no maximum for shift {', '.join(missing)}", item)
            values = [row.integer(v, item) for v in limits]
            staff[name] = _Contract(tuple(by_shift[s.id] for s in self.shifts), *values)
        if not staff:
            raise InputError("no employees", file=self.path, item="SECTION_STAFF")
        return staff

    # ---- rules -----------------------------------------------------------------------------------------------
    def _mask(self, *shifts: str) -> int:
        return sum(1 << self.shift_index[s] + 1 for s in set(shifts))

    def _person_rules(self, horizon: Horizon) -> list[RosterRule]:
        contracts = list(self.staff.values())
        work = (1 << len(self.shifts) + 1) - 2
        pairs = tuple(
            (self._mask(s.id), self._mask(*after))
            for s, after in zip(self.shifts, self.next_forbidden, strict=True)
            if after
        )
        rules: list[RosterRule] = [Succession(name="shift rotation", pairs=pairs)]
        banned = tuple(sum(1 << t + 1 for t, m in enumerate(c.most) if m == 0) for c in contracts)
        if any(banned):
            rules.append(Eligibility(name="shifts not allowed", forbidden=banned, label="may not work this shift"))
        for t, shift in enumerate(self.shifts):
            # a maximum of at least one a day says nothing, and 0 is told by the rule above
            bound = {e: c.most[t] for e, c in enumerate(contracts) if 0 < c.most[t] < self.days}
            if bound:
                name = f"most shifts {shift.id}"
                people, most = tuple(bound), tuple(bound.values())
                noun = f"shifts {shift.id}"
                rules.append(Total(name=name, employees=people, of=self._mask(shift.id), maximum=most, noun=noun))
        rules.append(
            Total(
                name="minutes",
                of=work,
                measure="minutes",
                minimum=tuple(c.minutes_least for c in contracts),
                maximum=tuple(c.minutes_most for c in contracts),
                noun="working time",
            )
        )
        for limit, who in _groups([c.run_most for c in contracts]).items():
            name = f"at most {limit} shifts in a row"
            rules.append(Runs(name=name, employees=who, of=work, maximum=limit, noun="working days"))
        for limit, who in _groups([c.run_least for c in contracts]).items():
            if limit > 1:
                name = f"at least {limit} shifts in a row"
                rules.append(Runs(name=name, employees=who, of=work, minimum=limit, noun="working days"))
        for limit, who in _groups([c.off_least for c in contracts]).items():
            if limit > 1:
                name = f"at least {limit} days off in a row"
                rules.append(Runs(name=name, employees=who, of=1, minimum=limit, noun="days off"))
        weekends = horizon.weekends()
        if weekends:
            most_weekends = tuple(c.weekends_most for c in contracts)
            rules.append(WorkedWeekends(name="worked weekends", weekends=weekends, maximum=most_weekends))
        rules.append(DaysOff(name="days off", cells=tuple(self._days_off())))
        return rules

    def _days_off(self) -> list[tuple[int, int]]:
        cells: dict[tuple[int, int], None] = {}
        for row in self.sections["DAYS_OFF"]:
            name, *days = (f.strip() for f in row.text.split(","))
            e = row.look_up(self.people, name, "employee")
            for text in days:
                if text:
                    cells[e, row.integer(text, f"day off of {name}", 0, self.days - 1)] = None
        return list(cells)

    def _request_rules(self, duties: int) -> list[RosterRule]:
        everything = (1 << duties) - 1
        rules: list[RosterRule] = []
        for section, name, label in (
            ("SHIFT_ON_REQUESTS", "shift-on requests", "requested shift not given"),
            ("SHIFT_OFF_REQUESTS", "shift-off requests", "works a shift asked off"),
        ):
            requests: list[Request] = []
            for row in self.sections[section]:
                who, day, shift, weight = row.fields(4, "a request")
                e = row.look_up(self.people, who, "employee")
                d = row.integer(day, f"day of a request of {who}", 0, self.days - 1)
                row.look_up(self.shift_index, shift, "shift")
                avoid = self._mask(shift)
                if section == "SHIFT_ON_REQUESTS":
                    avoid = everything & ~avoid
                requests.append(Request(e, d, avoid, row.integer(weight, f"weight of a request of {who}")))
            rules.append(Requests(name=name, requests=tuple(requests), label=label))
        return rules

    def _cover(self) -> list[RosterRule]:
        demands: dict[tuple[int, str], Demand] = {}
        for row in self.sections["COVER"]:
            day, shift, wanted, under, over = row.fields(5, "a cover line")
            row.look_up(self.shift_index, shift, "shift")
            item = f"cover of {shift}"
            d = row.integer(day, f"{item}, day", 0, self.days - 1)
            if (d, shift) in demands:
                raise row.error(f"two cover lines for day {d}", item)
            count = row.integer(wanted, f"{item}, requirement")
            demands[d, shift] = Demand(
                d,
                self._mask(shift),
                count,
                count,
                (Segment(math.inf, row.integer(under, f"{item}, weight under")),),
                (Segment(math.inf, row.integer(over, f"{item}, weight over")),),
                label=shift,
            )
        self._whole_cover(list(demands))
        return [Cover(name="cover", demands=tuple(demands.values()))]

    def _whole_cover(self, given: list[tuple[int, str]]) -> None:
        """Refuse cover that stops early: instances list every day with every shift, in order."""
        section = self.sections["COVER"]
        if not section:
            raise InputError("holds no line", file=self.path, item="SECTION_COVER")
        every = [(d, s.id) for d in range(self.days) for s in self.shifts]
        if len(given) < len(every) and given == every[: len(given)]:
            text = f"ends on day {given[-1][0]} of {self.days}, shift {given[-1][1]}: the file was cut short"
            raise section[-1].error(text, "SECTION_COVER")
        weights = [row.text.rpartition(",")[2].strip() for row in section]
        if not whole(read_text(self.path)) and weights.count(weights[-1]) == 1 < len(weights):
            raise section[-1].error("ends inside a line: the file was cut short, or end the last line", "SECTION_COVER")


def _sections(path: Path) -> dict[str, list[Row]]:
    """Data lines by section."""
    found: dict[str, list[Row]] = {}
    current: list[Row] | None = None
    for row in rows(path):
        if row.text.startswith("SECTION_"):
            name = row.text.removeprefix("SECTION_")
            if name not in _SECTIONS:
                raise row.error(f"unknown section {row.text!r}; known: {', '.join('SECTION_' + s for s in _SECTIONS)}")
            if name in found:
                raise row.error("this section was already given", row.text)
            current = found[name] = []
        elif current is None:
            raise row.error("a line SECTION_... was expected before the first data")
        else:
            current.append(row)
    for name in _REQUIRED:
        if name not in found:
            raise InputError(f"SECTION_{name} is missing", file=path)
    return {name: found.get(name, []) for name in _SECTIONS}


def _groups(values: list[object]) -> dict[Any, tuple[int, ...] | None]:
    """People by value, in the order of first use; None when all share one value."""
    found: dict[Any, list[int]] = defaultdict(list)
    for i, value in enumerate(values):
        found[value].append(i)
    return {v: None if len(who) == len(values) else tuple(who) for v, who in found.items()}
