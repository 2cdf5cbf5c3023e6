"""Rules of bed and hospital plans: one file a family, each rule evaluated exactly and modelled under one name."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from optimise.core.result import Evaluation, RuleCost, Violation

if TYPE_CHECKING:
    from optimise.hospital.problem import HospitalPlan, HospitalProblem
    from optimise.hospital.rules.base import HospitalRule

__all__ = ["evaluate", "get_rule", "hard_and_cost", "known_rules", "unit_of"]


@cache
def _registry() -> dict[str, HospitalRule]:
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
    from optimise.hospital.rules.wishes import ADMISSION_WISHES

    found = _registry().get(name)
    return found.unit if found is not None else "patients" if name in ADMISSION_WISHES else "nights"


def get_rule(problem: HospitalProblem, name: str) -> HospitalRule:
    """The rule called ``name`` in ``problem``."""
    from optimise.hospital.rules.wishes import AdmissionWishRule, RoomWishRule

    found = _registry().get(name)
    if found is None and any(date.rule == name for date in problem.beds.dates):
        found = AdmissionWishRule.of(problem, name)
    return found if found is not None else RoomWishRule.of(problem, name)


def evaluate(problem: HospitalProblem, plan: HospitalPlan) -> Evaluation:
    """Exact cost by rule, with every breach; see :meth:`HospitalProblem.evaluate`."""
    from optimise.hospital.rules.state import HospitalState

    state = HospitalState(problem, plan)
    ticks = hard = 0
    costs: list[RuleCost] = []
    violations: list[Violation] = []
    for setting in problem.rules:
        rule = get_rule(problem, setting.rule)
        if not rule.applies(problem):
            continue
        found = rule.breaches(state)
        total = int(found.amount.sum())
        weight = setting.weight or 0
        ticks += weight * total
        hard += total if setting.hard else 0
        costs.append(RuleCost(setting.rule, setting.hard, total, weight * total / problem.scale))
        for i, amount in enumerate(found.amount.tolist()):
            told = found.tell(i)
            cost = weight * amount / problem.scale
            violations.append(Violation(setting.rule, setting.hard, amount, cost, told.who, told.days, told.message))
    return Evaluation(ticks / problem.scale, hard, tuple(costs), tuple(violations))


def hard_and_cost(problem: HospitalProblem, plan: HospitalPlan) -> tuple[int, int]:
    """Total hard amount and soft cost in ticks, without listing breaches."""
    from optimise.hospital.rules.state import HospitalState

    state = HospitalState(problem, plan)
    ticks = hard = 0
    for setting in problem.rules:
        rule = get_rule(problem, setting.rule)
        if rule.applies(problem):
            total = int(rule.breaches(state).amount.sum())
            ticks += (setting.weight or 0) * total
            hard += total if setting.hard else 0
    return hard, ticks
