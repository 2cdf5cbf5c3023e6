"""A hospital problem as flat arrays for kernels."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from optimise.core.arrays import IntArray
from optimise.hospital.beds import SAME_GENDER
from optimise.hospital.context import HospitalContext
from optimise.hospital.rules import get_rule
from optimise.hospital.rules.nights import NightRule
from optimise.hospital.rules.wishes import AdmissionWishRule, RoomWishRule

__all__ = ["BARRED", "HospitalArrays", "arrays_of", "date_costs", "dated_nights", "misplaced"]

#: Cost of what a hard rule forbids: larger than any sum of soft costs met in a search step.
BARRED = 10**12


class HospitalArrays(NamedTuple):
    """Everything int64 and C-contiguous; costs in ticks. Soft weights are 0 where a rule is hard or not in force."""

    days: int
    stay: IntArray  # (patients,) cut at nothing: the horizon cuts it
    release: IntArray
    due: IntArray
    mandatory: IntArray  # 0 or 1
    home: IntArray  # room of an in-patient, else -1
    gender: IntArray
    age: IntArray
    isolation: IntArray
    delay: IntArray  # ticks a day
    refusal: IntArray  # ticks, optional patients
    admission: IntArray  # (patients, days): ticks of admission on each day, delay included, BARRED where impossible
    beds: IntArray  # (rooms, days)
    single_sex: IntArray  # (rooms,) 1 where mixing is barred
    night_cost: IntArray  # (rows, rooms): wishes, forbidden rooms and, of fixed stays, days; BARRED where impossible
    night_row: IntArray  # (patients, longest stay)
    age_weight: int
    surgeon: IntArray  # (patients,) -1 without surgery
    duration: IntArray
    surgeon_minutes: IntArray  # (surgeons, days)
    minutes: IntArray  # (theatres, days)
    open_weight: int
    move_weight: int  # SurgeonTransfer
    shifts: int
    duty: IntArray  # (nurses, shifts) maximum load, -1 off duty
    skill: IntArray
    workload: IntArray  # (patients, longest stay * shifts a day)
    required: IntArray
    skill_weight: int
    continuity_weight: int
    load_weight: int


def arrays_of(problem: HospitalContext, *, dated: bool = True) -> HospitalArrays:
    """Flatten a problem. Mixed rooms are barred even where the rule is soft: good plans have none.

    Without ``dated``, nights cost the same on every day; :func:`dated_nights` has the rest.
    """
    people, rooms = problem.patients, problem.rooms
    cost, row = _nights(problem, dated)
    layer, nursing = problem.theatres, problem.nursing
    patients, days, none = len(people), problem.days, np.zeros((0, problem.days), dtype=np.int64)
    width = row.shape[1] * max(1, problem.shifts)

    def weight(rule: str) -> int:
        return int(problem.weight(rule) or 0)

    dates = date_costs(problem)
    made = HospitalArrays(
        days=days,
        stay=people.stay,
        release=people.release,
        due=people.due,
        mandatory=people.mandatory.astype(np.int64),
        home=people.home,
        gender=people.gender,
        age=people.age_group,
        isolation=people.isolation,
        delay=people.delay_factor * weight("PatientDelay"),
        refusal=people.refusal_factor * weight("ElectiveUnscheduledPatients") + dates[:, -1],
        admission=dates[:, :-1]
        + (people.delay_factor * weight("PatientDelay"))[:, None]
        * np.maximum(0, np.arange(days)[None, :] - people.release[:, None]),
        beds=rooms.beds,
        single_sex=(rooms.policy == SAME_GENDER) * np.int64(problem.weight("RoomGenderMix") != 0),
        night_cost=cost,
        night_row=row,
        age_weight=weight("RoomAgeMix"),
        surgeon=np.full(patients, -1) if layer is None else layer.surgeon,
        duration=np.zeros(patients, dtype=np.int64) if layer is None else layer.duration,
        surgeon_minutes=none if layer is None else layer.surgeon_minutes.reshape(-1, days),
        minutes=none if layer is None else layer.minutes.reshape(-1, days),
        open_weight=weight("OpenOperatingTheater"),
        move_weight=weight("SurgeonTransfer"),
        shifts=problem.shifts,
        duty=np.zeros((0, 0), dtype=np.int64) if nursing is None else nursing.max_load,
        skill=np.zeros(0, dtype=np.int64) if nursing is None else nursing.skill,
        workload=np.zeros((patients, width), dtype=np.int64) if nursing is None else nursing.workload,
        required=np.zeros((patients, width), dtype=np.int64) if nursing is None else nursing.required,
        skill_weight=weight("RoomSkillLevel"),
        continuity_weight=weight("ContinuityOfCare"),
        load_weight=weight("ExcessiveNurseWorkload"),
    )
    # One type for all: kernels are then compiled once, whatever the problem.
    same = [np.array(v, dtype=np.int64, order="C") if isinstance(v, np.ndarray) else int(v) for v in made]
    return HospitalArrays._make(same)


def date_costs(problem: HospitalContext) -> IntArray:
    """Ticks of each day of admission, and of none (last column), by the admission wishes."""
    total = np.zeros((len(problem.patients), problem.days + 1), dtype=np.int64)
    for setting in problem.rules:
        rule = get_rule(problem, setting.rule)
        if isinstance(rule, AdmissionWishRule):
            total += np.where(rule.amount > 0, BARRED, 0) if setting.weight is None else rule.amount * setting.weight
    return total


def dated_nights(problem: HospitalContext) -> IntArray | None:
    """Ticks of each night by (patient, day, room) under the rules that are tables of nights, BARRED where one is hard.

    None where no such rule is in force.
    """
    total: IntArray | None = None
    for setting in problem.rules:
        rule = get_rule(problem, setting.rule)
        if isinstance(rule, NightRule) and setting.weight != 0 and rule.applies(problem):
            table = rule.table(problem)
            ticks = np.where(table > 0, BARRED, 0) if setting.weight is None else table * setting.weight
            total = ticks if total is None else total + ticks
    return total


def misplaced(problem: HospitalContext) -> IntArray:
    """Ticks, by (patient, night of the stay), of lying in a room that cannot serve the patient, where that has a price.

    The rule counts a patient once. Here the price is split over the nights, what is left over going to the first: a
    whole stay costs the price, a part of it no more. So sums over nights are exact without moves and a lower bound
    with them.
    """
    price = problem.weight("PatientRoomCompatibility") or 0
    nights = np.minimum(problem.patients.stay, problem.days)
    night = np.arange(int(nights.max()))[None, :]
    each = price // np.maximum(1, nights)
    made: IntArray = (each[:, None] + (night == 0) * (price - each * nights)[:, None]) * (night < nights[:, None])
    return made


def _nights(problem: HospitalContext, dated: bool) -> tuple[IntArray, IntArray]:
    """Cost of each night in each room, one row a distinct (patient, rows of all wishes, day if it counts)."""
    people, rooms = problem.patients, len(problem.rooms.ids)
    width = int(np.minimum(people.stay, problem.days).max())
    wishes, nights = problem.beds.wishes, np.minimum(people.stay, problem.days)
    table = dated_nights(problem) if dated else None
    spread = misplaced(problem)
    keys = np.full((len(people), width, 2 + len(wishes)), -1)
    keys[:, :, 0] = np.arange(len(people))[:, None]
    for i, wish in enumerate(wishes, start=2):
        keys[:, :, i] = wish.row[:, :width]
    if table is not None or spread.any():  # nights of a stay differ
        keys[:, :, 1] = np.arange(width)[None, :]
    there = np.arange(width)[None, :] < nights[:, None]
    distinct, place = np.unique(keys[there], axis=0, return_inverse=True)
    row = np.full((len(people), width), -1)
    row[there] = place.reshape(-1)
    cost = np.zeros((len(distinct), rooms), dtype=np.int64)
    for i, wish in enumerate(wishes, start=2):
        rule = get_rule(problem, wish.rule)
        assert isinstance(rule, RoomWishRule)
        weight = problem.weight(wish.rule)
        amount = wish.amount[distinct[:, i]]
        cost += np.where(amount > 0, BARRED, 0) if weight is None else amount * weight
    owner, night = distinct[:, 0], np.maximum(0, distinct[:, 1])
    price = spread[owner, night] if problem.weight("PatientRoomCompatibility") is not None else BARRED
    cost += np.reshape(price, (-1, 1)) * (people.forbidden[owner] & ~people.inpatient[owner][:, None])
    if table is not None:
        day = people.release[owner] + night
        known = (people.release == people.due)[owner] & (day < problem.days)
        cost[known] += table[owner[known], day[known]]
    return cost, row
