"""The check of named rules passes sound ones, and finds each way of being wrong."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, make_dataclass
from typing import Annotated, Any

import pytest
from pydantic import Field

from optimise.roster.context import RosterContext
from optimise.roster.rules import Pattern, RosterRule
from optimise.roster.rules.named import named_rules
from optimise.roster.rules.primitives import places
from optimise.testing import check_named_rule


@dataclass(frozen=True, slots=True, kw_only=True)
class Costly(RosterRule):
    """Some shifts cost something."""

    shift: Annotated[str, Field(description="which")] = "D"
    weight: float = 3.0

    def patterns(self, problem: RosterContext) -> Iterator[Pattern]:
        who, starts = places(self.scope(problem), range(problem.horizon.days))
        yield Pattern(self.name, (problem.shift_mask(self.shift),), who, starts, self.weight, label="works")


def test_a_sound_rule_passes_and_is_forgotten() -> None:
    check_named_rule(Costly, {"shift": "N"}, refused=[{"shift": "X"}, {"shift": ["D"]}])
    assert not named_rules()


def test_parameters_that_should_be_refused_are_found() -> None:
    with pytest.raises(AssertionError, match="are not refused"):
        check_named_rule(Costly, refused=[{"shift": "N"}])


def test_parameters_that_are_refused_are_told() -> None:
    with pytest.raises(AssertionError, match=r"is refused: .*unknown shift"):
        check_named_rule(Costly, {"shift": "X"})


def test_a_rule_that_is_not_installed_is_told() -> None:
    with pytest.raises(AssertionError, match="no rule is installed as 'costly'"):
        check_named_rule("costly")


def variant(**changes: Any) -> type[RosterRule]:
    """The rule with other members."""
    made = {"__doc__": "Some shifts cost something.", "patterns": Costly.patterns, **changes}
    shift = changes.pop("shift", Annotated[str, Field(description="which")])
    frozen = changes.pop("frozen", True)
    made = {name: value for name, value in made.items() if name not in ("shift", "frozen")}
    columns = [("shift", shift, "D"), ("weight", float, 3.0)]
    found: Any = make_dataclass("Variant", columns, bases=(RosterRule,), namespace=made, frozen=frozen, kw_only=True)
    return found  # type: ignore[no-any-return]


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"__doc__": None}, "has no docstring"),
        ({"shift": str}, "parameter shift has no description"),
        ({"patterns": RosterRule.patterns}, "adds nothing"),
        ({"extended": lambda self, source, new, problem: RosterRule(name=self.name)}, "for one person more"),
    ],
)
def test_what_is_missing_is_found(changes: dict[str, Any], said: str) -> None:
    with pytest.raises(AssertionError, match=said):
        check_named_rule(variant(**changes))
