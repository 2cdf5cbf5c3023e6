"""``wardwise rules``: what documents may name."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Annotated

import pytest
from pydantic import Field
from typer.testing import CliRunner

from optimise.cli.app import app
from optimise.core.errors import WardwiseError
from optimise.hospital.rules import known_rules
from optimise.roster.rules import RosterRule
from optimise.roster.rules.named import forget_roster_rule, register_roster_rule


@dataclass(frozen=True, slots=True, kw_only=True)
class Mine(RosterRule):
    """A rule of mine."""

    days: Annotated[int, Field(ge=1, le=6, description="in a row", json_schema_extra={"unit": "days"})]
    weight: float = 20.0


@pytest.fixture
def _mine() -> Iterator[None]:
    register_roster_rule("mine", Mine)
    yield
    forget_roster_rule("mine")


def told(*words: str) -> str:
    found = CliRunner().invoke(app, ["rules", *words], catch_exceptions=False)
    assert found.exit_code == 0
    return found.output


@pytest.mark.usefixtures("_mine")
def test_rules_of_packages_and_of_beds_are_listed() -> None:
    lines = told().splitlines()
    assert [line.split(maxsplit=1)[1] for line in lines if line.startswith("  mine ")] == ["A rule of mine."]
    assert {line.split()[0] for line in lines if line.startswith("  ")} == {"mine", *known_rules()}


def test_without_packages_the_list_says_so() -> None:
    assert "none is installed" in told()


@pytest.mark.usefixtures("_mine")
def test_json_lists_the_same() -> None:
    made = json.loads(told("--json"))
    assert made["roster"]["mine"]["summary"] == "A rule of mine."
    assert list(made["hospital"]) == list(known_rules())


@pytest.mark.usefixtures("_mine")
def test_a_roster_rule_tells_its_parameters() -> None:
    text = told("mine")
    assert "weight = 20 when left out" in text
    assert "  days must be given, days  (>= 1 and <= 6)\n      in a row" in text


@pytest.mark.usefixtures("_mine")
def test_json_tells_the_parameters() -> None:
    made = json.loads(told("mine", "--json"))
    assert (made["weight"], made["parameters"][0]["required"], made["parameters"][0]["unit"]) == (20.0, True, "days")


def test_a_bed_rule_tells_what_it_counts() -> None:
    text = told("Transfer")
    assert "price = hard when left out" in text
    assert "counts moves" in text


def test_an_unknown_rule_is_refused_with_the_nearest() -> None:
    with pytest.raises(WardwiseError, match="no rule is called 'Transfr'; did you mean 'Transfer'"):
        told("Transfr")
