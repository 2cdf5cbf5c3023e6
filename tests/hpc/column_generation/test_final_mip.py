"""Branch and bound on the whole model closes a tiny ward, and says when it comes to no plan."""

from __future__ import annotations

import numpy as np
import pytest

from hpc.column_generation.final_mip import close, first_plan
from optimise.core.result import Stop
from optimise.roster.problem import Roster
from optimise.testing import brute, cases

TINY = {c.name: c.problem for c in cases() if c.tiny}


@pytest.mark.parametrize("name", ["wishes", "nights", "weekends"])
def test_a_tiny_ward_is_closed_from_a_plan(name: str) -> None:
    problem, told = TINY[name], []
    optimum, start = brute(problem), first_plan(problem, 60.0, 1, lambda: False, 1000)
    assert start is not None
    done = close(problem, start, 60.0, 1, lambda progress: bool(told.append(progress.primal)), 1000)
    assert done.stop is Stop.OPTIMAL
    assert done.bounds.primal == pytest.approx(optimum.cost)
    assert done.bounds.dual == pytest.approx(optimum.cost)
    assert told


def test_the_first_plan_keeps_the_hard_rules() -> None:
    for name in ("wishes", "nights", "weekends"):
        duties = first_plan(TINY[name], 60.0, 1, lambda: False, 1000)
        assert duties is not None
        assert TINY[name].evaluate(Roster(np.array(duties))).feasible


def test_there_is_no_first_plan_where_none_can_be() -> None:
    assert not brute(TINY["too few nights"]).feasible
    assert first_plan(TINY["too few nights"], 60.0, 1, lambda: False, 1000) is None
