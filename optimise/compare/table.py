"""From the facts of runs to tables: one row a run, one row a contender on an instance, QOBLIB's submission rows."""

from __future__ import annotations

import json
import math
import statistics
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

from optimise.compare.figures import approximation_ratio, bootstrap, reached, repetitions_99, tts_99

__all__ = ["QOBLIB_COLUMNS", "Row", "qoblib_rows", "references", "run_rows", "summary_rows"]

Row = dict[str, Any]

#: Column of the run table -> name in ``Stats.counts`` (see `optimise.compare.figures`).
_COUNTS = {
    "feasible_before": "feasible before",
    "feasible_after": "feasible after",
    "mean": "mean energy",
    "random_mean": "random energy",
    "repetitions": "repetitions",
    "repetition_seconds": "repetition seconds",
    "training_seconds": "training seconds",
    "training_shots": "training shots",
    "gpu_seconds": "gpu seconds",
    "qpu_seconds": "qpu seconds",
    "qpu_repetition_seconds": "qpu repetition seconds",
    "qpu_training_seconds": "qpu training seconds",
    "qubits": "qubits",
    "depth": "depth",
    "two_qubit_gates": "two-qubit gates",
    "layers": "layers",
    "states": "states",
}


def references(facts: Sequence[Mapping[str, Any]]) -> dict[str, tuple[float, str]]:
    """Reference cost of each instance and where it is from; infinite where no run found a plan."""
    made: dict[str, tuple[float, str]] = {}
    for name in dict.fromkeys(f["instance"] for f in facts):
        runs = [f for f in facts if f["instance"] == name]
        known = next(((f["optimum"], f["optimum_source"]) for f in runs if f.get("optimum") is not None), None)
        if known is not None:
            made[name] = (float(known[0]), str(known[1]))
            continue
        done = [f for f in runs if f.get("objective") is not None]
        best = min((float(f["objective"]) for f in done), default=math.inf)
        bound = max((float(f["bound"]) for f in runs if f.get("bound") is not None), default=-math.inf)
        proven = reached(best, bound, 1e-6)
        made[name] = (best, "proven in this study" if proven else "best of this study, not proven")
    return made


def run_rows(facts: Sequence[Mapping[str, Any]], tolerance: float) -> list[Row]:
    """One flat row a run, with everything that follows from the reference."""
    known = references(facts)
    quantum = _quantum_labels(facts)
    return [_run_row(f, *known[f["instance"]], tolerance, f["label"] in quantum) for f in facts]


def _quantum_labels(facts: Sequence[Mapping[str, Any]]) -> set[str]:
    made = set()
    for f in facts:
        if f.get("side") == "quantum" or (f.get("side") is None and "two-qubit gates" in f.get("counts", {})):
            made.add(f["label"])
    return made


