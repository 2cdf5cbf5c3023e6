"""Small parts: checkpoint, partition, timers, team."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hpc_cases import small
from hypothesis import given
from hypothesis import strategies as st

import optimise
from hpc.column_generation.generation import LocalPricing
from hpc.runtime.balance import imbalance, longest_first
from hpc.runtime.checkpoint import Checkpoint, Pool
from hpc.runtime.pool import Team
from hpc.runtime.timers import Timers
from optimise.core.checkpoint import State, StateFile
from optimise.core.errors import InputError
from optimise.core.method import Limits, SerialComm
from optimise.generate import ward
from optimise.roster.kernels import Pricer, on_grid
from optimise.roster.kernels.cover import CoverRows


def state(digest: str = "abc", **changes: object) -> Checkpoint:
    pool = Pool(np.array([0, 1], np.int32), np.ones((2, 3), np.int16), np.array([1.0, 2.0]))
    made = Checkpoint(
        digest,
        3,
        "search",
        np.arange(6, dtype=np.int16).reshape(2, 3),
        np.array([4.0, 8.5]),
        12.5,
        np.array([0.5, -1.0]),
        {"round": 7, "size": 9.5},
        {1: (0, 2)},
        pool,
    )
    return replace(made, **changes)  # type: ignore[arg-type]


def test_checkpoint_round_trip(tmp_path: Path) -> None:
    folder = tmp_path / "deep"
    state().write(folder)
    back = Checkpoint.read(folder, "abc", 3)
    assert back is not None
    assert (back.words == state().words).all()
    assert (back.bound, back.seed, back.phase, back.search, back.tables) == (
        12.5,
        3,
        "search",
        {"round": 7, "size": 9.5},
        {1: (0, 2)},
    )
    assert back.duals.tolist() == [0.5, -1.0]
    assert back.pool is not None
    assert back.pool.costs.tolist() == [1.0, 2.0]
    assert [p.name for p in folder.iterdir()] == ["search.state"]


def test_an_unknown_bound_stays_unknown(tmp_path: Path) -> None:
    state(bound=-np.inf).write(tmp_path)
    back = Checkpoint.read(tmp_path, "abc")
    assert back is not None
    assert back.bound == -np.inf


@pytest.mark.parametrize(("digest", "seed", "said"), [("xyz", 3, "another instance"), ("abc", 4, "seed 3, not 4")])
def test_a_checkpoint_of_another_run_is_refused(tmp_path: Path, digest: str, seed: int, said: str) -> None:
    state().write(tmp_path)
    with pytest.raises(InputError, match=said):
        Checkpoint.read(tmp_path, digest, seed)


def test_a_damaged_checkpoint_gives_way_to_the_one_before(tmp_path: Path) -> None:
    assert Checkpoint.read(tmp_path, "abc") is None
    state(bound=1.0).write(tmp_path)
    state(bound=2.0).write(tmp_path)
    newest = tmp_path / "search.state"
    newest.write_bytes(newest.read_bytes()[:100])
    back = Checkpoint.read(tmp_path, "abc")
    assert back is not None
    assert back.bound == 1.0


def facts_of(folder: Path) -> tuple[dict[str, Any], dict[str, Any]]:
    state().write(folder)
    kept = StateFile(folder, "search").read("abc")
    assert kept is not None
    return dict(kept.facts), dict(kept.arrays)


MUTATED = (
    None,
    "x",
    -1,
    10**400,
    1.5,
    True,
    [],
    {},
    {"round": -1},
    {"tries": "x"},
    "{}",
    '{"1": [0, -2]}',
    '{"1": "x"}',
    "[]",
    '{"x": []}',
    "{" * 9999,
)


@pytest.mark.parametrize("field", ["seed", "phase", "bound", "search", "tables", "dives", "cuts"])
def test_every_field_of_a_search_mutated_is_refused_or_accepted(field: str, tmp_path: Path) -> None:
    facts, arrays = facts_of(tmp_path)
    refused = 0
    for value in (*MUTATED, "gone"):
        changed = {k: v for k, v in facts.items() if k != field or value != "gone"}
        if value != "gone":
            changed[field] = value
        StateFile(tmp_path, "search").write("abc", State(changed, arrays))
        try:
            assert Checkpoint.read(tmp_path, "abc") is not None
        except InputError:
            refused += 1
    assert refused >= 8


@pytest.mark.parametrize("name", ["words", "personal", "duals", "pool_people", "pool_words", "pool_costs"])
@pytest.mark.parametrize(
    "value", [np.array("x"), np.zeros((2, 2, 2)), np.array([np.inf, 1.0]), np.zeros(99), np.zeros((0, 0))]
)
def test_every_array_of_a_search_mutated_is_refused_or_accepted(name: str, value: Any, tmp_path: Path) -> None:
    facts, arrays = facts_of(tmp_path)
    for changed in ({**arrays, name: value}, {k: v for k, v in arrays.items() if k != name}):
        StateFile(tmp_path, "search").write("abc", State(facts, changed))
        with suppress(InputError):
            assert Checkpoint.read(tmp_path, "abc") is not None


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"words": np.full((4, 7), 99, np.int16)}, "words: holds no rosters"),
        ({"words": np.zeros((4, 6), np.int16)}, "words: holds no rosters of 7 days"),
        ({"words": np.zeros((3, 7), np.int16), "personal": np.zeros(3)}, "words: holds 3 rosters"),
        ({"personal": np.zeros(2)}, "personal: holds 2 costs"),
        ({"duals": np.zeros(99999)}, "duals: holds 99999"),
        ({"tables": {77: (0,)}}, "tables: no table"),
        ({"tables": {0: (9999,)}}, "tables: no table"),
        ({"pool": Pool(np.array([9], np.int32), np.zeros((1, 7), np.int16), np.zeros(1))}, "pool_people: names people"),
        (
            {"pool": Pool(np.array([0], np.int32), np.zeros((1, 5), np.int16), np.zeros(1))},
            "pool_words: holds no rosters",
        ),
        ({"bound": 1e9}, "bound: the checkpoint says 1000000000"),
    ],
)
def test_what_is_not_of_the_problem_is_named(changes: dict[str, Any], words: str, tmp_path: Path) -> None:
    problem = ward(4, days=7, seed=1).problem()
    people = len(problem.employees)
    lines = CoverRows(problem.compiled).lines
    plan: Any = optimise.solve(problem, method="highs", limits=Limits(20)).plan
    made = state(
        words=plan.duties, personal=np.zeros(people), duals=np.zeros(lines), tables={}, pool=None, bound=-np.inf
    )
    made.fit(problem, tmp_path, lines)
    with pytest.raises(InputError, match=words):
        replace(made, **changes).fit(problem, tmp_path, lines)


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


def test_threads_price_alike() -> None:
    problem = small(1, people=7, days=14)
    cover = CoverRows(problem.compiled)
    duals = on_grid(np.random.default_rng(0).normal(0, 10, cover.lines))
    answers = []
    for threads in (1, 3):
        local = LocalPricing(Pricer(problem.compiled), cover, columns=2, threads=threads)
        bounds, columns = local(duals, list(range(7)), {})
        local.close()
        answers.append((bounds.tolist(), [(c.employee, c.word.tolist()) for c in columns]))
    assert answers[0] == answers[1]


def test_people_not_priced_in_time_have_no_bound() -> None:
    problem = small(1, people=3)
    asked = iter([False, True, True])
    local = LocalPricing(Pricer(problem.compiled), CoverRows(problem.compiled), over=lambda: next(asked))
    bounds, columns = local(np.zeros(local.cover.lines), [0, 1, 2], {})
    assert np.isfinite(bounds).tolist() == [True, False, False]
    assert bounds.sum() == -np.inf
    assert {c.employee for c in columns} == {0}
