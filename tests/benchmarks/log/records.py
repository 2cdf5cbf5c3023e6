"""The page of records: certified bounds, proofs, and plans beside the best known, made from stored results."""

from __future__ import annotations

from collections.abc import Iterable

Row = dict[str, str]

_HEAD = """# Records

Made by `python -m tests.benchmarks.log` from `families.csv` and `target-600s.csv` in `tests/benchmarks/results/`.
Do not edit it by hand.

Bounds were certified by the code that is named beside them: no plan of that instance costs less.
Best known values are no figures of ours, but for PAS. They come from:

- Curtois & Qu: the table of schedulingbenchmarks.org, as copied in public repositories.
- INRC-I and INRC-II: rosters of public repositories, evaluated again by us; INRC-II with all weeks known.
- IHTC 2024: the tables of ihtc2024.github.io and arXiv:2610.00044.
  Values of small and test instances are plans, not optima.
- PAS: a *reference*, an earlier run of ours that was never published.

No plan file of a public instance is stored here, so a plan is shown by the command that makes it and not by a file:
`wardwise solve INSTANCE --time-limit S --seed 1 --output out`.
Costs of `families.csv` were confirmed by `wardwise check`.
An outsider checks a plan of Curtois & Qu by `python examples/verify_curtois.py INSTANCE PLAN`,
which imports nothing of ours.

"""
#: What a best known value is, where it is no published value.
REFERENCE = {"pas": "reference"}
_SHARE = 1e-6


def page(families: list[Row], longer: list[Row], names: dict[str, str]) -> str:
    """The page in Markdown.

    Parameters
    ----------
    families : list of dict
        Rows of ``families.csv``.
    longer : list of dict
        Rows of ``target-600s.csv``: longer runs of some of the same instances.
    names : dict
        Title by family.

    Returns
    -------
    str
        Three chapters: proofs, plans below the best known, the best bound of every instance.
    """
    rows = [_best(row, [run for run in longer if run["instance"] == row["instance"]]) for row in families]
    published = [row for row in rows if row["family"] not in REFERENCE]
    proven = [row for row in published if row["best known"] and _equal(row["bound"], row["best known"])]
    own = [row for row in rows if row["stop"] == "optimal" and row not in proven]
    below = [row for row in rows if row["best known"] and _below(row["cost"], row["best known"])]
    parts = [_HEAD, "## Proven optimal\n\nThe bound equals the cost of a published plan.\n\n"]
    parts += _table(("family", "instance", "bound", "code of the bound", "published cost"), proven, names, "best known")
    parts.append("\nProven by plan and bound of one run, where no published cost is on record:\n\n")
    parts += _table(("family", "instance", "cost", "bound", "code of the bound"), own, names)
    parts.append(
        "\n## Plans below the best known value\n\n`reference` is an earlier run of ours and no published value. "
    )
    parts.append("Published plans of the small and test instances of IHTC are easily improved.\n\n")
    parts += _table(("family", "instance", "cost", "code of the cost", "best known", "what it is"), below, names)
    parts.append("\n## Certified bounds\n\nThe best that a stored run certified. An empty cell is unknown.\n\n")
    parts += _table(
        ("family", "instance", "bound", "code of the bound", "cost", "best known", "what it is"), rows, names
    )
    return "".join(parts)


def _best(row: Row, runs: list[Row]) -> Row:
    """A row with the best bound and the best cost of all runs, and the code of each."""
    bounds = [(float(one["bound"]), one["bound"], code) for one, code in _coded(row, runs) if one["bound"]]
    costs = [(float(one["cost"]), one["cost"], code) for one, code in _coded(row, runs) if one["cost"]]
    _, bound, of_bound = max(bounds, key=lambda found: found[0], default=(0.0, "", ""))
    _, cost, of_cost = min(costs, key=lambda found: found[0], default=(0.0, "", ""))
    what = REFERENCE.get(row["family"], "published") if row["best known"] else ""
    return {**row, "bound": bound, "code of the bound": of_bound, "cost": cost, "code of the cost": of_cost} | {
        "what it is": what
    }


def _coded(row: Row, runs: list[Row]) -> list[tuple[Row, str]]:
    return [(row, row["code"]), *((run, run["commit"]) for run in runs)]


def _equal(a: str, b: str) -> bool:
    return bool(a and b) and abs(float(a) - float(b)) <= _SHARE * max(1.0, abs(float(b)))


def _below(a: str, b: str) -> bool:
    return bool(a and b) and float(a) < float(b) - _SHARE * max(1.0, abs(float(b)))


def _table(heads: tuple[str, ...], rows: Iterable[Row], names: dict[str, str], published: str = "") -> list[str]:
    """Lines of a table; costs without needless decimals."""
    made = [heads, ("---",) * len(heads)]
    for row in rows:
        made.append(tuple(_cell(head, row, names, published) for head in heads))
    return ["| " + " | ".join(cells) + " |\n" for cells in made]


def _cell(head: str, row: Row, names: dict[str, str], published: str) -> str:
    if head == "family":
        return names.get(row["family"], row["family"])
    value = row[published if head == "published cost" else head]
    if head in {"cost", "bound", "best known", "published cost"} and value:
        return f"{float(value):.10g}"
    return value
