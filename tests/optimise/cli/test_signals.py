"""The last resort when a method does not listen."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time

from optimise.cli.signals import StopSignal, stop_signals


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


def test_a_warning_is_heard_and_asked_again_counts_once() -> None:
    with stop_signals(StopSignal(grace=600)) as stop:
        assert not stop.asked
        os.kill(os.getpid(), signal.SIGUSR1)
        os.kill(os.getpid(), signal.SIGUSR1)
        end = time.monotonic() + 5
        while not stop.asked and time.monotonic() < end:
            time.sleep(0.01)
        assert stop.asked
    assert signal.getsignal(signal.SIGUSR1) is signal.SIG_DFL


def test_the_same_signal_forwarded_by_a_parent_does_not_cut_the_grace_short() -> None:
    left = threading.Event()
    stop = StopSignal(left.set, grace=600)
    stop.ask(signal.SIGINT, again=False)
    stop.ask(signal.SIGINT, again=False)
    assert not left.is_set()
    stop.finish()


def test_terminate_after_a_warning_shortens_the_grace() -> None:
    left = threading.Event()
    stop = StopSignal(left.set)
    stop.ask(signal.SIGUSR1)
    assert stop._until - time.monotonic() > 60
    stop.ask(signal.SIGTERM)
    assert stop._until - time.monotonic() < 30
    assert not left.is_set()
    stop.finish()


def test_a_job_that_has_written_is_deaf_to_late_warnings() -> None:
    code = (
        "import os, signal\n"
        "from optimise.cli.signals import StopSignal, stop_signals\n"
        "with stop_signals(StopSignal(), deaf_after=True):\n"
        "    pass\n"
        "os.kill(os.getpid(), signal.SIGUSR1)\n"
        "os.kill(os.getpid(), signal.SIGTERM)\n"
        "print('alive')\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=True)
    assert done.stdout == "alive\n"
