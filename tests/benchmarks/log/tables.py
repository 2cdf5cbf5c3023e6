"""Benchmark pages, made from the data files in ``tests/benchmarks/results``."""

from __future__ import annotations

import csv
import re
import statistics
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from tests.benchmarks.faults import ROWS
from tests.benchmarks.log import by_family, coverage, records

RESULTS = Path(__file__).resolve().parents[1] / "results"
SAMPLE = "python -m tests.benchmarks.{} --methods {},highs,cpsat"
NAMES = {
    "curtois": "Curtois & Qu",
    "inrc1": "INRC-I",
    "inrc2": "INRC-II",
    "ihtc2024": "IHTC 2024",
    "pas": "PAS",
    "orpas": "OR-PAS",
    "iprnpa": "IPRNPA",
}

_INDEX = """# Benchmarks

Made by `python -m tests.benchmarks.log` from the files in `tests/benchmarks/results/`. Do not edit it by hand.

Figures belong to the code that is named beside them and may be older than the code of today. Most are single runs.
How each table was taken, and what disturbed it, stands in `tests/benchmarks/results/README.md`.
Public instances are not part of the project: the commands need `WARDWISE_DATA`.

- [Records: certified bounds, proofs, certificates, plans below the best known](records.md)
- [Faults: what is left of a run when something happens to it](faults.md)
- [Coverage: what the tests run](coverage.md)
- [Log of experiments: what was kept and what was rejected](log.md)

A page for each family, with every instance, cost by time, peers and history:

PAGES

## Families

Method `auto`, one rank, one thread, seed 1. Per cent above the best known value; losses included.
Command: `python -m tests.benchmarks.families`, for one family `--family curtois`.

"""


_FAULTS = """# Faults

Made by `python -m tests.benchmarks.log` from `faults.csv` in `tests/benchmarks/results/`. Do not edit it by hand.

Two ranks, harmed once a plan is there; `srun` and `sbatch` on a Slurm 22.05 of four nodes on one machine.
Seconds are from the harm to the end, by the clock and of the processor of the busiest rank.
The two cores were shared with eight to twelve other processes, so only processor seconds mean much.
Command: `python -m tests.benchmarks.faults`. Open MPI is not among the rows.

"""


@dataclass(frozen=True, slots=True)
class Peers:
    """A table of our method beside others: its file and the command that makes it."""

    title: str
    file: str
    command: str


PEERS = (
    Peers("Curtois, beside HiGHS and CP-SAT", "sample-curtois", SAMPLE.format("roster", "column-generation")),
    Peers("INRC-I, beside HiGHS and CP-SAT", "sample-inrc1", SAMPLE.format("roster", "column-generation")),
    Peers("INRC-II, beside HiGHS and CP-SAT", "sample-inrc2", SAMPLE.format("roster", "column-generation")),
    Peers("IHTC, beside HiGHS and CP-SAT", "sample-ihtc", SAMPLE.format("hospital", "auto")),
    Peers("PAS, beside HiGHS and CP-SAT", "sample-pas", SAMPLE.format("hospital", "auto")),
    Peers("The same models by HiGHS and CP-SAT, one thread", "models-all", "python -m tests.benchmarks.models"),
    Peers("Forecasts, beside simple ones", "forecast", "python -m tests.benchmarks.forecast --step 37"),
)  # fmt: skip


def pages() -> dict[str, str]:
    """Text by file name of every page that is made from results."""
    families = _read("families.csv")
    results = records.Results(
        _read("known.csv"), families, _read("runs.csv"), _read("target-600s.csv"), _read("certificates.csv")
    )
    made = {"index.md": _index(families), "records.md": records.page(results, NAMES)}
    made |= {"bounds.csv": records.data(results), "faults.md": _faults(_read("faults.csv"))}
    made["coverage.md"] = coverage.page(_read("coverage.csv"))
    return made | by_family.Pages(_read, _text, _taken, _group).made()


def _text(name: str) -> str:
    return _taken(name) + (RESULTS / f"{name}.md").read_text(encoding="utf-8").strip()


def _taken(name: str) -> str:
    """When a table that names no code was taken."""
    day = next(row["date"] for row in _read("taken.csv") if row["table"] == name)
    return f"Taken on {day}, with the code of that day.\n\n"


