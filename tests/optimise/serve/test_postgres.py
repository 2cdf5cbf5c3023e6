"""The service on a real PostgreSQL of its own: tokens, sessions, the queue, a job from its document to its result."""

from __future__ import annotations

import os
import pwd
import shutil
import subprocess
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

pytest.importorskip("fastapi")
pytest.importorskip("psycopg")

from optimise.serve.folder import JobFolder
from optimise.serve.service import Service
from optimise.serve.settings import Settings
from optimise.serve.store import Store
from optimise.serve.tables import State

ROOT = Path(__file__).resolve().parents[3]
ASKS = {"method": "highs", "seconds": 60.0, "gap": 0.0, "seed": 0}
pytestmark = pytest.mark.timeout(300)


def programs() -> Path | None:
    """Where PostgreSQL's programs are: on the path, or where Debian puts them."""
    if found := shutil.which("initdb"):
        return Path(found).parent
    return next(iter(sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)), None)


@pytest.fixture(scope="module")
def database(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Address of a cluster that lives as long as these tests, on a socket in its folder alone."""
    place = programs()
    if place is None:
        pytest.skip("no PostgreSQL on this machine: apt install postgresql")
    folder = Path("/tmp") / f"wardwise-pg-{os.getpid()}"  # paths of sockets have at most 107 letters
    folder.mkdir(mode=0o700)
    user = pwd.getpwuid(os.getuid()).pw_name
    if os.getuid() == 0:  # PostgreSQL does not run as root
        user = "nobody"
        shutil.chown(folder, user)

    def run(*line: str) -> None:
        subprocess.run(line, check=True, capture_output=True, timeout=120, cwd=folder, user=user)

    data, log = str(folder / "data"), str(folder / "log")
    control = str(place / "pg_ctl")
    try:
        run(str(place / "initdb"), "-D", data, "-U", "wardwise", "--auth=trust", "--no-sync", "-E", "UTF8")
        options = f"-k {folder} -c listen_addresses='' -c fsync=off"
        run(control, "-D", data, "-l", log, "-o", options, "-w", "start")
        yield f"postgresql+psycopg://wardwise@/postgres?host={folder}"
        run(control, "-D", data, "-m", "immediate", "stop")
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture
def store(database: str) -> Iterator[Store]:
    made = Store(database)
    yield made
    made.close()


def test_tokens_and_sessions(store: Store) -> None:
    token = store.new_token("north")
    secret = store.open_session(token, 60.0)
    assert secret is not None
    found = store.session(secret)
    assert found is not None
    assert (store.tenant_of(token), found[0]) == ("north", "north")
    assert store.revoke("north") == 1
    assert (store.tenant_of(token), store.session(secret)) == (None, None)


def test_of_many_who_claim_a_job_one_gets_it_and_it_ends_once(store: Store) -> None:
    store.submit("south", "a" * 32, ASKS, 10)
    got: list[bool] = []
    ended: list[bool] = []

    def everybody(call: str) -> None:
        ours = [threading.Thread(target=lambda: _call(call)) for _ in range(8)]
        for thread in ours:
            thread.start()
        for thread in ours:
            thread.join()

    def _call(call: str) -> None:
        if call == "claim":
            got.append(store.claim("a" * 32, "here"))
        else:
            ended.append(store.end("a" * 32, State.FINISHED, summary={"cost": 1.5}))

    everybody("claim")
    everybody("end")
    assert (sum(got), sum(ended)) == (1, 1)
    row = store.job("south", "a" * 32)
    assert row is not None
    assert (row["state"], row["summary"], row["attempts"]) == ("finished", {"cost": 1.5}, 1)
    assert store.job("north", "a" * 32) is None
    assert store.forget("south", "a" * 32)


def test_a_job_goes_from_its_document_to_its_result(database: str, tmp_path: Path) -> None:
    service = Service(Settings(data=tmp_path / "data", database=database))
    folder = JobFolder(service.root, "b" * 32)
    folder.keep((ROOT / "examples" / "ward4x7.json").read_bytes(), ".json")
    service.store.submit("north", folder.job, ASKS, 10)
    service.dispatcher.turn()
    service.dispatcher._children[folder.job].wait(200)
    service.dispatcher.turn()
    row = service.store.job("north", folder.job)
    assert row is not None
    assert (row["state"], row["summary"]["cost"]) == ("finished", 231)
    assert service.store.counts()["finished"] == 1
    service.store.close()
