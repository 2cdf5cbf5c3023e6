"""An outsider recomputes a study from its tables: every figure of the summary, and the success of every circuit."""

import json
import re
import shutil

import numpy as np
import pytest

from optimise.compare import read_study, run_study, write_outcome
from optimise.compare.crossings import crossing_rows
from optimise.compare.scaling import StudyFamily, scaling_rows
from optimise.compare.store import write_tables
from optimise.compare.table import run_rows, summary_rows
from optimise.compare.verdict import sentences
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
name = "Learned"
method = "qaoa"
seeds = [0]
options = { rounds = 2, round_shots = 32, optimiser = "none", depth = 1 }
[[method]]
method = "grover-search"
options = { runs = 20 }
[[method]]
method = "highs-qubo"
seeds = [0]
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
    written = write_outcome(made, run_study(made, folder / "out"), folder / "out")
    return made, folder / "out", written.verdict


def test_every_figure_of_the_summary_is_found_again(study):
    _, out, _ = study
    again = outsider.recompute(outsider.table(out / "runs.parquet"))
    rows = outsider.table(out / "summary.parquet")
    assert len(again) == len(rows) == 10
    for row in rows:
        for name, value in again[row["instance"], row["label"]].items():
            same = row[name] is None if value is None else row[name] == pytest.approx(value, rel=1e-6)
            assert same, (row["label"], name, row[name], value)
    ends = {f"{name}_{end}" for name in ("success", *outsider.CLOCKS) for end in ("low", "high")}
    known = {name for found in again.values() for name in found}
    assert set(rows[0]) == known | ends | set(outsider.FACTS), "a column that nobody recomputes"


def test_no_interval_passes_what_its_runs_could_give(study):
    _, out, _ = study
    runs = outsider.table(out / "runs.parquet")
    seen = 0
    for row in outsider.table(out / "summary.parquet"):
        mine = [r for r in runs if r["label"] == row["label"]]
        for name, measure in outsider.CLOCKS.items():
            low, high = row[f"{name}_low"], row[f"{name}_high"]
            if low is None:
                continue
            assert low <= row[name] * (1 + 1e-9) or measure == "seconds", (row["label"], name)
            assert row[name] <= high * (1 + 1e-9) or measure == "seconds", (row["label"], name)
            if measure != "seconds":  # seconds are smoothed by the work of the runs
                least, most = outsider.widest(mine, measure)
                assert least * (1 - 1e-9) <= low <= high <= most * (1 + 1e-9), (row["label"], name)
                seen += 1
    assert seen > 2


def test_every_exponent_is_found_again(tmp_path):
    rows = []
    for states, work in ((16, 9.0), (64, 20.0), (256, 61.0), (1024, 119.0)):
        rows.append({
            "instance": f"i{states}", "states": float(states), "label": "a", "side": "classical",
            "evaluations_99": work, "tts_99": work**2, "repetitions_99": work,
        })  # fmt: skip
    made = scaling_rows([StudyFamily("f", ("i*",))], rows)
    write_tables(made, tmp_path / "scaling")
    stored = outsider.table(tmp_path / "scaling.parquet")
    assert len(stored) == 3
    for row in stored:
        found = outsider.exponent([(r["states"], r[row["measure"]]) for r in rows])
        assert (row["exponent"], row["low"], row["high"]) == pytest.approx(found)


def test_every_crossing_is_found_again(tmp_path):
    made = ((16, 9.0, 1.0), (64, 20.0, 1.9), (256, 61.0, 5.0), (1024, 119.0, 17.0), (4096, 300.0, 60.0))
    rows = []
    for states, circuits, other in made:
        for label, times in (("a", (5.0, circuits)), ("HiGHS", (other, None))):
            rows.append({
                "instance": f"i{states}", "states": float(states), "label": label, "side": "quantum",
                "tts_99": times[0], "tts_99_ft": times[1],
            })  # fmt: skip
    write_tables(crossing_rows([StudyFamily("f", ("i*",), against="HiGHS")], rows), tmp_path / "crossings")
    (row,) = outsider.table(tmp_path / "crossings.parquet")
    meets, below = outsider.crossing(made)
    assert row["crossing_log2_states"] == pytest.approx(meets)
    assert row["no_crossing_below_log2_states"] == pytest.approx(below, rel=1e-6)
    assert 12 < below < meets


