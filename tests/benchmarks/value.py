"""Value of planning under uncertainty: plans replayed on held-out weeks, at equal beds.

    python -m tests.benchmarks.value [--trusts 1-10] [--file value.jsonl] [--csv value.csv]

Settings, written down on 22 November 2026 before the first run with them and the same for every trust:

* Trusts: made-up admissions of ``optimise.demand.synthetic`` with seeds 1, 2, 3, ...; 110 beds on average, 40 weeks
  from 1 September 2025; the six wards, and one elective request a working day for general surgery and for trauma, of
  examples/trust.py; sized to 95 % occupancy by the weeks before the held-out ones; prices of ``TrustPrices``.
* Held out: the last 4 weeks of each trust, each planned from what was known on its Monday; 7 days of 24 hours.
* Forecast by ``count-regression``; 400 courses drawn, reduced to 30; placements of 6 hours.
* Plans: ``two-stage`` (Benders to a gap of 1 %, 60 iterations at most), ``deterministic`` (the same model for mean
  demand, HiGHS to 0.5 % or 50 nodes), ``today`` (the fixed bed base) and ``same electives`` (beds of the two-stage
  plan, electives accepted by the deterministic one: what is left when refusals are taken out). All open the same
  total of staffed beds every day (``same_beds``) and meet the same patients (common random numbers).
* Measures a day; differences to ``two-stage`` with 95 % intervals of a paired percentile bootstrap over trusts (the
  weeks of a trust hang together), 10000 draws, seed 1.
* Said to hold if the intervals for patients outlying and for electives cancelled both lie above 0.

Trusts are done in order and kept in ``--file`` as they come; a run that is cut short or repeated goes on from there, so
that the number of trusts depends on the time there is and not on what they show. The error of the forecast (mean beds
in use of the scenarios less those that came) is shown with its standard error.
"""

from __future__ import annotations

import argparse
import datetime
import json
import math
import tempfile
import time
from pathlib import Path
from typing import Any

import numpy as np

import optimise
from optimise.capacity.model.capacity_values import mean_plan
from optimise.capacity.problem import CapacityPlan, CapacityProblem
from optimise.demand import synthetic
from optimise.demand.forecast import usual_models
from optimise.demand.reading import read_demand
from optimise.demand.replay import MEASURES
from optimise.demand.study import Week, study
from optimise.demand.trust import Trust
from tests.benchmarks.report import machine, markdown, write_csv

START, WEEKS, HELD_OUT = datetime.date(2025, 9, 1), 40, 4


def trust(seed: int) -> list[dict[str, Any]]:
    """One row a held-out week: what each plan did with it."""
    with tempfile.TemporaryDirectory() as folder:
        file = synthetic.write(Path(folder) / "demand.csv", beds=110, weeks=WEEKS, seed=seed, start=START)
        end = datetime.datetime.combine(START, datetime.time()) + datetime.timedelta(weeks=WEEKS)
        data = read_demand(file, period="hour", zone="Europe/London", until=end)
    made: dict[int, dict[str, CapacityPlan]] = {}

    def two_stage(problem: CapacityProblem) -> CapacityPlan:
        limits = optimise.Limits(seconds=math.inf, iterations=60, gap=0.01)
        found = optimise.solve(problem, "benders", limits=limits, seed=seed, options={"values": False}).plan
        made[id(problem)] = {"two-stage": found, "deterministic": mean_plan(problem, seconds=math.inf)}
        return found

    def same_electives(problem: CapacityProblem) -> CapacityPlan:
        ours, theirs = made[id(problem)].values()
        return CapacityPlan(ours.opened, ours.bank, theirs.accepted, ours.lent)

    found = study(
        data,
        lambda past: Trust.from_demand(f"trust {seed}", past, synthetic.WARDS, electives=synthetic.ELECTIVES, step=6),
        {
            "two-stage": two_stage,
            "deterministic": lambda problem: made[id(problem)]["deterministic"],
            "same electives": same_electives,
        },
        weeks=HELD_OUT,
        models=usual_models("GB-ENG", ("count-regression",)),
        scenarios=30,
        sample=400,
        seed=seed,
    )
    occupancy = data.stays.occupancy(len(data.groups)).sum(axis=1) if data.stays else np.zeros(data.length)
    return [_row(seed, week, occupancy, (week.forecast.start - data.start)) for week in found.weeks]


