"""What one number of a method's tuning does: ``python -m tests.benchmarks.sweep METHOD FIELD VALUES INSTANCE...``.

For example ``python -m tests.benchmarks.sweep column-generation tuning.root.near 0.02,0.05 ward.json -t 60 -s 0,1``.
Prints a CSV: one line for each value, instance and seed, with cost, bound, gap, why it stopped and processor seconds.
"""

from __future__ import annotations

import argparse
import csv
import json
import sys
import time
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any, TextIO

from optimise import read, solve
from optimise.core.errors import InputError
from optimise.core.method import Limits, get_method
from optimise.core.options import check_options

__all__ = ["COLUMNS", "main", "sweep"]

COLUMNS = ("method", "field", "value", "instance", "seed", "cost", "bound", "gap", "stop", "cpu_seconds")


def sweep(
    method: str, field: str, values: Sequence[Any], instances: Iterable[Path], limits: Limits, seeds: Sequence[int]
) -> Iterator[dict[str, Any]]:
    """Solve every instance with every value and seed.

    Raises
    ------
    InputError
        Before the first solve, if the method has no such field or a value is out of its range.
    """
    problems = {file: read(file) for file in instances}
    for problem in problems.values():
        for value in values:
            check_options(get_method(method), problem, {field: value})
    for file, problem in problems.items():
        for value in values:
            for seed in seeds:
                began = time.process_time()
                found = solve(problem, method, limits=limits, seed=seed, options={field: value})
                spent = round(time.process_time() - began, 2)
                told = (method, field, value, file.name, seed, found.cost, found.bounds.dual, found.bounds.gap)
                yield dict(zip(COLUMNS, (*told, str(found.stop), spent), strict=True))


def main(arguments: Sequence[str] | None = None, out: TextIO = sys.stdout) -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("method")
    parser.add_argument("field", help="as 'wardwise methods METHOD' lists it, for example tuning.root.near")
    parser.add_argument("values", help="comma-separated")
    parser.add_argument("instances", nargs="+", type=Path)
    parser.add_argument("-t", "--seconds", type=float, default=60.0)
    parser.add_argument("-n", "--iterations", type=int, default=None, help="work limit")
    parser.add_argument("-s", "--seeds", default="0", help="comma-separated")
    asked = parser.parse_args(arguments)
    limits = Limits(seconds=asked.seconds, iterations=asked.iterations)
    values, seeds = [_value(text) for text in asked.values.split(",")], [int(s) for s in asked.seeds.split(",")]
    writer = csv.DictWriter(out, COLUMNS, lineterminator="\n")
    writer.writeheader()
    try:
        for row in sweep(asked.method, asked.field, values, asked.instances, limits, seeds):
            writer.writerow(row)
            out.flush()
    except InputError as error:
        print(f"error: {error}", file=sys.stderr)
        return 2
    return 0


def _value(text: str) -> Any:
    try:
        return json.loads(text)
    except ValueError:
        return text


if __name__ == "__main__":
    sys.exit(main())
