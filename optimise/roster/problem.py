"""Rostering in the planner's words: shifts, skills, people, rules, and the roster itself.

A person does one *duty* a day: duty 0 is a day off, the others are a shift, or a shift worked in a named skill
where the instance asks for that (INRC-II). All rules speak of sets of duties, written as bit masks (bit ``a`` set =
duty ``a`` is in the set), so one vocabulary serves every family.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any

from optimise.core.brief import brief
from optimise.core.errors import InputError, UnsupportedError
from optimise.core.given import typed_call
from optimise.core.horizon import Day, Horizon
from optimise.core.notebook import facts
from optimise.core.problem import Problem
from optimise.core.result import Evaluation
from optimise.roster.arrays import RosterArrays, roster_arrays
from optimise.roster.automaton import Automata, automata
from optimise.roster.compiled import CompiledRoster, RuledRoster
from optimise.roster.context import OFF, Duty, Employee, Roster, Shift
from optimise.roster.evaluate import evaluate_roster
from optimise.roster.rules.primitives import RosterRule
from optimise.roster.rules.requests import Pins

__all__ = ["OFF", "Duty", "Employee", "Roster", "RosterProblem", "Shift", "roster_only"]


@brief
@dataclass(frozen=True, eq=False)
class RosterProblem(RuledRoster):
    """A rostering instance of any family.

    Attributes
    ----------
    name, family : str
    horizon : Horizon
    shifts : tuple of Shift
    duties : tuple of Duty
        ``duties[0]`` is the day off.
    employees : tuple of Employee
    rules : tuple of RosterRule
        In the order in which costs are reported.
    skills : tuple of str
    meta : mapping
        What the family's writer needs to write plans (file stems, week order, ...).
    ties : tuple of RosterRule
        Rules that choose among plans of equal cost. They are no part of the cost and of no bound.
    """

    name: str
    family: str
    horizon: Horizon
    shifts: tuple[Shift, ...]
    duties: tuple[Duty, ...]
    employees: tuple[Employee, ...]
    rules: tuple[RosterRule, ...]
    skills: tuple[str, ...] = ()
    meta: dict[str, Any] = field(default_factory=dict)
    ties: tuple[RosterRule, ...] = ()
    kind: str = field(default="roster", init=False)

    def __post_init__(self) -> None:
        for what, ids in (
            ("shift", [s.id for s in self.shifts]),
            ("employee", [e.id for e in self.employees]),
            ("duty", [d.id for d in self.duties]),
        ):
            seen: set[str] = set()
            for each in ids:
                if each in seen:
                    raise InputError(f"{what} {each!r} is listed twice", item=f"{what} {each}")
                seen.add(each)
        if not self.employees:
            raise InputError("there is nobody to roster", item="employees")
        if not self.duties or self.duties[0].shift != -1:
            raise InputError("the first duty must be the day off", item="duties")
        names: set[str] = set()
        for rule in self.rules:
            if rule.name in names:
                raise InputError(f"two rules are called {rule.name!r}", item=f"rule {rule.name}")
            names.add(rule.name)

    # ---- use -------------------------------------------------------------------------------------------------
    @cached_property
    def compiled(self) -> CompiledRoster:
        """The rules as patterns, counters and cover lines over arrays (built once)."""
        return CompiledRoster.of(self)

    @cached_property
    def automata(self) -> Automata:
        """Each person's sequence rules as a layered automaton (built once)."""
        return automata(self.compiled)

    @cached_property
    def arrays(self) -> RosterArrays:
        """Rules and automata as the flat tables that kernels read (built once)."""
        return roster_arrays(self.compiled, self.automata)

    def evaluate(self, plan: Roster) -> Evaluation:
        """Exact cost of a roster, rule by rule, with violations that name who, when and by how much.

        Parameters
        ----------
        plan : Roster
            Duties, shape (employees, days).

        Returns
        -------
        Evaluation
            Cost, amount of broken hard rules, and each broken rule.

        Raises
        ------
        InputError
            If the roster has the wrong shape or holds an unknown duty.
        """
        return evaluate_roster(self, plan)

    def _repr_html_(self) -> str:
        shown = [
            ("people", len(self.employees)),
            ("days", f"{self.horizon.days}, from {self.horizon.label(0)}"),
            ("shifts", ", ".join(s.id for s in self.shifts)),
            ("rules", ", ".join(r.name for r in self.rules)),
        ]
        return facts(self.name, shown, self.family)

    def digest(self) -> str:
        """SHA-256 of names, sizes and compiled rules."""
        made = hashlib.sha256()
        made.update(repr((self.name, self.horizon, self.shifts, self.duties, self.employees)).encode())
        for part in self.compiled.content():
            made.update(part)
        return made.hexdigest()

    # ---- edits: each returns a new problem -------------------------------------------------------------------
    def with_rules(self, *rules: RosterRule) -> RosterProblem:
        """Add rules; one of a name already present replaces it.

        Parameters
        ----------
        rules : RosterRule
            Rules to add, in the order in which they are reported.

        Returns
        -------
        RosterProblem
            A copy.
        """
        names = {r.name for r in rules}
        kept = tuple(r for r in self.rules if r.name not in names)
        return replace(self, rules=kept + rules)

    def without_rules(self, *names: str) -> RosterProblem:
        """Take rules out.

        Parameters
        ----------
        names : str
            Names of rules in force.

        Returns
        -------
        RosterProblem
            A copy.

        Raises
        ------
        InputError
            If there is no rule of that name.
        """
        missing = set(names) - {r.name for r in self.rules}
        if missing:
            raise InputError(f"no rule called {', '.join(sorted(missing))}")
        return replace(self, rules=tuple(r for r in self.rules if r.name not in names))

    def with_employee(self, employee: Employee, *, like: str) -> RosterProblem:
        """Add a person to whom the personal rules of ``like`` apply (not that person's requests and leave).

        Parameters
        ----------
        employee : Employee
            The new person; comes last.
        like : str
            Id of the person whose personal rules apply.

        Returns
        -------
        RosterProblem
            A copy.
        """
        source, new = self.employee_index(like), len(self.employees)
        rules = tuple(r.extended(source, new, self) for r in self.rules)
        ties = tuple(r.extended(source, new, self) for r in self.ties)
        return replace(self, employees=(*self.employees, employee), rules=rules, ties=ties)

    @typed_call
    def pin(self, employee: str, day: Day, shift: str | None) -> RosterProblem:
        """Fix one person's day to a shift (or to a day off with None).

        Parameters
        ----------
        employee : str
            Id of the person.
        day : int, date or str
            0-based day of the horizon, or its date.
        shift : str or None
            Id of the shift; None for a day off.

        Returns
        -------
        RosterProblem
            A copy; an earlier pin of that day is replaced.

        Raises
        ------
        InputError
            For an unknown person or shift, or a day outside the horizon.
        """
        mask = 1 if shift is None else self.shift_mask(shift)
        cell = (self.employee_index(employee), self.horizon.index(day), mask)
        old = next((r for r in self.rules if isinstance(r, Pins)), Pins(name="pinned"))
        pins = replace(old, cells=(*(c for c in old.cells if c[:2] != cell[:2]), cell))
        return self.with_rules(pins)

    @typed_call
    def unpin(self, employee: str, day: Day) -> RosterProblem:
        """Free one person's day that is pinned.

        Parameters
        ----------
        employee : str
            Id of the person.
        day : int, date or str
            0-based day of the horizon, or its date.

        Returns
        -------
        RosterProblem
            A copy.

        Raises
        ------
        InputError
            For an unknown person, a day outside the horizon, or one that is not pinned.
        """
        cell = (self.employee_index(employee), self.horizon.index(day))
        old = next((r for r in self.rules if isinstance(r, Pins)), None)
        if old is None or all(c[:2] != cell for c in old.cells):
            raise InputError(f"{self.horizon.label(cell[1])} is not pinned", item=f"employee {employee}")
        kept = tuple(c for c in old.cells if c[:2] != cell)
        return self.with_rules(replace(old, cells=kept)) if kept else self.without_rules(old.name)

    # ---- in and out ------------------------------------------------------------------------------------------
    def roster(self, rows: Sequence[Sequence[str]] | Iterable[Sequence[str]]) -> Roster:
        """Make a roster from duty ids, one row per employee (``"-"`` or ``""`` = off).

        Parameters
        ----------
        rows : iterable of sequence of str
            Duty ids, one row an employee, one entry a day.

        Returns
        -------
        Roster
            Not evaluated yet.

        Raises
        ------
        InputError
            For an unknown duty or a wrong number of rows or days.
        """
        off = {"-", "", self.duties[0].id}
        out = [[OFF if cell in off else self.duty_index(cell) for cell in row] for row in rows]
        if len(out) != len(self.employees) or any(len(row) != self.horizon.days for row in out):
            raise InputError(
                f"a roster needs {len(self.employees)} rows of {self.horizon.days} days "
                f"for this problem, not {len(out)} rows"
            )
        return Roster.from_array(out)

    def table(self, plan: Roster) -> list[list[str]]:
        """Duty ids by employee and day, ``"-"`` for a day off.

        Parameters
        ----------
        plan : Roster
            Duties, shape (employees, days).

        Returns
        -------
        list of list of str
            One row an employee, one entry a day.
        """
        ids = ["-"] + [d.id for d in self.duties[1:]]
        return [[ids[a] for a in row] for row in plan.duties]


def roster_only(problem: Problem) -> RosterProblem:
    """The problem, if it is a roster.

    Parameters
    ----------
    problem : Problem

    Returns
    -------
    RosterProblem

    Raises
    ------
    UnsupportedError
        If it is not.
    """
    if not isinstance(problem, RosterProblem):
        raise UnsupportedError(f"{problem.name} is no roster; the question is about shifts of people")
    return problem
