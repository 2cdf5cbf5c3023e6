"""Exact evaluation of a roster from the roster alone.

Patterns are matched, totals added up and heads counted over the compiled arrays; no model, no solver and no state of
a search takes part.
"""

from __future__ import annotations

import math
from collections import defaultdict

import numpy as np
from numpy.typing import NDArray

from optimise.core.errors import InputError
from optimise.core.quantities import number, quantity
from optimise.core.result import Evaluation, RuleCost, Violation
from optimise.roster.compiled import CompiledRoster, RuledRoster, member_table
from optimise.roster.context import Roster
from optimise.roster.rules.headcount import head_count, line_unit
from optimise.roster.rules.primitives import Counter, Line, Pattern, Segment

__all__ = ["evaluate_roster", "matches", "roster_cost", "segment_cost", "totals"]

Duties = NDArray[np.int16]


def matches(pattern: Pattern, duties: Duties, alphabet: int) -> NDArray[np.bool_]:
    """Which places of a resolved pattern match, shape (places,)."""
    if pattern.regular is not None:
        return pattern.regular.accepts(
            duties[pattern.employees[:, None], pattern.starts[:, None] + np.arange(len(pattern.masks))]
        )
    if pattern.groups is None:
        table = member_table(pattern.masks, alphabet)
        hit = np.ones(len(pattern.starts), dtype=np.bool_)
        for i in range(len(pattern.masks)):
            hit &= table[i][duties[pattern.employees, pattern.starts + i]]
        return hit
    worked = np.stack([(duties[:, list(g)] != 0).any(axis=1) for g in pattern.groups], axis=1).astype(np.int8)
    table = member_table(pattern.masks, 2)
    hit = np.ones(len(pattern.starts), dtype=np.bool_)
    for i in range(len(pattern.masks)):
        hit &= table[i][worked[pattern.employees, pattern.starts + i]]
    return hit


def totals(counter: Counter, duties: Duties, alphabet: int) -> NDArray[np.int64]:
    """Total of every person of a counter, shape (people,)."""
    rows = duties[counter.employees]
    total: NDArray[np.int64] = counter.offset.copy()
    if counter.values is not None:
        total += counter.values[np.arange(rows.shape[1]), rows].sum(axis=1)
    if counter.groups is not None:
        inside = member_table((counter.mask,), alphabet)[0][rows]
        for group in counter.groups:
            total += inside[:, list(group)].any(axis=1)
    return total


def segment_cost(segments: tuple[Segment, ...], distance: float) -> tuple[float, float]:
    """Soft cost and hard amount of being ``distance`` >= 0 units away from a line's target."""
    cost = hard = 0.0
    for s in segments:
        part = min(distance, s.width)
        if part <= 0:
            break
        if math.isinf(s.price):
            hard += part
        else:
            cost += part * s.price
        distance -= part
    return cost, hard


class _Tally:
    """Amounts and violations by rule while an evaluation is put together."""

    def __init__(self) -> None:
        self.soft: dict[str, float] = defaultdict(float)
        self.hard: dict[str, float] = defaultdict(float)
        self.cost: dict[str, float] = defaultdict(float)
        self.seen: dict[str, set[bool]] = defaultdict(set)
        self.units: dict[str, set[str]] = defaultdict(set)
        self.violations: list[Violation] = []

    def add(
        self,
        rule: str,
        amount: float,
        weight_cost: float,
        hard: bool,
        who: tuple[str, ...],
        days: tuple[int, ...],
        text: str,
        unit: str,
    ) -> None:
        """Count one broken rule.

        Parameters
        ----------
        rule : str
        amount : float
            In the rule's unit, not weighted.
        weight_cost : float
            Its price; not counted where the rule is hard.
        hard : bool
        who : tuple of str
            People.
        days : tuple of int
            Numbers of days.
        text : str
            The sentence.
        unit : str
        """
        (self.hard if hard else self.soft)[rule] += amount
        cost = 0.0 if hard else weight_cost
        self.cost[rule] += cost
        self.violations.append(Violation(rule, hard, amount, cost, who, days, text, unit))


def evaluate_roster(problem: RuledRoster, plan: Roster) -> Evaluation:
    """Evaluate a roster; see :meth:`~optimise.roster.problem.RosterProblem.evaluate`."""
    compiled, duties = problem.compiled, plan.duties
    if duties.shape != (compiled.employees, compiled.days):
        raise InputError(
            f"the roster has shape {duties.shape}, the problem {(compiled.employees, compiled.days)}",
            item="plan",
        )
    if duties.size and not 0 <= int(duties.min()) <= int(duties.max()) < compiled.alphabet:
        raise InputError("the roster holds a duty that the problem does not have", item="plan")
    tally = _Tally()
    for pattern in compiled.patterns:
        tally.seen[pattern.rule].add(pattern.hard)
        tally.units[pattern.rule].add(pattern.unit)
        _pattern(problem, pattern, duties, tally)
    for counter in compiled.counters:
        for weight in (counter.weight_lower, counter.weight_upper):
            tally.seen[counter.rule].add(math.isinf(weight))
        tally.units[counter.rule].add(counter.unit)
        _counter(problem, counter, duties, tally)
    values = compiled.line_table.values(duties, compiled.alphabet)
    for name, hard, unit in compiled.line_kinds:
        tally.seen[name].add(hard)
        tally.units[name].add(unit)
    lower, upper = compiled.line_bounds
    for i in np.flatnonzero((values < lower) | (values > upper)).tolist():
        _line(problem, compiled.lines[i], float(values[i]), duties, tally)
    rules: list[RuleCost] = []
    for rule in problem.rules:
        kinds = tally.seen.get(rule.name, {True})
        units = tally.units[rule.name]
        unit = min(units) if len(units) == 1 else "units" if units else ""
        if kinds == {True} or tally.hard[rule.name]:
            rules.append(RuleCost(rule.name, True, tally.hard[rule.name], 0.0, unit))
        if False in kinds:
            rules.append(RuleCost(rule.name, False, tally.soft[rule.name], tally.cost[rule.name], unit))
    return Evaluation(
        cost=float(sum(r.cost for r in rules)),
        hard=float(sum(r.amount for r in rules if r.hard)),
        rules=tuple(rules),
        violations=tuple(tally.violations),
    )


