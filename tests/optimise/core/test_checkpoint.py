"""State files: atomic, two generations, refused when they are not ours; the best plan of any method kept in one."""

from __future__ import annotations

import math
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import optimise
from optimise.core import checkpoint as module
from optimise.core.checkpoint import State, StateFile
from optimise.core.errors import InputError
from optimise.core.method import Communicator, Limits, Listener, Outcome, Progress
from optimise.core.result import Bounds, Plan, Stop
from optimise.driver import solve
from optimise.generate import ward


def made(value: float) -> State:
    return State({"value": value}, {"array": np.full(50, value)})


def test_what_is_written_is_read(tmp_path: Path) -> None:
    file = StateFile(tmp_path / "a" / "b", "best")
    assert file.read("d") is None
    file.write("d", made(1.5))
    back = file.read("d")
    assert back is not None
    assert back.facts == {"value": 1.5}
    assert back.arrays["array"].tolist() == [1.5] * 50


@settings(max_examples=40, deadline=None)
@given(cut=st.integers(30, 600), flip=st.integers(0, 255))
def test_a_torn_or_altered_newest_falls_back(tmp_path_factory: pytest.TempPathFactory, cut: int, flip: int) -> None:
    file = StateFile(tmp_path_factory.mktemp("state"), "best")
    file.write("d", made(1.0))
    file.write("d", made(2.0))
    content = bytearray(file.newest.read_bytes())
    place = min(cut, len(content) - 1)
    damaged = content[:place] if flip == 0 else content[:place] + bytes([content[place] ^ flip]) + content[place + 1 :]
    file.newest.write_bytes(damaged)
    back = file.read("d")
    assert back is not None
    assert back.facts["value"] == 1.0
    assert back.arrays["array"].tolist() == [1.0] * 50
    file.write("d", made(3.0))  # the damaged file must not push out the good one
    file.newest.write_bytes(b"")
    again = file.read("d")
    assert again is not None
    assert again.facts["value"] == 1.0


def test_nothing_readable_is_an_error(tmp_path: Path) -> None:
    file = StateFile(tmp_path, "best")
    file.write("d", made(1.0))
    file.newest.write_bytes(b"wardwise")
    for _ in range(2):  # asked again, refused again
        with pytest.raises(InputError, match="no earlier one is left"):
            file.read("d")


def test_other_instances_and_versions_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = StateFile(tmp_path, "best")
    file.write("d", made(1.0))
    with pytest.raises(InputError, match="belongs to another instance"):
        file.read("e")
    monkeypatch.setattr(module, "VERSION", module.VERSION + 1)
    with pytest.raises(InputError, match=r"checkpoint of version \d+, this program reads version"):
        file.read("d")