def _run_row(f: Mapping[str, Any], reference: float, source: str, tolerance: float, quantum: bool) -> Row:
    counts: Mapping[str, float] = f.get("counts", {})
    objective, bound = f.get("objective"), f.get("bound")
    row: Row = {
        "instance": f["instance"],
        "family": f["family"],
        "kind": f["kind"],
        "size": f.get("shape", {}).get("size"),
        "label": f["label"],
        "side": "quantum" if quantum else "classical",
        "method": f["method"],
        "options": json.dumps(f["options"], sort_keys=True),
        "seed": int(f["seed"]),
        "status": f["status"],
        "message": f["message"],
        "stop": f.get("stop"),
        "objective": objective,
        "bound": bound,
        "gap": None if objective is None or bound is None else max(0.0, objective - bound) / max(abs(objective), 1e-9),
        "feasible": bool(f.get("feasible", False)),
        "reference": reference if math.isfinite(reference) else None,
        "reference_source": source,
        "hit": objective is not None and reached(objective, reference, tolerance),
        "seconds": f["seconds"],
        "cpu_seconds": f["cpu_seconds"],
        **{column: counts.get(name) for column, name in _COUNTS.items()},
    }
    if row["feasible_before"] is None and f["status"] == "done":  # one plan: it is feasible or not
        row["feasible_before"] = row["feasible_after"] = float(row["feasible"])
    judged = row["mean"] if row["mean"] is not None else objective
    row["ratio"] = None if judged is None else approximation_ratio(judged, reference, row["random_mean"])
    row["hit_seconds"] = _hit_seconds(f, reference, tolerance)
    if row["repetitions"] is not None:
        target = counts["success target"]
        same = reached(target, reference, tolerance) and reached(reference, target, tolerance)
        row["success_probability"] = counts["success probability"] if same else 0.0
    else:  # the run as a whole is the repetition
        row["success_probability"] = float(row["hit"])
        row["repetition_seconds"] = row["hit_seconds"] if row["hit"] else f["seconds"]
    probability = row["success_probability"]
    row["repetitions_99"] = repetitions_99(probability)
    row["tts_99"] = tts_99(probability, row["repetition_seconds"], row["training_seconds"] or 0.0)
    row["tts_99_qpu"] = None
    if row["qpu_repetition_seconds"] is not None:
        row["tts_99_qpu"] = tts_99(probability, row["qpu_repetition_seconds"], row["qpu_training_seconds"] or 0.0)
    if f["status"] != "done":
        row["success_probability"], row["repetitions_99"], row["tts_99"] = None, None, math.inf
    return row


def _hit_seconds(f: Mapping[str, Any], reference: float, tolerance: float) -> float | None:
    return next((float(s) for s, cost in f.get("trace", []) if reached(cost, reference, tolerance)), None)


# ---------------------------------------------------------------------------------------------- summary


def summary_rows(rows: Sequence[Row], *, draws: int = 1000) -> list[Row]:
    """One row for each contender on each instance, over its seeds; TTS99 with a 95 % bootstrap interval."""
    made = []
    for instance, label in dict.fromkeys((r["instance"], r["label"]) for r in rows):
        made.append(_summary([r for r in rows if r["instance"] == instance and r["label"] == label], draws))
    return made


def pooled_tts(sample: Any) -> float:
    """TTS99 of rows (n, 3) of success probability, repetition seconds, training seconds: means over seeds."""
    chance, repetition, training = np.mean(sample, axis=0)
    return tts_99(float(chance), float(repetition), float(training))


def _summary(group: Sequence[Row], draws: int) -> Row:
    done = [r for r in group if r["status"] == "done"]
    first = group[0]
    made: Row = {k: first[k] for k in ("instance", "family", "kind", "size", "label", "side", "method", "reference")}
    made |= {
        "runs": len(group),
        "done": len(done),
        "feasible_runs": sum(r["feasible"] for r in done),
        "hits": sum(r["hit"] for r in done),
        "best": min((r["objective"] for r in done if r["objective"] is not None), default=None),
        "median": _median(done, "objective", math.inf),
        "message": next((r["message"].splitlines()[-1] for r in group if r["message"]), ""),
    }
    names = (
        "bound", "gap", "feasible_before", "feasible_after", "ratio", "seconds", "cpu_seconds", "gpu_seconds",
        "qpu_seconds", "training_seconds", "training_shots", "repetitions", "qubits", "depth", "two_qubit_gates",
        "layers", "states",
    )  # fmt: skip
    made |= {name: _median(done, name) for name in names}
    made |= {"success_probability": None, "tts_99": math.inf, "tts_99_low": math.inf, "tts_99_high": math.inf}
    made["tts_99_qpu"] = None
    if done:
        columns = [(r["success_probability"], r["repetition_seconds"], r["training_seconds"] or 0.0) for r in done]
        made["success_probability"] = float(np.mean([c[0] for c in columns]))
        made["tts_99"] = pooled_tts(columns)
        made["tts_99_low"], made["tts_99_high"] = bootstrap(columns, pooled_tts, draws=draws)
        if all(r["qpu_repetition_seconds"] is not None for r in done):
            made["tts_99_qpu"] = pooled_tts(
                [(r["success_probability"], r["qpu_repetition_seconds"], r["qpu_training_seconds"]) for r in done]
            )
    made["repetitions_99"] = None if not done else repetitions_99(made["success_probability"])
    return made


