"""Jobs on a real Slurm: they give the answer of a laptop, and survive what clusters do to them."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from cluster import Cluster

import hpc.slurm
from hpc.slurm import Job
from hpc.slurm.site import find_site
from optimise.capacity.formats.capacity import write_capacity
from optimise.core.checkpoint import StateFile
from optimise.core.errors import WardwiseError
from optimise.generate import ward
from optimise.generate.capacity import capacity
from optimise.roster.formats.native import write_ward
from tests.waiting import wait_for

pytestmark = [pytest.mark.slurm, pytest.mark.timeout(420)]

ROUNDS = 10
WORK = ("--iterations", str(ROUNDS), "--time-limit", "900", "--method", "parallel-search")
WARDWISE = [sys.executable, "-m", "optimise"]
Figure = Callable[[str], None]


@pytest.fixture(scope="module")
def instance(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A small made ward; rounds of neighbourhoods take it some seconds."""
    return write_ward(ward(5, 2, 3), tmp_path_factory.mktemp("instance") / "ward.json")


@pytest.fixture(scope="module")
def long_instance(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A ward that nobody solves within the minute that a test looks at it."""
    return write_ward(ward(20, 4, 3), tmp_path_factory.mktemp("long") / "ward.json")


@pytest.fixture(scope="module")
def answer(instance: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Any, ...]:
    """What an undisturbed local run gives."""
    folder = tmp_path_factory.mktemp("local") / "run"
    subprocess.run([*WARDWISE, "solve", str(instance), *WORK, "-q", "-o", str(folder)], check=True, timeout=300)
    return outcome(folder)


def outcome(folder: Path) -> tuple[Any, ...]:
    """Plan and bound of a finished run."""
    made = json.loads((folder / "result.json").read_text())
    return made["cost"], made["lower_bound"], (folder / made["files"]["native_plan"][0]).read_text()


def queue(instance: Path, folder: Path, *, options: tuple[str, ...] = WORK, **asked: Any) -> Job:
    """Submit a solve over two nodes."""
    shape = {"kind": "decompose", "nodes": 2, "ranks": 2, "time": "20", "memory": 0.3, **asked}
    return hpc.slurm.submit(instance, folder=folder, arguments=options, **shape)


def searching(job: Job) -> Path:
    """Wait until a job has come to its neighbourhoods and done one."""
    state = job.folder / "checkpoint" / "search.state"
    try:
        wait_for(state.exists, 120, "the first checkpoint")
    except AssertionError as error:
        raise AssertionError(f"{error}; {job.states(now=True)}; log:\n{job.stdout()}") from None
    return state


def rounds_kept(job: Job, instance: Path) -> int:
    from optimise.formats.base import read

    kept = StateFile(job.folder / "checkpoint", "search").read(read(instance).digest())
    return 0 if kept is None else int(kept.facts["search"].get("round", 0))


def finish(job: Job, seconds: float = 240) -> None:
    try:
        job.wait(seconds)
    except TimeoutError as error:
        raise AssertionError(f"{error}: {job.states(now=True)}; log:\n{job.stdout()}") from None
    assert job.state == "COMPLETED", job.stdout()


def test_local_mpiexec_and_two_nodes_agree(
    cluster: Cluster, instance: Path, answer: tuple[Any, ...], mpiexec: str, tmp_path: Path, figure: Figure
) -> None:
    job = queue(instance, tmp_path / "nodes")
    two = [mpiexec, "-n", "2", *WARDWISE, "solve", str(instance), *WORK, "-q", "-o", str(tmp_path / "two")]
    subprocess.run(two, check=True, timeout=300)
    assert outcome(tmp_path / "two") == answer
    finish(job)
    assert outcome(job.folder) == answer
    result = job.result()
    assert result.provenance.ranks == 2
    assert result.bounds.primal == answer[0]
    figure(f"same plan and bound: locally, by mpiexec -n 2, by sbatch on two nodes (cost {answer[0]})")


def test_a_curtois_instance_on_two_nodes(cluster: Cluster, benchmarks: Path, tmp_path: Path, figure: Figure) -> None:
    file = benchmarks / "curtois" / "instances" / "Instance2.txt"
    options = ("--iterations", "6", "--time-limit", "600")
    job = queue(file, tmp_path / "nodes", options=options)
    local = [*WARDWISE, "solve", str(file), *options, "--method", "column-generation", "-q"]
    subprocess.run([*local, "-o", str(tmp_path / "local")], check=True, timeout=300)
    finish(job)
    assert outcome(job.folder) == outcome(tmp_path / "local")
    cost, bound, _ = outcome(job.folder)
    figure(f"Curtois Instance2 on two nodes as locally: cost {cost}, bound {bound}")


def test_scenarios_over_two_nodes_as_locally(cluster: Cluster, tmp_path: Path, figure: Figure) -> None:
    file = tmp_path / "trust.json"
    write_capacity(capacity(24, 3, 3, 4, 2, beds=60), file)
    options = ("--iterations", "10", "--time-limit", "600")
    job = queue(file, tmp_path / "nodes", options=options, kind="scenarios")
    local = [*WARDWISE, "solve", str(file), *options, "--method", "benders", "-q", "-o", str(tmp_path / "local")]
    subprocess.run(local, check=True, timeout=300)
    finish(job)
    assert outcome(job.folder) == outcome(tmp_path / "local")
    result = job.result()
    assert result.provenance.ranks == 2
    assert all(spent > 0 for spent in result.stats.phases["recourse"])  # both nodes solved scenarios
    figure(f"24 scenarios by Benders over two nodes as locally: cost {result.cost:.1f}, bound {result.bounds.dual:.1f}")


def test_a_job_stopped_again_and_again_ends_no_worse(
    cluster: Cluster, instance: Path, answer: tuple[Any, ...], tmp_path: Path, figure: Figure
) -> None:
    job = queue(instance, tmp_path / "job")
    kept = [0]
    for stops in (1, 2, 3):
        searching(job)
        reached = kept[-1] + (stops > 1)
        wait_for(lambda least=reached: rounds_kept(job, instance) >= least, 120, "another round")  # type: ignore[misc]
        if job.states(now=True).state == "COMPLETED":
            break
        cluster.command("scancel", "--signal=USR1", job.job_id)
        said = f"checkpoint written; restart {stops}"
        wait_for(lambda text=said: text in job.stdout() or job.states(now=True).state == "COMPLETED", 60, said)  # type: ignore[misc]
        kept.append(rounds_kept(job, instance))
    finish(job)
    stopped = job.states(now=True).restarts
    assert stopped >= 2
    assert kept == sorted(kept)
    assert outcome(job.folder) == answer
    figure(f"stopped {stopped} times after {kept[1:]} rounds of {ROUNDS}: the answer of the uninterrupted run")


def test_a_warning_leads_to_checkpoint_requeue_and_the_same_answer(
    cluster: Cluster, instance: Path, answer: tuple[Any, ...], tmp_path: Path, figure: Figure
) -> None:
    job = queue(instance, tmp_path / "job")
    searching(job)
    time.sleep(2.0)
    sent = time.monotonic()
    cluster.command("scancel", "--signal=USR1", job.job_id)
    wait_for(lambda: "checkpoint written; restart 1" in job.stdout(), 60, "the restart")
    noticed = time.monotonic() - sent
    kept = rounds_kept(job, instance)
    finish(job)
    assert job.states(now=True).restarts == 1
    assert outcome(job.folder) == answer
    figure(
        f"USR1: all ranks stopped and checkpoint written after {noticed:.1f} s; {kept} rounds kept, at most 1 lost; "
        f"requeued and the same answer {time.monotonic() - sent:.0f} s after the signal"
    )


def test_a_pre_empted_job_goes_on(
    cluster: Cluster, instance: Path, answer: tuple[Any, ...], tmp_path: Path, figure: Figure
) -> None:
    job = queue(instance, tmp_path / "low", partition="low", header={"exclusive": True})
    searching(job)
    time.sleep(1.0)
    sent = time.monotonic()
    urgent = cluster.command(
        "sbatch", "--parsable", "-p", "high", "-N4", "--exclusive", "-o", "/dev/null", "--wrap", "sleep 1"
    ).strip()
    wait_for(lambda: "PENDING" in job.states(now=True).state, 60, "the pre-emption")
    noticed = time.monotonic() - sent
    finish(job)
    assert outcome(job.folder) == answer
    assert job.states(now=True).restarts >= 1
    assert urgent.isdigit()
    figure(f"pre-emption: out of the way after {noticed:.1f} s, then the same answer")


def test_a_dead_node_costs_no_more_than_the_time_since_the_last_checkpoint(
    cluster: Cluster, instance: Path, answer: tuple[Any, ...], tmp_path: Path, figure: Figure
) -> None:
    job = queue(instance, tmp_path / "job", header={"nodelist": "n3,n4"})
    searching(job)
    time.sleep(1.0)
    began = time.monotonic()
    cluster.kill_node("n4")
    try:
        wait_for(lambda: job.states(now=True).state in ("PENDING", "REQUEUED"), 90, "Slurm to give the node up")
        noticed = time.monotonic() - began
        kept = rounds_kept(job, instance)
        cluster.start_node("n4")
        finish(job)
    finally:
        cluster.start_node("n4")
    assert outcome(job.folder) == answer
    by = "the script" if "a node no longer answers" in job.stdout() else "Slurm (SlurmdTimeout 8 s)"
    figure(
        f"node death: requeued by {by} after {noticed:.1f} s, {kept} rounds kept, the same answer "
        f"{time.monotonic() - began:.0f} s after the cut"
    )


def test_a_dead_rank_ends_the_job_and_is_named(
    cluster: Cluster, long_instance: Path, tmp_path: Path, figure: Figure
) -> None:
    endless = ("--iterations", "10000", "--time-limit", "900", "--method", "parallel-search")
    job = queue(long_instance, tmp_path / "job", options=endless)
    searching(job)
    victim = wait_for(lambda: _rank_process(cluster, "1"), 30, "rank 1")
    began = time.monotonic()
    os.kill(victim, signal.SIGKILL)
    wait_for(lambda: job.states(now=True).state == "FAILED", 60, "the end of the job")
    ended = time.monotonic() - began
    said = re.search(r"error: rank 1 on (n\d) died of SIGKILL after [\d.]+ s in phase '([a-z ]+)'", job.stdout())
    assert said is not None, job.stdout()
    with pytest.raises(hpc.slurm.JobError, match="rank 1 on n") as error:
        job.result()
    assert error.value.partial is not None, "the plan that was known is lost"
    assert error.value.partial.feasible
    figure(f"dead rank: the job ended after {ended:.1f} s, naming rank, host {said[1]} and phase '{said[2]}'")


def _rank_process(cluster: Cluster, rank: str) -> int | None:
    """The rank itself, not the guard that waits for it: the one whose parent is also of this rank."""
    found = {}
    for folder in Path("/proc").iterdir():
        if folder.name.isdigit():
            try:
                env = (folder / "environ").read_bytes().split(b"\0")
                if f"PMI_RANK={rank}".encode() in env and f"SLURM_CONF={cluster.conf}".encode() in env:
                    stat = (folder / "stat").read_text().rpartition(")")[2].split()
                    found[int(folder.name)] = int(stat[1])
            except OSError:
                continue
    inner = [pid for pid, parent in found.items() if parent in found]
    return inner[0] if inner else None


def test_a_job_goes_on_over_its_time_limit(
    cluster: Cluster, long_instance: Path, tmp_path: Path, figure: Figure
) -> None:
    options = ("--time-limit", "40", "--method", "parallel-search")
    job = queue(long_instance, tmp_path / "job", options=options, time="1", warning=30)
    began = time.monotonic()
    finish(job)
    assert job.states(now=True).restarts >= 1, job.stdout()
    made = json.loads((job.folder / "result.json").read_text())
    assert made["stop"] == "time"
    assert made["seconds"] == pytest.approx(sum(leg["seconds"] for leg in made["legs"]), abs=0.5)
    assert len(made["legs"]) == job.states().restarts + 1
    assert {leg["job"] for leg in made["legs"]} == {job.job_id}
    figure(
        f"time limit of 60 s, 40 s of work: done over {1 + job.states().restarts} jobs in "
        f"{time.monotonic() - began:.0f} s; warned by USR1@30"
    )


def test_a_study_runs_as_an_array_and_is_fetched(cluster: Cluster, instance: Path, tmp_path: Path) -> None:
    study = tmp_path / "study.toml"
    study.write_text(
        f'seeds = [1, 2]\ntime_limit = 60\n[[instance]]\npath = "{instance}"\n'
        '[[method]]\nmethod = "matheuristic"\niterations = 1\n'
    )
    job = hpc.slurm.submit(study, folder=tmp_path / "runs", kind="study", parts=2, time="10", memory=0.5)
    finish(job)
    assert len(job.states(now=True).tasks) == 2
    assert (job.folder / "report.html").exists(), job.stdout()
    fetched = subprocess.run(
        [*WARDWISE, "slurm", "fetch", str(job.folder)], capture_output=True, text=True, check=False, timeout=60
    )
    assert (fetched.returncode, fetched.stdout.strip()) == (0, str(job.folder / "report.html")), fetched.stderr
    cells = [json.loads(f.read_text()) for f in (job.folder / "cells").glob("*.json")]
    assert {cell["seed"] for cell in cells} == {1, 2}
    assert all(cell["status"] == "done" for cell in cells)


def test_a_list_of_wards_is_solved_as_one_array(
    cluster: Cluster, instance: Path, long_instance: Path, tmp_path: Path, figure: Figure
) -> None:
    listing = tmp_path / "wards.txt"
    listing.write_text(f"# two wards\n{instance}\n{long_instance}\n", encoding="utf-8")
    asked: dict[str, Any] = {"kind": "decompose", "nodes": 2, "ranks": 2, "memory": 0.3, "at_once": 1, "array": True}
    job = hpc.slurm.submit(listing, folder=tmp_path / "array", arguments=("--time-limit", "15"), **asked)
    first, second = job.tasks
    wait_for(second.has_result, 200, "a plan of the second ward")
    cluster.command("scancel", "--signal=USR1", second.job_id)
    finish(job)
    fetched = subprocess.run(
        [*WARDWISE, "slurm", "fetch", str(job.folder)], capture_output=True, text=True, check=False, timeout=60
    )
    assert fetched.returncode == 0, fetched.stderr
    assert [line.partition(":")[0] for line in fetched.stdout.splitlines()] == ["0-ward", "1-ward"]
    assert (len(first.result().legs), len(second.result().legs)) == (1, 2)
    assert "restart 1 of at most" in second.stdout()
    assert "restart 1 of at most" not in first.stdout()
    figure("two wards as an array of two nodes each; the second was stopped once and went on")


def test_bad_requests_are_refused_and_nothing_is_queued(cluster: Cluster, instance: Path, tmp_path: Path) -> None:
    before = cluster.command("squeue", "-h", "--states=all", "-o", "%i")
    for said, target, asked in (
        ("no such file", tmp_path / "absent.json", {}),
        ("No such option", instance, {"options": ("--time-limt", "5")}),
        ("unknown method", instance, {"options": ("--method", "magic")}),
        ("iteration limit", instance, {"options": ("--iterations", "0")}),
        ("invalid partition", instance, {"partition": "nowhere"}),
        ("not available", instance, {"nodes": 9, "ranks": 9}),
        ("set by the batch script", instance, {"options": ("--output", "x")}),
        ("cannot use", instance, {"nodes": 4, "ranks": 2}),
        ("does not fit", instance, {"options": ("--time-limit", "99999"), "restarts": 0}),
    ):
        with pytest.raises(WardwiseError, match=said):
            queue(target, tmp_path / "job", **{"options": (), **asked})
    assert cluster.command("squeue", "-h", "--states=all", "-o", "%i") == before
    assert not (tmp_path / "job").exists()


def test_without_mpi_between_them_tasks_refuse_to_solve_alone(cluster: Cluster, instance: Path) -> None:
    command = ["srun", "--mpi=none", "-n2", "-N2", *WARDWISE, "solve", str(instance), "-t", "60"]
    began = time.monotonic()
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 2, done.stderr
    assert "Slurm started 2 tasks, but each is an MPI world of its own" in done.stderr
    assert "--mpi=pmi2" in done.stderr
    assert time.monotonic() - began < 60


def test_ranks_meet_whatever_lies_in_memory(cluster: Cluster) -> None:
    # memory dense with noise around the holes that MPI's address goes into: see find_world
    program = (
        "import os\n"
        "noise = [os.urandom(n) for n in range(520, 1400, 16) for _ in range(400)]\n"
        "noise[::2] = [None] * len(noise[::2])\n"
        "from optimise.core.communicator import find_world\n"
        "world = find_world()\n"
        "assert world.allgather(world.rank) == [0, 1]\n"
    )
    command = ["srun", "--mpi=pmi2", "-n2", "-N2", sys.executable, "-c", program]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, done.stderr


def test_threads_beyond_the_allocation_are_refused(cluster: Cluster, instance: Path) -> None:
    command = ["srun", "--mpi=pmi2", "-n2", "-N2", *WARDWISE, "solve", str(instance), "--threads", "3", "-q"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 2
    assert "submit with --cpus-per-task=3" in done.stderr


def test_the_template_runs_as_it_is(cluster: Cluster, instance: Path, tmp_path: Path) -> None:
    script = find_site("generic") and Path(__file__).resolve().parents[2] / "slurm" / "solve.sbatch"
    sent = subprocess.run(
        ["sbatch", "--parsable", "--mem-per-cpu=300M", str(script), str(instance), "--iterations", "1"],
        capture_output=True, text=True, check=True, timeout=60, cwd=tmp_path,
    )  # fmt: skip
    number = sent.stdout.strip()
    job = Job(number, tmp_path / f"wardwise-{number}")
    finish(job)
    assert json.loads((job.folder / "result.json").read_text())["feasible"]


def test_a_cancelled_job_leaves_its_best_plan(cluster: Cluster, instance: Path, tmp_path: Path) -> None:
    job = queue(instance, tmp_path / "job")
    searching(job)
    job.cancel()
    wait_for(lambda: job.states(now=True).state == "CANCELLED", 60, "the cancellation")
    wait_for((job.folder / "result.json").exists, 30, "the plan")
    made = json.loads((job.folder / "result.json").read_text())
    assert made["stop"] == "interrupted"
    assert made["feasible"]


def test_a_failed_job_never_shows_the_result_of_an_earlier_one(
    cluster: Cluster, instance: Path, tmp_path: Path
) -> None:
    folder = tmp_path / "job"
    first = queue(instance, folder)
    finish(first)
    assert first.result().feasible
    broken = find_site("generic")
    broken = broken.model_copy(update={"launch": "no-such-launcher"})
    second = queue(instance, folder, site=broken)
    second.wait(120)
    assert second.states(now=True).state == "FAILED"
    assert isinstance(second.exception(), hpc.slurm.JobError)
    with pytest.raises(hpc.slurm.JobError, match="without a finished result"):
        second.result()
    assert (folder / f"before-{first.job_id}" / "result.json").is_file()
    assert "no-such-launcher" in second.stdout()
    assert "no-such-launcher" not in first.stdout()