def test_a_kill_while_writing_leaves_the_old_state(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = StateFile(tmp_path, "best")
    file.write("d", made(1.0))

    def killed(descriptor: int) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(os, "fsync", killed)
    with pytest.raises(KeyboardInterrupt):
        file.write("d", made(2.0))
    back = file.read("d")
    assert back is not None
    assert back.facts["value"] == 1.0


class Guess:
    """A method that returns nothing, or the plan that it starts from."""

    name = "guess"

    def __init__(self, plan: Plan | None = None, bound: float = -math.inf) -> None:
        self.plan, self.bound = plan, bound
        self.started: Plan | None = None
        self.seconds = 0.0

    def supports(self, problem: Any) -> bool:
        return True

    def solve(
        self,
        problem: Any,
        *,
        limits: Limits,
        seed: int,
        comm: Communicator,
        listen: Listener,
        start: Plan | None = None,
        options: Mapping[str, Any] | None = None,
    ) -> Outcome:
        self.started, self.seconds = start, limits.seconds
        if self.plan is None:
            return Outcome(None, Stop.INTERRUPTED, Bounds())
        cost = problem.evaluate(self.plan).cost
        listen(Progress(0.0, cost, self.bound, "", 0.0, self.plan))
        return Outcome(
            self.plan, Stop.INTERRUPTED, Bounds(cost, self.bound, "guess", "guess" if self.bound > 0 else "")
        )


def test_any_method_goes_on_from_its_best_plan_and_bound(tmp_path: Path) -> None:
    problem = ward(4, days=7, seed=1).problem()
    known = optimise.solve(problem, method="highs", limits=Limits(20)).plan
    assert known is not None
    cost = problem.evaluate(known).cost
    first = solve(problem, Guess(known, bound=0.0), limits=Limits(50), checkpoint=tmp_path)
    assert first.bounds.primal == cost
    second = Guess()
    result = solve(problem, second, limits=Limits(50), checkpoint=tmp_path, resume=True)
    assert second.started is not None
    assert (result.bounds.primal, result.bounds.dual) == (first.bounds.primal, first.bounds.dual)
    assert second.seconds < 50  # what was spent before counts
    fresh = Guess()
    assert solve(problem, fresh, limits=Limits(50), checkpoint=tmp_path).plan is None
    assert fresh.started is None


# ---- what a checkpoint says is not taken on trust -----------------------------------------------------------------
@pytest.fixture(scope="module")
def kept(tmp_path_factory: pytest.TempPathFactory) -> tuple[Any, State, float]:
    """A problem, what a run of it has kept, and the cost of its plan."""
    problem = ward(4, days=7, seed=1).problem()
    plan = optimise.solve(problem, method="highs", limits=Limits(20)).plan
    assert plan is not None
    cost = problem.evaluate(plan).cost
    folder = tmp_path_factory.mktemp("kept")
    solve(problem, Guess(plan, bound=cost - 1), limits=Limits(50), checkpoint=folder)
    state = StateFile(folder, "best").read(problem.digest())
    assert state is not None
    return problem, state, cost


def resumed(problem: Any, folder: Path, method: Guess | None = None) -> Any:
    return solve(problem, method or Guess(), limits=Limits(50), checkpoint=folder, resume=True)


def test_a_bound_from_a_checkpoint_says_so(kept: tuple[Any, State, float], tmp_path: Path) -> None:
    problem, state, cost = kept
    StateFile(tmp_path, "best").write(problem.digest(), state)
    for _ in range(2):  # also when it is handed on once more
        found = resumed(problem, tmp_path)
        assert found.bounds.dual == cost - 1
        assert found.bounds.dual_source.startswith("from checkpoint: guess")
        assert found.bounds.hearsay == "from checkpoint"
        assert found.bounds.dual_source.count("from checkpoint") == 1
    proven = resumed(problem, tmp_path, Guess(found.plan, cost))
    assert proven.bounds.dual_source == "guess"


def test_a_bound_above_the_cost_of_the_plan_is_refused(kept: tuple[Any, State, float], tmp_path: Path) -> None:
    problem, state, cost = kept
    forged = {**state.facts, "bound": cost + 10}
    StateFile(tmp_path, "best").write(problem.digest(), State(forged, {}))
    with pytest.raises(InputError, match=r"best\.state: bound: the checkpoint says .* a plan evaluated here costs"):
        resumed(problem, tmp_path)
    plan = resumed_plan(problem, kept, tmp_path / "honest")
    StateFile(tmp_path, "best").write(problem.digest(), State({**forged, "plan": None}, {}))
    with pytest.raises(InputError, match="a plan evaluated here costs"):
        resumed(problem, tmp_path, Guess(plan))


def resumed_plan(problem: Any, kept: tuple[Any, State, float], folder: Path) -> Plan:
    StateFile(folder, "best").write(problem.digest(), kept[1])
    found = resumed(problem, folder).plan
    assert found is not None
    return found  # type: ignore[no-any-return]


GONE = object()
VALUES = (
    GONE,
    None,
    "x",
    -1,
    10**400,
    True,
    [],
    {},
    {"a": "b"},
    {"a": 1},
    {"../x.json": "{}"},
    {"plan.json": "{}"},
    1e308,
    "x" * 10**5,
)


@pytest.mark.parametrize("field", ["bound", "bound_source", "seconds", "plan"])
def test_every_field_mutated_is_refused_or_accepted_in_words(
    field: str, kept: tuple[Any, State, float], tmp_path: Path
) -> None:
    problem, state, cost = kept
    refused = 0
    for value in VALUES:
        facts = {k: v for k, v in state.facts.items() if k != field}
        StateFile(tmp_path, "best").write(
            problem.digest(), State(facts if value is GONE else {**facts, field: value}, {})
        )
        try:
            found = resumed(problem, tmp_path)
        except InputError:
            refused += 1
            continue
        assert found.plan is None or problem.evaluate(found.plan).cost == cost
    assert refused >= 5


@pytest.mark.parametrize("word", ["NaN", "Infinity", "-Infinity"])
def test_numbers_that_are_none_are_refused(word: str, kept: tuple[Any, State, float], tmp_path: Path) -> None:
    problem, state, _ = kept
    StateFile(tmp_path, "best").write(problem.digest(), State({**state.facts, "bound": float(word)}, {}))
    with pytest.raises(InputError, match="is not a number"):
        resumed(problem, tmp_path)


@pytest.mark.parametrize("content", [b"", b"\0" * 500, b"PK\3\4" + b"x" * 200, b"[" * 10_000, bytes(range(256))])
def test_other_content_with_a_good_checksum_is_damaged(content: bytes, tmp_path: Path) -> None:
    file = StateFile(tmp_path, "best")
    file.newest.parent.mkdir(exist_ok=True)
    file.newest.write_bytes(module._first_line(content) + content)
    with pytest.raises(InputError, match="damaged"):
        file.read("d")


@pytest.mark.parametrize(
    ("array", "words"),
    [
        (None, "is missing"),
        (np.array(["a"]), "numbers were expected"),
        (np.zeros((2, 2)), "numbers were expected"),
        (np.zeros(3, dtype=np.int64), "has shape"),
        (np.zeros((2, 3), dtype=np.int64), r"\(any, 2\) was expected"),
    ],
)
def test_an_array_that_does_not_fit_is_named(array: Any, words: str) -> None:
    state = State({}, {} if array is None else {"words": array}, Path("x.state"))
    with pytest.raises(InputError, match=f"x.state: words: .*{words}"):
        state.array("words", "i", None, 2)
    with pytest.raises(InputError, match="not finite"):
        State({}, {"costs": np.array([np.nan])}).array("costs", "f", None)
