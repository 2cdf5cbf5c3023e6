"""A service whose jobs go to a real Slurm: each waits in its queue, runs on a node, and is stopped there."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from cluster import Cluster

from optimise.generate import ward
from optimise.roster.formats.native import write_ward
from optimise.serve.client import Client
from tests.waiting import wait_for

pytestmark = [pytest.mark.slurm, pytest.mark.timeout(420)]


@pytest.fixture(scope="module")
def client(cluster: Cluster, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Client]:
    """A client of a service on the login node."""
    place = tmp_path_factory.mktemp("served")
    command = [sys.executable, "-m", "optimise", "serve", "--data", str(place / "jobs"), "--port", "0"]
    command += ["--srun", "--nodelist=n1", "--memory", "1", "--workers", "2"]
    with (place / "log").open("w") as said:
        served = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=said, text=True)
    try:
        assert served.stdout is not None
        address = served.stdout.readline().split()[3]
        with Client(address, served.stdout.readline().split()[-1]) as made:
            yield made
    finally:
        served.terminate()
        served.wait(60)
        assert served.stdout is not None
        served.stdout.close()


def queued(cluster: Cluster, job: str) -> str:
    """State and nodes of the job's work in the queue of Slurm; empty when it is not there."""
    return cluster.command("squeue", "-h", "-o", "%T %N", f"--name=wardwise-{job}").strip()


def test_a_job_runs_on_a_node_and_its_result_comes_back(cluster: Cluster, client: Client, tmp_path: Path) -> None:
    job = client.submit(write_ward(ward(5, 1, 3), tmp_path / "ward.json"), seconds=60)
    seen: set[str] = set()

    def ended() -> bool:
        seen.add(queued(cluster, job))
        return str(client.job(job)["state"]) == "finished"

    wait_for(ended, 240, "the end of the job")
    assert "RUNNING n1" in seen
    result = client.result(job)
    assert result["feasible"]
    assert result["legs"][-1]["hosts"] == ["n1"]
    assert queued(cluster, job) == ""


def test_a_job_is_finished_early_with_its_plan_and_leaves_the_queue(
    cluster: Cluster, client: Client, tmp_path: Path
) -> None:
    file = write_ward(ward(20, 4, 3), tmp_path / "long.json")
    job = client.submit(file, seconds=900, method="parallel-search")
    next(event for event in client.watch(job) if event.get("cost") is not None)
    client.finish(job)
    wait_for(lambda: client.job(job)["state"] == "finished", 120, "the end")
    assert client.result(job)["feasible"]
    wait_for(lambda: queued(cluster, job) == "", 60, "an empty queue")
