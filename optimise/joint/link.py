"""What a ward's roster and a hospital's plan say to each other."""

from __future__ import annotations

import dataclasses
import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from optimise.core.arrays import IntArray
from optimise.core.errors import InputError
from optimise.hospital.beds import replace_array
from optimise.hospital.problem import HospitalPlan, HospitalProblem
from optimise.roster.problem import Roster, RosterProblem
from optimise.roster.rules.cover import Cover, Demand
from optimise.roster.rules.primitives import HARD, Segment

__all__ = ["COVER", "Link", "needed", "on_duty", "staffed_beds", "wanted"]

#: Name of the cover rule that a hospital's plan puts into a ward.
COVER = "nurses for the patients"


@dataclass(frozen=True, slots=True, eq=False)
class Link:
    """Which nurse is which employee, and which duty means which shift.

    Attributes
    ----------
    employee : int array (nurses,)
        Position of each nurse among the ward's employees.
    duty_mask : tuple of int
        For each of the hospital's shifts, the duties that staff it.
    load : int array (nurses,)
        Workload that a nurse can carry in a shift: the median of what the hospital says of her or his shifts.
    """

    employee: IntArray
    duty_mask: tuple[int, ...]
    load: IntArray

    @staticmethod
    def of(hospital: HospitalProblem, ward: RosterProblem) -> Link:
        """Match nurses with employees and shifts with shifts by their ids.

        Parameters
        ----------
        hospital : HospitalProblem
            With a nursing layer.
        ward : RosterProblem
            The roster of the same nurses.

        Returns
        -------
        Link
            Who and which shift is which.

        Raises
        ------
        InputError
            Naming a nurse whom the ward does not have, a shift that it does not work, or different lengths.
        """
        layer = hospital.nursing
        if layer is None:
            raise InputError("has no nurses to roster", item=f"hospital {hospital.name}")
        if ward.horizon.days != hospital.days:
            text = f"covers {ward.horizon.days} days, the hospital {hospital.days}"
            raise InputError(text, item=f"ward {ward.name}")
        known = {e.id: i for i, e in enumerate(ward.employees)}
        missing = [name for name in layer.ids if name not in known]
        if missing:
            raise InputError("is not among the ward's staff", item=f"nurse {missing[0]}")
        worked = {s.id for s in ward.shifts}
        absent = [name for name in layer.shifts if name not in worked]
        if absent:
            raise InputError(f"is not worked in the ward (it has {', '.join(worked)})", item=f"shift {absent[0]}")
        loads = [row[row >= 0] for row in layer.max_load]
        typical = int(np.median(np.concatenate(loads))) if any(len(x) for x in loads) else 1
        load = np.array([int(np.median(x)) if len(x) else typical for x in loads], dtype=np.int64)
        masks = tuple(ward.shift_mask(name) for name in layer.shifts)
        return Link(np.array([known[name] for name in layer.ids]), masks, load)


def on_duty(hospital: HospitalProblem, roster: Roster, link: Link) -> HospitalProblem:
    """The hospital with its nurses on duty as a roster has them.

    A shift that the hospital already knew keeps its maximum load; a new one gets the nurse's typical load.

    Parameters
    ----------
    hospital : HospitalProblem
        With a nursing layer.
    roster : Roster
        Duties, shape (employees, days).
    link : Link
        Who and which shift is which.

    Returns
    -------
    HospitalProblem
        A copy.
    """
    layer = hospital.nursing
    assert layer is not None
    works = np.zeros(layer.max_load.shape, dtype=np.bool_)
    for k, mask in enumerate(link.duty_mask):
        staffs = np.array([mask >> a & 1 for a in range(int(roster.duties.max(initial=0)) + 1)], dtype=np.bool_)
        works[:, k :: len(link.duty_mask)] = staffs[roster.duties[link.employee]]
    usual = np.broadcast_to(link.load[:, None], works.shape)
    load = np.where(works, np.where(layer.max_load >= 0, layer.max_load, usual), -1)
    return dataclasses.replace(hospital, nursing=dataclasses.replace(layer, max_load=load))


