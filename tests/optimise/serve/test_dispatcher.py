"""The command line of a worker, and what is kept of a result. Workers that die are in test_service."""

from __future__ import annotations

import os
import time
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("fastapi")

from typer.testing import CliRunner

from optimise.cli.app import app
from optimise.core.folder_lock import LOCK
from optimise.serve.bodies import Ask, Replan, job_answer
from optimise.serve.dispatcher import Dispatcher, command, launched, summary
from optimise.serve.folder import JobFolder
from optimise.serve.settings import Settings
from optimise.serve.store import Store


def test_the_command_of_a_worker_is_one_that_the_program_knows(tmp_path: Path) -> None:
    folder = JobFolder(tmp_path, "a" * 32)
    folder.keep(b"{}", ".json")
    (folder.path / "earlier" / "run").mkdir(parents=True)
    asks = Replan(freeze_until=2, change_cost=5).model_dump(exclude={"document"})
    line = command(folder, asks, 2)
    assert line[line.index("--freeze-until") + 1] == "2"
    known = CliRunner(env={"COLUMNS": "200"}).invoke(app, ["solve", "--help"]).output
    assert not [word for word in line if word.startswith("--") and word not in known]


def test_what_is_kept_of_a_result_names_nobody() -> None:
    kept = summary({"cost": 3, "lower_bound": 2, "evaluation": {"violations": [{"who": ["Ann"]}]}, "source": "/x"})
    assert (kept["cost"], kept["lower_bound"]) == (3, 2)
    assert "Ann" not in str(kept)


def test_a_row_is_told_without_what_is_ours(tmp_path: Path) -> None:
    store = Store(f"sqlite:///{tmp_path / 'x.db'}")
    store.submit("a", "b" * 32, Ask().model_dump(), 1)
    row = store.job("a", "b" * 32)
    assert row is not None
    told = job_answer(row).model_dump()
    assert told["state"] == "queued"
    assert not {"tenant", "pid", "host"} & told.keys()
    store.close()


def test_a_cluster_runs_the_same_worker(tmp_path: Path) -> None:
    here, there = Settings(data=tmp_path), Settings(data=tmp_path, srun="--partition 'a b'", memory=1.5, threads=3)
    assert launched("f" * 32, 60.0, here) == []
    line = launched("f" * 32, 60.0, there)
    assert line[0] == "srun"
    assert line[-2:] == ["--partition", "a b"]
    assert {f"--job-name=wardwise-{'f' * 32}", "--mem=1536M", "--cpus-per-task=3", "--time=16"} <= set(line)


@pytest.mark.parametrize(
    ("srun", "started", "sign", "silent"),
    [
        (None, 100.0, None, False),
        (None, 200.0, None, True),
        (None, 10_000.0, 100.0, False),  # it compiles, say: long after the limit, with signs of life
        (None, 10_000.0, 200.0, True),
        ("", 10_000.0, None, False),  # it waits in the cluster's queue
        ("", 10_000.0, 200.0, True),
    ],
)
def test_a_worker_is_killed_where_it_gives_no_sign_of_life(
    tmp_path: Path, srun: str | None, started: float, sign: float | None, silent: bool
) -> None:
    """``started`` and ``sign`` are seconds ago."""
    store = Store(f"sqlite:///{tmp_path / 'x.db'}")
    dispatcher, folder = Dispatcher(store, Settings(data=tmp_path, srun=srun)), JobFolder(tmp_path, "a" * 32)
    row: Any = {"started": time.time() - started, "asks": {"seconds": 1.0}}
    if sign is not None:
        folder.checkpoint.mkdir(parents=True)
        lock = folder.checkpoint / LOCK
        lock.touch()
        os.utime(lock, (time.time() - sign,) * 2)
    assert dispatcher._silent(row, folder) is silent
    store.close()
