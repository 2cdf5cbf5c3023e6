"""Exact optimum of a tiny rostering problem by listing everything: the oracle of tests.

Every word of duties is weighed for each person alone with the evaluator's own matching and totals. People are then
joined one after another; two partial rosters that give all cover lines the same values are the same for whoever comes
next, so only the cheaper one is kept. No model, solver or bound takes part.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from itertools import product

import numpy as np
from numpy.typing import NDArray

from optimise.roster.evaluate import matches, totals
from optimise.roster.problem import Roster, RosterProblem

__all__ = ["Optimum", "brute"]

#: Most partial rosters times words that are held at once.
MOST = 4_000_000

Duties = NDArray[np.int16]
Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class Optimum:
    """Cheapest plan: ``cost`` is infinite and ``plan`` None when there is none."""

    cost: float
    plan: Roster | None

    @property
    def feasible(self) -> bool:
        return self.plan is not None


def brute(problem: RosterProblem) -> Optimum:
    """Cheapest roster of a tiny problem.

    Parameters
    ----------
    problem : RosterProblem
        Small enough that every roster can be listed.

    Returns
    -------
    Optimum
        The least cost and a roster that has it.

    Raises
    ------
    ValueError
        If the problem is too large to list.
    """
    people, days, alphabet = problem.shape
    if alphabet**days > 50_000:
        raise ValueError(f"too large to list: {alphabet}^{days} words a person")
    words = np.array(list(product(range(alphabet), repeat=days)), dtype=np.int16)
    values = np.zeros((1, len(problem.compiled.lines)))
    cost = np.zeros(1)
    steps: list[tuple[NDArray[np.int64], NDArray[np.int64]]] = []  # (partial roster before, word) of each one kept
    for e in range(people):
        price = _person_cost(problem, e, words)
        kept = np.flatnonzero(np.isfinite(price))
        if len(cost) * len(kept) > MOST:
            raise ValueError(f"too large to list: {len(cost)} partial rosters times {len(kept)} words")
        adds = _line_values(problem, e, words[kept])
        joined = (values[:, None, :] + adds[None, :, :]).reshape(len(cost) * len(kept), values.shape[1])
        total = (cost[:, None] + price[kept][None, :]).ravel()
        chosen = _cheapest_of_equal(joined, total)
        steps.append((chosen // max(1, len(kept)), kept[chosen % max(1, len(kept))]))
        values, cost = joined[chosen], total[chosen]
    final = cost + np.array([_lines_cost(problem, v) for v in values])
    if not len(final) or not np.isfinite(final.min()):
        return Optimum(math.inf, None)
    best = at = int(final.argmin())
    rows: list[Duties] = []
    for before, word in reversed(steps):
        rows.append(words[word[at]])
        at = int(before[at])
    return Optimum(float(final[best]), Roster(np.array(rows[::-1])))


def _person_cost(problem: RosterProblem, person: int, words: Duties) -> Floats:
    """Soft cost of each word for one person, infinite where a hard rule breaks.

    The words stand as the rows of one tall roster in which every row plays this person.
    """
    compiled, count = problem.compiled, len(words)
    rows = np.arange(count, dtype=np.int32)
    out = np.zeros(count)
    for pattern in compiled.patterns:
        starts = pattern.starts[pattern.employees == person]
        if not len(starts) or not pattern.amount:
            continue
        everywhere = replace(pattern, employees=np.repeat(rows, len(starts)), starts=np.tile(starts, count))
        hits = matches(everywhere, words, compiled.alphabet).reshape(count, -1).sum(axis=1)
        out[hits > 0] += pattern.weight * pattern.amount * hits[hits > 0]
    for counter in compiled.counters:
        for i in np.flatnonzero(counter.employees == person).tolist():
            low, up, before = (np.repeat(v[i], count) for v in (counter.lower, counter.upper, counter.offset))
            total = totals(
                replace(counter, employees=rows, lower=low, upper=up, offset=before), words, compiled.alphabet
            )
            for missing, weight in ((low - total, counter.weight_lower), (total - up, counter.weight_upper)):
                out[missing > 0] += weight * missing[missing > 0]
    return out


def _line_values(problem: RosterProblem, person: int, words: Duties) -> Floats:
    """What each word of one person adds to every cover line, shape (words, lines)."""
    out = np.zeros((len(words), len(problem.compiled.lines)))
    for i, line in enumerate(problem.compiled.lines):
        for term in line.terms:
            if term.employees is None or person in term.employees:
                inside = np.array([term.mask >> a & 1 for a in range(problem.shape[2])], dtype=np.bool_)
                # someone listed twice is counted once, as the evaluator does
                out[:, i] += term.coefficient * inside[words[:, term.day]]
    return out


def _lines_cost(problem: RosterProblem, values: Floats) -> float:
    total = 0.0
    for line, value in zip(problem.compiled.lines, values.tolist(), strict=True):
        soft, hard = line.price(value)
        total += math.inf if hard else soft
    return total


def _cheapest_of_equal(values: Floats, cost: Floats) -> NDArray[np.int64]:
    """Indices of the cheapest row among each set of equal rows."""
    if not len(values):
        return np.zeros(0, dtype=np.int64)
    order = np.lexsort((cost, *values.T))
    rows = values[order]
    first = np.ones(len(rows), dtype=np.bool_)
    first[1:] = (rows[1:] != rows[:-1]).any(axis=1)
    return np.asarray(order[first], dtype=np.int64)
