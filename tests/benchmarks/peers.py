"""Instances of each family by ``auto``, HiGHS and CP-SAT in one run, each on one core: ``results/peers.csv``.

    python -m tests.benchmarks.peers                          # everything, within 15 minutes on a quiet machine
    python -m tests.benchmarks.peers --family curtois --limit 5
    python -m tests.benchmarks.log                            # the pages

As many runs at once as there are cores, each bound to a core of its own. HiGHS has the whole model; CP-SAT has a
formulation of its own for rosters and our rows for the rest, but for capacity, whose optimum is not whole-numbered.
There is no whole model of IPRNPA, so ``auto`` stands alone there.
Kernels are compiled first. A row says machine, load, versions and code; rows of a family that is run again replace its
earlier ones. No run begins later than ``--budget`` seconds after that, and what
is left is told.
"""

from __future__ import annotations

import argparse
import csv
import itertools
import os
import queue
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from importlib.metadata import version
from pathlib import Path

from tests.benchmarks.contest import DATA, ROOT, Row, consistent, known, row, run
from tests.benchmarks.report import machine, markdown, write_csv

RESULTS = Path(__file__).parent / "results"
#: A small and a middling instance of each family, chosen by size and not by what comes out.
INSTANCES = {
    "curtois": ("instances/Instance4.txt", "instances/Instance12.txt"),
    "inrc1": ("instances/sprint_late01.xml", "instances/medium_late01.xml"),
    "inrc2": ("datasets/n005w4/n005w4_0_1-2-3-5", "datasets/n030w4/n030w4_1_6-2-9-1"),
    "ihtc2024": ("test/test01.json", "public/i05.json"),
    "pas": ("instances/testdata02.txt", "instances/testdata05.txt"),
    "orpas": ("instances/or_pas_dept2_short05.xml", "instances/or_pas_dept2_short00.xml"),
    "iprnpa": ("instances/UMD_instance_01.json", "instances/instance_11.json"),
    "generated": ("ward30.json", "hospital60.json"),
    "stochastic": ("annotated-capacity.yaml",),
}
#: Families whose instances are our own examples.
OWN = {"generated", "stochastic"}
METHODS = ("auto", "highs", "cpsat")
KERNELS = ("--kernels", "hospitals,rosters,long rosters,beds")
#: Who cannot take a family: CP-SAT knows whole numbers only, and there is no whole model of IPRNPA.
UNABLE = {"stochastic": {"cpsat"}, "iprnpa": {"highs", "cpsat"}}


@dataclass
class Study:
    """What every run shares: limit, seed, the cores that are free, and when the last run may begin.

    Attributes
    ----------
    limit, until : float
        Seconds of a run; the clock after which none begins.
    """

    limit: float
    until: float
    seed: int = 0
    cores: queue.SimpleQueue[int] = field(default_factory=queue.SimpleQueue)

    def take_core(self) -> None:
        """Bind this thread, and so the processes that it starts, to a core of its own."""
        os.sched_setaffinity(0, {self.cores.get()})

    def row(self, family: str, path: Path, method: str) -> Row | None:
        """One run; None where the time is up."""
        if time.monotonic() > self.until:
            return None
        costs, bounds = known(family)
        found = run(path, method, self.limit, 1, self.seed, patience=3 * self.limit + 60)
        nan = float("nan")
        name = path.stem
        made = row(name, method, self.seed, found, costs.get(name, nan), bounds.get(name, nan), self.limit)
        print(family, markdown([made]).splitlines()[-1], flush=True)
        return {"family": family, **made}


def paths(family: str) -> list[Path]:
    root = ROOT / "examples" if family in OWN else DATA / family
    return [root / path for path in INSTANCES[family]]


def methods(family: str) -> tuple[str, ...]:
    return tuple(method for method in METHODS if method not in UNABLE.get(family, ()))


def code() -> str:
    """The commit of this checkout, marked where files were changed since."""
    command = ["git", "describe", "--always", "--abbrev=7", "--exclude=*", "--dirty=-changed"]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout.strip()


def versions() -> str:
    return ", ".join(f"{name} {version(name)}" for name in ("wardwise", "highspy", "ortools", "numpy"))


def date_code(name: str) -> None:
    """The day of the code among those that tables name."""
    file = RESULTS / "codes.csv"
    with file.open(encoding="utf-8", newline="") as lines:
        rows = list(csv.DictReader(lines))
    name = name.partition("-")[0]
    if name not in {row["code"] for row in rows}:
        command = ["git", "show", "-s", "--format=%cs", name]
        day = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout.strip()
        write_csv([*rows, {"code": name, "date": day, "version": f"after {version('wardwise')}"}], file)


def keep(file: Path, family: str, made: list[Row]) -> None:
    """Rows of a family in place of its earlier ones."""
    kept: list[Row] = []
    if file.exists():
        with file.open(encoding="utf-8", newline="") as lines:
            kept = [{"load": "", **row} for row in csv.DictReader(lines) if row["family"] != family]
    write_csv([*made, *kept], file)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--family", choices=tuple(INSTANCES), action="append")
    parser.add_argument("--limit", type=float, default=20.0, help="seconds of each run")
    parser.add_argument("--budget", type=float, default=700.0, help="seconds after which no run begins")
    parser.add_argument("--output", type=Path, default=RESULTS / "peers.csv")
    args = parser.parse_args()
    facts = {"limit": args.limit, "ranks": 1, "load": round(os.getloadavg()[0], 2), "machine": machine()}
    facts |= {"versions": versions(), "code": code()}
    compiling = [sys.executable, "-m", "optimise", "doctor", "--compile", *KERNELS]
    subprocess.run(compiling, cwd=ROOT, capture_output=True, check=True)
    study = Study(args.limit, time.monotonic() + args.budget)
    cores = sorted(os.sched_getaffinity(0))
    for core in cores:
        study.cores.put(core)
    families = args.family or list(INSTANCES)
    with ThreadPoolExecutor(len(cores), initializer=study.take_core) as pool:
        work = {
            family: [
                pool.submit(study.row, family, *pair) for pair in itertools.product(paths(family), methods(family))
            ]
            for family in families
        }
        left, wrong = [], []
        for family, futures in work.items():
            made = [found for future in futures if (found := future.result()) is not None]
            left += [family] if len(made) < len(futures) else []
            try:
                for name in dict.fromkeys(row["instance"] for row in made):
                    consistent(name, [row for row in made if row["instance"] == name])
            except RuntimeError as error:
                wrong.append(f"{family} is not kept: {error}")
                continue
            if made:
                keep(args.output, family, [{**row, **facts} for row in made])
                if args.output.parent == RESULTS:
                    date_code(str(facts["code"]))
    print(f"rows in {args.output}", *(f"time was up before all of {family}" for family in left), *wrong, sep="\n")
    return 1 if left or wrong else 0


if __name__ == "__main__":
    sys.exit(main())
