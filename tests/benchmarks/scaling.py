"""Strong and weak scaling from real ranks, and the prediction for up to 1,024.

    python -m tests.benchmarks.scaling [--ranks 1,2,4] [--people 24,150,5000] [--output tests/benchmarks/results]

Made wards of 24, 150 and 5,000 people over four weeks. Measured: the fixed piece of work of ``hpc.scaling.work`` on
real ranks of this machine (oversubscribed where it has fewer cores); seconds are of processor time along the critical
path, which other programs do not lengthen, with wall-clock seconds beside them. Predicted: the trace of one rank
replayed, with the network measured between two ranks here, and with that of a typical cluster (2 us, 20 GB/s).
"""

from __future__ import annotations

import argparse
import csv
import math
import os
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from tests.benchmarks.report import machine, markdown

CLUSTER = (2e-6, 20e9)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--ranks", default="1,2,4")
    parser.add_argument("--people", default="24,150,5000")
    parser.add_argument("--weak", type=int, default=24, help="people per rank of the weak-scaling table")
    parser.add_argument("--iterations", type=int, default=12)
    parser.add_argument("--rounds", type=int, default=2)
    parser.add_argument("--seconds", type=float, default=200.0, help="most seconds to record one instance")
    parser.add_argument("--output", type=Path, default=Path("tests/benchmarks/results"))
    options = parser.parse_args()
    from optimise.cli.kernel_cache import kernel_cache

    with kernel_cache():
        run(options)


def run(options: argparse.Namespace) -> None:
    from hpc.parallel_search import ROUND
    from hpc.scaling.measure import measure, measure_network
    from hpc.scaling.model import DEFAULT_RANKS, Network, predict
    from hpc.scaling.trace import record
    from hpc.scaling.work import Workload
    from optimise.generate import ward
    from optimise.io.native import write_ward

    ranks = [int(n) for n in options.ranks.split(",")]
    workload = Workload(options.iterations, options.rounds)
    here = measure_network()
    free = Network(0.0, math.inf, 0.0, "none: the measured critical path has no communication in it either")
    there = Network(*CLUSTER, here.packing, "a typical cluster")
    print(f"load average {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores", flush=True)
    strong: list[dict[str, Any]] = []
    weak: list[dict[str, Any]] = []
    predicted: list[dict[str, Any]] = []
    with tempfile.TemporaryDirectory() as scratch:

        def made(people: int) -> Path:
            return write_ward(ward(people, 4, 1), Path(scratch) / f"ward{people}.json")

        for people in (int(n) for n in options.people.split(",")):
            file = made(people)
            problem = ward(people, 4, 1).problem()
            small = people < 1000
            if small:
                record(problem, Workload(1, 1), seconds=options.seconds)  # compiles
            trace = record(problem, workload if small else Workload(2, 1), seconds=options.seconds)
            print(f"{people} people: traced {len(trace.calls)} pricing rounds", flush=True)
            for network in (here, there):
                for n in DEFAULT_RANKS:
                    p = predict(trace, n, network)
                    predicted.append(
                        {
                            "people": people,
                            "network": network.source,
                            "ranks": n,
                            "root efficiency": p.root_efficiency,
                            "root waits for master": p.waiting,
                            "search efficiency": p.search_efficiency,
                            "neighbourhoods/s": p.neighbourhoods,
                        }
                    )
            for n in ranks if small else ():
                m, p = measure(file, n, workload), predict(trace, n, free)
                search = max(ROUND, n) * len(trace.attempts) / p.neighbourhoods
                strong.append({"people": people, **_line(n, m), "root predicted": p.root, "search predicted": search})
                print(strong[-1], flush=True)
            _efficiencies(strong, [r for r in strong if r["people"] == people], strong_scaling=True)
        for n in ranks:
            weak.append({"people": options.weak * n, **_line(n, measure(made(options.weak * n), n, workload))})
        _efficiencies(weak, weak, strong_scaling=False)
    where = (
        f"{machine()}; load average while measuring {os.getloadavg()[0]:.1f}; network here: latency "
        f"{here.latency * 1e6:.1f} us, {here.bandwidth / 1e9:.2f} GB/s, packing {here.packing * 1e6:.0f} us."
    )
    text = [
        "# Scaling",
        "",
        where,
        "",
        "## Measured: strong scaling (same problem, more ranks)",
        "",
        markdown(strong),
        "",
        "## Measured: weak scaling (problem grows with ranks)",
        "",
        markdown(weak),
        "",
        "## Predicted from the trace of one rank",
        "",
        markdown(predicted),
    ]
    options.output.mkdir(parents=True, exist_ok=True)
    (options.output / "scaling.md").write_text("\n".join(text) + "\n", encoding="utf-8")
    _csv(options.output / "scaling-measured.csv", [{"table": "strong", **r} for r in strong] + [
        {"table": "weak", **r} for r in weak
    ])  # fmt: skip
    _csv(options.output / "scaling-predicted.csv", predicted)
    print("\n".join(text))


def _line(ranks: int, found: Any) -> dict[str, Any]:
    return {
        "ranks": ranks,
        "root s": found.root_path,
        "root wall s": found.root_wall,
        "search s": found.search_path,
        "search wall s": found.search_wall,
    }


def _efficiencies(rows: list[dict[str, Any]], mine: Sequence[dict[str, Any]], *, strong_scaling: bool) -> None:
    """Efficiency of each row against the first of its group; of the same work, or of work that grew with the ranks."""
    for row in mine:
        ratio = mine[0]["ranks"] / row["ranks"] if strong_scaling else 1.0
        row["root efficiency"] = ratio * mine[0]["root s"] / row["root s"]
        row["search efficiency"] = mine[0]["ranks"] / row["ranks"] * mine[0]["search s"] / row["search s"]


def _csv(file: Path, rows: Sequence[Mapping[str, Any]]) -> None:
    heads = list(dict.fromkeys(key for row in rows for key in row))
    with file.open("w", newline="", encoding="utf-8") as out:
        writer = csv.DictWriter(out, heads, restval="")
        writer.writeheader()
        writer.writerows(rows)


if __name__ == "__main__":
    main()
