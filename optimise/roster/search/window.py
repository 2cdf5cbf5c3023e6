"""A stretch of days cut out of a compiled rostering problem.

The days before the stretch are decided and the days after it are open, so that a long horizon can be planned piece
by piece. Sequence rules see the decided days; what reaches past the end is left to the next piece (pieces overlap).
Totals get the part of their bounds that falls to the days up to the end of the stretch, in proportion to each
person's available days; the last piece keeps them exactly.
"""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from optimise.roster.automaton import Automata, Automaton, Layer
from optimise.roster.compiled import CompiledRoster, member_table
from optimise.roster.rules.primitives import Counter, Line

__all__ = ["window"]


def window(
    compiled: CompiledRoster,
    built: Automata,
    duties: NDArray[np.int16],
    first: int,
    last: int,
    keep: int,
    guide: float,
) -> tuple[CompiledRoster, Automata]:
    """The problem of days ``first <= d < last`` after the decided ones.

    Parameters
    ----------
    compiled : CompiledRoster
    built : Automata
        Of the whole problem.
    duties : int16 array, shape (employees, days)
        Decided duties; only days before ``first`` are read.
    first, last : int
    keep : int
        First day whose duties will not be kept (pieces overlap): totals are counted and held to their share up to it.
    guide : float
        Price of one duty by which a hard total leaves its share of a bound before the end of the horizon.

    Returns
    -------
    CompiledRoster
        Of ``last - first`` days, day 0 being ``first``, without sequence patterns,
    Automata
        which are followed by these: cut from the whole ones, each starting in the state that the person has reached.
    """
    available: NDArray[np.bool_] = np.asarray(compiled.allowed[:, :, 1:].any(axis=2))
    held = (_counter(c, compiled, available, duties, (first, keep, last), guide) for c in compiled.counters)
    counters = [c for c in held if c]
    lines = [line for line in (_line(line, first, last) for line in compiled.lines) if line]
    piece = CompiledRoster(
        compiled.employees,
        last - first,
        compiled.alphabet,
        (),
        tuple(counters),
        tuple(lines),
        compiled.allowed[:, first:last],
        compiled.unit_cost[:, first:last],
    )
    index: dict[tuple[int, int], int] = {}
    distinct: list[Automaton] = []
    of = np.zeros(compiled.employees, dtype=np.int32)
    for e in range(compiled.employees):
        kind, state = int(built.of[e]), _reached(built[e], duties[e], first)
        if (kind, state) not in index:
            index[kind, state] = len(distinct)
            distinct.append(_cut(built.distinct[kind], state, first, last))
        of[e] = index[kind, state]
    return piece, Automata(tuple(distinct), of)


def _reached(automaton: Automaton, duties: NDArray[np.int16], first: int) -> int:
    state = 0
    for d in range(first):
        state = int(automaton.layers[d].next[state, automaton.letter[duties[d]]])
        if state < 0:
            raise ValueError(f"the decided duties break a hard rule on day {d}")
    return state


def _cut(automaton: Automaton, state: int, first: int, last: int) -> Automaton:
    """Days ``first .. last-1`` of an automaton, from one state; whatever it reaches at the end is accepted."""
    layers = list(automaton.layers[first:last])
    layers[0] = Layer(layers[0].next[[state]], layers[0].cost[[state]], layers[0].hits[[state]])
    end = layers[-1]
    layers[-1] = Layer(np.minimum(end.next, 0), end.cost, end.hits)
    calendars = tuple((cut_groups(groups, first, last), mask) for groups, mask in automaton.calendars)
    return Automaton(automaton.letter, tuple(layers), calendars, automaton.feasible)


def cut_groups(groups: tuple[tuple[int, ...], ...], first: int, last: int) -> tuple[tuple[int, ...], ...]:
    """The parts of groups of days that lie in the stretch, counted from its first day."""
    cut = (tuple(d - first for d in g if first <= d < last) for g in groups)
    return tuple(g for g in cut if g)


def _counter(
    c: Counter,
    compiled: CompiledRoster,
    available: NDArray[np.bool_],
    duties: NDArray[np.int16],
    stretch: tuple[int, int, int],
    guide: float,
) -> Counter | None:
    total, (first, keep, last) = compiled.days, stretch
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
    until = keep if c.groups is None else last  # hits of groups come from the automata, which see the whole stretch
    if not matters[first:until].any():
        return None
    usable = available[who] & matters[None, :]
    everything = np.maximum(usable.sum(axis=1), 1)
    share = usable[:, :until].sum(axis=1) / everything
    done = ~usable[:, until:].any(axis=1)
    lower = np.where(done, c.lower, np.floor(c.offset + (c.lower - c.offset) * share)).astype(np.int64)
    upper = np.where(done, c.upper, np.ceil(c.offset + (c.upper - c.offset) * share)).astype(np.int64)
    step = 0 if c.values is None else int(c.values.max())
    if not done.all() and step > 1:  # a piece may end anywhere within one duty of its share
        lower = np.where(done, lower, lower - step)
        upper = np.where(done, upper, np.minimum(c.upper, upper + step))
    hurry = math.isinf(c.weight_lower) or math.isinf(c.weight_upper)
    if hurry and not done.all():  # a share is a guide and never forbids: only the end of the horizon does
        guide /= max(1, step)
        weights = (
            guide if math.isinf(c.weight_lower) else c.weight_lower,
            guide if math.isinf(c.weight_upper) else c.weight_upper,
        )
    else:
        weights = (c.weight_lower, c.weight_upper)
    groups = None if c.groups is None else cut_groups(c.groups, first, last)
    values = None
    if c.values is not None:
        values = np.array(c.values[first:last])
        values[keep - first :] = 0
    return replace(
        c,
        lower=lower,
        upper=upper,
        offset=before,
        weight_lower=weights[0],
        weight_upper=weights[1],
        values=values,
        groups=groups,
    )


def _line(line: Line, first: int, last: int) -> Line | None:
    if any(not first <= t.day < last for t in line.terms):
        return None
    return replace(line, terms=tuple(replace(t, day=t.day - first) for t in line.terms), day=line.day - first)
