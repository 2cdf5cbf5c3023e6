"""Table of the IPRNPA instances: cost, best published value, bound, and the floors of the benchmark.

    python -m tests.benchmarks.iprnpa --limit 60 [--ranks 2] [--only UMD_instance_01,instance_11] [--csv out.csv]
    python -m tests.benchmarks.iprnpa --rounds 4        # the same work on every machine

``peer`` is the mean of the published solver's runs of a minute, where it was run. CPU seconds are those of all ranks.
"""

from __future__ import annotations

import argparse
import csv
import json
import subprocess
import sys
import tempfile
from collections import defaultdict
from pathlib import Path
from typing import Any

from tests.benchmarks.report import machine, markdown, write_csv
from tests.conftest import benchmark_root


def table(path: Path, key: str) -> dict[str, float]:
    """Column ``key`` by instance."""
    with path.open(newline="") as file:
        return {row["instance"]: float(row[key]) for row in csv.DictReader(file) if row[key]}


def peer(path: Path) -> dict[str, float]:
    """Mean cost of the runs made on one core with the settings that were run most, by instance."""
    found: dict[str, dict[str, list[float]]] = defaultdict(lambda: defaultdict(list))
    with path.open(newline="") as file:
        for row in csv.DictReader(file):
            if "built here" in row["solver"]:
                found[row["instance"]][row["settings"].split(",")[0]].append(float(row["cost"]))
    most = {name: max(runs.values(), key=len) for name, runs in found.items()}
    return {name: sum(costs) / len(costs) for name, costs in most.items()}


def solved(path: Path, args: argparse.Namespace) -> dict[str, Any]:
    """What the command says of one instance."""
    with tempfile.TemporaryDirectory() as folder:
        command = [sys.executable, "-m", "optimise", "solve", str(path), "--seed", str(args.seed), "--json", "--quiet"]
        command += ["--time-limit", str(args.limit), "--output", folder]
        if args.rounds:
            command += ["--iterations", str(args.rounds)]
        if args.ranks > 1:
            command = ["mpiexec", "-n", str(args.ranks), *command]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        made: dict[str, Any] = json.loads(done.stdout or "{}")
        made["cpu"] = sum(leg.get("cpu_seconds", 0.0) for leg in made.get("legs", []))
        return made


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--limit", type=float, default=60.0)
    parser.add_argument("--rounds", type=int, default=0)
    parser.add_argument("--ranks", type=int, default=1)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--only", default="")
    parser.add_argument("--csv", default="")
    args = parser.parse_args()
    root = benchmark_root()
    if root is None:
        raise SystemExit("public benchmark files not found: set WARDWISE_DATA")
    folder, rows = root / "iprnpa", []
    best, floors = table(folder / "best_known.csv", "upper_bound"), table(folder / "floors.csv", "floor_total")
    others = peer(folder / "peer_60s.csv")
    for path in sorted((folder / "instances").glob("*.json"), key=lambda p: (len(p.stem), p.stem)):
        name = path.stem
        if args.only and name not in args.only.split(","):
            continue
        found = solved(path, args)
        cost, bound, known = found.get("cost"), found.get("lower_bound"), best.get(name)
        row = {"instance": name, "cost": cost, "best known": known, "peer": others.get(name), "bound": bound}
        row["floor"], row["stop"], row["cpu s"] = floors.get(name), found.get("stop"), round(found["cpu"], 1)
        row["above best %"] = round(100 * (cost / known - 1), 2) if cost and known else None
        rows.append(row)
        print(row, flush=True)
    print(f"\n{machine()}; limit {args.limit:g} s, {args.ranks} ranks, seed {args.seed}\n")
    print(markdown([{k: "-" if v is None else v for k, v in row.items()} for row in rows]))
    if args.csv:
        write_csv(rows, Path(args.csv))


if __name__ == "__main__":
    main()
