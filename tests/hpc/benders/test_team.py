"""Pricing over ranks: owners follow the measured seconds, and answers do not depend on who owns whom."""

from __future__ import annotations

import time
from typing import Any

import numpy as np
import pytest
from hpc_cases import small
from hypothesis import given
from hypothesis import strategies as st
from thread_comm import ThreadComm, together

from hpc.column_generation.column import Column
from hpc.column_generation.generation import LocalPricing
from hpc.runtime.balance import BalanceTuning, imbalance, longest_first, rebalanced
from hpc.runtime.pool import Team, rehearse
from hpc.runtime.timers import Timers
from optimise.roster.kernels import Pricer, on_grid, pricing_table
from optimise.roster.kernels.cover import CoverRows
from optimise.roster.problem import RosterProblem

PROBLEM = small(11, people=8, days=14)
PEOPLE = list(range(8))
#: Who is priced: the first of people alike.
LEADERS = sorted(set(PROBLEM.compiled.leader.tolist()))


class Skewed(LocalPricing):
    """Two of the people take much longer than their tables tell."""

    def one(self, employee: int, prices: Any, shut: Any = None) -> tuple[float, list[Column]]:
        until = time.thread_time() + (0.02 if employee < 2 else 0.001)
        while time.thread_time() < until:
            pass
        return super().one(employee, prices, shut)


class Growing(LocalPricing):
    """Counters enter each person's table at one moment of the run."""

    def one(self, employee: int, prices: Any, shut: Any = None) -> tuple[float, list[Column]]:
        block = self.pricer.block(employee)
        if not block.grown and prices.sum() < -20.0 * (employee + 1):
            block.promote(np.full((1, self.cover.days), 2, dtype=np.int16))
        return super().one(employee, prices, shut)


def duals(problem: RosterProblem, calls: int) -> list[Any]:
    """Prices that make counters enter tables, others that do not."""
    random = np.random.default_rng(3)
    lines = CoverRows(problem.compiled).lines
    return [on_grid(random.uniform(0.0, 30.0 * (k % 3), lines)) for k in range(calls)]


def price(comm: ThreadComm, calls: int, *, kind: type[LocalPricing] = LocalPricing, balance: bool = True,
          owner: Any = None, shuffle: bool = False) -> tuple[Team, list[Any]]:  # fmt: skip
    compiled = PROBLEM.compiled
    local = kind(Pricer(compiled), CoverRows(compiled))
    owner = longest_first(np.ones(8), comm.size) if owner is None else owner
    team = Team(comm, local, owner, Timers(), balance=BalanceTuning() if balance else None)  # type: ignore[arg-type]
    if shuffle:
        random = np.random.default_rng(5)

        def moved(people: list[int]) -> Any:
            new = random.integers(0, comm.size, 8).astype(np.int32)
            return new, {e: team._tables.get(e) for e in np.flatnonzero(new != team.owner).tolist()}

        team._moved = moved  # type: ignore[method-assign]
    found = []
    if comm.rank == 0:
        for each in duals(PROBLEM, calls):
            bounds, columns = team.price(each, PEOPLE, {})
            found.append((bounds.tolist(), [(c.employee, c.word.tolist(), c.cost) for c in columns]))
        team.release()
    else:
        team.serve()
    return team, found


def test_owners_may_change_with_every_call_and_answers_do_not(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pricing_table, "_EAGER_CELLS", 1)  # counters are not in tables from the beginning
    one, alone = together(1, lambda comm: price(comm, 12, kind=Growing))[0]
    assert len({str(a) for a in alone}) > 3
    tables = one.local.pricer.promoted()
    assert set(tables) == set(LEADERS)
    for ranks in (2, 3):
        made = together(ranks, lambda comm: price(comm, 12, kind=Growing, shuffle=True))
        assert made[0][1] == alone
        for e in LEADERS:  # a table that grew once on some rank is grown wherever its person went
            assert made[made[0][0].owner[e]][0].local.pricer.promoted()[e] == tables[e]


def test_a_rank_that_is_slow_gives_people_away() -> None:
    skewed = np.array([0, 0, 0, 0, 1, 1, 1, 1], dtype=np.int32)
    fixed = together(2, lambda comm: price(comm, 18, kind=Skewed, balance=False, owner=skewed))
    free = together(2, lambda comm: price(comm, 18, kind=Skewed, owner=skewed))
    assert free[0][1] == fixed[0][1]
    (first, _), (second, _) = free
    assert first.balance is not None
    assert imbalance(first.balance.seconds, skewed, 2) > 1.7
    assert imbalance(first.balance.seconds, first.owner, 2) < 1.3
    assert (first.owner == second.owner).all()
    assert 1 <= first.timers.counts["people moved"] <= 8


def test_rehearsing_leaves_no_trace() -> None:
    compiled = PROBLEM.compiled
    one, two, cover = Pricer(compiled), Pricer(compiled), CoverRows(compiled)
    rehearse(one, cover, PEOPLE, lambda: False)
    assert not one.promoted()
    for each in duals(PROBLEM, 4):
        prices = cover.prices(each)
        for e in PEOPLE:
            first, second = (p.price(e, prices[cover.kind[e]]) for p in (one, two))
            assert first.bound == second.bound
            assert (first.words == second.words).all()


@given(st.lists(st.floats(0, 100), min_size=1, max_size=30), st.integers(1, 6), st.randoms(use_true_random=False))
def test_rebalancing_never_makes_the_slowest_slower(work: list[float], ranks: int, random: Any) -> None:
    seconds = np.array(work)
    owner = np.array([random.randrange(ranks) for _ in work], dtype=np.int32)
    new = rebalanced(seconds, owner, ranks)
    assert ((new >= 0) & (new < ranks)).all()
    assert imbalance(seconds, new, ranks) <= imbalance(seconds, owner, ranks) + 1e-9


def test_rebalancing_levels_what_can_be_levelled() -> None:
    owner = np.zeros(12, dtype=np.int32)
    new = rebalanced(np.ones(12), owner, 4)
    assert np.bincount(new).tolist() == [3, 3, 3, 3]
    assert (rebalanced(np.ones(12), new, 4) == new).all()
    assert imbalance(np.array([5.0, 1.0, 1.0, 1.0, 1.0, 1.0]), rebalanced(np.array([5.0, 1, 1, 1, 1, 1]),
                     np.zeros(6, np.int32), 2), 2) == pytest.approx(1.0)  # fmt: skip
