"""``python -m tests.coverage_table [--record REMARK] FILE...``: what tests cover, room by room, from ``coverage json``.

Of several reports the union counts: parts of the suite may be measured one after another. With ``--record`` the rooms
are added to ``tests/benchmarks/results/coverage.csv``, with today's date and the commit.
"""

from __future__ import annotations

import csv
import json
import subprocess
import sys
from collections import defaultdict
from collections.abc import Iterable
from datetime import date
from pathlib import Path, PurePosixPath
from typing import Any

__all__ = ["record", "rooms", "table"]

RESULTS = Path(__file__).parent / "benchmarks" / "results" / "coverage.csv"


def _room(file: str) -> str:
    """``optimise/roster/rules/runs.py`` -> ``optimise/roster``; files of a package itself stand under it."""
    parts = PurePosixPath(file).parts
    return "/".join(parts[:2]) if len(parts) > 2 else parts[0]


def rooms(reports: Iterable[dict[str, Any]]) -> dict[str, tuple[int, int]]:
    """Lines run and lines that could be, by room."""
    run: dict[str, set[int]] = defaultdict(set)
    lines: dict[str, set[int]] = defaultdict(set)
    for report in reports:
        for file, found in report["files"].items():
            name = PurePosixPath(file.replace("\\", "/")).as_posix()
            run[name] |= set(found["executed_lines"])
            lines[name] |= {*found["executed_lines"], *found["missing_lines"]}
    made: dict[str, tuple[int, int]] = {}
    for name in sorted(lines):
        seen, all_of = made.get(_room(name), (0, 0))
        made[_room(name)] = seen + len(run[name]), all_of + len(lines[name])
    return made


def table(reports: Iterable[dict[str, Any]]) -> str:
    """A Markdown table of the rooms, and of them all."""
    found = rooms(reports)
    total = tuple(sum(part[i] for part in found.values()) for i in range(2))
    out = ["| room | lines | run by tests |", "|---|---:|---:|"]
    for name, (seen, lines) in [*found.items(), ("all", (total[0], total[1]))]:
        out.append(f"| `{name}` | {lines} | {100 * seen / lines:.0f} % |" if lines else f"| `{name}` | 0 | |")
    return "\n".join(out) + "\n"


def record(reports: Iterable[dict[str, Any]], remark: str, day: date, commit: str) -> list[list[str]]:
    """Rows of the file of results: package, statements, covered, date, commit, remark."""
    return [[name, str(lines), str(seen), str(day), commit, remark] for name, (seen, lines) in rooms(reports).items()]


def main(arguments: list[str]) -> int:
    remark = arguments[1] if len(arguments) > 2 and arguments[0] == "--record" else ""
    arguments = arguments[2:] if remark else arguments
    if not arguments or not all(Path(file).is_file() for file in arguments):
        print(__doc__, file=sys.stderr)
        return 2
    reports = [json.loads(Path(file).read_text(encoding="utf-8")) for file in arguments]
    print(table(reports), end="")
    if remark:
        command = ["git", "rev-parse", "--short", "HEAD"]
        commit = subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip()
        with RESULTS.open("a", encoding="utf-8", newline="") as file:
            csv.writer(file, lineterminator="\n").writerows(record(reports, remark, date.today(), commit))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
