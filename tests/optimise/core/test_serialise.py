"""Results survive the way to JSON and back."""

from __future__ import annotations

import json
import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from optimise.core.result import (
    Bounds,
    Evaluation,
    Provenance,
    Result,
    RuleCost,
    Stats,
    Stop,
    Trace,
    TracePoint,
    Violation,
)
from optimise.core.serialise import result_object, result_of, trace_of, trace_text

values = st.one_of(st.integers(-(10**9), 10**9).map(float), st.floats(-1e12, 1e12, allow_nan=False))
names = st.text(max_size=12)
violations = st.builds(
    Violation,
    rule=names,
    hard=st.booleans(),
    amount=values,
    cost=values,
    who=st.lists(names, max_size=3).map(tuple),
    days=st.lists(st.integers(0, 400), max_size=3).map(tuple),
    message=names,
)
evaluations = st.builds(
    Evaluation,
    cost=values,
    hard=st.sampled_from([0.0, 2.0]),
    rules=st.lists(st.builds(RuleCost, names, st.booleans(), values, values), max_size=4).map(tuple),
    violations=st.lists(violations, max_size=4).map(tuple),
)
results = st.builds(
    Result,
    plan=st.none(),
    stop=st.sampled_from(Stop),
    bounds=st.builds(
        Bounds,
        primal=st.one_of(st.just(math.inf), values),
        dual=st.one_of(st.just(-math.inf), values),
        primal_source=names,
        dual_source=names,
    ),
    evaluation=st.one_of(st.none(), evaluations),
    stats=st.builds(
        Stats,
        seconds=st.floats(0, 1e6),
        phases=st.dictionaries(names, st.lists(st.floats(0, 1e6), max_size=3).map(tuple), max_size=3),
        counts=st.dictionaries(names, values, max_size=3),
    ),
    provenance=st.builds(
        Provenance,
        method=names,
        seed=st.integers(0, 2**31),
        ranks=st.integers(1, 512),
        options=st.dictionaries(names, st.one_of(st.booleans(), st.integers(), names), max_size=3),
        versions=st.dictionaries(names, names, max_size=3),
    ),
    explanation=st.lists(names, max_size=2).map(tuple),
)


@given(results)
def test_a_result_survives_json(result: Result) -> None:
    text = json.dumps(result_object(result), allow_nan=False)
    assert result_of(json.loads(text), Trace()) == result


@given(st.lists(st.builds(TracePoint, values, values, values, values, names), max_size=5))
def test_a_trace_survives_csv(points: list[TracePoint]) -> None:
    plain = [TracePoint(p.seconds, p.primal, p.dual, p.work, p.event.replace("\r", "")) for p in points]
    assert trace_of(trace_text(Trace(tuple(plain)))) == Trace(tuple(plain))


def test_unknown_numbers_are_null_and_whole_ones_are_whole() -> None:
    found = Evaluation(607.0, 0, (RuleCost("cover", False, 6, 607.0),))
    made = result_object(Result(None, Stop.TIME, Bounds(607.0), found))
    assert made["lower_bound"] is None
    assert made["gap"] is None
    assert made["cost"] == 607
    assert isinstance(made["cost"], int)
    assert made["feasible"] is True


def test_without_a_plan_the_cost_is_null() -> None:
    made = result_object(Result(None, Stop.INFEASIBLE, Bounds(), explanation=("nobody works nights",)))
    assert (made["cost"], made["feasible"], made["stop"]) == (None, False, "infeasible")
    assert made["explanation"] == ["nobody works nights"]


@pytest.mark.parametrize("seconds", ["inf", "9" * 400, "nan", "1e999"])
def test_seconds_of_a_trace_are_finite(seconds: str) -> None:
    with pytest.raises(ValueError, match="line 2 is not whole"):
        trace_of(f"seconds,primal,dual,work,event\n{seconds},1.0,0.0,0.0,end\n")


def test_unknown_trace_values_are_infinities() -> None:
    text = trace_text(Trace((TracePoint(0.5, math.inf, -math.inf),)))
    assert text.splitlines()[1] == "0.5,inf,-inf,0.0,"
