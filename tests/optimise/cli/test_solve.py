"""``wardwise solve``: files, exit codes, streams, signals."""

from __future__ import annotations

import json
import math
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import optimise
from optimise.core.method import Outcome, Progress
from optimise.core.result import Bounds, Stop
from optimise.generate import ward as made_ward
from optimise.methods.whole_model import HighsMethod
from optimise.roster.formats.native import write_ward

Command = Callable[..., Any]


def test_a_run_leaves_result_plan_and_trace(wardwise: Command, ward: Path, tmp_path: Path) -> None:
    folder = tmp_path / "run"
    ran = wardwise("solve", ward, "--method", "highs", "--time-limit", 30, "--seed", 3, "--output", folder)
    assert ran.code == 0, ran.err
    assert {p.name for p in folder.iterdir()} == {"result.json", "plan.json", "trace.csv"}
    made = json.loads((folder / "result.json").read_text())
    assert made["feasible"] is True
    assert made["stop"] == "optimal"
    assert made["cost"] == made["lower_bound"]
    assert (made["gap"], made["ranks"], made["provenance"]["seed"]) == (0, 1, 3)
    assert made["seconds"] > 0
    assert "proven optimal" in ran.out


def test_what_was_written_is_read_again(wardwise: Command, ward: Path, tmp_path: Path) -> None:
    from optimise.runs.resultfile import read_run

    wardwise("solve", ward, "-m", "highs", "-o", tmp_path / "run", "--quiet")
    run = read_run(tmp_path / "run")
    assert run.result.feasible
    assert run.problem.evaluate(run.result.plan) == run.result.evaluation
    assert run.result.trace.points[-1].event == "end"


def test_a_changed_instance_is_noticed(wardwise: Command, ward: Path, tmp_path: Path) -> None:
    wardwise("solve", ward, "-m", "highs", "-o", tmp_path / "run", "-q")
    ward.write_text(ward.read_text().replace("minimum: 1}", "minimum: 2}"))
    ran = wardwise("report", tmp_path / "run")
    assert ran.code == 2
    assert "changed since" in ran.err


def test_a_run_without_a_plan_is_reported_without_a_picture(wardwise: Command, ward: Path, tmp_path: Path) -> None:
    ward.write_text(ward.read_text().replace("minimum: 1}", "minimum: 9, hard: true}"))
    assert wardwise("solve", ward, "-m", "highs", "-o", tmp_path / "run", "-q").code == 3
    ran = wardwise("report", tmp_path / "run")
    assert (ran.code, ran.err.startswith("report.png is left out: ")) == (0, True)
    assert {"report.html", "report.xlsx"} <= {file.name for file in (tmp_path / "run").iterdir()}
    assert wardwise("report", tmp_path / "run", "--only", "png").code == 2


def test_json_prints_the_object_and_nothing_else(wardwise: Command, ward: Path, tmp_path: Path) -> None:
    ran = wardwise("solve", ward, "-m", "highs", "--json", "-o", tmp_path / "run")
    assert json.loads(ran.out) == json.loads((tmp_path / "run" / "result.json").read_text())
    assert ran.err == ""


def test_quiet_prints_nothing(wardwise: Command, ward: Path) -> None:
    ran = wardwise("solve", ward, "-m", "highs", "--quiet")
    assert (ran.code, ran.out, ran.err) == (0, "", "")


def test_progress_goes_to_the_error_stream_with_times(wardwise: Command, ward: Path) -> None:
    ran = wardwise("solve", ward, "-m", "highs")
    assert " s   cost " in ran.err
    assert " s   cost " not in ran.out


@pytest.mark.parametrize(
    "arguments",
    [
        ["--method", "magic"],
        ["--time-limit", "0"],
        ["--time-limit", "soon"],
        ["--option", "depth"],
        ["--format", "fax"],
        ["--report"],
        ["--start", "nowhere.csv"],
    ],
)
def test_wrong_use_is_exit_2_without_a_traceback(wardwise: Command, ward: Path, arguments: list[str]) -> None:
    ran = wardwise("solve", ward, *arguments)
    assert ran.code == 2
    assert ran.out == ""
    assert "Traceback" not in ran.err
    assert ran.err


