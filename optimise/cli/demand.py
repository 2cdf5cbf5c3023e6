"""Options that the demand commands share, and how they become values."""

from __future__ import annotations

import datetime
import re
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from optimise.core.errors import WardwiseError

if TYPE_CHECKING:
    from optimise.demand.demand import Demand
    from optimise.demand.reading import Columns

__all__ = [
    "Blank",
    "By",
    "Data",
    "EachRow",
    "Gaps",
    "Group",
    "Horizon",
    "SeriesOf",
    "Until",
    "Zone",
    "columns_of",
    "periods",
    "read",
]

Data = Annotated[Path, typer.Argument(metavar="DATA.csv", help="Arrivals, counts, or one column a group.")]
By = Annotated[str, typer.Option("--by", metavar="hour|day", help="Length of a period.")]
Horizon = Annotated[str, typer.Option("--horizon", metavar="7d", help="How far ahead: 7d, 168h.")]
Group = Annotated[str | None, typer.Option("--group", metavar="COLUMN", help="Column of the specialty, ward or trust.")]
Zone = Annotated[
    str | None,
    typer.Option("--zone", metavar="NAME", help="Time zone whose daylight saving counts, such as Europe/London."),
]
Gaps = Annotated[
    str, typer.Option("--gaps", metavar="error|missing|zero", help="What a period without a row of counts means.")
]
Blank = Annotated[
    str | None, typer.Option("--blank", metavar="NAME", help="Group of rows that name none; else they are errors.")
]
Until = Annotated[
    str | None,
    typer.Option("--until", metavar="TIME", help="Local time at which the data end."),
]

EachRow = Annotated[
    bool, typer.Option("--each-row", help="Every row is one arrival, whatever numbers stand beside it.")
]
SeriesOf = Annotated[
    str,
    typer.Option(
        "--series", metavar="arrivals|occupancy", help="Counts are people who came, or beds in use (a census)."
    ),
]


def periods(horizon: str, by: str) -> int:
    """``7d`` or ``168h`` as a number of periods."""
    if by not in ("hour", "day"):
        raise WardwiseError(f"--by {by}: expected hour or day")
    found = re.fullmatch(r"([0-9]{1,5})\s*(h|d|w)?", horizon.strip())
    if not found:
        raise WardwiseError(f"--horizon {horizon}: expected for example 7d or 168h")
    unit = {"h": 1, "d": 24, "w": 168, None: 1 if by == "hour" else 24}[found[2]]
    hours = int(found[1]) * unit
    size = 1 if by == "hour" else 24
    if hours < size or hours % size or hours > 24 * 366:
        raise WardwiseError(f"--horizon {horizon}: expected a whole number of {by}s, at most a year")
    return hours // size


def columns_of(
    time: str | None, group: str | None, count: str | None, departure: str | None, each_row: bool = False
) -> Columns:
    """Names of columns as the reader wants them."""
    from optimise.demand.reading import Columns

    return Columns(time, group, count, departure, each_row)


def read(
    data: Path,
    by: str,
    columns: Columns,
    *,
    zone: str | None,
    gaps: str,
    blank: str | None,
    until: str | None,
    groups: tuple[str, ...] | None = None,
    series: str = "arrivals",
) -> Demand:
    """Read demand as the options say.

    Parameters
    ----------
    data : Path
        CSV file.
    by : str
        ``hour`` or ``day``.
    columns : Columns
        Names of columns that were given.
    zone : str, optional
        Time zone whose daylight saving counts.
    gaps : str
        ``error``, ``missing`` or ``zero``.
    blank : str, optional
        Group of rows that name none.
    until : str, optional
        Local time at which the data end, as typed.
    groups : tuple of str, optional
        The only groups that may occur.
    series : str
        ``arrivals`` or ``occupancy``.

    Returns
    -------
    Demand

    Raises
    ------
    WardwiseError
        If ``until`` is no local time.
    """
    from optimise.demand.reading import read_demand

    end = None
    if until is not None:
        try:
            end = datetime.datetime.fromisoformat(until)
        except ValueError:
            raise WardwiseError(f"--until {until}: expected a time such as 2025-12-31 or 2025-12-31T18:00") from None
        if end.tzinfo is not None:
            raise WardwiseError(f"--until {until}: expected local time without offset")
    if series not in ("arrivals", "occupancy"):
        raise WardwiseError(f"--series {series}: expected arrivals or occupancy")
    said: Any = {"period": by, "gaps": gaps, "series": series}
    return read_demand(data, columns=columns, zone=zone, blank=blank, until=end, groups=groups, **said)
