"""Conflicts that counting alone shows, without a solver.

With single-day facts only, a person's days are independent of each other. So the largest total that one person can
reach is the sum of each day's best duty, and the largest head count is the sum of each person's best duty; a bound
beyond it is a conflict, and the test is exact for these facts, so that dropping facts one by one ends in an
irreducible set.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from optimise.roster.compiled import member_table
from optimise.roster.explain.pieces import Piece, quantity
from optimise.roster.problem import RosterProblem
from optimise.roster.rules.primitives import Counter, Line, Pattern

__all__ = ["counted_conflict"]

Bools = NDArray[np.bool_]
#: Whether a set of single-day facts leaves the bound out of reach.
Test = Callable[[list[Piece]], bool]


def counted_conflict(problem: RosterProblem, some: Sequence[Piece]) -> tuple[list[Piece], str] | None:
    """The smallest conflict found by counting, with the sentence that sums it up; None when counting shows none."""
    everything = problem.everything
    for piece in some:
        if any(isinstance(f, Pattern) and f.regular is None and set(f.masks) == {everything} for f in piece.forms):
            return [piece], "A rule forbids whatever is done:"
    single = [p for p in some if _is_single(p)]
    by_person: dict[int, list[Piece]] = defaultdict(list)
    by_day: dict[int, list[Piece]] = defaultdict(list)
    for p in single:
        by_person[p.employees[0]].append(p)
        for day in p.days:
            by_day[day].append(p)
    finders: tuple[Iterator[tuple[list[Piece], str]], ...] = (
        _no_duty(problem, by_person),
        _totals(problem, some, by_person),
        _heads(problem, some, by_day),
    )
    for finder in finders:
        found = min(finder, key=lambda conflict: len(conflict[0]), default=None)
        if found is not None:
            return found
    return None


def _is_single(piece: Piece) -> bool:
    return all(isinstance(f, Pattern) and len(f.masks) == 1 and f.groups is None for f in piece.forms)


def _shrunk(single: list[Piece], clash: Test) -> list[Piece]:
    """Drop facts one by one; short stretches of days go first, so that the plain ones stay."""
    kept = sorted(single, key=lambda p: len(p.days))
    for piece in tuple(kept):
        fewer = [p for p in kept if p is not piece]
        if clash(fewer):
            kept = fewer
    return [p for p in single if p in kept]


def _open(problem: RosterProblem, single: Sequence[Piece]) -> Bools:
    """Duties left open, shape (employees, days, duties)."""
    open_ = np.ones(problem.shape, dtype=np.bool_)
    for p in single:
        for form in p.forms:
            assert isinstance(form, Pattern)
            closed = member_table(form.masks, problem.shape[2])[0]
            open_[form.employees[0], form.starts] &= ~closed
    return open_


# ---- a day without a duty ----------------------------------------------------------------------------------------
def _no_duty(problem: RosterProblem, by_person: dict[int, list[Piece]]) -> Iterator[tuple[list[Piece], str]]:
    stuck: dict[int, int] = {}
    for e, day in np.argwhere(problem.compiled.allowed.sum(axis=2) == 0).tolist():
        stuck.setdefault(e, day)
    for e, day in stuck.items():
        mine = [p for p in by_person[e] if day in p.days]

        def clash(facts: list[Piece], e: int = e, day: int = day) -> bool:
            return not _open(problem, facts)[e, day].any()

        name = problem.employees[e].id
        yield (
            _shrunk(mine, clash),
            f"{problem.horizon.label(day)} leaves {name} nothing that is allowed, not even a day off:",
        )


# ---- totals out of reach -----------------------------------------------------------------------------------------
def _totals(
    problem: RosterProblem, some: Sequence[Piece], by_person: dict[int, list[Piece]]
) -> Iterator[tuple[list[Piece], str]]:
    for piece in some:
        for counter in piece.forms:
            if not isinstance(counter, Counter):
                continue
            e = int(counter.employees[0])
            too_low = counter.lower[0] > -(2**39)

            def clash(facts: list[Piece], counter: Counter = counter, e: int = e, too_low: bool = too_low) -> bool:
                open_ = _open(problem, facts)[e]
                if too_low:
                    return _reach(counter, open_, 1) < int(counter.lower[0])
                return _reach(counter, open_, -1) > int(counter.upper[0])

            allowed = problem.compiled.allowed[e]
            reach = _reach(counter, allowed, 1 if too_low else -1)
            if (reach < int(counter.lower[0])) if too_low else (reach > int(counter.upper[0])):
                facts = _shrunk(by_person[e], clash)
                name, what = problem.employees[e].id, counter.label or counter.rule
                most = quantity(_reach(counter, _open(problem, facts)[e], 1 if too_low else -1), counter.unit)
                limit = "no more than" if too_low else "no less than"
                yield [*facts, piece], f"{name}: {what}, {limit} {most} possible:"


def _reach(counter: Counter, open_: Bools, sense: int) -> int:
    """Largest (sense 1) or smallest (-1) total over the duties left open, shape (days, duties)."""
    total = int(counter.offset[0])
    if counter.values is not None:
        worst = np.iinfo(np.int64).min
        total += int(sense * np.where(open_, sense * counter.values, worst).max(axis=1).sum())
    if counter.groups is not None:
        inside = member_table((counter.mask,), open_.shape[1])[0]
        can, must = (open_ & inside).any(axis=1), ~(open_ & ~inside).any(axis=1)
        day_counts = can if sense > 0 else must
        total += sum(bool(day_counts[list(g)].any()) for g in counter.groups)
    return total


# ---- cover out of reach ------------------------------------------------------------------------------------------
def _heads(
    problem: RosterProblem, some: Sequence[Piece], by_day: dict[int, list[Piece]]
) -> Iterator[tuple[list[Piece], str]]:
    allowed = problem.compiled.allowed
    for piece in some:
        for line in piece.forms:
            if not isinstance(line, Line):
                continue
            weights = _weights(problem, line)
            too_low = math.isfinite(line.lower)

            def clash(
                facts: list[Piece],
                line: Line = line,
                weights: dict[int, NDArray[np.float64]] = weights,
                too_low: bool = too_low,
            ) -> bool:
                open_ = _open(problem, facts)
                if too_low:
                    return _most(weights, open_) < line.lower - 1e-6
                return -_most({d: -w for d, w in weights.items()}, open_) > line.upper + 1e-6

            signed = weights if too_low else {d: -w for d, w in weights.items()}
            reach = _most(signed, allowed)
            if (reach < line.lower - 1e-6) if too_low else (-reach > line.upper + 1e-6):
                facts = [p for p in dict.fromkeys(p for d in weights for p in by_day[d]) if _matters(p, weights)]
                facts = _shrunk(facts, clash)
                most = abs(_most(signed, _open(problem, facts)))
                what = f"{piece.verb.partition(':')[0]}{piece.when}"
                bound = f"{line.lower:g} wanted" if too_low else f"{line.upper:g} allowed"
                limit = "no more than" if too_low else "no fewer than"
                yield (
                    [piece, *facts],
                    f"{what}: {limit} {most:g} possible, {bound}:",
                )


def _weights(problem: RosterProblem, line: Line) -> dict[int, NDArray[np.float64]]:
    """What each duty of each person adds to a line, by day, shape (employees, duties)."""
    people, _, duties = problem.shape
    out: dict[int, NDArray[np.float64]] = {}
    for term in line.terms:
        table = out.setdefault(term.day, np.zeros((people, duties)))
        who = slice(None) if term.employees is None else list(term.employees)
        table[who] += term.coefficient * member_table((term.mask,), duties)[0]
    return out


def _matters(piece: Piece, weights: dict[int, NDArray[np.float64]]) -> bool:
    return any(weights[d][piece.employees[0]].any() for d in piece.days if d in weights)


def _most(weights: dict[int, NDArray[np.float64]], open_: Bools) -> float:
    return float(sum(np.where(open_[:, d], w, -math.inf).max(axis=1).sum() for d, w in weights.items()))
