"""The driver against methods that keep, bend and break their contract."""

from __future__ import annotations

import hashlib
import itertools
import math
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import pytest

import optimise
from optimise.core.errors import UnsupportedError, WardwiseError
from optimise.core.method import Deadline, Limits, Outcome, Progress, heeding, may_be_asked, stop_asked
from optimise.core.result import Bounds, Evaluation, RuleCost, Stop
from optimise.driver import MethodError, solve


@dataclass(frozen=True)
class Number:
    value: int
    kind: str = "number"


@dataclass(frozen=True)
class NearTarget:
    """Choose a number of at least 3, as near to the target as possible."""

    target: int = 5
    kind: str = "number"
    name: str = "near"
    family: str = "native"

    def evaluate(self, plan: Number) -> Evaluation:
        short = float(max(0, 3 - plan.value))
        cost = float(abs(plan.value - self.target))
        rules = (RuleCost("minimum", True, short, 0.0), RuleCost("distance", False, cost, cost))
        return Evaluation(cost, short, rules)

    def digest(self) -> str:
        return hashlib.sha256(str(self.target).encode()).hexdigest()


@dataclass
class Says:
    """A method that returns what it is told to, after sending the given messages."""

    outcome: Outcome | Callable[..., Outcome]
    messages: tuple[Progress, ...] = ()
    name: str = "says"
    kinds: tuple[str, ...] = ("number",)
    stopped: bool = False

    def supports(self, problem: Any) -> bool:
        return problem.kind in self.kinds

    def solve(self, problem: Any, *, listen: Any, **given: Any) -> Outcome:
        for message in self.messages:
            if listen(message):
                self.stopped = True
                break
        return self.outcome(problem, **given) if callable(self.outcome) else self.outcome


def says(value: int | None, primal: float, dual: float, stop: Stop = Stop.TIME) -> Says:
    return Says(Outcome(None if value is None else Number(value), stop, Bounds(primal, dual, "a", "b")))


def test_the_cost_is_recomputed_from_the_plan() -> None:
    result = solve(NearTarget(), says(7, math.inf, 1.0))
    assert (result.cost, result.bounds.primal, result.bounds.dual) == (2.0, 2.0, 1.0)
    assert result.evaluation == NearTarget().evaluate(Number(7))


class Asking:
    """A listener that asks to stop once it has been looked at so often."""

    def __init__(self, looks: int) -> None:
        self.looks = looks

    @property
    def stopping(self) -> bool:
        self.looks -= 1
        return self.looks < 0

    def __call__(self, progress: Progress) -> bool:
        return False


class Deaf:
    """A method that tells nobody of anything and looks at a clock of its own."""

    name = "deaf"

    def supports(self, problem: object) -> bool:
        return True

    def solve(self, problem: Any, **rest: Any) -> Outcome[Number]:
        clock = Deadline(60.0)
        while not clock.over:
            assert clock.left >= 0.0
        return Outcome(Number(6), Stop.TIME, Bounds(1.0))


def test_a_request_to_stop_reaches_whoever_looks_at_a_clock() -> None:
    result = solve(NearTarget(), Deaf(), limits=Limits(seconds=60.0), listen=Asking(50))
    assert result.stop is Stop.INTERRUPTED
    assert result.stats.seconds < 30
    assert result.plan == Number(6)


def test_requests_of_all_solves_around_are_heeded_and_end_with_them() -> None:
    clock, outer, inner = Deadline(60.0), Asking(10**6), Asking(10**6)
    with heeding(outer), heeding(lambda progress: None), heeding(inner):
        assert not stop_asked()
        assert clock.left > 0
        outer.looks = 0
        assert stop_asked()
        assert clock.over
        assert clock.left == 0.0
    assert not clock.over
    with heeding(None):
        assert not may_be_asked()


