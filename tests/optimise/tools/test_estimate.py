"""The estimate of memory: near what a run really takes, and told in time when it does not fit."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from optimise.cli import allocation
from optimise.formats.base import read
from optimise.generate import ward
from optimise.generate.capacity import capacity
from optimise.roster.formats.native import write_ward
from optimise.tools.estimate import estimate, idle_ranks
from tests.benchmarks.memory import peak

MIB = 2**20
#: Peaks of one rank in MiB, as ``python -m tests.benchmarks.memory`` measured them (12 to 80 processor seconds).
PEAKS = {
    "ihtc2024/public/i20.json": 289,
    "curtois/instances/Instance15.txt": 396,
    "curtois/instances/Instance24.txt": 545,
}


def test_a_real_run_takes_about_what_was_estimated(tmp_path: Path) -> None:
    file = write_ward(ward(12, 2, 1), tmp_path / "ward.json")
    assert 0.5 < estimate(read(file)).memory / MIB / peak(file, 3.0) < 2.0


@pytest.mark.parametrize("name", PEAKS)
def test_estimates_are_within_a_factor_of_two_of_measured_peaks(name: str, benchmarks: Path) -> None:
    assert 1.0 < estimate(read(benchmarks / name)).memory / MIB / PEAKS[name] < 2.0


def test_more_people_and_days_need_no_less() -> None:
    sizes = [estimate(ward(people, weeks, 1).problem()).memory for people, weeks in ((6, 1), (6, 4), (40, 4))]
    assert sizes == sorted(sizes)


def test_what_may_not_fit_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    problem: Any = ward(30, 4, 1).problem()
    told: list[str] = []
    for limit in (200.0 * MIB, None, 64e9):
        monkeypatch.setattr(allocation, "memory_limit", lambda value=limit: value)
        allocation.check_memory(problem, "auto", warn=told.append)
    assert len(told) == 1
    needed = estimate(problem).memory / MIB
    assert f"about {needed:.0f} MiB per rank may be needed and the limit is 200 MiB" in told[0]


@pytest.mark.parametrize(
    ("method", "ranks", "options", "said"),
    [
        ("benders", 1024, {}, "64 groups of scenarios (option clusters), 1024 ranks: 960 idle"),
        ("benders", 128, {"clusters": 100}, "80 scenarios, 128 ranks: 48 idle"),
        ("benders", 64, {}, ""),
        ("progressive-hedging", 81, {}, "80 scenarios, 81 ranks: 1 idle"),
        ("highs", 4, {}, "highs works in one process here, 4 ranks: 3 idle"),
    ],
)
def test_ranks_without_work_are_counted(method: str, ranks: int, options: dict[str, object], said: str) -> None:
    assert idle_ranks(capacity(80, 2, 1), method, ranks, options) == said


def test_a_search_has_work_for_every_rank() -> None:
    problem = ward(5, 1, 1).problem()
    assert {idle_ranks(problem, name, 5000) for name in ("auto", "column-generation", "parallel-search")} == {""}


def test_the_command_says_so_before_it_starts() -> None:
    told: list[str] = []
    for ranks in (1, 64, 100):
        allocation.check_ranks(capacity(80, 2, 1), "benders", ranks, {}, warn=told.append)
    assert told == ["note: 64 groups of scenarios (option clusters), 100 ranks: 36 idle"]
