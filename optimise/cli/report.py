"""``wardwise report``: pictures and tables of a finished run."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from optimise.core.errors import WardwiseError

if TYPE_CHECKING:
    from optimise.runs.resultfile import StoredRun

__all__ = ["report"]

_KINDS = ("html", "png", "excel")


def report(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="Folder written by 'wardwise solve --output DIR'.")],
    only: Annotated[
        list[str] | None, typer.Option("--only", metavar="KIND", help="html, png or excel; repeatable. Default: all.")
    ] = None,
    instance: Annotated[
        Path | None, typer.Option("--instance", metavar="PATH", help="Where the instance lies now, if it has moved.")
    ] = None,
    plan: Annotated[
        Path | None, typer.Option("--plan", metavar="PLAN", help="Show this plan, such as the run's changed by hand.")
    ] = None,
) -> None:
    """Write DIR/report.html (one file, works offline, prints to A4), report.png and report.xlsx."""
    wanted = only or list(_KINDS)
    unknown = [name for name in wanted if name not in _KINDS]
    if unknown:
        raise WardwiseError(f"unknown kind of report {unknown[0]!r}; known: {', '.join(_KINDS)}")

    from optimise import report as reports
    from optimise.optional import require_report
    from optimise.runs.resultfile import read_run

    require_report(wanted)
    run = read_run(folder, instance=instance, plan=plan)
    require_report(wanted, run.problem)
    known = _known(folder, run)
    for name in wanted:
        if name == "html":
            print(reports.write_html(run.result, run.problem, folder / "report.html", changes=run.changes, known=known))
        elif name == "png":
            print(reports.write_png(run.result, run.problem, folder / "report.png"))
        else:
            made = reports.write_excel(
                run.result, run.problem, folder / "report.xlsx", changes=run.changes, known=known
            )
            print(made)


def _known(folder: Path, run: StoredRun) -> tuple[str, ...]:
    """What ``wardwise why DIR --requests`` has proven of the run's ward."""
    from optimise.ask import most_told, read_most_requests
    from optimise.roster.problem import RosterProblem

    if not isinstance(run.problem, RosterProblem):
        return ()
    most = read_most_requests(folder, run.problem)
    return () if most is None else (f"{most_told(most)[:-1]} (read from requests.json).",)
