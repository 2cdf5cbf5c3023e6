"""One instance of each family by ``auto``, HiGHS and CP-SAT in one run on the same core: ``results/peers.csv``.

    python -m tests.benchmarks.peers [--family curtois] [--limit 20] [--ranks 1]

HiGHS has the whole model; CP-SAT has a formulation of its own for rosters and our rows for hospitals. A row says
machine, versions and code; rows of a family that is run again replace its earlier ones.
"""

from __future__ import annotations

import argparse
import csv
import subprocess
from importlib.metadata import version
from pathlib import Path

from tests.benchmarks.contest import DATA, ROOT, Row, contest
from tests.benchmarks.report import machine, write_csv

RESULTS = Path(__file__).parent / "results"
INSTANCES = {
    "curtois": ("Instance4", "instances/Instance4.txt"),
    "inrc1": ("sprint_late01", "instances/sprint_late01.xml"),
    "inrc2": ("n005w4_0_1-2-3-5", "datasets/n005w4/n005w4_0_1-2-3-5"),
    "ihtc2024": ("test01", "test/test01.json"),
    "pas": ("testdata02", "instances/testdata02.txt"),
    "orpas": ("or_pas_dept2_short05", "instances/or_pas_dept2_short05.xml"),
    "iprnpa": ("UMD_instance_01", "instances/UMD_instance_01.json"),
}
METHODS = ("auto", "highs", "cpsat")


def code() -> str:
    """The commit of this checkout."""
    command = ["git", "rev-parse", "--short=7", "HEAD"]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout.strip()


def versions() -> str:
    return ", ".join(f"{name} {version(name)}" for name in ("wardwise", "highspy", "ortools", "numpy"))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--family", choices=tuple(INSTANCES), action="append")
    parser.add_argument("--limit", type=float, default=20.0)
    parser.add_argument("--ranks", type=int, default=1)
    args = parser.parse_args()
    file = RESULTS / "peers.csv"
    for family in args.family or INSTANCES:
        name, path = INSTANCES[family]
        rows = contest(family, {name: DATA / family / path}, METHODS, [0], args.limit, args.ranks)
        facts = {"limit": args.limit, "ranks": args.ranks, "machine": machine(), "versions": versions(), "code": code()}
        made: list[Row] = [{"family": family, **row, **facts} for row in rows]
        kept: list[Row] = []
        if file.exists():
            with file.open(encoding="utf-8", newline="") as lines:
                kept = [row for row in csv.DictReader(lines) if row["family"] != family]
        write_csv([*kept, *made], file)


if __name__ == "__main__":
    main()
