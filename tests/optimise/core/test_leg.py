"""Legs: which job and which start this is."""

from __future__ import annotations

import pytest

from optimise.core.leg import Leg, idle_starts, job_here, restart_here


def start(cost: float, lower_bound: float, job: str = "17") -> Leg:
    return Leg(job=job).ended(1.0, 1.0, cost, lower_bound)


def test_a_job_is_named_as_its_card_names_it() -> None:
    assert job_here({"SLURM_JOB_ID": "18", "SLURM_ARRAY_JOB_ID": "17", "SLURM_ARRAY_TASK_ID": "3"}) == "17_3"
    assert job_here({"SLURM_JOB_ID": "18"}) == "18"
    assert job_here({"LSB_JOBID": "9"}) == "9"
    assert job_here({}) == ""


def test_restarts_are_counted_by_the_scheduler() -> None:
    assert restart_here({"SLURM_RESTART_COUNT": "2"}) == 2
    assert restart_here({}) == 0


@pytest.mark.parametrize(
    ("legs", "idle"),
    [
        ((), 0),
        ((start(9, 1),), 0),
        ((start(9, 1), start(9, 1)), 1),
        ((start(9, 1), start(9, 2)), 0),
        ((start(9, 1), start(8, 1), start(8, 1), start(8, 1)), 2),
        ((start(9, 1), start(9 - 1e-12, 1)), 1),
        ((start(9, 1), start(9, 1, "18")), 1),
        ((start(9, 1), start(9, 1), start(9, 1, "18")), 1),  # starts of another job are none of this one's
        ((start(9, 1, ""), start(9, 1, "")), 0),  # no job
        ((Leg(job="17"), Leg(job="17")), 2),  # nothing known at all
    ],
)
def test_starts_that_found_nothing_are_counted_from_the_last(legs: tuple[Leg, ...], idle: int) -> None:
    assert idle_starts(legs) == idle


def test_a_leg_is_read_as_it_was_written_and_one_of_an_older_version_knows_less() -> None:
    made = Leg("2026-01-05", hosts=("n1", "n2"), job="17").ended(2.0, 3.0, lower_bound=4.0)
    assert made.plain()["cost"] is None
    assert Leg.read(made.plain()) == made
    old = {k: v for k, v in made.plain().items() if k not in ("cost", "lower_bound")}
    assert Leg.read(old) == Leg("2026-01-05", 2.0, 3.0, hosts=("n1", "n2"), job="17")
