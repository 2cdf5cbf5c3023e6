"""A page for each family of benchmarks, made from the stored results."""

from __future__ import annotations

import math
import re
import statistics
import tomllib
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from tests.benchmarks.report import primal_integral

Row = dict[str, str]

_HEAD = """# {title}

Made by `python -m tests.benchmarks.log` from the files in `tests/benchmarks/results/`. Do not edit it by hand.

{words}

Each row names the code that made it, and [codes](index.md#codes) its day; other tables say their day.
Figures are those of that code, not of the code of today.
Where nothing is said of a machine, it had two cores, and other work beside it.
`tests/benchmarks/results/README.md` says how each table was taken.
Runs have one rank, one thread and seed 1 unless a row says otherwise. An empty cell is unknown.
"""


@dataclass(frozen=True)
class Family:
    """A page: its file, title, what the family is, and which log rooms and stored tables belong to it.

    Attributes
    ----------
    data : str
        Name of the family in the data files; empty where it has no public instances.
    tables : tuple of (str, str)
        Stored Markdown tables: title and file name.
    log : tuple of str
        Rooms of the log of experiments.
    missing : str
        What is not measured, in words.
    """

    file: str
    title: str
    words: str
    data: str = ""
    tables: tuple[tuple[str, str], ...] = ()
    log: tuple[str, ...] = ()
    missing: str = ""

    @property
    def peers(self) -> str:
        """Name of the family among the rows of peers; empty where it has none."""
        return self.data or (self.file if self.file in {"generated", "stochastic"} else "")


FAMILIES = tuple(
    Family(**{**row, "log": tuple(row.get("log", ())), "tables": tuple(map(tuple, row.get("tables", ())))})
    for row in tomllib.loads((Path(__file__).with_name("families.toml")).read_text(encoding="utf-8"))["family"]
)
#: Commands of the families' own rows.
COMMAND = "python -m tests.benchmarks.families --family {}"


