"""What ``wardwise bed-demand`` writes: chances of patients, beds by unit and hour, distributions, scores, a report."""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from optimise.core.atomic import make_folder, write_text
from optimise.core.csvfile import csv_text
from optimise.demand import pictures
from optimise.demand.counts import Net
from optimise.demand.department.assess import Assessment
from optimise.demand.department.flows import quantile_of
from optimise.demand.department.outlook import DepartmentUnit, Outlook
from optimise.demand.pmf import FloatArray
from optimise.demand.scores import LEVELS
from optimise.drawing.page import Section, write_page

__all__ = ["BED_HEAD", "SCORE_HEAD", "bed_rows", "score_rows", "write_outlook"]

BED_HEAD = ("unit", "sex", "by", "needed", "80 %", "leaving", "free", "80 %", "short")
SCORE_HEAD = ("hours ahead", "CRPS", "in 80 %", "promised", "by PIT", "EPUDD gap", "n")


def bed_rows(made: Outlook, hours: Sequence[int], *, by_sex: bool = False) -> list[tuple[str, ...]]:
    """Beds needed, left and free by unit after some hours.

    Parameters
    ----------
    made : Outlook
    hours : sequence of int
    by_sex : bool
        Also a row for each sex.

    Returns
    -------
    list of tuple of str
        As :data:`BED_HEAD`; ``short`` is the chance of fewer than no free beds.
    """
    rows: list[tuple[str, ...]] = []
    for unit in made.units:
        if unit.sex and not by_sex:
            continue
        for hour in hours:
            needed, leaving = made.needed[unit][hour - 1], made.leaving[unit][hour - 1]
            free = made.free[unit][hour - 1] if unit in made.free else None
            rows.append(
                (
                    unit.name,
                    unit.sex,
                    f"{made.now + datetime.timedelta(hours=hour):%H:%M}",
                    f"{needed.mean:.1f}",
                    _interval(needed),
                    f"{leaving.mean:.1f}",
                    "" if free is None else f"{free.mean:.1f}",
                    "" if free is None else _interval(free),
                    "" if free is None else f"{100 * free.below(0):.0f} %",
                )
            )
    return rows


def _interval(found: Net) -> str:
    return f"{quantile_of(found, 0.1)} to {quantile_of(found, 0.9)}"


def score_rows(found: Assessment) -> list[tuple[str, ...]]:
    """Scores by hours ahead, as :data:`SCORE_HEAD`."""
    return [
        (
            str(lead),
            f"{s.crps:.3f}",
            f"{100 * s.interval80:.0f} %",
            f"{100 * s.expected80:.0f} %",
            f"{100 * s.coverage80:.0f} %",
            f"{found.discrete[lead].largest:.3f}",
            str(s.n),
        )
        for lead, s in found.by_lead.items()
    ]


def _patients(made: Outlook) -> str:
    chances, steps = made.chances, [h for h in (1, 2, 4, 8, 12, 24, 48) if h <= made.hours]
    head = ("visit", "elapsed_hours", "sex", "admitted", *chances.services, *(f"within_{h}h" for h in steps))
    table: list[tuple[object, ...]] = [head]
    for i in range(len(made.patients)):
        within = chances.admitted[i] * chances.within[i]
        values = (chances.admitted[i], *chances.service[i], *(within[h - 1] for h in steps))
        start = (made.patients.visit[i], f"{made.patients.elapsed[i]:.2f}", made.patients.sex[i])
        table.append((*start, *(f"{value:.4f}" for value in values)))
    return csv_text(table)


def _kinds(made: Outlook) -> list[tuple[str, dict[DepartmentUnit, list[Net]]]]:
    return [("needed", made.needed), ("leaving", made.leaving), ("free", made.free)]


def _beds(made: Outlook) -> str:
    head = ("level", "unit", "sex", "by", "hours", "what", "mean", *(f"q{100 * q:g}" for q in LEVELS), "below_0")
    table: list[tuple[object, ...]] = [head]
    for what, found in _kinds(made):
        for unit, nets in found.items():
            for h, net in enumerate(nets, 1):
                by = f"{made.now + datetime.timedelta(hours=h):%Y-%m-%d %H:%M}"
                quantiles = (quantile_of(net, q) for q in LEVELS)
                row = (unit.level, unit.name, unit.sex, by, h, what, f"{net.mean:.4g}", *quantiles)
                table.append((*row, f"{net.below(0):.4g}"))
    return csv_text(table)