def _row(seed: int, week: Week, occupancy: Any, since: datetime.timedelta) -> dict[str, Any]:
    first = round(since / datetime.timedelta(hours=1))
    p = week.problem.scenarios.probabilities
    expected = np.einsum("s,sgt->t", p, week.problem.need)
    error = expected - occupancy[first : first + len(expected)]
    measures = {name: one.measures().tolist() for name, one in week.outcomes.items()}
    beds = {name: plan.opened.sum(axis=0).tolist() for name, plan in week.plans.items()}
    assert len({tuple(b) for b in beds.values()}) == 1, "plans must open equal beds"
    return {
        "trust": seed,
        "week": f"{week.forecast.start:%Y-%m-%d}",
        "error": float(error.mean()),
        "measures": measures,
    }


def table(rows: list[dict[str, Any]], draws: int = 10_000) -> list[dict[str, Any]]:
    """Means a day and differences to the two-stage plan, resampled by trust."""
    names, measures = list(rows[0]["measures"]), [*MEASURES]
    trusts = sorted({row["trust"] for row in rows})
    values = np.array(
        [np.mean([[row["measures"][n] for n in names] for row in rows if row["trust"] == t], axis=0) for t in trusts]
    )  # (trusts, plans, measures)
    per_day = np.array([1.0 if m == "occupancy" else 7.0 for m in measures])
    values = values / per_day
    picks = np.random.default_rng(1).integers(len(trusts), size=(draws, len(trusts)))
    made = []
    for m, measure in enumerate(measures):
        row: dict[str, Any] = {"a day": MEASURES[measure], "two-stage": f"{values[:, 0, m].mean():.3f}"}
        for k, name in enumerate(names[1:], 1):
            change = values[:, k, m] - values[:, 0, m]
            low, high = np.quantile(change[picks].mean(axis=1), (0.025, 0.975))
            row[name] = f"{values[:, k, m].mean():.3f} ({change.mean():+.3f}, {low:+.3f} to {high:+.3f})"
        made.append(row)
    return made


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--trusts", default="1-10")
    parser.add_argument("--file", type=Path, default=Path("value.jsonl"))
    parser.add_argument("--csv", type=Path)
    options = parser.parse_args()
    first, last = (int(part) for part in options.trusts.split("-"))
    rows = [json.loads(line) for line in options.file.read_text().splitlines()] if options.file.exists() else []
    for seed in range(first, last + 1):
        if any(row["trust"] == seed for row in rows):
            continue
        began = time.process_time()
        new = trust(seed)
        rows += new
        with options.file.open("a", encoding="utf-8") as stream:
            stream.writelines(json.dumps(row) + "\n" for row in new)
        print(f"trust {seed}: {time.process_time() - began:.0f} s of processor time", flush=True)
    made = table(rows)
    errors = np.array(
        [np.mean([r["error"] for r in rows if r["trust"] == t]) for t in sorted({r["trust"] for r in rows})]
    )
    print(f"\n{machine()}\n{len(errors)} trusts, {len(rows)} held-out weeks\n{markdown(made)}")
    spread = errors.std(ddof=1) / np.sqrt(len(errors)) if len(errors) > 1 else float("nan")
    print(f"forecast beds in use less those that came: {errors.mean():+.2f}, standard error {spread:.2f}")
    if options.csv:
        write_csv(made, options.csv)


if __name__ == "__main__":
    main()