def test_bad_input_names_file_line_and_item_and_leaves_nothing(wardwise: Command, ward: Path, tmp_path: Path) -> None:
    ward.write_text(ward.read_text().replace("shifts: [L], minimum: 1", "shifts: [X], minimum: 1"))
    ran = wardwise("solve", ward, "-o", tmp_path / "run")
    assert ran.code == 2
    assert ran.err.startswith(f"error: {ward}:")
    assert "X" in ran.err
    assert len(ran.err.strip().splitlines()) == 1
    assert not (tmp_path / "run").exists()


def test_a_missing_instance_is_exit_2(wardwise: Command, tmp_path: Path) -> None:
    ran = wardwise("solve", tmp_path / "nowhere.json")
    assert (ran.code, ran.out) == (2, "")
    assert "nowhere.json" in ran.err


def test_a_folder_that_is_not_ours_is_refused(wardwise: Command, ward: Path, tmp_path: Path) -> None:
    folder = tmp_path / "run"
    folder.mkdir()
    (folder / "result.json").write_text('{"my": "file"}')
    ran = wardwise("solve", ward, "-m", "highs", "-o", folder)
    assert ran.code == 2
    assert "not written by wardwise" in ran.err
    assert (folder / "result.json").read_text() == '{"my": "file"}'


def test_a_plan_that_is_not_ours_is_refused(wardwise: Command, ward: Path, tmp_path: Path) -> None:
    folder = tmp_path / "run"
    folder.mkdir()
    (folder / "plan.json").write_text("mine")
    assert wardwise("solve", ward, "-m", "highs", "-o", folder).code == 2
    assert (folder / "plan.json").read_text() == "mine"


def test_an_earlier_run_is_replaced_and_other_files_stay(wardwise: Command, ward: Path, tmp_path: Path) -> None:
    folder = tmp_path / "run"
    assert wardwise("solve", ward, "-m", "highs", "-o", folder, "-q").code == 0
    (folder / "notes.txt").write_text("keep me")
    assert wardwise("solve", ward, "-m", "highs", "-o", folder, "-q", "--seed", 8).code == 0
    assert json.loads((folder / "result.json").read_text())["provenance"]["seed"] == 8
    assert (folder / "notes.txt").read_text() == "keep me"
    assert not list(folder.glob(".wardwise-*"))


def test_an_infeasible_ward_is_exit_3_with_reasons(wardwise: Command, ward: Path, tmp_path: Path) -> None:
    text = ward.read_text().replace("{shifts: [E], minimum: 1}", "{shifts: [E], minimum: 9, hard: true}")
    ward.write_text(text)
    ran = wardwise("solve", ward, "-m", "highs", "-o", tmp_path / "run")
    assert ran.code == 3, ran.err
    made = json.loads((tmp_path / "run" / "result.json").read_text())
    assert (made["stop"], made["cost"], made["feasible"]) == ("infeasible", None, False)
    assert made["explanation"]
    assert made["explanation"][0] in ran.out


class Scripted:
    """A method that does what a test tells it."""

    name = "scripted"
    script: Callable[..., Outcome]

    def supports(self, problem: Any) -> bool:
        return True

    def solve(self, problem: Any, **given: Any) -> Outcome:
        return type(self).script(problem, **given)


@pytest.fixture
def scripted(monkeypatch: pytest.MonkeyPatch) -> type[Scripted]:
    monkeypatch.setattr("optimise.driver.get_method", lambda name: Scripted())
    return Scripted