def _distributions(made: Outlook) -> str:
    table: list[tuple[object, ...]] = [("level", "unit", "sex", "hours", "what", "beds", "probability")]
    for what, found in _kinds(made):
        for unit, nets in found.items():
            for h, net in enumerate(nets, 1):
                for k, p in enumerate(net.pmf):
                    if p >= 1e-6:
                        table.append((unit.level, unit.name, unit.sex, h, what, net.first + k, f"{p:.6g}"))
    return csv_text(table)


def _bands(
    made: Outlook, units: Sequence[DepartmentUnit], found: dict[DepartmentUnit, list[Net]]
) -> dict[float, FloatArray]:
    return {
        q: np.array([[quantile_of(found[u][h], q) for u in units] for h in range(made.hours)], np.float64)
        for q in LEVELS
    }


def _sections(made: Outlook, found: Assessment | None) -> list[Section]:
    steps = sorted({h for h in (4, 8) if h < made.hours} | {made.hours})
    text = (
        "Needed: patients of the department, those who have yet to arrive, planned admissions, moves from other units. "
        "Free: beds less those in use now, less needed, plus leaving. Short: the chance of fewer than no free beds."
    )
    by_sex = len({unit.sex for unit in made.units}) > 1
    sections = [Section("Beds by unit", text, BED_HEAD, tuple(bed_rows(made, steps)))]
    if by_sex:
        rows = tuple(row for row in bed_rows(made, steps[-1:], by_sex=True) if row[1])
        sections.append(Section("By sex", "", BED_HEAD, rows))
    units = [unit for unit in made.units if not unit.sex and unit.level in ("service", "all")]
    times = [made.now + datetime.timedelta(hours=h) for h in range(1, made.hours + 1)]
    for what, nets in (("beds needed", made.needed), ("beds free", made.free)):
        shown = [unit for unit in units if unit in nets]
        if shown:
            picture = pictures.fans(times, [unit.name for unit in shown], _bands(made, shown, nets), what)
            heading = what.capitalize() + ", hour by hour"
            sections.append(Section(heading, "Median; bands of 50, 80 and 90 %.", png=picture))
    if found is not None:
        counted = "those who had yet to arrive included" if found.incoming else "patients of the department only"
        said = (
            f"{found.moments} moments with {found.patients} patients were held back; {counted}. Chances of admission: "
            f"Brier score {found.brier:.3f}, area under the curve {found.auc:.3f}, largest MADCAP gap "
            f"{100 * found.admission.largest:.1f} % of admissions."
        )
        sections.append(Section("How good is it?", said, SCORE_HEAD, tuple(score_rows(found))))
        curves = [("admission", found.admission), *found.by_service.items()]
        one = [(f"MADCAP: {name}", gap.at, gap.expected, gap.observed) for name, gap in curves]
        more = [(f"EPUDD: {h} h ahead", g.at, g.expected, g.observed) for h, g in found.discrete.items()]
        sections.append(Section("Are the chances right?", png=pictures.gaps(one)))
        sections.append(Section("Are the distributions right?", png=pictures.gaps(more)))
    return sections


def write_outlook(
    folder: Path, made: Outlook, found: Assessment | None, *, title: str, notes: Sequence[str] = ()
) -> list[Path]:
    """Write patients.csv, beds.csv, distributions.csv, scores.csv and report.html.

    Parameters
    ----------
    folder : Path
        Made where it is not there.
    made : Outlook
    found : Assessment, optional
    title : str
        Of the report.
    notes : sequence of str
        Sentences for the report.

    Returns
    -------
    list of Path
        The files.
    """
    make_folder(folder)
    said = []
    for unit in made.free:
        if not unit.sex:
            last = made.free[unit][-1]
            chance = last.below(0)
            tone = "bad" if chance >= 0.5 else "note" if chance >= 0.1 else "good"
            until = f"{made.now + datetime.timedelta(hours=made.hours):%H:%M}"
            said.append(
                (tone, f"{unit.name}: {last.mean:.1f} beds free by {until}, {100 * chance:.0f} % chance of too few.")
            )
    said += [("bad", text[:1].upper() + text[1:] + ".") for text in (found.doubts() if found is not None else ())]
    said += [("note", text[:1].upper() + text[1:] + ".") for text in notes]
    span = f"{made.now:%A %d %B %Y %H:%M}, {made.hours} hours ahead, {len(made.patients)} patients in the department"
    files = [
        write_text(folder / "patients.csv", _patients(made)),
        write_text(folder / "beds.csv", _beds(made)),
        write_text(folder / "distributions.csv", _distributions(made)),
    ]
    if found is not None:
        files.append(write_text(folder / "scores.csv", csv_text([SCORE_HEAD, *score_rows(found)])))
    return [*files, write_page(folder / "report.html", f"Beds tonight: {title}", span, said, _sections(made, found))]
