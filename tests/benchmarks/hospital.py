"""Table of cost and bound for a family of hospital instances, and the speed of the incremental evaluation.

    python -m tests.benchmarks.hospital --family ihtc2024|pas --limit 60 --ranks 2 [--only i01,i20] [--methods hospital]
        [--seeds 0] [--csv out.csv]
    python -m tests.benchmarks.hospital --moves [--only i20]

Every run is a process of its own (``mpiexec`` when ranks > 1 and the method is parallel). Best known values come from
the family's ``best_known.csv`` and are only used in the table. CPU seconds are of all ranks, compilation included.
"""

from __future__ import annotations

import argparse
import csv
import json
import math
import os
import resource
import statistics
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
DATA = Path(os.environ.get("WARDWISE_DATA", ROOT.parent / "shared" / "benchmarks"))
PARALLEL = {"hospital", "auto"}
HEAD = ("instance", "method", "seed", "cost", "bound", "gap %", "best known", "to best %", "seconds", "CPU s", "to 1 %")


def instances(family: str) -> dict[str, Path]:
    """Paths of the instances on this machine, by name."""
    pattern = "instances/*.txt" if family == "pas" else "[pst]*/*.json"
    found = {path.stem: path for path in (DATA / family).glob(pattern) if path.parent.name != "vectors"}
    return dict(sorted(found.items()))


def best_known(family: str) -> dict[str, float]:
    """Best known cost by instance."""
    column = "best_known" if family == "ihtc2024" else "upper_bound"
    with (DATA / family / "best_known.csv").open() as file:
        return {row["instance"]: float(row[column]) for row in csv.DictReader(file) if row.get(column)}


def run(path: Path, method: str, limit: float, ranks: int, seed: int) -> dict[str, float]:
    """One solve in its own process."""
    command = [sys.executable, "-m", "tests.benchmarks.hospital", "--child", str(path), method, str(limit), str(seed)]
    if ranks > 1 and method in PARALLEL:
        command = [str(Path(sys.executable).with_name("mpiexec")), "-n", str(ranks), *command]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=4 * limit + 600, check=False)
    lines = [line for line in done.stdout.splitlines() if line.startswith("{")]
    if not lines:
        print(done.stderr[-500:], file=sys.stderr)
        return {"cost": math.inf, "bound": -math.inf, "seconds": 0.0, "cpu": 0.0, "near": math.inf}
    found: dict[str, float] = json.loads(lines[-1])
    return found


def child(path: str, method: str, limit: float, seed: int) -> None:
    """Solve and print one JSON line on rank 0."""
    from optimise.communicator import find_world
    from optimise.driver import solve
    from optimise.io.base import read
    from optimise.method import Limits

    comm = find_world()
    began = time.perf_counter()
    result = solve(read(path), method, limits=Limits(seconds=limit), seed=seed, comm=comm)
    cpu = comm.gather(time.process_time())
    memory = comm.gather(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20)
    if cpu is not None and memory is not None:
        near = min((p.seconds for p in result.trace.points if p.primal <= 1.01 * result.cost), default=math.inf)
        seconds = time.perf_counter() - began
        told = {"cost": result.cost, "bound": result.bounds.dual, "seconds": seconds, "cpu": sum(cpu), "near": near}
        print(json.dumps({**told, "GiB": max(memory)}), flush=True)


def moves(name: str, path: Path) -> None:
    """Moves a minute, by kind and mixed as in a run, beside full evaluations of the same plan."""
    import numpy as np

    from optimise.domain.hospital import HospitalProblem
    from optimise.io.base import read
    from optimise.rules.hospital import hard_and_cost
    from optimise.search.hospital import construct
    from optimise.search.hospital.delta import fill
    from optimise.search.hospital.joint import JointSearch
    from optimise.search.hospital.layout import arrays_for, plan_from

    problem = read(path)
    assert isinstance(problem, HospitalProblem)
    search = JointSearch(problem)
    plan, _ = construct(problem, seed=0)
    plan = search.run(plan, seed=0, moves=200_000)  # compiles, and leads to an ordinary plan
    began, before = time.process_time(), search.moves
    search.run(plan, seed=1, moves=2_000_000, hot=0.1 * search.hot)
    each = (time.process_time() - began) / (search.moves - before)
    g, h = arrays_for(problem, 0)
    first = plan.room[np.arange(len(plan.admission)), np.maximum(plan.admission, 0)]
    where = np.stack([plan.admission, np.where(plan.admission < 0, -1, first), plan.theatre], axis=1).astype(np.int32)
    nurse = np.array(plan.nurse, dtype=np.int32)
    began = time.process_time()
    for _ in range(200):
        fill(g, h, where, nurse)
    compiled = (time.process_time() - began) / 200
    began = time.process_time()
    for _ in range(50):
        hard_and_cost(problem, plan_from(problem, where, nurse))
    whole = (time.process_time() - began) / 50
    print(
        f"{name}: {60e-6 / each:.1f} million moves a CPU minute; a full evaluation takes {whole / each:.0f} moves' "
        f"time (NumPy), {compiled / each:.0f} (compiled)"
    )


def main() -> None:
    if "--child" in sys.argv:
        at = sys.argv.index("--child")
        path, method, limit, seed = sys.argv[at + 1 : at + 5]
        child(path, method, float(limit), int(seed))
        return
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--family", choices=("ihtc2024", "pas"), default="ihtc2024")
    parser.add_argument("--limit", type=float, default=60.0)
    parser.add_argument("--ranks", type=int, default=2)
    parser.add_argument("--methods", default="hospital")
    parser.add_argument("--seeds", default="0")
    parser.add_argument("--only", default="")
    parser.add_argument("--csv", default="")
    parser.add_argument("--moves", action="store_true")
    options = parser.parse_args()
    found, known = instances(options.family), best_known(options.family)
    wanted = [name for name in (options.only.split(",") if options.only else found) if name in found]
    if options.moves:
        for name in wanted if options.only else ["i20"]:
            moves(name, found[name])
        return
    rows, gaps = [], []
    print(" | ".join(HEAD), flush=True)
    for name in wanted:
        for method in options.methods.split(","):
            for seed in options.seeds.split(","):
                r = run(found[name], method, options.limit, options.ranks, int(seed))
                best = known.get(name, math.nan)
                over = 100 * (r["cost"] - best) / best
                gap = 100 * (r["cost"] - r["bound"]) / r["cost"] if math.isfinite(r["cost"]) else math.inf
                if math.isfinite(over):
                    gaps.append(over)
                values = (r["cost"], r["bound"], gap, best, over, r["seconds"], r["cpu"], r["near"])
                row = (name, method, seed, *(f"{v:.2f}".rstrip("0").rstrip(".") for v in values))
                rows.append(row)
                print(" | ".join(row), flush=True)
    if gaps:
        print(f"above best known: median {statistics.median(gaps):.2f} %, mean {statistics.mean(gaps):.2f} %")
    if options.csv:
        with Path(options.csv).open("w", newline="") as file:
            csv.writer(file).writerows([HEAD, *rows])


if __name__ == "__main__":
    main()
