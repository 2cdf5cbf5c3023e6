"""Job cards and job ids: what is none never reaches a command of the scheduler, nor a line of its own a script."""

from __future__ import annotations

import json
import shlex
import stat
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from hpc.slurm import queue
from hpc.slurm.card import JobCard, checked_id, read_card, write_card
from hpc.slurm.cli import app
from hpc.slurm.job import Job
from hpc.slurm.script import fill, template
from optimise.core.errors import InputError, WardwiseError

HOSTILE = (
    "--user=root",
    "-u root",
    "",
    "17 18",
    "17\n",
    "17;id",
    "$(id)",
    "17_",
    "17_[",
    "_3",
    "+1",
    "١٧",
    "17_[--user]",
)
GOOD = ("17", "17_3", "17_[0-3,7%2]", "17+1", "17_3+2")


@pytest.fixture
def calls(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Commands of a scheduler that only note down how they were called."""
    said = tmp_path / "said"
    said.touch()
    for name in ("scancel", "squeue", "sacct", "scontrol"):
        file = tmp_path / "bin" / name
        file.parent.mkdir(exist_ok=True)
        file.write_text(f'#!/bin/sh\necho {name} "$@" >> {shlex.quote(str(said))}\n', encoding="utf-8")
        file.chmod(file.stat().st_mode | stat.S_IXUSR)
    monkeypatch.setenv("PATH", f"{tmp_path / 'bin'}:/usr/bin:/bin")
    return said


@pytest.mark.parametrize("text", HOSTILE)
def test_what_is_no_job_id_reaches_no_command(text: str, calls: Path, tmp_path: Path) -> None:
    (tmp_path / "job.json").write_text(json.dumps({"job_id": text, "kind": "solve"}), encoding="utf-8")
    for act in (lambda: Job.find(tmp_path), lambda: Job(text, "."), lambda: queue.cancel(text)):
        with pytest.raises(InputError, match="job_id"):
            act()
    with pytest.raises(InputError):
        queue.states(text)
    for command in ("cancel", "status", "fetch"):
        done = CliRunner().invoke(app, [command, str(tmp_path)])
        assert isinstance(done.exception, WardwiseError)
    assert calls.read_text(encoding="utf-8") == ""


@pytest.mark.parametrize("text", GOOD)
def test_ids_of_jobs_arrays_and_parts_are_taken(text: str, calls: Path) -> None:
    assert checked_id(text) == text
    queue.cancel(text)
    assert calls.read_text(encoding="utf-8") == f"scancel -- {text}\n"


def test_a_card_is_read_back_and_one_of_before_too(tmp_path: Path) -> None:
    write_card(tmp_path, job_id="17", kind="study", target="/a/b.toml", site="generic", request={"nodes": 2})
    assert read_card(tmp_path) == JobCard(
        job_id="17", kind="study", target="/a/b.toml", site="generic", request={"nodes": 2}
    )
    (tmp_path / "job.json").write_text('{"job_id": "4", "kind": "solve", "later": [1]}', encoding="utf-8")
    assert Job.find(tmp_path).job_id == "4"


LINES = ("a\nb", "a\r#SBATCH --uid=0", "a\x0b", "a\u2028b", "a\x00", "a\x1b[2J")


@pytest.mark.parametrize("scheduler", ["slurm", "lsf"])
@pytest.mark.parametrize("text", LINES)
def test_no_key_and_no_value_brings_a_line_of_its_own(text: str, scheduler: str) -> None:
    made = template("solve", scheduler)
    for header, settings in (
        ({text: "x"}, {}),
        ({"account": text}, {}),
        ({}, {"folder": text}),
        ({}, {"arguments": ["x", text]}),
    ):
        with pytest.raises(InputError):
            fill(made, header, settings)


@pytest.mark.parametrize("key", ["", "a b", "a=b", "-x", "a;b", "a#", "é"])
def test_a_header_key_is_a_word(key: str) -> None:
    with pytest.raises(InputError, match="no option of a batch header"):
        fill(template("solve"), {key: "x"}, {})


@pytest.mark.parametrize(
    "value", ["two words", "x --uid=0", "a # b", 'say "x"', "it's", "back\\slash", "/a b/job-%j.log"]
)
def test_a_header_value_stays_one_word(value: str) -> None:
    lines = [x for x in fill(template("solve"), {"comment": value}, {}).splitlines() if "--comment" in x]
    assert len(lines) == 1
    assert shlex.split(lines[0].removeprefix("#SBATCH ")) == [f"--comment={value}"]


def test_a_value_that_is_quoted_already_stays_as_it_is() -> None:
    made = fill(template("solve", "lsf"), {"R": '"span[ptile=2] rusage[mem=5MB]"'}, {})
    assert '#BSUB -R "span[ptile=2] rusage[mem=5MB]"\n' in made


FIELDS: dict[str, list[Any]] = {
    "job_id": [None, 17, 1.5, True, [], {}, "-1", "9" * 400],
    "kind": [None, 3, "", "dance", []],
    "target": [None, 3, ["x"], "x" * 10**5],
    "site": [None, 3, {}],
    "submitted": [None, 3, "x" * 1000],
    "request": [None, 3, [], {"a": {"b": 1}}, {"a": [1]}],
}


@pytest.mark.parametrize(("field", "value"), [(f, v) for f, vs in FIELDS.items() for v in vs])
def test_a_malformed_card_is_refused_by_field(field: str, value: Any, tmp_path: Path) -> None:
    card = {"job_id": "17", "kind": "solve", "target": "a", "site": "b", "submitted": "c", "request": {}, field: value}
    (tmp_path / "job.json").write_text(json.dumps(card), encoding="utf-8")
    with pytest.raises(InputError, match=field):
        Job.find(tmp_path)
