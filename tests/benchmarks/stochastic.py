"""Two-stage bed planning: our decomposition beside the extensive form and mpi-sppy; more scenarios; trusts together.

    python -m tests.benchmarks.stochastic engines [--scenarios 200] [--step 24] [--limit 300] [--ranks 2]
        [--methods benders,highs,progressive-hedging] [--csv out.csv]
    python -m tests.benchmarks.stochastic growth [--scenarios 50,100,200,400,1000]
    python -m tests.benchmarks.stochastic region [--trusts 6] [--scenarios 200] [--limit 300]
    python -m tests.benchmarks.stochastic placement [--scenarios 3] [--steps 24,12,6,1]

``engines`` tells in its last columns how many times longer than the first method each took to a gap of 1 % ("> n" where
it did not get there in the limit). ``growth`` tells processor seconds of an iteration (recourse of all scenarios and
master), best taken with ``--ranks 1``. ``placement`` makes a plan with placements of a day and values it with shorter
ones: how much does a patient's bed being settled for a day cost, or save, against moving every hour?

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
    from optimise.core.communicator import find_world
    from optimise.core.method import Limits, Progress
    from optimise.driver import solve
    from optimise.formats.base import read
    from optimise.generate.capacity import capacity

    comm = find_world()
    if task.get("file"):
        problem: Any = read(task["file"])
    else:
        problem = capacity(task["scenarios"], 7, 8, 12, task["seed"], step=task["step"])
    near = [math.inf, math.inf]
    course: list[tuple[float, float]] = []  # iterations, processor seconds
    began, spent = time.perf_counter(), time.process_time()

    def listen(progress: Progress) -> None:
        gap = (progress.primal - progress.dual) / abs(progress.primal) if math.isfinite(progress.primal) else math.inf
        if gap <= 0.01 and near[0] == math.inf:
            near[:] = [time.perf_counter() - began, time.process_time() - spent]
        course.append((progress.work, time.process_time() - spent))

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
            "cpu s per iteration": _slope(course),
            "bytes crossed": counts.get("bytes crossed", 0.0),
            "vss at least": counts.get("value of stochastic solution at least", math.nan),
            "evpi at most": counts.get("value of perfect information at most", math.nan),
        }
        print(json.dumps(made), flush=True)


def _slope(course: list[tuple[float, float]]) -> float:
    """Processor seconds an iteration, between the first and the last report."""
    if len(course) < 2 or course[-1][0] <= course[0][0]:
        return math.nan
    return (course[-1][1] - course[0][1]) / (course[-1][0] - course[0][0])


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
        for by in ("s", "cpu s"):
            ours = rows[0].get(f"to 1 % {by}", math.inf)
            found = rows[-1].get(f"to 1 % {by}", math.inf)
            reached = math.isfinite(found)
            factor = (found if reached else rows[-1].get(f"total {by}", math.nan)) / ours
            rows[-1][f"factor, {by}"] = f"{'' if reached else '> '}{factor:.1f}"
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
        found["cpu ms per scenario and iteration"] = 1e3 * found.get("cpu s per iteration", math.nan) / int(count)
        rows.append({"scenarios": count, **found})
        print(markdown(rows[-1:]), flush=True)
    return rows


def region(options: argparse.Namespace) -> list[dict[str, Any]]:
    from optimise.capacity.formats.region import write_region
    from optimise.generate.region import region as made_region

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


def placement(options: argparse.Namespace) -> list[dict[str, Any]]:
    """One plan, valued with placements of several lengths, on the first scenarios."""
    from dataclasses import replace

    from optimise.capacity.evaluate import recourse
    from optimise.capacity.model.capacity import split
    from optimise.capacity.model.capacity_values import mean_plan
    from optimise.generate.capacity import capacity

    problem = capacity(int(options.scenarios), 7, 8, 12, options.seed)
    plan = mean_plan(problem, seconds=60)
    rows = []
    for step in (int(each) for each in options.steps.split(",")):
        finer = replace(problem, step=step)
        spent = time.process_time()
        after = recourse(finer, plan)
        spent = time.process_time() - spent
        outlying, boarding, moves, cancelled = problem.scenarios.probabilities @ after.amounts
        rows.append(
            {
                "hours of a placement": step,
                "rows": split(finer).recourse.rows,
                "recourse": float(problem.scenarios.probabilities @ after.cost),
                "hours outlying": outlying,
                "hours boarding": boarding,
                "moves": moves,
                "cancelled": cancelled,
                "cpu s per scenario": spent / problem.scenarios.count,
            }
        )
        print(markdown(rows[-1:]), flush=True)
    return rows


def main() -> None:
    if "--child" in sys.argv:
        child(json.loads(sys.argv[sys.argv.index("--child") + 1]))
        return
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("what", choices=("engines", "growth", "region", "placement"))
    parser.add_argument("--scenarios", default="")
    parser.add_argument("--methods", default="")
    parser.add_argument("--step", type=int, default=24)
    parser.add_argument("--steps", default="24,12,6,1")
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
        "placement": ("3", ""),
    }[options.what]
    options.scenarios, options.methods = options.scenarios or usual[0], options.methods or usual[1]
    rows = {"engines": engines, "growth": growth, "region": region, "placement": placement}[options.what](options)
    print(f"\n{machine()}\n{markdown(rows)}")
    if options.csv:
        write_csv(rows, options.csv)


if __name__ == "__main__":
    main()
