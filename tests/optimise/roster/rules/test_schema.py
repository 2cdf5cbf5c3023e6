"""The schema of a ward with the rules that are installed."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Annotated, Any

import pytest
from pydantic import BaseModel, Field

from optimise.roster.formats.native import schema
from optimise.roster.rules import RosterRule
from optimise.roster.rules.named import forget_roster_rule, register_roster_rule
from optimise.roster.rules.schema import with_named_rules

WARD = {"start": "2026-01-05", "shifts": [{"id": "D", "start": "07:00", "end": "19:00"}], "staff": [{"id": "ann"}]}


class Part(BaseModel):
    """Of the parameters."""

    size: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked(RosterRule):
    """A rule that asks."""

    days: Annotated[int, Field(ge=1)]
    part: Part | None = None
    weight: float = 1.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Plain(RosterRule):
    """A rule without anything."""


@pytest.fixture
def made() -> Iterator[dict[str, Any]]:
    register_roster_rule("asked", Asked)
    register_roster_rule("plain", Plain)
    yield with_named_rules(schema())
    forget_roster_rule("asked")
    forget_roster_rule("plain")


def test_without_rules_it_is_the_published_one() -> None:
    assert with_named_rules(schema()) == schema()


@pytest.mark.parametrize(
    ("own", "sound"),
    [
        ({"rule": "asked", "parameters": {"days": 2, "part": {"size": 3}}, "weight": 4}, True),
        ({"rule": "plain"}, True),
        ({"rule": "asked"}, False),
        ({"rule": "asked", "parameters": {"days": 0}}, False),
        ({"rule": "asked", "parameters": {"days": 2, "part": {"size": "x"}}}, False),
        ({"rule": "asked", "parameters": {"days": 2, "more": 1}}, False),
        ({"rule": "plain", "weight": 4}, False),
        ({"rule": "other"}, False),
    ],
)
def test_entries_are_held_against_the_rules(made: dict[str, Any], own: dict[str, Any], sound: bool) -> None:
    jsonschema = pytest.importorskip("jsonschema")
    jsonschema.Draft202012Validator.check_schema(made)
    found = jsonschema.Draft202012Validator(json.loads(json.dumps(made))).is_valid({**WARD, "rules": {"own": [own]}})
    assert found is sound
