"""The search without rounds: what ranks find comes together, and all leave together."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from hpc_cases import small
from thread_comm import TalkingComm, ThreadComm, together

from hpc.column_generation.column import Column
from hpc.column_generation.free_search import FreeSearch, _Plan
from hpc.column_generation.incumbent import Incumbent, construct, descend
from hpc.column_generation.run import Run
from hpc.column_generation.search_method import ParallelSearchMethod
from optimise.core.method import Limits, Outcome
from optimise.core.result import Stop

PROBLEM = small(11, people=8, days=14)
OPTIONS = {"anneal_share": 0.01, "tuning.search.whole": 0}


class Ears:
    """A listener that may be asked to stop, and asks so once it has heard of a plan."""

    def __init__(self, asks: bool = False) -> None:
        self.asks, self.stopping = asks, False

    def __call__(self, progress: object) -> bool:
        return False


def solved(size: int, limits: Limits, asked: int | None = None, **tuning: object) -> list[Outcome[Any]]:
    def rank(comm: TalkingComm) -> Outcome[Any]:
        ears = Ears()
        ears.stopping = comm.rank == asked
        return ParallelSearchMethod().solve(
            PROBLEM, limits=limits, seed=5, comm=comm, listen=ears, options={**OPTIONS, **tuning}
        )

    return together(size, rank, TalkingComm)


def prepared(comm: ThreadComm | None = None) -> tuple[FreeSearch, Run]:
    """A search from a first plan, before it has begun."""
    run = Run(PROBLEM, Limits(60), 0, comm or ThreadComm(SimpleNamespace(size=2), 0), Ears(), None, {}, "test")  # type: ignore[arg-type]
    run.settle(construct(run.cover, run.pricer, list(range(8)), run.penalty))
    assert run.incumbent is not None
    search = FreeSearch(run.incumbent, run.pricer, run.comm, duals=None, seed=0, timers=run.timers)
    sent: list[Any] = []
    search.post = SimpleNamespace(
        peers=(1,), links=(1,), send=lambda message, ranks: sent.append((message, set(ranks)))
    )  # type: ignore[assignment]
    search.begin(run)
    return search, run


def changed(plan: Incumbent, run: Run, people: list[int]) -> tuple[Incumbent, list[Column]]:
    """A plan in which each of some people has the best roster against the others."""
    other = plan.copy()
    descend(other, run.pricer, people)
    return other, other.changes(plan)


def told(plan: Incumbent, base: Incumbent, group: int = 0) -> _Plan:
    people = np.flatnonzero((plan.words != base.words).any(axis=1))
    return _Plan(group, plan.cost, plan.words, plan.personal, people, base.words[people])


def test_all_ranks_leave_with_the_best_plan() -> None:
    found = solved(3, Limits(seconds=4))
    assert len({o.bounds.primal for o in found}) == 1
    assert all((o.plan.duties == found[0].plan.duties).all() for o in found)
    assert PROBLEM.evaluate(found[0].plan).cost == pytest.approx(found[0].bounds.primal)
    assert found[0].stop is Stop.TIME


def test_a_target_that_one_rank_reaches_ends_all() -> None:
    found = solved(2, Limits(seconds=3600, target=1e9))
    assert all(o.stop is Stop.GAP for o in found)


def test_a_stop_asked_of_one_rank_is_everybodys() -> None:
    found = solved(2, Limits(seconds=3600), asked=1)
    assert [o.stop for o in found] == [Stop.INTERRUPTED] * 2


def test_a_work_limit_keeps_the_rounds() -> None:
    one, two = (solved(size, Limits(seconds=600, iterations=3))[0] for size in (1, 2))
    assert (one.plan.duties == two.plan.duties).all()


def test_changes_of_two_ranks_are_joined() -> None:
    search, run = prepared()
    good = search.incumbent
    base = good.copy()
    for e in (0, 5):  # rosters that look at nobody else
        word = run.pricer.price(e, run.cover.prices(np.zeros(run.cover.lines))[run.cover.kind[e]]).words[0]
        base.put([Column.of(run.cover, e, word, run.pricer.cost(e, word))])
    column = {c.employee: c for c in good.changes(base)}
    mine, theirs = base.copy(), base.copy()
    mine.put([column[0]])
    theirs.put([column[5]])
    assert good.cost < min(mine.cost, theirs.cost)
    search.incumbent = mine
    search._mine.append(([column[0]], base.words))
    search._join(told(theirs, base))
    assert (search.incumbent.words == good.words).all()


def test_a_plan_that_costs_more_is_left() -> None:
    search, run = prepared()
    base = search.incumbent
    search.incumbent, _ = changed(base, run, [0, 1, 2, 3])
    before = search.incumbent.cost
    search._join(told(base, search.incumbent))
    assert search.incumbent.cost == before


def test_a_group_takes_plans_of_others_when_it_meets() -> None:
    search, run = prepared()
    better, _ = changed(search.incumbent, run, [0, 1, 2, 3])
    search._heard_plan(1, told(better, search.incumbent, group=7))
    assert run.cost == better.cost  # known here at once
    search._meetings.clear()
    search._meetings.append(1e9)
    search._meet()
    assert search.incumbent.cost > better.cost
    search._meetings[0] = 0.0
    search._meet()
    assert search.incumbent.cost == better.cost
