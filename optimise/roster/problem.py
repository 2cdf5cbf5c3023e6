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
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from optimise.core.errors import InputError
from optimise.core.horizon import Horizon

if TYPE_CHECKING:
    from optimise.core.result import Evaluation
    from optimise.roster.automaton import Automata
    from optimise.roster.compiled import CompiledRoster
    from optimise.roster.rules.primitives import RosterRule

__all__ = ["OFF", "Duty", "Employee", "Roster", "RosterProblem", "Shift"]

#: Index of the duty "day off".
OFF = 0


@dataclass(frozen=True, slots=True)
class Shift:
    """A shift type.

    Attributes
    ----------
    id : str
        As written in the instance and in plans.
    minutes : int
        Paid length.
    start, end : int, optional
        Clock minutes from midnight of the day it starts; ``end`` may pass 1440 (a night).
    name : str
        For reports.
    """

    id: str
    minutes: int = 0
    start: int | None = None
    end: int | None = None
    name: str = ""

    @property
    def night(self) -> bool:
        """Whether the shift runs past midnight."""
        return self.end is not None and self.end > 1440


@dataclass(frozen=True, slots=True)
class Duty:
    """What one person does on one day: a shift, perhaps in a given skill. Indices are -1 for none."""

    id: str
    shift: int = -1
    skill: int = -1


@dataclass(frozen=True, slots=True)
class Employee:
    """One member of staff.

    Attributes
    ----------
    id, name, contract : str
    skills : tuple of str
    groups : tuple of str
        Bands or roles for cover rules (``"registered"``, ``"bank"``).
    history : tuple of int
        Masks of the duties that may have been done on day -1, -2, ...; empty = nothing is known.
    """

    id: str
    name: str = ""
    contract: str = ""
    skills: tuple[str, ...] = ()
    groups: tuple[str, ...] = ()
    history: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True, eq=False)
class Roster:
    """Who does what on which day.

    Attributes
    ----------
    duties : ndarray of int16, shape (employees, days)
        Duty index; 0 is off. Read-only.
    """

    duties: NDArray[np.int16]
    kind: str = field(default="roster", init=False)

    def __post_init__(self) -> None:
        array = np.array(self.duties, dtype=np.int16, order="C")
        if array.ndim != 2:
            raise ValueError(f"a roster has shape (employees, days), not {array.shape}")
        array.setflags(write=False)
        object.__setattr__(self, "duties", array)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Roster) and np.array_equal(self.duties, other.duties)

    def __hash__(self) -> int:
        return hash((self.duties.shape, self.duties.tobytes()))

    @classmethod
    def from_array(cls, duties: ArrayLike) -> Roster:
        return cls(np.asarray(duties, dtype=np.int16))


