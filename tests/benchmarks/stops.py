"""How soon a stop is heard: ``python -m tests.benchmarks.stops``.

Each method is stopped with ``finish`` after so many seconds of the processor since its start, the first half second
among them, and the processor's seconds from there to the return of the job are told. They are not those of the wall,
which a busy machine stretches. A short run of each goes first, so that kernels are compiled and loaded. With
``--where`` the place is told in which the solving thread is a quarter of a second after a stop.
"""

from __future__ import annotations

import argparse
import csv
import sys
import time
import traceback
from collections.abc import Callable
from pathlib import Path
from typing import Any

from optimise import Limits, submit
from optimise.generate import hospital, ward
from optimise.generate.capacity import capacity
from optimise.jobs import Job

FILE = Path(__file__).parent / "results" / "stops.csv"
#: Problems by name, small and of middle size, and the methods that are tried on them.
PROBLEMS: dict[str, tuple[Callable[[], Any], tuple[str, ...]]] = {
    "ward 12": (
        lambda: ward(12, days=14, seed=1).problem(),
        ("auto", "highs", "matheuristic", "column-generation", "parallel-search", "qaoa"),
    ),
    "ward 60": (
        lambda: ward(60, days=28, seed=1).problem(),
        ("auto", "highs", "matheuristic", "column-generation", "parallel-search", "qaoa"),
    ),
    "hospital 60": (
        lambda: hospital(60, days=14, seed=1),
        ("auto", "highs", "hospital", "matheuristic"),
    ),
    "hospital 300": (
        lambda: hospital(300, days=28, seed=1),
        ("auto", "highs", "hospital", "matheuristic"),
    ),
    "capacity 10": (lambda: capacity(10), ("auto", "highs", "benders", "progressive-hedging")),
    "capacity 100": (lambda: capacity(100), ("auto", "highs", "benders", "progressive-hedging")),
}
#: Seconds of the run that loads kernels.
_LOADS = 5.0
#: Seconds of the processor between the start and the stop.
AFTER = (0.0, 0.1, 0.25, 0.5, 1.0, 2.0, 4.0, 8.0)


def late(problem: Any, method: str, after: float, *, where: bool = False, seconds: float = 600.0) -> float | None:
    """Seconds of the processor from a stop to the return.

    Parameters
    ----------
    problem : Problem
    method : str
    after : float
        Seconds of the processor from the start to the stop.
    where : bool
        Print where the solving thread is a quarter of a second later.
    seconds : float
        Limit of the run.

    Returns
    -------
    float or None
        None where the run ended by itself before.
    """
    began = time.process_time()
    job: Job[Any] = submit(problem, method, limits=Limits(seconds=seconds))
    while time.process_time() - began < after:
        if job.done:
            return None
        time.sleep(0.002)
    asked = time.process_time()
    job.finish()
    shown = not where
    while not job.done:
        time.sleep(0.002)
        if not shown and time.process_time() - asked > 0.25:
            shown = True
            ident = job._thread.ident
            frame = None if ident is None else sys._current_frames().get(ident)
            if frame is not None:
                print("".join(traceback.format_stack(frame)[-7:]), file=sys.stderr)
    took = time.process_time() - asked
    job.result()
    return took


def main() -> None:
    """Measure and print, and write the table where all was measured."""
    ask = argparse.ArgumentParser(description=__doc__)
    ask.add_argument("--problem", choices=list(PROBLEMS), action="append")
    ask.add_argument("--method", action="append")
    ask.add_argument("--after", type=float, action="append")
    ask.add_argument("--where", action="store_true", help="tell where a late run is")
    asked = ask.parse_args()
    rows = []
    for name in asked.problem or PROBLEMS:
        make, methods = PROBLEMS[name]
        problem = make()
        for method in asked.method or methods:
            if method not in methods:
                continue
            submit(problem, method, limits=Limits(seconds=_LOADS)).result()
            took = [late(problem, method, after, where=asked.where) for after in asked.after or AFTER]
            rows.append([name, method, *("" if t is None else f"{t:.2f}" for t in took)])
            print(*rows[-1], sep=",", flush=True)
    if not (asked.problem or asked.method or asked.after):
        with FILE.open("w", encoding="utf-8", newline="") as lines:
            csv.writer(lines).writerows([["problem", "method", *(f"{a:g}" for a in AFTER)], *rows])


if __name__ == "__main__":
    main()
