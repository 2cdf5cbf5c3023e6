"""Roster rules of other packages: found by entry point, described, refused with a sentence."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.metadata import EntryPoint
from pathlib import Path
from typing import Annotated, Any

import pytest
from pydantic import BaseModel, Field, ValidationError

from optimise.core.errors import InputError, UnsupportedError
from optimise.roster.rules import HARD, RosterRule, named
from optimise.roster.rules.named import forget_roster_rule, named_rule, named_rules, register_roster_rule

CODE = '''
from dataclasses import dataclass
from optimise.roster.rules import RosterRule

@dataclass(frozen=True, slots=True, kw_only=True)
class Mine(RosterRule):
    """A rule of mine."""
    days: int = 3

not_a_rule = 7
'''


@dataclass(frozen=True, slots=True, kw_only=True)
class Told(RosterRule):
    """A first sentence
    over two lines.

    More.
    """

    shifts: Annotated[tuple[str, ...], Field(min_length=1, description="that count")]
    share: Annotated[float, Field(gt=0, le=1, description="of them")] = 0.5
    weight: float = HARD


@pytest.fixture
def installed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A package with one rule, something else, and a module that is not there."""
    monkeypatch.syspath_prepend(str(tmp_path))
    (tmp_path / "rules_of_theirs.py").write_text(CODE)
    values = {"mine": "rules_of_theirs:Mine", "broken": "rules_of_theirs:not_a_rule", "gone": "no_such_module:Rule"}
    points = [EntryPoint(name, value, named.GROUP) for name, value in values.items()]
    monkeypatch.setattr(named, "entry_points", lambda group: points)
    named._registry.cache_clear()
    named._installed.cache_clear()
    yield
    named._registry.cache_clear()
    named._installed.cache_clear()
    sys.modules.pop("rules_of_theirs", None)


@pytest.fixture
def told() -> Iterator[named.NamedRule]:
    register_roster_rule("told", Told)
    yield named_rule("told")
    forget_roster_rule("told")


@pytest.mark.usefixtures("installed")
def test_names_are_listed_without_loading_anything() -> None:
    assert list(named_rules()) == ["broken", "gone", "mine"]
    assert "rules_of_theirs" not in sys.modules


@pytest.mark.usefixtures("installed")
def test_an_installed_class_is_found() -> None:
    rule = named_rule("mine")
    assert rule.make("name", (1,), None, rule.parameters(days=5)) == rule.rule(name="name", employees=(1,), days=5)


@pytest.mark.usefixtures("installed")
@pytest.mark.parametrize(("name", "said"), [("broken", "no dataclass below RosterRule"), ("gone", "cannot be loaded")])
def test_what_is_no_rule_is_told_with_its_entry_point(name: str, said: str) -> None:
    with pytest.raises(InputError, match=f"{named.GROUP}: {name}: .*{said}"):
        named_rule(name)


def test_an_unknown_name_is_refused() -> None:
    with pytest.raises(UnsupportedError, match="no roster rule is called 'nothing'"):
        named_rule("nothing")


def test_parameters_are_the_fields_but_name_people_and_weight(told: named.NamedRule) -> None:
    assert list(told.parameters.model_fields) == ["shifts", "share"]


def test_a_rule_tells_its_first_sentence_and_its_weight(told: named.NamedRule) -> None:
    assert (told.summary, told.weight, told.weighted) == ("A first sentence over two lines.", HARD, True)


def test_a_price_takes_the_place_of_the_weight(told: named.NamedRule) -> None:
    made: Any = told.make("x", None, 4.0, told.parameters(shifts=["D"]))
    assert (made.weight, made.shifts, made.share) == (4.0, ("D",), 0.5)


@pytest.mark.parametrize("given", [{}, {"shifts": []}, {"shifts": ["D"], "share": 2}, {"shifts": ["D"], "x": 1}])
def test_wrong_parameters_are_refused(told: named.NamedRule, given: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        told.parameters(**given)


def test_a_number_may_be_a_shift(told: named.NamedRule) -> None:
    made: Any = told.parameters(shifts=[1])
    assert isinstance(made, BaseModel)
    assert made.shifts == ("1",)


def test_a_name_is_taken_once(told: named.NamedRule) -> None:
    with pytest.raises(InputError, match="already"):
        register_roster_rule("told", Told)


def test_a_name_that_no_document_could_say_is_refused() -> None:
    with pytest.raises(InputError, match="small letters"):
        register_roster_rule("Told rule", Told)


def test_annotations_that_cannot_be_understood_are_told() -> None:
    @dataclass(frozen=True, kw_only=True)
    class Odd(RosterRule):
        what: NoSuchType = None  # type: ignore[name-defined]  # noqa: F821

    with pytest.raises(InputError, match=r"parameters of .*Odd cannot be understood: NameError"):
        register_roster_rule("odd", Odd)
