"""``wardwise capacity``: capacity problems from a hospital's own data."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from optimise.core.errors import InputError, WardwiseError, placed

if TYPE_CHECKING:
    from optimise.capacity.scenarios import Scenarios
    from optimise.demand.forecast import Forecast

__all__ = ["app", "from_data"]

app = typer.Typer(help="Capacity problems from a hospital's own data.", no_args_is_help=True, rich_markup_mode=None)


@app.callback()
def _group() -> None:
    """Capacity problems from a hospital's own data."""


@app.command("from-data")
def from_data(
    hospital: Annotated[Path, typer.Argument(metavar="HOSPITAL", help="Bed state, rooms and wards: a hospital.")],
    demand: Annotated[
        Path, typer.Argument(metavar="DEMAND", help="Folder of 'wardwise forecast', or scenarios (.npz) of whole days.")
    ],
    output: Annotated[Path, typer.Option("--output", "-o", metavar="FILE.json", help="Capacity problem to write.")],
    stay: Annotated[
        Path | None,
        typer.Option("--stay", metavar="FILE.csv", help="Lengths of stay, where the forecast knows none."),
    ] = None,
    discharges: Annotated[
        Path | None,
        typer.Option(
            "--discharges", metavar="FILE.csv", help="Past expected_discharge and discharged: how far dates hold."
        ),
    ] = None,
    staffed: Annotated[
        int | None, typer.Option("--staffed-beds", metavar="N", help="Beds with staff. Default: all that are open.")
    ] = None,
    n: Annotated[int, typer.Option("--n", metavar="N", help="Scenarios to plan with.")] = 30,
    sample: Annotated[int, typer.Option("--from", metavar="M", help="Draw M and reduce them to N.")] = 400,
    seed: Annotated[int, typer.Option("--seed", metavar="N", help="The same seed draws the same scenarios.")] = 1,
    force: Annotated[bool, typer.Option("--force", help="Replace what is there.")] = False,
) -> None:
    """From a bed state and a forecast to a capacity problem that 'wardwise solve' plans.

    Beds that may open, electives and those who lie in come from HOSPITAL, those who will come from DEMAND. Every
    patient's stay is drawn.
    """
    from optimise.capacity.formats.capacity import write_capacity
    from optimise.demand.forecast import Forecast
    from optimise.demand.from_data import from_forecast, from_scenarios
    from optimise.demand.stayfile import read_delays, read_stays
    from optimise.hospital.formats.hospital_tables import hospital_of
    from optimise.readers import read_hospital

    if not 1 <= n <= sample <= 5000:
        raise WardwiseError(f"--n {n} --from {sample}: expected 1 <= n <= from <= 5000")
    if staffed is not None and not 0 <= staffed <= 10_000:
        raise WardwiseError(f"--staffed-beds {staffed}: expected 0 to 10000")
    for target in (output, output.with_suffix(".npz")):
        if target.resolve() in (hospital.resolve(), demand.resolve()):
            raise InputError("is read; write to another file", file=target)
        if target.exists() and not force:
            raise InputError("exists already; --force replaces it", file=target)
    document = hospital_of(read_hospital(hospital))
    expected = _demand(demand)
    said: dict[str, Any] = {"seed": seed, "delays": None if discharges is None else read_delays(discharges)}
    with placed(hospital):
        if isinstance(expected, Forecast):
            lengths = None if stay is None else read_stays(stay, expected.groups, expected.period)
            made = from_forecast(document, expected, count=n, sample=sample, stay=lengths, staffed=staffed, **said)
        elif stay is not None:
            raise WardwiseError("--stay: scenarios hold their stays; it goes with a forecast")
        else:
            made = from_scenarios(document, expected, staffed=staffed, **said)
    problem = made.problem
    beds = problem.wards.maximum.sum(axis=0)
    print(
        f"{problem.name}: {problem.days} days from {problem.scenarios.start:%Y-%m-%d}, {len(problem.wards.ids)} wards, "
        f"{beds.min()} to {beds.max()} beds, {problem.scenarios.count} scenarios"
    )
    for note in made.notes:
        print(f"note: {note}")
    for path in write_capacity(problem, output):
        print(path)


def _demand(path: Path) -> Forecast | Scenarios:
    """A forecast, or scenarios, by what the file holds."""
    from optimise.capacity.scenarios import Scenarios
    from optimise.demand.forecast import Forecast
    from optimise.formats.budget import read_arrays

    if path.is_dir() or "pmf" in read_arrays(path, "forecast or file of scenarios"):
        return Forecast.load(path)
    return Scenarios.load(path)
