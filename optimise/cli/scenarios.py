"""``wardwise scenarios``: courses drawn from a forecast, and fewer that stand for many."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from optimise.core.atomic import make_folder
from optimise.core.errors import InputError, WardwiseError

__all__ = ["scenarios"]


def scenarios(
    forecast: Annotated[
        Path, typer.Argument(metavar="FORECAST", help="Folder of 'wardwise forecast', or its forecast.npz.")
    ],
    output: Annotated[Path, typer.Option("--output", "-o", metavar="FILE.npz", help="File to write.")],
    n: Annotated[int, typer.Option("--n", metavar="N", help="Scenarios to write.")] = 200,
    sample: Annotated[
        int | None,
        typer.Option("--from", metavar="M", help="Draw M and reduce them to N representative ones. Default: draw N."),
    ] = None,
    seed: Annotated[int, typer.Option("--seed", metavar="N", help="The same seed draws the same scenarios.")] = 1,
    whole_days: Annotated[
        bool, typer.Option("--whole-days", help="From the first midnight to the last, as a capacity problem needs.")
    ] = False,
    force: Annotated[bool, typer.Option("--force", help="Replace what is there.")] = False,
) -> None:
    """Draw scenarios that keep each period's distribution and how hours and specialties hang together."""
    from optimise.demand.fans import fan
    from optimise.demand.forecast import Forecast
    from optimise.demand.reduction import reduce

    drawn = n if sample is None else sample
    if not 1 <= n <= drawn <= 100_000:
        raise WardwiseError(f"--n {n} --from {drawn}: expected 1 <= n <= from <= 100000")
    if drawn != n and drawn > 5000:
        raise WardwiseError(f"--from {drawn}: reduction compares all pairs; at most 5000")
    if output.suffix != ".npz":
        raise InputError("scenarios are written as .npz", file=output)
    if output.exists() and not force:
        raise InputError("exists already; --force replaces it", file=output)
    made = fan(Forecast.load(forecast), drawn, seed=seed, from_midnight=whole_days)
    print(f"{drawn} scenarios drawn: {made.horizon} {made.period}s from {made.start:%Y-%m-%d %H:%M}, seed {seed}")
    if drawn != n:
        smaller = reduce(made, n)
        made = smaller.scenarios
        print(
            f"reduced to {n}: Wasserstein distance {smaller.error:.2f} beds, "
            f"{100 * smaller.relative:.0f} % of that of the single best scenario"
        )
    make_folder(output.parent)
    print(made.save(output))
