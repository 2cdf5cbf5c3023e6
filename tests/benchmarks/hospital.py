"""Table of cost and bound for a family of hospital instances, and the speed of the incremental evaluation.

    python -m tests.benchmarks.hospital --family ihtc2024|pas --limit 60 --ranks 2 [--only i01,i20] [--methods hospital]
        [--seeds 0] [--csv out.csv]
    python -m tests.benchmarks.hospital --methods auto,highs,cpsat --only small01,i01 --limit 30 --csv out.csv
    python -m tests.benchmarks.hospital --moves [--only i20]

Cost, bound, gap, best known, published bound, seconds to within 1 % of best known, CPU seconds of all ranks, peak
memory of the largest rank; ``highs``, ``cpsat``: the whole model with as many threads.
The command compiles kernels within the limit if nobody did before: ``wardwise doctor --compile``.
"""

from __future__ import annotations

import argparse
import time
from pathlib import Path

from tests.benchmarks.contest import DATA, contest, keep


def instances(family: str) -> dict[str, Path]:
    """Paths of the instances on this machine, by name."""
    pattern = "instances/*.txt" if family == "pas" else "[pst]*/*.json"
    found = {path.stem: path for path in (DATA / family).glob(pattern) if path.parent.name != "vectors"}
    return dict(sorted(found.items()))


def moves(name: str, path: Path) -> None:
    """Moves a minute, by kind and mixed as in a run, beside full evaluations of the same plan."""

    from optimise.formats.base import read
    from optimise.hospital.evaluate import hard_and_cost
    from optimise.hospital.problem import HospitalProblem
    from optimise.hospital.search import construct
    from optimise.hospital.search.joint import JointSearch
    from optimise.hospital.search.state import arrays_for, plan_from, rows_of
    from optimise.hospital.search.update import fill

    problem = read(path)
    assert isinstance(problem, HospitalProblem)
    search = JointSearch(problem)
    plan, _ = construct(problem, seed=0)
    plan = search.run(plan, seed=0, moves=200_000)  # compiles, and leads to an ordinary plan
    began, before = time.process_time(), search.moves
    search.run(plan, seed=1, moves=2_000_000, hot=0.1 * search.hot)
    each = (time.process_time() - began) / (search.moves - before)
    g, h = arrays_for(problem, 0)
    where, nurse = rows_of(problem, plan)
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
    found = instances(options.family)
    wanted = {name: found[name] for name in (options.only.split(",") if options.only else found) if name in found}
    if options.moves:
        for name in wanted if options.only else ["i20"]:
            moves(name, found[name])
        return
    seeds = [int(seed) for seed in options.seeds.split(",")]
    rows = contest(options.family, wanted, options.methods.split(","), seeds, options.limit, options.ranks)
    keep(rows, options.csv, options.limit, options.ranks)


if __name__ == "__main__":
    main()
