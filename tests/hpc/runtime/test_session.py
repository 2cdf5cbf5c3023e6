"""One solve: what it takes, when it ends, why, what it tells and keeps; alone and over ranks."""

from __future__ import annotations

import math
from pathlib import Path

import pytest

from hpc.runtime.session import Session
from optimise.core.errors import InputError
from optimise.core.method import Limits, Progress, SerialComm
from optimise.core.result import FROM_CHECKPOINT, Bounds, Plan, Stop


class Number:
    """A plan that is a number."""

    kind = "number"

    def __init__(self, value: float) -> None:
        self.value = value


class Solve(Session[float]):
    """A session whose best is a number."""

    def plan(self) -> Plan | None:
        return Number(float(getattr(self.best, "value", self.best or 0.0)))


class Second(SerialComm):
    """Rank 1 of two, to which rank 0 sends what it holds."""

    rank, size = 1, 2

    def __init__(self, sent: object) -> None:
        self.sent = sent

    def bcast(self, obj: object, root: int = 0) -> object:
        return self.sent


class Ears:
    """A listener that remembers what it was told and asks to stop when told to."""

    def __init__(self) -> None:
        self.heard: list[Progress] = []
        self.answer = self.stopping = False

    def __call__(self, progress: Progress) -> bool:
        self.heard.append(progress)
        return self.answer


def made(
    ears: Ears | None = None, limits: Limits | None = None, grid: float = 0.0, comm: SerialComm | None = None
) -> Solve:
    ears = ears or Ears()
    return Solve(limits or Limits(100.0), 0, comm or SerialComm(), ears, name="test", source="a bound", grid=grid)


def test_only_what_is_cheaper_is_taken_and_told() -> None:
    ears = Ears()
    solve = made(ears)
    assert solve.take(5.0, 5.0, "first")
    assert not solve.take(6.0, 6.0, "worse")
    assert not solve.take(7.0, 5.0, "as good")
    assert [(p.event, p.primal) for p in ears.heard] == [("first", 5.0)]
    assert (solve.best, solve.cost) == (5.0, 5.0)


def test_bounds_rise_on_the_grid_and_bring_their_source() -> None:
    ears = Ears()
    solve = made(ears, grid=5.0)
    assert solve.rise(11.0, "one")
    assert not solve.rise(14.0, "the same on the grid")
    assert solve.rise(16.0, "two", "another bound")
    assert [(p.event, p.dual) for p in ears.heard] == [("one", 15.0), ("two", 20.0)]
    solve.take(30.0, 30.0)
    assert solve.outcome().bounds == Bounds(30.0, 20.0, "test", "another bound")


def test_a_plan_that_breaks_rules_is_kept_but_neither_told_nor_returned() -> None:
    ears = Ears()
    solve = made(ears)
    solve.take(5.0, 5.0, "broken", feasible=False)
    assert (ears.heard[0].primal, ears.heard[0].plan) == (math.inf, None)
    outcome = solve.outcome()
    assert (outcome.plan, outcome.bounds.primal, outcome.stop) == (None, math.inf, Stop.STUCK)


@pytest.mark.parametrize("cost", [1e-9, 3.0, 1e7])
def test_optimal_means_what_the_result_calls_closed(cost: float) -> None:
    for apart in (0.5e-6, 2e-6):
        solve = made()
        solve.take(cost, cost)
        solve.rise(cost - apart * max(1.0, cost))
        closed = Bounds(cost, solve.bound).closed
        assert solve.closed is closed is (apart < 1e-6)
        assert solve.finished() is closed
        assert (solve.stop is Stop.OPTIMAL) is closed


def test_why_it_stopped() -> None:
    def stop(cost: float = 10.0, bound: float = -math.inf, done: int = 0, **limits: float) -> Stop:
        solve = made(limits=Limits(**{"seconds": 100.0, **limits}))  # type: ignore[arg-type]
        if cost < math.inf:
            solve.take(cost, cost)
        solve.rise(bound)
        solve.done = done
        return solve.stop

    assert stop(bound=math.inf, cost=math.inf) is Stop.INFEASIBLE
    assert stop(bound=10.0) is Stop.OPTIMAL
    assert stop(bound=9.0, gap=0.2) is Stop.GAP
    assert stop(target=10.0) is Stop.GAP
    assert stop(done=3, iterations=3) is Stop.ITERATIONS
    assert stop(seconds=1e-9) is Stop.TIME
    assert stop(bound=9.0) is Stop.ITERATIONS  # it came to its end by itself
    assert stop(cost=math.inf) is Stop.STUCK


@pytest.mark.parametrize("how", ["answer", "stopping"])
def test_who_asks_to_stop_is_heard(how: str) -> None:
    ears = Ears()
    solve = made(ears)
    assert not solve.over()
    setattr(ears, how, True)
    solve.take(5.0, 5.0, "a plan")
    assert solve.over()
    assert solve.outcome().stop is Stop.INTERRUPTED


def test_rank_0_decides_when_all_leave() -> None:
    solve = made(comm=Second((True, True)))
    assert solve.agree(False)
    assert solve.stopped
    solve = made(comm=Second((3.0, "rank 0's", False)))
    solve.stopped = True
    solve.agree_on_bound()
    assert (solve.bound, solve.source, solve.stopped) == (3.0, "rank 0's", False)


def test_other_ranks_tell_and_keep_nothing(tmp_path: Path) -> None:
    ears = Ears()
    solve = made(ears, comm=Second(None))
    solve.checkpoint = tmp_path
    solve.take(5.0, 5.0, "a plan")
    solve.keep(lambda folder: pytest.fail("written"), force=True)
    assert not ears.heard


def test_the_state_is_written_now_and_then_or_by_force(tmp_path: Path) -> None:
    solve, written = made(), []
    solve.keep(written.append, force=True)
    assert not written  # there is no folder
    solve.checkpoint = tmp_path
    solve.keep(written.append)
    assert not written
    solve.keep(written.append, force=True)
    assert written == [tmp_path]


def test_a_bound_of_a_checkpoint_is_told_as_such_and_may_not_exceed_the_cost(tmp_path: Path) -> None:
    solve = made()
    solve.resumed_bound = 4.0
    solve.rise(4.0)
    solve.take(6.0, 6.0)
    assert solve.outcome().bounds.dual_source.startswith(FROM_CHECKPOINT)
    solve.take(3.0, 3.0)
    with pytest.raises(InputError, match="the checkpoint says 4"):
        solve.outcome()


def test_a_search_inside_is_heard_and_passed_on() -> None:
    ears = Ears()
    solve = made(ears)
    plan = Number(5.0)
    assert not solve.hear(Progress(0.0, 5.0, 2.0, "inner", 7.0, plan))
    assert (solve.best, solve.cost, solve.bound) == (plan, 5.0, 2.0)
    assert (ears.heard[0].event, ears.heard[0].work) == ("inner", 7.0)
    ears.answer = True
    assert solve.hear(Progress(0.0, 6.0, 1.0, "inner"))
    assert ears.heard[1].primal == 5.0


def test_ranks_are_free_where_the_clock_ends_the_run_and_messages_need_no_waiting() -> None:
    class Talking(Second):
        def issend(self) -> None: ...
        def improbe(self) -> None: ...

    assert made(comm=Talking(None)).free
    assert not made(comm=Talking(None), limits=Limits(100.0, iterations=3)).free
    assert not made(comm=Second(None)).free
    assert not made().free
