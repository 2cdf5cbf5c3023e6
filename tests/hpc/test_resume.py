"""Stopped again and again, in one process: under work limits the answer is that of a run that was never stopped."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest
from hpc_cases import small

from hpc.column_generation.method import ColumnGenerationMethod
from hpc.column_generation.search_method import ParallelSearchMethod
from hpc.runtime.checkpoint import Checkpoint
from optimise.core.method import Limits, Method, Progress
from optimise.core.result import Result, Stop
from optimise.driver import solve
from optimise.roster.kernels import Pricer
from optimise.roster.problem import Roster


@dataclass
class StopsAfter:
    """A listener that asks to stop once it has been asked so many times."""

    questions: int

    @property
    def stopping(self) -> bool:
        self.questions -= 1
        return self.questions < 0

    def __call__(self, progress: Progress) -> bool:
        return False


PROBLEM = small(11, people=6, days=14)
LIMITS = Limits(seconds=300, iterations=3)


def run(method: Method, folder: Path | None = None, questions: int = 10**9, seed: int = 5) -> Result:
    return solve(
        PROBLEM,
        method,
        limits=LIMITS,
        seed=seed,
        listen=StopsAfter(questions),
        checkpoint=folder,
        resume=folder is not None,
    )


def answer(result: Result) -> tuple[float, float, str]:
    assert result.plan is not None
    return result.bounds.primal, result.bounds.dual, result.plan.duties.tobytes().hex()  # type: ignore[attr-defined]


@pytest.fixture(scope="module")
def whole_search() -> tuple[float, float, str]:
    return answer(run(ParallelSearchMethod()))


@pytest.mark.parametrize("questions", [3, 40])
def test_a_search_stopped_many_times_ends_alike(
    questions: int, tmp_path: Path, whole_search: tuple[float, float, str]
) -> None:
    stops = 0
    result = run(ParallelSearchMethod(), tmp_path, questions)
    while result.stop is Stop.INTERRUPTED and stops < 6:
        stops += 1
        result = run(ParallelSearchMethod(), tmp_path, questions * (2 + stops) ** 2)
    if result.stop is Stop.INTERRUPTED:
        result = run(ParallelSearchMethod(), tmp_path)
    assert stops >= 1
    assert answer(result) == whole_search


def test_a_root_that_is_cut_is_repeated_once_then_continued(tmp_path: Path) -> None:
    whole = run(ColumnGenerationMethod())
    cut = run(ColumnGenerationMethod(), tmp_path, 2)
    assert cut.stop is Stop.INTERRUPTED
    assert answer(run(ColumnGenerationMethod(), tmp_path)) == answer(whole)


def test_a_root_that_is_cut_again_and_again_makes_progress(tmp_path: Path) -> None:
    bound = -float("inf")
    for questions in (30, 60, 90):
        cut = run(ColumnGenerationMethod(), tmp_path, questions)
        assert cut.bounds.dual >= bound
        bound = cut.bounds.dual
    kept = Checkpoint.read(tmp_path, PROBLEM.digest(), 5)
    assert kept is not None
    if kept.phase == "root" and kept.words.size:
        assert kept.cuts >= 2
        assert kept.pool is not None
        assert len(kept.pool.people) >= PROBLEM.shape[0]
    last = run(ColumnGenerationMethod(), tmp_path)
    assert last.stop is not Stop.INTERRUPTED
    assert last.bounds.dual >= bound
    assert last.bounds.primal <= run(ColumnGenerationMethod()).bounds.primal + 1e-9


def kept_in_the_root(folder: Path, vain: int) -> None:
    """A checkpoint of starts that were stopped in the root, with a plan and a bound that the root does not reach."""
    plan = run(ParallelSearchMethod()).plan
    assert isinstance(plan, Roster)
    pricer = Pricer(PROBLEM.compiled)
    personal = np.array([pricer.cost(e, word) for e, word in enumerate(plan.duties)])
    bound = PROBLEM.evaluate(plan).cost - PROBLEM.compiled.grid
    Checkpoint(PROBLEM.digest(), 5, "root", plan.duties, personal, bound, np.zeros(0), cuts=3, vain=vain).write(folder)


def test_a_start_that_is_stopped_in_the_root_without_gain_is_counted(tmp_path: Path) -> None:
    kept_in_the_root(tmp_path, 0)
    assert run(ColumnGenerationMethod(), tmp_path, 30).stop is Stop.INTERRUPTED
    kept = Checkpoint.read(tmp_path, PROBLEM.digest(), 5)
    assert kept is not None
    assert (kept.phase, kept.vain) == ("root", 1)


@pytest.mark.parametrize(("vain", "again"), [(1, True), (2, False)])
def test_a_root_that_brings_nothing_start_after_start_gives_way_to_the_search(
    vain: int, again: bool, tmp_path: Path
) -> None:
    kept_in_the_root(tmp_path, vain)
    result = run(ColumnGenerationMethod(), tmp_path)
    assert ("root" in result.stats.phases) == again
    assert "neighbourhoods" in result.stats.phases or result.stop is Stop.OPTIMAL