class Pages:
    """The pages of all families.

    Parameters
    ----------
    read : callable
        Rows of a stored CSV file, none where it is not there.
    text : callable
        A stored Markdown table, with its day.
    taken : callable
        A sentence on the day of a stored table.
    group : callable
        Which set of its family an instance belongs to.
    """

    def __init__(
        self,
        read: Callable[[str], list[Row]],
        text: Callable[[str], str],
        taken: Callable[[str], str],
        group: Callable[[Row], str],
    ) -> None:
        self.read, self.text, self.taken, self.group = read, text, taken, group

    def made(self) -> dict[str, str]:
        """Text by file name."""
        return {f"{family.file}.md": self._page(family) for family in FAMILIES}

    def _page(self, family: Family) -> str:
        parts = [_HEAD.format(title=family.title, words=family.words)]
        if family.data:
            parts += [*self._instances(family), *self._longer(family)]
        if family.peers:
            parts += self._peers(family)
        if family.data:
            parts += self._history(family)
        for title, name in family.tables:
            parts.append(f"\n## {title}\n\n{self.text(name)}\n")
        parts += self._own(family)
        if family.log:
            rooms = ", ".join(f"`{room}`" for room in family.log)
            parts.append(f"\n## Experiments\n\nWhat was tried, kept and rejected: {rooms} in the [log](log.md).\n")
        parts.append(f"\n## What is not measured\n\n{family.missing}\n")
        return "".join(parts)

    def _instances(self, family: Family) -> list[str]:
        rows = [row for row in self.read("families.csv") if row["family"] == family.data]
        parts = ["\n## Every instance\n\n"]
        if not rows:
            parts.append("No table of every instance is stored yet.\n")
        else:
            parts.append(
                f"Command: `{COMMAND.format(family.data)}`. `checked` says that `wardwise check` confirmed the "
            )
            parts.append("cost from the family's own plan file. Bounds and proofs: [records](records.md).\n\n")
            heads = ("instance", "cost", "bound", "gap %", "best known", "above best %", "limit", "stop", "seconds",
                     "checked", "code")  # fmt: skip
            parts += table(heads, ([row.get(head, "") for head in heads] for row in rows))
        newer = [row for row in self.read("runs.csv") if row["family"] == family.data]
        if newer:
            parts.append(
                "\nRuns of later code, with machine and versions. The machine had up to 15 other processes on two "
            )
            parts.append(
                "cores, so these costs are those of a few seconds of work; plans of them are [files](records.md).\n\n"
            )
            heads = ("instance", "cost", "bound", "best known", "limit", "seconds", "cpu seconds", "primal integral %",
                     "cost by seconds", "seed", "machine", "versions", "code")  # fmt: skip
            parts += table(heads, ([row[head] for head in heads] for row in newer))
        return parts

    def _longer(self, family: Family) -> list[str]:
        names = {row["instance"] for row in self.read("known.csv") if row["family"] == family.data}
        rows = [row for row in self.read("target-600s.csv") if row["instance"] in names]
        if not rows:
            return ["\n## Ten minutes: cost by time\n\nNo run of ten minutes is stored.\n"]
        parts = ["\n## Ten minutes: cost by time\n\nCommand: `wardwise solve INSTANCE --time-limit 600 --seed 1`. "]
        parts.append("The primal integral is the mean gap to the best known value over 600 s (Berthold 2013): 100 % ")
        parts.append("without a plan. It is taken from the costs by second that are stored.\n\n")
        heads = ("instance", "code", "ranks", "cost", "bound", "best known", "above best %", "primal integral %",
                 "cost by seconds")  # fmt: skip
        made = ({**row, "code": row["commit"], "primal integral %": integral(row, 600.0)} for row in rows)
        return [*parts, *table(heads, ([row[head] for head in heads] for row in made))]

    def _peers(self, family: Family) -> list[str]:
        rows = [row for row in self.read("peers.csv") if row["family"] == family.peers]
        parts = ["\n## Peers on the same core in the same run\n\n"]
        if not rows:
            return [*parts, "No such run is stored yet.\n"]
        first = rows[0]
        load = float(first.get("load") or 15)
        alone = "The machine was quiet" if load < 1 else f"{load:.0f} other processes wanted the cores"
        parts.append(
            f"Command: `python -m tests.benchmarks.peers --family {family.peers}`. Limit {float(first['limit']):g} s "
        )
        parts.append(f"of the clock, one core and one thread each, seed 0, {first['machine']}; {first['versions']}; ")
        parts.append(f"code {first['code']}. {alone} when it began. CP-SAT has no bound where our rows are not whole ")
        parts.append("numbers, since it is given whole columns only.\n\n")
        heads = (
            "instance",
            "method",
            "cost",
            "bound",
            "best known",
            "primal integral %",
            "cost by seconds",
            "CPU s",
            "note",
        )
        return [*parts, *table(heads, ([short(row[head]) for head in heads] for row in rows))]

    def _history(self, family: Family) -> list[str]:
        parts = ["\n## History by version\n\nPer cent above the best known value by set of instances.\n\n"]
        heads = ("set", "code", "seconds", "instances", "median", "mean", "worst", "proven")
        made: list[list[str]] = []
        for file in ("families-earlier.csv", "families.csv", "runs.csv"):
            sets: dict[tuple[str, str, str], list[Row]] = {}
            for row in self.read(file):
                if row["family"] == family.data:
                    key = self.group(row), row.get("code") or "earlier", row.get("limit", "")
                    sets.setdefault(key, []).append(row)
            for (name, code, limit), rows in sets.items():
                above = [float(row["above best %"]) for row in rows if row["above best %"] not in ("", "None")]
                figures = [statistics.median(above), statistics.mean(above), max(above)] if above else []
                proven = sum(row["stop"] == "optimal" for row in rows)
                cells = [f"{figure:.2f}" for figure in figures] or [""] * 3
                made.append([name, code, limit or "12-20", str(len(rows)), *cells, str(proven)])
        return [*parts, *(table(heads, made) if made else ["No table is stored yet.\n"])]

    def _own(self, family: Family) -> Iterable[str]:
        """What only one family has."""
        if family.file == "stochastic":
            rows = self.read("value.csv")
            yield "\n## What planning under uncertainty is worth\n\nCommand: `python -m tests.benchmarks.value`. "
            yield "Ten made trusts, 40 held-out weeks; differences with 95 % intervals.\n\n"
            yield self.taken("value")
            yield from table(list(rows[0]), (list(row.values()) for row in rows))
        if family.file == "generated":
            chosen = ("people", "ranks", "root efficiency measured", "root efficiency predicted",
                      "speed-up of work measured", "speed-up of work predicted")  # fmt: skip
            yield "\n## Ranks\n\nCommand: `python -m tests.benchmarks.scaling --people 24,150`. Processor seconds.\n\n"
            yield self.taken("scaling-strong")
            yield from table(
                chosen, ([f"{float(row[head]):.3g}" for head in chosen] for row in self.read("scaling-strong.csv"))
            )
        if family.file == "quantum":
            yield "\n## Speed of the simulators\n\nCommand: `python tests/benchmarks/quantum_kernels.py` with the "
            yield "options that it names; one thread, processor seconds (of one rank). The same dense energy, in "
            yield "one run, peers and ours in turn. QOKit is its C code built with -O3. " + self.taken("quantum-speed")
            heads = ("measure", "on", "figure", "target")
            yield from table(heads, ([row[head] for head in heads] for row in self.read("quantum-speed.csv")))
            for title, name in (("Small hospitals and wards", "quantum-inh"), ("QOBLIB", "quantum-qoblib")):
                yield f"\n## {title}\n\nMedians by contender of `{name}.csv`. "
                yield "Times suffered from other work, the rest did not. " + self.taken(name)
                yield from self._contenders(self.read(f"{name}.csv"))

    def _contenders(self, rows: list[Row]) -> list[str]:
        heads = ("contender", "energies", "success probability", "repetitions for 99 %", "ratio", "processor seconds")
        sets: dict[str, list[Row]] = {}
        for row in rows:
            sets.setdefault(row["label"], []).append(row)
        made = []
        for label, mine in sets.items():
            figures = [middle(mine, key) for key in ("success_probability", "repetitions_99", "ratio", "cpu_seconds")]
            made.append([label, str(len(mine)), *figures])
        return table(heads, made)


