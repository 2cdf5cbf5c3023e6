"""Options in words."""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import Enum
from pathlib import Path
from typing import Annotated, Any, Literal

import pytest
from pydantic import BaseModel, Field

from optimise.core.wording import names_listed, plain_value, range_words, type_words, value_words


@dataclass(frozen=True)
class Step:
    """Of a search."""

    size: float = 1.0
    whole: bool = False


class Colour(Enum):
    RED = "red"


class Part(BaseModel):
    depth: int = 2


@pytest.mark.parametrize(
    ("value", "words"),
    [
        (None, "none"),
        (True, "true"),
        (3, "3"),
        (40000000.0, "40000000"),
        (0.05, "0.05"),
        (math.inf, "inf"),
        ("auto", "auto"),
        (Colour.RED, "red"),
        (Path("a/b"), "a/b"),
        ((0.6, 0.5), "[0.6, 0.5]"),
        ((), "[]"),
        ({"a": 1.0, "b": False}, "a: 1, b: false"),
        (Step(size=2.0, whole=True), "size=2 whole=true"),
        (Step(), "as its class has it"),
        ((Step(size=2.0, whole=True), Step(size=3.0)), "size=2 whole=true; size=3"),
        (Part(depth=5), "depth=5"),
        (math.sqrt, "sqrt"),
    ],
)
def test_a_value_is_told_as_it_is_typed(value: object, words: str) -> None:
    assert value_words(value) == words


def test_json_has_values() -> None:
    made = plain_value({"steps": (Step(),), "part": Part(), "far": math.inf, "path": Path("x"), "none": None})
    assert json.loads(json.dumps(made)) == {
        "steps": [{"size": 1.0, "whole": False}],
        "part": {"depth": 2},
        "far": "inf",
        "path": "x",
        "none": None,
    }


@pytest.mark.parametrize(
    ("annotation", "words"),
    [
        (bool, "true or false"),
        (int | None, "whole number"),
        (Literal["a", "b", "c"] | None, "a, b or c"),
        (bool | Literal["terms"], "true, false or terms"),
        (tuple[float, float], "list of numbers"),
        (tuple[Step, ...], "list of step"),
        (list[str] | None, "list of texts"),
        (Mapping[str, Any] | None, "names with anything"),
        (Annotated[int, Field(ge=1)], "whole number"),
        (Callable[[int], int], "function"),
        (Path | None, "path"),
    ],
)
def test_a_type_is_told_in_words(annotation: Any, words: str) -> None:
    assert type_words(annotation) == words


def test_limits_are_told_before_types() -> None:
    class Model(BaseModel):
        share: Annotated[float, Field(gt=0, le=1)]

    assert range_words(Model.model_fields["share"]) == "> 0 and <= 1"


def test_names_are_listed_or_counted() -> None:
    assert [names_listed(list("abcd"[:n])) for n in range(4)] == ["nobody", "a", "a and b", "a, b and c"]
    assert names_listed(list("abc"), last="or") == "a, b or c"
    assert names_listed(list("abcd"), 2) == "a, b and 2 more"
