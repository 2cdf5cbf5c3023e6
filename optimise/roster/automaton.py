"""One person's sequence rules as a layered weighted automaton.

All patterns of a person (over days and over groups of days such as weekends) are followed at once: a state is the
set of partial matches, kept as the bits of one integer and advanced by the shift-and step of Baeza-Yates and Gonnet
(1992), ``S' = ((S << 1) | starts on this day) & members(duty)``. The subset construction visits only states that can
be reached; then equivalent states are merged from the last day backwards (Hopcroft's criterion, trivial on layers),
which leaves the minimal layered automaton. Patterns that are automata themselves (``Pattern.regular``) are read beside
them, one reading for each place that has begun. Edge conventions and history are already resolved in the places of the
patterns, so nothing here knows about them.

The automaton also remembers whether the current group of each *tracked* calendar (weekends of a counter) has been
hit, so that a group counter grows by exactly one on the first hit.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from optimise.core.errors import UnsupportedError
from optimise.roster.compiled import CompiledRoster
from optimise.roster.matching import Bits, Readers, Reading, letters_of
from optimise.roster.rules.primitives import Pattern

__all__ = ["Automata", "Automaton", "Layer", "automata", "minimised"]

#: More states than this on one day and the rules are not suited to an automaton.
MOST_STATES = 50_000

Groups = tuple[tuple[int, ...], ...]
#: partial matches over days, hit flags of the calendars, partial matches over groups, readings
State = tuple[int, int, int, Reading]


@dataclass(frozen=True, eq=False)
class Layer:
    """Transitions of one day.

    Attributes
    ----------
    next : ndarray of int32, shape (states, letters)
        State on the next day, or -1 where a hard pattern would match or no completion exists.
    cost : ndarray of float64, shape (states, letters)
        Cost of the soft patterns that match with this letter. In a lenient automaton complex: the imaginary part is
        the number of hard units that are broken.
    hits : ndarray of int8, shape (states, letters, calendars)
        1 where the letter is the first of its group that lies in the calendar's mask.
    """

    next: NDArray[np.int32]
    cost: NDArray[Any]
    hits: NDArray[np.int8]


@dataclass(frozen=True, eq=False)
class Automaton:
    """Deterministic layered automaton of all sequence patterns of one person; it starts in state 0.

    Attributes
    ----------
    letter : ndarray of int16, shape (alphabet,)
        Duties with the same letter are alike for all patterns and calendars.
    layers : tuple of Layer
        One per day.
    calendars : tuple of (groups, mask)
        The calendars whose hits are reported.
    feasible : bool
        Whether any word avoids all hard patterns.
    """

    letter: NDArray[np.int16]
    layers: tuple[Layer, ...]
    calendars: tuple[tuple[Groups, int], ...]
    feasible: bool

    @property
    def letters(self) -> int:
        return int(self.letter.max()) + 1

    @property
    def states(self) -> int:
        """States over all days."""
        return sum(len(layer.next) for layer in self.layers)

    def weight(self, duties: Sequence[int] | NDArray[np.int16]) -> float:
        """Cost of a word of duties; infinite when a hard pattern matches."""
        if not self.feasible:
            return np.inf
        state, total = 0, 0.0
        for layer, duty in zip(self.layers, duties, strict=True):
            a = self.letter[duty]
            total += float(layer.cost[state, a])
            state = int(layer.next[state, a])
            if state < 0:
                return np.inf
        return total

    def hits(self, duties: Sequence[int] | NDArray[np.int16]) -> NDArray[np.int64]:
        """Number of hit groups of each calendar for a word without hard matches."""
        state, total = 0, np.zeros(len(self.calendars), dtype=np.int64)
        for layer, duty in zip(self.layers, duties, strict=True):
            a = self.letter[duty]
            total += layer.hits[state, a]
            state = int(layer.next[state, a])
        return total


@dataclass(frozen=True, eq=False)
class Automata:
    """The automata of a problem: ``of[e]`` is the index of person e's automaton in ``distinct``."""

    distinct: tuple[Automaton, ...]
    of: NDArray[np.int32]

    def __getitem__(self, employee: int) -> Automaton:
        return self.distinct[int(self.of[employee])]


