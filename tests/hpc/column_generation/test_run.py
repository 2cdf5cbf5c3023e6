"""What a run prices: the problem's own rules, or soft totals as lines where tables would be too large."""

from __future__ import annotations

from random import Random

import pytest

from hpc.column_generation.options import ColumnGenerationOptions
from hpc.column_generation.run import form
from hpc.long_horizon.method import is_long
from optimise import Limits, solve
from optimise.core.result import Stop
from optimise.roster.problem import RosterProblem
from optimise.roster.totals import as_lines, table_cells, totals
from optimise.testing.random_hours import random_hours_ward


def _case() -> tuple[RosterProblem, dict[str, float]]:
    """A small ward with fair shares, and a limit that its tables pass and those without soft totals keep."""
    data = random_hours_ward(Random("lines 3"), most_people=3, most_days=9).data()
    data.setdefault("rules", {})["fairness"] = [{"of": "nights", "weight": 3}, {"of": "weekends", "weight": 2}]
    data["rules"]["hours"] = [{"tolerance": 2, "weight": 1}]
    for person in data["staff"]:
        person["weekly_hours"] = 30
    problem = type(random_hours_ward(Random(0))).model_validate(data).problem()
    compiled = problem.compiled
    bare = as_lines(compiled, [t for t in totals(compiled) if t.soft])
    most = problem.shape[0] * table_cells(bare, problem.automata)
    assert most < problem.shape[0] * table_cells(compiled, problem.automata)
    return problem, {"long_tuning.most_work": most}


def test_soft_totals_are_lines_where_tables_are_too_large() -> None:
    problem, options = _case()
    given = ColumnGenerationOptions.of(options)
    made = form(problem, given)
    assert len(made.lines) > len(problem.compiled.lines)
    assert not is_long(problem, given.long_tuning, made)
    assert is_long(problem, given.long_tuning)


@pytest.mark.parametrize("own", [{"long": False}, {"columns": "c.csv"}, {"certificate": "c.json"}])
def test_who_asks_for_the_problem_s_own_lines_gets_them(own: dict[str, object]) -> None:
    problem, options = _case()
    assert form(problem, ColumnGenerationOptions.of({**options, **own})) is problem.compiled


def test_the_optimum_is_that_of_the_whole_model() -> None:
    problem, options = _case()
    exact = solve(problem, "highs", limits=Limits(seconds=200))
    found = solve(problem, "column-generation", limits=Limits(seconds=200), options=options)
    assert exact.stop is found.stop is Stop.OPTIMAL
    assert found.cost == pytest.approx(exact.cost)
