"""Stays that may be longer: draws that repeat, and shortages by scenario."""

from __future__ import annotations

import numpy as np
import pytest

from optimise.core.errors import InputError
from optimise.hospital.uncertain import drawn, leavers, shortages


def test_draws_follow_the_chances_and_each_patient_has_a_stream() -> None:
    made = drawn(("A", "B"), [[0.5, 0.25], []], holds=0.9, scenarios=4000, seed=1)
    assert abs((made.nights[0] >= 1).mean() - 0.5) < 0.03
    assert abs((made.nights[0] >= 2).mean() - 0.25) < 0.03
    assert not made.nights[1].any()
    alone = drawn(("A",), [[0.5, 0.25]], holds=0.9, scenarios=4000, seed=1)
    assert np.array_equal(alone.nights[0], made.nights[0])
    assert made.allowed == 400


@pytest.mark.parametrize(("chances", "holds"), [([[0.2, 0.5]], 0.9), ([[0.5]], 1.0), ([[1.5]], 0.9)])
def test_chances_that_are_none_are_refused(chances: list[list[float]], holds: float) -> None:
    with pytest.raises(InputError):
        drawn(("A",), chances, holds=holds, scenarios=5, seed=1)


def test_whoever_stays_longer_takes_a_bed() -> None:
    made = drawn(("A", "B"), [[1.0], [1.0]], holds=0.9, scenarios=2, seed=1)
    room = np.array([[0, -1, -1], [-1, 0, 0]])
    leaving = leavers(np.array([0, 1]), room, np.array([1, 2]), np.array([-1, -1]))
    assert [part.tolist() for part in leaving] == [[0], [1], [0]]
    short = shortages(made, np.ones((1, 3), dtype=int), np.ones((1, 3), dtype=int), leaving)
    assert short.tolist() == [[[0, 0], [1, 1], [0, 0]]]


def test_somebody_who_goes_home_today_may_stay() -> None:
    leaving = leavers(np.array([0]), np.full((1, 2), -1), np.array([0]), np.array([0]))
    assert [part.tolist() for part in leaving] == [[0], [0], [0]]
