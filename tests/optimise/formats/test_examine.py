"""A document is checked whole: every fault once, and nothing that only follows from another."""

from __future__ import annotations

from pathlib import Path

import pytest
from pydantic import Field, model_validator

import optimise
from optimise.core.errors import InputError, InputErrors
from optimise.formats.document import ItemError, UnknownName
from optimise.formats.examine import MOST, Findings, examined
from optimise.formats.parts import Part


class Person(Part):
    id: str
    age: int = Field(ge=0)
    first: int = 0
    last: int = 9

    @model_validator(mode="after")
    def _order(self):
        if self.last < self.first:
            raise ValueError("ends before it begins")
        return self


class House(Part):
    name: str
    people: list[Person] = Field(min_length=1)
    owners: list[str] = Field(default_factory=list)


def check(house):
    found = Findings()
    known = [person.id for person in house.people]
    for i, name in enumerate(house.owners):
        with found:
            if name not in known:
                raise UnknownName(f"nobody is called {name!r}", ("owners", i), name)
            if name in house.owners[:i]:
                raise ItemError(f"stands already in owners[{house.owners.index(name)}]", ("owners", i))
    found.settle()
    return known


def faults(data):
    with pytest.raises(InputError) as caught:
        examined(House, data, check)
    error = caught.value
    return [(e.item, e.message) for e in (error.errors if isinstance(error, InputErrors) else [error])]


def person(name, **more):
    return {"id": name, "age": 30, **more}


def test_a_sound_document_comes_with_what_its_check_returns():
    made, known = examined(House, {"name": "h", "people": [person("ann")]}, check)
    assert (made.people[0].age, known) == (30, ["ann"])


def test_faults_of_model_and_check_are_told_together_with_their_places():
    people = [person("ann", age="old"), person("ben", colour="red"), person("chi", first=5, last=2), person("dee")]
    assert faults({"name": "h", "people": people, "owners": ["dee", "eve", "dee"]}) == [
        ("people[1].colour", "unknown key; known: id, age, first, last"),
        ("people[0].age", "should be a whole number, found 'old'"),
        ("people[2]", "ends before it begins"),
        ("owners[1]", "nobody is called 'eve'"),
        ("owners[2]", "stands already in owners[0]"),
    ]


def test_what_follows_from_a_fault_is_not_told():
    people = [person("ann", age=-1), person("ben")]
    told = [("people[0].age", "should be greater than or equal to 0, found -1")]
    told = [(item, message.replace("found -1", "found '-1'")) for item, message in told]
    assert faults({"name": "h", "people": people, "owners": ["ann", "ben"]}) == told


def test_nothing_that_is_left_ends_the_search():
    assert faults({"name": ["h"], "people": [{"id": "ann"}]}) == [
        ("name", "should be a valid string"),
        ("people[0].age", "is missing"),
    ]


def test_places_are_those_of_the_document_and_not_of_what_was_left():
    people = [person("ann", age="x"), person("ben"), person("chi")]
    owners = ["ben", "ann", "zoe", "ben"]
    assert [item for item, _ in faults({"name": "h", "people": people, "owners": owners})] == [
        "people[0].age",
        "owners[2]",
        "owners[3]",
    ]


def test_faults_beyond_the_limit_are_counted():
    data = {"name": "h", "people": [person(f"p{i}", age=-1) for i in range(MOST + 7)]}
    with pytest.raises(InputErrors, match=rf"^{MOST + 7} faults\n(.|\n)*and 7 more$") as caught:
        examined(House, data, check)
    assert len(caught.value.errors) == MOST


def test_a_place_is_filled_in_for_each_fault():
    error = InputErrors([InputError("a", line=3), InputError("b", item="x")]).at(file="f", item="y")
    assert str(error).splitlines() == ["2 faults", "  f:3: y: a", "  f: x: b"]


WARD = """\
start: 2026-01-05
weeks: 1
shifts:
  - {id: E, start: "07:00", end: "15:00"}
  - {id: L, start: "13:00", end: "25:00"}
contracts:
  - {id: full, weekly_hours: 37.5, colour: red}
staff:
  - {id: ann, contract: full, skills: [a, a]}
  - {id: ben, contract: ful}
demand:
  - {shifts: [E], minimum: 1}
  - {shifts: [L], minimum: two}
  - {shifts: [X], minimum: 1}
leave:
  - {staff: ann, first: 2026-01-05, kind: Annual leave}
  - {staff: ann, first: 2026-01-05}
requests:
  - {staff: bob, days: [Wednesday], want: off}
pins:
  - {staff: ann, date: 2026-01-05, shift: E}
"""


@pytest.mark.parametrize("suffix", [".yaml", ".json"])
def test_all_faults_of_a_ward_are_told_with_their_lines(suffix: str, tmp_path: Path) -> None:
    file = tmp_path / f"ward{suffix}"
    text = WARD
    if suffix == ".json":
        import json

        from optimise.formats.document import Document

        text = json.dumps(Document.parse(WARD, tmp_path / "ward.yaml").data, indent=1)
    file.write_text(text, encoding="utf-8")
    with pytest.raises(InputErrors) as caught:
        optimise.read(file, format="native")
    errors = caught.value.errors
    assert [(e.item, e.message.partition(";")[0]) for e in errors] == [
        ("contracts[0].colour", "unknown key"),
        ("shifts[1].end", "should be a clock time such as 07:30, found '25:00'"),
        ("demand[1].minimum", "should be a whole number, found 'two'"),
        ("staff[0].skills[1]", "skill 'a' is listed twice"),
        ("staff[1].contract", "no contract is called 'ful'"),
        ("leave[1]", "ann is away on Mon 5 Jan already by leave[0]"),
        ("pins[0]", "ann is on leave on 2026-01-05 and cannot be pinned to E"),
        ("requests[0].staff", "nobody is called 'bob'"),
        ("demand[2].shifts[0]", "no shift is called 'X'"),
    ]
    if suffix == ".yaml":
        assert [e.line for e in errors] == [7, 5, 13, 9, 10, 17, 21, 19, 14]
