"""An outsider recomputes a study from its tables: every figure of the summary, and the success of every circuit."""

import json
import shutil

import numpy as np
import pytest

from optimise.compare import read_study, run_study, write_outcome
from tests.conftest import ROOT
from tests.quantum import outsider

STUDY = """
seeds = [0, 1]
time_limit = 20
[[instance]]
source = "encoded"
name = "cut"
path = "ward4x7.json"
people = 3
days = [4, 6]
[[method]]
name = "QAOA"
method = "qaoa"
options = { evaluations = 15 }
grid = { depth = [1, 2] }
[[method]]
name = "Grover"
method = "qaoa"
options = { mixer = "grover", optimiser = "none", depth = 2 }
[[method]]
method = "random-feasible"
[[method]]
method = "random-bits"
[[method]]
method = "one-hot-annealing"
options = { sweeps = 5 }
[[method]]
method = "brute-force"
seeds = [0]
"""


@pytest.fixture(scope="module")
def study(tmp_path_factory):
    folder = tmp_path_factory.mktemp("study")
    shutil.copy(ROOT / "examples" / "ward4x7.json", folder)
    (folder / "study.toml").write_text(STUDY)
    made = read_study(folder / "study.toml")
    write_outcome(made, run_study(made, folder / "out"), folder / "out")
    return made, folder / "out"


def test_every_figure_of_the_summary_is_found_again(study):
    _, out = study
    again = outsider.recompute(outsider.table(out / "runs.parquet"))
    rows = outsider.table(out / "summary.parquet")
    assert len(again) == len(rows) == 7
    for row in rows:
        for name, value in again[row["instance"], row["label"]].items():
            assert row[name] == pytest.approx(value, rel=1e-6), (row["label"], name)


def test_the_success_of_every_circuit_follows_from_its_stored_angles(study):
    made, out = study
    problem = made.problems[0]
    energies = outsider.one_hot_energies(problem.qubo.matrix(), problem.qubo.offset, problem.energy.sizes)
    target = energies.min() + 1e-6 * max(1.0, abs(energies.min()))
    runs = [r for r in outsider.table(out / "runs.parquet") if r["method"] == "qaoa"]
    assert len(runs) == 6
    for run in runs:
        mixer = json.loads(run["options"]).get("mixer", "xy-complete")
        found = outsider.circuit_success(energies, *outsider.angles(run), mixer, target)
        assert run["success_probability"] == pytest.approx(found, rel=1e-6)
        assert run["reference"] == pytest.approx(energies.min())


def test_guessing_succeeds_as_often_as_there_are_optima(study):
    made, out = study
    problem = made.problems[0]
    energies = outsider.one_hot_energies(problem.qubo.matrix(), problem.qubo.offset, problem.energy.sizes)
    (run, _) = [r for r in outsider.table(out / "runs.parquet") if r["method"] == "random-feasible"]
    assert run["success_probability"] == pytest.approx(np.isclose(energies, energies.min()).mean())
