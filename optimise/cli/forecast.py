"""``wardwise forecast``: how many will come, as distributions, by the model that proved best."""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from optimise.cli.arguments import Json
from optimise.cli.demand import (
    Blank,
    By,
    Data,
    EachRow,
    Gaps,
    Group,
    Horizon,
    SeriesOf,
    Until,
    Zone,
    columns_of,
    periods,
    read,
)
from optimise.core.errors import WardwiseError

if TYPE_CHECKING:
    from optimise.demand.backtest import Backtest
    from optimise.demand.forecast import Forecast

__all__ = ["forecast"]

#: Said where counts and stays are all that is known.
EMPTY = (
    "--stay: nobody knows who lies in now, so beds in use begin with nobody and are too low until a longest stay has "
    "passed; data with a column of departures begin right"
)


def forecast(
    data: Data,
    by: By = "day",
    horizon: Horizon = "7d",
    group: Group = None,
    output: Annotated[
        Path | None, typer.Option("--output", "-o", metavar="DIR", help="Folder for quantiles, backtest and report.")
    ] = None,
    time: Annotated[str | None, typer.Option("--time", metavar="COLUMN", help="Column of the time.")] = None,
    count: Annotated[str | None, typer.Option("--count", metavar="COLUMN", help="Column of counts.")] = None,
    departure: Annotated[
        str | None, typer.Option("--departure", metavar="COLUMN", help="Column of departures, for stays.")
    ] = None,
    each_row: EachRow = False,
    series: SeriesOf = "arrivals",
    zone: Zone = None,
    holidays: Annotated[
        str, typer.Option("--holidays", metavar="REGION|none", help="Bank holidays of this region.")
    ] = "GB-ENG",
    known: Annotated[
        list[str] | None,
        typer.Option("--known", metavar="NAME", help="The only groups that may occur; repeatable. Default: any."),
    ] = None,
    gaps: Gaps = "error",
    blank: Blank = None,
    until: Until = None,
    stay: Annotated[
        Path | None, typer.Option("--stay", metavar="FILE.csv", help="Stays (days or hours), where DATA has none.")
    ] = None,
    model: Annotated[
        list[str] | None,
        typer.Option("--model", metavar="NAME", help="Only these models; repeatable. Default: all."),
    ] = None,
    peers: Annotated[
        bool,
        typer.Option("--peers", help="Also score AutoETS, MSTL, LightGBM and recent climatology (extra 'peers')."),
    ] = False,
    origins: Annotated[int, typer.Option("--origins", metavar="N", help="Most origins of the backtest.")] = 24,
    seed: Annotated[int, typer.Option("--seed", metavar="N", help="The same seed gives the same forecast.")] = 1,
    as_json: Json = False,
) -> None:
    """Forecast arrivals, departures and beds in use per group, hour by hour or day by day.

    With --series occupancy a census (beds in use) is forecast from its own past.

    Models are compared by a backtest with rolling origins; the one with the least CRPS forecasts.
    """
    import dataclasses

    from optimise.demand.backtest import doubts
    from optimise.demand.forecast import forecast as make
    from optimise.demand.forecast import usual_models
    from optimise.demand.forecasters import Climatology, SeasonalNaive
    from optimise.demand.output import SCORE_HEAD, score_rows, write_forecast
    from optimise.demand.peers import usual_peers
    from optimise.optional import require

    ahead = periods(horizon, by)
    if origins < 1:
        raise WardwiseError("--origins: expected at least 1")
    region = None if holidays.lower() == "none" else holidays
    columns = columns_of(time, group, count, departure, each_row)
    names = tuple(known) if known else None
    demand = read(data, by, columns, zone=zone, gaps=gaps, blank=blank, until=until, groups=names, series=series)
    lengths = None
    empty: tuple[str, ...] = ()
    if stay is not None:
        from optimise.demand.stayfile import read_stays

        lengths = read_stays(stay, demand.groups, demand.period)
        empty = () if demand.stays is not None else (EMPTY,)
    models = usual_models(region, None if not model else tuple(model), demand.series, demand.period)
    others, absent = usual_peers(region) if peers else ([], [])
    if not all(isinstance(m, SeasonalNaive | Climatology) for m in models):
        learns = ("sklearn",) if demand.series == "arrivals" else ()
        require("forecast", *learns, *(("holidays",) if region is not None else ()))
    if output is not None:
        require("forecast", "jinja2", "matplotlib")

    def tell(name: str) -> None:
        print(f"{name} done", file=sys.stderr, flush=True)

    kinds: Any = {"models": models, "peers": others, "region": region}
    made, results = make(demand, ahead, **kinds, origins=origins, seed=seed, tell=tell)
    notes = (*demand.notes, *empty, *absent)
    if lengths is not None:
        made = dataclasses.replace(made, stay=lengths, leaving=None, risk=None)
    rows = score_rows(results)
    warned = doubts(next(r for r in results if r.model == made.model))
    written = []
    if output is not None:
        written = write_forecast(output, made, results, title=data.name, notes=notes, seed=seed)
    if as_json:
        print(json.dumps(_object(data, made, results, notes) | {"warnings": warned}, indent=1))
        return
    _table(SCORE_HEAD, rows)
    print(f"best: {made.model}; {made.horizon} {made.period}s from {made.start:%Y-%m-%d %H:%M}")
    for line in _expected(made, seed) if len(made.groups) <= 30 else ():
        print(f"  {line}")
    for doubt in warned:
        print(f"warning: {doubt}")
    for note in notes:
        print(f"note: {note}")
    for path in written:
        print(path)


def _expected(made: Forecast, seed: int) -> list[str]:
    """A line a group: arrivals over the whole horizon, or beds in use at its end."""
    if made.series == "occupancy":
        expected, low, high = made.mean()[-1], made.quantile(0.1)[-1], made.quantile(0.9)[-1]
        what = f"beds in use expected at {made.times()[-1]:%Y-%m-%d %H:%M}"
    else:
        expected, (low, high) = made.mean().sum(0), made.totals((0.1, 0.9), seed=seed)
        what = "arrivals expected"
    return [
        f"{name}: {expected[g]:.1f} {what}, 80 % from {low[g]:.0f} to {high[g]:.0f}"
        for g, name in enumerate(made.groups)
    ]


def _object(data: Path, made: Forecast, results: Sequence[Backtest], notes: tuple[str, ...]) -> dict[str, Any]:
    scored = {}
    for result in results:
        s = result.scores()
        scored[result.model] = {
            "crps": s.crps,
            "pinball": s.pinball,
            "interval80": s.interval80,
            "expected80": s.expected80,
            "coverage80": s.coverage80,
            "n": s.n,
        }
    return {
        "data": str(data),
        "model": made.model,
        "series": made.series,
        "start": made.start.isoformat(),
        "period": made.period,
        "horizon": made.horizon,
        "groups": list(made.groups),
        "expected": (made.mean()[-1] if made.series == "occupancy" else made.mean().sum(0)).tolist(),
        "backtest": scored,
        "notes": list(notes),
    }


def _table(head: tuple[str, ...], rows: list[tuple[str, ...]]) -> None:
    from rich.console import Console
    from rich.table import Table

    table = Table(title="Backtest (less CRPS is better)", title_justify="left")
    for k, name in enumerate(head):
        table.add_column(name, justify="left" if k == 0 else "right")
    for row in rows:
        table.add_row(*row)
    Console().print(table)
