"""A trust from end to end: data, forecast, scenarios, bed plan, replay of held-out weeks, nurses' roster, one report.

    python examples/trust.py [--data FILE.csv] [--output DIR]

Without options it takes the made-up admissions of examples/demand.csv. Where the environment names real files
(WARDWISE_DATA), real hourly arrivals and daily discharges are forecast too.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import time
from collections.abc import Callable
from pathlib import Path

import optimise
from optimise.capacity.model.capacity_values import mean_plan
from optimise.core.atomic import write_text
from optimise.demand import Period, pictures
from optimise.demand.forecast import forecast, usual_models
from optimise.demand.handover import ward_document
from optimise.demand.output import SCORE_HEAD, quantile_table, score_rows
from optimise.demand.reading import Columns, read_demand
from optimise.demand.replay import MEASURES
from optimise.demand.study import ForecastStudy, Week, study
from optimise.demand.synthetic import ELECTIVES, WARDS
from optimise.demand.trust import Trust
from optimise.drawing.page import Section, write_page
from optimise.report.capacity import capacity_sections

HERE = Path(__file__).resolve().parent
SHOWN = ("outliers", "late", "cancelled", "refused", "cost")


def main() -> None:
    options = parsed()
    began = time.monotonic()

    def tell(text: str) -> None:
        print(f"{time.monotonic() - began:6.1f} s  {text}", flush=True)

    data = read_demand(options.data, period="hour", zone="Europe/London")
    last = data.time(data.length).replace(hour=0)  # whole days only
    data = read_demand(options.data, period="hour", zone="Europe/London", until=last)
    size = f"{int(data.counts.sum())} admissions, {len(data.groups)} specialties"
    tell(f"{options.data.name}: {size}, until {last:%d %B %Y}")
    homes = WARDS if set(data.groups) == {g for mine in WARDS.values() for g in mine} else None
    asked = {group: number for group, number in ELECTIVES.items() if group in data.groups}

    def two_stage(problem: optimise.Problem) -> optimise.Plan:
        limits = optimise.Limits(seconds=options.seconds, gap=0.01)
        return optimise.solve(problem, method="benders", limits=limits, seed=options.seed).plan

    found = study(
        data,
        lambda past: Trust.from_demand("made-up trust", past, homes, electives=asked),
        {"two-stage": two_stage, "deterministic": lambda problem: mean_plan(problem, seconds=10)},
        weeks=options.weeks,
        models=usual_models("GB-ENG", ("seasonal-naive", "climatology", "count-regression")),
        scenarios=options.scenarios,
        seed=options.seed,
        tell=tell,
    )
    week = found.weeks[-1]
    sections = plan_sections(found, week)
    if options.roster_seconds > 0:
        ward, problem, result = rostered(week, options)
        tell(f"roster of {ward}: cost {result.cost:g}, bound {result.bounds.dual:g}")
        sections.append(roster_section(ward, problem, result))
    sections += real_sections(tell)
    options.output.mkdir(parents=True, exist_ok=True)
    head = ", ".join(MEASURES[m] for m in SHOWN[:3])
    said = [
        ("good", f"{found.weeks[0].forecast.model} forecasts best; {week.problem.scenarios.count} scenarios a week."),
        (
            "note",
            f"{len(found.weeks)} held-out weeks; every plan opens the same {int(week.problem.staffing.beds[0])} beds.",
        ),
        ("note", f"Compared: {head}, refusals and cost, with 95 % paired bootstrap intervals over whole weeks."),
    ]
    page = write_page(options.output / "report.html", "Beds and nurses for a trust", options.data.name, said, sections)
    print_table(found)
    tell(f"report: {page}")


def parsed() -> argparse.Namespace:
    about = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    about.add_argument(
        "--data", type=Path, default=HERE / "demand.csv", help="admissions: arrival, departure, specialty"
    )
    about.add_argument("--output", type=Path, default=Path("out-trust"), help="folder for the report and the ward file")
    about.add_argument("--weeks", type=int, default=5, help="held-out weeks")
    about.add_argument("--scenarios", type=int, default=30, help="scenarios of each week")
    about.add_argument("--seconds", type=float, default=60.0, help="at most, for each two-stage plan (1 %% gap)")
    about.add_argument("--roster-seconds", type=float, default=20.0, help="for the nurses' roster; 0 leaves it out")
    about.add_argument("--seed", type=int, default=1)
    return about.parse_args()


def rostered(
    week: Week, options: argparse.Namespace
) -> tuple[str, optimise.RosterProblem, optimise.Result[optimise.Roster]]:
    """The nurses' roster of the ward with most beds, from the beds that the two-stage plan opens."""
    plan = week.plans["two-stage"]
    ward = week.problem.wards.ids[int(plan.opened.sum(1).argmax())]
    document = ward_document(week.problem, plan, ward)
    file = write_text(options.output / "ward.json", json.dumps(document, indent=1))
    problem = optimise.read_ward(file)
    return (
        ward,
        problem,
        optimise.solve(problem, limits=optimise.Limits(seconds=options.roster_seconds), seed=options.seed),
    )


