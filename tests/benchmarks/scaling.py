"""Strong and weak scaling from real ranks, the prediction for up to 1,024, priced blocks per second, idle ranks.

    python -m tests.benchmarks.scaling [--ranks 1,2,4] [--people 24,150,5000] [--scenarios 200,1000]
        [--instances FILE,...] [--traces FOLDER] [--output tests/benchmarks/results]

Made wards of 24, 150 and 5,000 people over four weeks, and two-stage bed plans of 7 days, 8 specialties and 12 wards.
Measured: the fixed piece of work of ``hpc.scaling.work`` on real ranks of this machine (oversubscribed where it has
fewer cores); seconds are of processor time along the critical path, which other programs do not lengthen, with
wall-clock seconds beside them. Predicted: the trace of one rank replayed, with the network measured between two ranks
here, and with that of a typical cluster (2 us, 20 GB/s). ``--traces`` keeps traces and uses those that are there:
they are of processor seconds, so the large ones need not be taken in the same hour. ``--instances`` are priced by one
and more ranks (blocks per second), and with owners by table size and by measured seconds (idle time of each rank).
An empty list leaves a part out: ``--people ''``.
"""

from __future__ import annotations

import argparse
import math
import os
import tempfile
import time
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from tests.benchmarks.report import machine, markdown, write_csv

CLUSTER = (2e-6, 20e9)
LARGE = 1000  # people from which nothing is measured with real ranks, and little is traced
Rows = list[dict[str, Any]]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--ranks", default="1,2,4")
    parser.add_argument("--people", default="24,150,5000")
    parser.add_argument("--weak", type=int, default=24, help="people per rank of the weak-scaling table; 0: none")
    parser.add_argument("--scenarios", default="200,1000")
    parser.add_argument("--clusters", default="64,256", help="cuts per round of the L-shaped method")
    parser.add_argument("--instances", default="")
    parser.add_argument("--iterations", type=int, default=12)
    parser.add_argument("--rounds", type=int, default=1)
    parser.add_argument("--repeats", type=int, default=2)
    parser.add_argument("--seconds", type=float, default=900.0, help="most seconds to record one instance")
    parser.add_argument("--traces", type=Path)
    parser.add_argument("--output", type=Path, default=Path("tests/benchmarks/results"))
    options = parser.parse_args()
    from optimise.cli.kernel_cache import kernel_cache

    with kernel_cache():
        Study(options).run()


def numbers(text: str) -> list[int]:
    return [int(part) for part in text.split(",") if part.strip()]