def staffed_beds(
    hospital: HospitalProblem, roster: Roster, link: Link, patients_per_nurse: NDArray[np.float64] | list[float]
) -> HospitalProblem:
    """The hospital with beds closed that the nurses on duty cannot staff.

    On each day at most ``min over shifts of (nurses on duty times patients per nurse)`` beds stay open. Beds close from
    the last room to the first; beds of people who are already in hospital stay open as long as others can close.

    Parameters
    ----------
    patients_per_nurse : float array (shifts,)
    hospital : HospitalProblem
        With a nursing layer.
    roster : Roster
        Duties, shape (employees, days).
    link : Link
        Who and which shift is which.
    patients_per_nurse : array_like of float
        One number above 0 a shift of the hospital.

    Returns
    -------
    HospitalProblem
        A copy.

    Raises
    ------
    InputError
        If there is not one number above 0 for each shift.
    """
    working = on_duty(hospital, roster, link)
    assert working.nursing is not None
    ratio = np.asarray(patients_per_nurse, dtype=np.float64)
    if ratio.shape != (hospital.shifts,) or (ratio <= 0).any():
        raise InputError(f"needs one number above 0 for each of {hospital.shifts} shifts", item="patients per nurse")
    count = working.nursing.on_duty.sum(axis=0).reshape(hospital.days, hospital.shifts)
    most = np.floor(count * ratio + 1e-9).min(axis=1).astype(np.int64)
    beds, people = hospital.rooms.beds.copy(), hospital.patients
    held = np.zeros(beds.shape, dtype=np.int64)
    for p in np.flatnonzero(people.inpatient):
        held[people.home[p], : people.stay[p]] += 1
    for d in range(hospital.days):
        for keep in (held[:, d], np.zeros(len(beds), dtype=np.int64)):
            for r in range(len(beds) - 1, -1, -1):
                surplus = int(beds[:, d].sum() - most[d])
                beds[r, d] -= max(0, min(surplus, int(beds[r, d] - keep[r])))
    rooms = replace_array(hospital.rooms, "beds", slice(None), beds)
    return dataclasses.replace(hospital, beds=dataclasses.replace(hospital.beds, rooms=rooms))


def needed(hospital: HospitalProblem, plan: HospitalPlan) -> tuple[IntArray, IntArray]:
    """Workload and highest skill asked for, by day and shift: two arrays of shape (days, shifts).

    Parameters
    ----------
    hospital : HospitalProblem
        With a nursing layer.
    plan : HospitalPlan
        Its plan.

    Returns
    -------
    tuple of two int arrays
        Workload and skill level, each of shape (days, shifts).
    """
    layer, k = hospital.nursing, hospital.shifts
    assert layer is not None
    load, skill = np.zeros(hospital.days * k, dtype=np.int64), np.zeros(hospital.days * k, dtype=np.int64)
    person, day = np.nonzero(plan.room >= 0)
    night = day - plan.admission[person]
    for shift in range(k):
        np.add.at(load, day * k + shift, layer.workload[person, night * k + shift])
        np.maximum.at(skill, day * k + shift, layer.required[person, night * k + shift])
    return load.reshape(hospital.days, k), skill.reshape(hospital.days, k)


def wanted(ward: RosterProblem, hospital: HospitalProblem, plan: HospitalPlan, link: Link) -> RosterProblem:
    """The ward with cover that follows the patients of a plan.

    In each shift as many nurses are wanted as carry its workload, at least one (hard), and one with the highest skill
    that a patient needs. A missing nurse costs what the hospital would pay for the workload that nobody carries; a
    missing skill what it pays for that.

    Parameters
    ----------
    ward : RosterProblem
        The roster of the hospital's nurses.
    hospital : HospitalProblem
        With a nursing layer.
    plan : HospitalPlan
        Its plan.
    link : Link
        Who and which shift is which.

    Returns
    -------
    RosterProblem
        A copy.
    """
    layer = hospital.nursing
    assert layer is not None
    load, skill = needed(hospital, plan)
    usual = max(1, int(np.median(link.load)))
    overload = (hospital.weight("ExcessiveNurseWorkload") or 0) / hospital.scale * usual
    unskilled = (hospital.weight("RoomSkillLevel") or 0) / hospital.scale
    demands = []
    for d in range(hospital.days):
        for k, mask in enumerate(link.duty_mask):
            people = tuple(link.employee.tolist())
            count = max(1, math.ceil(load[d, k] / usual))
            steps = [Segment(count - 1, overload)] if count > 1 and overload else []
            label = layer.shifts[k]
            under = (*steps, Segment(math.inf, HARD))
            if overload or count == 1:
                demands.append(Demand(d, mask, count, under=under, employees=people, label=label))
            else:
                demands.append(Demand(d, mask, 1, under=(Segment(math.inf, HARD),), employees=people, label=label))
            able = tuple(link.employee[layer.skill >= skill[d, k]].tolist())
            if skill[d, k] > 0 and unskilled and 0 < len(able) < len(people):
                segment = (Segment(math.inf, unskilled * float(skill[d, k])),)
                text = f"{label}, skill {skill[d, k]}"
                demands.append(Demand(d, mask, 1, under=segment, employees=able, label=text))
    return ward.with_rules(Cover(name=COVER, demands=tuple(demands)))
