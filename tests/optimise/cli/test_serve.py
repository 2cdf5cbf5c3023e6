"""``wardwise serve`` from outside: it says where it listens, makes tokens, and refuses what makes no sense."""

from __future__ import annotations

import inspect
import signal
import subprocess
import sys
from pathlib import Path

import pytest

pytest.importorskip("fastapi")

from optimise.cli.serve import serve
from optimise.serve.client import Client
from optimise.serve.settings import Settings


def line(data: Path, *more: str) -> list[str]:
    return [sys.executable, "-m", "optimise", "serve", "--data", str(data), *more]


def test_it_prints_its_address_and_a_token_once(tmp_path: Path) -> None:
    served = subprocess.Popen(
        line(tmp_path / "data", "--port", "0"), stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    )
    try:
        assert served.stdout is not None
        address = served.stdout.readline().split()[3]
        token = served.stdout.readline().split()[-1]
        with Client(address, token) as client:
            assert client.jobs() == []
    finally:
        served.send_signal(signal.SIGTERM)
        served.wait(60)
        served.stdout.close()
    made = subprocess.run(
        line(tmp_path / "data", "--new-token", "south"), capture_output=True, text=True, check=True, timeout=120
    )
    assert made.stdout.startswith("wardwise_")


def test_a_demo_prints_a_page_that_is_signed_in_and_leaves_nothing(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("BROWSER", "false")
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    command = [sys.executable, "-m", "optimise", "serve", "--demo", "--port", "0"]
    served = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, cwd=tmp_path)
    try:
        assert served.stdout is not None
        address = served.stdout.readline().split()[3]
        page = served.stdout.readline().split()[-1]
        assert page.startswith(f"{address}/board#token=wardwise_")
        with Client(address, page.split("=")[1]) as client:
            assert [job["state"] in ("queued", "running") for job in client.jobs()] == [True]
    finally:
        served.send_signal(signal.SIGTERM)
        served.wait(60)
        served.stdout.close()
    assert not list(tmp_path.glob("*wardwise*"))


@pytest.mark.parametrize(
    ("asked", "told"),
    [
        (["--demo"], "--demo"),
        (["--new-token", "So uth"], "lower-case letters"),
        (["--memory", "0.5"], "--memory"),
        (["--rate", "often"], "--rate"),
        (["--database", "nonsense://x"], "the database does not work"),
    ],
)
def test_what_makes_no_sense_is_refused(tmp_path: Path, asked: list[str], told: str) -> None:
    done = subprocess.run(line(tmp_path / "data", *asked), capture_output=True, text=True, check=False, timeout=120)
    assert done.returncode == 2
    assert told in done.stderr
    assert "Traceback" not in done.stderr


def test_options_that_are_left_out_are_the_settings() -> None:
    asked = inspect.signature(serve).parameters
    shared = Settings.model_fields.keys() & asked.keys() - {"data"}
    assert shared == Settings.model_fields.keys() - {"data"}
    assert {name: asked[name].default for name in shared} == {
        name: Settings.model_fields[name].default for name in shared
    }
