"""Scenario sets: what they accept, what they say, files there and back."""

from __future__ import annotations

import datetime

import numpy as np
import pytest

from optimise.demand.scenarios import Scenarios
from optimise.errors import InputError

START = datetime.datetime(2026, 3, 2)


def small(**changes):
    parts = {
        "arrivals": np.array([[[1, 0], [2, 1], [0, 3]], [[0, 0], [1, 1], [1, 0]]]),
        "probabilities": np.array([0.25, 0.75]),
        "groups": ("medicine", "surgery"),
        "period": "day",
        "start": START,
        "stay": np.array([[0.5, 0.5, 0.0], [0.0, 0.2, 0.8]]),
    }
    return Scenarios(**(parts | changes))


def test_occupancy_counts_each_arrival_while_its_stay_lasts():
    made = small(remaining=np.array([[[4, 2], [3, 2], [1, 0]]] * 2))
    wanted = made.remaining.astype(float)
    for s in range(2):
        for g in range(2):
            for first in range(3):
                for t in range(first, 3):
                    wanted[s, t, g] += made.arrivals[s, first, g] * made.stay[g, t - first :].sum()
    assert np.allclose(made.occupancy(), wanted)


def test_mean_weighs_by_probability():
    assert np.allclose(small().mean(), [[0.25, 0], [1.25, 1], [0.75, 0.75]])


def test_a_file_gives_back_the_same_and_the_same_bytes(tmp_path):
    made = small()
    file = made.save(tmp_path / "s.npz")
    again = Scenarios.load(file)
    assert again.groups == made.groups
    assert again.start == START
    for name in ("arrivals", "probabilities", "stay", "remaining"):
        assert np.array_equal(getattr(again, name), getattr(made, name))


def test_arrays_are_read_only():
    with pytest.raises(ValueError, match="read-only"):
        small().arrivals[0, 0, 0] = 5


@pytest.mark.parametrize(
    ("changes", "item"),
    [
        ({"arrivals": np.array([[[-1, 0]]])}, "arrivals"),
        ({"arrivals": np.array([[[0.5, 0]]])}, "arrivals"),
        ({"arrivals": np.zeros((2, 3))}, "arrivals"),
        ({"groups": ("a", "a")}, "groups"),
        ({"probabilities": np.array([0.5, 0.6])}, "probabilities"),
        ({"probabilities": np.array([1.0, 0.0])}, "probabilities"),
        ({"period": "week"}, "period"),
        ({"start": datetime.datetime(2026, 1, 1, tzinfo=datetime.UTC)}, "start"),
        ({"stay": np.array([[0.5, 0.4], [1, 0]])}, "stay"),
        ({"stay": np.array([[1.0]])}, "stay"),
        ({"remaining": np.array([[[0, 0], [1, 0], [0, 0]]] * 2)}, "remaining"),
    ],
)
def test_nonsense_is_refused_by_name(changes, item):
    with pytest.raises(InputError, match=item):
        small(**changes)


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04broken", b"no archive at all"])
def test_a_damaged_file_is_told_by_name(tmp_path, content):
    file = tmp_path / "bad.npz"
    file.write_bytes(content)
    with pytest.raises(InputError, match=r"bad\.npz"):
        Scenarios.load(file)


def test_a_missing_file_is_told(tmp_path):
    with pytest.raises(InputError, match="no such file"):
        Scenarios.load(tmp_path / "none.npz")
