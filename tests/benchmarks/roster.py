"""Table of cost and bound for a family of rostering instances.

    python -m tests.benchmarks.roster --family curtois --limit 600 --ranks 2 [--only Instance4,Instance5]
        [--methods column-generation,highs] [--seeds 0] [--csv out.csv]

Every run is a process of its own (``mpiexec`` when ranks > 1 and the method is parallel), so limits, memory and
kernels are comparable. Best known values come from the family's ``best_known.csv`` and are only used in the table.
"""

from __future__ import annotations

import argparse
import csv
import json
import math
import os
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
DATA = Path(os.environ.get("WARDWISE_DATA", ROOT.parent / "shared" / "benchmarks"))
PARALLEL = {"column-generation", "parallel-search"}


def instances(family: str) -> list[tuple[str, Path]]:
    """Names and paths of the instances that have a best known value and lie on this machine."""
    with (DATA / family / "best_known.csv").open() as file:
        names = [row["instance"] for row in csv.DictReader(file)]
    out = []
    for name in names:
        if family == "curtois":
            path = DATA / family / "instances" / f"{name}.txt"
        elif family == "inrc1":
            path = DATA / family / "instances" / f"{name}.xml"
        else:
            path = DATA / family / "datasets" / name.split("_")[0] / name
        if path.exists() or path.parent.is_dir():
            out.append((name, path))
    return out


def best_known(family: str) -> dict[str, float]:
    with (DATA / family / "best_known.csv").open() as file:
        return {row["instance"]: float(row["upper_bound"]) for row in csv.DictReader(file) if row["upper_bound"]}


def run(path: Path, method: str, limit: float, ranks: int, seed: int) -> dict[str, float | str]:
    """One solve in its own process."""
    command = [sys.executable, "-m", "tests.benchmarks.roster", "--child", str(path), method, str(limit), str(seed)]
    if ranks > 1 and method in PARALLEL:
        command = [str(Path(sys.executable).with_name("mpiexec")), "-n", str(ranks), *command]
    command += ["1" if method in PARALLEL else str(ranks)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=4 * limit + 300, check=False)
    lines = [line for line in done.stdout.splitlines() if line.startswith("{")]
    if not lines:
        return {"cost": math.inf, "bound": -math.inf, "seconds": 0.0, "note": done.stderr.strip()[-200:]}
    found: dict[str, float | str] = json.loads(lines[-1])
    return found


def child(path: str, method: str, limit: float, seed: int, threads: int) -> None:
    """Solve and print one JSON line on rank 0; the trace is kept as (seconds, cost)."""
    from optimise.communicator import find_world
    from optimise.driver import solve
    from optimise.io.base import read
    from optimise.method import Limits

    comm = find_world()
    began = time.perf_counter()
    problem = read(path)
    result = solve(problem, method, limits=Limits(seconds=limit, threads=threads), seed=seed, comm=comm)
    if comm.rank == 0:
        near = [p.seconds for p in result.trace.points if p.primal <= 1.01 * result.cost]
        print(
            json.dumps(
                {
                    "cost": result.cost,
                    "bound": result.bounds.dual,
                    "stop": str(result.stop),
                    "seconds": time.perf_counter() - began,
                    "to one percent": min(near, default=math.inf),
                    "note": "",
                }
            )
        )


def main() -> None:
    if "--child" in sys.argv:
        at = sys.argv.index("--child")
        path, method, limit, seed, threads = sys.argv[at + 1 : at + 6]
        child(path, method, float(limit), int(seed), int(threads))
        return
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--family", choices=("curtois", "inrc1", "inrc2"), default="curtois")
    parser.add_argument("--limit", type=float, default=600.0)
    parser.add_argument("--ranks", type=int, default=2)
    parser.add_argument("--methods", default="column-generation")
    parser.add_argument("--seeds", default="0")
    parser.add_argument("--only", default="")
    parser.add_argument("--csv", default="")
    options = parser.parse_args()
    known = best_known(options.family)
    wanted = set(options.only.split(",")) - {""}
    rows = []
    head = ("instance", "method", "seed", "cost", "bound", "gap %", "best known", "to best %", "seconds", "to 1 %")
    print(" | ".join(head), flush=True)
    for name, path in instances(options.family):
        if wanted and name not in wanted:
            continue
        for method in options.methods.split(","):
            for seed in options.seeds.split(","):
                r = run(path, method, options.limit, options.ranks, int(seed))
                cost, bound, best = float(r["cost"]), float(r["bound"]), known.get(name, math.nan)
                gap = 100 * (cost - bound) / cost if math.isfinite(cost) and math.isfinite(bound) else math.inf
                row = (
                    name,
                    method,
                    seed,
                    f"{cost:g}",
                    f"{bound:g}",
                    f"{gap:.2f}",
                    f"{best:g}",
                    f"{100 * (cost - best) / best:.2f}",
                    f"{float(r['seconds']):.0f}",
                    f"{float(r.get('to one percent', math.inf)):.0f}",
                )
                rows.append(row)
                print(" | ".join(row), r["note"], flush=True)
    if options.csv:
        with Path(options.csv).open("w", newline="") as file:
            csv.writer(file).writerows([head, *rows])


if __name__ == "__main__":
    main()
