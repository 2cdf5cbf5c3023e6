"""Requests and batch scripts, without a cluster."""

from __future__ import annotations

import subprocess
from contextlib import nullcontext
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from hpc.slurm import queue
from hpc.slurm.cli import app
from hpc.slurm.command import listed, refuse_checkpoint
from hpc.slurm.job import Job, poll_seconds
from hpc.slurm.request import Request, duration, prepare
from hpc.slurm.script import TEMPLATES, fill, template
from hpc.slurm.site import find_site, site_names
from hpc.slurm.submission import submit_request
from optimise import read
from optimise.core.checkpoint import State, StateFile
from optimise.core.errors import InputError, WardwiseError
from optimise.generate import ward
from optimise.roster.formats.native import write_ward

TEXT = """#!/bin/bash
# what it is
#SBATCH --nodes=1
#SBATCH --requeue
set -u

# >>> settings
method=auto
arguments=("$@")
# <<< settings

# >>> site
# modules
# <<< site
run
"""


@pytest.fixture(scope="module")
def instance(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_ward(ward(5, 1, 1), tmp_path_factory.mktemp("instance") / "a ward's plan.json")


def ask(instance: Path, **changes: Any) -> Request:
    asked: dict[str, Any] = {"kind": "solve", "folder": Path("out"), "site": find_site("generic"), **changes}
    return Request(target=asked.pop("target", instance), **asked)


def header(script: str) -> dict[str, str]:
    lines = [line.removeprefix("#SBATCH --") for line in script.splitlines() if line.startswith("#SBATCH")]
    return {key: value for key, _, value in (line.partition("=") for line in lines)}


def test_filling_in_changes_header_settings_and_site_only() -> None:
    made = fill(TEXT, {"nodes": 3, "account": "a", "requeue": None}, {"arguments": ["a b", "$x"]}, "module load mpi")
    assert made == TEXT.replace("--nodes=1\n#SBATCH --requeue", "--nodes=3\n#SBATCH --account=a").replace(
        '("$@")', "('a b' '$x')"
    ).replace("# modules", "module load mpi")


def test_a_setting_that_no_line_has_is_an_error() -> None:
    with pytest.raises(InputError, match="no setting colour"):
        fill(TEXT, {}, {"colour": "red"})


def test_a_header_value_cannot_bring_lines_of_its_own() -> None:
    with pytest.raises(InputError, match="one line"):
        fill(TEXT, {"account": "a\nrm -rf /"}, {})


@pytest.mark.parametrize("kind", TEMPLATES)
def test_every_template_is_a_script_that_survives(kind: str) -> None:
    text = template(kind)
    lines = header(text)
    assert {"time", "signal", "requeue", "open-mode", "cpus-per-task", "output"} <= set(lines)
    assert lines["open-mode"] == "append"
    assert "scontrol requeue" in text
    assert "SLURM_RESTART_COUNT" in text
    assert subprocess.run(["bash", "-n"], input=text, text=True, check=False).returncode == 0


@pytest.mark.parametrize("site", site_names())
def test_every_site_fills_in_to_a_script(site: str, instance: Path) -> None:
    made = prepare(ask(instance, site=find_site(site), ranks=2))
    assert subprocess.run(["bash", "-n"], input=made.script, text=True, check=False).returncode == 0
    assert str(instance.name.split("'")[0]) in made.script
    if not find_site(site).verified:
        assert any("not been run there" in note for note in made.notes)


def test_memory_time_and_threads_come_from_the_request(instance: Path) -> None:
    options = ("--time-limit", "1000", "--seed", "3")
    made = prepare(ask(instance, nodes=2, ranks=6, threads=2, account="acc", qos="long", options=options))
    lines = header(made.script)
    assert (lines["nodes"], lines["ntasks"], lines["cpus-per-task"]) == ("2", "6", "2")
    assert (lines["account"], lines["qos"]) == ("acc", "long")
    assert lines["time"] == "00:22:00"  # 1000 s, starting and the warning
    assert lines["signal"] == "USR1@120"
    assert 100 < int(lines["mem-per-cpu"].removesuffix("M")) < 2000
    assert "--time-limit 1000 --seed 3" in made.script


def test_ranks_lie_and_wait_as_asked(instance: Path) -> None:
    shape: dict[str, Any] = {"nodes": 3, "ranks": 12, "ranks_per_node": 4, "cpu_bind": "verbose,cores"}
    made = prepare(ask(instance, **shape, distribution="cyclic:block", dependency="afterok:17:18_2,afterany:9"))
    lines = header(made.script)
    assert (lines["ntasks"], lines["ntasks-per-node"]) == ("12", "4")
    assert (lines["distribution"], lines["dependency"]) == ("cyclic:block", "afterok:17:18_2,afterany:9")
    assert "launch=(srun --mpi=pmi2 --cpu-bind=verbose,cores)" in made.script


def test_ranks_are_dealt_evenly_where_nothing_is_said(instance: Path) -> None:
    assert header(prepare(ask(instance, nodes=4, ranks=8)).script)["ntasks-per-node"] == "2"
    assert header(prepare(ask(instance, nodes=3, ranks=8)).script)["ntasks-per-node"] == "3"


@pytest.mark.parametrize(("line", "option"), [("signal", "--warning"), ("requeue", "--restarts"), ("out", "--output")])
def test_lines_that_restarts_rest_on_are_refused(instance: Path, line: str, option: str) -> None:
    with pytest.raises(InputError, match=f"--header {line}: the script rests on this line; use {option}"):
        prepare(ask(instance, header={line: "x"}))


def test_more_ranks_than_can_work_are_told(instance: Path) -> None:
    made = prepare(ask(instance, ranks=4, options=("--method", "highs")))
    assert any("4 ranks: 3 idle" in note for note in made.notes)
    assert not any("idle" in note for note in prepare(ask(instance, ranks=4, kind="decompose")).notes)


def test_energy_is_told_by_start_where_it_is_known(monkeypatch: pytest.MonkeyPatch) -> None:
    for said, joules in (("1000\n\n2500\n", [1000.0, 0.0, 2500.0]), ("", [])):
        monkeypatch.setattr(queue, "_call", lambda *words, text=said: text)
        assert queue.energy("17") == joules


def test_an_array_solves_each_instance_of_a_list(instance: Path, tmp_path: Path) -> None:
    listing = tmp_path / "wards.txt"
    listing.write_text(f"# ours\n\n{instance}\n{instance}\n", encoding="utf-8")
    made = prepare(ask(instance, target=listing, array=True, at_once=5, folder=tmp_path / "out"))
    lines = header(made.script)
    assert (lines["array"], lines["output"]) == ("0-1%5", f"{tmp_path}/out/job-%A-%a.log")
    assert made.tasks == ("0-a ward's plan", "1-a ward's plan")
    put = """'0-a ward'"'"'s plan'"""
    assert f"folders=({put}" in made.script


def test_a_list_names_instances_as_seen_from_its_folder(instance: Path, tmp_path: Path) -> None:
    (tmp_path / "near.json").write_bytes(instance.read_bytes())
    (tmp_path / "wards.txt").write_text("near.json\n" * 11, encoding="utf-8")
    made = listed(tmp_path / "wards.txt")
    assert set(made.values()) == {(tmp_path / "near.json").resolve()}
    assert [*made][0::10] == ["00-near", "10-near"]


@pytest.mark.parametrize(
    ("said", "text", "changes"),
    [
        ("names no instance", "# none\n", {}),
        ("wards.txt:2: no such file: absent.json", "\nabsent.json\n", {}),
        ("--array: a study is an array already", "x\n", {"kind": "study"}),
        ("--at-once: is for arrays", "x\n", {"array": False, "at_once": 2}),
        ("--at-once: must be 1 or more, not 0", "x\n", {"at_once": 0}),
    ],
)
def test_a_bad_array_is_refused_with_the_reason(
    said: str, text: str, changes: dict[str, Any], instance: Path, tmp_path: Path
) -> None:
    listing = tmp_path / "wards.txt"
    listing.write_text(text, encoding="utf-8")
    with pytest.raises(InputError, match=said):
        prepare(ask(instance, **{"target": listing, "array": True, **changes}))


def test_without_a_time_limit_one_is_estimated_and_said(instance: Path) -> None:
    made = prepare(ask(instance))
    assert any("no --time-limit" in note for note in made.notes)
    assert "--time-limit 60" in made.script


def test_a_long_solve_is_cut_into_jobs_of_the_site(instance: Path) -> None:
    site = find_site("generic").model_copy(update={"longest_hours": 1.0})
    made = prepare(ask(instance, site=site, options=("--time-limit", "10000")))
    assert header(made.script)["time"] == "01:00:00"
    assert any("back into the queue" in note for note in made.notes)


@pytest.mark.parametrize(
    ("said", "changes"),
    [
        ("no such file", {"target": Path("absent.json")}),
        ("No such option", {"options": ("--time-limt", "5")}),
        ("unknown method", {"options": ("--method", "magic")}),
        ("does not work on", {"options": ("--method", "brute-force")}),
        ("time limit must be above 0", {"options": ("--time-limit", "-5")}),
        ("set by the batch script", {"options": ("--checkpoint=x",)}),
        ("no option of a job", {"options": ("--help",)}),
        ("must be 1 or more", {"nodes": 0}),
        ("cannot use 4 nodes", {"nodes": 4, "ranks": 2}),
        ("use one rank", {"kind": "simulate-gpu", "ranks": 2}),
        ("before the warning", {"time": "1"}),
        ("is no time", {"time": "soon"}),
        ("does not fit into 1 jobs", {"time": "10", "restarts": 0, "options": ("--time-limit", "9999")}),
        ("has 128 cores", {"site": "archer2", "ranks": 200}),
        ("has 256 GiB", {"site": "archer2", "ranks": 100, "memory": 4.0}),
        ("longer than the 24 h", {"site": "archer2", "time": "2-00:00:00"}),
        ("no such template", {"kind": "dance"}),
        ("do not fit on 2 nodes of 3 each; use --nodes 3", {"nodes": 2, "ranks": 8, "ranks_per_node": 3}),
        ("must be 1 or more", {"ranks_per_node": 0}),
        ("nothing that Slurm knows, such as cores", {"cpu_bind": "core"}),
        ("nothing that Slurm knows, such as block", {"distribution": "blocks"}),
        ("nothing that Slurm knows, such as afterok:17", {"dependency": "after 17"}),
        ("is no Slurm site", {"site": "scafell-pike", "dependency": "singleton"}),
    ],
)
def test_a_bad_request_is_refused_with_the_reason(said: str, changes: dict[str, Any], instance: Path) -> None:
    if "site" in changes:
        changes = {**changes, "site": find_site(changes["site"])}
    if changes.get("kind") == "dance":
        with pytest.raises(InputError, match=said):
            template("dance")
        return
    with pytest.raises(WardwiseError, match=said):
        prepare(ask(instance, **changes))


@pytest.mark.parametrize(
    ("text", "seconds"),
    [("90", 5400), ("90:30", 5430), ("1:30:00", 5400), ("2-00", 172800), ("1-02:03:04", 93784)],
)
def test_times_are_slurms(text: str, seconds: int) -> None:
    assert duration(text) == seconds


def test_a_site_of_ones_own_is_checked(tmp_path: Path) -> None:
    file = tmp_path / "mine.toml"
    file.write_text('name = "mine"\nlanch = "srun"\n')
    with pytest.raises(InputError, match="launch"):
        find_site(file)
    with pytest.raises(InputError, match="archer2, generic, isambard-ai, scafell-pike"):
        find_site("nowhere")


def test_lsf_is_rendered_but_never_submitted(instance: Path, tmp_path: Path) -> None:
    made = prepare(ask(instance, site=find_site("scafell-pike"), ranks=4, folder=tmp_path / "out"))
    assert "#BSUB -n 4" in made.script
    assert "UNVERIFIED" in made.script
    with pytest.raises(WardwiseError, match="no Slurm site"):
        submit_request(made)


def test_starts_that_are_shorter_than_the_solve_are_told(instance: Path) -> None:
    made = prepare(ask(instance, time="3", options=("--time-limit", "240")))
    assert "each start has 60 s before the warning, so that 240 s take at least 4 starts; starting up" in str(
        made.notes
    )
    assert "each start" not in str(prepare(ask(instance, time="10", options=("--time-limit", "240"))).notes)


def test_an_option_of_solve_before_the_dashes_is_told_where_it_belongs(instance: Path) -> None:
    done = CliRunner().invoke(app, ["render", "solve", str(instance), "--time-limit", "5"])
    assert done.exit_code == 2
    assert "go after --" in done.output
    assert "Possible options" not in done.output


@pytest.mark.parametrize(("seed", "said"), [(1, ""), (2, "was made with seed 1, not 2")])
def test_a_checkpoint_that_the_job_cannot_go_on_from_is_refused(
    seed: int, said: str, instance: Path, tmp_path: Path
) -> None:
    digest = read(instance).digest()
    StateFile(tmp_path, "search").write(digest, State({"seed": 1}, {}))
    with pytest.raises(InputError, match="belongs to another instance"):
        refuse_checkpoint(tmp_path, "0" * 64, seed)
    with pytest.raises(InputError, match=said) if said else nullcontext():
        refuse_checkpoint(tmp_path, digest, seed)


def test_a_job_is_refused_where_its_folder_is_another_instance_s(instance: Path, tmp_path: Path) -> None:
    StateFile(tmp_path / "checkpoint", "best").write("0" * 64, State({}, {}))
    made = prepare(ask(instance, folder=tmp_path, options=("--time-limit", "5")))
    with pytest.raises(InputError, match="belongs to another instance"):
        submit_request(made)
    assert not (tmp_path / "job.sbatch").exists()


def test_without_slurm_the_message_says_so(instance: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(queue.shutil, "which", lambda name: None)
    done = CliRunner().invoke(app, ["submit", "solve", str(instance), "-o", str(tmp_path / "out")])
    assert "this is no machine of a Slurm cluster" in str(done.exception)
    assert not (tmp_path / "out").exists()


def test_render_makes_the_folder_that_slurm_opens_the_log_in(instance: Path, tmp_path: Path) -> None:
    place = tmp_path / "fresh" / "out"
    command = ["render", "decompose", str(instance), "--nodes", "2", "-o", str(place), "--", "-t", "5"]
    first, second = (CliRunner().invoke(app, command) for _ in range(2))
    assert place.is_dir()
    assert f"note: {place} was made for the log" in first.stderr
    assert "was made" not in second.stderr
    assert first.stdout == second.stdout
    assert f"#SBATCH --output={place}/job-%j.log" in first.stdout


def test_render_prints_the_script_and_notes_go_elsewhere(
    instance: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    done = CliRunner().invoke(app, ["render", "decompose", str(instance), "--nodes", "2", "--", "--seed", "7"])
    assert done.exit_code == 0
    assert done.stdout.startswith("#!/bin/bash")
    assert "--seed 7" in done.stdout
    assert "note: no --time-limit" in done.stderr


def test_the_state_of_an_array_is_that_of_its_slowest_task() -> None:
    assert queue.States({"1_0": "COMPLETED", "1_1": "RUNNING", "1_2": "PENDING"}).state == "RUNNING"
    assert queue.States({"1_0": "COMPLETED", "1_1": "FAILED"}).state == "FAILED"
    assert queue.States({}).state == "UNKNOWN"


def test_slurm_is_asked_at_most_once_a_minute(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("WARDWISE_SLURM_POLL", raising=False)
    asked = []

    def count(job: str) -> queue.States:
        asked.append(job)
        return queue.States({"1": "RUNNING"})

    monkeypatch.setattr(queue, "states", count)
    job = Job("1", ".")
    assert [job.state for _ in range(5)] == ["RUNNING"] * 5
    assert asked == ["1"]
    assert poll_seconds() >= 60
    with pytest.raises(TimeoutError):
        job.wait(0.0)