@pytest.mark.parametrize(
    ("value", "primal", "dual", "stop"),
    [
        (7, 1.0, 0.0, Stop.TIME),  # a cost that is not the plan's
        (7, 2.0, 2.5, Stop.TIME),  # a bound above the plan's cost
        (2, 3.0, 0.0, Stop.TIME),  # a cost for a plan that breaks a hard rule
        (None, 3.0, 0.0, Stop.TIME),  # a cost without a plan
        (7, 2.0, 0.0, Stop.INFEASIBLE),  # "none exists", with one in hand
        (None, math.inf, 0.0, Stop.OPTIMAL),  # the best plan, without a plan
    ],
)
def test_a_claim_that_the_evaluation_contradicts_is_an_error(
    value: int | None, primal: float, dual: float, stop: Stop
) -> None:
    with pytest.raises(MethodError, match="method says claims"):
        solve(NearTarget(), says(value, primal, dual, stop))


def test_a_closed_gap_is_optimal_whatever_ended_the_run() -> None:
    assert solve(NearTarget(), says(7, 2.0, 2.0, Stop.TIME)).stop is Stop.OPTIMAL


def test_an_infinite_bound_proves_that_there_is_no_plan() -> None:
    assert solve(NearTarget(), says(None, math.inf, math.inf, Stop.GAP)).stop is Stop.INFEASIBLE


def test_a_gap_that_does_not_exist_was_not_reached() -> None:
    assert solve(NearTarget(), says(None, math.inf, 1.0, Stop.GAP)).stop is Stop.STUCK


def test_nothing_found_is_never_optimal() -> None:
    result = solve(NearTarget(), says(None, math.inf, -math.inf, Stop.TIME))
    assert result.stop is Stop.STUCK
    assert not result.feasible


def test_optimal_with_an_open_gap_is_not_believed() -> None:
    assert solve(NearTarget(), says(7, 2.0, 1.0, Stop.OPTIMAL)).stop is Stop.GAP


def test_an_infeasible_plan_is_reported_as_such_and_costs_infinity() -> None:
    result = solve(NearTarget(), says(2, math.inf, -math.inf))
    assert not result.feasible
    assert result.cost == math.inf
    assert result.evaluation is not None
    assert result.evaluation.hard == 1


def test_a_better_start_plan_is_kept() -> None:
    result = solve(NearTarget(), says(9, 4.0, 0.0), start=Number(6))
    assert result.plan == Number(6)
    assert (result.cost, result.bounds.primal_source) == (1.0, "start plan")


def test_the_trace_is_monotone_and_ends_with_the_result() -> None:
    method = says(7, 2.0, 1.0)
    method.messages = (
        Progress(0.1, 9.0, -math.inf),
        Progress(0.2, 12.0, 0.5),
        Progress(0.3, 12.0, 0.2),
        Progress(0.4, 2.0, 0.2, "new incumbent"),
    )
    points = solve(NearTarget(), method).trace.points
    assert [(p.primal, p.dual) for p in points] == [(9.0, -math.inf), (9.0, 0.5), (2.0, 0.5), (2.0, 1.0)]
    assert points[-1].event == "end"
    assert all(a.seconds <= b.seconds for a, b in itertools.pairwise(points))


def test_the_listener_can_stop_the_method() -> None:
    method = says(7, 2.0, 1.0, Stop.INTERRUPTED)
    method.messages = (Progress(0.1, 9.0, 0.0), Progress(0.2, 2.0, 0.0))
    heard: list[float] = []

    def listen(progress: Progress) -> bool:
        heard.append(progress.primal)
        return True

    result = solve(NearTarget(), method, listen=listen)
    assert method.stopped
    assert heard == [9.0]
    assert result.stop is Stop.INTERRUPTED


@pytest.mark.parametrize(
    "limits",
    [Limits(seconds=0), Limits(seconds=math.nan), Limits(gap=-1), Limits(iterations=0), Limits(threads=0)],
)
def test_limits_that_make_no_sense_are_refused(limits: Limits) -> None:
    with pytest.raises(WardwiseError):
        solve(NearTarget(), says(7, 2.0, 1.0), limits=limits)


def test_an_unknown_method_names_the_known_ones() -> None:
    with pytest.raises(UnsupportedError, match=r"'magic'.*highs"):
        solve(NearTarget(), "magic")


