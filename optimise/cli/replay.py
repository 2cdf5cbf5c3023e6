"""``wardwise replay``: bed plans against what really came."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from optimise.cli.demand import Blank, Data, Group, Until, Zone, columns_of, read
from optimise.core.errors import InputError, WardwiseError

if TYPE_CHECKING:
    from optimise.demand.versus import Versus

__all__ = ["replay"]


def replay(
    problem: Annotated[Path, typer.Argument(metavar="PROBLEM.json", help="Capacity problem that the plans are for.")],
    data: Data,
    plan: Annotated[
        list[str],
        typer.Option("--plan", metavar="NAME=FILE", help="Plan to replay; repeatable."),
    ],
    repeats: Annotated[
        int, typer.Option("--repeats", metavar="N", help="Replay over the next N spans of the plan's length.")
    ] = 1,
    group: Group = None,
    departure: Annotated[
        str | None, typer.Option("--departure", metavar="COLUMN", help="Column of departures.")
    ] = None,
    zone: Zone = None,
    blank: Blank = None,
    until: Until = None,
    seed: Annotated[int, typer.Option("--seed", metavar="N", help="Draws minutes and electives' stays.")] = 1,
    output: Annotated[
        Path | None, typer.Option("--output", "-o", metavar="FILE.html", help="Report with pictures.")
    ] = None,
) -> None:
    """Replay plans hour by hour: outliers, waits over four hours, cancellations, with paired 95 % intervals.

    DATA.csv holds one admission a row with its departure; the replay begins where the problem's scenarios do.
    """
    from optimise.capacity.problem import CapacityProblem
    from optimise.cli.arguments import load, load_plan
    from optimise.demand.replay import course
    from optimise.demand.replay import replay as run
    from optimise.demand.versus import versus
    from optimise.optional import require

    require("forecast", "simpy", *(("jinja2", "matplotlib") if output is not None else ()))
    loaded = load(problem, format=None, history=None, weeks=None)[0]
    if not isinstance(loaded, CapacityProblem):
        raise InputError("is no capacity problem", file=problem)
    plans = {}
    for text in plan:
        name, sign, file = text.partition("=")
        if not sign or not name or name in plans:
            raise WardwiseError(f"--plan {text}: expected NAME=FILE, each name once")
        plans[name] = load_plan(Path(file), loaded)
    columns, names = columns_of(None, group, None, departure), loaded.specialties
    demand = read(data, "hour", columns, zone=zone, gaps="error", blank=blank, until=until, groups=names)
    for g, name in enumerate(demand.groups):
        if not demand.counts[:, g].any():
            raise InputError("is a specialty of the problem, but the data have no row of it", file=data, item=name)
    first = round((loaded.scenarios.start - demand.start) / demand.step)
    span = 24 * loaded.days
    demand = demand.ordered(loaded.specialties)
    courses = [course(demand, first + k * span, span, seed) for k in range(max(1, repeats))]
    table = versus({name: [run(loaded, one, c, seed=seed) for c in courses] for name, one in plans.items()}, seed=seed)
    _print(table)
    if output is not None:
        from optimise.demand import pictures
        from optimise.demand.replay import MEASURES
        from optimise.drawing.page import Section, write_page

        bars = pictures.bars(table.names, [MEASURES[m] for m in table.measures], table.mean, table.low, table.high)
        section = Section("Means over the spans", "", ("", *table.names), tuple(table.rows()), bars)
        said = [("note", f"{len(courses)} spans of {loaded.days} days from {loaded.scenarios.start:%d %B %Y}.")]
        print(write_page(output, f"Replay of {loaded.name}", data.name, said, [section]))


def _print(table: Versus) -> None:
    from rich.console import Console
    from rich.table import Table

    made = Table(title=f"Replay over {table.courses} spans; in brackets: difference to the first plan, 95 % interval")
    for k, name in enumerate(("", *table.names)):
        made.add_column(name, justify="left" if k == 0 else "right")
    for row in table.rows():
        made.add_row(*row)
    Console().print(made)
