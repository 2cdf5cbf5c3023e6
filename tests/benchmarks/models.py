"""Whole models by HiGHS beside CP-SAT on the same small instances, and how long building takes.

    python -m tests.benchmarks.models --family curtois --limit 60
    python -m tests.benchmarks.models --building

Each instance is given to both solvers in turn in one run (the order alternates), each in a process of its own, with
the same time limit for building and solving together, the same threads and seed. Every plan is evaluated again from
the plan alone, with the family's own rules. The table shows wins and losses alike; a row that contradicts another
stops the study.
"""

from __future__ import annotations

import argparse
import math
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from multiprocessing import get_context
from pathlib import Path
from typing import Any

from optimise import Limits, solve
from optimise.core.kinds import kind_of
from optimise.core.problem import Problem
from optimise.formats.base import read
from optimise.roster.problem import RosterProblem
from optimise.solvers.highs import Highs
from optimise.solvers.pyomo_bridge import from_pyomo, to_pyomo
from tests.benchmarks.report import machine, markdown, write_csv
from tests.conftest import benchmark_root

TOLERANCE = 1e-6


@dataclass(frozen=True)
class Instance:
    """An instance file by family; ``path`` lies below the folder of the public benchmarks."""

    family: str
    name: str
    path: str

    def read(self, root: Path) -> Problem:
        return read(root / self.path, format=self.family)


INSTANCES = (
    *(Instance("curtois", f"Instance{n}", f"curtois/instances/Instance{n}.txt") for n in (1, 2, 4, 5, 6)),
    *(Instance("inrc2", name, f"inrc2/datasets/n005w4/{name}") for name in ("n005w4_0_1-2-3-3", "n005w4_1_6-2-9-1")),
    *(Instance("inrc1", name, f"inrc1/instances/{name}.xml") for name in ("sprint01", "sprint_hint01")),
    Instance("ihtc", "small01", "ihtc2024/small/small01.json"),
    Instance("pas", "testdata01", "pas/instances/testdata01.txt"),
)
BUILT = (
    Instance("curtois", "Instance12", "curtois/instances/Instance12.txt"),
    Instance("ihtc", "i07", "ihtc2024/public/i07.json"),
)

Row = dict[str, Any]


def by_highs(problem: Problem, limit: float, threads: int, seed: int) -> Row:
    """Our method, with its solver library loaded beforehand, as the peer's is."""
    import highspy  # noqa: F401

    result = solve(problem, "highs", limits=Limits(seconds=limit, threads=threads), seed=seed)
    phases = result.stats.phases
    return {
        "solver": "highs",
        "build s": phases["build"][0],
        "solve s": phases["solve"][0],
        "cost": result.cost,
        "bound": result.bounds.dual,
        "stop": result.stop.value,
    }


def by_cpsat(problem: Problem, limit: float, threads: int, seed: int) -> Row:
    """CP-SAT on its own formulation of a roster, or on our rows of a hospital."""
    from tests.benchmarks.cpsat import RosterCp, RowsCp

    begin = time.perf_counter()
    if isinstance(problem, RosterProblem):
        made = RosterCp(problem)
        building = time.perf_counter() - begin
        found = made.solve(limit - building, threads, seed)
        plan = found.plan
    else:
        built = kind_of(problem).model(problem)
        rows = RowsCp(built.model.freeze())
        building = time.perf_counter() - begin
        found = rows.solve(limit - building, threads, seed)
        plan = None if found.plan is None else built.plan(found.plan)
    cost = math.inf
    if plan is not None:
        evaluation = problem.evaluate(plan)
        if not evaluation.feasible:
            raise RuntimeError(f"the CP-SAT plan of {problem.name} breaks hard rules by {evaluation.hard:g}")
        cost = evaluation.cost
        if cost > found.cost + TOLERANCE * max(1.0, abs(cost)):
            raise RuntimeError(f"CP-SAT says {found.cost} for {problem.name}, the plan costs {cost}")
    return {
        "solver": "CP-SAT" if problem.kind == "roster" else "CP-SAT (our rows)",
        "build s": building,
        "solve s": found.seconds,
        "cost": cost,
        "bound": found.bound,
        "stop": found.stop,
        "trace": found.trace,
    }


