"""Rows of the fault table that are more than a harm to a run: two runs, damaged checkpoints, and jobs of Slurm."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import hpc.slurm
from tests.benchmarks import faults
from tests.benchmarks.fault_cable import cut_cable
from tests.benchmarks.fault_runs import Failed, launched, small_disk, wait_for
from tests.slurm.cluster import Cluster

__all__ = ["CASES", "slurm"]

Told = dict[str, str]
_cluster: list[Cluster] = []


@contextmanager
def slurm(folder: Path) -> Iterator[dict[str, list[str]]]:
    """A real Slurm of four nodes, and its launchers."""
    folder.mkdir(parents=True, exist_ok=True)
    made = Cluster(folder)
    made.start()
    before = dict(os.environ)
    path = os.pathsep.join((str(Path(sys.executable).parent), before.get("PATH", "")))
    os.environ |= {**made.env, "PATH": path}
    _cluster.append(made)
    try:
        yield {"srun": ["srun", "--mpi=pmi2", "-N2", "-n2"], "sbatch": []}
    finally:
        _cluster.remove(made)
        os.environ.clear()
        os.environ |= before
        made.stop()


def _run(row: faults.Row, instance: Path, launcher: Sequence[str], folder: Path, limit: float = 8.0) -> tuple[int, str]:
    """Exit code and words of a whole run."""
    command = [*launcher, sys.executable, "-m", "optimise", *faults.arguments_of(row, instance, folder, limit)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=240, check=False)
    return done.returncode, " ".join((done.stdout + done.stderr).split())


def _refused(code: int, said: str, words: str) -> Told:
    if code != 2 or words not in said or "Traceback" in said:
        raise Failed(f"exit code {code}: {said[-300:]}")
    return {"code": "2", "remark": f"refused: {words}"}


def two_runs(row: faults.Row, instance: Path, launcher: Sequence[str], folder: Path) -> Told:
    """A second run in the folder is refused, and the first goes on."""
    command = ["-m", "optimise", *faults.arguments_of(row, instance, folder, 300.0)]
    with launched(launcher, command, folder) as run:
        run.until_a_plan()
        told = _refused(*_run(row, instance, launcher, folder), "another run works here")
        run.send(signal.SIGTERM, (0,))
        if (code := run.end(90)) != 75 or not run.has_plan():
            raise Failed(f"the first run left with {code}")
        return {**told, "plan": "yes"}


def truncated(both: bool) -> Callable[..., Told]:
    def case(row: faults.Row, instance: Path, launcher: Sequence[str], folder: Path) -> Told:
        command = ["-m", "optimise", *faults.arguments_of(row, instance, folder, 300.0)]
        kept = folder / "checkpoint"
        with launched(launcher, command, folder) as run:
            wait_for(
                lambda: len(list(kept.glob("best*"))) > 1 or run.process.poll() is not None, 240, "two generations"
            )
            run.send(signal.SIGTERM, (0,))
            run.end(90)
        files = sorted(kept.glob("best*"), key=lambda file: file.stat().st_mtime)
        for file in files if both else files[-1:]:
            os.truncate(file, file.stat().st_size // 2)
        code, said = _run(row, instance, launcher, folder, 400.0 if both else 30.0)
        if both:
            return _refused(code, said, "the checkpoint is damaged")
        if code:
            raise Failed(f"exit code {code}: {said[-300:]}")
        return {"code": "0", "plan": "yes"}

    return case


def read_only(name: str) -> Callable[..., Told]:
    def case(row: faults.Row, instance: Path, launcher: Sequence[str], folder: Path) -> Told:
        with small_disk(folder / name if name else folder, read_only=True):
            return _refused(*_run(row, instance, launcher, folder), "cannot be written")

    return case


def strangers(row: faults.Row, instance: Path, launcher: Sequence[str], folder: Path) -> Told:
    """Tasks that are worlds of their own do not each solve the whole problem."""
    code, said = _run(row, instance, [word.replace("pmi2", "none") for word in launcher], folder)
    return _refused(code, said, "each is an MPI world of its own")


# ---- jobs -----------------------------------------------------------------------------------------------------------
def _queued(row: faults.Row, instance: Path, folder: Path, limit: str = "40", **more: object) -> hpc.slurm.Job:
    asked: dict[str, object] = {"kind": "decompose", "nodes": 2, "ranks": 2, "time": "20", "memory": 0.3, **more}
    return hpc.slurm.submit(instance, folder=folder, arguments=("--time-limit", limit), **asked)  # type: ignore[arg-type]


def _begun(job: hpc.slurm.Job) -> None:
    """Wait for the first plan of a job."""
    wait_for(job.has_result, 200, f"a plan of job {job.job_id}: {job.stdout()[-200:]}")


def _finished(job: hpc.slurm.Job, hurt: float) -> Told:
    """The job must come to its end with a result over several starts."""
    job.wait(300)
    if job.state != "COMPLETED":
        raise Failed(f"job ended as {job.state}: {job.stdout()[-300:]}")
    result, restarts = job.result(), job.states(now=True).restarts
    if not result.feasible or (restarts and len(result.legs) < 2):
        raise Failed(f"{len(result.legs)} legs after {restarts} restarts")
    told = {"code": "0", "seconds": f"{time.monotonic() - hurt:.1f}", "plan": "yes"}
    return {**told, "remark": f"{len(result.legs)} starts, {result.stats.seconds:.0f} s in all"}


def preempted(partition: str) -> Callable[..., Told]:
    def case(row: faults.Row, instance: Path, launcher: Sequence[str], folder: Path) -> Told:
        job = _queued(row, instance, folder, partition=partition, header={"exclusive": True})
        _begun(job)
        hurt = time.monotonic()
        urgent = ("sbatch", "--parsable", "-p", "high", "-N4", "--exclusive", "-o", "/dev/null", "--wrap", "sleep 1")
        _cluster[0].command(*urgent)
        wait_for(lambda: job.states(now=True).restarts, 120, "the preemption")
        return _finished(job, hurt)

    return case


def node_dies(row: faults.Row, instance: Path, launcher: Sequence[str], folder: Path) -> Told:
    job = _queued(row, instance, folder, header={"nodelist": "n3,n4"})
    _begun(job)
    hurt = time.monotonic()
    _cluster[0].kill_node("n4")
    try:
        wait_for(lambda: job.states(now=True).state in ("PENDING", "REQUEUED"), 120, "Slurm to give the node up")
    finally:
        _cluster[0].start_node("n4")
    return _finished(job, hurt)


def controller_away(row: faults.Row, instance: Path, launcher: Sequence[str], folder: Path) -> Told:
    """``fetch`` outlives a controller that does not answer for a while."""
    job = _queued(row, instance, folder, limit="20")
    _begun(job)
    hurt = time.monotonic()
    daemon = int((_cluster[0].folder / "pid" / "slurmctld.pid").read_text(encoding="ascii"))
    fetching = subprocess.Popen(
        [sys.executable, "-m", "optimise", "slurm", "fetch", str(folder)],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    try:
        os.kill(daemon, signal.SIGSTOP)
        time.sleep(25.0)
    finally:
        os.kill(daemon, signal.SIGCONT)
    said, _ = fetching.communicate(timeout=240)
    if fetching.returncode:
        raise Failed(f"fetch left with {fetching.returncode}: {said[-300:]}")
    return {**_finished(job, hurt), "remark": "fetch waited and told the result"}


def stale_folder(row: faults.Row, instance: Path, launcher: Sequence[str], folder: Path) -> Told:
    """A job that fails does not pass an earlier plan off as its own."""
    from hpc.slurm.site import find_site

    job = _queued(row, instance, folder, limit="5")
    job.wait(200)
    broken = find_site("generic").model_copy(update={"launch": "no-such-launcher"})
    second = _queued(row, instance, folder, limit="5", site=broken)
    second.wait(120)
    done = subprocess.run(
        [sys.executable, "-m", "optimise", "slurm", "fetch", str(folder)], capture_output=True, text=True, check=False
    )
    if done.returncode != 1 or "without a finished result" not in done.stderr or done.stdout:
        raise Failed(f"fetch left with {done.returncode}: {(done.stdout + done.stderr)[-300:]}")
    if not (folder / f"before-{job.job_id}" / "result.json").is_file():
        raise Failed("the earlier plan is gone")
    return {"code": "1", "plan": "yes", "remark": "the earlier plan was set aside"}


def study(row: faults.Row, instance: Path, launcher: Sequence[str], folder: Path) -> Told:
    """Tasks that are stopped go on with the next run, and the report is made once all are there."""
    file = folder.with_suffix(".toml")
    body = f'[[instance]]\npath = "{instance}"\n[[method]]\nmethod = "matheuristic"\niterations = 3\n'
    file.write_text(f"seeds = [1, 2, 3, 4]\ntime_limit = 60\n{body}", encoding="utf-8")
    job = hpc.slurm.submit(file, folder=folder, kind="study", parts=2, time="10", memory=0.5)
    wait_for(lambda: list((folder / "cells").glob("*.json")), 200, "the first run of the study")
    hurt = time.monotonic()
    _cluster[0].command("scancel", "--signal=USR1", "--batch", job.job_id)
    job.wait(300)
    if job.state != "COMPLETED" or not (folder / "report.html").is_file():
        raise Failed(f"job ended as {job.state}: {job.stdout()[-300:]}")
    count = len(list((folder / "cells").glob("*.json")))
    if count != 4:
        raise Failed(f"{count} runs of 4")
    return {
        "code": "0",
        "seconds": f"{time.monotonic() - hurt:.1f}",
        "plan": "yes",
        "remark": "4 runs of 4, and the report",
    }


CASES: dict[str, Callable[..., Told]] = {
    "the cable is cut": cut_cable,
    "two runs in one folder": two_runs,
    "newest checkpoint truncated": truncated(False),
    "both checkpoints truncated": truncated(True),
    "read-only disk for checkpoints": read_only("checkpoint"),
    "read-only disk for results": read_only(""),
    "srun and MPI speak different protocols": strangers,
    "preempted": preempted("low"),
    "preempted with grace": preempted("low_grace"),
    "a node dies": node_dies,
    "the controller is away": controller_away,
    "the folder holds another job's result": stale_folder,
    "USR1 before the limit": study,
}
