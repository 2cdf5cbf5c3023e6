"""Step, in ticks, of which every cost of a hospital plan is a multiple."""

from __future__ import annotations

import math

import numpy as np

from optimise.hospital.context import HospitalContext
from optimise.hospital.rules import get_rule

__all__ = ["hospital_grid", "hospital_ticks"]


def hospital_ticks(problem: HospitalContext) -> int:
    """Greatest number of ticks of which every cost is a multiple; 0 when no plan costs anything."""
    steps = [
        setting.weight * _amount(problem, setting.rule)
        for setting in problem.rules
        if setting.weight and get_rule(problem, setting.rule).applies(problem)
    ]
    return math.gcd(*steps)


def hospital_grid(problem: HospitalContext) -> float:
    """The same in units of cost."""
    return hospital_ticks(problem) / problem.scale


def _amount(problem: HospitalContext, rule: str) -> int:
    """Step of a rule's amount: factors of patients, wishes, minutes of surgery; 1 where people or rooms are counted."""
    people, beds = problem.patients, problem.beds
    if rule == "PatientDelay":
        return _gcd(people.delay_factor)
    if rule == "ElectiveUnscheduledPatients":
        return _gcd(people.refusal_factor[~people.mandatory])
    tables = [wish.amount for wish in beds.wishes if wish.rule == rule]
    tables += [date.amount for date in beds.dates if date.rule == rule]
    if tables:
        return math.gcd(*(_gcd(table) for table in tables))
    theatres = problem.theatres
    if theatres is not None and rule in ("SurgeonOvertime", "OperatingTheaterOvertime"):
        offered = theatres.surgeon_minutes if rule == "SurgeonOvertime" else theatres.minutes
        return math.gcd(_gcd(theatres.duration), _gcd(offered))
    return 1


def _gcd(values: object) -> int:
    array = np.asarray(values, dtype=np.int64)
    return int(np.gcd.reduce(array, axis=None)) if array.size else 0
