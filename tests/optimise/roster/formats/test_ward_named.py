"""Rules of other packages in ward documents: made, scoped, written back, refused with their place."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

import pytest
from pydantic import Field

from optimise.core.errors import InputError
from optimise.roster.context import RosterContext
from optimise.roster.formats.ward import Ward
from optimise.roster.formats.ward_asked import AskedEdits
from optimise.roster.rules import HARD, Pattern, RosterRule
from optimise.roster.rules.named import forget_roster_rule, register_roster_rule
from optimise.roster.rules.primitives import places

WARD: dict[str, Any] = {
    "start": "2026-01-05",
    "weeks": 1,
    "shifts": [{"id": "D", "start": "07:00", "end": "19:00"}],
    "staff": [{"id": "ann", "band": "5"}, {"id": "ben", "band": "6"}],
}


@dataclass(frozen=True, slots=True, kw_only=True)
class NeverAfter(RosterRule):
    """No work after some shifts in a row."""

    shifts: Annotated[tuple[str, ...], Field(min_length=1, description="that count")]
    days: Annotated[int, Field(ge=1, le=9, description="in a row")] = 2
    weight: float = 20.0

    def __post_init__(self) -> None:
        if self.days == 5:
            raise ValueError("five is not my number")

    def patterns(self, problem: RosterContext) -> Iterator[Pattern]:
        if self.days == 6:
            raise RuntimeError("no six")
        mask = problem.shift_mask(*self.shifts)
        who, starts = places(self.scope(problem), range(problem.horizon.days - self.days))
        if len(starts):
            yield Pattern(self.name, (*[mask] * self.days, problem.work), who, starts, self.weight, label="work after")


@dataclass(frozen=True, slots=True, kw_only=True)
class Unpriced(RosterRule):
    """A rule without a weight."""


@pytest.fixture(autouse=True)
def _installed() -> Iterator[None]:
    register_roster_rule("never-after", NeverAfter)
    register_roster_rule("unpriced", Unpriced)
    yield
    forget_roster_rule("never-after")
    forget_roster_rule("unpriced")


def ward(*own: dict[str, Any]) -> dict[str, Any]:
    return {**WARD, "rules": {"own": list(own)}}


ENTRY = {"rule": "never-after", "parameters": {"shifts": ["D"]}}


@pytest.mark.parametrize(
    ("more", "wanted"),
    [
        ({}, NeverAfter(name="never-after", shifts=("D",))),
        ({"weight": 3}, NeverAfter(name="never-after", shifts=("D",), weight=3.0)),
        ({"hard": True}, NeverAfter(name="never-after", shifts=("D",), weight=HARD)),
        ({"who": {"bands": ["6"]}}, NeverAfter(name="never-after", shifts=("D",), employees=(1,))),
        ({"name": "rest"}, NeverAfter(name="rest", shifts=("D",))),
        ({"parameters": {"shifts": ["D"], "days": 3}}, NeverAfter(name="never-after", shifts=("D",), days=3)),
    ],
)
def test_an_entry_is_the_object_that_it_says(more: dict[str, Any], wanted: RosterRule) -> None:
    assert Ward.from_dict(ward({**ENTRY, **more})).problem().rules[-1] == wanted


def test_the_same_rule_may_be_named_twice() -> None:
    made = Ward.from_dict(ward(ENTRY, {**ENTRY, "weight": 1})).problem()
    assert [rule.name for rule in made.rules[-2:]] == ["never-after", "never-after (2)"]


def test_an_entry_without_people_or_price_is_left_out() -> None:
    plain = Ward.from_dict(WARD).problem()
    for more in ({"weight": 0}, {"who": {"bands": ["9"]}}):
        assert Ward.from_dict(ward({**ENTRY, **more})).problem().digest() == plain.digest()


def test_a_rule_that_asks_for_nothing_is_remarked() -> None:
    made = Ward.from_dict(ward({**ENTRY, "parameters": {"shifts": ["D"], "days": 9}})).problem()
    assert made.meta["remarks"] == ("Rule 'never-after' asks for nothing in this plan.",)


@pytest.mark.parametrize("name", ["ward.json", "ward.yaml", "ward.xlsx", "tables"])
def test_every_form_of_the_document_holds_it(name: str, tmp_path: Path) -> None:
    made = Ward.from_dict(ward({**ENTRY, "weight": 7, "who": {"bands": ["6"]}, "name": "rest"}))
    assert Ward.load(made.save(tmp_path / name)).problem().digest() == made.problem().digest()


@pytest.mark.parametrize(
    ("entry", "said"),
    [
        ({"rule": "never-aftr"}, r"own\[0\].rule: no rule is called 'never-aftr'; did you mean 'never-after'"),
        ({"rule": "never-after"}, r"own\[0\].parameters.shifts: is missing"),
        ({**ENTRY, "parameters": {"shifts": "D"}}, r"own\[0\].parameters.shifts: should be a list, found 'D'"),
        ({**ENTRY, "parameters": {"shifts": ["D"], "dayz": 1}}, r"parameters.dayz: unknown key; did you mean 'days'"),
        ({**ENTRY, "parameters": {"shifts": ["D"], "days": 99}}, r"parameters.days: .*less than or equal to 9"),
        ({**ENTRY, "parameters": {"shifts": ["D"], "weight": 1}}, r"parameters.weight: stands beside rule"),
        ({**ENTRY, "parameters": {"shifts": ["D"], "days": 5}}, r"parameters: never-after refuses .*five is not my"),
        ({**ENTRY, "parameters": {"shifts": ["D"], "days": 6}}, r"own\[0\]: never-after .*RuntimeError: no six"),
        ({**ENTRY, "parameters": {"shifts": ["X"]}}, r"parameters: never-after refuses this ward: unknown shift 'X'"),
        ({"rule": "unpriced", "weight": 3}, r"own\[0\].weight: unpriced has no weight of its own"),
        ({**ENTRY, "hard": True, "weight": 3}, "both hard and weighted"),
    ],
)
def test_what_makes_no_sense_is_told_with_its_place(entry: dict[str, Any], said: str) -> None:
    with pytest.raises(InputError, match=said):
        Ward.from_dict(ward(entry))


def test_all_mistakes_are_told_at_once_with_their_lines(tmp_path: Path) -> None:
    made = Ward.from_dict(ward(ENTRY, ENTRY)).save(tmp_path / "ward.yaml")
    made.write_text(made.read_text().replace("- D", "- X"))
    with pytest.raises(InputError) as found:
        Ward.load(made)
    assert str(found.value).count("unknown shift 'X'") == 2
    assert "ward.yaml:" in str(found.value)


def test_a_cell_that_holds_no_parameters_names_sheet_and_column(tmp_path: Path) -> None:
    folder = Ward.from_dict(ward(ENTRY)).save(tmp_path / "tables")
    file = folder / "own_rules.csv"
    file.write_text("rule,parameters\nnever-after,just words: [\n")
    with pytest.raises(InputError, match=r"own_rules.csv:2: column parameters: .* are no parameters"):
        Ward.load(folder)


def test_a_ward_can_be_given_a_rule_in_python() -> None:
    plain: AskedEdits = Ward.from_dict(WARD)
    made = plain.with_own_rule("never-after", weight=3, who={"staff": ["ann"]}, parameters={"shifts": ["D"]})
    assert made.problem().rules[-1] == NeverAfter(name="never-after", employees=(0,), shifts=("D",), weight=3.0)
    assert not plain.rules.own
