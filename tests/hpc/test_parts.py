"""Small parts: checkpoint, partition, timers, team."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hpc_cases import small
from hypothesis import given
from hypothesis import strategies as st

from hpc.checkpoint import Checkpoint
from hpc.comm import Team
from hpc.generation import LocalPricing
from hpc.partition import imbalance, longest_first
from hpc.timers import Timers
from optimise.errors import InputError
from optimise.kernels import Pricer, on_grid
from optimise.kernels.cover import CoverRows
from optimise.method import SerialComm


def state(digest: str = "abc") -> Checkpoint:
    return Checkpoint(digest, np.arange(6, dtype=np.int16).reshape(2, 3), 12.5, np.array([0.5, -1.0]), 7, 9, 3)


def test_checkpoint_round_trip(tmp_path: Path) -> None:
    path = tmp_path / "deep" / "state.npz"
    state().write(path)
    back = Checkpoint.read(path, "abc")
    assert (back.words == state().words).all()
    assert (back.bound, back.round, back.size, back.seed) == (12.5, 7, 9, 3)
    assert back.duals.tolist() == [0.5, -1.0]
    assert [p.name for p in path.parent.iterdir()] == ["state.npz"]


def test_checkpoint_of_another_instance_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "state.npz"
    state().write(path)
    with pytest.raises(InputError, match="another instance"):
        Checkpoint.read(path, "xyz")


def test_damaged_or_missing_checkpoint_is_an_input_error(tmp_path: Path) -> None:
    path = tmp_path / "state.npz"
    with pytest.raises(InputError, match="no such checkpoint"):
        Checkpoint.read(path, "abc")
    state().write(path)
    path.write_bytes(path.read_bytes()[:100])
    with pytest.raises(InputError, match="not a readable checkpoint"):
        Checkpoint.read(path, "abc")


@given(st.lists(st.floats(0.1, 100), min_size=1, max_size=40), st.integers(1, 6))
def test_longest_first_is_within_four_thirds_of_the_best(work: list[float], ranks: int) -> None:
    array = np.array(work)
    owner = longest_first(array, ranks)
    load = np.bincount(owner, weights=array, minlength=ranks)
    ordered = np.sort(array)[::-1]
    pair = float(ordered[ranks - 1] + ordered[ranks]) if len(ordered) > ranks else 0.0
    lower = max(float(array.sum()) / ranks, float(array.max()), pair)
    assert load.max() <= (4 / 3) * lower * 1.0 + float(array.max()) / 3 + 1e-9
    assert imbalance(array, owner, ranks) >= 1.0 - 1e-12


def test_team_of_one_prices_as_the_local_pricer_does() -> None:
    problem = small(0)
    cover = CoverRows(problem.compiled)
    local = LocalPricing(Pricer(problem.compiled), cover)
    timers = Timers()
    team = Team(SerialComm(), local, np.zeros(4, dtype=np.int32), timers)
    duals = on_grid(np.random.default_rng(0).normal(0, 5, cover.lines))
    bounds, columns = team.price(duals, [0, 1, 2, 3], {})
    expected, _ = local(duals, [0, 1, 2, 3], {})
    assert bounds.tolist() == expected.tolist()
    assert [c.employee for c in columns] == [0, 1, 2, 3]
    team.release()
    assert timers.seconds["pricing"] > 0


def test_timers_report_one_value_per_rank() -> None:
    timers = Timers()
    with timers("work"):
        pass
    timers.count("things", 2)
    stats = timers.stats(SerialComm(), {"more": 1.0})
    assert len(stats.phases["work"]) == 1
    assert dict(stats.counts) == {"things": 2.0, "more": 1.0}
