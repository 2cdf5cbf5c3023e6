"""QOBLIB's submission rows: one for every energy and contender."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

from optimise.compare.table import Row, median_of

__all__ = ["QOBLIB_COLUMNS", "qoblib_rows"]

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
        qpu = median_of([g for _, g in group], "qpu_seconds")
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
