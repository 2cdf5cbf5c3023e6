"""Ways to fill one place of a roster: somebody alone, with one swap, or in exchange, each priced exactly."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from optimise.roster.increments import Increments, Moves
from optimise.roster.problem import OFF, Roster, RosterProblem

__all__ = ["NOISE", "Way", "WaySearch", "changed"]

#: Hard units and differences of cost below this are rounding.
NOISE = 1e-9


@dataclass(frozen=True, slots=True)
class Way:
    """Changed cells ``(person, day, duty)``, their price, and by how much the place stays short of what must be."""

    person: int
    cells: tuple[tuple[int, int, int], ...]
    cost: float
    short: float = 0.0

    @property
    def rank(self) -> tuple[float, float]:
        """Lower is better: what must be comes before what it costs."""
        return round(self.short, 9), round(self.cost, 9)


def changed(plan: Roster, cells: Iterable[tuple[int, int, int]]) -> Roster:
    duties = plan.duties.copy()
    for person, day, duty in cells:
        duties[person, day] = duty
    return Roster(duties)


def _kinds(rows: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """First row of each kind, and the kind of every row."""
    kinds: dict[bytes, int] = {}
    first: list[int] = []
    alike = np.empty(len(rows), dtype=np.int64)
    for i, row in enumerate(np.ascontiguousarray(rows + 0.0)):  # -0 is 0
        key = row.tobytes()
        if key not in kinds:
            kinds[key] = len(first)
            first.append(i)
        alike[i] = kinds[key]
    return np.array(first, dtype=np.int64), alike


class WaySearch:
    """All ways to fill one place of a roster.

    ``first`` is the first day on which somebody may give up a duty, besides the day of the place itself.
    """

    def __init__(
        self,
        problem: RosterProblem,
        plan: Roster,
        day: int,
        duties: Sequence[int],
        absent: int | None,
        first: int = 0,
    ) -> None:
        self.problem, self.plan, self.day, self.duties, self.absent = problem, plan, day, duties, absent
        self.first = first
        self.costs = Increments(problem, plan)
        #: Hard head counts that are short and that the place would help.
        self.lacking = self.costs.lacking(day, duties)
        now = plan.duties[:, day]
        self.there = np.isin(now, duties)
        self.people = [e for e in range(len(problem.employees)) if e != absent and not self.there[e]]
        self._taking: dict[tuple[int, int], tuple[np.ndarray, np.ndarray, np.ndarray, Moves]] = {}
        self._heads: dict[tuple[int, int, int, bytes], tuple[np.ndarray, np.ndarray, np.ndarray]] = {}

    def alone(self) -> Iterator[Way]:
        """Each person's cheapest duty of the shift with nothing else changed."""
        priced = []
        for a in self.duties:
            soft, rise = self.costs.each(self.day, a)
            more, harder, short = self._counted(self.costs.moves(self.day, range(len(soft)), a))
            priced.append((a, np.where(rise + harder <= NOISE, soft + more, np.inf), short))
        for e in self.people:
            ways = [
                Way(e, ((e, self.day, a),), float(cost[e]), float(short[e]))
                for a, cost, short in priced
                if np.isfinite(cost[e])
            ]
            if ways:
                yield min(ways, key=lambda way: way.rank)

    def swaps(self) -> Iterator[Way]:
        """Each person's cheapest swaps: takes the shift, and gives a duty to somebody who is off then."""
        for e in self.people:
            for a, given, cells, own in self._giving(e):
                d, b = given
                people, soft, alike, theirs = self._takers(d, b)
                if not len(people):
                    continue
                mine = self._moved(cells, e)
                key = (a, d, b, mine.lines.tobytes() + mine.amounts.tobytes())
                if key not in self._heads:
                    self._heads[key] = self._counted(mine + theirs)
                more, harder, short = self._heads[key]
                may = (harder[alike] <= NOISE) & (people != e)
                if may.any():
                    least = short[alike][may].min()
                    cost = np.where(may & (short[alike] <= least + NOISE), soft + more[alike], np.inf)
                    f = int(people[int(cost.argmin())])
                    yield Way(e, (*cells, (f, d, b)), own + float(cost.min()), float(least))

    def exchanges(self) -> Iterator[Way]:
        """Each person's exchanges with the person replaced, who takes a duty in return."""
        absent = self.absent
        assert absent is not None
        back = [(d, int(b)) for d in self._open() for b in np.unique(self.plan.duties[:, d]) if b]
        free = [(d, b) for d, b in back if d == self.day or self.plan.duties[absent, d] == OFF]
        soft, rise = self.costs.rows(absent, self._rows(absent, [((d, b),) for d, b in free]))
        price = {cell: (float(soft[i]), float(rise[i])) for i, cell in enumerate(free)}
        for e in self.people:
            for _, (d, b), cells, own in self._giving(e):
                theirs, broken = price.get((d, b), (0.0, math.inf))
                if broken > NOISE:
                    continue
                more, harder, short = self._counted(self._moved(cells, e) + self.costs.moves(d, [absent], b))
                if harder[0] <= NOISE:
                    yield Way(e, (*cells, (absent, d, b)), own + theirs + float(more[0]), float(short[0]))

    def _open(self) -> list[int]:
        """Days on which duties may be given up."""
        return [d for d in range(self.plan.duties.shape[1]) if d >= self.first or d == self.day]

    def _counted(self, moves: Moves) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Change of the cost of head counts, by how much hard ones break more, and how short the place stays."""
        soft, rise = self.costs.heads(moves)
        return soft, rise, self.costs.short(self.lacking, moves) if len(self.lacking) else np.zeros(len(soft))

    # ---- parts of a swap ---------------------------------------------------------------------------------------
    def _giving(self, e: int) -> list[tuple[int, tuple[int, int], tuple[tuple[int, int, int], ...], float]]:
        """Ways in which a person takes the shift and gives up a duty: ``(taken, (day, given), cells, price)``."""
        row = self.plan.duties[e]
        given = [(d, int(row[d])) for d in self._open() if row[d] != OFF]
        if row[self.day] != OFF:
            given = [(self.day, int(row[self.day]))]  # one duty a day: that of the same day is given up
        ways = [(a, g) for a in self.duties if self.problem.compiled.allowed[e, self.day, a] for g in given]
        if not ways:
            return []
        new = [((self.day, a), (d, OFF)) if d != self.day else ((self.day, a),) for a, (d, _) in ways]
        soft, rise = self.costs.rows(e, self._rows(e, new))
        found = []
        for (a, g), cells, cost, broken in zip(ways, new, soft.tolist(), rise.tolist(), strict=True):
            if broken <= NOISE:
                found.append((a, g, tuple((e, d, b) for d, b in cells), cost))
        return found

    def _takers(self, day: int, duty: int) -> tuple[np.ndarray, np.ndarray, np.ndarray, Moves]:
        """Who is off on a day and may take a duty: the people, the price of each one's own rules, and the change of
        head counts, one row a kind of people, with the kind of each.
        """
        if (day, duty) not in self._taking:
            off = np.flatnonzero(self.plan.duties[:, day] == OFF)
            soft, rise = self.costs.each(day, duty)
            who = off[(rise[off] <= NOISE) & (off != self.absent)]
            moves = self.costs.moves(day, who, duty)
            first, alike = _kinds(moves.amounts)
            self._taking[day, duty] = (who, soft[who], alike, Moves(moves.lines, moves.amounts[first]))
        return self._taking[day, duty]

    def _moved(self, cells: Sequence[tuple[int, int, int]], e: int) -> Moves:
        made = self.costs.moves(cells[0][1], [e], cells[0][2])
        for _, day, duty in cells[1:]:
            made = made + self.costs.moves(day, [e], duty)
        return made

    def _rows(self, e: int, ways: Sequence[Sequence[tuple[int, int]]]) -> np.ndarray:
        """The row of a person with some cells changed, one row a way."""
        rows = np.repeat(self.plan.duties[[e]], len(ways), axis=0)
        for i, cells in enumerate(ways):
            for d, a in cells:
                rows[i, d] = a
        return rows
