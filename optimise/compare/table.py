"""From the facts of runs to tables: one row a run, one row a contender on an instance, QOBLIB's submission rows."""

from __future__ import annotations

import json
import math
import statistics
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from optimise.compare.figures import (
    approximation_ratio,
    bootstrap,
    clopper_pearson,
    reached,
    repetitions_99,
    tts_99,
)
from optimise.core.quantities import finite_or_none

__all__ = ["Row", "references", "run_rows", "summary_rows"]

Row = dict[str, Any]

#: Column of the run table -> name in ``Stats.counts`` (see `optimise.compare.figures`).
_COUNTS = {
    "feasible_before": "feasible before",
    "feasible_after": "feasible after",
    "mean": "mean energy",
    "random_mean": "random energy",
    "repetitions": "repetitions",
    "repetition_seconds": "repetition seconds",
    "repetition_wall_seconds": "repetition wall seconds",
    "repetition_evaluations": "repetition evaluations",
    "training_seconds": "training seconds",
    "training_shots": "training shots",
    "training_evaluations": "training evaluations",
    "evaluations": "evaluations",
    "success_hits": "success hits",
    "success_shots": "success shots",
    "repaired_success": "repaired success probability",
    "near_probability": "near probability",
    "near_target": "near target",
    "certified_bound": "certified bound",
    "raw_objective": "raw energy",
    "true_cost": "true cost",
    "gpu_seconds": "gpu seconds",
    "qpu_seconds": "qpu seconds",
    "qpu_repetition_seconds": "qpu repetition seconds",
    "qpu_training_seconds": "qpu training seconds",
    "qubits": "qubits",
    "depth": "depth",
    "two_qubit_gates": "two-qubit gates",
    "layers": "layers",
    "kernel_seconds": "kernel seconds",
    "t_gates": "t gates",
    "code_distance": "code distance",
    "physical_qubits": "physical qubits",
    "ft_repetition_seconds": "ft repetition seconds",
    "ft_training_seconds": "ft training seconds",
    "states": "states",
}


#: What a circuit is made of, as a run stores it: angles, and the amplitudes of its start where that is not uniform.
_CIRCUIT = ("gamma", "beta", "start")


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
        circuits = not {"two-qubit gates", "t gates"}.isdisjoint(f.get("counts", {}))
        if f.get("side") == "quantum" or (f.get("side") is None and circuits):
            made.add(f["label"])
    return made


def _run_row(f: Mapping[str, Any], reference: float, source: str, tolerance: float, quantum: bool) -> Row:
    counts: Mapping[str, float] = f.get("counts", {})
    objective, bound = f.get("objective"), f.get("bound")
    row: Row = {
        "instance": f["instance"],
        "origin": f.get("origin") or f["instance"],
        "family": f["family"],
        "kind": f["kind"],
        "size": f.get("shape", {}).get("size"),
        "label": f["label"],
        "side": "quantum" if quantum else "classical",
        "method": f["method"],
        "options": json.dumps(f["options"], sort_keys=True),
        "angles": json.dumps({k: v for k, v in f.get("series", {}).items() if k in _CIRCUIT}, sort_keys=True),
        "seed": int(f["seed"]),
        "status": f["status"],
        "message": f["message"],
        "stop": f.get("stop"),
        "objective": objective,
        "bound": bound,
        "gap": None if objective is None or bound is None else max(0.0, objective - bound) / max(abs(objective), 1e-9),
        "feasible": bool(f.get("feasible", False)),
        "reference": finite_or_none(reference),
        "reference_source": source,
        "hit": objective is not None and reached(objective, reference, tolerance),
        "energy_error": math.inf
        if f.get("shape", {}).get("energy error unknown")
        else f.get("shape", {}).get("energy error"),
        "exact_on_rules": bool(f.get("shape", {}).get("energy exact on hard rules only")),
        "optimum_energy": f.get("shape", {}).get("energy of the optimum"),
        "optimum_true_cost": f.get("shape", {}).get("true cost of the optimum"),
        "seconds": f["seconds"],
        "cpu_seconds": f["cpu_seconds"],
        **{column: counts.get(name) for column, name in _COUNTS.items()},
    }
    if row["feasible_before"] is None and f["status"] == "done":  # one plan: it is feasible or not
        row["feasible_before"] = row["feasible_after"] = float(row["feasible"])
    judged = row["mean"] if row["mean"] is not None else objective
    row["ratio"] = None if judged is None else approximation_ratio(judged, reference, row["random_mean"])
    certified, random = row["certified_bound"], row["random_mean"]
    row["gap_closed"] = None
    if judged is not None and certified is not None and random is not None:
        row["gap_closed"] = approximation_ratio(judged, certified, random)
    row["hit_seconds"] = _hit_seconds(f, reference, tolerance)
    row["proven"] = bool(row["hit"] and bound is not None and reached(objective or 0.0, bound, tolerance))
    if row["repetitions"] is not None:
        target = counts["success target"]
        same = reached(target, reference, tolerance) and reached(reference, target, tolerance)
        row["success_probability"] = counts["success probability"] if same else 0.0
        if not same:
            row["repaired_success"] = 0.0
            row["success_hits"] = 0.0 if row["success_hits"] is not None else None
        if row["raw_objective"] is None and f["status"] == "done":
            row["raw_objective"] = math.inf if "feasible before" in counts else objective
    else:  # the run as a whole is the repetition
        row["success_probability"] = row["repaired_success"] = float(row["hit"])
        row["repetition_seconds"] = _whole_seconds(f, row["hit_seconds"] if row["hit"] else None)
        row["repetition_evaluations"] = row["evaluations"]
        row["raw_objective"] = objective
        if row["near_target"] is not None:
            row["near_probability"] = float(objective is not None and reached(objective, row["near_target"], tolerance))
        if not row["proven"]:  # a proof is no matter of luck
            row["success_hits"], row["success_shots"] = float(row["hit"]), 1.0
    probability = row["success_probability"]
    row["repetitions_99"] = repetitions_99(probability)
    row["tts_99"] = tts_99(probability, row["repetition_seconds"], row["training_seconds"] or 0.0)
    row["evaluations_99"] = None
    if row["repetition_evaluations"] is not None:
        row["evaluations_99"] = tts_99(probability, row["repetition_evaluations"], row["training_evaluations"] or 0.0)
    for clock in ("qpu", "ft"):
        each, trained = row[f"{clock}_repetition_seconds"], row[f"{clock}_training_seconds"]
        row[f"tts_99_{clock}"] = None if each is None else tts_99(probability, each, trained or 0.0)
    if f["status"] != "done":
        row["success_probability"], row["repetitions_99"], row["tts_99"] = None, None, math.inf
        row["success_hits"] = row["success_shots"] = row["repaired_success"] = row["evaluations_99"] = None
        row["near_probability"] = None
    return row


