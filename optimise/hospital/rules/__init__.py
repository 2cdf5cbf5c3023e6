"""Rules of bed and hospital plans: one file a family, each rule evaluated exactly and modelled under one name."""

from __future__ import annotations

from functools import cache

from optimise.hospital.context import HospitalContext
from optimise.hospital.rules import (
    admission,
    age,
    capacity,
    compatibility,
    continuity,
    cover,
    gender,
    isolation,
    skill,
    theatre_time,
    theatre_use,
    transfers,
    workload,
)
from optimise.hospital.rules.base import HospitalRule
from optimise.hospital.rules.wishes import ADMISSION_WISHES, AdmissionWishRule, RoomWishRule

__all__ = ["get_rule", "known_rules", "unit_of"]


@cache
def _registry() -> dict[str, HospitalRule]:
    made: list[HospitalRule] = [
        gender.RoomGenderMix(),
        compatibility.PatientRoomCompatibility(),
        theatre_time.SurgeonOvertime(),
        theatre_time.OperatingTheaterOvertime(),
        admission.MandatoryUnscheduledPatients(),
        admission.AdmissionDay(),
        capacity.RoomCapacity(),
        capacity.BedConflict(),
        cover.NursePresence(),
        cover.UncoveredRoom(),
        isolation.RoomIsolation(),
        transfers.Transfer(),
        age.RoomAgeMix(),
        skill.RoomSkillLevel(),
        continuity.ContinuityOfCare(),
        workload.ExcessiveNurseWorkload(),
        theatre_use.OpenOperatingTheater(),
        theatre_use.SurgeonTransfer(),
        admission.PatientDelay(),
        admission.ElectiveUnscheduledPatients(),
    ]
    return {rule.name: rule for rule in made}


def known_rules() -> tuple[str, ...]:
    """Names of the rules that every problem may use (room wishes bring their own names)."""
    return tuple(_registry())


def unit_of(name: str) -> str:
    """What a rule's amount counts, such as ``people`` or ``minutes``."""
    found = _registry().get(name)
    return found.unit if found is not None else "patients" if name in ADMISSION_WISHES else "nights"


def get_rule(problem: HospitalContext, name: str) -> HospitalRule:
    """The rule called ``name`` in ``problem``."""
    found = _registry().get(name)
    if found is None and any(date.rule == name for date in problem.beds.dates):
        found = AdmissionWishRule.of(problem, name)
    return found if found is not None else RoomWishRule.of(problem, name)
