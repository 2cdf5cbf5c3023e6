"""Arguments are checked at the door: the error names the argument, what it is and what was wanted."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import numpy as np
import pytest

from optimise.core.errors import InputError
from optimise.core.given import check_fields, refuse, typed_call


@typed_call
def asked(
    seed: int = 0,
    share: float = 0.0,
    *,
    names: Mapping[str, object] | None = None,
    hear: Callable[[str], None] | None = None,
    where: str | Path = "",
    way: Literal["up", "down"] = "up",
    **others: object,
) -> int:
    """Say the seed."""
    return seed


@dataclass
class Sizes:
    seconds: float = 1.0
    rounds: int | None = None

    def __post_init__(self) -> None:
        check_fields(self)


def test_right_arguments_pass_numbers_of_numpy_too() -> None:
    assert asked(np.int64(3), np.float32(0.5), names={"a": 1}, hear=print, where=Path("x"), way="down", more=[1]) == 3


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ({"seed": "a"}, r"^seed: is 'a'; expected a whole number$"),
        ({"seed": True}, r"^seed: is True; expected a whole number$"),
        ({"share": "5"}, r"^share: is '5'; expected a number$"),
        ({"names": [1]}, r"^names: is of type list; expected a mapping or None$"),
        ({"hear": 3}, r"^hear: is 3; expected a function or None$"),
        ({"where": 5}, r"^where: is 5; expected a text or a path$"),
        ({"way": "left"}, r"^way: is 'left'; expected 'up' or 'down'$"),
    ],
)
def test_a_wrong_argument_is_named_with_its_value_and_what_is_wanted(given: dict[str, object], told: str) -> None:
    with pytest.raises(InputError, match=told):
        asked(**given)  # type: ignore[arg-type]


def test_what_the_signature_refuses_stays_a_type_error() -> None:
    with pytest.raises(TypeError, match="positional"):
        asked(1, 2.0, 3)  # type: ignore[misc, arg-type]


def test_fields_of_a_dataclass_are_checked() -> None:
    assert Sizes(2, 3).rounds == 3
    with pytest.raises(InputError, match=r"^rounds: is 1.5; expected a whole number or None$"):
        Sizes(1.0, 1.5)  # type: ignore[arg-type]


def test_a_refusal_shows_no_more_than_the_type_of_what_is_large() -> None:
    with pytest.raises(InputError, match=r"^plan: is of type ndarray; expected a roster$"):
        refuse("plan", np.zeros(1000), "a roster")