class Study:
    """All tables of one call."""

    def __init__(self, options: argparse.Namespace) -> None:
        from hpc.scaling.measure import measure_network
        from hpc.scaling.model import Network
        from hpc.scaling.work import Workload

        self.options, self.ranks = options, numbers(options.ranks)
        self.work = Workload(options.iterations, options.rounds, repeats=options.repeats)
        self.here = measure_network()
        self.free = Network(0.0, math.inf, 0.0, "none")  # the measured path has no communication in it either
        self.there = Network(*CLUSTER, self.here.packing, "a typical cluster")
        self.folder = options.traces or Path(tempfile.mkdtemp())
        self.folder.mkdir(parents=True, exist_ok=True)
        self.drawn: Rows = []

    def run(self) -> None:
        options = self.options
        load = os.getloadavg()[0]
        tables: dict[str, tuple[str, Rows]] = {}
        with tempfile.TemporaryDirectory() as scratch:
            strong, predicted = self.people(Path(scratch))
            tables["strong"] = ("Measured: strong scaling (same problem, more ranks)", strong)
            tables["weak"] = ("Measured: weak scaling (people grow with ranks)", self.weak(Path(scratch)))
        files = [Path(part) for part in options.instances.split(",") if part]
        tables["blocks"] = ("Measured: priced blocks per second", self.blocks(files))
        tables["idle"] = ("Measured: processor seconds that ranks wait in pricing", self.idle(files))
        tables["predicted"] = ("Predicted from the trace of one rank", predicted + self.scenarios())
        self.write({name: table for name, table in tables.items() if table[1]}, load)

    # ---- parts ---------------------------------------------------------------------------------------------------
    def trace(self, name: str, record: Any) -> Any:
        """A stored trace, or a new one that is stored."""
        from hpc.scaling.trace import Trace

        file = self.folder / f"{name}.trace.json"
        if not (self.options.traces and file.exists()):
            began = time.process_time()
            record().write(file)
            print(f"{name}: traced in {time.process_time() - began:.0f} processor seconds", flush=True)
        return Trace.read(file)

    def people(self, scratch: Path) -> tuple[Rows, Rows]:
        from hpc.column_generation.tuning import SearchTuning
        from hpc.scaling.measure import measure
        from hpc.scaling.model import predict
        from hpc.scaling.trace import record
        from optimise.generate import ward
        from optimise.roster.formats.native import write_ward

        strong: Rows = []
        predicted: Rows = []
        for people in numbers(self.options.people):
            small = people < LARGE
            work = self.work if small else replace(self.work, iterations=2, rounds=1, repeats=1)
            problem = ward(people, 4, 1).problem()
            if small:
                record(problem, work.brief)  # compiles
            trace = self.trace(f"ward{people}", lambda p=problem, w=work: record(p, w, seconds=self.options.seconds))
            predicted += self.predicted(trace)
            file = write_ward(ward(people, 4, 1), scratch / f"ward{people}.json")
            found = [measure(file, n, work) for n in self.ranks] if small else []
            mine = []
            for m in found:
                p, wall = predict(trace, m.ranks, self.free), predict(trace, m.ranks, self.here).root
                rounds = len(trace.attempts)
                search = max(SearchTuning().round, m.ranks) * rounds / p.neighbourhoods
                mine.append(
                    {
                        "people": people,
                        "ranks": m.ranks,
                        "root s measured": m.root_path,
                        "root s predicted": p.root,
                        "root off %": 100 * (p.root / m.root_path - 1),
                        "search s measured": m.search_path,
                        "search s predicted": search,
                        "search off %": 100 * (search / m.search_path - 1),
                        "root wall s": m.root_wall,
                        "root wall predicted": wall,
                        "search wall s": m.search_wall,
                        "root efficiency measured": _share(found[0], m, "root_path"),
                        "root efficiency predicted": p.root_efficiency,
                        "speed-up of work measured": m.ranks * _share(found[0], m, "search_path"),
                        "speed-up of work predicted": p.work_speedup,
                    }
                )
                self.draw(trace, m.ranks, "measured", mine[-1], " measured")
                print(mine[-1], flush=True)
            strong += mine
        return strong, predicted

    def weak(self, scratch: Path) -> Rows:
        from hpc.scaling.measure import measure
        from optimise.generate import ward
        from optimise.roster.formats.native import write_ward

        rows: Rows = []
        each = self.options.weak
        first = None
        for n in self.ranks if each else ():
            m = measure(write_ward(ward(each * n, 4, 1), scratch / f"weak{n}.json"), n, self.work)
            first = first or m
            rows.append(
                {
                    "people": each * n,
                    "ranks": n,
                    "root s": m.root_path,
                    "pricing s": m.pricing_path,
                    "search s": m.search_path,
                    "root wall s": m.root_wall,
                    "search wall s": m.search_wall,
                    "root efficiency": first.root_path / m.root_path,
                    "pricing efficiency": first.pricing_path / m.pricing_path,
                    "speed-up of work": m.ranks * _share(first, m, "search_path"),
                }
            )
            print(rows[-1], flush=True)
        return rows

    def blocks(self, files: Sequence[Path]) -> Rows:
        """Rates of real ranks, and against those of one rank."""
        from hpc.scaling.measure import measure

        rows: Rows = []
        for file in files:
            one: Mapping[str, float] = {}
            for n in self.ranks:
                found = measure(file, n, self.work)
                rate = found.blocks_per_second
                one = one or rate
                rows.append(
                    {"instance": file.stem, "ranks": n, "blocks": found.root_blocks + found.search_blocks}
                    | {f"{name}/s": value for name, value in rate.items()}
                    | {f"{name} ratio": rate[name] / one[name] for name in ("pricing", "search", "all", "all wall")}
                )
                print(rows[-1], flush=True)
        return rows

    def idle(self, files: Sequence[Path]) -> Rows:
        """What following the clock is worth: waiting of each rank with owners by table size and by seconds."""
        from hpc.scaling.measure import measure

        rows: Rows = []
        for file in files:
            for n in (n for n in self.ranks if n > 1):
                for balance in (False, True):
                    m = measure(file, n, replace(self.work, iterations=20, rounds=0, balance=balance))
                    rows.append(
                        {
                            "instance": file.stem,
                            "ranks": n,
                            "owners": "by measured seconds" if balance else "by table size",
                            "pricing s": m.pricing_path,
                            "waits by rank, s": " ".join(f"{w:.2f}" for w in m.waits),
                            "waiting share": sum(m.waits) / (n * m.pricing_path),
                        }
                    )
                    print(rows[-1], flush=True)
        return rows

    def scenarios(self) -> Rows:
        from hpc.scaling.stochastic import Scenarios, record_scenarios
        from optimise.generate.capacity import capacity

        rows: Rows = []
        for count in numbers(self.options.scenarios):
            for clusters in numbers(self.options.clusters):
                work = Scenarios(clusters=min(clusters, count))
                trace = self.trace(
                    f"trust{count}-{work.clusters}",
                    lambda c=count, w=work: record_scenarios(capacity(c, 7, 8, 12, 1), w),
                )
                rows += self.predicted(trace, f", {work.clusters} cuts a round")
        return rows

    def predicted(self, trace: Any, note: str = "") -> Rows:
        from hpc.scaling.model import DEFAULT_RANKS, predict

        rows: Rows = []
        for network in (self.here, self.there):
            for n in DEFAULT_RANKS:
                p = predict(trace, n, network)
                rows.append(
                    {
                        "size": f"{trace.people} {trace.unit}{note}",
                        "network": network.source,
                        "ranks": n,
                        "root s": p.root,
                        "root efficiency": p.root_efficiency,
                        "root waits for master": p.waiting,
                        "speed-up of work": p.work_speedup,
                        "neighbourhoods/s": p.neighbourhoods,
                    }
                )
                if network is self.there:
                    self.draw(trace, n, "predicted", rows[-1], "", note)
        return rows

    # ---- writing -------------------------------------------------------------------------------------------------
    def draw(self, trace: Any, ranks: int, kind: str, row: Mapping[str, Any], suffix: str, note: str = "") -> None:
        """Keep a row for the picture."""
        shown = {"instance": f"{trace.people} {trace.unit}{note}", "kind": kind, "ranks": ranks}
        for part in ("root efficiency", "speed-up of work"):
            value = row[f"{part}{suffix}"]
            shown[part] = value if math.isfinite(value) else ""
        self.drawn.append(shown)

    def write(self, tables: Mapping[str, tuple[str, Rows]], load: float) -> None:
        from hpc.scaling.table import picture

        here, folder = self.here, self.options.output
        folder.mkdir(parents=True, exist_ok=True)
        where = (
            f"{machine()}; load average {load:.1f} before, {os.getloadavg()[0]:.1f} after; network here: latency "
            f"{here.latency * 1e6:.1f} us, {here.bandwidth / 1e9:.2f} GB/s, packing {here.packing * 1e6:.0f} us. "
            "Seconds are of processor time along the critical path unless they say wall; efficiencies follow from them."
        )
        text = [
            "# Scaling",
            "",
            where,
        ]
        for name, (title, rows) in tables.items():
            text += ["", f"## {title}", "", markdown(rows)]
            write_csv(rows, folder / f"scaling-{name}.csv")
        (folder / "scaling.md").write_text("\n".join(text) + "\n", encoding="utf-8")
        if self.drawn:
            picture(folder / "scaling.svg", self.drawn)
        print("\n".join(text))


def _share(first: Any, found: Any, name: str) -> float:
    """Efficiency of the same work on more ranks."""
    spent = found.ranks * getattr(found, name)
    return first.ranks * getattr(first, name) / spent if spent > 0 else math.nan


if __name__ == "__main__":
    main()
