"""A job and its folder: whose result lies there, whose log, and a controller that is away for a while."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import pytest
from typer.testing import CliRunner

from hpc.slurm import Job, queue
from hpc.slurm import job as module
from hpc.slurm.card import write_card
from hpc.slurm.cli import app
from hpc.slurm.energy import note_energy
from hpc.slurm.job import JobError, NotEndedError
from hpc.slurm.submission import _set_aside
from optimise import read, solve
from optimise.core.leg import Leg
from optimise.core.method import Limits
from optimise.core.result import Result
from optimise.core.serialise import Source
from optimise.generate import ward
from optimise.roster.formats.native import write_ward
from optimise.runs.resultfile import read_result, write_result
from optimise.runs.writer import GOING_ON


@pytest.fixture(scope="module")
def instance(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_ward(ward(5, 1, 3), tmp_path_factory.mktemp("ward") / "ward.json")


@pytest.fixture(scope="module")
def found(instance: Path) -> Result:
    return solve(read(instance), "highs", limits=Limits(60.0, gap=0.5))


def left(found: Result, instance: Path, folder: Path, job: str, *explanation: str, restart: int = 0) -> None:
    """A result as a job of this id has written it."""
    made = dataclasses.replace(found, legs=(Leg(job=job, restart=restart),), explanation=explanation)
    write_result(made, read(instance), folder, source=Source(str(instance)))


def ended(monkeypatch: pytest.MonkeyPatch, state: str, restarts: int = 0) -> None:
    monkeypatch.setattr(queue, "states", lambda job: queue.States({job: state}, restarts=restarts))


def test_a_result_of_another_job_is_none_of_this_one(
    found: Result, instance: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    left(found, instance, tmp_path, "16")
    ended(monkeypatch, "FAILED")
    job = Job("17", tmp_path)
    assert not job.has_result()
    with pytest.raises(JobError, match=r"FAILED without a finished result; the result in .* is not of this job"):
        job.result()


def test_a_job_whose_disk_was_full_says_where_its_plan_is(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    ended(monkeypatch, "FAILED")
    said = "error: out/trace.csv: cannot be written (No space left on device); the result lies in /tmp/w-x/ on n1"
    (tmp_path / "job-17.out").write_text(f"3.0 s  cost 59\n{said}\nsrun: error: n1: task 0: Exited with exit code 74\n")
    monkeypatch.setattr(Job, "stdout", lambda self: (tmp_path / "job-17.out").read_text())
    with pytest.raises(JobError, match=r"job 17 found a plan: .*the result lies in /tmp/w-x/ on n1$") as error:
        Job("17", tmp_path).result()
    assert error.value.exit_code == 74


def test_a_job_that_ended_well_gives_its_own_result(
    found: Result, instance: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    left(found, instance, tmp_path, "17")
    ended(monkeypatch, "COMPLETED")
    job = Job("17", tmp_path)
    assert job.result().cost == found.cost
    assert job.exception() is None
    assert job.remark() == ""


def test_what_a_lost_job_had_found_comes_with_the_error(
    found: Result, instance: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    left(found, instance, tmp_path, "17", GOING_ON)
    ended(monkeypatch, "NODE_FAIL")
    error = Job("17", tmp_path).exception()
    assert error is not None
    assert error.partial is not None
    assert error.partial.cost == found.cost


def test_a_result_of_an_earlier_start_says_so(
    found: Result, instance: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    left(found, instance, tmp_path, "17", restart=1)
    ended(monkeypatch, "TIMEOUT", restarts=2)
    assert Job("17", tmp_path).remark() == (
        "job 17 ended as TIMEOUT; this is what it had written by then (start 2 of 3)"
    )


def test_the_log_is_that_of_this_job_and_tasks_stand_in_order(tmp_path: Path) -> None:
    for name in ("job-4.log", "job-21.log", "job-7-2.log", "job-7-10.log"):
        (tmp_path / name).write_text(f"{name}\n")
    assert Job("4", tmp_path).stdout() == "job-4.log\n"
    assert Job("7", tmp_path, "study").stdout() == "job-7-2.log\njob-7-10.log\n"


@pytest.mark.parametrize("state", ["PREEMPTED", "REVOKED", "NODE_FAIL"])
def test_final_states_are_final(state: str, monkeypatch: pytest.MonkeyPatch) -> None:
    ended(monkeypatch, state)
    assert Job("17", ".").done()


def test_a_silent_controller_is_asked_again_with_growing_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []
    pauses: list[float] = []

    def silent_at_first(job: str) -> queue.States:
        asked.append(job)
        if len(asked) < 4:
            raise queue.SilentError("Unable to contact slurm controller (connect failure)")
        return queue.States({job: "COMPLETED"})

    monkeypatch.setattr(queue, "states", silent_at_first)
    monkeypatch.setattr(module.time, "sleep", pauses.append)
    monkeypatch.setenv("WARDWISE_SLURM_POLL", "1")
    Job("17", ".").wait()
    assert len(asked) == 4
    assert pauses == [2.0, 4.0, 8.0]


def test_a_controller_that_stays_silent_is_no_bad_input(monkeypatch: pytest.MonkeyPatch) -> None:
    def silent(job: str) -> queue.States:
        raise queue.SilentError("Socket timed out on send/recv operation")

    monkeypatch.setattr(queue, "states", silent)
    monkeypatch.setattr(module.time, "sleep", lambda _: None)
    with pytest.raises(queue.SilentError) as error:
        Job("17", ".").wait()
    assert error.value.exit_code == 1


def test_a_solve_that_found_no_plan_was_not_lost(
    found: Result, instance: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    left(found, instance, tmp_path, "17")
    ended(monkeypatch, "FAILED")  # Slurm's word for any exit code but 0
    assert Job("17", tmp_path).remark() == ""
    left(found, instance, tmp_path, "17", GOING_ON)
    assert "ended as FAILED" in Job("17", tmp_path).remark()
    with pytest.raises(JobError) as error:
        Job("17", tmp_path).result()
    assert error.value.exit_code == 4


def test_a_job_that_goes_on_has_a_code_of_its_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_card(tmp_path, job_id="17", kind="solve")
    ended(monkeypatch, "RUNNING")
    done = CliRunner().invoke(app, ["fetch", str(tmp_path), "--no-wait"])
    assert isinstance(done.exception, NotEndedError)
    assert done.exception.exit_code == 5


def test_an_earlier_result_is_set_aside_under_its_own_job(found: Result, instance: Path, tmp_path: Path) -> None:
    left(found, instance, tmp_path, "16")
    write_card(tmp_path, job_id="16", kind="solve")
    (tmp_path / "job-16.log").write_text("kept\n")
    _set_aside(tmp_path, "16")
    assert not (tmp_path / "result.json").exists()
    assert (tmp_path / "before-16" / "result.json").is_file()
    assert (tmp_path / "job-16.log").is_file()


def test_energy_lands_in_the_legs_of_the_job(
    found: Result, instance: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    left(found, instance, tmp_path, "17", restart=1)
    monkeypatch.setattr(queue, "energy", lambda job: [10.0, 32.0])
    assert note_energy(Job("17", tmp_path)) == 42.0
    assert [leg.energy for leg in read_result(tmp_path).legs] == [32.0]


def test_tasks_of_an_array_have_states_logs_and_results_of_their_own(
    found: Result, instance: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_card(tmp_path, job_id="17", kind="solve", tasks=["0-a", "1-b"])
    for number in (0, 1):
        (tmp_path / f"job-17-{number}.log").write_text(f"log {number}\n", encoding="utf-8")
    left(found, instance, tmp_path / "0-a", "17_0")
    told = queue.States({"17_0": "COMPLETED", "17_1": "FAILED"})
    monkeypatch.setattr(queue, "states", lambda job: told)
    monkeypatch.setattr(queue, "energy", lambda job: [])
    first, second = Job.find(tmp_path).tasks
    assert (first.state, second.state) == ("COMPLETED", "FAILED")
    assert (first.stdout(), second.stdout()) == ("log 0\n", "log 1\n")
    done = CliRunner().invoke(app, ["fetch", str(tmp_path)])
    assert done.exit_code == 1
    assert [line.partition(":")[0] for line in done.stdout.splitlines()] == ["0-a", "1-b"]
    assert "job 17_1 ended as FAILED" in done.stdout


def test_a_task_that_the_queue_forgets_keeps_its_end(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_card(tmp_path, job_id="17", kind="solve", tasks=["0-a", "1-b"])
    said = iter([{"17_0": "FAILED", "17_1": "RUNNING"}, {"17_1": "COMPLETED"}])
    monkeypatch.setattr(queue, "states", lambda job: queue.States(next(said)))
    job = Job.find(tmp_path)
    job.states(now=True)
    job.states(now=True)
    assert [task.state for task in job.tasks] == ["FAILED", "COMPLETED"]
