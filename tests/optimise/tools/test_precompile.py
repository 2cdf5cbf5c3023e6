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


def test_a_child_that_fails_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    def failing(command: list[str], **options: object) -> subprocess.Popen[str]:
        return real([sys.executable, "-c", "import sys; sys.exit('no compiler')"], **options)

    real = subprocess.Popen
    monkeypatch.setattr(subprocess, "Popen", failing)
    said: list[str] = []
    assert not warm.warm_all(said.append, processes=5)
    failed = [line for line in said if "failed" in line]
    assert len(failed) == len(warm.CASES)
    assert all("no compiler" in line for line in failed)
