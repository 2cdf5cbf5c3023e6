"""One instance, several methods, each in a process of its own with the same cores and seconds; the rows of a table.

Parallel methods get ``ranks`` MPI processes of one thread, ``highs`` (the whole model) and ``cpsat`` (OR-tools on its
own formulation of a roster, on our rows of a hospital) one process of ``ranks`` threads. Their building counts against
the limit. highspy and OR-tools cannot share a process, so the child that runs CP-SAT loads no highspy.

Every plan is evaluated again by the family's rules before it counts; a bound above a cost that anybody reached stops
the study. Best known values and published bounds are read for the table only; limits do not depend on them.
"""

from __future__ import annotations

import csv
import json
import math
import os
import statistics
import subprocess
import sys
import time
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from tests.benchmarks.report import cost_by_seconds, machine, markdown, primal_integral, write_csv

ROOT = Path(__file__).resolve().parents[2]
DATA = Path(os.environ.get("WARDWISE_DATA", ROOT.parent / "shared" / "benchmarks"))
#: Methods that use all ranks; the others get as many threads.
PARALLEL = {"auto", "hospital", "column-generation", "parallel-search"}

Row = dict[str, Any]


def known(family: str) -> tuple[dict[str, float], dict[str, float]]:
    """Best known costs and published lower bounds by instance."""
    costs, bounds = {}, {}
    for name in ("best_known.csv", "lower_bounds.csv"):
        path = DATA / family / name
        if not path.exists():
            continue
        with path.open(newline="") as file:
            for row in csv.DictReader(file):
                if best := row.get("upper_bound") or row.get("best_known"):
                    costs[row["instance"]] = float(best)
                if bound := row.get("lower_bound"):
                    bounds[row["instance"]] = float(bound)
    return costs, bounds


def run(path: Path, method: str, limit: float, ranks: int, seed: int, patience: float = math.inf) -> Row:
    """One solve: cost, bound, seconds, CPU seconds, GiB, trace; ``note`` says why there is none.

    It is killed after ``patience`` seconds, or after four times its limit and ten minutes.
    """
    patience = min(patience, 4 * limit + 600)
    parallel = method in PARALLEL
    given = json.dumps([str(path), method, limit, 1 if parallel else ranks, seed])
    command = [sys.executable, "-m", "tests.benchmarks.contest", given]
    if ranks > 1 and parallel:
        command = [str(Path(sys.executable).with_name("mpiexec")), "-n", str(ranks), *command]
    none = {"cost": math.inf, "bound": -math.inf, "seconds": math.nan, "cpu": math.nan, "GiB": math.nan, "trace": []}
    try:
        done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=patience, check=False)
    except subprocess.TimeoutExpired:
        return {**none, "note": f"killed after {patience:.0f} s"}
    lines = [line for line in done.stdout.splitlines() if line.startswith("{")]
    if not lines:
        return {**none, "note": f"exit {done.returncode}: " + " ".join(done.stderr.split())[-160:]}
    return {**none, "note": "", **json.loads(lines[-1])}


def row(name: str, method: str, seed: int, found: Row, best: float, lower: float, limit: float = math.nan) -> Row:
    """What a run is worth, beside what is known."""
    cost, bound = float(found["cost"]), float(found["bound"])
    both = math.isfinite(cost) and math.isfinite(bound)
    near = [seconds for seconds, value in found["trace"] if value <= 1.01 * best + 1e-9]
    return {
        "instance": name,
        "method": method,
        "seed": seed,
        "cost": cost,
        "bound": bound,
        "gap %": 100 * max(0.0, cost - bound) / max(abs(cost), 1e-9) if both else math.inf,
        "best known": best,
        "above best %": 100 * (cost - best) / best,
        "published bound": lower,
        "s to 1 % of best": min(near, default=math.inf),
        "primal integral %": primal_integral(found["trace"], best, limit),
        "cost by seconds": cost_by_seconds(found["trace"]),
        "seconds": float(found["seconds"]),
        "CPU s": float(found["cpu"]),
        "peak GiB": float(found["GiB"]),
        "note": found["note"],
    }


