"""``wardwise frontier``: plans between pounds, wishes and fairness."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Annotated

import typer

from optimise.cli.arguments import FormatOption, History, Instance, Weeks, load

__all__ = ["frontier"]


def frontier(
    instance: Instance,
    output: Annotated[Path, typer.Option("--output", "-o", metavar="DIR", help="Folder for chart, table and plans.")],
    factor: Annotated[
        float, typer.Option("--factor", metavar="F", help="How much more, and less, each part counts in its two plans.")
    ] = 4.0,
    method: Annotated[str, typer.Option("--method", "-m", metavar="NAME", help="See 'wardwise methods'.")] = "auto",
    time_limit: Annotated[float, typer.Option("--time-limit", "-t", metavar="S", help="Seconds of each plan.")] = 20.0,
    seed: Annotated[int, typer.Option("--seed", metavar="N", help="Seed of random choices.")] = 0,
    format: FormatOption = None,
    history: History = None,
    weeks: Weeks = None,
) -> None:
    """A handful of plans between pounds, wishes and fairness, each with its bound, in one chart and one table.

    Exit code 0 if there are plans, 1 if none was found within the time, 3 if it is proven that there is none, 75 if a
    signal stopped it: the plans found by then are written.
    """
    from optimise.ask.frontier import frontier as find
    from optimise.cli.kernel_cache import kernel_cache
    from optimise.cli.run import STOPPED
    from optimise.cli.signals import StopSignal, stop_signals
    from optimise.core.result import Stop
    from optimise.optional import require
    from optimise.report.frontier import sentence, write_frontier
    from optimise.roster.problem import roster_only

    require("report", "matplotlib")
    read, _ = load(instance, format=format, history=history, weeks=weeks)
    problem = roster_only(read)
    stop = StopSignal(lambda: os._exit(STOPPED))
    with stop_signals(stop), kernel_cache(_say):
        found = find(
            problem,
            factor=factor,
            seconds=time_limit,
            method=method,
            seed=seed,
            told=lambda name: _say(f"{name} ..."),
            listen=stop,
        )
        stop.finish()
        for i, plan in enumerate(found.plans, start=1):
            print(f"{i}  {sentence(plan)}")
        for file in write_frontier(found.plans, problem, output) if found.plans else ():
            print(file)
    if not found.plans:
        print("\n".join(found.explanation) or "no plan was found within the time")
        raise typer.Exit(3 if found.stop is Stop.INFEASIBLE else STOPPED if stop.asked else 1)
    if stop.asked:
        _say("stopped by a signal; plans of the other prices were not looked for")
        raise typer.Exit(STOPPED)


def _say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)
