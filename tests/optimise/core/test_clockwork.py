"""Work by the clock goes on beside native code and after a failure."""

from __future__ import annotations

import threading

import pytest

from optimise.core.clockwork import Clockwork


def test_it_calls_until_it_is_closed_and_outlives_a_failure(caplog: pytest.LogCaptureFixture) -> None:
    calls, enough = [], threading.Event()

    def work() -> None:
        calls.append(1)
        if len(calls) == 1:
            raise ValueError("once")
        enough.set()

    clockwork = Clockwork(work, 0.01)
    assert enough.wait(30)
    clockwork.close()
    number = len(calls)
    assert "tried again" in caplog.text
    assert not enough.wait(0) or len(calls) == number