SOLVERS: tuple[Callable[[Problem, float, int, int], Row], ...] = (by_highs, by_cpsat)


def _alone(
    solver: Callable[[Problem, float, int, int], Row],
    instance: Instance,
    root: Path,
    limit: float,
    threads: int,
    seed: int,
) -> Row:
    """One run, in the worker process; the file is read anew, so that compiling the rules counts as building."""
    row = {"family": instance.family, "instance": instance.name, **solver(instance.read(root), limit, threads, seed)}
    row.pop("trace", None)
    cost, bound = float(row["cost"]), float(row["bound"])
    known = math.isfinite(cost) and math.isfinite(bound)
    row["gap %"] = 100 * max(0.0, cost - bound) / max(abs(cost), 1e-9) if known else math.inf
    return row


def compare(instances: Sequence[Instance], root: Path, limit: float, threads: int, seed: int) -> list[Row]:
    """Rows of all instances, both solvers in turn."""
    rows: list[Row] = []
    for turn, instance in enumerate(instances):
        pair: list[Row] = []
        for solver in SOLVERS if turn % 2 == 0 else SOLVERS[::-1]:
            with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool:
                row = pool.submit(_alone, solver, instance, root, limit, threads, seed).result()
            pair.append(row)
            print(
                f"{instance.name}: {row['solver']} cost {row['cost']} bound {row['bound']} ({row['stop']})", flush=True
            )
        _consistent(instance, pair)
        rows += sorted(pair, key=lambda row: str(row["solver"]), reverse=True)
    return rows


def _consistent(instance: Instance, pair: Sequence[Row]) -> None:
    """No bound may lie above a cost that anybody reached."""
    best = min(float(row["cost"]) for row in pair)
    for row in pair:
        if float(row["bound"]) > best + TOLERANCE * max(1.0, abs(best)):
            raise RuntimeError(
                f"{instance.name}: the bound {row['bound']} of {row['solver']} is above a cost of {best}"
            )


def building(root: Path) -> list[Row]:
    """Seconds to build large whole models, straight into HiGHS and through Pyomo."""
    rows: list[Row] = []
    for instance in BUILT:
        for way in ("straight", "Pyomo"):
            begin = time.perf_counter()
            problem = instance.read(root)
            reading = time.perf_counter() - begin
            begin, used = time.perf_counter(), time.process_time()
            built = kind_of(problem).model(problem)
            arrays = built.model.freeze() if way == "straight" else from_pyomo(to_pyomo(built.model)[0]).arrays
            Highs(arrays)
            rows.append(
                {
                    "instance": instance.name,
                    "way": way,
                    "read s": reading,
                    "build s": time.perf_counter() - begin,
                    "CPU s": time.process_time() - used,  # what counts where other work shares the cores
                    "columns": arrays.columns,
                    "rows": arrays.rows,
                    "entries": len(arrays.value),
                }
            )
            print(f"{instance.name} {way}: {rows[-1]['build s']:.2f} s", flush=True)
    return rows


def main(given: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--family", default="all", choices=["all", *dict.fromkeys(i.family for i in INSTANCES)])
    parser.add_argument("--instance", action="append", help="only these (may be repeated)")
    parser.add_argument("--limit", type=float, default=60.0, help="seconds for building and solving")
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--building", action="store_true", help="measure building alone")
    parser.add_argument("--output", type=Path, default=Path("benchmarks-out"), help="folder for the CSV and Markdown")
    options = parser.parse_args(given)
    root = benchmark_root()
    if root is None:
        parser.error("public benchmark files not found: set WARDWISE_DATA")
    if options.building:
        rows, stem = building(root), "building"
    else:
        chosen = [
            i
            for i in INSTANCES
            if options.family in ("all", i.family) and (not options.instance or i.name in options.instance)
        ]
        rows, stem = compare(chosen, root, options.limit, options.threads, options.seed), f"models-{options.family}"
    terms = f"{machine()}; limit {options.limit:g} s, {options.threads} threads, seed {options.seed}"
    text = f"{markdown(rows)}\n\n{terms}\n"
    write_csv(rows, options.output / f"{stem}.csv")
    (options.output / f"{stem}.md").write_text(text)
    print(text)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