def automata(compiled: CompiledRoster, *, lenient: bool = False) -> Automata:
    """Build the automaton of every person; people with the same patterns share one.

    Parameters
    ----------
    compiled : CompiledRoster
    lenient : bool
        Count the units by which hard patterns are broken (imaginary part of the costs) instead of forbidding them.

    Raises
    ------
    UnsupportedError
        If groups of days overlap, or the automaton would have more than 50,000 states on a day.
    """
    people, days = compiled.employees, compiled.days
    places: list[tuple[Pattern, NDArray[np.bool_]]] = []
    for pattern in compiled.sequences:
        extent = days if pattern.groups is None else len(pattern.groups)
        times = np.zeros((people, extent), dtype=np.int32)
        np.add.at(times, (pattern.employees, pattern.starts), 1)
        while times.any():  # a place listed k times counts k times
            places.append((pattern, times > 0))
            times = np.maximum(times - 1, 0)
    tracked: list[dict[tuple[Groups, int], None]] = [{} for _ in range(people)]
    for counter in compiled.counters:
        if counter.groups is not None:
            for e in counter.employees.tolist():
                tracked[e][counter.groups, counter.mask] = None
    found: dict[tuple[bytes, tuple[tuple[Groups, int], ...]], int] = {}
    distinct: list[Automaton] = []
    of = np.zeros(people, dtype=np.int32)
    for e in range(people):
        calendars = tuple(sorted(tracked[e]))
        key = (b"".join(at[e].tobytes() for _, at in places), calendars)
        if key not in found:
            found[key] = len(distinct)
            mine = [(pattern, at[e]) for pattern, at in places if at[e].any()]
            distinct.append(_Builder(mine, calendars, days, compiled.alphabet, lenient).build())
        of[e] = found[key]
    return Automata(tuple(distinct), of)


class _Builder:
    """Subset construction for one set of patterns."""

    def __init__(
        self,
        patterns: list[tuple[Pattern, NDArray[np.bool_]]],
        calendars: tuple[tuple[Groups, int], ...],
        days: int,
        alphabet: int,
        lenient: bool = False,
    ) -> None:
        self.price = np.complex128 if lenient else np.float64
        work = (1 << alphabet) - 2
        self.days, self.calendars = days, calendars
        by_groups: dict[Groups, list[tuple[Pattern, NDArray[np.bool_]]]] = defaultdict(list)
        daily = [(p, at) for p, at in patterns if p.groups is None and p.regular is None]
        read = [(p, p.regular, at) for p, at in patterns if p.regular is not None]
        for p, at in patterns:
            if p.groups is not None:
                by_groups[p.groups].append((p, at))
        #: all calendars that are followed: the reported ones first, then those only needed by group patterns
        self.followed = list(calendars)
        self.followed += [(g, work) for g in by_groups if (g, work) not in calendars]
        self.letter, representatives = letters_of(
            daily, [mask for _, mask in self.followed], [regular for _, regular, _ in read], alphabet
        )
        self.readers = Readers([(p, regular) for p, regular, _ in read], representatives, lenient)
        self.opened = [tuple(i for i, (_, _, at) in enumerate(read) if at[day]) for day in range(days)]
        self.inside = [[bool(mask >> a & 1) for a in representatives] for _, mask in self.followed]
        self.bits = Bits(alphabet, days, lenient)
        for p, at in daily:
            self.bits.add(p, at)
        self.bits.members = [self.bits.members[a] for a in representatives]
        # group patterns of all calendars share one word; a closing group moves only its own calendar's bits
        most = max((len(g) for g in by_groups), default=0)
        self.group_bits = Bits(2, most, lenient)
        self.own: dict[int, int] = {}
        for g, listed in by_groups.items():
            first = self.group_bits.size
            for p, at in listed:
                self.group_bits.add(p, at)
            which = self.followed.index((g, work))
            self.own[which] = ((1 << self.group_bits.size) - 1) & ~((1 << first) - 1)
        self.events = _events([g for g, _ in self.followed], days)

    def build(self) -> Automaton:
        frontier: list[State] = [(0, 0, 0, ())]
        cache: dict[object, tuple[list[State], Layer]] = {}
        layers: list[Layer] = []
        for day in range(self.days):
            groups = tuple(
                (c, last, self.group_bits.starts[g] if c in self.own else 0) for c, g, last in self.events[day]
            )
            key = (self.bits.starts[day], groups, self.opened[day], tuple(frontier))
            if key not in cache:  # in the middle of the horizon every week looks like the one before
                cache[key] = self._advance(frontier, self.bits.starts[day], groups, self.opened[day])
            frontier, layer = cache[key]
            layers.append(layer)
            if not frontier:
                return Automaton(self.letter, (), self.calendars, False)
        return minimised(self.letter, layers, self.calendars)

    def _advance(
        self,
        frontier: list[State],
        starts: int,
        groups: tuple[tuple[int, bool, int], ...],
        opened: tuple[int, ...],
    ) -> tuple[list[State], Layer]:
        letters, tracked = len(self.bits.members), len(self.calendars)
        nxt = np.full((len(frontier), letters), -1, dtype=np.int32)
        cost = np.zeros((len(frontier), letters), dtype=self.price)
        hits = np.zeros((len(frontier), letters, tracked), dtype=np.int8)
        index: dict[State, int] = {}
        for i, (word, flags, group_word, reading) in enumerate(frontier):
            for a in range(letters):
                new, price = self.bits.step(word, starts, a)
                if new < 0:
                    continue
                read, extra = self.readers.step(reading, opened, a)
                if read is None:
                    continue
                price += extra
                marks, over = flags, group_word
                for c, last, group_starts in groups:
                    if self.inside[c][a] and not marks >> c & 1:
                        marks |= 1 << c
                        if c < tracked:
                            hits[i, a, c] = 1
                    if last:
                        if c in self.own:
                            own = self.own[c]
                            moved, more = self.group_bits.step(over & own, group_starts & own, marks >> c & 1)
                            if moved < 0:
                                break
                            over = (over & ~own) | moved
                            price += more
                        marks &= ~(1 << c)
                else:
                    nxt[i, a] = index.setdefault((new, marks, over, read), len(index))
                    cost[i, a] = price
        if len(index) > MOST_STATES:
            raise UnsupportedError(f"the sequence rules of one person need over {MOST_STATES} automaton states")
        return list(index), Layer(nxt, cost, hits)


