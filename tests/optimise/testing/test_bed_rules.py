"""The check of bed rules passes sound ones, ours and strangers', and finds each way of being wrong."""

from __future__ import annotations

from dataclasses import replace
from random import Random
from typing import Any

import numpy as np
import pytest

from optimise.core.arrays import IntArray
from optimise.generate.hospitals import hospital
from optimise.hospital.context import HospitalContext
from optimise.hospital.model.columns import HospitalColumns
from optimise.hospital.problem import HospitalProblem
from optimise.hospital.rules import rules_by_name
from optimise.hospital.rules.base import EVERY_ENGINE, Breach, Breaches, Engine, HospitalRule
from optimise.hospital.rules.nights import NightRule
from optimise.hospital.rules.state import HospitalState
from optimise.testing import check_bed_rule
from optimise.testing.random_hospitals import random_beds

BEDS = [random_beds(Random("bed rule 7"))]


class Busy(HospitalRule):
    """By (room, day): people beyond one."""

    name = "Busy"
    text = "one person a room"
    unit = "people"
    most = 1  # what the rows say
    words = "too many"

    def breaches(self, state: HospitalState) -> Breaches:
        return Breaches.positive(state.count - 1, lambda i: Breach((), (i[1],), self.words))

    def add(self, model: HospitalColumns) -> None:
        here = model.presence
        rows = model.model.add_rows(self.name, len(here.cell_room), upper=float(self.most))
        model.model.add_entries(rows[here.cell], here.column)
        model.excess(self.name, rows)


class LastRoom(NightRule):
    """A table of nights."""

    name = "LastRoom"
    text = "nobody in the last room"

    def amounts(self, problem: HospitalContext) -> IntArray:
        table = np.zeros((len(problem.patients), problem.days, len(problem.rooms.ids)), dtype=np.int64)
        table[:, :, -1] = 2
        return table


def test_sound_rules_pass() -> None:
    check_bed_rule(Busy())
    check_bed_rule(LastRoom(), BEDS)
    assert not {"Busy", "LastRoom"} & set(rules_by_name())


def test_a_rule_of_ours_passes() -> None:
    problems = [random_beds(Random(f"bed rule {k}")) for k in (4, 6)]
    everybody = replace(problems[0].beds, mixing="patients")
    check_bed_rule(rules_by_name()["RoomGenderMix"], [*problems, replace(problems[0], beds=everybody)])


def found(rule: HospitalRule, said: str, problems: list[HospitalProblem] = BEDS) -> None:
    with pytest.raises(AssertionError, match=said):
        check_bed_rule(rule, problems)
    assert rule.name not in rules_by_name(), "the check leaves a rule behind"


def made(base: type[HospitalRule], **changed: Any) -> HospitalRule:
    """A rule with something wrong."""
    rule = type(base.__name__, (base,), changed)()
    assert isinstance(rule, HospitalRule)
    return rule


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"text": ""}, "no text"),
        ({"words": ""}, "no words for the planner"),
        ({"most": 2}, "priced, with amount .*: the model charges"),
        ({"most": 0}, "priced, with amount .*: the model charges"),
        ({"step": lambda self, problem: 7}, "no multiple of the rule's step 7"),
        ({"hard_only": frozenset({Engine.JOINT})}, "hard_only names engines"),
        ({"engines": EVERY_ENGINE}, "the joint search|the search of rooms"),
        ({"engines": frozenset({Engine.ROOMS})}, "the search of rooms counts a change"),
        ({"add": lambda self, model: None}, "the model charges 0"),
    ],
)
def test_a_rule_with_one_fault_is_found(changed: dict[str, Any], said: str) -> None:
    found(made(Busy, **changed), said)


def test_a_hard_rule_without_rows_is_found() -> None:
    def add(self: HospitalRule, model: HospitalColumns) -> None:
        if model.price(self.name) is not None:
            Busy.add(self, model)  # type: ignore[arg-type]

    found(made(Busy, add=add), "hard, with amount .*: the model says kept")


def test_a_breach_outside_the_horizon_is_found() -> None:
    def breaches(self: HospitalRule, state: HospitalState) -> Breaches:
        return Breaches.positive(state.count - 1, lambda i: Breach((), (99,), "too many"))

    found(made(Busy, breaches=breaches), "a breach is on the days")


def test_a_rule_with_a_memory_is_found() -> None:
    def breaches(self: Any, state: HospitalState) -> Breaches:
        self.asked = getattr(self, "asked", 0) + 1
        return Breaches.positive(state.count - 1 + self.asked, lambda i: Breach((), (), "too many"))

    found(made(Busy, breaches=breaches), "a rule keeps no state")


def test_a_rule_that_nobody_can_break_proves_nothing() -> None:
    table = lambda self, problem: 0 * LastRoom.amounts(self, problem)  # noqa: E731
    found(made(LastRoom, amounts=table), "no plan that was tried breaks the rule")


def test_a_claim_that_could_not_be_tried_is_told() -> None:
    found(LastRoom(), "no problem that was tried suits the", [hospital(10, 3, 4)])
