"""What rules and compilers of a roster may see: horizon, shifts, duties, people; and the roster itself.

The problem object (:mod:`optimise.roster.problem`) stands above: it owns the rules, compiles and evaluates them.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
from numpy.typing import ArrayLike, NDArray

from optimise.core.brief import brief
from optimise.core.errors import InputError
from optimise.core.given import refuse
from optimise.core.horizon import Horizon

__all__ = ["OFF", "Duty", "Employee", "Roster", "RosterContext", "Shift"]

#: What a roster is made of, in words.
_DUTIES = "whole numbers, shape (employees, days): indices of duties, 0 is off"

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
    ward : str
        Where it is worked, of several wards; its id then ends with ``@`` and the ward.
    place : str
        Name of that ward, with which its name then ends, after a comma.
    working : int, optional
        Minutes of working time; by default the paid ones.
    resting : bool
        Whether rest goes on while it is on (on call at home).
    """

    id: str
    minutes: int = 0
    start: int | None = None
    end: int | None = None
    name: str = ""
    ward: str = field(default="", repr=False)  # the id tells it, and digests of other problems stay as they are
    place: str = field(default="", repr=False)
    working: int | None = field(default=None, repr=False)  # rules tell it, and so do their digests
    resting: bool = field(default=False, repr=False)

    @property
    def night(self) -> bool:
        """Whether the shift runs past midnight."""
        return self.end is not None and self.end > 1440

    @property
    def base(self) -> str:
        """Its id without the ward."""
        return self.id.removesuffix(f"@{self.ward}") if self.ward else self.id

    @property
    def spellings(self) -> tuple[str, ...]:
        """How it may be called: id and name, and both without the ward."""
        bare = (self.base, self.name.removesuffix(f", {self.place}")) if self.ward else ()
        return (self.id, self.name, *bare)


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
    ward : str
        One's own, of several wards.
    """

    id: str
    name: str = ""
    contract: str = ""
    skills: tuple[str, ...] = ()
    groups: tuple[str, ...] = ()
    history: tuple[int, ...] = ()
    ward: str = field(default="", repr=False)


@brief
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
        array = _whole(self.duties)
        array.setflags(write=False)
        object.__setattr__(self, "duties", array)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Roster) and np.array_equal(self.duties, other.duties)

    def __hash__(self) -> int:
        return hash((self.duties.shape, self.duties.tobytes()))

    @classmethod
    def from_array(cls, duties: ArrayLike) -> Roster:
        """Make a roster from indices of duties.

        Parameters
        ----------
        duties : array_like of int
            Shape (employees, days); 0 is a day off. Copied as int16.

        Returns
        -------
        Roster
            With an array that cannot be written to.
        """
        return cls(_whole(duties))


def _whole(duties: object) -> NDArray[np.int16]:
    """A copy of indices of duties, of shape (employees, days); what is no whole number is refused, not cut off."""
    try:
        given = np.asarray(duties)
        array = np.array(given, dtype=np.int16, order="C")
    except (ValueError, TypeError, OverflowError):
        refuse("duties", duties, _DUTIES)
    if given.dtype != np.int16 and given.size and not (given.dtype.kind in "iuf" and np.array_equal(given, array)):
        refuse("duties", duties, _DUTIES)
    if array.ndim != 2:
        raise InputError(f"a roster has shape (employees, days), not {array.shape}", item="duties")
    return array


class RosterContext:
    """Horizon, shifts, duties and people with their shorthands.

    Attributes
    ----------
    horizon : Horizon
    shifts : tuple of Shift
    duties : tuple of Duty
        ``duties[0]`` is the day off.
    employees : tuple of Employee
    skills : tuple of str
    """

    horizon: Horizon
    shifts: tuple[Shift, ...]
    duties: tuple[Duty, ...]
    employees: tuple[Employee, ...]
    skills: tuple[str, ...]

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

    @property
    def timed(self) -> tuple[tuple[int, int, int], ...]:
        """Duties that end a rest and have clock times, as (duty, start, end) in minutes."""
        shifts = [(a, self.shifts[d.shift]) for a, d in enumerate(self.duties) if d.shift >= 0]
        return tuple(
            (a, s.start, s.end) for a, s in shifts if not s.resting and s.start is not None and s.end is not None
        )

    @property
    def idle(self) -> int:
        """Mask of the duties during which rest goes on: the day off, and being on call at home."""
        return 1 | sum(1 << a for a, d in enumerate(self.duties) if d.shift >= 0 and self.shifts[d.shift].resting)

    def shift_mask(self, *shift_ids: str) -> int:
        """Mask of the duties that work one of these shifts.

        Parameters
        ----------
        shift_ids : str
            Ids of shifts.

        Returns
        -------
        int
            Bit ``a`` is set where duty ``a`` works one of them.
        """
        wanted = {self.shift_index(s) for s in shift_ids}
        return sum(1 << a for a, d in enumerate(self.duties) if d.shift in wanted)

    def shift_index(self, shift_id: str) -> int:
        """Index of a shift.

        Parameters
        ----------
        shift_id : str
            Its id.

        Returns
        -------
        int
            Index into ``shifts``.

        Raises
        ------
        InputError
            If there is none of that id.
        """
        try:
            return self._shift_index[shift_id]
        except KeyError:
            raise InputError(f"unknown shift {shift_id!r}; known: {', '.join(s.id for s in self.shifts)}") from None

    def employee_index(self, employee_id: str) -> int:
        """Index of a person.

        Parameters
        ----------
        employee_id : str
            The person's id.

        Returns
        -------
        int
            Index into ``employees``.

        Raises
        ------
        InputError
            If there is none of that id.
        """
        try:
            return self._employee_index[employee_id]
        except KeyError:
            raise InputError(f"unknown employee {employee_id!r}") from None

    def duty_index(self, duty_id: str) -> int:
        """Index of a duty.

        Parameters
        ----------
        duty_id : str
            Its id.

        Returns
        -------
        int
            Index into ``duties``.

        Raises
        ------
        InputError
            If there is none of that id.
        """
        try:
            return self._duty_index[duty_id]
        except KeyError:
            raise InputError(f"unknown duty {duty_id!r}; known: {', '.join(d.id for d in self.duties)}") from None

    @cached_property
    def paid_minutes(self) -> NDArray[np.int64]:
        """Paid minutes of each duty on each day, shape (days, duties); clocks that change are counted."""
        return self._minutes([self.shifts[d.shift].minutes if d.shift >= 0 else 0 for d in self.duties])

    @cached_property
    def working_minutes(self) -> NDArray[np.int64]:
        """Minutes of working time of each duty on each day, shape (days, duties); clocks that change are counted."""
        shifts = [self.shifts[d.shift] if d.shift >= 0 else None for d in self.duties]
        return self._minutes([0 if s is None else s.minutes if s.working is None else s.working for s in shifts])

    def _minutes(self, usual: list[int]) -> NDArray[np.int64]:
        made = np.tile(np.array(usual, dtype=np.int64), (self.horizon.days, 1))
        for change in self.horizon.changes:
            for day in range(max(0, change - 2), min(self.horizon.days, change + 1)):
                for a, duty in enumerate(self.duties):
                    made[day, a] += self.longer(duty.shift, day) if usual[a] else 0
        made.setflags(write=False)
        return made

    def longer(self, shift: int, day: int) -> int:
        """Minutes by which a shift lasts longer than by the clock, because clocks change while it is on.

        Parameters
        ----------
        shift : int
            Its index, -1 for none.
        day : int
            0-based; may lie outside the horizon.

        Returns
        -------
        int
            Negative in spring.
        """
        one = self.shifts[shift] if shift >= 0 else None
        if one is None or one.start is None or one.end is None:
            return 0
        midnight = 1440 * day
        return self.horizon.elapsed(midnight + one.start, midnight + one.end) - (one.end - one.start)

    @cached_property
    def _shift_index(self) -> dict[str, int]:
        return {s.id: i for i, s in enumerate(self.shifts)}

    @cached_property
    def _employee_index(self) -> dict[str, int]:
        return {e.id: i for i, e in enumerate(self.employees)}

    @cached_property
    def _duty_index(self) -> dict[str, int]:
        return {d.id: i for i, d in enumerate(self.duties)}
