"""The list of commands. Each command imports what it needs when it runs, so that ``--help`` stays quick."""

from __future__ import annotations

import typer

from optimise.cli import (
    ask,
    bed_demand,
    capacity,
    check,
    compare,
    files,
    following,
    forecast,
    frontier,
    info,
    replay,
    report,
    rota,
    rules,
    scenarios,
    serve,
    shifts,
    solve,
)
from optimise.cli.plugins import PluginGroup

__all__ = ["app"]

app = typer.Typer(
    name="wardwise",
    cls=PluginGroup,
    help="Staff rosters and bed plans with proven bounds.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,  # plain help: rich would double the start-up time
    context_settings={"help_option_names": ["-h", "--help"]},
    epilog="Exit codes: 0 a feasible plan, 1 none found within the limits, 2 wrong use or bad input, "
    "3 proven infeasible, 70 a fault of ours, 74 the folder took no plan, 75 stopped by a signal after writing what "
    "there was.",
)

app.command("solve")(solve.solve)
app.command("check")(check.check)
app.command("cover")(ask.cover)
app.command("why")(ask.why)
app.command("frontier")(frontier.frontier)
app.command("report")(report.report)
app.command("rota")(rota.rota)
app.command("forecast")(forecast.forecast)
app.command("shifts")(shifts.shifts)
app.command("bed-demand")(bed_demand.bed_demand)
app.command("scenarios")(scenarios.scenarios)
app.add_typer(capacity.app, name="capacity")
app.command("replay")(replay.replay)
app.command("compare")(compare.compare)
app.command("serve")(serve.serve)
app.command("convert")(files.convert)
app.command("template")(files.template)
app.command("next")(following.following)
app.command("generate")(files.generate)
app.command("schema")(files.schema)
app.command("methods")(info.methods)
app.command("rules")(rules.rules)
app.command("formats")(info.formats)
app.command("doctor")(info.doctor)


def _version(wanted: bool) -> None:
    if wanted:
        from optimise.core.version import __version__

        typer.echo(f"wardwise {__version__}")
        raise typer.Exit


@app.callback()
def _common(
    version: bool = typer.Option(
        False, "--version", callback=_version, is_eager=True, help="Print the version and leave."
    ),
) -> None:
    """Staff rosters and bed plans with proven bounds."""
