"""Partial matches followed day by day, against matching the whole row."""

from __future__ import annotations

from itertools import product

import numpy as np
import pytest

from optimise.roster.matching import Bits, Readers, letters_of
from optimise.roster.rules.primitives import HARD, Pattern
from optimise.roster.rules.regular import Regular

NOBODY = np.zeros(0, dtype=np.int32)


def two_of_three() -> Regular:
    """Rows of three days with at least two duties 1."""
    made = Regular.made(3, 2, 0, lambda day, had, duty: had + duty, lambda had: had >= 2)
    assert made is not None
    return made


def test_readings_of_a_priced_automaton_add_up_over_all_windows() -> None:
    regular = two_of_three()
    readers = Readers([(Pattern("r", regular.masks, NOBODY, NOBODY, 3.0, regular=regular), regular)], [0, 1], False)
    for row in product(range(2), repeat=5):
        reading, total = (), 0.0
        for day, duty in enumerate(row):
            reading, cost = readers.step(reading, (0,) if day <= 2 else (), duty)
            total += cost
        wanted = sum(3.0 for first in range(3) if sum(row[first : first + 3]) >= 2)
        assert total == wanted, row


@pytest.mark.parametrize("lenient", [True, False])
def test_a_hard_automaton_forbids_or_is_counted(lenient: bool) -> None:
    regular = two_of_three()
    readers = Readers([(Pattern("r", regular.masks, NOBODY, NOBODY, HARD, regular=regular), regular)], [0, 1], lenient)
    reading, _ = readers.step((), (0,), 1)
    assert reading is not None
    reading, _ = readers.step(reading, (), 1)
    assert reading is not None
    end, cost = readers.step(reading, (), 0)
    assert (end, cost) == (((), 1j) if lenient else (None, 0.0))


def test_a_conjunction_matches_on_its_last_day() -> None:
    bits = Bits(2, 3, False)
    bits.add(Pattern("p", (2, 1), NOBODY, NOBODY, 5.0), np.array([True, True, False]))
    word, cost = bits.step(0, bits.starts[0], 1)
    assert cost == 0
    assert bits.step(word, bits.starts[1], 0)[1] == 5
    assert bits.step(word, bits.starts[1], 1)[1] == 0


def test_duties_that_an_automaton_tells_apart_have_letters_of_their_own() -> None:
    regular = Regular.made(2, 3, 0, lambda day, had, duty: had + (duty == 2), lambda had: had < 2)
    assert regular is not None
    letter, first = letters_of([], [], [regular], 3)
    assert letter.tolist() == [0, 0, 1]
    assert first == [0, 2]