def _faults(rows: list[dict[str, str]]) -> str:
    heads = ("method", "fault", "launcher", "passed", "exit code", "seconds", "processor seconds", "plan", "remark")
    passed = sum(row["passed"] == "yes" for row in rows)
    parts = [_FAULTS, _taken("faults"), f"{passed} of {len(rows)} rows that were run pass.\n\n", _table(heads)]
    parts += [_row(list(row.values())) for row in rows]
    run = {(row["method"], row["fault"], row["launcher"]) for row in rows}
    left = [row for row in ROWS if (row.method, row.fault, row.launcher) not in run]
    if left:
        parts.append("\nNot run, or not since the row itself was mended:\n\n")
        parts += [f"- {row.method}, {row.fault}, {row.launcher}\n" for row in left]
    return "".join(parts)


def _index(families: list[dict[str, str]]) -> str:
    heads = ("instances", "seconds", "number", "with a best known value", "median", "mean", "worst", "proven")
    pages = "".join(f"- [{page.title}]({page.file}.md)\n" for page in by_family.FAMILIES)
    parts = [_INDEX.replace("PAGES\n", pages), _table(heads)]
    groups: dict[str, list[dict[str, str]]] = {}
    for row in families:
        groups.setdefault(_group(row), []).append(row)
    parts += [_row(_summary(name, rows)) for name, rows in groups.items()]
    parts.append(
        "\nPublished plans of the small and test instances of IHTC are easily improved, so they stand apart.\n"
    )
    parts.append("\n## Ten minutes\n\nMethod `auto`, 600 s, seed 1, one run each; all code that was tried is shown.\n")
    parts.append("Command: `wardwise solve INSTANCE --time-limit 600 --seed 1`.\n\n")
    heads = ("instance", "commit", "ranks", "cost", "bound", "best known", "above best %")
    parts += [_table(heads), *(_row([row[head] for head in heads]) for row in _read("target-600s.csv"))]
    for peers in PEERS:
        parts.append(f"\n## {peers.title}\n\nCommand: `{peers.command}`.\n\n{_text(peers.file)}\n")
    parts.append("\n## Codes\n\nThe day and the version of each code that tables name.\n\n")
    codes = _read("codes.csv")
    parts += [_table(list(codes[0])), *(_row(list(row.values())) for row in codes)]
    parts.append("\n## What planning under uncertainty is worth\n\nCommand: `python -m tests.benchmarks.value`. ")
    parts.append("Ten made trusts, 40 held-out weeks; differences with 95 % intervals.\n\n")
    parts.append(_taken("value"))
    value = _read("value.csv")
    parts += [_table(list(value[0])), *(_row(list(row.values())) for row in value)]
    parts.append("\n## Ranks\n\nCommand: `python -m tests.benchmarks.scaling --people 24,150`. Processor seconds.\n\n")
    parts.append(_taken("scaling-strong"))
    chosen = ("people", "ranks", "root efficiency measured", "root efficiency predicted",
              "speed-up of work measured", "speed-up of work predicted")  # fmt: skip
    parts.append(_table(chosen))
    parts += [_row([_short(row[head]) for head in chosen]) for row in _read("scaling-strong.csv")]
    return "".join(parts)


def _group(row: dict[str, str]) -> str:
    """Family, and which of its sets."""
    family, instance = row["family"], row["instance"]
    name = NAMES.get(family, family)
    if family == "inrc2" and (weeks := re.search(r"w(\d+)", instance)):
        return f"{name}, {weeks[1]} weeks"
    if family == "ihtc2024":
        return f"{name}, competition" if re.match(r"i\d", instance) else f"{name}, small and test"
    if family == "inrc1" and (size := re.match("[a-z]+", instance)):
        return f"{name}, {size[0]}"
    return name


def _summary(name: str, rows: Sequence[dict[str, str]]) -> list[str]:
    above = [float(row["above best %"]) for row in rows if row["above best %"]]
    limits = sorted({row["limit"] for row in rows if row["limit"]})
    proven = sum(row["stop"] == "optimal" for row in rows)
    figures = [statistics.median(above), statistics.mean(above), max(above)] if above else []
    cells = [name, ", ".join(f"{float(limit):g}" for limit in limits), str(len(rows)), str(len(above))]
    return [*cells, *([f"{figure:.2f}" for figure in figures] or [""] * 3), str(proven)]


def _read(name: str) -> list[dict[str, str]]:
    with (RESULTS / name).open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines))


def _short(cell: str) -> str:
    return f"{float(cell):.3g}"


def _table(heads: Sequence[str]) -> str:
    return _row(heads) + _row(["---"] * len(heads))


def _row(cells: Iterable[str]) -> str:
    return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |\n"
