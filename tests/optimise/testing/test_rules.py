"""The check of roster rules passes sound ones, and finds each way of being wrong."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Any

import numpy as np
import pytest

from optimise.roster.model.roster import RosterModel
from optimise.roster.problem import RosterProblem
from optimise.roster.rules import HARD, Counter, Cover, Demand, Pattern, RosterRule, Segment
from optimise.roster.rules.primitives import places
from optimise.testing import check_rule, rules
from optimise.testing.wards import NIGHT, WORK


@dataclass(frozen=True, slots=True, kw_only=True)
class NoLoneNight(RosterRule):
    """A night is not followed by a day off."""

    weight: float = 3.0
    mask: int = 1
    first: int = -1

    def patterns(self, problem: Any) -> Iterator[Pattern]:
        who, starts = places(self.scope(problem), range(self.first, problem.horizon.days - 1))
        yield Pattern(self.name, (NIGHT, self.mask), who, starts, self.weight, label="a lone night")


def lone_nights(problem: RosterProblem, duties: np.ndarray) -> int:
    """By the words of the rule."""
    count = 0
    for person, row in zip(problem.employees, duties.tolist(), strict=True):
        line = [2 if person.history[:1] == (NIGHT,) else 0, *row]
        count += sum(a == 2 and b == 0 for a, b in pairwise(line))
    return count


@pytest.mark.parametrize("weight", [3.0, HARD])
def test_a_sound_rule_passes(weight: float) -> None:
    check_rule(NoLoneNight(name="mine", weight=weight), lambda p, x: weight * n if (n := lone_nights(p, x)) else 0.0)


def test_a_sound_head_count_passes() -> None:
    cover = Cover(name="cover", demands=(Demand(1, WORK, 2, under=(Segment(float("inf"), 4.0),)),))
    check_rule(cover, lambda p, x: 4.0 * float((x[:, 1] == 0).sum()), models=1)


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"weight": 2.0}, "the evaluator charges 2, the definition 3"),
        ({"mask": 3}, "the evaluator charges"),
        ({"weight": HARD}, "the evaluator forbids what the definition prices at 3"),
        ({"first": 0}, "the evaluator charges 0, the definition 3"),  # forgets what was before
        ({"first": 4}, "adds nothing"),
    ],
)
def test_a_rule_unlike_its_definition_is_found(wrong: dict[str, Any], said: str) -> None:
    with pytest.raises(AssertionError, match=said):
        check_rule(replace(NoLoneNight(name="mine"), **wrong), lambda p, x: 3.0 * lone_nights(p, x), models=0)


def test_a_rule_that_should_forbid_is_found() -> None:
    with pytest.raises(AssertionError, match="the definition forbids it"):
        check_rule(NoLoneNight(name="mine"), lambda p, x: HARD if lone_nights(p, x) else 0.0, models=0)


def test_a_rule_that_nobody_can_break_proves_nothing() -> None:
    class Idle(RosterRule):
        def counters(self, problem: Any) -> Iterator[Counter]:
            who = self.scope(problem)
            values = np.ones((problem.horizon.days, len(problem.duties)), dtype=np.int64)
            bound = np.full(len(who), 99, dtype=np.int64)
            yield Counter(self.name, who, 0 * bound, bound, 0 * bound, values, weight_upper=1.0)

    with pytest.raises(AssertionError, match="no roster that was tried breaks the rule"):
        check_rule(Idle(name="idle"), lambda p, x: 0.0, models=0)


def test_a_definition_below_zero_is_refused() -> None:
    with pytest.raises(AssertionError, match="never lowers a cost"):
        check_rule(NoLoneNight(name="mine"), lambda p, x: -1.0, models=0)


def test_kernels_that_charge_otherwise_are_found(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rules, "line_cost", lambda arrays, person, row: (1.0, 0.0))
    with pytest.raises(AssertionError, match="the kernels charge 2"):
        check_rule(NoLoneNight(name="mine"), lambda p, x: 3.0 * lone_nights(p, x), models=0)


@pytest.mark.parametrize("form", ["clauses", "flow"])
def test_a_model_that_forgets_a_rule_is_found(form: str, monkeypatch: pytest.MonkeyPatch) -> None:
    class Forgetful(RosterModel):
        def __init__(self, problem: RosterProblem, **given: Any) -> None:
            forgets = given["form"] == form
            super().__init__(problem.without_rules("mine") if forgets else problem, **given)

    monkeypatch.setattr(rules, "RosterModel", Forgetful)
    rule = NoLoneNight(name="mine", weight=500.0, mask=WORK | 1)  # every night costs
    with pytest.raises(AssertionError, match=f"the model \\({form}\\)"):
        check_rule(rule, lambda p, x: 500.0 * nights(p, x), models=1)


def nights(problem: RosterProblem, duties: np.ndarray) -> int:
    """Nights with a known day after them."""
    before = sum(person.history[:1] == (NIGHT,) for person in problem.employees)
    return before + int((duties[:, :-1] == 2).sum())
