"""Stage by stage: no week may be planned with knowledge of the weeks after it."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

import optimise
from optimise.core.errors import UnsupportedError, WardwiseError
from optimise.formats.base import read
from optimise.roster.formats.inrc2 import write_history
from optimise.roster.problem import Roster, RosterProblem

SCENARIO = """SCENARIO = duo
WEEKS = 3
SKILLS = 1
Nurse
SHIFT_TYPES = 2
Early (2,3)
Night (1,4)
FORBIDDEN_SHIFT_TYPES_SUCCESSIONS
Early 0
Night 1 Early
CONTRACTS = 1
Full (6,14) (2,5) (1,4) 2 1
NURSES = 4
Ann Full 1 Nurse
Bob Full 1 Nurse
Cat Full 1 Nurse
Dan Full 1 Nurse
"""
HISTORY = "HISTORY\n0 duo\nNURSE_HISTORY\n" + "".join(
    f"{n} 0 0 {last}\n"
    for n, last in (("Ann", "Night 1 2 0"), ("Bob", "None 0 0 1"), ("Cat", "Early 1 1 0"), ("Dan", "None 0 0 3"))
)


def _week(early: int, request: str) -> str:
    cells = " ".join([f"(1,{early})"] * 5 + ["(0,1)"] * 2)
    return (
        f"WEEK_DATA\nduo\nREQUIREMENTS\nEarly Nurse {cells}\nNight Nurse {' '.join(['(0,1)'] * 7)}\n"
        f"SHIFT_OFF_REQUESTS = 1\n{request}\n"
    )


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "duo"
    made.mkdir()
    (made / "Sc-duo.txt").write_text(SCENARIO)
    (made / "H0-duo-0.txt").write_text(HISTORY)
    for w, (early, request) in enumerate(((2, "Ann Any Tue"), (1, "Bob Night Sat"), (2, "Cat Any Mon"))):
        (made / f"WD-duo-{w}.txt").write_text(_week(early, request))
    return made


def _problem(folder: Path, weeks: str = "0-1-2") -> RosterProblem:
    found = read(folder / f"duo_0_{weeks}")
    assert isinstance(found, RosterProblem)
    return found


LIMITS = optimise.Limits(seconds=60, iterations=20)


def _solve(problem: RosterProblem, **options: object) -> optimise.Result:
    return optimise.solve(problem, "stage-by-stage", limits=LIMITS, options={"inner": "highs", **options})


def test_a_week_is_planned_without_knowledge_of_those_after_it(folder: Path) -> None:
    """The first week's roster is the same whatever comes later; so is the second's after the same first."""
    plans = [_solve(_problem(folder, weeks)).plan for weeks in ("0-1-2", "0-2-1", "0-1-1")]
    assert all(isinstance(p, Roster) for p in plans)
    first, other, third = (p.duties for p in plans if isinstance(p, Roster))
    assert np.array_equal(first[:, :7], other[:, :7])
    assert np.array_equal(first[:, :14], third[:, :14])


def test_never_better_than_the_static_optimum(folder: Path) -> None:
    problem = _problem(folder)
    staged, static = _solve(problem), optimise.solve(problem, "highs", limits=LIMITS)
    assert staged.feasible
    assert staged.bounds.dual == -np.inf
    assert static.bounds.dual <= staged.cost + 1e-6


def test_a_stage_carries_the_history_of_the_weeks_before(folder: Path, tmp_path: Path) -> None:
    problem = _problem(folder)
    plan = _solve(problem).plan
    assert isinstance(plan, Roster)
    done = Roster.from_array(plan.duties[:, :7])
    first = read(folder, format="inrc2", history="0", weeks="0", stage=True)
    assert isinstance(first, RosterProblem)
    path = write_history(done, first, tmp_path / "after.txt")
    by_files = read(folder, format="inrc2", history=str(path), weeks="1", stage=True)
    assert isinstance(by_files, RosterProblem)
    stage = problem.meta["stages"].problem(1, plan.duties[:, :7], ahead=0)
    assert stage.employees == by_files.employees
    assert list(stage.compiled.content()) == list(by_files.compiled.content())


def test_requests_of_weeks_to_come_are_unknown(folder: Path) -> None:
    stage = _problem(folder).meta["stages"].problem(0, np.zeros((4, 0), dtype=np.int16))
    assert stage.horizon.days == 21
    asked = next(r for r in stage.rules if r.name == "requests").requests
    assert {r.day for r in asked} == {1}


def test_only_as_read(folder: Path) -> None:
    with pytest.raises(UnsupportedError, match="edited"):
        _solve(_problem(folder).pin("Ann", 0, None))


def test_wrong_look_ahead(folder: Path) -> None:
    with pytest.raises(WardwiseError, match="option ahead: is -1"):
        _solve(_problem(folder), ahead=-1)


def test_other_families_have_no_stages() -> None:
    ward = optimise.read(Path(__file__).parents[3] / "examples" / "minimal.yaml")
    with pytest.raises(UnsupportedError, match="INRC-II"):
        optimise.solve(ward, "stage-by-stage")


def test_the_command_plans_stage_by_stage(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    from optimise.cli import main

    arguments = [
        "solve",
        str(folder / "duo_0_0-1-2"),
        "--stage-by-stage",
        "-m",
        "highs",
        "--time-limit",
        "30",
        "--json",
    ]
    with pytest.raises(SystemExit) as left:
        main(arguments)
    assert left.value.code == 0
    told = capsys.readouterr().out
    assert '"method": "stage-by-stage"' in told
    assert '"inner": "highs"' in told
