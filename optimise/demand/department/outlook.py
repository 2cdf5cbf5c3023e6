"""Beds needed and free tonight: every patient's chances, added up by service, sex, level and hour.

For a unit (a service, a level above, or the trust; of one sex or all) and each hour from now:

* **needed**: those in the department who will have a bed there by then, those who have yet to arrive and will, planned
  admissions, and patients who move in from other units;
* **leaving**: patients who go home or move out;
* **net free**: beds less those in use now, less needed, plus leaving, as one distribution. Within a unit a move
  cancels: the trust's total is not the sum of its services.

Patients are taken as independent given what is known of them; arrivals hang together over hours as their forecast says.
"""

from __future__ import annotations

import datetime
from dataclasses import dataclass, field

import numpy as np

from optimise.core.errors import InputError
from optimise.demand.counts import Net
from optimise.demand.department.admission import Chances
from optimise.demand.department.arrivals import Incoming
from optimise.demand.department.flows import Sum, difference
from optimise.demand.department.tables import Beds, Planned, Snapshots, clock_hours
from optimise.demand.department.wards import Inpatients
from optimise.demand.pmf import FloatArray, IntArray

__all__ = ["DepartmentUnit", "Outlook", "make_outlook"]

ALL = "all"


@dataclass(frozen=True, slots=True)
class DepartmentUnit:
    """Services that are counted together, of one sex ("" for all).

    Attributes
    ----------
    level : str
        ``service``, the name of a level above, or ``all``.
    """

    level: str
    name: str
    sex: str
    services: frozenset[str]


@dataclass(frozen=True, slots=True, eq=False)
class Outlook:
    """Distributions by unit and hour.

    Attributes
    ----------
    now : datetime
    hours : int
        H: by the end of 1, 2, ..., H hours from now.
    units : tuple of Unit
    needed, leaving : dict of Unit to list of Net
        One distribution an hour.
    free : dict of Unit to list of Net
        Only units whose beds are known.
    beds, occupied : dict of Unit to int
    chances : Chances
    patients : Snapshots
        Those in the department, as the rows of ``chances``.
    """

    now: datetime.datetime
    hours: int
    units: tuple[DepartmentUnit, ...]
    needed: dict[DepartmentUnit, list[Net]]
    leaving: dict[DepartmentUnit, list[Net]]
    free: dict[DepartmentUnit, list[Net]]
    beds: dict[DepartmentUnit, int]
    occupied: dict[DepartmentUnit, int]
    chances: Chances
    patients: Snapshots
    notes: tuple[str, ...] = field(default=())

    def unit(self, name: str, sex: str = "") -> DepartmentUnit:
        """The unit of a name.

        Parameters
        ----------
        name : str
        sex : str

        Returns
        -------
        Unit

        Raises
        ------
        InputError
            If there is none.
        """
        for unit in self.units:
            if (unit.name, unit.sex) == (name, sex):
                return unit
        raise InputError(f"unknown unit; known: {', '.join(u.name for u in self.units if not u.sex)}", item=name)


def make_outlook(
    now: datetime.datetime,
    patients: Snapshots,
    chances: Chances,
    hours: int,
    *,
    incoming: Incoming | None = None,
    inpatients: Inpatients | None = None,
    planned: Planned | None = None,
    beds: Beds | None = None,
) -> Outlook:
    """Add up the chances of all patients.

    Parameters
    ----------
    now : datetime
    patients : Snapshots
        Those in the department.
    chances : Chances
        Theirs, over ``hours``.
    hours : int
        H.
    incoming : Incoming, optional
        Those who have yet to arrive.
    inpatients : Inpatients, optional
        Those on the wards.
    planned : Planned, optional
        Planned admissions.
    beds : Beds, optional
        Beds by service, and the levels above.

    Returns
    -------
    Outlook
    """
    services = _services(chances, incoming, inpatients, planned, beds)
    sexes = _sexes(patients, inpatients)
    units = _units(services, sexes, beds)
    joint = chances.joint()
    needed, leaving, free, bedded, used = {}, {}, {}, {}, {}
    for unit in units:
        flows = _Flows(unit, hours, clock_hours(now), patients, joint, chances.services, incoming, inpatients, planned)
        needed[unit], leaving[unit] = flows.needed(), flows.leaving()
        used[unit] = flows.occupied
        have = None if beds is None else _beds_of(unit, beds)
        if have is not None and inpatients is not None:
            bedded[unit] = have
            spare = have - flows.occupied
            free[unit] = [difference(spare, less, more) for less, more in zip(needed[unit], leaving[unit], strict=True)]
    return Outlook(now, hours, units, needed, leaving, free, bedded, used, chances, patients)


