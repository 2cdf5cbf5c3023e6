"""Every public instance through the command itself: a feasible plan, its cost, bound and gap.

    python -m tests.benchmarks.families --limit 120                      # all families, hours
    python -m tests.benchmarks.families --family curtois --limit 20 --jobs 2

Each row is one ``wardwise solve INSTANCE --json`` in a process of its own, and its plan is then given to
``wardwise check`` as a file in the family's own format. Finished rows are kept in the output folder, so that a study
can be continued. The best known cost stands beside ours, also where it is lower.
"""

from __future__ import annotations

import argparse
import csv
import json
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from tests.benchmarks.report import machine, markdown, write_csv
from tests.conftest import benchmark_root

FAMILIES = ("curtois", "inrc1", "inrc2", "ihtc2024", "pas", "orpas", "iprnpa")


def best_known(root: Path, family: str) -> dict[str, float]:
    """Upper bounds by instance name."""
    path = root / family / "best_known.csv"
    if not path.exists():
        return {}
    out: dict[str, float] = {}
    with path.open(newline="") as file:
        for row in csv.DictReader(file):
            value = row.get("upper_bound") or row.get("best_known")
            if value:
                out[row["instance"]] = float(value)
    return out


def instances(root: Path, family: str) -> Iterator[tuple[str, Path]]:
    """Name and path of every instance of a family (INRC-II: those with a best known cost, and one of each dataset)."""
    folder = root / family
    if family == "inrc2":
        seen = set()
        for name in best_known(root, family):
            seen.add(name.split("_")[0])
            yield name, folder / "datasets" / name.split("_")[0] / name
        for parent in ("datasets", "datasets_long"):
            for dataset in sorted((folder / parent).iterdir()):
                if dataset.name not in seen:
                    weeks = int(dataset.name.split("w")[1])
                    chosen = "-".join(str(w % 10) for w in range(weeks))
                    yield f"{dataset.name}_0_{chosen}", dataset / f"{dataset.name}_0_{chosen}"
        return
    suffix = {"curtois": "*.txt", "inrc1": "*.xml", "pas": "*.txt", "ihtc2024": "*.json"}
    suffix |= {"orpas": "*.xml", "iprnpa": "*.json"}
    places = [folder / "instances"] if family != "ihtc2024" else [folder / p for p in ("public", "test", "small")]
    for place in places:
        for path in sorted(place.glob(suffix[family]), key=lambda p: (len(p.stem), p.stem)):
            yield path.stem, path


def run(name: str, path: Path, family: str, args: argparse.Namespace, known: dict[str, float]) -> dict[str, Any]:
    """Solve one instance and check its plan file; a row of the table."""
    out = Path(args.output) / family / name
    saved = out / "row.json"
    if saved.exists():
        row: dict[str, Any] = json.loads(saved.read_text())
        return row
    command = [sys.executable, "-m", "optimise", "solve", str(path), "--method", args.method]
    command += ["--time-limit", str(args.limit), "--seed", str(args.seed), "--output", str(out), "--json", "--quiet"]
    began = time.perf_counter()
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    seconds = time.perf_counter() - began
    row = {"family": family, "instance": name, "cost": None, "bound": None, "gap %": None}
    row["best known"] = known.get(name)
    try:
        result = json.loads(done.stdout)
    except ValueError:
        result = {}
    finite = {k: result.get(k) for k in ("cost", "lower_bound", "gap", "stop", "feasible")}
    row["cost"], row["bound"] = finite["cost"], finite["lower_bound"]
    row["gap %"] = None if finite["gap"] is None else round(100 * float(finite["gap"]), 2)
    best = known.get(name)
    row["above best %"] = None if not best or row["cost"] is None else round(100 * (row["cost"] - best) / best, 2)
    row["limit"], row["stop"] = args.limit, finite["stop"]
    row["exit"], row["seconds"] = done.returncode, round(seconds, 1)
    row["checked"] = checked(path, out, result.get("cost"))
    if done.returncode not in (0, 1, 3, 75):
        row["error"] = done.stderr.strip().splitlines()[-1:] or [""]
    saved.parent.mkdir(parents=True, exist_ok=True)
    saved.write_text(json.dumps(row))
    print(row, flush=True)
    return row


def checked(path: Path, out: Path, cost: float | None) -> str:
    """Whether ``wardwise check`` calls the family's own plan file feasible at the same cost."""
    plans = [p for p in sorted(out.glob("plan*")) if p.suffix != ".json" or "native" not in p.name]
    if cost is None or not plans:
        return "no plan"
    command = [sys.executable, "-m", "optimise", "check", str(path), str(plans[0]), "--json"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    try:
        again = json.loads(done.stdout).get("cost")
    except ValueError:
        return f"exit {done.returncode}"
    return "yes" if done.returncode == 0 and abs(again - cost) < 1e-6 else f"differs: {again}"


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--family", choices=FAMILIES, action="append")
    parser.add_argument("--only", help="names that contain this")
    parser.add_argument("--limit", type=float, default=120.0)
    parser.add_argument("--method", default="auto")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--jobs", type=int, default=1)
    parser.add_argument("--output", default="runs/families")
    args = parser.parse_args(arguments)
    root = benchmark_root()
    if root is None:
        print("public benchmark files not found: set WARDWISE_DATA", file=sys.stderr)
        return 2
    work = []
    for family in args.family or FAMILIES:
        known = best_known(root, family)
        for name, path in instances(root, family):
            if not args.only or args.only in name:
                work.append((name, path, family, args, known))
    with ThreadPoolExecutor(args.jobs) as pool:
        rows = list(pool.map(lambda job: run(*job), work))
    print(f"\n{machine()}; limit {args.limit:g} s, method {args.method}, {args.jobs} at a time\n")
    print(markdown([{k: "-" if v is None else v for k, v in row.items() if k != "error"} for row in rows]))
    write_csv([{k: v for k, v in row.items() if k != "error"} for row in rows], Path(args.output) / "families.csv")
    without = [row["instance"] for row in rows if row["exit"] != 0]
    print(f"\n{len(rows) - len(without)} of {len(rows)} with a feasible plan; without: {without or 'none'}")
    return 0 if not without else 1


if __name__ == "__main__":
    sys.exit(main())
