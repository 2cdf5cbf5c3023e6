"""What was measured and what was decided from it: one CSV file a room, and the page that is made from them.

A row is one measurement. Empty cells are unknown, never nought. Columns:

``date``, ``commit``
    When the figure was written down, and by which commit.
``room``
    Folder that the decision belongs to.
``question``
    What was to be decided; rows of one question stand together.
``instance``, ``setting``
    What was solved, and what was varied. Two values in one row are parted by a semicolon.
``seconds``, ``ranks``, ``seed``
    Processor seconds where ranks are 1 or unknown, MPI ranks, seed.
``cost``, ``bound``
    Plan and lower bound at the end.
``verdict``
    ``kept``, ``rejected``, ``known loss`` (of something that is kept), ``open`` or ``fact``.
``note``
    The rest, in words.
"""

from __future__ import annotations

import csv
from itertools import groupby
from pathlib import Path

FOLDER = Path(__file__).resolve().parent
PAGE = FOLDER.parents[2] / "docs" / "benchmarks" / "log.md"
_MEASURED = ("instance", "setting", "seconds", "ranks", "seed", "cost", "bound", "verdict", "note")
COLUMNS = ("date", "commit", "room", "question", *_MEASURED)
VERDICTS = ("kept", "rejected", "known loss", "open", "fact")

_HEAD = """# Log of experiments

Made by `python -m tests.benchmarks.log` from the CSV files in `tests/benchmarks/log/`. Do not edit it by hand.

Each table answers one question. The figures belong to the commit beside them and may be older than the code of today.
An empty cell is unknown. Most rows are single runs, so small differences prove nothing.
Seconds are processor seconds of one rank, unless `ranks` says more.
"""


def rows(folder: Path = FOLDER) -> list[dict[str, str]]:
    """All rows, in the order of files and lines.

    Raises
    ------
    ValueError
        A file has other columns, or a row an unknown verdict.
    """
    found: list[dict[str, str]] = []
    for file in sorted(folder.glob("*.csv")):
        with file.open(encoding="utf-8", newline="") as lines:
            reader = csv.DictReader(lines)
            if tuple(reader.fieldnames or ()) != COLUMNS:
                raise ValueError(f"{file.name}: the columns are not {', '.join(COLUMNS)}")
            for number, row in enumerate(reader, 2):
                if row["verdict"] not in VERDICTS:
                    raise ValueError(
                        f"{file.name}:{number}: verdict {row['verdict']!r} is none of {', '.join(VERDICTS)}"
                    )
                found.append(row)
    return found


def page(found: list[dict[str, str]]) -> str:
    """The page in Markdown: a chapter a room, a table a question, no column that is empty throughout."""
    parts = [_HEAD]
    for room, of_room in groupby(found, key=lambda row: row["room"]):
        parts.append(f"\n## {room}\n")
        for question, group in groupby(of_room, key=lambda row: row["question"]):
            table = list(group)
            first = table[0]
            shown = [name for name in _MEASURED if any(row[name] for row in table)]
            parts.append(
                f"\n### {question[0].upper()}{question[1:]}\n\n{first['date']}, commit `{first['commit']}`\n\n"
            )
            parts.append(_line(shown) + _line(["---"] * len(shown)))
            parts += [_line([row[name] for name in shown]) for row in table]
    return "".join(parts)


def _line(cells: list[str]) -> str:
    return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |\n"
