"""What masters are cut from is made once, by the study itself, and how near a shot comes to the certified bound."""

import csv
import os
import subprocess
import sys

import numpy as np
import pytest

import optimise
from optimise.core.errors import InputError
from optimise.core.method import Limits
from optimise.roster.columns import PricedColumns, read_columns, write_columns
from quantum.making import columns_of, plan_of
from quantum.pieces import RosterCutter
from quantum.sources import bed_masters, masters
from tests.conftest import ROOT

WARD, BEDS = ROOT / "examples" / "ward4x7.json", ROOT / "examples" / "beds6.json"
STUDY = """
title = "One command"
time_limit = 10

[[instance]]
source = "masters"
path = "ward.json"
columns = "made/columns.json"
make = { time_limit = 20, seed = 1 }
people = [2]
columns_each = 2
cover = "hubo"

[[method]]
method = "random-feasible"

[[method]]
method = "highs-qubo"
"""


@pytest.fixture(scope="module")
def ward():
    return optimise.read(WARD)


@pytest.fixture(scope="module")
def beds():
    return optimise.read(BEDS)


@pytest.fixture(scope="module")
def made(ward, tmp_path_factory):
    """Columns that were made, and their file."""
    file = tmp_path_factory.mktemp("made") / "new" / "columns.json"
    return columns_of(ward, file, {"time_limit": 20, "seed": 1}), file


def test_columns_are_made_with_plan_and_bound(ward, made):
    columns, file = made
    assert columns.bound <= columns.cost == ward.evaluate(columns.plan).cost
    assert all(len(words) for words in columns.words)
    assert [f.name for f in file.parent.iterdir()] == [file.name]


def test_what_is_there_is_not_made_anew(ward, made, monkeypatch):
    _, file = made
    monkeypatch.setattr("quantum.making.solve", None)
    before = file.read_bytes()
    assert columns_of(ward, file, {"seed": 2}).cost == columns_of(ward, file).cost
    assert file.read_bytes() == before


def test_who_ends_first_is_kept(ward, made, tmp_path, monkeypatch):
    """Another process writes its columns while ours are made."""
    columns, _ = made
    file = tmp_path / "columns.json"

    def slower(problem, method, *, limits, seed, options):
        write_columns(columns, problem, file)
        other = RosterCutter(problem).start(7)
        write_columns(
            PricedColumns(columns.words, columns.costs, columns.reduced, other, 0.0, -np.inf),
            problem,
            tmp_path / options["columns"],
        )

    monkeypatch.setattr("quantum.making.solve", slower)
    found = columns_of(ward, file, {})
    np.testing.assert_array_equal(found.plan.duties, columns.plan.duties)
    assert [f.name for f in tmp_path.iterdir()] == [file.name]


def test_a_run_without_columns_is_said_and_leaves_nothing(ward, tmp_path, monkeypatch):
    monkeypatch.setattr("quantum.making.solve", lambda *_, **__: None)
    with pytest.raises(InputError, match=r"no columns of .* after 3 s.*more time") as told:
        columns_of(ward, tmp_path / "columns.json", {"time_limit": 3})
    assert told.value.item == "make.time_limit"
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(
    ("make", "said"),
    [
        (60, "expected a table of time_limit"),
        ({"time_limit": 0}, "greater than 0, got 0"),
        ({"seconds": 3}, "make has no option 'seconds'; it has: time_limit, iterations, seed"),
    ],
)
def test_a_wrong_table_is_told_before_anything_runs(ward, beds, tmp_path, make, said):
    with pytest.raises(InputError, match=said):
        columns_of(ward, tmp_path / "columns.json", make)
    with pytest.raises(InputError, match=said):
        plan_of(beds, tmp_path / "plan.json", make)


def test_a_missing_file_without_make_is_an_error(ward, tmp_path):
    with pytest.raises(InputError, match=r"columns\.json"):
        columns_of(ward, tmp_path / "columns.json")


def test_a_limit_of_work_is_passed_on(ward, tmp_path, monkeypatch):
    asked = []
    monkeypatch.setattr("quantum.making.solve", lambda *_, limits, seed, **__: asked.append((limits, seed)))
    with pytest.raises(InputError, match="no columns"):
        columns_of(ward, tmp_path / "columns.json", {"time_limit": 9, "iterations": 50, "seed": 4})
    assert asked == [(Limits(9.0, iterations=50), 4)]


def test_a_bed_plan_is_made_as_a_run_with_its_bound(beds, tmp_path):
    table = {"path": str(BEDS), "plan": "run/plan.json", "people": [2], "columns_each": 2}
    proven = optimise.solve(beds, "highs", limits=Limits(20))
    made = bed_masters({**table, "make": {"time_limit": 20}}, tmp_path)[0]
    assert made.bound == proven.bounds.dual == made.optimum
    assert (tmp_path / "run" / "result.json").is_file()
    assert [f.name for f in tmp_path.iterdir()] == ["run"]
    (tmp_path / "run" / "result.json").unlink()
    assert bed_masters(table, tmp_path)[0].bound == -np.inf
    with pytest.raises(InputError, match=r"expected plan\.json") as told:
        bed_masters({**table, "plan": "other.json", "make": {}}, tmp_path)
    assert told.value.item == "plan"


def test_nearness_is_the_share_of_states_within_a_hundredth_of_the_bound(ward, made):
    _, file = made
    table = {"path": str(WARD), "columns": str(file), "people": [2], "columns_each": 2}
    exact = masters({**table, "cover": "hubo"}, file.parent)[0]
    bound = read_columns(file, ward).bound
    costs = [exact.true_cost(c) for c in exact.blocks.choices(np.arange(4))]
    share = np.mean([cost <= 1.01 * bound + 1e-6 for cost in costs])
    told = optimise.solve(exact, "random-feasible", options={"shots": 8}).stats.counts
    assert told["near target"] == pytest.approx(1.01 * bound)
    assert told["near probability"] == share
    assert "near probability" not in optimise.solve(exact, "highs-qubo").stats.counts
    fit = masters({**table, "cover": "fit", "most_error": np.inf}, file.parent)[0]
    assert fit.near is None or fit.error == 0


def test_one_command_makes_the_study(tmp_path):
    (tmp_path / "ward.json").write_text(WARD.read_text())
    (tmp_path / "study.toml").write_text(STUDY)
    command = [sys.executable, "-m", "optimise", "compare", "study.toml", "--output", "out"]
    env = {**os.environ, "PYTHONPATH": str(ROOT)}
    done = subprocess.run(command, cwd=tmp_path, env=env, capture_output=True, text=True, timeout=250, check=False)
    assert done.returncode == 0, done.stderr
    assert "made now, for up to 20 s, into made/columns.json" in done.stderr
    assert (tmp_path / "made" / "columns.json").is_file()
    assert "p near" in (tmp_path / "out" / "report.html").read_text()
    with (tmp_path / "out" / "summary.csv").open() as text:
        shares = {row["label"]: float(row["near_probability"]) for row in csv.DictReader(text)}
    assert 0 < shares["random-feasible"] <= 1 == shares["highs-qubo"]
