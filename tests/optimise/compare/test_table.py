"""Facts of runs become rows: references, success, time to solution, submission table."""

import csv
import math

import pytest

from optimise.compare.qoblib import QOBLIB_COLUMNS, qoblib_rows
from optimise.compare.table import references, run_rows, summary_rows


def facts(label="a", seed=0, objective=10.0, **more):
    """Facts of one run as a cell keeps them."""
    counts = more.pop("counts", {})
    return {
        "instance": "one", "family": "toy", "kind": "energy", "label": label, "side": None,
        "method": label, "seed": seed,
        "options": {}, "status": "done", "message": "", "stop": "time", "objective": objective, "bound": None,
        "feasible": objective is not None, "seconds": 2.0, "cpu_seconds": 1.5, "trace": [[0.5, objective]],
        "counts": counts, "series": {}, "optimum": None, "optimum_source": "", "machine": "m", "started": "2026-01-05T",
        "shape": {"size": 4.0, "nonzeros": 3.0, "smallest": -1.0, "largest": 2.0, "integral": 1.0}, **more,
    }  # fmt: skip


def sampled(chance, target, **more):
    return {
        "repetitions": 100.0, "repetition seconds": 0.01, "training seconds": 3.0, "mean energy": 12.0,
        "random energy": 20.0, "success probability": chance, "success target": target, **more,
    }  # fmt: skip


def test_reference_is_the_known_optimum_else_the_best_run():
    assert references([facts(objective=10.0), facts(objective=8.0)])["one"] == (8.0, "best of this study, not proven")
    assert references([facts(objective=8.0, bound=8.0)])["one"][1] == "proven in this study"
    assert references([facts(objective=8.0, optimum=7.0, optimum_source="book")])["one"] == (7.0, "book")


def test_time_to_solution_of_a_sampler_counts_its_training():
    row = run_rows([facts(objective=8.0, counts=sampled(0.5, 8.0))], 1e-6)[0]
    assert row["repetitions_99"] == 7
    assert row["tts_99"] == pytest.approx(3.07)
    assert row["ratio"] == pytest.approx(8 / 12)


def test_success_against_another_target_is_no_success():
    rows = run_rows([facts("a", objective=9.0, counts=sampled(0.5, 9.0)), facts("b", objective=8.0)], 1e-6)
    assert rows[0]["success_probability"] == 0.0
    assert rows[0]["tts_99"] == math.inf


def test_a_whole_run_repeats_until_it_first_reached_the_reference():
    rows = run_rows([facts(objective=8.0, trace=[[0.2, 9.0], [1.25, 8.0]]), facts(seed=1, objective=9.0)], 1e-6)
    # in processor seconds: 1.25 of 2 wall seconds are that share of 1.5 processor seconds
    assert [r["tts_99"] for r in rows] == [pytest.approx(1.25 / 2 * 1.5), math.inf]
    pooled = summary_rows(rows)[0]
    assert pooled["success_probability"] == 0.5
    assert pooled["tts_99"] == pytest.approx(7 * (1.25 / 2 + 1) * 1.5 / 2)
    assert pooled["tts_99_low"] <= pooled["tts_99"] <= pooled["tts_99_high"]


def test_a_refused_run_stays_in_the_table():
    refused = {
        k: v for k, v in facts("b").items() if k not in ("counts", "series", "objective", "bound", "stop", "feasible")
    }
    refused |= {"status": "refused", "message": "needs 1 TiB"}
    rows = summary_rows(run_rows([facts("a"), refused], 1e-6))
    assert rows[1]["done"] == 0
    assert rows[1]["tts_99"] == math.inf
    assert rows[1]["message"] == "needs 1 TiB"


def test_quantum_is_who_ran_circuits_unless_the_study_says_otherwise():
    circuit = sampled(0.5, 8.0, **{"two-qubit gates": 9.0})
    rows = run_rows([facts("a", counts=circuit), facts("b"), facts("c", side="quantum")], 1e-6)
    assert [r["side"] for r in rows] == ["quantum", "classical", "quantum"]


def test_submission_table_has_the_columns_that_qoblib_asks_for(benchmarks):
    template = benchmarks / "quantum" / "qoblib" / "submission_template.csv"
    with template.open(encoding="utf-8-sig", newline="") as file:
        assert next(csv.reader(file)) == list(QOBLIB_COLUMNS)


def test_submission_table_counts_runs():
    every = [facts(objective=8.0), facts(seed=1, objective=9.0)]
    row = qoblib_rows(every, run_rows(every, 1e-6), "we")[0]
    assert (row["# Runs"], row["# Feasible Runs"], row["# Successful Runs"]) == (2, 2, 1)
    assert row["Best Objective Value"] == 8.0
    assert row["QPU Runtime"] == 0


