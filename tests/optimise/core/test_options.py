"""Options and tuning of every method: what is refused, by whom, in which words."""

from __future__ import annotations

import math
import os
import subprocess
import sys
from pathlib import Path
from typing import Any, Literal

import pytest
from pydantic import Field

from optimise.core.errors import InputError
from optimise.core.method import Limits, available_methods, get_method
from optimise.core.options import Options, Tuning, documented, knob, knobs, models, read_options, taken
from optimise.driver import solve
from optimise.testing import ward

EXAMPLES = Path(__file__).parents[3] / "examples"


class Inner(Tuning):
    near: float = knob(0.1, unit="part of the cost", source="measured", ge=0, le=1)
    """How near."""


class Outer(Tuning):
    root: Inner = Inner()
    rounds: int = knob(3, unit="rounds", source="measured", ge=1)
    """How many."""


class Given(Options):
    """Options of a method for these tests."""

    fast: bool = False
    """Whether to hurry."""
    form: Literal["short", "long"] = "short"
    size: int | None = Field(None, ge=1)
    tuning: Outer = Outer()


class Declares:
    """A method."""

    name, options = "declares", Given


@pytest.mark.parametrize(
    ("given", "item", "said"),
    [
        ({"speed": 9}, "speed", "unknown option; there are fast, form"),
        ({"size": "abc"}, "size", "'abc'"),
        ({"size": 0}, "size", "greater than or equal to 1"),
        ({"size": True}, "size", "true or false"),
        ({"form": "round"}, "form", "'round'"),
        ({"fast": "perhaps"}, "fast", "'perhaps'"),
        ({"tuning.root.near": 2}, "tuning.root.near", "less than or equal to 1"),
        ({"tuning.root.near": math.nan}, "tuning.root.near", "finite"),
        ({"tuning.root.far": 2}, "tuning.root.far", "unknown option"),
        ({"tuning": 5}, "tuning", "5"),
        ({"tuning": 5, "tuning.rounds": 2}, "tuning", "5"),
    ],
)
def test_what_makes_no_sense_is_refused_with_its_name_and_value(given: dict[str, Any], item: str, said: str) -> None:
    with pytest.raises(InputError) as caught:
        Given.of(given)
    assert caught.value.item == f"option {item}"
    assert said in caught.value.message


def test_a_single_number_replaces_its_default_only_wherever_the_others_come_from() -> None:
    for others in ({"tuning": Outer(rounds=7)}, {"tuning": {"rounds": 7}}, {"tuning.rounds": 7}):
        made = Given.of({**others, "tuning.root.near": 0.5})
        assert (made.tuning.rounds, made.tuning.root.near) == (7, 0.5)


def test_no_means_no() -> None:
    assert not Given.of({"fast": "no"}).fast


def test_a_file_holds_the_same_as_single_options(tmp_path: Path) -> None:
    file = tmp_path / "options.toml"
    file.write_text("fast = true\n[tuning]\nrounds = 5\n[tuning.root]\nnear = 0.25\n")
    made = Given.of(read_options(file) | {"tuning.rounds": 6})
    assert (made.fast, made.tuning.rounds, made.tuning.root.near) == (True, 6, 0.25)


@pytest.mark.parametrize("text", [b"fast = maybe", b"\xff\xfe", None])
def test_a_file_that_is_none_is_refused_by_its_name(tmp_path: Path, text: bytes | None) -> None:
    file = tmp_path / "options.toml"
    if text is not None:
        file.write_bytes(text)
    with pytest.raises(InputError, match=r"options\.toml"):
        read_options(file)


def test_a_methods_page_tells_range_unit_meaning_and_source() -> None:
    listed = {k.name: k for k in knobs(Given)}
    near = listed["tuning.root.near"]
    assert (near.range, near.unit, near.text, near.source) == (
        ">= 0 and <= 1",
        "part of the cost",
        "How near.",
        "measured",
    )
    assert listed["form"].range == "short or long"
    assert "fast : true or false" in (documented(Declares).__doc__ or "")


def test_options_are_passed_on_by_what_a_method_knows() -> None:
    given = {"size": 2, "speed": 1, "tuning.rounds": 4, "tuning.far": 1, "tuning": {"root": {"near": 0.2}}}
    assert taken(Declares(), None, given) == {"size": 2, "tuning.rounds": 4, "tuning.root.near": 0.2}


def declared() -> list[tuple[str, str]]:
    """Names and kinds of all methods here that declare their options."""
    found = []
    for name in available_methods():
        try:
            method = get_method(name)
        except ImportError:
            continue
        found += [(name, kind) for kind in models(method)]
    return found


@pytest.mark.parametrize(("name", "kind"), declared())
def test_every_method_refuses_what_it_does_not_know_and_what_is_out_of_range(name: str, kind: str) -> None:
    method = get_method(name)
    model = models(method)[kind]
    tunes = any(k.name.startswith("tuning.") for k in knobs(model))
    for given in ({"nonsense": 1}, {"tuning.nonsense": 1})[: 1 + tunes]:
        with pytest.raises(InputError, match="nonsense"):
            model.of(given)
    for k in knobs(model):
        assert k.text or k.unit, f"{k.name} says nothing"
        wrong = {"true or false": "perhaps", "path": 5}.get(k.range, "abc")
        if k.range in ("function", "text"):
            wrong = 5 if k.range == "text" else "abc"
        with pytest.raises(InputError) as caught:
            model.of({k.name: wrong})
        assert str(caught.value.item).startswith(f"option {k.name}")
        assert repr(wrong) in caught.value.message
        if k.range.startswith(">"):
            with pytest.raises(InputError):
                model.of({k.name: -1e9})


@pytest.mark.parametrize("name", [n for n, kind in declared() if kind in ("", "roster")])
def test_the_driver_refuses_before_the_solve_starts(name: str) -> None:
    method = get_method(name)
    problem = ward("ward", [])
    if not method.supports(problem):
        pytest.skip("plans no rosters")
    said: list[object] = []
    with pytest.raises(InputError, match="nonsense"):
        solve(problem, method, limits=Limits(seconds=1), options={"nonsense": 1}, listen=lambda p: said.append(p))
    assert not said


@pytest.mark.parametrize(
    ("instance", "words", "said"),
    [
        ("ward4x7.json", ["-m", "column-generation", "--option", "root_share=abc"], "option root_share: is 'abc'"),
        ("ward4x7.json", ["--option", "tuning.root.near=-1"], "option tuning.root.near: is -1"),
        ("ward4x7.json", ["--option", "nonsense=1"], "option nonsense: unknown option"),
        ("ward4x7.json", ["-m", "highs", "--option", "form=loose"], "option form: is 'loose'"),
        ("beds6.json", ["-m", "hospital", "--option", "nonsense=1"], "option nonsense: unknown option"),
        ("ward4x7.json", ["--options", "absent.toml"], "absent.toml: cannot be read"),
    ],
)
def test_the_command_ends_with_2_and_one_sentence(instance: str, words: list[str], said: str) -> None:
    command = [sys.executable, "-m", "optimise", "solve", str(EXAMPLES / instance), "-t", "2", "-q", *words]
    done = subprocess.run(command, capture_output=True, text=True, env=os.environ, check=False)
    assert done.returncode == 2
    assert said in done.stderr
    assert "Traceback" not in done.stderr
