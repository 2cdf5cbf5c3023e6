"""A stretch of days cut out of a compiled rostering problem.

The days before the stretch are decided and the days after it are open, so that a long horizon can be planned piece
by piece. Sequence rules see the decided days; what reaches past the end is left to the next piece (pieces overlap).
Totals get the part of their bounds that falls to the days up to the end of the stretch, in proportion to each
person's available days; the last piece keeps them exactly.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from optimise.rules.compiled import CompiledRoster, member_table
from optimise.rules.primitives import Counter, Line, Pattern

__all__ = ["window"]


def window(compiled: CompiledRoster, duties: NDArray[np.int16], first: int, last: int) -> CompiledRoster:
    """The problem of days ``first <= d < last`` after the decided ones.

    Parameters
    ----------
    compiled : CompiledRoster
    duties : int16 array, shape (employees, days)
        Decided duties; only days before ``first`` are read.
    first, last : int

    Returns
    -------
    CompiledRoster
        Of ``last - first`` days, day 0 being ``first``.
    """
    days = last - first
    patterns: list[Pattern] = []
    for p in compiled.patterns:
        if p.groups is None:
            patterns.extend(_pattern(p, compiled.alphabet, duties, first, last))
        else:
            patterns.extend(_grouped(p, duties, first, last))
    available = compiled.allowed[:, :, 1:].any(axis=2)
    counters = [c for c in (_counter(c, compiled, available, duties, first, last) for c in compiled.counters) if c]
    lines = [line for line in (_line(line, first, last) for line in compiled.lines) if line]
    return CompiledRoster(
        compiled.employees,
        days,
        compiled.alphabet,
        tuple(patterns),
        tuple(counters),
        tuple(lines),
        compiled.allowed[:, first:last],
        compiled.unit_cost[:, first:last],
    )


def _pattern(p: Pattern, alphabet: int, duties: NDArray[np.int16], first: int, last: int) -> list[Pattern]:
    length, starts = len(p.masks), p.starts
    out = []
    inside = (starts >= first) & (starts + length <= last)
    if inside.any():
        out.append(replace(p, employees=p.employees[inside], starts=starts[inside] - first))
    early = (starts < first) & (starts + length > first) & (starts + length <= last)
    if early.any():
        table = member_table(p.masks, alphabet)
        who, begin = p.employees[early], starts[early]
        matched = np.ones(len(who), dtype=np.bool_)
        for i in range(length - 1):
            past = begin + i < first
            day = np.minimum(begin + i, first - 1)
            matched &= ~past | table[i][duties[who, day]]
        for begun in np.unique(begin[matched]).tolist():
            people = who[matched & (begin == begun)]
            out.append(
                replace(p, masks=p.masks[first - begun :], employees=people, starts=np.zeros(len(people), np.int32))
            )
    return out


def _grouped(p: Pattern, duties: NDArray[np.int16], first: int, last: int) -> list[Pattern]:
    """Patterns over groups are kept where all their groups lie inside."""
    assert p.groups is not None
    inside = [g for g, days in enumerate(p.groups) if first <= days[0] and days[-1] < last]
    if not inside:
        return []
    low, high = inside[0], inside[-1] + 1
    keep = (p.starts >= low) & (p.starts + len(p.masks) <= high)
    if not keep.any():
        return []
    groups = tuple(tuple(d - first for d in p.groups[g]) for g in range(low, high))
    return [replace(p, employees=p.employees[keep], starts=p.starts[keep] - low, groups=groups)]


def _counter(
    c: Counter,
    compiled: CompiledRoster,
    available: NDArray[np.bool_],
    duties: NDArray[np.int16],
    first: int,
    last: int,
) -> Counter | None:
    total = compiled.days
    who = c.employees
    rows = duties[who]
    before = c.offset.copy()
    if c.values is not None:
        matters = (c.values != c.values[:, :1]).any(axis=1)
        before += c.values[np.arange(first), rows[:, :first]].sum(axis=1) if first else 0
    if c.groups is not None:
        inside = member_table((c.mask,), compiled.alphabet)[0]
        for group in c.groups:
            past = [d for d in group if d < first]
            if past:
                before += inside[rows[:, past]].any(axis=1)
        matters = np.zeros(total, dtype=np.bool_)
        matters[[d for g in c.groups for d in g]] = True
    if not matters[first:last].any():
        return None
    usable = available[who] & matters[None, :]
    everything = np.maximum(usable.sum(axis=1), 1)
    share = usable[:, :last].sum(axis=1) / everything
    done = ~usable[:, last:].any(axis=1)
    lower = np.where(done, c.lower, np.floor(c.offset + (c.lower - c.offset) * share)).astype(np.int64)
    upper = np.where(done, c.upper, np.ceil(c.offset + (c.upper - c.offset) * share)).astype(np.int64)
    step = 0 if c.values is None else int(c.values.max())
    if not done.all() and step > 1:  # a piece may end anywhere within one duty of its share
        lower = np.where(done, lower, lower - step)
        upper = np.where(done, upper, np.minimum(c.upper, upper + step))
    # what a piece may not exceed, it may at least have reached already
    upper = np.maximum(upper, before)
    groups = None
    if c.groups is not None:
        cut = (tuple(d - first for d in g if first <= d < last) for g in c.groups)
        groups = tuple(g for g in cut if g)
    return replace(
        c,
        lower=lower,
        upper=upper,
        offset=before,
        values=None if c.values is None else np.ascontiguousarray(c.values[first:last]),
        groups=groups,
    )


def _line(line: Line, first: int, last: int) -> Line | None:
    if any(not first <= t.day < last for t in line.terms):
        return None
    return replace(line, terms=tuple(replace(t, day=t.day - first) for t in line.terms), day=line.day - first)