def _whole_seconds(f: Mapping[str, Any], hit_seconds: float | None) -> float:
    """Processor seconds of a run until it first reached the reference: the share of its wall time, all of it else."""
    if hit_seconds is None:
        return float(f["cpu_seconds"])
    wall = float(f.get("solve_seconds") or f["seconds"])
    return float(f["cpu_seconds"]) * (min(1.0, hit_seconds / wall) if wall > 0 else 1.0)


def _hit_seconds(f: Mapping[str, Any], reference: float, tolerance: float) -> float | None:
    return next((float(s) for s, cost in f.get("trace", []) if reached(cost, reference, tolerance)), None)


# ---------------------------------------------------------------------------------------------- summary


def summary_rows(rows: Sequence[Row], *, draws: int = 1000) -> list[Row]:
    """One row for each contender on each instance, over its seeds; TTS99 and evaluations with 95 % intervals."""
    made = []
    for instance, label in dict.fromkeys((r["instance"], r["label"]) for r in rows):
        made.append(_summary([r for r in rows if r["instance"] == instance and r["label"] == label], draws))
    return made


#: What a repetition and the training take, by measure: columns of the run table.
_MEASURES = {
    "seconds": ("repetition_seconds", "training_seconds"),
    "evaluations": ("repetition_evaluations", "training_evaluations"),
    "qpu": ("qpu_repetition_seconds", "qpu_training_seconds"),
    "ft": ("ft_repetition_seconds", "ft_training_seconds"),
}


def independent_runs(rows: Sequence[Row]) -> list[Row]:
    """The runs of a contender on one instance without copies: those whose stored angles and success are the same."""
    kept: dict[Any, Row] = {}
    for place, r in enumerate(rows):
        angles = json.loads(r["angles"])
        kept.setdefault((r["angles"], r["success_probability"]) if angles.get("gamma") else place, r)
    return list(kept.values())


def pooled_tts(sample: NDArray[np.float64] | Sequence[tuple[float, float, float]]) -> float:
    """TTS99 of rows (n, 3) of success probability, repetition seconds, training seconds: means over seeds."""
    chance, repetition, training = np.mean(sample, axis=0)
    return tts_99(float(chance), float(repetition), float(training))


def tts_interval(rows: Sequence[Row], *, draws: int = 1000, measure: str = "seconds") -> tuple[float, float] | None:
    """95 % interval of the pooled TTS99 (or evaluations) of a contender's runs, as `optimise.compare.figures` says.

    None where nothing tells how wide it is.
    """
    sample = sample_of(rows, measure)
    if sample is None:
        return None
    ends = [] if len(sample) < 2 else [bootstrap(sample, pooled_tts, draws=draws)]
    counted = _counted(rows)
    if counted is not None:
        low, high = clopper_pearson(*counted)
        _, repetition, training = np.mean(sample, axis=0)
        ends.append((tts_99(high, repetition, training), tts_99(low, repetition, training)))
    if not ends:
        return None
    least, most = min(e[0] for e in ends), max(e[1] for e in ends)
    return None if _same(least, most) else (least, most)


def _same(low: float, high: float) -> bool:
    """Whether an interval has no width but rounding and the last digits of converged trainings."""
    return low == high or math.isclose(low, high, rel_tol=1e-6)


