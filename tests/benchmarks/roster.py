"""Table of cost and bound for a family of rostering instances.

    python -m tests.benchmarks.roster --family curtois --limit 600 --ranks 2 [--only Instance4,Instance5]
        [--methods column-generation,highs,cpsat] [--seeds 0] [--csv out.csv]

Cost, bound, gap, best known, published bound, seconds to within 1 % of best known, CPU seconds of all ranks, peak
memory of the largest rank; ``highs``, ``cpsat``: the whole model with as many threads.
The command compiles kernels within the limit if nobody did before: ``wardwise doctor --compile``.
"""

from __future__ import annotations

import argparse
from pathlib import Path

from tests.benchmarks.contest import DATA, contest, keep, known


def instances(family: str) -> dict[str, Path]:
    """Paths of the instances that have a best known value and lie on this machine, by name."""
    found = {}
    for name in known(family)[0]:
        if family == "curtois":
            path = DATA / family / "instances" / f"{name}.txt"
        elif family == "inrc1":
            path = DATA / family / "instances" / f"{name}.xml"
        else:
            path = DATA / family / "datasets" / name.split("_")[0] / name
        if path.exists() or (family == "inrc2" and path.parent.is_dir()):
            found[name] = path
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--family", choices=("curtois", "inrc1", "inrc2"), default="curtois")
    parser.add_argument("--limit", type=float, default=600.0)
    parser.add_argument("--ranks", type=int, default=2)
    parser.add_argument("--methods", default="column-generation")
    parser.add_argument("--seeds", default="0")
    parser.add_argument("--only", default="")
    parser.add_argument("--csv", default="")
    options = parser.parse_args()
    found = instances(options.family)
    wanted = {name: path for name, path in found.items() if not options.only or name in options.only.split(",")}
    seeds = [int(seed) for seed in options.seeds.split(",")]
    rows = contest(options.family, wanted, options.methods.split(","), seeds, options.limit, options.ranks)
    keep(rows, options.csv, options.limit, options.ranks)


if __name__ == "__main__":
    main()
