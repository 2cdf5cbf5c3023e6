"""``wardwise report``: pictures and tables of a finished run."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from optimise.core.errors import WardwiseError

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
    run = read_run(folder, instance=instance)
    require_report(wanted, run.problem)
    for name in wanted:
        if name == "html":
            print(reports.write_html(run.result, run.problem, folder / "report.html", changes=run.changes))
        elif name == "png":
            print(reports.write_png(run.result, run.problem, folder / "report.png"))
        else:
            print(reports.write_excel(run.result, run.problem, folder / "report.xlsx", changes=run.changes))
