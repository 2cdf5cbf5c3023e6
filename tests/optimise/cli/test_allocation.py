"""What the scheduler gave, against what was asked for; and the last words of a rank."""

from __future__ import annotations

import signal
from pathlib import Path

import pytest

from optimise.cli.allocation import check_allocation, memory_limit, tasks_per_node
from optimise.cli.guard import last_words
from optimise.core.communicator import announced_size
from optimise.core.errors import WardwiseError
from optimise.core.method import SerialComm

STEP = {"SLURM_JOB_ID": "1", "SLURM_STEP_ID": "0"}


@pytest.mark.parametrize(("text", "most"), [("", 0), ("4", 4), ("2(x3),1", 2), ("1,3(x2)", 3)])
def test_tasks_per_node_as_slurm_writes_them(text: str, most: int) -> None:
    assert tasks_per_node(text) == most


def test_more_threads_than_cpus_of_the_allocation_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in {**STEP, "SLURM_CPUS_PER_TASK": "2"}.items():
        monkeypatch.setenv(name, value)
    check_allocation(SerialComm(), 2, warn=pytest.fail)
    with pytest.raises(WardwiseError, match="--cpus-per-task=3"):
        check_allocation(SerialComm(), 3, warn=pytest.fail)


def test_without_cpus_per_task_the_nodes_cpus_are_shared(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("SLURM_CPUS_PER_TASK", raising=False)
    for name, value in {**STEP, "SLURM_CPUS_ON_NODE": "4", "SLURM_STEP_TASKS_PER_NODE": "2(x2)"}.items():
        monkeypatch.setenv(name, value)
    check_allocation(SerialComm(), 2, warn=pytest.fail)
    with pytest.raises(WardwiseError, match="2 CPUs"):
        check_allocation(SerialComm(), 3, warn=pytest.fail)


def test_outside_slurm_too_many_threads_are_a_warning(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("SLURM_JOB_ID", raising=False)
    said: list[str] = []
    check_allocation(SerialComm(), 10_000, warn=said.append)
    assert len(said) == 1
    assert "share" in said[0]


def test_the_least_of_all_memory_limits_counts(tmp_path: Path) -> None:
    gib = 2**30
    assert memory_limit({}, tmp_path) is None
    assert memory_limit({"SLURM_MEM_PER_NODE": "4096", "SLURM_TASKS_PER_NODE": "2(x2)"}, tmp_path) == 2 * gib
    assert memory_limit({**STEP, "SLURM_MEM_PER_CPU": "1024", "SLURM_CPUS_PER_TASK": "3"}, tmp_path) == 3 * gib
    (tmp_path / "memory.max").write_text(f"{gib}\n")
    assert memory_limit({"SLURM_MEM_PER_NODE": "4096"}, tmp_path) == gib
    (tmp_path / "memory.max").write_text("max\n")
    assert memory_limit({}, tmp_path) is None


def test_last_words_name_rank_host_phase_and_cause(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("SLURMD_NODENAME", raising=False)
    text = last_words(3, "n2", -signal.SIGKILL, "pricing", 12.34)
    assert text.startswith("error: rank 3 on n2 died of SIGKILL after 12.3 s in phase 'pricing'")
    assert "out of memory?" in text
    assert "left with code 9" in last_words(0, "n1", 9, "master", 1.0)


def test_inside_a_step_the_step_tells_the_size() -> None:
    assert announced_size({**STEP, "SLURM_NTASKS": "8", "SLURM_STEP_NUM_TASKS": "4"}) == 4
    assert announced_size({**STEP, "SLURM_NTASKS": "8", "PMI_SIZE": "1"}) == 1
