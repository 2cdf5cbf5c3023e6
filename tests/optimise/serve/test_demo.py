"""The service to try: a folder that goes, an example ward that waits, an address that signs in."""

from __future__ import annotations

import signal
from collections.abc import Callable, Iterator
from functools import partial

import pytest

pytest.importorskip("fastapi")

from optimise.serve.demo import invite, throwaway
from optimise.serve.settings import Settings
from optimise.serve.store import Store


@pytest.fixture(autouse=True)
def handler() -> Iterator[None]:
    """What SIGTERM does, as it was."""
    before = signal.getsignal(signal.SIGTERM)
    yield
    signal.signal(signal.SIGTERM, before)


def test_an_example_ward_waits_for_the_tenant_who_is_invited(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("BROWSER", "false")
    settings = Settings(data=throwaway())
    store = Store(settings.address)
    token = store.new_token("local")
    invite(settings, "http://127.0.0.1:1", token)
    (job,) = store.jobs("local")
    assert job["state"] == "queued"
    assert f"http://127.0.0.1:1/board#token={token}" in capsys.readouterr().out
    store.close()


def test_the_folder_goes_with_its_process(monkeypatch: pytest.MonkeyPatch) -> None:
    last: list[Callable[[], None]] = []
    monkeypatch.setattr("atexit.register", lambda *called, **more: last.append(partial(*called, **more)))
    folder = throwaway()
    assert folder.is_dir()
    assert folder.stat().st_mode & 0o77 == 0
    last[0]()
    assert not folder.exists()
