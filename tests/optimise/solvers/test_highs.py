"""HiGHS in memory: bounds, limits, callbacks, changes in place."""

from __future__ import annotations

import math
import threading

import numpy as np
import pytest

from optimise.core.method import heeding
from optimise.core.result import Stop
from optimise.solvers.highs import Highs
from optimise.solvers.linear import Arrays, LinearModel


def knapsack(seed: int = 0, items: int = 60) -> Arrays:
    rng = np.random.default_rng(seed)
    model = LinearModel("knapsack")
    x = model.add_columns("take", items, upper=1, cost=-rng.integers(10, 99, items), integer=True)
    rows = model.add_rows("weight", 5, upper=rng.integers(500, 900, 5))
    model.add_entries(rows[:, None], x[None, :], rng.integers(5, 99, (5, items)))
    return model.freeze()


def test_duplicate_entries_add_up_and_absent_columns_are_skipped() -> None:
    model = LinearModel("m")
    x = model.add_columns("x", 2, upper=5)
    row = model.add_rows("r", 1, upper=4)
    model.add_entries(row[0], x[0])
    model.add_entries(row[0], [x[0], -1], [1.0, 9.0])
    arrays = model.freeze()
    assert arrays.value.tolist() == [2.0]
    assert arrays.index.tolist() == [0]


def test_optimum_has_equal_bound_and_objective() -> None:
    solved = Highs(knapsack(items=25)).solve()
    assert solved.stop == Stop.OPTIMAL
    assert solved.bound == pytest.approx(solved.objective)


def test_infeasible_is_told() -> None:
    model = LinearModel("m")
    x = model.add_columns("x", 1, upper=1, integer=True)
    row = model.add_rows("r", 1, lower=2)
    model.add_entries(row, x)
    solved = Highs(model.freeze()).solve()
    assert solved.stop == Stop.INFEASIBLE
    assert solved.values is None
    assert math.isinf(solved.objective)


@pytest.mark.parametrize(("lower", "stop"), [(1.0, Stop.INFEASIBLE), (0.0, Stop.OPTIMAL)])
def test_a_model_without_columns_is_judged_by_its_rows(lower: float, stop: Stop) -> None:
    model = LinearModel("nothing to decide")
    model.add_rows("r", 1, lower=lower)
    solved = Highs(model.freeze()).solve()
    assert (solved.stop, solved.values is None) == (stop, stop is Stop.INFEASIBLE)


def test_incumbents_arrive_in_order_and_a_listener_can_stop() -> None:
    seen: list[float] = []
    solved = Highs(knapsack()).solve(
        on_solution=lambda values, objective, bound, nodes: seen.append(objective),
        on_tick=lambda primal, dual, nodes: len(seen) >= 1,
    )
    assert seen == sorted(seen, reverse=True)
    assert solved.stop in (Stop.INTERRUPTED, Stop.OPTIMAL)
    assert solved.values is not None


def test_an_error_in_a_callback_is_raised_after_the_run() -> None:
    def broken(values: object, objective: float, bound: float, nodes: int) -> None:
        raise KeyError("mine")

    with pytest.raises(KeyError, match="mine"):
        Highs(knapsack()).solve(on_solution=broken)


def test_costs_and_bounds_change_in_place() -> None:
    highs = Highs(knapsack(items=10))
    first = highs.solve()
    highs.set_bounds(np.arange(10), 0.0, 0.0)
    assert highs.solve().objective == 0
    highs.set_bounds(np.arange(10), 0.0, 1.0)
    assert highs.solve().objective == pytest.approx(first.objective)
    highs.set_cost(np.arange(10), 1.0)
    assert highs.solve().objective == 0


def test_a_start_is_used() -> None:
    arrays = knapsack(seed=3, items=120)
    good = Highs(arrays).solve(seconds=3)
    assert good.values is not None
    seen: list[float] = []
    again = Highs(arrays).solve(seconds=3, nodes=1, start=good.values, on_solution=lambda v, o, b, n: seen.append(o))
    assert again.objective <= good.objective + 1e-6


