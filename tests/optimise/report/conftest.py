"""Made results to report on: a ward, and a hospital read from a hand-written PAS file when that reader is there."""

from __future__ import annotations

import math
from pathlib import Path

import pytest

import optimise
from optimise.core.method import Limits
from optimise.core.problem import Problem
from optimise.core.provenance import provenance
from optimise.core.result import Bounds, Result, Stats, Stop, Trace, TracePoint

WARD = """\
schema_version: 1
name: "Ward <7> & co"
start: 2026-01-05
weeks: 6
shifts:
  - {id: E, name: Early, start: 07:00, end: 15:00, break_minutes: 30}
  - {id: N, name: Night, start: 21:00, end: 07:30, break_minutes: 60}
staff:
  - {id: "=Ann", weekly_hours: 37.5}
  - {id: Ben, weekly_hours: 37.5}
  - {id: Chi, weekly_hours: 30}
demand:
  - {shifts: [E], minimum: 1}
  - {shifts: [N], minimum: 1, days: [Sat]}
requests:
  - {staff: Ben, days: [2026-01-06], want: "off", weight: 5}
  - {staff: Chi, days: [2026-01-07], want: [E], weight: 5}
"""


def result_of(problem: Problem, plan: object, *, dual: float = 1.0) -> Result:
    """A result as a run of ten seconds would give it."""
    found = problem.evaluate(plan)
    cost = found.cost if found.feasible else math.inf
    points = (TracePoint(0.5, math.inf, -math.inf), TracePoint(1.0, cost + 50, 0.5), TracePoint(10.0, cost, dual))
    facts = provenance(problem, "highs", limits=Limits(), seed=0, ranks=1, options=None)
    bounds = Bounds(cost, dual, "highs", "LP relaxation")
    return Result(plan, Stop.TIME, bounds, found, Trace(points), Stats(10.0), facts)  # type: ignore[arg-type]


@pytest.fixture(scope="session")
def ward(tmp_path_factory: pytest.TempPathFactory) -> tuple[Problem, Result]:
    file = tmp_path_factory.mktemp("ward") / "ward.yaml"
    file.write_text(WARD, encoding="utf-8")
    problem = optimise.read(file, format="native")
    duties = [["E" if (i + d) % 3 == 0 else "-" for d in range(42)] for i in range(3)]
    duties[1][5] = "N"
    return problem, result_of(problem, problem.roster(duties))  # type: ignore[attr-defined]


@pytest.fixture(scope="session")
def hospital(benchmarks: Path) -> tuple[Problem, Result]:
    """A published PAS instance with its plan."""
    file = next(iter(sorted((benchmarks / "pas" / "instances").glob("testdata01*"))))
    problem = optimise.read(file, format="pas")
    plan = optimise.read_plan(benchmarks / "pas" / "fixtures" / "testdata01_good.sol", problem)
    return problem, result_of(problem, plan)
