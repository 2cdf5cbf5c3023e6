"""Thousands of random hospitals and disturbances: the repair beside a plain first fit.

    python -m tests.benchmarks.repair --cases 2000
    python -m tests.benchmarks.repair --first 17 --cases 1

Names every case in which a first fit of the earlier plan finds a plan for all who must come and the repair does not,
and prints how many people each changes and the processor seconds of the repair.
"""

from __future__ import annotations

import argparse
import time
from random import Random

import numpy as np

from optimise.hospital.repair import left_out
from optimise.replan import replanning
from optimise.testing.disturbances import disturbed, first_fit


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--cases", type=int, default=1000)
    parser.add_argument("--first", type=int, default=0)
    given = parser.parse_args()
    both = ours = theirs = 0
    missing, changes, seconds = [], [], []
    for case in range(given.first, given.first + given.cases):
        random = Random(f"repair {case}")
        today, previous, _ = disturbed(random, random.randint(8, 80))
        began = time.process_time()
        task = replanning(today, previous)
        seconds.append(time.process_time() - began)
        plain = first_fit(task.problem, previous.plan)
        found = plain is not None and task.problem.evaluate(plain).feasible
        good = task.start is not None and not left_out(task.problem, task.start)
        ours, theirs, both = ours + good, theirs + found, both + (good and found)
        if found and not good:
            missing.append(case)
        if good and plain is not None and found:
            changes.append((len(task.problem.earlier.changed(task.start)), len(task.problem.earlier.changed(plain))))
    print(f"{given.cases} cases: repair {ours}, first fit {theirs}, both {both}")
    if changes:
        mine, plainly = np.array(changes).mean(axis=0)
        print(f"people changed or new: {mine:.1f} by repair, {plainly:.1f} by first fit")
    print(f"processor seconds of a repair: mean {np.mean(seconds):.3f}, most {max(seconds):.2f}")
    print("missing:", *missing or ("none",))


if __name__ == "__main__":
    main()