def minimised(letter: NDArray[np.int16], layers: list[Layer], calendars: tuple[tuple[Groups, int], ...]) -> Automaton:
    """The automaton of these layers without what has no completion; equivalent states and letters are joined."""
    merged, feasible = _minimised(layers)
    joined, merged = _fewerletters_of(letter, merged)
    return Automaton(joined, merged, calendars, feasible)


def _events(calendars: list[Groups], days: int) -> list[list[tuple[int, int, bool]]]:
    """By day: (calendar, group, whether this is the group's last day)."""
    events: list[list[tuple[int, int, bool]]] = [[] for _ in range(days)]
    for c, groups in enumerate(calendars):
        before = -1
        for g, group in enumerate(groups):
            if min(group) <= before:
                raise UnsupportedError("groups of days must be in order and must not overlap")
            before = max(group)
            for day in range(min(group), before + 1):
                if day in group:
                    events[day].append((c, g, day == before))
    return events


def _minimised(layers: list[Layer]) -> tuple[tuple[Layer, ...], bool]:
    """Drop states without completion and merge equivalent ones, last day first."""
    out: list[Layer] = []
    after: NDArray[np.int32] | None = None  # new index of each state of the following day; -1 = dead
    seen: dict[tuple[int, bytes], tuple[Layer, NDArray[np.int32]]] = {}
    for layer in reversed(layers):
        key = (id(layer), b"" if after is None else after.tobytes())
        if key not in seen:
            seen[key] = _merged(layer, after)
        small, after = seen[key]
        out.append(small)
    out.reverse()
    assert after is not None
    return tuple(out), bool(after[0] >= 0)


def _fewerletters_of(
    letter: NDArray[np.int16], layers: tuple[Layer, ...]
) -> tuple[NDArray[np.int16], tuple[Layer, ...]]:
    """Join letters whose transitions are the same everywhere (shifts that differ only in name)."""
    distinct = list({id(layer): layer for layer in layers}.values())
    index: dict[tuple[bytes, ...], int] = {}
    first: list[int] = []
    new = np.zeros(int(letter.max()) + 1, dtype=np.int16)
    for a in range(len(new)):
        name = tuple(
            part.tobytes() for layer in distinct for part in (layer.next[:, a], layer.cost[:, a], layer.hits[:, a])
        )
        if name not in index:
            index[name] = len(first)
            first.append(a)
        new[a] = index[name]
    made = {id(s): Layer(s.next[:, first].copy(), s.cost[:, first].copy(), s.hits[:, first].copy()) for s in distinct}
    return new[letter], tuple(made[id(layer)] for layer in layers)


def _merged(layer: Layer, after: NDArray[np.int32] | None) -> tuple[Layer, NDArray[np.int32]]:
    nxt = layer.next.copy()
    live = nxt >= 0
    if after is None:
        nxt[live] = 0
    else:
        nxt[live] = after[nxt[live]]
    live = nxt >= 0
    cost = np.where(live, layer.cost, 0.0)
    hits = np.where(live[..., None], layer.hits, 0).astype(np.int8)
    states = len(nxt)
    rows = np.concatenate([nxt.astype(np.float64), cost, hits.reshape(states, -1).astype(np.float64)], axis=1)
    keep = np.flatnonzero(live.any(axis=1))
    index: dict[bytes, int] = {}
    new = np.full(states, -1, dtype=np.int32)
    first: list[int] = []
    for i in keep.tolist():
        name = rows[i].tobytes()
        if name not in index:
            index[name] = len(first)
            first.append(i)
        new[i] = index[name]
    return Layer(nxt[first], cost[first], hits[first]), new