def roster_cost(compiled: CompiledRoster, duties: Duties) -> tuple[float, float]:
    """(soft cost, hard amount) without naming violations; the quick form for searches."""
    cost = hard = 0.0
    for pattern in compiled.patterns:
        count = int(matches(pattern, duties, compiled.alphabet).sum()) * pattern.amount
        if pattern.hard:
            hard += count
        else:
            cost += count * pattern.weight
    for counter in compiled.counters:
        total = totals(counter, duties, compiled.alphabet)
        for missing, weight in (
            (np.maximum(counter.lower - total, 0).sum(), counter.weight_lower),
            (np.maximum(total - counter.upper, 0).sum(), counter.weight_upper),
        ):
            if math.isinf(weight):
                hard += float(missing)
            else:
                cost += float(missing) * weight
    for line, value in zip(compiled.lines, compiled.line_table.values(duties, compiled.alphabet), strict=True):
        for side, distance in ((line.under, line.lower - value), (line.over, value - line.upper)):
            if distance > 0:
                soft, broken = segment_cost(side, float(distance))
                cost, hard = cost + soft, hard + broken
    return cost, hard


def _pattern(problem: RuledRoster, pattern: Pattern, duties: Duties, tally: _Tally) -> None:
    hits = np.flatnonzero(matches(pattern, duties, problem.compiled.alphabet))
    if not len(hits):
        return
    who, start = pattern.employees[hits], pattern.starts[hits]
    order = np.lexsort((start, who))
    who, start = who[order], start[order]
    length = len(pattern.masks)
    if pattern.merge:
        breaks = np.flatnonzero((np.diff(who) != 0) | (np.diff(start) != 1)) + 1
        first, last = np.r_[0, breaks], np.r_[breaks, len(who)] - 1
    else:
        first = last = np.arange(len(who))
    for i, j in zip(first.tolist(), last.tolist(), strict=True):
        units = (j - i + 1) * pattern.amount
        begin, end = int(start[i]), int(start[j]) + length - 1
        if pattern.groups is None:
            days = tuple(range(begin, end + 1))
        else:
            days = tuple(d for g in pattern.groups[begin : end + 1] for d in g)
        name = problem.employees[int(who[i])].id
        text = f"{name}: {pattern.label} ({_span(problem, days)})"
        tally.add(pattern.rule, units, units * pattern.weight, pattern.hard, (name,), days, text, pattern.unit)


def _counter(problem: RuledRoster, counter: Counter, duties: Duties, tally: _Tally) -> None:
    total = totals(counter, duties, problem.compiled.alphabet)
    for sign, bound, weight, word in (
        (-1, counter.lower, counter.weight_lower, "below the minimum of"),
        (1, counter.upper, counter.weight_upper, "above the maximum of"),
    ):
        excess = sign * (total - bound)
        for i in np.flatnonzero(excess > 0).tolist():
            amount = float(excess[i])
            if weight == 0:
                continue
            name = problem.employees[int(counter.employees[i])].id
            have, off, want = (quantity(v, counter.unit) for v in (int(total[i]), int(amount), int(bound[i])))
            text = f"{name}: {counter.label} {have}, {off} {word} {want}"
            tally.add(counter.rule, amount, amount * weight, math.isinf(weight), (name,), (), text, counter.unit)


def _line(problem: RuledRoster, line: Line, value: float, duties: Duties, tally: _Tally) -> None:
    for side, distance, word in (
        (line.under, line.lower - value, "short"),
        (line.over, value - line.upper, "too many"),
    ):
        if distance <= 0:
            continue
        cost, hard = segment_cost(side, distance)
        unit = line_unit(line)
        count = head_count(line, value, _heads(line, duties))
        asked = count.minimum if word == "short" else count.maximum
        when = problem.horizon.label(line.day) if line.day >= 0 else ""
        text = f"{when} {line.label}: {quantity(distance, unit)} {word} ({count.present} of {number(asked)})".strip()
        days = (line.day,) if line.day >= 0 else ()
        if hard:
            tally.add(line.rule, hard, 0.0, True, (), days, text, unit)
        if cost or not hard:
            tally.add(line.rule, distance - hard, cost, False, (), days, text, unit)


def _heads(line: Line, duties: Duties) -> int:
    """People of the plan who are present for a line."""
    here = 0
    for term in line.heads or line.terms:
        if term.coefficient > 0:
            on = duties[:, term.day] if term.employees is None else duties[list(term.employees), term.day]
            here += sum(term.mask >> a & 1 for a in on.tolist())
    return here


def _span(problem: RuledRoster, days: tuple[int, ...]) -> str:
    label = problem.horizon.label
    return label(days[0]) if len(days) == 1 else f"{label(days[0])} to {label(days[-1])}"
