"""Sets of rows as automata, against the predicate that they stand for."""

from __future__ import annotations

from itertools import product

import numpy as np

from optimise.roster.rules.regular import Regular


def sums(days: int, duties: int, most: int) -> Regular | None:
    """Rows whose duties add up to at most so much."""

    def step(day: int, total: int, duty: int) -> int | None:
        return total + duty if total + duty <= most else None

    return Regular.made(days, duties, 0, step, lambda total: total <= most)


def test_it_accepts_just_the_rows_of_its_predicate() -> None:
    made = sums(4, 3, 3)
    assert made is not None
    rows = np.array(list(product(range(3), repeat=4)))
    assert (made.accepts(rows) == (rows.sum(axis=1) <= 3)).all()


def test_states_that_no_later_day_tells_apart_are_one() -> None:
    made = sums(3, 2, 3)  # every row is accepted
    assert made is not None
    assert [len(layer) for layer in made.moves] == [1, 1, 1]


def test_no_accepted_row_is_no_automaton() -> None:
    assert sums(2, 2, -1) is None


def test_masks_are_the_duties_that_are_left_open() -> None:
    made = sums(2, 3, 1)
    assert made is not None
    assert made.masks == (0b11, 0b11)


def test_known_days_lead_to_what_remains() -> None:
    made = sums(3, 3, 2)
    assert made is not None
    rest = made.after([0b10])
    assert rest is not None
    rows = np.array(list(product(range(3), repeat=2)))
    assert (rest.accepts(rows) == (rows.sum(axis=1) <= 1)).all()


def test_states_that_known_days_rule_out_are_left_out() -> None:
    made = sums(3, 3, 2)
    assert made is not None
    rest = made.after([0b100])  # all of it is spent on the first day
    assert rest is not None
    assert [len(layer) for layer in rest.moves] == [1, 1]


def test_known_days_that_rule_it_out_or_leave_it_open_leave_nothing() -> None:
    made = sums(3, 3, 1)
    assert made is not None
    assert made.after([0b100]) is None
    assert made.after([0b11]) is None
