"""Several processes answer at one address, and one of all looks at the queue."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

pytest.importorskip("fastapi")

import httpx

from optimise.core.errors import WardwiseError
from optimise.serve.client import Client
from optimise.serve.dispatcher import Dispatcher
from optimise.serve.processes import listening
from optimise.serve.settings import Settings
from optimise.serve.store import Store

pytestmark = pytest.mark.timeout(300)


def test_a_port_that_somebody_listens_at_is_refused() -> None:
    ours = listening("127.0.0.1", 0, 2)
    port = ours[0].getsockname()[1]
    try:
        with pytest.raises(WardwiseError, match=f"--port {port}"):
            listening("127.0.0.1", port, 2)
    finally:
        for one in ours:
            one.close()


def test_of_two_services_on_a_folder_one_looks_at_the_queue_and_the_other_takes_over(tmp_path: Path) -> None:
    settings = Settings(data=tmp_path)
    store = Store(settings.address)
    first, second = Dispatcher(store, settings), Dispatcher(store, settings)
    assert not first.looked_at()
    first.start()
    waited(first.looked_at)
    second.start()
    turns: list[int] = []
    second.turn = lambda: turns.append(1)  # type: ignore[method-assign]
    time.sleep(0.5)
    assert not turns
    first.stop()
    waited(lambda: bool(turns))
    second.stop()
    store.close()


def waited(true: object) -> None:
    until = time.monotonic() + 60
    while not true():  # type: ignore[operator]
        assert time.monotonic() < until
        time.sleep(0.05)


def test_one_that_is_killed_is_replaced_and_all_leave_with_their_parent(tmp_path: Path) -> None:
    line = [sys.executable, "-m", "optimise", "serve", "--data", str(tmp_path), "--port", "0", "--processes", "2"]
    served = subprocess.Popen(line, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    assert served.stdout is not None
    try:
        address, token = served.stdout.readline().split()[3], served.stdout.readline().split()[-1]
        with Client(address, token) as client:
            assert client.jobs() == []
        assert httpx.get(f"{address}/ready").json() == {"status": "ok"}
        assert "wardwise_requests_total" in httpx.get(f"{address}/metrics").text
        before = answering(served.pid)
        os.kill(before[0], signal.SIGKILL)
        waited(lambda: len(now := answering(served.pid)) == 2 and before[0] not in now)
        children = answering(served.pid)
        served.kill()  # nobody is told
        waited(lambda: not any(Path(f"/proc/{pid}").exists() for pid in children))
    finally:
        served.kill()
        served.wait(60)
        served.stdout.close()


def answering(parent: int) -> list[int]:
    found = Path(f"/proc/{parent}/task/{parent}/children").read_text().split()
    return [int(pid) for pid in found if b"spawn_main" in Path(f"/proc/{pid}/cmdline").read_bytes()]
