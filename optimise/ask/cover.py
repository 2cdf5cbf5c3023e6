"""Who can take a shift: everybody tried, alone and with one swap, against every rule.

Each way is priced exactly by the change of the rows and head counts that it touches
(:class:`~optimise.roster.increments.Increments`); those that are returned are evaluated as whole plans.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from optimise.core.errors import InputError
from optimise.core.result import Evaluation
from optimise.roster.increments import Increments, Moves
from optimise.roster.problem import OFF, Roster, RosterProblem

__all__ = ["Answer", "Changed", "CoverAnswer", "Stopped", "who_can_cover"]

#: Hard units below this are rounding.
_NOISE = 1e-9


@dataclass(frozen=True, slots=True)
class Changed:
    """One cell that becomes another duty; ids, ``"-"`` for off."""

    who: str
    day: int
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class Answer:
    """One way to cover the shift.

    Attributes
    ----------
    who : str
        Id of the person who takes it.
    changes : tuple of Changed
        All cells that change, the cell of the person replaced among them.
    disturbs : tuple of str
        Ids of others whose roster changes, the person replaced not counted.
    added : float
        Cost of the whole plan after it, less its cost now.
    plan : Roster
        The plan after it.
    evaluation : Evaluation
        Of that plan.
    by_rule : tuple of (str, float)
        Rules whose cost changes, and by how much, dearest first.
    """

    who: str
    changes: tuple[Changed, ...]
    disturbs: tuple[str, ...]
    added: float
    plan: Roster
    evaluation: Evaluation
    by_rule: tuple[tuple[str, float], ...]


@dataclass(frozen=True, slots=True)
class Stopped:
    """Somebody who cannot take the shift.

    Attributes
    ----------
    who : str
    rules : tuple of str
        Names of the hard rules that taking it would break; empty where no rule says so.
    reasons : tuple of str
        A sentence for each.
    """

    who: str
    rules: tuple[str, ...]
    reasons: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class CoverAnswer:
    """Who can take a shift.

    Attributes
    ----------
    day : int
    shift : str
    instead_of : str or None
        Whom they replace.
    before : Evaluation
        The plan as it is.
    vacant : Evaluation
        The plan with nobody in the place of the person replaced; the same as ``before`` without one.
    alone, swaps : tuple of Answer
        Ways in which nobody else is disturbed, and ways with one swap; best first, one a person in each.
    stopped : tuple of Stopped
        Everybody who is in neither list.
    """

    day: int
    shift: str
    instead_of: str | None
    before: Evaluation
    vacant: Evaluation
    alone: tuple[Answer, ...]
    swaps: tuple[Answer, ...]
    stopped: tuple[Stopped, ...]

    @property
    def possible(self) -> bool:
        """Whether anybody can take it."""
        return bool(self.alone or self.swaps)


@dataclass(frozen=True, slots=True)
class _Way:
    """Changed cells ``(person, day, duty)`` and their price."""

    person: int
    cells: tuple[tuple[int, int, int], ...]
    cost: float


def who_can_cover(
    problem: RosterProblem,
    plan: Roster,
    day: int,
    shift: int,
    *,
    instead_of: int | None = None,
    exchange: bool = False,
    most: int = 5,
) -> CoverAnswer:
    """Find everybody who can take a shift, best first.

    Parameters
    ----------
    problem : RosterProblem
        The ward.
    plan : Roster
        As it is.
    day : int
        0-based day.
    shift : int
        Index of the shift.
    instead_of : int, optional
        Who drops out; works the shift on that day now. Without one, somebody is added to it.
    exchange : bool
        Only swaps with the person replaced, who works a duty of the other one in return.
    most : int
        Answers of each kind that are evaluated and returned.

    Returns
    -------
    CoverAnswer
        No answer breaks a hard rule more than the plan with the place vacant does.

    Raises
    ------
    InputError
        If the person replaced does not work that shift on that day, or an exchange has nobody to exchange with.
    """
    before = problem.evaluate(plan)
    duties = [a for a, d in enumerate(problem.duties) if d.shift == shift]
    base = plan
    if instead_of is not None:
        mine = int(plan.duties[instead_of, day])
        if problem.duties[mine].shift != shift:
            does = problem.duties[mine].id if mine != OFF else "off"
            text = f"is {does} on {problem.horizon.label(day)}, not {problem.shifts[shift].id}"
            raise InputError(text, item=f"person {problem.employees[instead_of].id!r}")
        duties = [mine]
        base = _changed(plan, [(instead_of, day, OFF)])
    elif exchange:
        raise InputError("needs the person who wants it", item="exchange")
    search = _Search(problem, base, day, duties, instead_of)
    direct = {} if exchange else {way.person: way for way in search.alone()}
    with_swap: dict[int, _Way] = {}
    for way in search.exchanges() if exchange else search.swaps():
        now = with_swap.get(way.person)
        if now is None or way.cost < now.cost:
            with_swap[way.person] = way
    # a swap that saves nothing disturbs somebody for nothing
    swaps = [w for e, w in with_swap.items() if e not in direct or w.cost < direct[e].cost - _NOISE]
    others = set(search.people) - set(direct) - {w.person for w in swaps}
    final = _Final(problem, plan, before, instead_of)
    return CoverAnswer(
        day=day,
        shift=problem.shifts[shift].id,
        instead_of=None if instead_of is None else problem.employees[instead_of].id,
        before=before,
        vacant=before if instead_of is None else problem.evaluate(base),
        alone=final.best(direct.values(), most),
        swaps=final.best(swaps, most),
        stopped=tuple(search.stopped(sorted(others))),
    )


def _changed(plan: Roster, cells: Iterable[tuple[int, int, int]]) -> Roster:
    duties = plan.duties.copy()
    for person, day, duty in cells:
        duties[person, day] = duty
    return Roster(duties)


class _Search:
    """All ways to fill one place of a roster."""

    def __init__(
        self, problem: RosterProblem, plan: Roster, day: int, duties: Sequence[int], absent: int | None
    ) -> None:
        self.problem, self.plan, self.day, self.duties, self.absent = problem, plan, day, duties, absent
        self.costs = Increments(problem, plan)
        now = plan.duties[:, day]
        self.there = np.isin(now, duties)
        self.people = [e for e in range(len(problem.employees)) if e != absent and not self.there[e]]
        self._taking: dict[tuple[int, int], tuple[np.ndarray, np.ndarray, np.ndarray, Moves]] = {}
        self._heads: dict[tuple[int, int, int, bytes], tuple[np.ndarray, np.ndarray]] = {}

    def alone(self) -> Iterator[_Way]:
        """Each person's cheapest duty of the shift with nothing else changed."""
        priced = []
        for a in self.duties:
            soft, rise = self.costs.each(self.day, a)
            more, harder = self.costs.heads(self.costs.moves(self.day, range(len(soft)), a))
            priced.append((a, np.where(rise + harder <= _NOISE, soft + more, np.inf)))
        for e in self.people:
            ways = [_Way(e, ((e, self.day, a),), float(cost[e])) for a, cost in priced if np.isfinite(cost[e])]
            if ways:
                yield min(ways, key=lambda way: way.cost)

    def swaps(self) -> Iterator[_Way]:
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
                    self._heads[key] = self.costs.heads(mine + theirs)
                more, harder = self._heads[key]
                cost = np.where((harder[alike] <= _NOISE) & (people != e), soft + more[alike], np.inf)
                if math.isfinite(cost.min()):
                    f = int(people[int(cost.argmin())])
                    yield _Way(e, (*cells, (f, d, b)), own + float(cost.min()))

    def exchanges(self) -> Iterator[_Way]:
        """Each person's exchanges with the person replaced, who takes a duty in return."""
        absent = self.absent
        assert absent is not None
        back = [(d, int(b)) for d in range(self.plan.duties.shape[1]) for b in np.unique(self.plan.duties[:, d]) if b]
        free = [(d, b) for d, b in back if d == self.day or self.plan.duties[absent, d] == OFF]
        soft, rise = self.costs.rows(absent, self._rows(absent, [((d, b),) for d, b in free]))
        price = {cell: (float(soft[i]), float(rise[i])) for i, cell in enumerate(free)}
        for e in self.people:
            for _, (d, b), cells, own in self._giving(e):
                theirs, broken = price.get((d, b), (0.0, math.inf))
                if broken > _NOISE:
                    continue
                more, harder = self.costs.heads(self._moved(cells, e) + self.costs.moves(d, [absent], b))
                if harder[0] <= _NOISE:
                    yield _Way(e, (*cells, (absent, d, b)), own + theirs + float(more[0]))

    def stopped(self, people: Sequence[int]) -> Iterator[Stopped]:
        """Why each of some people cannot take the shift."""
        problem, label = self.problem, self.problem.horizon.label(self.day)
        for e in np.flatnonzero(self.there).tolist():
            works = problem.duties[int(self.plan.duties[e, self.day])].id
            yield Stopped(problem.employees[e].id, (), (f"works {works} on {label} already",))
        known = {(v.rule, v.message) for v in problem.evaluate(self.plan).violations if v.hard}
        broken = _broken(problem, self.plan, [(e, self.day, self.duties[0]) for e in people])
        for e in people:
            new = [v for v in broken.get(problem.employees[e].id, ()) if v not in known]
            lines = self.costs.stopping(self.costs.moves(self.day, [e], self.duties[0]))
            new += [(line.rule, f"{line.label or line.title} {label}".strip()) for line in lines]
            name = problem.employees[e].id
            if new:
                yield Stopped(name, tuple(dict.fromkeys(r for r, _ in new)), tuple(dict.fromkeys(m for _, m in new)))
            else:
                yield Stopped(name, (), ("has no duty to give in return that both may exchange",))

    # ---- parts of a swap ---------------------------------------------------------------------------------------
    def _giving(self, e: int) -> list[tuple[int, tuple[int, int], tuple[tuple[int, int, int], ...], float]]:
        """Ways in which a person takes the shift and gives up a duty: ``(taken, (day, given), cells, price)``."""
        row = self.plan.duties[e]
        given = [(d, int(row[d])) for d in np.flatnonzero(row != OFF).tolist()]
        if row[self.day] != OFF:
            given = [(self.day, int(row[self.day]))]  # one duty a day: that of the same day is given up
        ways = [(a, g) for a in self.duties if self.problem.compiled.allowed[e, self.day, a] for g in given]
        if not ways:
            return []
        new = [((self.day, a), (d, OFF)) if d != self.day else ((self.day, a),) for a, (d, _) in ways]
        soft, rise = self.costs.rows(e, self._rows(e, new))
        found = []
        for (a, g), cells, cost, broken in zip(ways, new, soft.tolist(), rise.tolist(), strict=True):
            if broken <= _NOISE:
                found.append((a, g, tuple((e, d, b) for d, b in cells), cost))
        return found

    def _takers(self, day: int, duty: int) -> tuple[np.ndarray, np.ndarray, np.ndarray, Moves]:
        """Who is off on a day and may take a duty: the people, the price of each one's own rules, and the change of
        head counts, one row a kind of people, with the kind of each.
        """
        if (day, duty) not in self._taking:
            off = np.flatnonzero(self.plan.duties[:, day] == OFF)
            soft, rise = self.costs.each(day, duty)
            who = off[(rise[off] <= _NOISE) & (off != self.absent)]
            moves = self.costs.moves(day, who, duty)
            kinds, alike = np.unique(moves.amounts, axis=0, return_inverse=True)
            self._taking[day, duty] = (who, soft[who], alike.reshape(-1), Moves(moves.lines, kinds))
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


