"""The command line of a worker, and what is kept of a result. Workers that die are in test_service."""

from __future__ import annotations

from pathlib import Path

import pytest

pytest.importorskip("fastapi")

from typer.testing import CliRunner

from optimise.cli.app import app
from optimise.serve.bodies import Ask, Replan, job_answer
from optimise.serve.dispatcher import command, summary
from optimise.serve.folder import JobFolder
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
