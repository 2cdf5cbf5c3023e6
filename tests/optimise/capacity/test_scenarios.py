"""Scenario sets: what they accept, what they say, files there and back."""

from __future__ import annotations

import dataclasses
import datetime

import numpy as np
import pytest

from optimise.capacity.scenarios import Scenarios
from optimise.core.errors import InputError
from optimise.demand.courses import simulate

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


def kept_of(horizon, groups, leave):
    """Everybody leaves with the same chance in each period."""
    lag = np.arange(horizon)[None, :] - np.arange(horizon)[:, None]
    return np.repeat(np.where(lag >= 0, (1.0 - leave) ** np.maximum(lag, 0), 0.0)[:, :, None], groups, axis=2)


def test_what_is_kept_by_period_of_arrival_counts_and_survives_a_file(tmp_path):
    made = small()
    more = dataclasses.replace(made, kept=kept_of(made.horizon, len(made.groups), 0.5))
    wanted = made.remaining + np.einsum("sag,atg->stg", made.arrivals, more.kept)
    assert np.allclose(more.occupancy(), wanted)
    again = Scenarios.load(more.save(tmp_path / "s.npz"))
    assert np.array_equal(again.kept, more.kept)
    assert again.subset([0], [1.0]).kept is not None


@pytest.mark.parametrize("at", [(0, 0, 0), (1, 0, 0), (0, 1, 0)])
def test_what_is_kept_must_begin_at_one_and_never_rise(at):
    made = small()
    kept = kept_of(made.horizon, len(made.groups), 0.5)
    kept[at] = 0.25 if at[0] == at[1] else 1.5
    with pytest.raises(InputError, match="kept"):
        dataclasses.replace(made, kept=kept)


def test_simulated_stays_follow_what_is_kept():
    rng = np.random.default_rng(3)
    arrivals = rng.poisson(3.0, (1, 5, 1)).repeat(3000, axis=0)
    kept = kept_of(5, 1, 0.3)
    occupancy, departures = simulate(arrivals, np.zeros_like(arrivals), np.ones((1, 1)), rng, kept)
    assert np.allclose(occupancy.mean(0)[:, 0], arrivals[0, :, 0] @ kept[:, :, 0], atol=0.15)
    assert np.array_equal(np.diff(occupancy, axis=1), arrivals[:, 1:] - departures[:, 1:])