def lots(seed: int) -> Arrays:
    """Hard enough for a few thousand nodes: each place opened serves some customers, at most so many each."""
    rng = np.random.default_rng(seed)
    places, customers = 14, 30
    model = LinearModel("lots")
    opened = model.add_columns("open", places, upper=1, cost=rng.integers(20, 60, places), integer=True)
    served = model.add_columns(
        "served", customers * places, upper=1, cost=rng.integers(1, 40, customers * places), integer=True
    ).reshape(customers, places)
    each = model.add_rows("each", customers, lower=1, upper=1)
    model.add_entries(each[:, None], served)
    room = model.add_rows("room", places, upper=0)
    model.add_entries(room[:, None], served.T, rng.integers(3, 9, (places, customers)))
    model.add_entries(room, opened, np.full(places, -35.0))
    return model.freeze()


@pytest.mark.parametrize(("seed", "draw"), [(0, 2), (1, 1), (3, 1), (4, 2)])
def test_an_open_start_is_completed_without_its_bound_reaching_the_listener(seed: int, draw: int) -> None:
    arrays = lots(seed)
    best = Highs(arrays).solve()
    start = np.full(arrays.columns, np.nan)
    start[:14] = np.random.default_rng(draw).random(14) < 0.6  # other places than the best: completing costs more
    told: list[float] = []
    solved = Highs(arrays).solve(start=start, on_tick=lambda primal, dual, nodes: bool(told.append(dual)))
    assert told
    assert max(told) <= best.objective + 1e-6
    assert solved.objective == pytest.approx(best.objective)


def test_an_open_start_that_allows_nothing_is_left_aside() -> None:
    arrays = lots(0)
    start = np.full(arrays.columns, np.nan)
    start[:14] = 0.0  # no place open: nobody can be served
    seen: list[float] = []
    highs = Highs(arrays)
    solved = highs.solve(start=start, on_solution=lambda values, objective, dual, nodes: seen.append(objective))
    assert solved.stop is Stop.OPTIMAL
    assert seen[-1] == pytest.approx(solved.objective)


class Stopping:
    """A listener that asks to stop."""

    stopping = True


def test_branch_and_bound_that_nobody_listens_to_hears_a_request_to_stop() -> None:
    free = Highs(lots(1)).solve(seconds=60.0)
    with heeding(Stopping()):
        stopped = Highs(lots(1)).solve(seconds=60.0)
        brief = Highs(lots(1)).solve(seconds=0.9)  # too short to be worth it
    assert stopped.stop is Stop.INTERRUPTED
    assert brief.stop is not Stop.INTERRUPTED
    assert stopped.bound <= free.objective + 1e-6


def test_a_run_that_hears_nothing_is_left_behind_and_waited_for_before_the_next(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    highs, go_on = Highs(knapsack(items=25)), threading.Event()
    run = highs.run
    monkeypatch.setattr(highs, "run", lambda: (go_on.wait(), run())[1])
    with heeding(Stopping()):
        solved = highs.solve(seconds=60)
    assert (solved.stop, solved.values, solved.objective, solved.bound) == (Stop.INTERRUPTED, None, math.inf, -math.inf)
    go_on.set()
    monkeypatch.undo()
    assert highs.solve(seconds=60).objective == Highs(knapsack(items=25)).solve().objective


def test_a_run_that_may_be_left_behind_tells_and_ends_as_any_other() -> None:
    class Heard:
        stopping = False

        def __call__(self, progress: object) -> bool:
            return False

    told: list[tuple[float, str]] = []

    def note(values: object, objective: float, dual: float, nodes: int) -> None:
        told.append((objective, threading.current_thread().name))

    with heeding(Heard()):
        solved = Highs(knapsack(items=25)).solve(seconds=60, on_solution=note)
    assert (solved.stop, solved.objective) == (Stop.OPTIMAL, Highs(knapsack(items=25)).solve().objective)
    assert min(objective for objective, _ in told) == pytest.approx(solved.objective)
    assert {name for _, name in told} == {threading.current_thread().name}
