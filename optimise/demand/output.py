"""What ``wardwise forecast`` writes: quantiles and backtest as CSV, the forecast for sampling, a report."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from optimise.core.atomic import make_folder, write_text
from optimise.core.csvfile import csv_text
from optimise.demand import pictures
from optimise.demand.backtest import Backtest, doubts
from optimise.demand.fans import fan
from optimise.demand.forecast import Forecast
from optimise.demand.pmf import FloatArray, IntArray
from optimise.demand.scores import LEVELS
from optimise.drawing.page import Section, write_page

__all__ = ["SCORE_HEAD", "beds_and_departures", "quantile_table", "score_rows", "write_forecast"]

SCORE_HEAD = ("model", "CRPS", "pinball", "in 80 %", "promised", "by PIT", "n")
_SAMPLES = 512


def score_rows(results: Sequence[Backtest], group: int | None = None) -> list[tuple[str, ...]]:
    """The table of a backtest, best first."""
    scored = sorted(((r.scores(group), r.model) for r in results), key=lambda pair: pair[0].crps)
    return [
        (
            name,
            f"{s.crps:.4f}",
            f"{s.pinball:.4f}",
            f"{100 * s.interval80:.1f} %",
            f"{100 * s.expected80:.1f} %",
            f"{100 * s.coverage80:.1f} %",
            str(s.n),
        )
        for s, name in scored
    ]


def beds_and_departures(made: Forecast, seed: int = 1) -> tuple[IntArray, IntArray]:
    """Sampled occupancy and departures (samples, H, G), of the courses that :func:`~optimise.demand.fans.fan` draws.

    Each stay is drawn once: who was there or has come, and is there no longer, has left.
    """
    courses = fan(made, _SAMPLES, seed=seed)
    assert courses.present is not None
    occupancy = courses.present + courses.remaining
    departures = np.zeros_like(occupancy)
    departures[:, 1:] = occupancy[:, :-1] + courses.arrivals[:, 1:] - occupancy[:, 1:]
    return occupancy, departures


def quantile_table(made: Forecast, seed: int = 1) -> dict[str, dict[float, FloatArray]]:
    """Arrivals, and where stays are known departures and beds in use: level to array (H, G)."""
    tables: dict[str, dict[float, FloatArray]] = {
        made.series: {level: made.quantile(level).astype(np.float64) for level in LEVELS}
    }
    if made.series == "arrivals" and made.stay is not None:
        occupancy, departures = beds_and_departures(made, seed)
        for name, drawn in (("departures", departures), ("occupancy", occupancy)):
            found = np.quantile(drawn, LEVELS, axis=0, method="inverted_cdf")
            tables[name] = {level: found[k].astype(np.float64) for k, level in enumerate(LEVELS)}
            tables[name][-1.0] = drawn.mean(0)
    tables[made.series][-1.0] = made.mean()
    return tables


def _quantile_csv(made: Forecast, tables: dict[str, dict[float, FloatArray]]) -> str:
    table: list[tuple[object, ...]] = []
    table.append(("time", "group", "what", "mean", *(f"q{100 * level:g}" for level in LEVELS)))
    spelled = "%Y-%m-%d" if made.period == "day" else "%Y-%m-%d %H:%M"
    for what, found in tables.items():
        for t, time in enumerate(made.times()):
            for g, name in enumerate(made.groups):
                quantiles = (f"{found[level][t, g]:.0f}" for level in LEVELS)
                table.append((format(time, spelled), name, what, f"{found[-1.0][t, g]:.4g}", *quantiles))
    return csv_text(table)


def _backtest_csv(results: Sequence[Backtest], groups: Sequence[str]) -> str:
    table: list[tuple[object, ...]] = []
    table.append(("model", "group", "crps", "pinball", "interval80", "expected80", "coverage80", "n"))
    for result in results:
        for g, name in [(None, "all"), *enumerate(groups)]:
            s = result.scores(g)
            values = (s.crps, s.pinball, s.interval80, s.expected80, s.coverage80)
            table.append((result.model, name, *(f"{v:.5f}" for v in values), s.n))
    return csv_text(table)


def write_forecast(
    folder: Path, made: Forecast, results: Sequence[Backtest], *, title: str, notes: Sequence[str], seed: int = 1
) -> list[Path]:
    """Write forecast.npz, forecast.csv, backtest.csv and report.html into ``folder``.

    Parameters
    ----------
    folder : Path
        Made where it is not there.
    made : Forecast
    results : sequence of Backtest
    title : str
        Of the report.
    notes : sequence of str
        Sentences for the report.
    seed : int
        Of the samples behind the quantiles.

    Returns
    -------
    list of Path
        The files.
    """
    make_folder(folder)
    tables = quantile_table(made, seed)
    span = f"{made.start:%d %B %Y %H:%M}, {made.horizon} {made.period}s ahead, {len(made.groups)} groups"
    naive = next((r for r in results if r.model == "seasonal-naive"), None)
    winner = next(r for r in results if r.model == made.model)
    said = [("good", f"{made.model} forecast best in the backtest and is used.")]
    if naive is not None and naive is not winner:
        gain = 1 - winner.scores().crps / naive.scores().crps
        said.append(
            ("good" if gain > 0 else "note", f"Its CRPS is {100 * gain:.0f} % below that of last week's value.")
        )
    said += [("bad", doubt[:1].upper() + doubt[1:] + ".") for doubt in doubts(winner)]
    said += [("note", note[:1].upper() + note[1:] + ".") for note in notes]
    how = (
        f"{len(winner.origins)} origins, each {made.horizon} {made.period}s ahead. An interval of counts covers more "
        "than 80 % when it is right (column 'promised'); by PIT, the ends are randomised and 80 % "
        "is right."
    )
    sections = [
        Section("Which model is best?", how, SCORE_HEAD, tuple(score_rows(results))),
        Section("Are the distributions right?", png=pictures.reliability(results)),
    ]
    for what, found in tables.items():
        bands = {level: values for level, values in found.items() if level >= 0}
        name = {"occupancy": "beds in use"}.get(what, what)
        picture = pictures.fans(made.times(), made.groups, bands, name)
        sections.append(Section(name.capitalize(), "Median; bands of 50, 80 and 90 %.", png=picture))
    return [
        made.save(folder / "forecast.npz"),
        write_text(folder / "forecast.csv", _quantile_csv(made, tables)),
        write_text(folder / "backtest.csv", _backtest_csv(results, made.groups)),
        write_page(folder / "report.html", f"Forecast of {title}", span, said, sections),
    ]
