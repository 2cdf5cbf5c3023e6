"""Numbers in environment variables: taken, left out, refused by name."""

from __future__ import annotations

import pytest

from optimise.core.environment import number_from
from optimise.core.errors import InputError

NAME = "WARDWISE_IDLE_STARTS"


@pytest.mark.parametrize(("said", "value"), [("7", 7.0), (" 0 ", 0.0), ("", 5.0)])
def test_a_number_is_taken_and_nothing_is_the_default(monkeypatch: pytest.MonkeyPatch, said: str, value: float) -> None:
    monkeypatch.setenv(NAME, said)
    assert number_from(NAME, 5.0, whole=True) == value


@pytest.mark.parametrize("said", ["five", "-1", "1.5", "nan", "inf", "1e999"])
def test_nonsense_is_refused_by_name_and_value(monkeypatch: pytest.MonkeyPatch, said: str) -> None:
    monkeypatch.setenv(NAME, said)
    with pytest.raises(InputError, match=NAME) as told:
        number_from(NAME, 5.0, whole=True)
    assert said in str(told.value)


def test_half_numbers_are_fine_where_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(NAME, "1.5")
    assert number_from(NAME, 5.0, least=1.0) == 1.5
