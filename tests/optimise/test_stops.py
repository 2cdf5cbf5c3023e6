"""A stop is heard in each phase of each method: little work is begun after it, whenever it comes.

Work is counted, not timed: prices of a person's roster, annealing kernels and runs of HiGHS that begin after the stop.
``python -m tests.benchmarks.stops`` measures seconds.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from typing import Any

import pytest

import optimise
from optimise.core.method import Limits, Progress
from optimise.core.problem import Problem
from optimise.core.result import Stop
from optimise.generate import hospital, ward
from optimise.generate.capacity import capacity
from optimise.roster.kernels import anneal
from optimise.roster.kernels.pricing import Pricer
from optimise.solvers.highs import Highs

PEOPLE = 8
PROBLEMS: dict[str, Callable[[], Problem]] = {
    "ward": lambda: ward(PEOPLE, days=14, seed=1).problem(),
    "hospital": lambda: hospital(30, days=7, seed=1),
    "capacity": lambda: capacity(6, days=3, specialties=3, wards=3),
}
METHODS = {
    "ward": ("auto", "highs", "matheuristic", "column-generation", "parallel-search", "qaoa"),
    "hospital": ("auto", "highs", "hospital", "matheuristic"),
    "capacity": ("highs", "benders"),
}
#: What may begin after a stop: one roster for everybody, the loading of annealing with its survey, one run of HiGHS and
#: one for each scenario.
MOST = {"price": PEOPLE, "anneal": 2, "highs": 7}


class Asked:
    """A listener that asks to stop from a look on; counts the work that begins after it."""

    def __init__(self, look: int) -> None:
        self.look, self.looks, self.judging = look, 0, 0
        self.after: Counter[str] = Counter()

    @property
    def raised(self) -> bool:
        return self.looks >= self.look

    @property
    def stopping(self) -> bool:
        self.looks += 1
        return self.raised

    def __call__(self, progress: Progress) -> bool:
        return self.stopping

    def counted(self, patch: pytest.MonkeyPatch, owner: Any, name: str, label: str) -> None:
        """Count the calls of a function from the stop on."""
        inner = getattr(owner, name)

        def outer(*given: Any, **named: Any) -> Any:
            self.after[label] += self.raised and not self.judging
            return inner(*given, **named)

        patch.setattr(owner, name, outer)

    def exempt(self, patch: pytest.MonkeyPatch, problem: Problem) -> None:
        """Leave out what it takes to judge a plan: each one is judged again, after a stop too."""
        inner = type(problem).evaluate

        def outer(this: Problem, plan: Any) -> Any:
            self.judging += 1
            try:
                return inner(this, plan)
            finally:
                self.judging -= 1

        patch.setattr(type(problem), "evaluate", outer)


@pytest.mark.parametrize("look", [1, 3, 10, 40])
@pytest.mark.parametrize(("kind", "method"), [(kind, name) for kind in METHODS for name in METHODS[kind]])
def test_little_work_begins_after_a_stop(monkeypatch: pytest.MonkeyPatch, kind: str, method: str, look: int) -> None:
    asked = Asked(look)
    asked.counted(monkeypatch, Pricer, "price", "price")
    asked.counted(monkeypatch, anneal, "anneal", "anneal")
    asked.counted(monkeypatch, Highs, "run", "highs")
    problem = PROBLEMS[kind]()
    asked.exempt(monkeypatch, problem)
    result = optimise.solve(problem, method, limits=Limits(seconds=60), listen=asked)
    assert result.stop is (Stop.INTERRUPTED if asked.raised else Stop.OPTIMAL)
    assert {name: count for name, count in asked.after.items() if count > MOST[name]} == {}
