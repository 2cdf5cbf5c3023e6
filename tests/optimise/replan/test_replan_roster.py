"""Planning a roster again: the past stays, changes are priced, people and days are matched by name and date."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

import optimise
from optimise.core.errors import InputError
from optimise.core.horizon import Horizon
from optimise.replan import changes, read_previous, replan, replanning
from optimise.roster.problem import Employee, Roster, RosterProblem

EXAMPLE = Path(__file__).parents[3] / "examples" / "ward4x7.json"
LIMITS = optimise.Limits(seconds=20)


@pytest.fixture(scope="module")
def ward() -> RosterProblem:
    found = optimise.read(EXAMPLE)
    assert isinstance(found, RosterProblem)
    return found


@pytest.fixture(scope="module")
def published(ward: RosterProblem, tmp_path_factory: pytest.TempPathFactory) -> tuple[Roster, Path]:
    plan = optimise.solve(ward, "highs", limits=LIMITS).plan
    assert isinstance(plan, Roster)
    (path,) = optimise.write_plan(plan, ward, tmp_path_factory.mktemp("run") / "native-plan", format="native")
    return plan, path


def sick(ward: RosterProblem, plan: Roster) -> tuple[RosterProblem, int, int]:
    """The ward with one worked day after Tuesday off sick; who and when."""
    person, day = (int(v) for v in np.argwhere(plan.duties[:, 2:] > 0)[0])
    return ward.pin(ward.employees[person].id, day + 2, None), person, day + 2


def test_nothing_changes_when_nothing_happened(ward: RosterProblem, published: tuple[Roster, Path]) -> None:
    plan, path = published
    task = replanning(ward, read_previous(path, ward), freeze_until=2)
    assert task.start == plan
    result = optimise.solve(task.problem, "highs", limits=LIMITS, start=task.start)
    assert result.plan == plan
    assert changes(ward, task.previous, result.plan) == ()


def test_a_plan_that_sickness_breaks_is_mended_as_a_start(ward: RosterProblem, published: tuple[Roster, Path]) -> None:
    plan, path = published
    today, person, day = sick(ward, plan)
    task = replanning(today, read_previous(path, today), freeze_until=2)
    assert isinstance(task.start, Roster)
    assert task.problem.evaluate(task.start).feasible
    assert task.start.duties[person, day] == 0
    others = np.arange(len(plan.duties)) != person
    assert (task.start.duties[others] == plan.duties[others]).all()


def test_sickness_changes_as_little_as_it_is_worth(ward: RosterProblem, published: tuple[Roster, Path]) -> None:
    plan, path = published
    today, person, day = sick(ward, plan)
    counts = []
    for price in (0, 1, 1000):
        task = replanning(today, read_previous(path, today), freeze_until=2, change_cost=price)
        result = optimise.solve(task.problem, "highs", limits=LIMITS)
        assert result.feasible
        assert isinstance(result.plan, Roster)
        assert np.array_equal(result.plan.duties[:, :2], plan.duties[:, :2])
        assert result.plan.duties[person, day] == 0
        found = changes(today, task.previous, result.plan)
        assert any(c.who == ward.employees[person].id and c.day == day and c.now == "-" for c in found)
        counts.append(len(found))
        if price:
            cost = result.evaluation.by_rule()["changes to the earlier plan"]
            assert cost == pytest.approx(len(found))
    assert counts[0] >= counts[1] >= counts[2] >= 1


def test_frozen_days_are_hard(ward: RosterProblem, published: tuple[Roster, Path]) -> None:
    plan, path = published
    task = replanning(ward, read_previous(path, ward), freeze_until=3)
    other = plan.duties.copy()
    other[:, 0] = np.roll(other[:, 0], 1)
    assert "frozen days" in {v.rule for v in task.problem.evaluate(Roster(other)).violations if v.hard}


def test_people_come_and_go(ward: RosterProblem, published: tuple[Roster, Path], tmp_path: Path) -> None:
    plan, path = published
    today = ward.with_employee(Employee("NEW", skills=ward.employees[0].skills), like=ward.employees[0].id)
    document = json.loads(path.read_text())
    document["roster"]["LEFT"] = {}
    (tmp_path / "native-plan.json").write_text(json.dumps(document))
    previous = read_previous(tmp_path, today)
    assert not previous.known[-1].any()
    assert previous.known[:-1].all()
    assert np.array_equal(previous.plan.duties[:-1], plan.duties)
    assert any("LEFT" in note for note in previous.notes)
    assert any("NEW" in note for note in previous.notes)


def test_the_days_roll_on_by_date(tmp_path: Path) -> None:
    """Next week's problem knows last week's duties as history and the overlap as the earlier plan."""
    ward = optimise.read(EXAMPLE)
    assert isinstance(ward, RosterProblem)
    assert ward.horizon.start is not None
    rng = np.random.default_rng(1)
    plan = Roster(rng.integers(0, len(ward.duties), (len(ward.employees), ward.horizon.days)).astype(np.int16))
    (path,) = optimise.write_plan(plan, ward, tmp_path / "native-plan", format="native")
    later = replace(ward, horizon=Horizon(ward.horizon.days, ward.horizon.date(3)))
    previous = read_previous(path, later)
    kept = ward.horizon.days - 3
    assert np.array_equal(previous.plan.duties[:, :kept], plan.duties[:, 3:])
    assert previous.known[:, :kept].all()
    assert not previous.known[:, kept:].any()
    assert previous.before[0] == tuple(plan.duties[0, 2::-1].tolist())
    made = replanning(later, previous, freeze_until=1).problem
    for was, now in zip(later.employees, made.employees, strict=True):
        assert now.history == (was.history or now.history)
        assert now.history


@pytest.mark.parametrize(
    ("until", "cost", "message"), [(99, 1, "days run"), (-1, 1, "days run"), (0, -1, "price of 0")]
)
def test_wrong_wishes(
    ward: RosterProblem, published: tuple[Roster, Path], until: int, cost: float, message: str
) -> None:
    with pytest.raises(InputError, match=message):
        replanning(ward, read_previous(published[1], ward), freeze_until=until, change_cost=cost)


def test_an_empty_folder_holds_no_plan(ward: RosterProblem, tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no plan of an earlier run"):
        read_previous(tmp_path, ward)


def test_everybody_who_came_or_went_is_listed(
    ward: RosterProblem, published: tuple[Roster, Path], tmp_path: Path
) -> None:
    """New people, people who left, shifts that are gone: by name, day and date, in CSV, HTML and the workbook."""
    from openpyxl import load_workbook

    from optimise.core.result import Bounds, Result, Stop
    from optimise.replan.changes import changes_csv, told
    from optimise.report import write_excel
    from optimise.report.asked import Asked
    from optimise.report.html import html

    plan, path = published
    today = ward.with_employee(Employee("NEW", name="Nia New"), like=ward.employees[0].id)
    document = json.loads(path.read_text())
    keys = [ward.horizon.date(d).isoformat() for d in range(ward.horizon.days)]  # type: ignore[union-attr]
    document["roster"]["=LEFT"] = {keys[1]: ward.duties[1].id, keys[3]: ward.duties[2].id}
    somebody = ward.employees[1].id
    document["roster"][somebody] = {**document["roster"][somebody], keys[0]: "GONE-SHIFT"}
    (tmp_path / "native-plan.json").write_text(json.dumps(document))
    task = replanning(today, read_previous(tmp_path, today))
    duties = np.vstack([plan.duties, np.zeros(ward.horizon.days, dtype=np.int16)])
    duties[-1, 2] = 1
    new = Roster(duties)
    found = changes(task.problem, task.previous, new)
    rows = {(c.who, c.what, c.day, c.was, c.now) for c in found}
    assert ("NEW", "joined", 2, "-", "1 duty") in rows
    assert ("NEW", "duty", 2, "-", ward.duties[1].id) in rows
    assert ("=LEFT", "left", 1, "2 duties", "-") in rows
    assert ("=LEFT", "duty", 3, ward.duties[2].id, "-") in rows
    assert (somebody, "duty", 0, "GONE-SHIFT", ward.table(plan)[1][0]) in rows
    assert all(c.date == keys[c.day] for c in found)
    assert {c.name for c in found if c.who == "NEW"} == {"Nia New"}
    text = changes_csv(found)
    assert text.splitlines()[0] == "who,name,what,day,date,was,now"
    assert "\n'=LEFT," in text
    assert "1 joined" in told(found)
    made = task.problem.evaluate(new)
    result = Result(new, Stop.TIME, Bounds(), made)
    page = html(result, task.problem, Asked(changes=found))
    for word in ("=LEFT", "Nia New", "GONE-SHIFT", keys[3]):
        assert f"<td>{word}</td>" in page or f'<td class="n">{word}</td>' in page
    book = load_workbook(write_excel(result, task.problem, tmp_path / "r.xlsx", changes=found))
    assert book["Changes"].max_row == len(found) + 1


def test_the_earlier_plan_may_be_an_object_and_the_first_open_day_a_date(
    ward: RosterProblem, published: tuple[Roster, Path]
) -> None:
    plan, path = published
    by_file, by_object = replan(ward, path, freeze_until=2), replan(ward, plan, freeze_until="2026-01-07")
    assert by_object.problem.digest() == by_file.problem.digest()
    assert by_object.freeze_until == 2
    assert by_object.start == plan
    with pytest.raises(InputError):
        replan(ward, Roster.from_array(plan.duties[:, 1:]))
    with pytest.raises(InputError, match="another day"):
        replan(ward, plan, days_since=1)
    with pytest.raises(InputError, match="outside the horizon"):
        replan(ward, plan, freeze_until="2027-01-07")


def test_days_since_may_not_contradict_the_dates_of_a_roster(
    ward: RosterProblem, published: tuple[Roster, Path]
) -> None:
    assert read_previous(published[1], ward, days_since=0).plan == published[0]
    with pytest.raises(InputError, match="is 1, but by the dates today is day 0 of the earlier plan"):
        read_previous(published[1], ward, days_since=1)


def test_a_start_that_highs_misreads_costs_nothing() -> None:
    """HiGHS 1.15.1 takes the mended start of 119 for one of 34, and that for the optimum."""
    document = {
        "start": "2026-01-05",
        "weeks": 1,
        "shifts": [{"id": "E", "start": "07:00", "end": "15:00", "break_minutes": 30}],
        "staff": [{"id": "Ann", "weekly_hours": 22.5}, {"id": "Ben", "weekly_hours": 15}],
        "demand": [{"shifts": ["E"], "minimum": 1, "days": ["weekdays"]}],
        "requests": [{"staff": "Ann", "days": ["2026-01-07"], "want": "off", "weight": 5}],
    }
    published = Roster.from_array([[0, 1, 0, 1, 1, 0, 0], [1, 0, 1, 0, 0, 0, 0]])
    document["leave"] = [{"staff": "Ben", "first": "2026-01-07", "kind": "sick"}]
    task = replan(optimise.Ward.model_validate(document).problem(), published, freeze_until=2)
    assert task.start is not None
    assert task.problem.evaluate(task.start).cost == 119
    result = optimise.solve(task.problem, "highs", start=task.start, limits=optimise.Limits(seconds=20))
    assert (result.cost, result.bounds.dual) == (49, 49)