def _median(rows: Sequence[Row], name: str, missing: float | None = None) -> float | None:
    values = [r[name] if r[name] is not None else missing for r in rows]
    known = [float(v) for v in values if v is not None]
    return statistics.median(known) if known else None


# ---------------------------------------------------------------------------------------------- QOBLIB

#: The columns of QOBLIB's ``submission_template.csv`` (Koch et al. 2025, arXiv:2504.03832), in its order.
QOBLIB_COLUMNS = (
    "Problem", "Submitter", "Date", "Reference", "Best Objective Value", "Optimality Bound", "Modeling Approach",
    "# Decision Variables", "# Binary Variables", "# Integer Variables", "# Continuous Variables",
    "# Non-Zero Coefficients", "Coefficients Type", "Coefficients Range", "Workflow", "Algorithm Type", "# Runs",
    "# Feasible Runs", "# Successful Runs", "Success Threshold", "Hardware Specifications", "Total Runtime",
    "CPU Runtime", "GPU Runtime", "QPU Runtime", "Other HW Runtime", "Remarks",
)  # fmt: skip


def qoblib_rows(facts: Sequence[Mapping[str, Any]], rows: Sequence[Row], submitter: str) -> list[Row]:
    """Rows of the submission table for every energy and contender.

    A run is one seed; times are means over runs in seconds. No quantum processor ran: ``QPU Runtime`` stays 0 and the
    simulated time stands in the remarks.
    """
    made = []
    pairs = [(f, r) for f, r in zip(facts, rows) if f["kind"] == "energy" and f["status"] == "done"]
    for instance, label in dict.fromkeys((r["instance"], r["label"]) for _, r in pairs):
        group = [(f, r) for f, r in pairs if r["instance"] == instance and r["label"] == label]
        f, r = group[0]
        shape, size = f["shape"], int(f["shape"]["size"])
        bounds = [g["bound"] for _, g in group if g["bound"] is not None]
        qpu = _median([g for _, g in group], "qpu_seconds")
        remarks = f"reference {r['reference']:g} ({r['reference_source']})"
        if qpu is not None:
            remarks += f"; circuits were simulated; a quantum processor would have taken about {qpu:.3g} s a run"
        mean = _mean_of([g for _, g in group])
        made.append(
            dict(
                zip(
                    QOBLIB_COLUMNS,
                    (
                        instance,
                        submitter,
                        str(f["started"])[:10],
                        "",
                        min(g["objective"] for _, g in group),
                        max(bounds, default="N/A"),
                        "QUBO" if f["family"] == "qoblib" else "one-hot QUBO",
                        size,
                        size,
                        0,
                        0,
                        int(shape["nonzeros"]),
                        "integer" if shape["integral"] else "continuous",
                        f"[{shape['smallest']:g}, {shape['largest']:g}]",
                        f"{label}: {f['method']} {r['options']}",
                        "deterministic" if f["method"] in ("brute-force", "highs-qubo") else "stochastic",
                        len(group),
                        sum(g["feasible"] for _, g in group),
                        sum(g["hit"] for _, g in group),
                        r["reference"],
                        f["machine"],
                        mean("seconds"),
                        mean("cpu_seconds"),
                        mean("gpu_seconds"),
                        0,
                        0,
                        remarks,
                    ),
                )
            )
        )
    return made


def _mean_of(rows: Sequence[Row]) -> Callable[[str], float]:
    return lambda name: round(float(np.mean([r[name] or 0.0 for r in rows])), 6)
