"""A run on disk: what is read back is evaluated again, and whatever is malformed is refused in words."""

from __future__ import annotations

import json
import math
import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

import optimise
from optimise.cli.app import app
from optimise.cli.show import verdict
from optimise.core.errors import InputError
from optimise.core.method import Limits
from optimise.core.result import STATED, Bounds
from optimise.core.serialise import Source
from optimise.core.stored import is_run_file
from optimise.report.words import gap_in_words
from optimise.runs.resultfile import read_result, read_run, write_result

TEXT = """\
name: Small
start: 2026-01-05
weeks: 1
shifts: [{id: E, start: "07:00", end: "15:00"}, {id: L, start: "13:00", end: "21:00"}]
staff: [{id: Ann, weekly_hours: 37.5}, {id: Ben, weekly_hours: 37.5}, {id: Chi, weekly_hours: 30}]
demand: [{shifts: [E], minimum: 2}, {shifts: [L], minimum: 1, days: [weekdays]}]
"""


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A finished run of a ward that costs something, proven optimal."""
    place = tmp_path_factory.mktemp("made")
    file = place / "ward.yaml"
    file.write_text(TEXT, encoding="utf-8")
    problem = optimise.read(file)
    result = optimise.solve(problem, method="highs", limits=Limits(30))
    assert result.feasible
    assert result.cost > 1
    write_result(result, problem, place / "run", source=Source(str(file)))
    return place / "run"


@pytest.fixture
def run(made: Path, tmp_path: Path) -> Path:
    shutil.copytree(made, tmp_path / "run")
    return tmp_path / "run"


def table_of(ward: Path, folder: Path) -> Path:
    """The ward as a folder of CSV files."""
    done = CliRunner().invoke(app, ["convert", str(ward), str(folder), "--to", "table"])
    assert done.exit_code == 0, done.output
    return folder


Change = Callable[[dict[str, Any]], object]


def edit(run: Path, change: Change) -> None:
    file = run / "result.json"
    data = json.loads(file.read_text())
    change(data)
    file.write_text(json.dumps(data))


def cheaper(data: dict[str, Any], cost: float) -> None:
    data["cost"] = data["lower_bound"] = data["evaluation"]["cost"] = cost
    data["bounds"]["primal"] = data["bounds"]["dual"] = cost


def bound(data: dict[str, Any], value: float | None) -> None:
    data["lower_bound"] = data["bounds"]["dual"] = value
    data["stop"] = "time"


# ---- evaluated again ----------------------------------------------------------------------------------------------
def test_an_honest_run_is_read_and_its_bound_is_said_to_be_that_of_its_run(run: Path) -> None:
    edit(run, lambda d: d["provenance"].update(started="2026-11-30T09:00:00+00:00"))
    found = read_run(run).result
    assert found.evaluation == read_run(run).problem.evaluate(found.plan)  # type: ignore[arg-type]
    assert found.bounds.dual_source.startswith("proven by the run of 30 Nov 2026: ")
    assert found.bounds.primal_source == "evaluated again"
    assert "optimal (proven by the run of 30 Nov 2026)" in verdict(found)
    assert "no plan costs less (proven by the run of 30 Nov 2026)." in gap_in_words(found).text
    assert gap_in_words(found).tone == "good"


def test_a_bound_that_its_trace_does_not_end_with_is_only_stated(run: Path) -> None:
    (run / "trace.csv").unlink()
    found = read_run(run).result
    assert found.bounds.dual_source.startswith(STATED)
    assert gap_in_words(found).tone == "note"
    assert STATED in verdict(found)


def test_a_bound_from_a_checkpoint_is_not_said_to_be_proven_by_its_last_run(run: Path) -> None:
    edit(run, lambda d: d["bounds"].update(dual_source="from checkpoint: HiGHS"))
    assert read_run(run).result.bounds.dual_source.startswith(STATED)


def test_a_run_that_does_not_say_when_it_began_only_states_its_bound(run: Path) -> None:
    edit(run, lambda d: d["provenance"].update(started=""))
    assert read_run(run).result.bounds.dual_source.startswith(STATED)


def test_without_the_instance_it_says_that_nothing_was_evaluated(run: Path) -> None:
    found = read_result(run)
    assert found.plan is None
    assert "not evaluated here" in found.bounds.primal_source
    assert STATED in found.bounds.dual_source


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda d: cheaper(d, 0), r"result\.json: cost: says 0, the plan beside it evaluates to"),
        (lambda d: cheaper(d, 1e9), r"cost: says 1000000000, the plan"),
        (lambda d: cheaper(d, -5), r"cost: says -5, the plan"),
        (lambda d: d.update(cost=0), r"cost: is 0, but bounds\.primal is"),
        (lambda d: d.update(lower_bound=0), r"lower_bound: is 0, but bounds\.dual is"),
        (lambda d: d["evaluation"].update(cost=0), r"cost: is .*, but evaluation\.cost is 0"),
        (lambda d: d["evaluation"].update(hard=3), r"evaluation\.hard: says 3, the plan beside it evaluates to 0"),
        (lambda d: d.update(feasible=False), r"feasible: is False"),
        (lambda d: bound(d, 1e6), r"lower_bound: is 1000000, above the cost"),
        (lambda d: (bound(d, 0), d.update(stop="optimal")), r"stop: is optimal, but the cost is .* lower bound 0"),
        (lambda d: (bound(d, None), d.update(stop="optimal")), r"stop: is optimal, but .* lower bound unknown"),
        (lambda d: d.update(stop="infeasible"), r"stop: is infeasible, but there is a plan"),
        (lambda d: d.update(evaluation=None), r"feasible: is True, the evaluation says otherwise"),
        (lambda d: d["files"].update(native_plan=[]), r"no plan is listed"),
        (lambda d: d["files"].update(native_plan=["../run/plan.json"]), r"files\.native_plan: .* is no file of a run"),
        (lambda d: d["files"].update(native_plan=["native-plan.json"]), r"no such plan"),
        (lambda d: d["source"].update(replan={"freeze_until": 2}), r"source\.replan.*names no plan"),
    ],
)
def test_what_differs_from_the_plan_is_refused(run: Path, change: Change, words: str) -> None:
    edit(run, change)
    with pytest.raises(InputError, match=words):
        read_run(run)


def test_a_weaker_bound_is_believed_and_called_hearsay(run: Path) -> None:
    edit(run, lambda d: bound(d, 0.5))
    found = read_run(run).result
    assert found.bounds.dual == 0.5
    assert found.bounds.hearsay == STATED


def test_a_plan_that_was_changed_is_noticed(run: Path) -> None:
    file = run / "plan.json"
    plan = json.loads(file.read_text())
    plan["roster"]["Ann"] = {}
    file.write_text(json.dumps(plan))
    with pytest.raises(InputError, match="evaluates to"):
        read_run(run)
    shown = read_run(run, plan=file)
    assert shown.result.bounds.primal_source == "plan given by hand"
    assert shown.result.evaluation == shown.problem.evaluate(shown.result.plan)
    assert not shown.result.proven


def test_a_workbook_changed_by_hand_is_not_shown_as_it_was(made: Path, tmp_path: Path) -> None:
    tables = table_of(made.parent / "ward.yaml", tmp_path / "tables")
    problem = optimise.read(tables)
    result = optimise.solve(problem, method="highs", limits=Limits(30))
    write_result(result, problem, tmp_path / "out", source=Source(str(tables)))
    file = tmp_path / "out" / "plan.csv"
    later = file.stat().st_mtime + 60
    os.utime(file, (later, later))
    assert read_run(tmp_path / "out").result.cost == result.cost  # saved again, nothing changed
    first, *rest = file.read_text(encoding="utf-8").splitlines()
    name, *days = rest[0].split(",")
    free = ",".join([name, *("" if day in "EL" else day for day in days)])
    file.write_text("\n".join([first, free, *rest[1:]]) + "\n", encoding="utf-8")
    os.utime(file, (later, later))
    with pytest.raises(InputError, match=r"changed since the run; 'wardwise report .* --plan"):
        read_run(tmp_path / "out")
    assert read_run(tmp_path / "out", plan=file).result.cost > result.cost


def test_a_trace_with_a_bound_above_the_cost_is_refused(run: Path) -> None:
    file = run / "trace.csv"
    file.write_text(file.read_text() + "99,inf,1e9,0,forged\n")
    with pytest.raises(InputError, match=r"trace\.csv:\d+: the bound 1000000000 is above the cost"):
        read_run(run)


def test_only_bounds_of_this_run_are_no_hearsay() -> None:
    assert Bounds(5, 5, "a", "column generation").hearsay == ""
    assert Bounds(5, 5, "a", "from checkpoint: column generation").hearsay == "from checkpoint"


# ---- malformed ----------------------------------------------------------------------------------------------------
def places(data: Any, path: tuple[str | int, ...] = ()) -> Iterator[tuple[str | int, ...]]:
    """Every place of a JSON value; of a list its first entry."""
    if path:
        yield path
    if isinstance(data, dict):
        for key, value in data.items():
            yield from places(value, (*path, key))
    elif isinstance(data, list) and data:
        yield from places(data[0], (*path, 0))


def deep(levels: int) -> Any:
    made: Any = 1
    for _ in range(levels):
        made = [made]
    return made


GONE = object()
VALUES = (
    GONE,
    None,
    "x",
    -1,
    10**400,
    1e308,
    True,
    [],
    {},
    [[]],
    {"a": {"b": []}},
    math.nan,
    math.inf,
    -math.inf,
    deep(300),
    "x" * 10**6,
)


def put(data: Any, path: tuple[str | int, ...], value: Any) -> None:
    for step in path[:-1]:
        data = data[step]
    if value is GONE:
        del data[path[-1]]
    else:
        data[path[-1]] = value


def accepted(run: Path) -> bool:
    """Whether it is read; anything but an InputError in words goes through to the test."""
    said = ""
    try:
        assert read_run(run).result.evaluation is not None
    except InputError as error:
        said = str(error)
    assert len(said) < 3000
    return not said


def test_every_field_of_a_result_mutated_is_refused_or_changes_nothing(run: Path) -> None:
    file = run / "result.json"
    text = file.read_text()
    whole = json.loads(text)
    cost = read_run(run).result.cost
    tried = refused = 0
    for path in places(whole):
        for value in VALUES:
            data = json.loads(text)
            put(data, path, value)
            file.write_text(json.dumps(data))
            tried += 1
            if accepted(run):
                assert read_run(run).result.cost == cost
            else:
                refused += 1
    assert tried > 700
    assert refused > tried / 2


CONTENT: dict[str, bytes] = {
    "empty": b"",
    "blank": b" \n",
    "null": b"null",
    "a list": b"[]",
    "a number": b"1e999",
    "binary": bytes(range(256)),
    "zeros": b"\0" * 1000,
    "utf-16": '{"schema": "wardwise-result/1"}'.encode("utf-16"),
    "latin-1": '{"schema": "wardwise-result/1", "instance": "Zürich"}'.encode("latin-1"),
    "deep": b"[" * 100_000,
    "deep objects": b'{"a":' * 100_000,
    "long number": b'{"schema": ' + b"9" * 10_000 + b"}",
}


@pytest.mark.parametrize("name", ["result.json", "plan.json", "trace.csv"])
@pytest.mark.parametrize("content", CONTENT)
def test_other_content_is_refused_or_changes_nothing(run: Path, name: str, content: str) -> None:
    (run / name).write_bytes(CONTENT[content])
    assert not accepted(run) or name == "trace.csv"


@pytest.mark.parametrize("name", ["result.json", "plan.json"])
def test_a_file_cut_short_is_refused(run: Path, name: str) -> None:
    text = (run / name).read_text().rstrip()
    for cut in range(0, len(text), max(1, len(text) // 60)):
        (run / name).write_text(text[:cut])
        assert not accepted(run)


def test_duplicate_keys_are_refused(run: Path) -> None:
    file = run / "result.json"
    file.write_text(file.read_text().replace('"cost"', '"cost": 0,\n "cost"', 1))
    with pytest.raises(InputError, match="the key 'cost' is given twice"):
        read_run(run)


def test_a_folder_in_place_of_a_file_is_refused(run: Path) -> None:
    (run / "result.json").unlink()
    (run / "result.json").mkdir()
    with pytest.raises(InputError, match="no finished run"):
        read_run(run)


# ---- written ------------------------------------------------------------------------------------------------------
def test_only_files_of_runs_are_removed(run: Path) -> None:
    stored = read_run(run)
    kept = {"thesis.docx": "mine", "sub/plan.json": "mine", "notes.csv": "mine", "plan.docx": "mine"}
    (run / "sub").mkdir()
    for name, text in kept.items():
        (run / name).write_text(text)
    outside = run.parent / "plan.csv"
    outside.write_text("mine")
    (run / "plan-week0.txt").symlink_to(outside)
    (run / "plan-week1.txt").mkdir()
    (run / "plan.xml").write_text("of an earlier run")
    listed = [
        *kept,
        "../plan.csv",
        str(outside),
        "plan-week0.txt",
        "plan-week1.txt",
        "plan.xml",
        "result.json",
        "",
        ".",
        3,
    ]
    edit(run, lambda d: d["files"].update(plan=listed, trace="thesis.docx"))
    write_result(stored.result, stored.problem, run, source=Source(str(run)))
    assert {name: (run / name).read_text() for name in kept} == kept
    assert outside.read_text() == "mine"
    assert (run / "plan-week1.txt").is_dir()
    assert not (run / "plan.xml").exists()
    assert (run / "result.json").exists()


@pytest.mark.parametrize("files", [3, "thesis.docx", [], {"plan": 3}, {"plan": {"a": 1}}, {"trace": ["x"]}, None])
def test_an_earlier_list_of_files_may_be_anything(run: Path, files: Any) -> None:
    stored = read_run(run)
    edit(run, lambda d: d.update(files=files))
    write_result(stored.result, stored.problem, run)


@pytest.mark.parametrize(
    "name", ["../plan.json", "plan.json/", "/plan.json", "Plan.json", "plan.json\n", "plan", "plan.py"]
)
def test_names_that_no_run_gives(name: str) -> None:
    assert not is_run_file(name)


def test_a_folder_in_the_way_is_named(run: Path) -> None:
    stored = read_run(run)
    (run / "trace.csv").unlink()
    (run / "trace.csv").mkdir()
    with pytest.raises(InputError, match="cannot be written"):
        write_result(stored.result, stored.problem, run)