def plan_sections(found: ForecastStudy, week: Week) -> list[Section]:
    made = week.forecast
    bands = {level: table for level, table in quantile_table(made)["occupancy"].items() if level >= 0}
    versus = found.versus
    chosen = [versus.measures.index(m) for m in SHOWN]
    names = versus.names
    return [
        Section(
            "Which model forecasts best?",
            "Before the first held-out week.",
            SCORE_HEAD,
            tuple(score_rows(found.backtests)),
        ),
        Section("Are the distributions right?", png=pictures.reliability(found.backtests)),
        Section(
            "Beds that will be in use, last week",
            "Median; bands of 50, 80 and 90 %.",
            png=pictures.fans(made.times(), made.groups, bands, "beds in use"),
        ),
        Section(
            "Scenarios",
            f"400 courses drawn, {week.problem.scenarios.count} kept by forward selection; Wasserstein distance "
            f"{week.reduction.error:.1f} beds ({100 * week.reduction.relative:.0f} % of that of one scenario).",
        ),
        *capacity_sections(week.problem, week.plans["two-stage"]),
        Section(
            "What the plans did with what came",
            "Means a week; in brackets the difference to the first plan with its 95 % interval.",
            ("", *names),
            tuple(versus.rows()),
            pictures.bars(
                names,
                [MEASURES[m] for m in SHOWN],
                versus.mean[:, chosen],
                versus.low[:, chosen],
                versus.high[:, chosen],
            ),
        ),
    ]


def roster_section(ward: str, problem: optimise.RosterProblem, result: optimise.Result[optimise.Roster]) -> Section:
    bound = result.bounds.dual
    text = f"Nurses by open beds: 1 to 8 by day, 1 to 10 by night. Cost {result.cost:g}, proven at least {bound:g}."
    head = ("", *(problem.horizon.label(d) for d in range(problem.horizon.days)))
    cells = [] if result.plan is None else problem.table(result.plan)
    rows = tuple((person.id, *row) for person, row in zip(problem.employees, cells, strict=False))
    return Section(f"Roster of {ward}", text, head, rows)


def real_sections(tell: Callable[[str], None]) -> list[Section]:
    """Forecasts of real files, where the environment says where they are."""
    folder = Path(os.environ.get("WARDWISE_DATA", "")) / "demand"
    if not os.environ.get("WARDWISE_DATA") or not folder.is_dir():
        tell("no real files (WARDWISE_DATA is not set): their part is left out")
        return []
    made: list[Section] = []
    files: tuple[tuple[str, Period, int, Columns, str], ...] = (
        ("uihc_ed_hourly_arrivals.csv", "hour", 168, Columns(), "US"),
        (
            "england_trust_daily_discharges_5trusts.csv",
            "day",
            7,
            Columns(group="nhs_trust22_code", count="discharged_total"),
            "GB-ENG",
        ),
    )
    for name, period, horizon, columns, region in files:
        data = read_demand(folder / name, period=period, columns=columns)
        models = usual_models(region, ("seasonal-naive", "climatology", "count-regression"))
        found, results = forecast(data, horizon, models=models, region=region, origins=12)
        tell(f"{name}: {found.model} forecasts best")
        rows = tuple(score_rows(results))
        made.append(
            Section(f"Real data: {name}", " ".join(data.notes), SCORE_HEAD, rows, pictures.reliability(results))
        )
    return made


def print_table(found: ForecastStudy) -> None:
    names = found.versus.names
    print(f"\n{'a week':22}" + "".join(f"{name:>36}" for name in names))
    for row in found.versus.rows():
        print(f"{row[0]:22}" + "".join(f"{cell:>36}" for cell in row[1:]))


if __name__ == "__main__":
    sys.exit(main())
