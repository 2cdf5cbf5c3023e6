"""Two-stage bed planning: our decomposition beside the extensive form and mpi-sppy; more scenarios; trusts together.

    python -m tests.benchmarks.stochastic engines [--scenarios 200] [--step 24] [--limit 300] [--ranks 2]
        [--methods benders,highs,progressive-hedging] [--csv out.csv]
    python -m tests.benchmarks.stochastic growth [--scenarios 50,100,200,400,1000]
    python -m tests.benchmarks.stochastic region [--trusts 6] [--scenarios 200] [--limit 300]

Every run is a process of its own (``mpiexec`` for the parallel methods; HiGHS gets as many threads as the others have
ranks). Wall-clock seconds suffer on a busy machine, so processor seconds of rank 0 are shown beside them, both until
the gap is 1 % or less and in total. Trusts are 7 days of 24 hours, 8 specialties, 12 wards.
"""

from __future__ import annotations

import argparse
import json
import math
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from tests.benchmarks.report import machine, markdown, write_csv

ROOT = Path(__file__).resolve().parents[2]
PARALLEL = {"benders", "progressive-hedging", "federated"}


def run(task: dict[str, Any], ranks: int) -> dict[str, Any]:
    """One solve in processes of its own."""
    command = [sys.executable, "-m", "tests.benchmarks.stochastic", "--child", json.dumps(task)]
    if task["method"] in PARALLEL and ranks > 1:
        command = [str(Path(sys.executable).with_name("mpiexec")), "-n", str(ranks), *command]
    allowed = 4 * task["limit"] + 600
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=allowed, check=False)
    lines = [line for line in done.stdout.splitlines() if line.startswith("{")]
    if not lines:
        return {"note": done.stderr.strip()[-300:]}
    found: dict[str, Any] = json.loads(lines[-1])
    return found


def child(task: dict[str, Any]) -> None:
    """Solve on every rank; rank 0 prints one JSON line."""
    from optimise.communicator import find_world
    from optimise.driver import solve
    from optimise.generate.capacity import capacity
    from optimise.io.base import read
    from optimise.method import Limits, Progress

    comm = find_world()
    if task.get("file"):
        problem: Any = read(task["file"])
    else:
        problem = capacity(task["scenarios"], 7, 8, 12, task["seed"], step=task["step"])
    near = [math.inf, math.inf]
    began, spent = time.perf_counter(), time.process_time()

    def listen(progress: Progress) -> None:
        gap = (progress.primal - progress.dual) / abs(progress.primal) if math.isfinite(progress.primal) else math.inf
        if gap <= 0.01 and near[0] == math.inf:
            near[:] = [time.perf_counter() - began, time.process_time() - spent]

    limits = Limits(seconds=task["limit"], gap=task["gap"], threads=task.get("threads", 1))
    result = solve(problem, task["method"], limits=limits, comm=comm, listen=listen, options=task.get("options"))
    wall, cpu = time.perf_counter() - began, time.process_time() - spent
    if result.bounds.gap <= 0.01 and near[0] == math.inf:
        near[:] = [wall, cpu]
    memory = comm.gather(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20)
    if comm.rank == 0:
        counts = dict(result.stats.counts)
        iterations = max(1.0, counts.get("iterations", counts.get("rounds", 1.0)))
        recourse = max(result.stats.phases.get("recourse", (0.0,)))
        made = {
            "cost": result.cost,
            "bound": result.bounds.dual,
            "gap %": 100 * result.bounds.gap,
            "stop": str(result.stop),
            "to 1 % s": near[0],
            "to 1 % cpu s": near[1],
            "total s": wall,
            "total cpu s": cpu,
            "GiB per rank": max(memory or [0.0]),
            "iterations": iterations,
            "s per iteration": recourse / iterations,
            "bytes crossed": counts.get("bytes crossed", 0.0),
            "vss at least": counts.get("value of stochastic solution at least", math.nan),
            "evpi at most": counts.get("value of perfect information at most", math.nan),
        }
        print(json.dumps(made), flush=True)


def engines(options: argparse.Namespace) -> list[dict[str, Any]]:
    rows = []
    for method in options.methods.split(","):
        task = {
            "method": method,
            "scenarios": int(options.scenarios),
            "step": options.step,
            "seed": options.seed,
            "limit": options.limit,
            "gap": 0.01,
            "threads": options.ranks if method == "highs" else 1,
            "options": {"relaxed": True} if method == "progressive-hedging" else {},
        }
        rows.append(
            {"method": method, "scenarios": options.scenarios, "step": options.step, **run(task, options.ranks)}
        )
        print(markdown(rows[-1:]), flush=True)
    return rows


def growth(options: argparse.Namespace) -> list[dict[str, Any]]:
    rows = []
    for count in options.scenarios.split(","):
        task = {
            "method": "benders",
            "scenarios": int(count),
            "step": options.step,
            "seed": options.seed,
            "limit": options.limit,
            "gap": 0.01,
            "options": {"values": False},
        }
        found = run(task, options.ranks)
        found["ms per scenario and iteration"] = 1e3 * found.get("s per iteration", math.nan) / int(count)
        rows.append({"scenarios": count, **found})
        print(markdown(rows[-1:]), flush=True)
    return rows


def region(options: argparse.Namespace) -> list[dict[str, Any]]:
    from optimise.generate.region import region as made_region
    from optimise.io.region import write_region

    rows = []
    with tempfile.TemporaryDirectory() as folder:
        agreement, trusts = made_region(options.trusts, int(options.scenarios), seed=options.seed)
        supply = dict(zip(agreement.units, agreement.supply, strict=True))
        files = write_region(folder, agreement.name, supply, trusts)
        stored = sum(f.stat().st_size for f in files[1:])
        plain = sum(t.scenarios.arrivals.nbytes + t.scenarios.remaining.nbytes for t in trusts.values())
        for method in options.methods.split(","):
            task = {"method": method, "file": str(files[0]), "limit": options.limit, "gap": options.gap, "threads": 2}
            found = run(task, options.trusts)
            crossed = found.get("bytes crossed", 0.0)
            found |= {"% of files": 100 * crossed / stored, "% of counts": 100 * crossed / plain}
            rows.append({"method": method, "trusts": options.trusts, "scenarios": options.scenarios, **found})
            print(markdown(rows[-1:]), flush=True)
    return rows


def main() -> None:
    if "--child" in sys.argv:
        child(json.loads(sys.argv[sys.argv.index("--child") + 1]))
        return
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("what", choices=("engines", "growth", "region"))
    parser.add_argument("--scenarios", default="")
    parser.add_argument("--methods", default="")
    parser.add_argument("--step", type=int, default=24)
    parser.add_argument("--limit", type=float, default=300.0)
    parser.add_argument("--gap", type=float, default=0.01)
    parser.add_argument("--ranks", type=int, default=2)
    parser.add_argument("--trusts", type=int, default=6)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--csv", type=Path)
    options = parser.parse_args()
    usual = {
        "engines": ("200", "benders,highs,progressive-hedging"),
        "growth": ("50,100,200,400,1000", "benders"),
        "region": ("200", "federated,highs"),
    }[options.what]
    options.scenarios, options.methods = options.scenarios or usual[0], options.methods or usual[1]
    rows = {"engines": engines, "growth": growth, "region": region}[options.what](options)
    print(f"\n{machine()}\n{markdown(rows)}")
    if options.csv:
        write_csv(rows, options.csv)


if __name__ == "__main__":
    main()
