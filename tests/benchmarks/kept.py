"""Runs of ``tests.benchmarks.families`` into the stored results: cost by time, and plans below the best known.

    python -m tests.benchmarks.kept runs/families 6e184e4

Rows go to ``results/runs.csv``; a row of the same instance and code is replaced. A plan that costs less than the best
known value is copied to ``docs/benchmarks/plans/FAMILY/``, and its evaluation stands in the row.
"""

from __future__ import annotations

import csv
import json
import math
import shutil
import sys
from pathlib import Path

from tests.benchmarks.known import FILE as KNOWN
from tests.benchmarks.report import cost_by_seconds, primal_integral, write_csv

RUNS = Path(__file__).parent / "results" / "runs.csv"
PLANS = Path(__file__).resolve().parents[2] / "docs" / "benchmarks" / "plans"
VERSIONS = ("wardwise", "python", "highspy", "numpy")
Row = dict[str, str]


def row_of(folder: Path, code: str, known: dict[tuple[str, str], Row]) -> Row | None:
    """The row of one run's folder; None where it has no plan."""
    told = json.loads((folder / "row.json").read_text(encoding="utf-8"))
    if told["cost"] is None:
        return None
    result = json.loads((folder / "result.json").read_text(encoding="utf-8"))
    with (folder / "trace.csv").open(encoding="utf-8", newline="") as lines:
        points = [(float(row["seconds"]), float(row["primal"])) for row in csv.DictReader(lines)]
    points = [(seconds, cost) for seconds, cost in points if math.isfinite(cost)]
    made, family, name = result["provenance"], told["family"], told["instance"]
    best = float(known[family, name]["best known"] or "nan")
    return {
        "family": family,
        "instance": name,
        "cost": f"{told['cost']:.10g}",
        "bound": "" if told["bound"] is None else f"{told['bound']:.10g}",
        "best known": known[family, name]["best known"],
        "above best %": "" if math.isnan(best) else f"{100 * (told['cost'] - best) / best:.2f}",
        "limit": f"{told['limit']:g}",
        "stop": told["stop"],
        "seconds": f"{result['seconds']:.1f}",
        "cpu seconds": f"{sum(leg.get('cpu_seconds') or 0.0 for leg in result['legs']):.1f}",
        "primal integral %": f"{primal_integral(points, best, told['limit']):.1f}",
        "cost by seconds": cost_by_seconds(points),
        "method": made["method"],
        "seed": str(made["seed"]),
        "machine": made["machine"],
        "versions": ", ".join(
            f"{name} {made['versions'][name]}" for name in ("wardwise", "python", "highspy", "numpy")
        ),
        "checked": told["checked"],
        "code": code,
        "plan": plan_file(folder, family, name) if told["cost"] < best - 1e-6 else "",
    }


def plan_file(folder: Path, family: str, name: str) -> str:
    """Copy the plan in the family's own format; its path below ``docs/benchmarks``."""
    plan = next(file for file in sorted(folder.glob("plan*")) if "native" not in file.name)
    target = PLANS / family / f"{name}{plan.suffix}"
    target.parent.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(plan, target)
    return target.relative_to(PLANS.parent).as_posix()


def main(arguments: list[str]) -> int:
    if len(arguments) != 2:
        print(__doc__, file=sys.stderr)
        return 2
    with KNOWN.open(encoding="utf-8", newline="") as lines:
        known = {(row["family"], row["instance"]): row for row in csv.DictReader(lines)}
    folders = sorted(file.parent for file in Path(arguments[0]).glob("*/*/row.json"))
    made = [row for folder in folders if (row := row_of(folder, arguments[1], known)) is not None]
    keys = {(row["instance"], row["code"]) for row in made}
    kept: list[Row] = []
    if RUNS.exists():
        with RUNS.open(encoding="utf-8", newline="") as lines:
            kept = [row for row in csv.DictReader(lines) if (row["instance"], row["code"]) not in keys]
    write_csv([*kept, *made], RUNS)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
