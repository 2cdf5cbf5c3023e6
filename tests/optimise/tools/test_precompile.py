"""Compiling kernels beforehand."""

from __future__ import annotations

import subprocess
import sys

import pytest

from optimise.core.method import available_methods, get_method
from optimise.tools import precompile as warm


@pytest.mark.parametrize("label", list(warm.CASES))
def test_each_case_is_one_that_its_method_takes(label: str) -> None:
    problem, name, _ = warm.CASES[label]()
    assert name in available_methods()
    assert get_method(name).supports(problem)


def test_a_case_is_solved_and_nothing_is_printed(capfd: pytest.CaptureFixture[str]) -> None:
    assert warm.warm("beds")
    assert capfd.readouterr().out == ""


@pytest.mark.parametrize("part", list(warm.PARTS))
def test_a_part_compiles_without_a_word(part: str, capfd: pytest.CaptureFixture[str]) -> None:
    assert warm.warm(part)
    assert capfd.readouterr().out == ""


def test_parts_come_before_their_case_and_only_where_two_run_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    def idle(command: list[str], **options: object) -> subprocess.Popen[str]:
        begun.append(command[-1])
        return real([sys.executable, "-c", "print('none compiled')"], **options)

    real, begun = subprocess.Popen, list[str]()
    monkeypatch.setattr(subprocess, "Popen", idle)
    assert warm.warm_all(processes=2, cases=["rosters", "beds"])
    assert begun.index("rosters") > max(begun.index(part) for part in warm.PARTS)
    begun.clear()
    assert warm.warm_all(processes=1, cases=["rosters"])
    assert begun == ["rosters"]


def test_a_child_that_fails_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    def failing(command: list[str], **options: object) -> subprocess.Popen[str]:
        return real([sys.executable, "-c", "import sys; sys.exit('no compiler')"], **options)

    real = subprocess.Popen
    monkeypatch.setattr(subprocess, "Popen", failing)
    said: list[str] = []
    assert not warm.warm_all(said.append, processes=5)
    failed = [line for line in said if "failed" in line]
    assert len(failed) == len(warm.CASES) + len(warm.PARTS)
    assert all("no compiler" in line for line in failed)
