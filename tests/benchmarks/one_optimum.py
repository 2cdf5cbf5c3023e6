"""Random small wards with the newer rules: whether ``highs`` and ``column-generation`` prove the same optimum.

    python -m tests.benchmarks.one_optimum --wards 200 --out rows.csv

A ward is named by its seed; every third one has two wards with float staff, the others are long enough for a fortnight
and say its rest. Rows are kept as they are found, so a study can be stopped and continued.
"""

from __future__ import annotations

import argparse
import csv
import sys
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from random import Random

from optimise import Limits, solve
from optimise.core.result import Result, Stop
from optimise.roster.formats.ward import Ward
from optimise.testing.random_hours import random_hours_ward
from optimise.testing.random_units import random_units

__all__ = ["COLUMNS", "main", "rows", "ward"]

COLUMNS = ("seed", "people", "days", "highs", "highs_stop", "column_generation", "column_generation_stop", "verdict")
PROVEN = (Stop.OPTIMAL, Stop.INFEASIBLE)


def ward(seed: int) -> Ward:
    """The ward of a seed.

    Parameters
    ----------
    seed : int

    Returns
    -------
    Ward
    """
    random = Random(f"one optimum {seed}")
    if seed % 3 == 2:
        return random_units(random, most_people=3, most_days=9)
    data = random_hours_ward(random, most_people=3, most_days=9).data()
    data.pop("weeks", None)
    data["days"] = random.randint(14, 17)
    rest = {"limit": random.choice((24, 30, 48)), "fortnightly": True, "rolling": random.random() < 0.3}
    price = {"hard": True} if random.random() < 0.5 else {"weight": random.choice((1, 5, 20))}
    data.setdefault("rules", {})["weekly_rest"] = {**rest, **price}
    return Ward.model_validate(data)


def verdict(exact: Result, priced: Result) -> str:
    """What two results say of each other.

    Parameters
    ----------
    exact, priced : Result

    Returns
    -------
    str
        ``same``, ``open`` where one is not proven, ``differ``.
    """
    for one, other in ((exact, priced), (priced, exact)):
        if other.feasible and one.bounds.dual > other.cost + 1e-6 * max(1.0, abs(other.cost)):
            return "differ"
        if one.stop is Stop.INFEASIBLE and other.feasible:
            return "differ"
    if exact.stop not in PROVEN or priced.stop not in PROVEN:
        return "open"
    agree = exact.stop == priced.stop and (not exact.feasible or abs(exact.cost - priced.cost) <= 1e-6)
    return "same" if agree else "differ"


def rows(seeds: Iterable[int], seconds: float) -> Iterator[tuple[object, ...]]:
    """Solve wards by both methods.

    Parameters
    ----------
    seeds : iterable of int
    seconds : float
        Limit of each solve.

    Yields
    ------
    tuple
        As :data:`COLUMNS`.
    """
    for seed in seeds:
        problem = ward(seed).problem()
        exact, priced = (
            solve(problem, method, limits=Limits(seconds=seconds)) for method in ("highs", "column-generation")
        )
        people, days, _ = problem.shape
        told = (exact.cost, str(exact.stop), priced.cost, str(priced.stop), verdict(exact, priced))
        yield (seed, people, days, *told)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the study; 1 where two proven optima differ.

    Parameters
    ----------
    arguments : sequence of str, optional

    Returns
    -------
    int
    """
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--wards", type=int, default=200)
    parser.add_argument("--seconds", type=float, default=30.0)
    parser.add_argument("--out", type=Path, default=Path("one_optimum.csv"))
    given = parser.parse_args(arguments)
    kept = {row["seed"]: row["verdict"] for row in csv.DictReader(given.out.open())} if given.out.exists() else {}
    with given.out.open("a", newline="") as file:
        writer = csv.writer(file)
        if not kept:
            writer.writerow(COLUMNS)
        for row in rows((seed for seed in range(given.wards) if str(seed) not in kept), given.seconds):
            writer.writerow(row)
            file.flush()
            kept[str(row[0])] = str(row[-1])
    found = list(kept.values())
    sys.stdout.write(f"{len(found)} wards: " + ", ".join(f"{found.count(w)} {w}" for w in ("same", "open", "differ")))
    sys.stdout.write("\n")
    return int("differ" in found)


if __name__ == "__main__":
    sys.exit(main())
