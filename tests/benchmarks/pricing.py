"""Exact pricing against a labelling algorithm in plain Python, on real prices of one instance.

    python -m tests.benchmarks.pricing [--instance curtois/instances/Instance12.txt] [--people 5] [--rounds 3]

The peer is a forward labelling over (automaton state, counter totals) with a dictionary per day and dominance between
labels of equal state and totals. It is made easier than our task: counters that our kernel keeps lazy are left out,
and alike duties are merged before the clock starts. So its value is a lower bound of ours, and the same where no lazy
counter binds. Prices are the duals of a few rounds of column generation, not random numbers. CPU seconds.
"""

from __future__ import annotations

import argparse
import math
import os
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from hpc.column_generation.ascent import ascend
from hpc.column_generation.generation import LocalPricing
from hpc.column_generation.subproblem import Subproblem
from optimise.formats.base import read
from optimise.roster.kernels import Pricer
from optimise.roster.kernels.cover import CoverRows
from optimise.roster.kernels.table import class_costs

ROOT = Path(__file__).resolve().parents[2]
DATA = Path(os.environ.get("WARDWISE_DATA", ROOT.parent / "shared" / "benchmarks"))


def labelling(block: Any, kind_cost: list[list[float]], representative: list[int]) -> float:
    """Least cost of one person's roster; lazy counters are ignored."""
    automaton, counts = block.automaton, [block.counts[k] for k in block.active]
    labels: dict[tuple[int, tuple[int, ...]], float] = {(0, (0,) * len(counts)): 0.0}
    for day, layer in enumerate(automaton.layers):
        after: dict[tuple[int, tuple[int, ...]], float] = {}
        arcs = []
        for kind, duty in enumerate(representative):
            letter = int(automaton.letter[duty])
            arcs.append((kind_cost[day][kind], letter, duty))
        for (state, totals), cost in labels.items():
            for price, letter, duty in arcs:
                nxt = int(layer.next[state, letter])
                if nxt < 0 or price == math.inf:
                    continue
                value = cost + price + float(layer.cost[state, letter])
                moved = []
                for count, total in zip(counts, totals, strict=True):
                    if count.values is not None:
                        total += int(count.values[day, duty])
                    else:
                        total += int(layer.hits[state, letter, count.calendar])
                    if total > count.cap:
                        value += count.past_price * (total - count.cap)
                        total = count.cap
                    moved.append(total)
                if value < math.inf:
                    key = (nxt, tuple(moved))
                    if value < after.get(key, math.inf):
                        after[key] = value
        labels = after
    ends = [count.end_costs() for count in counts]
    return min(
        (cost + sum(float(e[t]) for e, t in zip(ends, totals, strict=True)) for (_, totals), cost in labels.items()),
        default=math.inf,
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--instance", default="curtois/instances/Instance12.txt")
    parser.add_argument("--people", type=int, default=5)
    parser.add_argument("--rounds", type=int, default=3)
    options = parser.parse_args()
    compiled = read(str(DATA / options.instance)).compiled
    pricer, cover = Pricer(compiled), CoverRows(compiled)
    people = list(range(compiled.employees))
    made = ascend(
        replace(Subproblem.whole(cover), cost=1e4),
        LocalPricing(pricer, cover),
        start=np.zeros(cover.lines),
        iterations=30,
        keep=30,
    )
    prices = cover.prices(made.duals)
    step = max(1, len(people) // options.people)
    ours = theirs = 0.0
    same = 0
    chosen = people[::step][: options.people]
    for e in chosen:
        mine = prices[cover.kind[e]]
        pricer.price(e, mine)  # tables and compiled code stand ready
        began = time.process_time()
        for _ in range(100 * options.rounds):
            found = pricer.price(e, mine)
        ours += (time.process_time() - began) / (100 * options.rounds)
        block = pricer.block(e)
        cost = np.where(block.allowed, pricer.unit[e] + mine, np.inf)
        _, _, kind_cost = class_costs(cost, block.duty_fine, block.fine_of, block.fines, block.kinds)
        representative = [int(np.flatnonzero(block.duty_kind == k)[0]) for k in range(block.kinds)]
        table = kind_cost.tolist()
        began = time.process_time()
        for _ in range(options.rounds):
            value = labelling(block, table, representative)
        theirs += (time.process_time() - began) / options.rounds
        assert value <= found.values[0] + 1e-9, "the peer's relaxation must not be dearer"
        same += abs(value - found.values[0]) < 1e-9
    count = len(chosen)
    print(f"{options.instance}: {count} people, {compiled.days} days, {compiled.alphabet} duties")
    print(f"plain Python labelling {1e3 * theirs / count:9.2f} ms per person")
    print(f"our exact pricing      {1e3 * ours / count:9.2f} ms per person ({same} of {count} values equal)")
    print(f"ratio                  {theirs / ours:9.1f}")


if __name__ == "__main__":
    main()