class _Flows:
    """Chances of everybody to add a bed in use to a unit, or to free one."""

    def __init__(
        self,
        unit: DepartmentUnit,
        hours: int,
        now: float,
        patients: Snapshots,
        joint: FloatArray,
        services: tuple[str, ...],
        incoming: Incoming | None,
        inpatients: Inpatients | None,
        planned: Planned | None,
    ) -> None:
        self.unit, self.hours = unit, hours
        here = [k for k, name in enumerate(services) if name in unit.services]
        mine = _of_sex(patients.sex, unit.sex)
        self.department = joint[np.ix_(mine, here)].sum(1)
        self.courses: list[tuple[IntArray, FloatArray]] = (
            [] if incoming is None else incoming.into(unit.services, unit.sex)
        )
        self.moving_in = self.moving_out = np.zeros((0, hours))
        self.occupied = 0
        if inpatients is not None:
            self.moving_in, self.moving_out = inpatients.flows(unit.services, unit.sex)
            self.occupied = len(self.moving_out)
        self.planned = np.zeros((0, hours))
        if planned is not None:
            at = [i for i in _of_sex(planned.sex, unit.sex) if planned.service[i] in unit.services]
            ends = now + 1 + np.arange(hours)
            due = (planned.time[at][:, None] >= now) & (planned.time[at][:, None] < ends)
            self.planned = planned.chance[at][:, None] * due
        self.most = sum(int(courses.sum(1).max(initial=0)) for courses, _ in self.courses)

    def needed(self) -> list[Net]:
        """Beds needed by the end of each hour."""
        parts = (self.department, self.planned, self.moving_in)
        made = Sum(self.hours, sum(len(part) for part in parts) + self.most)
        for part in parts:
            made.add(part)
        for courses, kept in self.courses:
            made.add_courses(courses, kept)
        return made.result()

    def leaving(self) -> list[Net]:
        """Patients who have left by the end of each hour."""
        made = Sum(self.hours, len(self.moving_out))
        made.add(self.moving_out)
        return made.result()


def _of_sex(sexes: tuple[str, ...], wanted: str) -> list[int]:
    return [i for i, sex in enumerate(sexes) if not wanted or sex == wanted]


def _services(
    chances: Chances,
    incoming: Incoming | None,
    inpatients: Inpatients | None,
    planned: Planned | None,
    beds: Beds | None,
) -> tuple[str, ...]:
    found = set(chances.services)
    for source in (incoming, inpatients):
        found |= set() if source is None else set(source.services)
    if planned is not None:
        found |= set(planned.service)
    if beds is not None:
        known = {name for name, _ in beds.beds}
        unknown = sorted(found - known)
        if unknown:
            raise InputError(
                f"no beds are given for {', '.join(unknown)} (a row with 0 says that there are none); known: "
                f"{', '.join(sorted(known))}",
                item="beds",
            )
        found |= known
    return tuple(sorted(found))


def _sexes(patients: Snapshots, inpatients: Inpatients | None) -> tuple[str, ...]:
    found = set(patients.sex) | (set() if inpatients is None else set(inpatients.sex))
    return tuple(sorted(found - {""}))


def _units(services: tuple[str, ...], sexes: tuple[str, ...], beds: Beds | None) -> tuple[DepartmentUnit, ...]:
    made = [DepartmentUnit("service", name, "", frozenset({name})) for name in services]
    for level, above in (beds.levels if beds is not None else {}).items():
        for name in sorted({above[s] for s in services if above.get(s)}):
            made.append(DepartmentUnit(level, name, "", frozenset(s for s in services if above.get(s) == name)))
    made.append(DepartmentUnit(ALL, ALL, "", frozenset(services)))
    if len(sexes) > 1:
        made += [DepartmentUnit(unit.level, unit.name, sex, unit.services) for unit in made.copy() for sex in sexes]
    return tuple(made)


def _beds_of(unit: DepartmentUnit, beds: Beds) -> int | None:
    """Beds of a unit; None for one sex where not all of its beds are kept for a sex."""
    rows = {key: number for key, number in beds.beds.items() if key[0] in unit.services}
    if not unit.sex:
        return sum(rows.values())
    if any(not sex and number for (_, sex), number in rows.items()):
        return None
    return sum(number for (_, sex), number in rows.items() if sex == unit.sex)