def contest(
    family: str, paths: Mapping[str, Path], methods: Sequence[str], seeds: Iterable[int], limit: float, ranks: int
) -> list[Row]:
    """Rows of all instances and methods, told as they come."""
    costs, bounds = known(family)
    rows: list[Row] = []
    for name, path in paths.items():
        mine: list[Row] = []
        for method in methods:
            for seed in seeds:
                found = run(path, method, limit, ranks, seed)
                best, lower = costs.get(name, math.nan), bounds.get(name, math.nan)
                mine.append(row(name, method, seed, found, best, lower, limit))
                print(markdown(mine[-1:]).splitlines()[-1], flush=True)
        consistent(name, mine)
        rows += mine
    return rows


def consistent(name: str, rows: Sequence[Row]) -> None:
    """No bound may lie above a cost that anybody reached."""
    best = min(r["cost"] for r in rows)
    for r in rows:
        if r["bound"] > best + 1e-6 * max(1.0, abs(best)):
            raise RuntimeError(f"{name}: the bound {r['bound']} of {r['method']} is above a cost of {best}")


def keep(rows: Sequence[Row], path: str, limit: float, ranks: int) -> None:
    """Summary by method on standard output; CSV at ``path`` (if any) and the same as Markdown beside it."""
    summary = []
    for method in dict.fromkeys(r["method"] for r in rows):
        over = [r["above best %"] for r in rows if r["method"] == method]
        good = [v for v in over if math.isfinite(v)]
        if good:
            summary.append(
                f"{method}: {len(good)} of {len(over)} with a plan, above best known median "
                f"{statistics.median(good):.2f} %, mean {statistics.mean(good):.2f} %"
            )
    terms = f"{machine()}; limit {limit:g} s, {ranks} ranks of one thread or {ranks} threads."
    print("\n".join(summary))
    if path:
        write_csv(rows, Path(path))
        text = "\n\n".join([markdown(rows), "\n".join(f"- {line}" for line in summary), terms])
        Path(path).with_suffix(".md").write_text(text + "\n", encoding="utf-8")


def peak() -> float:
    """GiB of this process at its largest (``ru_maxrss`` would count the parent, from which it was forked)."""
    line = next(line for line in Path("/proc/self/status").read_text().splitlines() if line.startswith("VmHWM"))
    return int(line.split()[1]) / 2**20


def ours(path: str, method: str, limit: float, threads: int, seed: int) -> None:
    """One of our methods; rank 0 prints."""
    from optimise.core.communicator import find_world
    from optimise.core.method import Limits
    from optimise.driver import solve
    from optimise.formats.base import read

    comm = find_world()
    began = time.perf_counter()
    result = solve(read(path), method, limits=Limits(seconds=limit, threads=threads), seed=seed, comm=comm)
    seconds = time.perf_counter() - began
    cpu, memory = comm.gather(time.process_time()), comm.gather(peak())
    if cpu is not None and memory is not None:
        trace = [(p.seconds, p.primal) for p in result.trace.points if math.isfinite(p.primal)]
        if math.isfinite(result.cost):
            trace.append((seconds, result.cost))
        told = {"cost": result.cost, "bound": result.bounds.dual, "seconds": seconds, "cpu": sum(cpu)}
        print(json.dumps({**told, "GiB": max(memory), "trace": trace}), flush=True)


def peer(path: str, limit: float, threads: int, seed: int) -> None:
    """CP-SAT."""
    from optimise.formats.base import read
    from tests.benchmarks.models import by_cpsat

    began = time.perf_counter()
    found = by_cpsat(read(path), limit, threads, seed)
    trace = [(found["build s"] + seconds, cost) for seconds, cost in found["trace"]]
    told = {"cost": found["cost"], "bound": found["bound"], "seconds": time.perf_counter() - began}
    print(json.dumps({**told, "cpu": time.process_time(), "GiB": peak(), "trace": trace}), flush=True)


if __name__ == "__main__":
    instance, chosen, seconds_, threads_, seed_ = json.loads(sys.argv[1])
    if chosen == "cpsat":
        peer(instance, seconds_, threads_, seed_)
    else:
        ours(instance, chosen, seconds_, threads_, seed_)