def test_a_method_for_another_kind_is_refused() -> None:
    method = says(7, 2.0, 1.0)
    method.kinds = ("roster",)
    with pytest.raises(UnsupportedError, match="number"):
        solve(NearTarget(), method)


def test_provenance_tells_what_is_needed_to_repeat_the_run() -> None:
    limits = Limits(seconds=5, iterations=3, threads=2)
    facts = solve(NearTarget(), says(7, 2.0, 1.0), limits=limits, seed=4, options={"depth": 2}).provenance
    assert (facts.method, facts.seed, facts.ranks, facts.threads) == ("says", 4, 1, 2)
    assert facts.options == {"time_limit": 5, "gap": 0.0, "iterations": 3, "depth": 2}
    assert facts.digest == NearTarget().digest()
    assert facts.versions["wardwise"] == optimise.__version__
    assert "numpy" in facts.versions


def test_options_and_seed_reach_the_method() -> None:
    def outcome(problem: Any, *, seed: int, options: Mapping[str, Any], **_: Any) -> Outcome:
        return Outcome(Number(seed + options["add"]), Stop.ITERATIONS, Bounds())

    assert solve(NearTarget(), Says(outcome), seed=4, options={"add": 2}).plan == Number(6)


def test_solves_in_threads_do_not_mix() -> None:
    found: dict[int, float] = {}

    def run(target: int) -> None:
        method = says(7, math.inf, -math.inf)
        method.messages = tuple(Progress(0.0, float(100 * target - k), -math.inf) for k in range(50))
        result = solve(NearTarget(target), method)
        assert result.trace.points[0].primal == 100 * target
        found[target] = result.cost

    threads = [threading.Thread(target=run, args=(target,)) for target in range(3, 11)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == {target: float(abs(7 - target)) for target in range(3, 11)}


class FakeWorld:
    """Two ranks as one of them sees it; ``Abort`` is remembered."""

    rank, size = 0, 2

    def __init__(self) -> None:
        self.code: int | None = None

    def gather(self, obj: Any, root: int = 0) -> list[Any]:
        return [obj, obj]

    def allgather(self, obj: Any) -> list[Any]:
        return [obj, obj]

    def bcast(self, obj: Any, root: int = 0) -> Any:
        return obj

    def barrier(self) -> None: ...

    def Abort(self, code: int) -> None:
        self.code = code


def test_an_uncaught_exception_on_a_rank_ends_all(capsys: pytest.CaptureFixture[str]) -> None:
    def fails(problem: Any, **_: Any) -> Outcome:
        raise ZeroDivisionError("pricing went wrong")

    world = FakeWorld()
    with pytest.raises(ZeroDivisionError):
        solve(NearTarget(), Says(fails), comm=world)
    assert world.code == 70
    assert "rank 0" in capsys.readouterr().err


def test_a_mistake_of_the_user_ends_all_ranks_with_its_own_code(capsys: pytest.CaptureFixture[str]) -> None:
    def refuses(problem: Any, **_: Any) -> Outcome:
        raise UnsupportedError("needs option depth")

    world = FakeWorld()
    with pytest.raises(UnsupportedError):
        solve(NearTarget(), Says(refuses), comm=world)
    assert world.code == 2
    assert capsys.readouterr().err == "error: needs option depth\n"


def test_stats_hold_seconds_for_each_rank() -> None:
    result = solve(NearTarget(), says(7, 2.0, 1.0), comm=FakeWorld())
    assert len(result.stats.phases["total"]) == 2
    assert result.provenance.ranks == 2


def test_a_bound_below_what_the_prices_prove_gives_way_but_an_unknown_one_stays() -> None:
    from optimise.core.result import Bounds
    from optimise.driver import _lifted
    from optimise.testing.wards import middling

    ward = middling()
    assert _lifted(ward, Bounds(dual=-5000.0, dual_source="early iterations")).dual == ward.compiled.floor >= 0
    assert _lifted(ward, Bounds()).dual == -math.inf
