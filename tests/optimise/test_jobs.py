"""Jobs: progress, finish, cancel and result; in threads, with asyncio, in pools of processes and after a fork."""

from __future__ import annotations

import asyncio
import multiprocessing
import os
import pickle
import threading
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from typing import Any

import pytest

import optimise
from optimise.core.errors import InputError, UnsupportedError, WardwiseError
from optimise.core.method import Limits, Outcome, Progress, stopping
from optimise.core.passed import passed
from optimise.core.problem import Problem
from optimise.core.result import Bounds, Stop
from optimise.generate import ward
from optimise.jobs import Cancelled, Job, StillRunning, submit
from optimise.roster.problem import RosterProblem

pytestmark = pytest.mark.quick

LIMITS = Limits(seconds=60)


class Patient:
    """A method that tells of two bounds and then works until it is asked to stop."""

    name = "patient"

    def supports(self, problem: Problem) -> bool:
        return True

    def solve(self, problem: Problem, *, limits: Limits, listen: Any, **others: Any) -> Outcome:
        for bound in (1.0, 2.0):
            listen(Progress(0.0, float("inf"), bound, "step"))
        pause = threading.Event()
        for _ in range(int(limits.seconds * 100)):
            if stopping(listen):
                return Outcome(None, Stop.INTERRUPTED, Bounds(dual=2.0))
            pause.wait(0.01)
        return Outcome(None, Stop.TIME, Bounds(dual=2.0))


@pytest.fixture(scope="module")
def small() -> RosterProblem:
    return ward(4, days=7, seed=1).problem()


def cost_of(problem: RosterProblem) -> float:
    return submit(problem, "highs", limits=LIMITS).result(60).cost


def test_a_job_says_how_it_goes_and_gives_its_result(small: RosterProblem) -> None:
    job = submit(small, "highs", limits=LIMITS)
    told = list(job)
    assert job.done
    assert told
    assert job.latest is told[-1]
    assert [p.event for p in job] == [p.event for p in told]  # from the beginning, for whoever comes later
    assert job.result().cost == optimise.solve(small, "highs", limits=LIMITS).cost
    assert not job.cancel()
    assert job.result().proven


def test_it_stops_when_it_is_asked_to_and_keeps_what_is_known(small: RosterProblem) -> None:
    job = submit(small, Patient(), limits=LIMITS)
    with pytest.raises(StillRunning, match=r"within 0\.01 s"):
        job.result(0.01)
    assert [next(progress).dual for progress in [iter(job)] for _ in range(2)] == [1.0, 2.0]
    job.finish()
    made = job.result(30)
    assert (made.stop, made.bounds.dual, made.plan) == (Stop.INTERRUPTED, 2.0, None)
    assert not job.cancelled


def test_a_cancelled_job_has_no_result(small: RosterProblem) -> None:
    job = submit(small, Patient(), limits=LIMITS)
    assert job.cancel()
    assert job.cancel()
    with pytest.raises(Cancelled):
        job.result(30)
    with submit(small, Patient(), limits=LIMITS) as left:
        pass
    assert left.done
    assert left.cancelled


def test_what_the_solve_raises_comes_out_of_the_result(small: RosterProblem) -> None:
    job = submit(small, "no such method")
    assert list(job) == []
    with pytest.raises(UnsupportedError, match="unknown method"):
        job.result(30)
    with pytest.raises(InputError):
        submit(optimise.Ward.model_construct(**{**ward(4, days=7, seed=1).__dict__, "weeks": 2, "days": 7}))


def test_asyncio_goes_on_beside_it(small: RosterProblem) -> None:
    async def both() -> tuple[list[float], int, float]:
        job, ticks = submit(small, Patient(), limits=LIMITS), 0
        bounds = []
        async for progress in job:
            bounds.append(progress.dual)
            ticks += 1
            if len(bounds) == 2:
                job.finish()
        made = await job
        other = await submit(small, "highs", limits=LIMITS)
        return bounds, ticks, other.cost + (made.plan is not None)

    bounds, ticks, cost = asyncio.run(both())
    assert (bounds, ticks) == ([1.0, 2.0], 2)
    assert cost == cost_of(small)


def test_an_awaited_job_that_was_cancelled_says_so(small: RosterProblem) -> None:
    async def awaited() -> None:
        job = submit(small, Patient(), limits=LIMITS)
        asyncio.get_running_loop().call_later(0.05, job.cancel)
        await job

    with pytest.raises(Cancelled):
        asyncio.run(awaited())


def test_many_jobs_run_side_by_side(small: RosterProblem) -> None:
    with ThreadPoolExecutor(4) as pool:
        costs = list(pool.map(cost_of, [small] * 4))
    assert len(set(costs)) == 1


def test_a_pool_of_processes_that_was_forked_solves_too(small: RosterProblem) -> None:
    here = cost_of(small)  # what the solver has started here is not there in the child
    with ProcessPoolExecutor(1, mp_context=multiprocessing.get_context("fork")) as pool:
        assert pool.submit(cost_of, small).result(120) == here


@pytest.mark.skipif(not hasattr(os, "fork"), reason="no fork here")
def test_a_copy_in_a_forked_process_says_that_it_does_not_run_there(small: RosterProblem) -> None:
    job: Job[Any] = submit(small, Patient(), limits=LIMITS)
    child = os.fork()
    if child == 0:
        try:
            job.result(1)
        except WardwiseError as error:
            os._exit(0 if "not in this one" in str(error) else 1)
        os._exit(2)
    assert os.waitpid(child, 0)[1] == 0
    with pytest.raises(WardwiseError, match="stays in the process"):
        pickle.dumps(job)
    job.cancel()


@pytest.mark.parametrize("elapsed", [0.0, 2.0])
def test_a_stretch_of_time_without_length_has_passed(elapsed: float) -> None:
    assert passed(elapsed, 0.0) == 1.0
    assert passed(elapsed, 4.0) == elapsed / 4.0