@dataclass(frozen=True, eq=False)
class RosterProblem:
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

    # ---- sizes and masks -------------------------------------------------------------------------------------
    @property
    def shape(self) -> tuple[int, int, int]:
        """(employees, days, duties)."""
        return len(self.employees), self.horizon.days, len(self.duties)

    @property
    def everything(self) -> int:
        """Mask of all duties, the day off included."""
        return (1 << len(self.duties)) - 1

    @property
    def work(self) -> int:
        """Mask of all duties but the day off."""
        return self.everything & ~1

    def shift_mask(self, *shift_ids: str) -> int:
        """Mask of the duties that work one of these shifts."""
        wanted = {self.shift_index(s) for s in shift_ids}
        return sum(1 << a for a, d in enumerate(self.duties) if d.shift in wanted)

    def shift_index(self, shift_id: str) -> int:
        try:
            return self._shift_index[shift_id]
        except KeyError:
            raise InputError(f"unknown shift {shift_id!r}; known: {', '.join(s.id for s in self.shifts)}") from None

    def employee_index(self, employee_id: str) -> int:
        try:
            return self._employee_index[employee_id]
        except KeyError:
            raise InputError(f"unknown employee {employee_id!r}") from None

    def duty_index(self, duty_id: str) -> int:
        try:
            return self._duty_index[duty_id]
        except KeyError:
            raise InputError(f"unknown duty {duty_id!r}; known: {', '.join(d.id for d in self.duties)}") from None

    @cached_property
    def _shift_index(self) -> dict[str, int]:
        return {s.id: i for i, s in enumerate(self.shifts)}

    @cached_property
    def _employee_index(self) -> dict[str, int]:
        return {e.id: i for i, e in enumerate(self.employees)}

    @cached_property
    def _duty_index(self) -> dict[str, int]:
        return {d.id: i for i, d in enumerate(self.duties)}

    # ---- use -------------------------------------------------------------------------------------------------
    @cached_property
    def compiled(self) -> CompiledRoster:
        """The rules as patterns, counters and cover lines over arrays (built once)."""
        from optimise.roster.compiled import CompiledRoster

        return CompiledRoster.of(self)

    @cached_property
    def automata(self) -> Automata:
        """Each person's sequence rules as a layered automaton (built once)."""
        from optimise.roster.automaton import automata

        return automata(self.compiled)

    def evaluate(self, plan: Roster) -> Evaluation:
        """Exact cost of a roster, rule by rule, with violations that name who, when and by how much.

        Raises
        ------
        InputError
            If the roster has the wrong shape or holds an unknown duty.
        """
        from optimise.roster.evaluate import evaluate_roster

        return evaluate_roster(self, plan)

    def _repr_html_(self) -> str:
        from optimise.core.notebook import problem_html

        return problem_html(self)

    def digest(self) -> str:
        """SHA-256 of names, sizes and compiled rules."""
        made = hashlib.sha256()
        made.update(repr((self.name, self.horizon, self.shifts, self.duties, self.employees)).encode())
        for part in self.compiled.content():
            made.update(part)
        return made.hexdigest()

    # ---- edits: each returns a new problem -------------------------------------------------------------------
    def with_rules(self, *rules: RosterRule) -> RosterProblem:
        """Add rules; one of a name already present replaces it."""
        names = {r.name for r in rules}
        kept = tuple(r for r in self.rules if r.name not in names)
        return replace(self, rules=kept + rules)

    def without_rules(self, *names: str) -> RosterProblem:
        missing = set(names) - {r.name for r in self.rules}
        if missing:
            raise InputError(f"no rule called {', '.join(sorted(missing))}")
        return replace(self, rules=tuple(r for r in self.rules if r.name not in names))

    def with_employee(self, employee: Employee, *, like: str) -> RosterProblem:
        """Add a person to whom the personal rules of ``like`` apply (not that person's requests and leave)."""
        source, new = self.employee_index(like), len(self.employees)
        rules = tuple(r.extended(source, new, self) for r in self.rules)
        return replace(self, employees=(*self.employees, employee), rules=rules)

    def pin(self, employee: str, day: int, shift: str | None) -> RosterProblem:
        """Fix one person's day to a shift (or to a day off with None)."""
        from optimise.roster.rules.requests import Pins

        mask = 1 if shift is None else self.shift_mask(shift)
        if not 0 <= day < self.horizon.days:
            raise InputError(f"day {day} is outside the horizon of {self.horizon.days} days")
        cell = (self.employee_index(employee), day, mask)
        old = next((r for r in self.rules if isinstance(r, Pins)), Pins(name="pinned"))
        pins = replace(old, cells=(*(c for c in old.cells if c[:2] != cell[:2]), cell))
        return self.with_rules(pins)

    # ---- in and out ------------------------------------------------------------------------------------------
    def roster(self, rows: Sequence[Sequence[str]] | Iterable[Sequence[str]]) -> Roster:
        """Make a roster from duty ids, one row per employee (``"-"`` or ``""`` = off)."""
        off = {"-", "", self.duties[0].id}
        out = [[OFF if cell in off else self.duty_index(cell) for cell in row] for row in rows]
        if len(out) != len(self.employees) or any(len(row) != self.horizon.days for row in out):
            raise InputError(
                f"a roster needs {len(self.employees)} rows of {self.horizon.days} days "
                f"for this problem, not {len(out)} rows"
            )
        return Roster.from_array(out)

    def table(self, plan: Roster) -> list[list[str]]:
        """Duty ids by employee and day, ``"-"`` for a day off."""
        ids = ["-"] + [d.id for d in self.duties[1:]]
        return [[ids[a] for a in row] for row in plan.duties]
