"""Forecasts of real hourly emergency arrivals against both baselines: last year held out, 1 to 168 hours ahead.

    python -m tests.benchmarks.forecast [--step 25] [--refit 91] [--output FILE.md]

Data: ``uihc_ed_hourly_arrivals.csv`` under WARDWISE_DATA (one US emergency department, 2013-2018). Every model
forecasts from the same origins, ``--step`` hours apart (25: each lead meets each hour of the day), and learns again
every ``--refit`` days from what lies before. Counts are discrete: the plain 80 % interval of a right forecast covers
more than 80 %; ``promised`` is what the forecasts themselves say it should cover, ``by PIT`` randomises its ends and
is to be 80 %.
"""

from __future__ import annotations

import argparse
import time
from pathlib import Path

import numpy as np

from optimise.demand.backtest import Backtest, backtest
from optimise.demand.forecast import usual_models
from optimise.demand.output import SCORE_HEAD, score_rows
from optimise.demand.reading import read_demand
from tests.conftest import benchmark_root

_HORIZON, _YEAR = 168, 365 * 24


def main() -> int:
    options = argparse.ArgumentParser(description="Forecast benchmark on real hourly arrivals.")
    options.add_argument("--step", type=int, default=25, help="hours between origins")
    options.add_argument("--refit", type=int, default=91, help="days after which models learn again")
    options.add_argument("--output", type=Path, help="write the table here too")
    chosen = options.parse_args()
    root = benchmark_root()
    if root is None:
        print("public benchmark files not found: set WARDWISE_DATA")
        return 1
    data = read_demand(root / "demand" / "uihc_ed_hourly_arrivals.csv", period="hour")
    origins = np.arange(data.length - _YEAR, data.length - _HORIZON + 1, chosen.step, dtype=np.int64)
    began = time.process_time()

    def tell(name: str) -> None:
        print(f"{time.process_time() - began:6.1f} s of processor time: {name}", flush=True)

    results = backtest(data, usual_models("US"), _HORIZON, origins, refit=24 * chosen.refit, tell=tell)
    lines = [
        f"{len(origins)} origins, {chosen.step} h apart, 1-{_HORIZON} h ahead, new fits every {chosen.refit} days",
        "",
        "| " + " | ".join(SCORE_HEAD) + " |",
        "|" + "---|" * len(SCORE_HEAD),
        *("| " + " | ".join(row) + " |" for row in score_rows(results)),
        "",
        *verdicts(results),
    ]
    print("\n".join(lines))
    if chosen.output:
        chosen.output.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return 0


def verdicts(results: list[Backtest]) -> list[str]:
    """The targets, each with its figure, held or not."""
    by_name = {result.model: result.scores() for result in results}
    naive, climate = by_name["seasonal-naive"], by_name["climatology"]
    learned = {name: s for name, s in by_name.items() if name not in ("seasonal-naive", "climatology")}
    name = min(learned, key=lambda key: learned[key].crps)
    best = learned[name]
    point = next(r for r in results if r.model == "seasonal-naive")
    last_week = float(np.abs(point.observed - _last_week(point)).mean())
    below = 1 - best.crps / naive.crps
    bare, climatic = 1 - best.crps / last_week, 1 - best.crps / climate.crps
    told = _held(below >= 0.25)
    return [
        f"- best: {name}",
        f"- CRPS {100 * below:.1f} % below seasonal-naive with spread ({naive.crps:.4f}): {told} (25 %)",
        f"- CRPS {100 * bare:.1f} % below its bare value ({last_week:.4f}): {_held(bare >= 0.25)} (25 %)",
        f"- CRPS {100 * climatic:.2f} % below hour-of-week climatology ({climate.crps:.4f}): {_held(climatic > 0)}",
        f"- 80 % by PIT covers {100 * best.coverage80:.1f} %: {_held(0.77 <= best.coverage80 <= 0.83)} (77-83 %)",
        f"- plain 80 % intervals of counts cover {100 * best.interval80:.1f} %, promised {100 * best.expected80:.1f} %",
    ]


def _held(yes: bool) -> str:
    return "held" if yes else "NOT held"


def _last_week(result: Backtest) -> np.ndarray[tuple[int, ...], np.dtype[np.int64]]:
    """What came a week before each target (always before the origin, since leads are at most a week)."""
    root = benchmark_root()
    assert root is not None
    data = read_demand(root / "demand" / "uihc_ed_hourly_arrivals.csv", period="hour")
    rows = result.origins[:, None] + np.arange(result.observed.shape[1]) - _HORIZON
    made: np.ndarray[tuple[int, ...], np.dtype[np.int64]] = data.counts[rows]
    return made


if __name__ == "__main__":
    raise SystemExit(main())
