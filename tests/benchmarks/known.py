"""Best known values of every public instance, from the benchmark folders into ``results/known.csv``.

    python -m tests.benchmarks.known

A value is *published* where others found it, and a *reference* where it comes from a run that was made for this project
and never published; the source says which. Instances without a value have a row too.
"""

from __future__ import annotations

import csv
import re
import sys
from pathlib import Path

from tests.benchmarks.families import FAMILIES, instances
from tests.benchmarks.report import write_csv
from tests.conftest import benchmark_root

FILE = Path(__file__).parent / "results" / "known.csv"
#: A source that begins so, or says so, is a run of ours.
OURS = re.compile(r"ours\b|.*\b(found here|proven optimal here|run here)\b")


def rows(root: Path) -> list[dict[str, str]]:
    """A row for each public instance."""
    made = []
    for family in FAMILIES:
        known = _table(root / family / "best_known.csv")
        bounds = _table(root / family / "lower_bounds.csv")
        for name, _ in instances(root, family):
            row = known.get(name, {})
            best, source = row.get("upper_bound") or row.get("best_known") or "", row.get("source", "")
            lower = row.get("lower_bound") or bounds.get(name, {}).get("lower_bound", "")
            what = "" if not best else "reference" if OURS.match(source) else "published"
            made.append(
                {
                    "family": family,
                    "instance": name,
                    "best known": best,
                    "what it is": what,
                    "other bound": lower,
                    "source": source if best else "",
                }
            )
    return made


def _table(path: Path) -> dict[str, dict[str, str]]:
    if not path.exists():
        return {}
    with path.open(encoding="utf-8", newline="") as lines:
        return {row["instance"]: row for row in csv.DictReader(lines)}


def main() -> int:
    root = benchmark_root()
    if root is None:
        print("public benchmark files not found: set WARDWISE_DATA", file=sys.stderr)
        return 2
    write_csv(rows(root), FILE)
    return 0


if __name__ == "__main__":
    sys.exit(main())
