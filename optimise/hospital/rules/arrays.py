"""A hospital problem as flat arrays for kernels."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from optimise.core.arrays import IntArray
from optimise.hospital.beds import SAME_GENDER
from optimise.hospital.context import HospitalContext
from optimise.hospital.rules import get_rule
from optimise.hospital.rules.wishes import AdmissionWishRule, RoomWishRule

__all__ = ["BARRED", "HospitalArrays", "arrays_of", "date_costs"]

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
    night_cost: IntArray  # (rows, rooms): wishes and forbidden rooms, BARRED where impossible
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


def arrays_of(problem: HospitalContext) -> HospitalArrays:
    """Flatten a problem. Mixed rooms are barred even where the rule is soft: good plans have none."""
    people, rooms = problem.patients, problem.rooms
    cost, row = _nights(problem)
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


def _nights(problem: HospitalContext) -> tuple[IntArray, IntArray]:
    """Cost of each night in each room, one row for each distinct (patient, rows of all wishes)."""
    people, rooms = problem.patients, len(problem.rooms.ids)
    width = int(np.minimum(people.stay, problem.days).max())
    wishes = problem.beds.wishes
    keys = np.full((len(people), width, 1 + len(wishes)), -1)
    keys[:, :, 0] = np.arange(len(people))[:, None]
    for i, wish in enumerate(wishes, start=1):
        keys[:, :, i] = wish.row[:, :width]
    there = np.arange(width)[None, :] < np.minimum(people.stay, problem.days)[:, None]
    distinct, place = np.unique(keys[there], axis=0, return_inverse=True)
    row = np.full((len(people), width), -1)
    row[there] = place.reshape(-1)
    cost = np.zeros((len(distinct), rooms), dtype=np.int64)
    for i, wish in enumerate(wishes, start=1):
        rule = get_rule(problem, wish.rule)
        assert isinstance(rule, RoomWishRule)
        weight = problem.weight(wish.rule)
        amount = wish.amount[distinct[:, i]]
        cost += np.where(amount > 0, BARRED, 0) if weight is None else amount * weight
    barred = problem.weight("PatientRoomCompatibility")
    price = BARRED if barred is None else barred
    owner = distinct[:, 0]
    cost += price * (people.forbidden[owner] & ~people.inpatient[owner][:, None])
    return cost, row
