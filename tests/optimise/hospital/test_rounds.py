"""Searches by rounds: under a work limit nothing that goes by the clock changes what they find."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from optimise.core.method import Limits, Progress, SerialComm
from optimise.core.result import Stop
from optimise.hospital import rounds as module
from optimise.hospital.rounds import Rounds


class Number:
    """A plan that is a number."""

    kind = "number"

    def __init__(self, value: float) -> None:
        self.value = value


class Search(Rounds[Any, Number]):
    """Runs that begin from the best plan and come one lower each."""

    def weigh(self, plan: Number) -> tuple[float, float]:
        return 0.0, plan.value

    def round(self) -> float:
        """Two runs; what the second began from."""
        begun = np.inf
        for _ in range(2):
            assert self.plan is not None
            begun = self.plan.value
            self.heard(True, lambda value=begun: Number(value - 1))  # type: ignore[misc]
        return begun


def search(limits: Limits, listen: Any = None) -> Search:
    made = Search(None, limits, 0, listen, None)
    made.offer(Number(10.0), "start")
    return made


@pytest.mark.parametrize("every", [-1.0, 1e9])
def test_under_a_work_limit_runs_of_a_round_begin_alike_whatever_the_clock_says(
    every: float, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "TOLD_EVERY", every)
    assert search(Limits(60.0, iterations=1)).round() == 10.0


def test_under_a_time_limit_a_better_plan_is_told_and_used_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "TOLD_EVERY", -1.0)
    told: list[Progress] = []
    made = search(Limits(60.0), told.append)
    assert made.round() == 9.0
    assert [news.primal for news in told] == [10.0, 9.0, 8.0]


def test_it_says_why_it_ends() -> None:
    assert search(Limits(60.0, iterations=3)).ended(3) is Stop.ITERATIONS
    assert search(Limits(60.0, iterations=3)).ended(2) is None
    assert search(Limits(60.0, target=10.0)).ended(0) is Stop.GAP
    made = search(Limits(60.0))
    made.bounds = made.bounds.with_dual(10.0, "somebody")
    assert made.ended(0) is Stop.OPTIMAL
    made.asked = True
    assert made.ended(0) is Stop.INTERRUPTED


class Counting(Rounds[Any, Number]):
    """Rounds that do nothing but count."""

    def round(self, number: int) -> None:
        assert number == self.done


class Rank(SerialComm):
    """One of several ranks."""

    def __init__(self, rank: int, size: int) -> None:
        self._rank, self._size = rank, size

    @property
    def rank(self) -> int:
        return self._rank

    @property
    def size(self) -> int:
        return self._size


def test_rounds_are_run_until_there_is_a_reason_to_stop() -> None:
    made = Counting(None, Limits(60.0, iterations=3), 0, None, None)
    assert (made.run(), made.done) == (Stop.ITERATIONS, 3)
    asked = Counting(None, Limits(60.0), 0, None, None)
    asked.asked = True
    assert (asked.run(), asked.done) == (Stop.INTERRUPTED, 0)


@pytest.mark.parametrize(("limits", "runs"), [(Limits(60.0, iterations=1), 4), (Limits(60.0), 0)])
@pytest.mark.parametrize("size", [1, 2, 3, 6])
def test_runs_of_a_round_are_dealt_to_the_ranks(limits: Limits, runs: int, size: int) -> None:
    ranks = [Counting(None, limits, 0, None, Rank(k, size)).dealt(4) for k in range(size)]
    assert sorted(run for mine in ranks for run in mine) == list(range(max(runs, size)))


def test_a_round_takes_its_share_and_a_short_rest_goes_to_one() -> None:
    made = Counting(None, Limits(100.0), 0, None, None)
    assert made.span(0, 0.5, 0.25, 0.1) == pytest.approx(50.0, rel=0.01)
    assert made.span(1, 0.5, 0.25, 0.1) == pytest.approx(25.0, rel=0.01)
    assert made.span(1, 0.5, 0.25, 2.0) == pytest.approx(100.0, rel=0.01)


def test_a_wish_to_stop_is_that_of_all() -> None:
    class Other(SerialComm):
        def allgather(self, value: Any) -> list[Any]:
            return [value, ("theirs", True)]

    made = Counting(None, Limits(60.0), 0, None, Other())
    assert made.shared("mine") == ["mine", "theirs"]
    assert made.asked