def test_intervals_have_a_width_or_are_not_shown():
    exact = [facts(objective=8.0, counts=sampled(0.5, 8.0))]
    counted = [facts(objective=8.0, counts=sampled(0.5, 8.0, **{"success hits": 50.0, "success shots": 100.0}))]
    proven = [facts(objective=8.0, bound=8.0)]
    lucky = [facts(objective=8.0, optimum=8.0), facts(seed=1, objective=8.0, optimum=8.0)]
    one, many, sure, luck = (summary_rows(run_rows(f, 1e-6))[0] for f in (exact, counted, proven, lucky))
    assert (one["tts_99_low"], one["tts_99_high"], one["success_low"]) == (None, None, None)
    assert many["tts_99_low"] < many["tts_99"] < many["tts_99_high"]
    assert many["success_low"] < 0.5 < many["success_high"]
    assert sure["success_low"] is None  # a proof is no matter of luck
    assert luck["success_low"] == pytest.approx(0.025**0.5)
    assert luck["tts_99_low"] < luck["tts_99_high"]


def test_a_repaired_hit_is_no_hit_of_the_circuit():
    counts = sampled(0.0, 8.0, **{"feasible before": 0.5, "raw energy": 11.0, "repaired success probability": 0.9})
    row = run_rows([facts(objective=8.0, counts=counts)], 1e-6)[0]
    assert (row["success_probability"], row["feasible_before"], row["repaired_success"]) == (0.0, 0.5, 0.9)
    assert row["raw_objective"] == 11.0
    assert row["tts_99"] == math.inf
    nothing = sampled(0.0, 8.0, **{"feasible before": 0.0, "repaired success probability": 0.9})
    assert summary_rows(run_rows([facts(objective=8.0, counts=nothing)], 1e-6))[0]["raw_median"] == math.inf


def test_energy_evaluations_count_training():
    counts = sampled(0.5, 8.0, **{"repetition evaluations": 10.0, "training evaluations": 300.0})
    rows = run_rows([facts(objective=8.0, counts=counts), facts("b", objective=8.0)], 1e-6)
    assert rows[0]["evaluations_99"] == 370
    assert rows[1]["evaluations_99"] is None


def circuit(seed, chance=0.5, gamma=0.1, seconds=3.0, **more):
    told = {"training seconds": seconds, "repetition evaluations": 2.0, "training evaluations": 40.0}
    told |= {"qpu repetition seconds": 0.5, "qpu training seconds": 9.0, "two-qubit gates": 4.0}
    counts = sampled(chance, 8.0, **told) | more
    return facts("qaoa", seed, objective=8.0, counts=counts, series={"gamma": [gamma], "beta": [0.2]})


def test_runs_with_the_same_angles_and_success_are_one_run():
    row = summary_rows(run_rows([circuit(s, seconds=3.0 + s) for s in range(3)], 1e-6))[0]
    assert (row["done"], row["independent_runs"]) == (3, 1)
    for name in ("success", "tts_99", "evaluations_99", "tts_99_qpu"):
        assert (row[f"{name}_low"], row[f"{name}_high"]) == (None, None), name


def test_training_that_differs_gives_intervals_of_everything():
    row = summary_rows(run_rows([circuit(s, 0.2 + 0.1 * s, 0.1 * s) for s in range(3)], 1e-6))[0]
    assert row["independent_runs"] == 3
    for name, value in (("success", "success_probability"), *((n, n) for n in ("tts_99", "evaluations_99"))):
        assert row[f"{name}_low"] < row[value] < row[f"{name}_high"], name
    assert row["tts_99_qpu_low"] < row["tts_99_qpu"] < row["tts_99_qpu_high"]


def test_seconds_that_differ_for_the_same_work_are_no_uncertainty():
    same = {"success probability": 0.5, "repetition evaluations": 1.0}
    runs = [facts("guess", s, objective=8.0, counts=sampled(0.5, 8.0, **same, **{"repetition seconds": 0.01 * (s + 1)}))
            for s in range(3)]  # fmt: skip
    row = summary_rows(run_rows(runs, 1e-6))[0]
    assert (row["independent_runs"], row["tts_99_low"], row["tts_99_high"]) == (3, None, None)
    proven = [facts("exact", s, objective=8.0, bound=8.0, cpu_seconds=1.0 + s) for s in range(3)]
    assert summary_rows(run_rows(proven, 1e-6))[0]["tts_99_low"] is None


def test_trainings_that_converged_to_one_value_have_no_interval():
    row = summary_rows(run_rows([circuit(s, 0.2 + 1e-10 * s, 0.1 * s) for s in range(3)], 1e-6))[0]
    assert row["independent_runs"] == 3
    assert (row["success_low"], row["evaluations_99_low"], row["tts_99_low"]) == (None, None, None)
