"""Rules of bed and hospital plans: one file a family, each rule evaluated exactly and modelled under one name.

Rules of other packages join by the entry-point group ``wardwise.hospital_rules`` (name -> zero-argument factory of a
:class:`~optimise.hospital.rules.base.HospitalRule`), rules of a program by :func:`register_rule`; see
``docs/write-a-bed-rule.md``.
"""

from __future__ import annotations

from functools import cache
from importlib.metadata import entry_points

from optimise.core.errors import InputError
from optimise.hospital.context import HospitalContext
from optimise.hospital.rules import (
    admission,
    age,
    capacity,
    changes,
    cleaning,
    compatibility,
    contacts,
    continuity,
    cover,
    gender,
    isolation,
    shortage,
    skill,
    theatre_time,
    theatre_use,
    transfers,
    turnover,
    workload,
)
from optimise.hospital.rules.base import HospitalRule
from optimise.hospital.rules.wishes import ADMISSION_WISHES, AdmissionWishRule, RoomWishRule

__all__ = ["forget_rule", "get_rule", "known_rules", "register_rule", "rules_by_name"]

GROUP = "wardwise.hospital_rules"


@cache
def rules_by_name() -> dict[str, HospitalRule]:
    """Every rule that has a name of its own, ours first; changed by :func:`register_rule`."""
    made: list[HospitalRule] = [
        capacity.RoomCapacity(),
        capacity.BedConflict(),
        gender.RoomGenderMix(),
        isolation.RoomIsolation(),
        compatibility.PatientRoomCompatibility(),
        admission.MandatoryUnscheduledPatients(),
        admission.AdmissionDay(),
        theatre_time.SurgeonOvertime(),
        theatre_time.OperatingTheaterOvertime(),
        cover.NursePresence(),
        cover.UncoveredRoom(),
        transfers.Transfer(),
        age.RoomAgeMix(),
        skill.RoomSkillLevel(),
        continuity.ContinuityOfCare(),
        workload.ExcessiveNurseWorkload(),
        theatre_use.OpenOperatingTheater(),
        theatre_use.SurgeonTransfer(),
        admission.PatientDelay(),
        admission.ElectiveUnscheduledPatients(),
        changes.ChangedTheatre(),
        changes.ChangedNurse(),
        cleaning.CleaningTime(),
        contacts.ContactsTogether(),
        turnover.BedTurnover(),
        shortage.BedShortageChance(),
        shortage.BedShortage(),
    ]
    found = {rule.name: rule for rule in made}
    for point in sorted(entry_points(group=GROUP), key=lambda p: p.name):
        rule = point.load()()
        if not isinstance(rule, HospitalRule):
            raise InputError(f"{point.value} makes no HospitalRule", item=f"entry point {GROUP}: {point.name}")
        if rule.name in found:
            raise InputError("there is a rule of that name already", item=f"entry point {GROUP}: {rule.name}")
        found[rule.name] = rule
    return found


def register_rule(rule: HospitalRule) -> None:
    """Make a rule known to this process; problems may then name it.

    Parameters
    ----------
    rule : HospitalRule
        One object; its ``name`` is what files say.

    Raises
    ------
    InputError
        If another rule has the name.
    """
    if rule.name in rules_by_name() or rule.name in ADMISSION_WISHES:
        raise InputError("there is a rule of that name already", item=rule.name)
    rules_by_name()[rule.name] = rule


def forget_rule(name: str) -> None:
    """Take back :func:`register_rule`. Problems that name the rule can then not be evaluated."""
    del rules_by_name()[name]


def known_rules() -> tuple[str, ...]:
    """Names of the rules that every problem may use (room wishes bring their own names)."""
    return tuple(rules_by_name())


def get_rule(problem: HospitalContext, name: str) -> HospitalRule:
    """The rule called ``name`` in ``problem``."""
    found = rules_by_name().get(name)
    if found is None and any(date.rule == name for date in problem.beds.dates):
        found = AdmissionWishRule.of(problem, name)
    return found if found is not None else RoomWishRule.of(problem, name)