def test_nothing_found_is_exit_1(wardwise: Command, ward: Path, scripted: type[Scripted], tmp_path: Path) -> None:
    scripted.script = lambda problem, **_: Outcome(None, Stop.TIME, Bounds())
    ran = wardwise("solve", ward, "-o", tmp_path / "run")
    assert ran.code == 1
    assert "No feasible plan was found" in ran.out
    made = json.loads((tmp_path / "run" / "result.json").read_text())
    assert (made["cost"], made["gap"], made["stop"]) == (None, None, "stuck")  # it has not used its time


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_stops_writes_and_exits_75(
    wardwise: Command, ward: Path, scripted: type[Scripted], tmp_path: Path, number: int
) -> None:
    plan = optimise.solve(optimise.read(ward, format="native"), HighsMethod()).plan
    seen: list[bool] = []

    def script(problem: Any, *, listen: Any, **_: Any) -> Outcome:
        cost = problem.evaluate(plan).cost
        seen.append(listen(Progress(0.0, cost, -math.inf, plan=plan)))
        os.kill(os.getpid(), number)
        until = time.monotonic() + 20
        while not listen(Progress(0.0, cost, -math.inf)) and time.monotonic() < until:
            time.sleep(0.01)
        return Outcome(plan, Stop.INTERRUPTED, Bounds(cost, -math.inf))

    scripted.script = script
    ran = wardwise("solve", ward, "-o", tmp_path / "run", "--format", "native")
    assert ran.code == 75
    made = json.loads((tmp_path / "run" / "result.json").read_text())
    assert (made["stop"], made["feasible"]) == ("interrupted", True)
    assert seen == [False]
    assert "stopping" in ran.err


