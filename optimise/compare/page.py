"""The report of a study: one HTML file, no script, no address of another machine in it."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from optimise.compare import figures
from optimise.compare.pictures import pictures
from optimise.compare.study import Study
from optimise.compare.table import Row
from optimise.compare.verdict import sentences
from optimise.drawing.page import stylesheet, templates

__all__ = ["page"]

_HERE = Path(__file__).parent


def page(
    study: Study,
    facts: Sequence[Mapping[str, Any]],
    rows: Sequence[Row],
    summary: Sequence[Row],
    scaling: Sequence[Row] = (),
    crossings: Sequence[Row] = (),
) -> str:
    """The report as text.

    Parameters
    ----------
    study : Study
    facts : sequence of mapping
        What `optimise.compare.run_study` returned.
    rows, summary : sequence of dict
        A row a run, and one a contender on an instance.
    scaling, crossings : sequence of dict
        Of families of growing size.

    Returns
    -------
    str
        HTML.
    """
    environment = templates(_HERE, extra="compare")
    environment.filters |= {"figure": figure, "error": error_words, "runs": run_words, "interval": interval_words}
    said = sentences(summary)
    machines = sorted({f["machine"] for f in facts if f.get("machine")})
    versions: Mapping[str, str] = next((f["versions"] for f in facts if f.get("versions")), {})
    text: str = environment.get_template("study.html.j2").render(
        css=stylesheet(),
        title=study.title,
        headline=said[0],
        said=said[1:],
        pictures=pictures(facts, rows, summary),
        instances=_instances(rows),
        summary=summary,
        scaling=scaling,
        crossings=crossings,
        definitions=_definitions(),
        machines=machines,
        versions=versions,
        runs=len(rows),
        hours=sum(r["seconds"] for r in rows) / 3600,
    )
    return text


def _instances(rows: Sequence[Row]) -> list[Row]:
    made: dict[str, Row] = {}
    columns = ("instance", "family", "size", "reference", "reference_source")
    for r in rows:
        made.setdefault(r["instance"], {k: r[k] for k in columns} | {"fit": fit_words(r)})
    return list(made.values())


def fit_words(row: Row) -> str:
    """How far an instance's energy is from the cost that it stands for; empty for what is no energy."""
    error = row.get("energy_error")
    if error is None:
        return ""
    if error == 0:
        return "exact where hard rules hold" if row.get("exact_on_rules") else "exact"
    said = "fit of unknown error" if math.isinf(error) else f"fit, off by up to {figure(error)}"
    if row.get("optimum_true_cost") is not None:
        least, true = figure(row["optimum_energy"]), figure(row["optimum_true_cost"])
        said += f"; the state of least energy {least} truly costs {true}"
    return said


def error_words(row: Row) -> str:
    """How far the energy is from its cost, in a cell of the table of figures."""
    error = row.get("energy_error")
    if error is None:
        return ""
    return fit_words(row) if error == 0 else "fit, error unknown" if math.isinf(error) else f"fit ±{figure(error)}"


def run_words(row: Row) -> str:
    """How many runs there are, copies of one run told."""
    if row["independent_runs"] == 1 < row["done"]:
        return "deterministic: one run"
    copies = row["done"] - row["independent_runs"]
    return f"{row['done']}/{row['runs']}" + (f", {copies} of them copies" if copies else "")


def interval_words(row: Row, name: str) -> str:
    """An interval; where there is none, whether the figure is exact: success that was not counted is."""
    low, high = row[f"{name}_low"], row[f"{name}_high"]
    if low is None or high is None:
        return "exact p" if name == "success" and row["success_probability"] is not None else "–"
    return f"{figure(low)} to {figure(high)}"


def _definitions() -> list[tuple[str, str]]:
    """Terms and their meanings from the documentation of `optimise.compare.figures`."""
    text = (figures.__doc__ or "").partition("Definitions\n")[2].partition("\n")[2]
    made: list[tuple[str, str]] = []
    for line in text.splitlines():
        if line and not line.startswith(" "):
            made.append((line, ""))
        elif line.strip() and made:
            made[-1] = (made[-1][0], f"{made[-1][1]} {line.strip()}".strip())
    return made


def figure(value: object) -> str:
    """A number for people; a dash for what is unknown."""
    if value is None:
        return "–"
    if isinstance(value, bool) or not isinstance(value, int | float):
        return str(value)
    if math.isinf(value):
        return "∞"
    if value == int(value) and abs(value) < 1e6:
        return f"{int(value)}"
    return f"{value:.3g}" if abs(value) < 1e4 else f"{value:.4g}"
