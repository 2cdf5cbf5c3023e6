"""Thousands of random small wards and hospitals: ``auto`` beside HiGHS.

    python -m tests.benchmarks.properties --wards 5000 --hospitals 1000 --seconds 5
    python -m tests.benchmarks.properties --replay ward:17 hospital:203

Each case is named by its kind and seed. What must hold is said in :mod:`optimise.testing.agreement`. Rows are kept in
the output file as they are found, so that a study can be stopped and continued; the summary names every failing seed.
"""

from __future__ import annotations

import argparse
import csv
import math
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from pathlib import Path
from random import Random
from typing import Any

from optimise.testing.agreement import compare_with_highs
from optimise.testing.random_hospitals import random_beds, random_hospital
from optimise.testing.random_wards import random_ward

FIELDS = ("case", "highs", "highs_stop", "auto", "auto_stop", "bound", "highs_s", "auto_s", "faults")


def ward(random: Random) -> Any:
    """A random ward as a problem."""
    return random_ward(random).problem()


MAKERS: dict[str, Callable[[Random], Any]] = {"ward": ward, "hospital": random_hospital, "beds": random_beds}


def make(case: str) -> Any:
    """The problem of a case such as ``ward:17``."""
    kind, _, seed = case.partition(":")
    return MAKERS[kind](Random(f"{kind} {seed}"))


def row_of(case: str, seconds: float, patience: float = math.inf) -> dict[str, Any]:
    """One finished row; an error in making the problem is a fault too."""
    try:
        problem = make(case)
    except Exception as error:
        return {"case": case, "faults": f"not made: {error}"}
    done = compare_with_highs(problem, seconds=seconds, patience=patience)
    made: dict[str, Any] = {"case": case, "faults": "; ".join(done.faults)}
    for name, result, spent in (("highs", done.highs, done.seconds[0]), ("auto", done.found, done.seconds[1])):
        made[f"{name}_s"] = round(spent, 3)
        if result is not None:
            made[name], made[f"{name}_stop"] = result.cost, str(result.stop)
    made["bound"] = "" if done.found is None else done.found.bounds.dual
    return made


def cases(wards: int, hospitals: int, first: int) -> Iterator[str]:
    """Names of the cases; every third hospital is a bed plan with fixed stays."""
    yield from (f"ward:{i}" for i in range(first, first + wards))
    yield from (f"{'beds' if i % 3 == 2 else 'hospital'}:{i}" for i in range(first, first + hospitals))


def summary(rows: Sequence[dict[str, Any]]) -> str:
    """Counts, seconds and every failing case."""
    lines: list[str] = []
    for kind in MAKERS:
        mine = [r for r in rows if r["case"].startswith(kind + ":")]
        if mine:
            stops = Counter(str(r.get("auto_stop", "error")) for r in mine)
            spent = [sum(float(r.get(f"{m}_s") or 0) for r in mine) for m in ("highs", "auto")]
            bad = [r for r in mine if r["faults"]]
            told = ", ".join(f"{n} {stop}" for stop, n in sorted(stops.items()))
            lines.append(f"{kind}: {len(mine)} cases ({told}); HiGHS {spent[0]:.0f} s, auto {spent[1]:.0f} s")
            lines.append(f"{kind}: {len(bad)} at fault")
    lines += [f"  {r['case']}: {r['faults']}" for r in rows if r["faults"]]
    return "\n".join(lines)


def main(given: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--wards", type=int, default=0)
    parser.add_argument("--hospitals", type=int, default=0, help="a third of them bed plans with fixed stays")
    parser.add_argument("--first", type=int, default=0, help="first seed")
    parser.add_argument("--seconds", type=float, default=5.0, help="limit of each method on each case")
    parser.add_argument("--patience", type=float, default=math.inf, help="seconds for the proof of a plan like HiGHS'")
    parser.add_argument("--jobs", type=int, default=1, help="processes")
    parser.add_argument("--output", type=Path, default=Path("properties.csv"), help="kept rows; continued if there")
    parser.add_argument("--replay", nargs="*", metavar="CASE", help="run these again and keep nothing")
    chosen = parser.parse_args(given)
    began = time.perf_counter()
    if chosen.replay is not None:
        rows = [row_of(case, chosen.seconds, chosen.patience) for case in chosen.replay]
        print(summary(rows))
        return int(any(r["faults"] for r in rows))
    wanted = list(cases(chosen.wards, chosen.hospitals, chosen.first))
    kept = _kept(chosen.output)
    rows = _run([c for c in wanted if c not in kept], chosen)
    print(summary([kept[c] for c in wanted if c in kept] + rows))
    print(f"{len(rows)} cases in {time.perf_counter() - began:.0f} s of wall clock, {chosen.jobs} processes")
    return int(any(r["faults"] for r in [*rows, *(kept[c] for c in wanted if c in kept)]))


def _kept(path: Path) -> dict[str, dict[str, Any]]:
    if not path.exists():
        return {}
    with path.open(newline="") as file:
        return {row["case"]: dict(row) for row in csv.DictReader(file)}


def _run(cases: list[str], chosen: argparse.Namespace) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = []
    new = not chosen.output.exists()
    one = partial(row_of, seconds=chosen.seconds, patience=chosen.patience)
    with chosen.output.open("a", newline="") as file:
        writer = csv.DictWriter(file, FIELDS)
        if new:
            writer.writeheader()
        if chosen.jobs > 1:
            with ProcessPoolExecutor(chosen.jobs) as pool:
                made: Iterator[dict[str, Any]] = pool.map(one, cases)
                rows = [_written(writer, file, row) for row in made]
        else:
            rows = [_written(writer, file, row) for row in map(one, cases)]
    return rows


def _written(writer: csv.DictWriter[str], file: Any, row: dict[str, Any]) -> dict[str, Any]:
    writer.writerow(row)
    file.flush()
    if row["faults"]:
        print(f"{row['case']}: {row['faults']}", flush=True)
    return row


if __name__ == "__main__":
    raise SystemExit(main())