def integral(row: Row, limit: float) -> str:
    """Primal integral of a stored row in per cent, where it has costs by second."""
    points = [(float(t), float(c)) for t, c in re.findall(r"(\d+):(-?[\d.]+)", row["cost by seconds"])]
    return f"{primal_integral(points, float(row['best known']), limit):.1f}" if points and row["best known"] else ""


def middle(rows: Sequence[Row], key: str) -> str:
    """Median of a column; an empty cell where most are unknown."""
    values = [float(row[key]) for row in rows if row.get(key) not in (None, "", "nan")]
    if 2 * len(values) < len(rows):
        return ""
    found = statistics.median(values)
    return "infinite" if math.isinf(found) else f"{found:.3g}"


def short(cell: str) -> str:
    """A cell of a contest: numbers in four digits, what is unknown or not there empty."""
    try:
        value = float(cell)
    except ValueError:
        return cell
    return f"{value:.10g}" if value == round(value, 1) else f"{value:.4g}" if math.isfinite(value) else ""


def table(heads: Sequence[str], rows: Iterable[Sequence[str]]) -> list[str]:
    """Lines of a Markdown table."""
    made = [list(heads), ["---"] * len(heads), *([cell.replace("|", "\\|") for cell in row] for row in rows)]
    return ["| " + " | ".join(cells) + " |\n" for cells in made]
