"""Plans as pandas frames."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import pytest

import optimise
from optimise import frames
from optimise.core.errors import WardwiseError
from optimise.generate import ward as make_ward
from optimise.roster.problem import RosterProblem


@pytest.fixture(scope="module")
def problem() -> RosterProblem:
    return make_ward(6, 1, seed=4).problem()


@pytest.fixture(scope="module")
def plan(problem: RosterProblem) -> Any:
    first = problem.duties[1].id
    return problem.roster([[first if (i + d) % 2 else "-" for d in range(7)] for i in range(6)])


def test_the_grid_is_what_hangs_on_the_wall(problem: RosterProblem, plan: Any) -> None:
    table = frames.grid(problem, plan)
    assert table.shape == (6, 7)
    assert list(table.index) == [e.id for e in problem.employees]
    assert isinstance(table.columns[0], dt.date)
    assert table.replace("", "-").to_numpy().tolist() == problem.table(plan)


def test_the_long_form_has_one_row_a_duty(problem: RosterProblem, plan: Any) -> None:
    table = frames.frame(problem, plan)
    assert len(table) == int((plan.duties > 0).sum())
    assert set(table["duty"]) == {problem.duties[1].id}
    assert (table["minutes"] == problem.shifts[problem.duties[1].shift].minutes).all()


def test_the_cover_frame_agrees_with_the_evaluation(problem: RosterProblem, plan: Any) -> None:
    found = problem.evaluate(plan).by_rule()
    short = frames.cover_frame(problem, plan).groupby("rule")[["short", "over"]].sum().sum(axis=1)
    for rule, amount in short.items():
        assert found[str(rule)] == pytest.approx(amount)


def test_requests_granted_and_refused_add_up(problem: RosterProblem, plan: Any) -> None:
    wishes = frames.requests_frame(problem, plan)
    fair = frames.fairness_frame(problem, plan, problem.evaluate(plan))
    assert fair["asked"].sum() == len(wishes)
    assert fair["granted"].sum() == wishes["granted"].sum()
    assert fair["days"].sum() == (plan.duties > 0).sum()


def test_rules_and_violations(problem: RosterProblem, plan: Any) -> None:
    found = problem.evaluate(plan)
    assert frames.rules_frame(found)["cost"].sum() == pytest.approx(found.cost)
    assert len(frames.violations_frame(found)) == len(found.violations)


def test_an_unknown_kind_of_plan_is_told() -> None:
    class Odd:
        kind = "odd"

    with pytest.raises(WardwiseError, match="not a planning problem: Odd"):
        frames.grid(Odd(), Odd())  # type: ignore[arg-type]


def test_hospital_frames_count_the_same_patients(benchmarks: Path) -> None:
    file = next(iter(sorted((benchmarks / "pas" / "instances").glob("testdata01*"))))
    problem: Any = optimise.read(file, format="pas")
    plan: Any = optimise.read_plan(benchmarks / "pas" / "fixtures" / "testdata01_good.sol", problem)
    stays = frames.frame(problem, plan)
    assert stays["days"].sum() == (plan.room >= 0).sum()
    taken = frames.occupancy_frame(problem, plan)
    assert taken["taken"].sum() == stays["days"].sum()
    rooms = frames.grid(problem, plan)
    assert sum(len(cell.split()) for row in rooms.to_numpy() for cell in row) == stays["days"].sum()
    placed = stays["patient"].nunique()
    assert placed + len(frames.not_placed_frame(problem, plan)) == len(problem.patients)
