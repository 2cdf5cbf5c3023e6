"""Legs: which job and which start this is."""

from __future__ import annotations

from optimise.core.leg import job_here, restart_here


def test_a_job_is_named_as_its_card_names_it() -> None:
    assert job_here({"SLURM_JOB_ID": "18", "SLURM_ARRAY_JOB_ID": "17", "SLURM_ARRAY_TASK_ID": "3"}) == "17_3"
    assert job_here({"SLURM_JOB_ID": "18"}) == "18"
    assert job_here({"LSB_JOBID": "9"}) == "9"
    assert job_here({}) == ""


def test_restarts_are_counted_by_the_scheduler() -> None:
    assert restart_here({"SLURM_RESTART_COUNT": "2"}) == 2
    assert restart_here({}) == 0
