"""The last resort when a method does not listen."""

from __future__ import annotations

import threading

from optimise.cli.signals import StopSignal


def test_a_deaf_method_is_left_after_the_grace() -> None:
    left = threading.Event()
    stop = StopSignal(left.set, grace=0.05)
    stop.ask()
    assert left.wait(5)


def test_a_method_that_returns_in_time_is_not_cut_short() -> None:
    left = threading.Event()
    stop = StopSignal(left.set, grace=0.2)
    stop.ask()
    stop.finish()
    assert not left.wait(0.4)


def test_a_second_signal_cuts_the_grace_short() -> None:
    left = threading.Event()
    stop = StopSignal(left.set, grace=600)
    stop.ask()
    assert not left.is_set()
    stop.ask()
    assert left.wait(5)
    stop.finish()
