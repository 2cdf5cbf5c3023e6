"""Windows over everybody: cheaper plans, none where they do not pay."""

from __future__ import annotations

import numpy as np
import pytest
from hpc_cases import small

from hpc.column_generation.annealing import Chains
from hpc.column_generation.column import Column
from hpc.column_generation.generation import LocalPricing
from hpc.column_generation.incumbent import construct
from hpc.column_generation.master import Master
from hpc.column_generation.parallel_search import Search
from hpc.column_generation.run import Run
from hpc.column_generation.search_state import SearchState
from hpc.column_generation.subproblem import Subproblem
from hpc.column_generation.windows import sweep
from hpc.runtime.pool import Team
from hpc.runtime.timers import Timers
from optimise.core.method import Limits, SerialComm
from optimise.roster.evaluate import roster_cost
from optimise.roster.kernels import Pricer
from optimise.roster.kernels.cover import CoverRows

#: First windows of 14 days, on horizons of three weeks and more.
NARROW = {"tuning.windows.days": 14, "tuning.windows.least_days": 21}


def swept(days: int) -> tuple[float, float, Master]:
    """Cost of a constructed plan before and after passes of windows of 14 days, and the master with its rosters."""
    problem = small(7, people=5, days=days)
    run = Run(problem, Limits(seconds=60), 0, SerialComm(), lambda progress: False, None, NARROW, "test")
    people = list(range(5))
    run.settle(construct(run.cover, run.pricer, people, run.penalty))
    assert run.incumbent is not None
    run.chains.warmth = run.chains.annealer.survey(run.incumbent.words, 0)[0]
    local = LocalPricing(run.pricer, run.cover)
    team = Team(SerialComm(), local, np.zeros(5, np.int32), run.timers)
    master = Master(Subproblem.whole(run.cover), run.penalty)
    before = run.cost
    sweep(run, team, master)
    return before, run.cost, master


def test_windows_make_a_plan_cheaper_and_leave_its_rosters_as_columns() -> None:
    before, after, master = swept(28)
    assert after < before
    assert len({c.employee for c in master.columns}) == 5
    assert swept(28)[1] == after


def test_a_horizon_within_the_first_window_is_left_alone() -> None:
    before, after, master = swept(14)
    assert before == after
    assert not master.columns


@pytest.mark.parametrize("seed", range(3))
def test_attempts_of_one_round_are_joined(seed: int) -> None:
    """Windows over everybody find gains; what two of them change in one roster is tried together."""
    problem = small(seed, people=5, days=28)
    cover, pricer = CoverRows(problem.compiled), Pricer(problem.compiled)
    start = construct(cover, pricer, list(range(5)), 1e4)
    assert start is not None
    chains = Chains(cover, pricer, 1.0, 0)
    state = SearchState(warmth=chains.annealer.survey(start.words, 0)[0])
    search = Search(start, pricer, SerialComm(), duals=None, seed=seed, timers=Timers(), state=state, chains=chains)
    made = [search._renewed(k, days, lambda: False) for k, days in enumerate(((0, 14), (14, 28)))]
    gain = search._merge(made)
    assert gain >= max(a.gain for a in made) - 1e-9
    found = search.incumbent
    assert found.cost == pytest.approx(start.cost - gain)
    assert found.cost == pytest.approx(sum(roster_cost(problem.compiled, found.words)))


def test_changes_of_two_attempts_in_one_roster_are_both_kept() -> None:
    problem = small(1, people=5, days=28)
    cover, pricer = CoverRows(problem.compiled), Pricer(problem.compiled)
    start = construct(cover, pricer, list(range(5)), 1e4)
    assert start is not None
    search = Search(start, pricer, SerialComm(), duals=None, seed=0, timers=Timers())
    base = start.words.copy()
    theirs, mine = base[0].copy(), base[0].copy()
    theirs[2], mine[25] = 1 - min(1, theirs[2]), 1 - min(1, mine[25])
    search.incumbent.words[0] = theirs
    joined = search._joined(base, (Column(0, mine, 0.0, *cover.column(0, mine)),), search.incumbent)
    assert joined[0].word[2] == theirs[2]
    assert joined[0].word[25] == mine[25]
    assert joined[0].cost == pricer.cost(0, joined[0].word)