def _sample(rows: Sequence[Row], measure: str) -> list[tuple[float, float, float]] | None:
    """Success probability, and what a repetition and the training take, by run; None where a run does not know."""
    one, training = _MEASURES[measure]
    if any(r["success_probability"] is None or r[one] is None for r in rows) or not rows:
        return None
    return [(r["success_probability"], r[one], r[training] or 0.0) for r in rows]


def sample_of(rows: Sequence[Row], measure: str = "seconds") -> list[tuple[float, float, float]] | None:
    """`_sample` of what an interval resamples: independent runs, seconds without the jitter of the processor.

    Seconds are the work of a run (its evaluations) times the mean seconds of such work; a proof has no luck in it, so
    that only its mean seconds count. Runs of unknown work that may fail keep their own seconds.
    """
    kept = independent_runs(rows)
    sample = _sample(kept, measure)
    if sample is None or measure != "seconds":
        return sample
    work, all_work = _sample(kept, "evaluations"), _sample(rows, "evaluations")
    if work is None or all_work is None:
        if not all(r["proven"] for r in rows):
            return sample
        work = all_work = [(p, 1.0, 1.0) for p, _, _ in sample]
    seconds, mean = np.mean(_sample(rows, measure) or sample, axis=0), np.mean(all_work, axis=0)
    each, training = (float(seconds[i] / mean[i]) if mean[i] > 0 else None for i in (1, 2))
    return [
        (p, seconds[1] if each is None else each * a, seconds[2] if training is None else training * b)
        for p, a, b in work
    ]


def _counted(rows: Sequence[Row]) -> tuple[int, int] | None:
    """Hits and repetitions of all runs where they were counted."""
    if not rows or any(r["success_hits"] is None or not r["success_shots"] for r in rows):
        return None
    return int(sum(r["success_hits"] for r in rows)), int(sum(r["success_shots"] for r in rows))


def _summary(group: Sequence[Row], draws: int) -> Row:
    done = [r for r in group if r["status"] == "done"]
    first = group[0]
    kept = (
        "instance", "origin", "family", "kind", "size", "energy_error", "exact_on_rules", "label", "side",
        "method", "reference",
    )  # fmt: skip
    made: Row = {k: first[k] for k in kept}
    made |= {
        "runs": len(group),
        "done": len(done),
        "independent_runs": len(independent_runs(done)),
        "feasible_runs": sum(r["feasible"] for r in done),
        "hits": sum(r["hit"] for r in done),
        "best": min((r["objective"] for r in done if r["objective"] is not None), default=None),
        "median": median_of(done, "objective", math.inf),
        "raw_median": median_of(done, "raw_objective", math.inf),
        "message": next((r["message"].splitlines()[-1] for r in group if r["message"]), ""),
    }
    names = (
        "bound", "gap", "feasible_before", "feasible_after", "ratio", "gap_closed", "seconds", "cpu_seconds",
        "gpu_seconds",
        "qpu_seconds", "training_seconds", "training_shots", "repetitions", "qubits", "depth", "two_qubit_gates",
        "layers", "states", "evaluations", "true_cost", "kernel_seconds", "t_gates", "code_distance",
        "physical_qubits",
    )  # fmt: skip
    made |= {name: median_of(done, name) for name in names}
    made |= {"success_probability": None, "success_low": None, "success_high": None, "repaired_success": None}
    made["near_probability"] = None
    measures = {"tts_99": "seconds", "evaluations_99": "evaluations", "tts_99_qpu": "qpu", "tts_99_ft": "ft"}
    for name, measure in measures.items():
        sample = _sample(done, measure)
        made[name] = None if sample is None else pooled_tts(sample)
        made[f"{name}_low"], made[f"{name}_high"] = tts_interval(done, draws=draws, measure=measure) or (None, None)
    made["tts_99"] = math.inf if made["tts_99"] is None else made["tts_99"]
    if done:
        made["success_probability"] = float(np.mean([r["success_probability"] for r in done]))
        for name in ("repaired_success", "near_probability"):
            known = [r[name] for r in done]
            if all(p is not None for p in known):
                made[name] = float(np.mean(known))
        made["success_low"], made["success_high"] = _success_interval(done, draws) or (None, None)
    made["repetitions_99"] = None if not done else repetitions_99(made["success_probability"])
    return made


def _success_interval(rows: Sequence[Row], draws: int) -> tuple[float, float] | None:
    counted = _counted(rows)
    if counted is not None:
        return clopper_pearson(*counted)
    values = [(r["success_probability"],) for r in independent_runs(rows)]
    low, high = bootstrap(values, lambda sample: float(np.mean(sample)), draws=draws)
    return None if _same(low, high) else (low, high)


def median_of(rows: Sequence[Row], name: str, missing: float | None = None) -> float | None:
    values = [r[name] if r[name] is not None else missing for r in rows]
    known = [float(v) for v in values if v is not None]
    return statistics.median(known) if known else None
