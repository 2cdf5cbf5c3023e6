"""The page of records: certified bounds, proofs, and plans beside the best known, made from stored results."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable
from dataclasses import dataclass

Row = dict[str, str]

_HEAD = """# Records

Made by `python -m tests.benchmarks.log` from the files in `tests/benchmarks/results/`. Do not edit it by hand.

All rows with their sources in one data file: [bounds.csv](bounds.csv).
Bounds were certified by the code that is named beside them: no plan of that instance costs less.
[Codes](index.md#codes) are older than the code of today.

A best known value is *published* where others found it; `known.csv` has the source of each.
It is a *reference* where it comes from a run that was made for this project and never published.
That is so for all of PAS, the small instances of IHTC, and UMD_instance_01 of IPRNPA.

An outsider needs nothing of ours to check plans and certificates:

- `python examples/verify_curtois.py INSTANCE.txt PLAN.csv`
- `python examples/verify_inrc1.py INSTANCE.xml PLAN.xml`
- `python examples/verify_inrc2.py FOLDER NAME PLAN-week0.txt PLAN-week1.txt ...`
- `python examples/verify_ihtc.py INSTANCE.json PLAN.json`
- `python examples/verify_pas.py INSTANCE.txt PLAN.sol`
- `python examples/verify_orpas.py INSTANCE.xml PLAN.xml`
- `python examples/verify_iprnpa.py INSTANCE.json PLAN.json`
- `python examples/certify_curtois.py INSTANCE.txt CERTIFICATE.json`
- `python examples/certify_inrc2.py FOLDER NAME CERTIFICATE.json`

Bounds of INRC-I, IHTC, PAS, OR-PAS and IPRNPA have no certificate: they are those of our own solves.
Instances are not part of the project.

"""
_SHARE = 1e-6


@dataclass(frozen=True)
class Results:
    """Rows of the stored files: known values, whole families, later and longer runs, certificates."""

    known: list[Row]
    families: list[Row]
    later: list[Row]
    longer: list[Row]
    certificates: list[Row]


def rows_of(results: Results) -> list[Row]:
    """Best bound and best cost of every public instance, with the code of each and the source of what is known."""
    runs: dict[str, list[tuple[Row, str]]] = {}
    for row in (*results.families, *results.later):
        runs.setdefault(row["instance"], []).append((row, row["code"]))
    for row in results.longer:
        runs.setdefault(row["instance"], []).append((row, row["commit"]))
    shown = {row["instance"]: row for row in results.certificates}
    made = []
    for known in results.known:
        mine = runs.get(known["instance"], [])
        stop = next((row["stop"] for row, _ in mine if row.get("stop") == "optimal"), "")
        file = shown.get(known["instance"], {}).get("file", "")
        row = {**known, **_best(mine), "stop": stop, "certificate": file}
        row["proven"] = "yes" if row["best known"] and _equal(row["bound"], row["best known"]) else ""
        made.append(row)
    return made


def data(results: Results) -> str:
    """The rows as CSV."""
    heads = ("family", "instance", "bound", "code of the bound", "cost", "code of the cost", "best known", "what it is",
             "source", "other bound", "proven", "certificate")  # fmt: skip
    out = io.StringIO()
    writer = csv.DictWriter(out, heads, extrasaction="ignore", lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows_of(results))
    return out.getvalue()


def page(results: Results, names: dict[str, str]) -> str:
    """The page in Markdown.

    Parameters
    ----------
    results : Results
    names : dict
        Title by family.

    Returns
    -------
    str
        Chapters: proofs, certificates, plans below the best known, the best bound of every instance.
    """
    rows = rows_of(results)
    proven = [row for row in rows if row["proven"]]
    others = [row for row in proven if row["what it is"] == "published"]
    ours = [row for row in proven if row["what it is"] == "reference"]
    own = [row for row in rows if row["stop"] == "optimal" and not row["best known"]]
    below = [row for row in rows if row["best known"] and _below(row["cost"], row["best known"])]
    heads = ("family", "instance", "bound", "code of the bound", "published cost", "source", "certificate")
    parts = [
        _HEAD,
        "## Proven optimal\n\nOur bound equals the cost of a published plan. Both sources stand in the row.\n\n",
    ]
    parts += _table(heads, others, names)
    parts.append("\nThe same where the plan is a reference:\n\n")
    parts += _table(("family", "instance", "bound", "code of the bound", "best known", "source"), ours, names)
    parts.append("\nProven by plan and bound of one run, where no other cost is on record:\n\n")
    parts += _table(("family", "instance", "cost", "bound", "code of the bound"), own, names)
    parts.append(
        "\n## Certificates\n\nWhat the program for outsiders found in the file. A certificate shows the bound of the "
    )
    parts.append("linear master, which branching may have raised further.\n\n")
    shown = [{**row, "certificate": row["file"]} for row in results.certificates]
    parts += _table(("family", "instance", "shown", "code", "certificate"), shown, names)
    parts.append(
        "\n## Plans below the best known value\n\nPublished plans of the test instances of IHTC are those of the "
    )
    parts.append("organisers, who do not call them best.\n\n")
    heads = ("family", "instance", "cost", "code of the cost", "best known", "what it is")
    parts += _table(heads, below, names)
    kept = [row for row in results.later if row["plan"]]
    parts.append("\nPlans as files, each of one run, with their cost as the verifying program finds it:\n\n")
    parts += _table(("family", "instance", "cost", "best known", "code", "plan"), kept, names)
    parts.append(
        "\n## Certified bounds\n\nThe best that a stored run certified. An empty cell is unknown; an instance "
    )
    parts.append("without bound and cost has no stored run.\n\n")
    heads = ("family", "instance", "bound", "code of the bound", "cost", "code of the cost", "best known", "what it is")
    parts += _table(heads, rows, names)
    return "".join(parts)


def _best(runs: list[tuple[Row, str]]) -> Row:
    """The best bound and the best cost of all runs, and the code of each."""
    bounds = [(float(row["bound"]), row["bound"], code) for row, code in runs if row["bound"]]
    costs = [(float(row["cost"]), row["cost"], code) for row, code in runs if row["cost"]]
    _, bound, of_bound = max(bounds, key=lambda found: found[0], default=(0.0, "", ""))
    _, cost, of_cost = min(costs, key=lambda found: found[0], default=(0.0, "", ""))
    return {"bound": bound, "code of the bound": of_bound, "cost": cost, "code of the cost": of_cost}


def _equal(a: str, b: str) -> bool:
    return bool(a and b) and abs(float(a) - float(b)) <= _SHARE * max(1.0, abs(float(b)))


def _below(a: str, b: str) -> bool:
    return bool(a and b) and float(a) < float(b) - _SHARE * max(1.0, abs(float(b)))


def _table(heads: tuple[str, ...], rows: Iterable[Row], names: dict[str, str]) -> list[str]:
    """Lines of a table; costs without needless decimals, files as links."""
    made = [heads, ("---",) * len(heads), *(tuple(_cell(head, row, names) for head in heads) for row in rows)]
    return ["| " + " | ".join(cells) + " |\n" for cells in made]


def _cell(head: str, row: Row, names: dict[str, str]) -> str:
    if head == "family":
        return names.get(row["family"], row["family"])
    value = row["best known" if head == "published cost" else head]
    if head in {"certificate", "plan"} and value:
        return f"[file]({value})"
    if head in {"cost", "bound", "best known", "published cost", "shown"} and value:
        return f"{float(value):.10g}"
    return value.replace("|", "\\|")
