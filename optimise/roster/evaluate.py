"""Exact evaluation of a roster from the roster alone.

Patterns are matched, totals added up and heads counted over the compiled arrays; no model, no solver and no state of
a search takes part.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Callable, Iterable
from functools import partial
from weakref import WeakKeyDictionary

import numpy as np
from numpy.typing import NDArray

from optimise.core.errors import InputError
from optimise.core.quantities import number, quantity
from optimise.core.result import Evaluation, RuleCost, Violation
from optimise.roster.compiled import CompiledRoster, RuledRoster, member_table
from optimise.roster.context import Roster, RosterContext
from optimise.roster.rules.headcount import head_count, line_unit
from optimise.roster.rules.primitives import Counter, Pattern, segment_cost
from optimise.roster.rules.succession import shift_names

__all__ = ["check_roster", "evaluate_roster", "lines_broken", "matches", "roster_cost", "totals"]

Duties = NDArray[np.int16]

#: A kind of rule, its number among its kind, and what decides how it is broken and told.
_Key = tuple[str, int, float, float, float | tuple[float, ...]]
#: Violations of each compiled roster that were told before; all are dropped where they are more than so many.
_kept: WeakKeyDictionary[CompiledRoster, dict[_Key, tuple[Violation, ...]]] = WeakKeyDictionary()
_MOST = 20_000


def matches(pattern: Pattern, duties: Duties, alphabet: int) -> NDArray[np.bool_]:
    """Which places of a resolved pattern match, shape (places,)."""
    if pattern.regular is not None:
        return pattern.regular.accepts(
            duties[pattern.employees[:, None], pattern.starts[:, None] + np.arange(len(pattern.masks))]
        )
    if pattern.groups is None:
        return _runs(member_table(pattern.masks, alphabet), duties, pattern)
    worked = np.stack([(duties[:, list(g)] != 0).any(axis=1) for g in pattern.groups], axis=1).astype(np.int8)
    return _runs(member_table(pattern.masks, 2), worked, pattern)


def _runs(table: NDArray[np.bool_], words: NDArray[np.int8] | Duties, pattern: Pattern) -> NDArray[np.bool_]:
    """Places whose every day is in its row of the table; most fall out on the first day, so others are not looked at.

    ``words`` has the shape (people, days or groups of days).
    """
    flat, place = words.ravel(), pattern.employees * words.shape[1] + pattern.starts
    left = np.flatnonzero(table[0].take(flat.take(place)))
    for i in range(1, len(table)):
        left = left[table[i].take(flat.take(place.take(left) + i))]
    hit = np.zeros(len(place), dtype=np.bool_)
    hit[left] = True
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


class _Tally:
    """Amounts and violations by rule while an evaluation is put together.

    Violations are kept by what they follow from: a plan that is judged again after a change of some days needs few new
    sentences.
    """

    def __init__(self, compiled: CompiledRoster) -> None:
        self.soft: dict[str, float] = defaultdict(float)
        self.hard: dict[str, float] = defaultdict(float)
        self.cost: dict[str, float] = defaultdict(float)
        self.seen: dict[str, set[bool]] = defaultdict(set)
        self.units: dict[str, set[str]] = defaultdict(set)
        self.violations: list[Violation] = []
        self._kept = _kept.setdefault(compiled, {})
        if len(self._kept) > _MOST:
            self._kept.clear()

    def add(self, key: _Key, made: Callable[[], tuple[Violation, ...]]) -> None:
        """Count what is broken.

        Parameters
        ----------
        key : tuple
            All that it follows from.
        made : callable
            Gives the violations where they are not kept.
        """
        found = self._kept.get(key)
        if found is None:
            found = self._kept[key] = made()
        for one in found:
            (self.hard if one.hard else self.soft)[one.rule] += one.amount
            self.cost[one.rule] += one.cost
        self.violations += found


def check_roster(problem: RosterContext, plan: Roster) -> None:
    """Refuse a roster of other people, days or duties; an :class:`InputError` says which."""
    (people, days, alphabet), duties = problem.shape, plan.duties
    if duties.shape != (people, days):
        raise InputError(f"the roster has shape {duties.shape}, the problem {(people, days)}", item="plan")
    if duties.size and not 0 <= int(duties.min()) <= int(duties.max()) < alphabet:
        raise InputError("the roster holds a duty that the problem does not have", item="plan")


def evaluate_roster(problem: RuledRoster, plan: Roster) -> Evaluation:
    """Evaluate a roster; see :meth:`~optimise.roster.problem.RosterProblem.evaluate`."""
    check_roster(problem, plan)
    compiled, duties = problem.compiled, plan.duties
    tally = _Tally(compiled)
    for k, pattern in enumerate(compiled.patterns):
        tally.seen[pattern.rule].add(pattern.hard)
        tally.units[pattern.rule].add(pattern.unit)
        _patterns(problem, k, duties, tally)
    for k, counter in enumerate(compiled.counters):
        for weight in (counter.weight_lower, counter.weight_upper):
            tally.seen[counter.rule].add(math.isinf(weight))
        tally.units[counter.rule].add(counter.unit)
        _counters(problem, k, duties, tally)
    values, heads = compiled.line_table.values(duties, compiled.alphabet), compiled.present(duties)
    for name, hard, unit in compiled.line_kinds:
        tally.seen[name].add(hard)
        tally.units[name].add(unit)
    lower, upper = compiled.line_bounds
    off = np.flatnonzero((values < lower) | (values > upper))
    for i, value, here in zip(off.tolist(), values[off].tolist(), heads[off].tolist(), strict=True):
        tally.add(("line", i, value, here, 0), partial(_line, problem, i, value, here))
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
        soft, broken = line.price(float(value))
        cost, hard = cost + soft, hard + broken
    return cost, hard


def lines_broken(problem: RuledRoster, plan: Roster, lines: Iterable[int]) -> tuple[Violation, ...]:
    """What must be and is not of some head counts.

    Parameters
    ----------
    problem : RuledRoster
    plan : Roster
    lines : iterable of int
        Indices into ``compiled.lines``.

    Returns
    -------
    tuple of Violation
        Hard ones, in the order of the lines.
    """
    compiled = problem.compiled
    values, heads = compiled.line_table.values(plan.duties, compiled.alphabet), compiled.present(plan.duties)
    found = (v for i in lines for v in _line(problem, i, float(values[i]), int(heads[i])))
    return tuple(v for v in found if v.hard)


def _patterns(problem: RuledRoster, k: int, duties: Duties, tally: _Tally) -> None:
    pattern = problem.compiled.patterns[k]
    hits = np.flatnonzero(matches(pattern, duties, problem.compiled.alphabet))
    if not len(hits):
        return
    who, start = pattern.employees[hits], pattern.starts[hits]
    order = np.lexsort((start, who))
    who, start = who[order], start[order]
    if pattern.merge:
        breaks = np.flatnonzero((np.diff(who) != 0) | (np.diff(start) != 1)) + 1
        first, last = np.r_[0, breaks], np.r_[breaks, len(who)] - 1
    else:
        first = last = np.arange(len(who))
    for person, i, j in zip(who[first].tolist(), start[first].tolist(), start[last].tolist(), strict=True):
        worked = tuple(duties[person, i : j + len(pattern.masks)].tolist()) if pattern.told else ()
        key = ("pattern", k, person, i, (j, *worked))
        tally.add(key, partial(_pattern, problem, pattern, person, i, j, worked))


def _pattern(
    problem: RuledRoster, pattern: Pattern, person: int, first: int, last: int, worked: tuple[int, ...]
) -> tuple[Violation]:
    """A pattern that matches from each day (or group of days) from ``first`` to ``last`` on.

    ``worked`` are the duties there, of a pattern that tells them.
    """
    units, end = (last - first + 1) * pattern.amount, last + len(pattern.masks)
    if pattern.groups is None:
        days = tuple(range(first, end))
    else:
        days = tuple(d for g in pattern.groups[first:end] for d in g)
    name, cost = problem.employees[person].id, 0.0 if pattern.hard else units * pattern.weight
    label = _told(problem, pattern, person, worked) if pattern.told else pattern.label
    text = f"{name}: {label} ({_span(problem, days)})"
    return (Violation(pattern.rule, pattern.hard, units, cost, (name,), days, text, pattern.unit),)


def _told(problem: RuledRoster, pattern: Pattern, person: int, worked: tuple[int, ...]) -> str:
    """What a match means, with the duties that are worked, those of past days among them."""
    past = problem.employees[person].history[: pattern.past][::-1]
    names = [shift_names(problem, mask, "off") for mask in (*past, *(1 << a for a in worked))]
    text = pattern.told
    for word, said in (("{first}", names[0]), ("{last}", names[-1]), ("{all}", " ".join(names))):
        text = text.replace(word, said)
    return text


def _counters(problem: RuledRoster, k: int, duties: Duties, tally: _Tally) -> None:
    counter = problem.compiled.counters[k]
    total = totals(counter, duties, problem.compiled.alphabet)
    for sign, bound, weight in ((-1, counter.lower, counter.weight_lower), (1, counter.upper, counter.weight_upper)):
        if weight == 0:
            continue
        off = np.flatnonzero(sign * (total - bound) > 0)
        for i, have in zip(off.tolist(), total[off].tolist(), strict=True):
            tally.add(("counter", k, sign, i, have), partial(_counter, problem, counter, sign, i, have))


def _counter(problem: RuledRoster, counter: Counter, sign: int, entry: int, have: int) -> tuple[Violation]:
    """A total below (``sign`` -1) or above (1) its bound."""
    bound, weight = (counter.upper, counter.weight_upper) if sign > 0 else (counter.lower, counter.weight_lower)
    name, want = problem.employees[int(counter.employees[entry])].id, int(bound[entry])
    amount, hard = float(sign * (have - want)), math.isinf(weight)
    told, off, asked = (quantity(v, counter.unit) for v in (have, int(amount), want))
    word = "above the maximum" if sign > 0 else "below the minimum"
    text = f"{name}: {counter.label} {told}, {off} {word} of {asked}"
    cost = 0.0 if hard else amount * weight
    return (Violation(counter.rule, hard, amount, cost, (name,), (), text, counter.unit),)


def _line(problem: RuledRoster, i: int, value: float, heads: int) -> tuple[Violation, ...]:
    """A cover line off its target: what its prices forbid, and what they price."""
    line, made = problem.compiled.lines[i], list[Violation]()
    for side, distance, word in (
        (line.under, line.lower - value, "short"),
        (line.over, value - line.upper, "too many"),
    ):
        if distance <= 0:
            continue
        cost, hard = segment_cost(side, distance)
        unit = line_unit(line)
        count = head_count(line, value, heads)
        asked = count.minimum if word == "short" else count.maximum
        when = problem.horizon.label(line.day) if line.day >= 0 else ""
        text = f"{when} {line.label}: {quantity(distance, unit)} {word} ({count.present} of {number(asked)})".strip()
        days = (line.day,) if line.day >= 0 else ()
        if hard:
            made.append(Violation(line.rule, True, hard, 0.0, (), days, text, unit))
        if cost or not hard:
            made.append(Violation(line.rule, False, distance - hard, cost, (), days, text, unit))
    return tuple(made)


def _span(problem: RuledRoster, days: tuple[int, ...]) -> str:
    label = problem.horizon.label
    return label(days[0]) if len(days) == 1 else f"{label(days[0])} to {label(days[-1])}"
