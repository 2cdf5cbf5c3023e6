"""The watch over the time limit: when it gives up, and what it says."""

from __future__ import annotations

import threading

import pytest

from optimise.cli import watchdog as module
from optimise.cli.watchdog import Watchdog, grace
from optimise.core.method import SerialComm
from optimise.core.wire import Wire


def test_the_grace_grows_with_the_limit_and_can_be_set(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(module.GRACE, raising=False)
    assert grace(600.0) == 150.0
    assert grace(1e6) == 690.0
    monkeypatch.setenv(module.GRACE, "7")
    assert grace(600.0) == 7.0


def test_it_says_what_was_going_on_and_only_when_it_is_late(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(module.GRACE, "1")
    said: list[str] = []
    heard = threading.Event()

    def give_up(text: str) -> None:
        said.append(text)
        heard.set()

    comm = SerialComm()
    with Wire(comm, lambda _: None) as wire, Watchdog(0.1, comm, wire, give_up):
        assert heard.wait(30)
    assert "rank 0 in phase" in said[0]
    said.clear()
    with Wire(comm, lambda _: None) as wire, Watchdog(60.0, comm, wire, give_up):
        pass
    assert not said