def test_a_job_that_brings_nothing_start_after_start_is_not_queued_again(
    wardwise: Command, scripted: type[Scripted], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ward = write_ward(made_ward(5, 1, 3), tmp_path / "made.json")  # plans of it cost something
    plan = optimise.solve(optimise.read(ward), HighsMethod()).plan

    def script(problem: Any, *, listen: Any, **_: Any) -> Outcome:
        cost = problem.evaluate(plan).cost
        os.kill(os.getpid(), signals.pop(0))
        until = time.monotonic() + 20
        while not listen(Progress(0.0, cost, 0.0, plan=plan)) and time.monotonic() < until:
            time.sleep(0.01)
        return Outcome(plan, Stop.INTERRUPTED, Bounds(cost, 0.0, "script", "script"))

    scripted.script = script
    monkeypatch.setenv("SLURM_JOB_ID", "17")
    monkeypatch.setenv("WARDWISE_IDLE_STARTS", "2")
    signals = [signal.SIGUSR1, signal.SIGUSR1, signal.SIGTERM, signal.SIGUSR1]
    files = ("-o", tmp_path / "run", "--checkpoint", tmp_path / "kept", "--resume")
    ran = [wardwise("solve", ward, *files) for _ in range(4)]
    assert [one.code for one in ran] == [75, 75, 75, 0]  # one that is pre-empted is queued again, whatever it brought
    assert [len(one.out.splitlines()) for one in ran[:3]] == [1, 1, 1]
    assert "Nothing new in this start" not in ran[0].out
    assert "Nothing new in this start, as in 2 starts by now" in ran[2].out
    assert "3 starts in a row found no better plan and no better bound" in ran[3].out
    made = json.loads((tmp_path / "run" / "result.json").read_text())
    assert (made["stop"], made["feasible"], len(made["legs"])) == ("stuck", True, 4)
    assert {(leg["cost"], leg["lower_bound"]) for leg in made["legs"]} == {(made["cost"], made["lower_bound"])}


def test_nonsense_for_the_idle_starts_is_refused_before_the_solve(
    wardwise: Command, ward: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("WARDWISE_IDLE_STARTS", "five")
    ran = wardwise("solve", ward)
    assert ran.code == 2
    assert "WARDWISE_IDLE_STARTS: is 'five': a whole number of at least 0" in ran.err


def test_a_plan_that_no_disk_takes_is_said_and_is_no_bad_input(ward: Path, tmp_path: Path) -> None:
    # byte code that does not fit either would be left cut short, and be read by the next test
    run = f"ulimit -f 1; exec {sys.executable} -B -m optimise solve {ward} --method highs --output out --quiet"
    done = subprocess.run(["bash", "-c", run], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == 74, done.stderr
    assert "it stands on standard output" in done.stderr
    assert '"duties"' in done.stdout


def test_ranks_leave_with_one_code_where_no_disk_takes_the_plan(ward: Path, tmp_path: Path) -> None:
    if shutil.which("mpiexec") is None:
        pytest.skip("there is no mpiexec")
    full = tmp_path / "full.py"  # a limit on files would reach MPI's own memory
    full.write_text(
        "import errno, optimise.runs.resultfile as file\n"
        "from optimise.__main__ import main\n"
        "def full(*given, **named): raise OSError(errno.ENOSPC, 'No space left on device')\n"
        "file.write_result = full\n"
        "main()\n"
    )
    command = [
        "mpiexec",
        "-n",
        "2",
        sys.executable,
        full,
        "solve",
        ward,
        "--method",
        "highs",
        "--output",
        "out",
        "--quiet",
    ]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == 74, done.stderr
    assert done.stderr.count("the result lies in") + done.stderr.count("it stands on standard output") == 1
    assert "Abort" not in done.stderr


def test_a_fault_of_ours_is_told_apart(wardwise: Command, ward: Path, scripted: type[Scripted]) -> None:
    def script(problem: Any, **_: Any) -> Outcome:
        raise ZeroDivisionError

    scripted.script = script
    ran = wardwise("solve", ward)
    assert ran.code == 70
    assert "a fault inside wardwise" in ran.err


def test_options_and_limits_reach_the_method(wardwise: Command, ward: Path, scripted: type[Scripted]) -> None:
    got: dict[str, Any] = {}

    def script(problem: Any, **given: Any) -> Outcome:
        got.update(given)
        return Outcome(None, Stop.TIME, Bounds())

    scripted.script = script
    options = ["--option", "depth=3", "--option", "mixer=ring", "--option", "warm=true"]
    wardwise("solve", ward, "-t", 5, "--gap", 0.1, "--iterations", 7, "--threads", 2, "--seed", 9, *options)
    assert got["options"] == {"depth": 3, "mixer": "ring", "warm": True}
    assert got["seed"] == 9
    limits = got["limits"]
    assert (limits.seconds, limits.gap, limits.iterations, limits.threads) == (5, 0.1, 7, 2)


def test_a_start_plan_is_never_made_worse(
    wardwise: Command, ward: Path, scripted: type[Scripted], tmp_path: Path
) -> None:
    problem = optimise.read(ward, format="native")
    plan = optimise.solve(problem, HighsMethod()).plan
    assert plan is not None
    [file] = optimise.write_plan(plan, problem, tmp_path / "given")
    scripted.script = lambda problem, **_: Outcome(None, Stop.TIME, Bounds())
    ran = wardwise("solve", ward, "--start", file, "--json")
    assert ran.code == 0
    assert json.loads(ran.out)["bounds"]["primal_source"] == "start plan"


def test_names_in_square_brackets_are_no_markup(wardwise: Command, ward: Path, tmp_path: Path) -> None:
    ward.write_text(
        ward.read_text()
        .replace("name: Small ward", "name: 'Ward [/A] [red]'")
        .replace("id: L,", "id: '[/L]',")
        .replace("[L]", "['[/L]']")
    )
    ran = wardwise("solve", ward, "--method", "highs", "--time-limit", "10", "--output", tmp_path / "out")
    assert ran.code == 0, ran.err
    assert "Ward [/A] [red]" in ran.out
    ran = wardwise("check", ward, tmp_path / "out/plan.json")
    assert ran.code == 0, ran.err
    assert "cover [/L]" in ran.out
