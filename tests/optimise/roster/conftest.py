"""A small problem to try rules on, and all its rosters."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import date
from itertools import product

import numpy as np
import pytest

from optimise.core.horizon import Horizon
from optimise.roster.problem import Duty, Employee, Roster, RosterProblem, Shift
from optimise.roster.rules.primitives import RosterRule

Ward = Callable[..., RosterProblem]

#: Duties of the small problem: 0 off, 1 early, 2 night.
SHIFTS = (Shift("E", 480, 420, 900), Shift("N", 600, 1260, 1860))


@pytest.fixture
def ward() -> Ward:
    """Make a problem with given rules; ``histories`` holds duties on day -1, -2, ... per person."""

    def made(
        *rules: RosterRule,
        days: int = 5,
        histories: Sequence[Sequence[int]] = ((),),
        start: date | None = None,
        shifts: tuple[Shift, ...] = SHIFTS,
    ) -> RosterProblem:
        duties = (Duty("-"), *(Duty(s.id, i) for i, s in enumerate(shifts)))
        staff = tuple(Employee(f"p{i}", history=tuple(1 << a for a in h)) for i, h in enumerate(histories))
        return RosterProblem("small", "test", Horizon(days, start), shifts, duties, staff, rules)

    return made


@pytest.fixture
def rows() -> Callable[..., Iterator[tuple[int, ...]]]:
    """Every row of duties of a length."""

    def made(days: int, duties: int = 3) -> Iterator[tuple[int, ...]]:
        return product(range(duties), repeat=days)

    return made


@pytest.fixture
def charges() -> Callable[..., list[float]]:
    """Units charged to each of many people, under rules that concern one person at a time."""

    def made(problem: RosterProblem, roster: Sequence[Sequence[int]]) -> list[float]:
        out = {e.id: 0.0 for e in problem.employees}
        for v in problem.evaluate(Roster.from_array(np.array(roster))).violations:
            out[v.who[0]] += v.amount
        return list(out.values())

    return made


@pytest.fixture
def charge() -> Callable[..., float]:
    """Units charged to a roster, hard or soft, under the only rule of a problem."""

    def made(problem: RosterProblem, *roster: Sequence[int]) -> float:
        found = problem.evaluate(Roster.from_array(np.array(roster)))
        assert sum(v.amount for v in found.violations) == sum(r.amount for r in found.rules)
        return sum(r.amount for r in found.rules)

    return made
