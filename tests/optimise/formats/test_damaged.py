"""Damaged files of many kinds through the command itself, a few of the thousands of ``tests/benchmarks/fuzz.py``."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from tests.benchmarks.fuzz import attempt
from tests.benchmarks.fuzz_cases import Case, quick_cases


@pytest.fixture(scope="module")
def cases(tmp_path_factory: pytest.TempPathFactory) -> list[Case]:
    pytest.importorskip("openpyxl")
    return quick_cases(tmp_path_factory.mktemp("cases"))


@pytest.mark.parametrize("block", range(10))
def test_no_damaged_file_ends_in_a_traceback(block: int, cases: list[Case], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(Path(__file__).parent)
    for number in range(10 * block, 10 * block + 10):
        outcome = attempt(cases, 2, number)
        outcome = replace(outcome, megabytes=outcome.grown)  # this process holds what other tests have loaded
        assert not outcome.fault, (outcome.fault, outcome.command, outcome.said)
