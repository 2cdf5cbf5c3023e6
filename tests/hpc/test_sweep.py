"""Windows over everybody: cheaper plans, none where they do not pay."""

from __future__ import annotations

import numpy as np
import pytest
from hpc_cases import small

import hpc.sweep
from hpc.annealing import Chains
from hpc.column_generation import Run
from hpc.comm import Team
from hpc.generation import LocalPricing
from hpc.incumbent import construct
from hpc.master import Master
from hpc.sweep import sweep
from optimise.kernels import Pricer
from optimise.kernels.cover import CoverRows
from optimise.method import Limits, SerialComm


def swept(monkeypatch: pytest.MonkeyPatch, days: int) -> tuple[float, float, Master]:
    """Cost of a constructed plan before and after passes of windows of 14 days, and the master with its rosters."""
    monkeypatch.setattr(hpc.sweep, "_WIDE", 14)
    problem = small(7, people=5, days=days)
    run = Run(problem, Limits(seconds=60), 0, SerialComm(), lambda progress: False, None, {}, "test")
    run.pricer, run.cover, run.lattice, run.penalty = Pricer(problem.compiled), CoverRows(problem.compiled), 1.0, 1e4
    people = list(range(5))
    run.incumbent = construct(run.cover, run.pricer, people, run.penalty)
    assert run.incumbent is not None
    run.chains = Chains(run.cover, run.pricer, 1.0, 0)
    run.chains.warmth = run.chains.annealer.survey(run.incumbent.words, 0)[0]
    local = LocalPricing(run.pricer, run.cover)
    team = Team(SerialComm(), local, np.zeros(5, np.int32), run.timers)
    master = Master(run.cover, people, np.zeros(run.cover.lines), run.penalty)
    before = run.cost
    sweep(run, team, master)
    return before, run.cost, master


def test_windows_make_a_plan_cheaper_and_leave_its_rosters_as_columns(monkeypatch: pytest.MonkeyPatch) -> None:
    before, after, master = swept(monkeypatch, 28)
    assert after < before
    assert len({c.employee for c in master.columns}) == 5
    assert swept(monkeypatch, 28)[1] == after


def test_a_horizon_within_the_first_window_is_left_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    before, after, master = swept(monkeypatch, 14)
    assert before == after
    assert not master.columns