def test_the_success_of_every_circuit_follows_from_its_stored_angles(study):
    made, out, _ = study
    problem = made.problems[0]
    energies = outsider.one_hot_energies(problem.qubo.matrix(), problem.qubo.offset, problem.energy.sizes)
    target = energies.min() + 1e-6 * max(1.0, abs(energies.min()))
    runs = [r for r in outsider.table(out / "runs.parquet") if r["method"] == "qaoa"]
    assert len(runs) == 7
    assert sum(bool(outsider.start(r)) for r in runs) == 1
    for run in runs:
        mixer = json.loads(run["options"]).get("mixer", "grover" if outsider.start(run) else "xy-complete")
        found = outsider.circuit_success(energies, *outsider.angles(run), mixer, target, outsider.start(run))
        assert run["success_probability"] == pytest.approx(found, rel=1e-6)
        assert run["reference"] == pytest.approx(energies.min())


def test_guessing_succeeds_as_often_as_there_are_optima(study):
    made, out, _ = study
    problem = made.problems[0]
    energies = outsider.one_hot_energies(problem.qubo.matrix(), problem.qubo.offset, problem.energy.sizes)
    run = next(r for r in outsider.table(out / "runs.parquet") if r["method"] == "random-feasible")
    assert run["success_probability"] == pytest.approx(np.isclose(energies, energies.min()).mean())


TIMES = {"a": (0.019978, 0.000254), "b": (0.085398, 0.025494), "c": (1.0, 7.0), "d": (3.0, 2.0)}


def test_every_factor_of_the_verdict_is_found_again(tmp_path):
    rows = []
    for name, pair in TIMES.items():
        for side, seconds in zip(("quantum", "classical"), pair):
            told = {
                "repetitions": 9.0,
                "repetition seconds": seconds,
                "success probability": 1.0,
                "success target": 1.0,
            }
            told |= {"repetition evaluations": 7 * seconds, "mean energy": 1.0}
            if side == "quantum":
                told |= {"qpu repetition seconds": seconds**2, "ft repetition seconds": seconds**3, "t gates": 1.0}
            rows.append({
                "instance": name, "family": "f", "kind": "energy", "label": side, "side": side, "method": side,
                "seed": 0, "options": {}, "status": "done", "message": "", "objective": 1.0, "bound": None,
                "feasible": True, "seconds": 1.0, "cpu_seconds": 1.0, "trace": [[0.0, 1.0]], "counts": told,
            })  # fmt: skip
    summary = summary_rows(run_rows(rows, 1e-6))
    write_tables(summary, tmp_path / "summary")
    stored = outsider.table(tmp_path / "summary.parquet")
    for begins, verb, measure, circuits in (
        ("Time to solution", "was faster", "tts_99", "tts_99"),
        ("Energy evaluations", "needed fewer", "evaluations_99", "evaluations_99"),
        ("If the circuits had run on a noiseless", "was faster", "tts_99", "tts_99_qpu"),
        ("If the circuits had run on an error", "was faster", "tts_99", "tts_99_ft"),
    ):
        said = next(s for s in sentences(summary) if s.startswith(begins))
        side, told = re.search(rf"the (\w+) side {verb} by a typical factor of ([-+.e0-9]+)\.", said).groups()
        found = outsider.factors(stored, measure, circuits)
        ahead = outsider.better(stored, measure, circuits)
        assert {int(n) for n in re.findall(r"on (\d+)", said)} == set(ahead.values())
        assert (float(told), side) == (
            pytest.approx(max(found, 1 / found), rel=0.006),
            "quantum" if found > 1 else "classical",
        )


def test_copies_of_one_training_are_told_as_one_run(study):
    _, out, _ = study
    rows = [r for r in outsider.table(out / "summary.parquet") if r["method"] == "qaoa" and r["label"] != "Learned"]
    assert {(r["done"], r["independent_runs"]) for r in rows} == {(2, 1)}
    assert {r["tts_99_low"] for r in rows} | {r["success_low"] for r in rows} == {None}
    assert {r["origin"] for r in rows} == {rows[0]["origin"]} != {"cut"}
    text = (out / "report.html").read_text()
    assert text.count("deterministic: one run") == len(rows)
    assert "exact p" in text