def _broken(
    problem: RosterProblem, plan: Roster, cells: Iterable[tuple[int, int, int]]
) -> dict[str, list[tuple[str, str]]]:
    """Hard rules of single people that each breaks with the person's own cell changed: one evaluation for all."""
    found: dict[str, list[tuple[str, str]]] = {}
    for v in problem.evaluate(_changed(plan, cells)).violations:
        if v.hard and len(v.who) == 1:
            found.setdefault(v.who[0], []).append((v.rule, v.message))
    return found


class _Final:
    """Ways as answers, each evaluated as a whole plan."""

    def __init__(self, problem: RosterProblem, plan: Roster, before: Evaluation, absent: int | None) -> None:
        self.problem, self.plan, self.before, self.absent = problem, plan, before, absent

    def best(self, ways: Iterable[_Way], most: int) -> tuple[Answer, ...]:
        ordered = sorted(ways, key=lambda w: (round(w.cost, 9), len(w.cells), w.person))
        return tuple(self._answer(way) for way in ordered[:most])

    def _answer(self, way: _Way) -> Answer:
        problem, plan = self.problem, self.plan
        cells = list(way.cells)
        if self.absent is not None:
            day = way.cells[0][1]
            cells = [c for c in cells if c[:2] != (self.absent, day)] + (
                [c for c in cells if c[:2] == (self.absent, day)] or [(self.absent, day, OFF)]
            )
        after = _changed(plan, cells)
        found = problem.evaluate(after)
        names = ["-"] + [d.id for d in problem.duties[1:]]
        changes = tuple(
            Changed(problem.employees[e].id, d, names[int(plan.duties[e, d])], names[a]) for e, d, a in cells
        )
        others = {e for e, _, _ in cells} - {way.person, self.absent}
        earlier = {r.rule: r.cost for r in self.before.rules if not r.hard}
        by_rule = [(r.rule, r.cost - earlier.get(r.rule, 0.0)) for r in found.rules if not r.hard]
        return Answer(
            who=problem.employees[way.person].id,
            changes=changes,
            disturbs=tuple(problem.employees[e].id for e in sorted(others)),
            added=found.cost - self.before.cost,
            plan=after,
            evaluation=found,
            by_rule=tuple(sorted((r for r in by_rule if abs(r[1]) > _NOISE), key=lambda r: -r[1])),
        )
