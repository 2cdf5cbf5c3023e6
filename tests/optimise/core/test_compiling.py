"""Seconds of compiling are counted once, and by no time limit."""

from __future__ import annotations

import pytest

from optimise.core import compiling, method
from optimise.core.compiling import Meter
from optimise.core.method import Deadline


class Clock:
    now = 0.0

    def __call__(self) -> float:
        return self.now


def test_kernels_inside_kernels_and_in_other_threads_count_once() -> None:
    clock = Clock()
    meter = Meter(clock)
    assert meter.begin()
    clock.now = 1.0
    assert not meter.begin()
    clock.now = 3.0
    assert meter.seconds == 3.0  # while it goes on
    meter.end()
    clock.now = 4.0
    meter.end()
    clock.now = 10.0
    assert meter.seconds == 4.0
    assert meter.kernels == 2


def test_a_deadline_stands_still_while_kernels_are_compiled(monkeypatch: pytest.MonkeyPatch) -> None:
    clock = Clock()
    meter = Meter(clock)
    monkeypatch.setattr(compiling, "_METER", meter)
    monkeypatch.setattr(method.time, "perf_counter", clock)
    deadline = Deadline(5.0)
    clock.now = 2.0
    compiling.begin("kernel")
    clock.now = 60.0
    assert deadline.elapsed == 2.0
    compiling.end()
    assert not deadline.over
    clock.now = 63.0
    assert deadline.over


def test_whoever_listens_hears_the_first_kernel_of_a_stretch() -> None:
    heard: list[str] = []
    with compiling.hearing(heard.append):
        compiling.begin("outer")
        compiling.begin("inner")
        compiling.end()
        compiling.end()
    compiling.begin("later")
    compiling.end()
    assert heard == ["outer"]
