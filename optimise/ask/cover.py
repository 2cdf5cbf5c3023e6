"""Who can take a shift: everybody tried, alone and with one swap, against every rule.

Each way is priced exactly by the change of the rows and head counts that it touches (:mod:`optimise.ask.ways`); those
that are returned are evaluated as whole plans.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np

from optimise.ask.reasons import Reason, violation_reason
from optimise.ask.ways import NOISE, Way, WaySearch, changed
from optimise.core.errors import InputError, WardwiseError
from optimise.core.given import typed_call
from optimise.core.kinds import fitted
from optimise.core.problem import Plannable, stated_as
from optimise.core.result import Evaluation, Violation
from optimise.roster.evaluate import lines_broken
from optimise.roster.names import day_named, index_named, person_named, shift_named
from optimise.roster.problem import OFF, Roster, RosterProblem

__all__ = ["Answer", "Changed", "CoverAnswer", "Stopped", "cover_asked", "who_can_cover"]


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
    stays : tuple of Violation
        Hard head counts that the empty place leaves short and that stay short; empty where the place is filled as it
        must be.
    """

    who: str
    changes: tuple[Changed, ...]
    disturbs: tuple[str, ...]
    added: float
    plan: Roster
    evaluation: Evaluation
    by_rule: tuple[tuple[str, float], ...]
    stays: tuple[Violation, ...] = ()


@dataclass(frozen=True, slots=True)
class Stopped:
    """Somebody who cannot take the shift.

    Attributes
    ----------
    who : str
    because : tuple of Reason
        The hard rules that taking it would break, or what else stops the person.
    """

    who: str
    because: tuple[Reason, ...]

    @property
    def rules(self) -> tuple[str, ...]:
        """Names of the hard rules, each once; empty where no rule says so."""
        return tuple(dict.fromkeys(one.rule for one in self.because if one.rule))

    @property
    def reasons(self) -> tuple[str, ...]:
        """A sentence for each."""
        return tuple(dict.fromkeys(one.sentence for one in self.because))


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
        Ways in which nobody else is disturbed, and ways with one swap, one a person in each: first those that keep
        every hard head count of the place, then by cost.
    stopped : tuple of Stopped
        Everybody who cannot.
    more : int
        People who can and are in neither list, since only so many were asked for.
    first : int
        No duty before this day is given up, but for that of the day itself.
    """

    day: int
    shift: str
    instead_of: str | None
    before: Evaluation
    vacant: Evaluation
    alone: tuple[Answer, ...]
    swaps: tuple[Answer, ...]
    stopped: tuple[Stopped, ...]
    more: int = 0
    first: int = 0

    @property
    def possible(self) -> bool:
        """Whether anybody can take it so that no hard head count of the place stays short."""
        return any(not answer.stays for answer in (*self.alone, *self.swaps))


def cover_asked(
    problem: RosterProblem,
    plan: Roster,
    day: str,
    shift: str | None,
    instead_of: str | None,
    *,
    swap: bool = False,
    most: int = 5,
    from_day: str | None = None,
    words: tuple[str, str, str] = ("shift", "instead_of", "swap"),
) -> CoverAnswer:
    """:func:`who_can_cover` in the words of people.

    Parameters
    ----------
    problem : RosterProblem
    plan : Roster
    day : str
        A date, a day number or a day name.
    shift : str or None
        Id or name; None for that of the person replaced.
    instead_of : str or None
        Id or name of who drops out.
    swap : bool
        Only swaps with that person.
    most : int
        Answers of each kind.
    from_day : str or None
        First day on which duties may be given up, as for :func:`who_can_cover`.
    words : tuple of str
        What shift, person and swap are called where they are asked for, for errors.

    Returns
    -------
    CoverAnswer

    Raises
    ------
    WardwiseError
        If they do not say which shift.
    InputError
        If they name what does not exist, or somebody who is off then.
    """
    if swap and instead_of is None:
        raise WardwiseError(f"{words[2]} needs {words[1]}")
    if shift is None and instead_of is None:
        raise WardwiseError(f"{words[0]} or {words[1]} must say which shift")
    when, who = day_named(day, problem), None if instead_of is None else person_named(instead_of, problem)
    if shift is not None:
        wanted = shift_named(shift, problem)
    else:
        assert who is not None
        wanted = problem.duties[int(plan.duties[who, when])].shift
        if wanted < 0:
            raise InputError(f"is off on {problem.horizon.label(when)}", item=f"{words[1]} {instead_of}")
    return who_can_cover(problem, plan, when, wanted, instead_of=who, exchange=swap, most=most, from_day=from_day)


@typed_call
def who_can_cover(
    problem: RosterProblem | Plannable[Roster],
    plan: Roster,
    day: int | str | date,
    shift: int | str,
    *,
    instead_of: int | str | None = None,
    exchange: bool = False,
    most: int = 5,
    from_day: int | str | date | None = None,
) -> CoverAnswer:
    """Find everybody who can take a shift, best first.

    Parameters
    ----------
    problem : RosterProblem or Plannable
        The ward, or a document of it.
    plan : Roster
        As it is.
    day : int, str or date
        0-based day, a date, or a day as people say it.
    shift : int or str
        Index into ``problem.shifts`` (0 is the first shift, not a day off), its id or its name.
    instead_of : int or str, optional
        Who drops out, by index, id or name; works the shift on that day now. Without one, somebody is added to it.
    exchange : bool
        Only swaps with the person replaced, who works a duty of the other one in return.
    most : int
        Answers of each kind that are evaluated and returned.
    from_day : int, str or date, optional
        First day on which somebody may give up a duty in a swap, besides the day asked about. Left out: today, where
        the plan has that date, else its first day.

    Returns
    -------
    CoverAnswer
        No answer breaks a hard rule more than the plan with the place vacant does.

    Raises
    ------
    InputError
        If an argument is not of this ward, the person replaced does not work that shift on that day, or an exchange
        has nobody to exchange with.
    """
    problem = stated_as(RosterProblem, problem)
    plan = fitted(problem, plan)
    day, shift = index_named(day, problem, day_named), index_named(shift, problem, shift_named)
    instead_of = None if instead_of is None else index_named(instead_of, problem, person_named)
    first = _today(problem) if from_day is None else index_named(from_day, problem, day_named)
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
        base = changed(plan, [(instead_of, day, OFF)])
    elif exchange:
        raise InputError("needs the person who wants it", item="exchange")
    search = WaySearch(problem, base, day, duties, instead_of, first)
    direct = {} if exchange else {way.person: way for way in search.alone()}
    with_swap: dict[int, Way] = {}
    for way in search.exchanges() if exchange else search.swaps():
        now = with_swap.get(way.person)
        if now is None or way.rank < now.rank:
            with_swap[way.person] = way
    # a swap that saves nothing disturbs somebody for nothing
    swaps = [w for e, w in with_swap.items() if e not in direct or w.rank < direct[e].rank]
    others = set(search.people) - set(direct) - {w.person for w in swaps}
    final = _Final(problem, plan, before, instead_of, search.lacking.tolist())
    alone, exchanged = final.best(direct.values(), most), final.best(swaps, most)
    shown = {answer.who for answer in (*alone, *exchanged)}
    able = {problem.employees[e].id for e in {*direct, *(w.person for w in swaps)}}
    vacant = before if instead_of is None else problem.evaluate(base)
    return CoverAnswer(
        day=day,
        shift=problem.shifts[shift].id,
        instead_of=None if instead_of is None else problem.employees[instead_of].id,
        before=before,
        vacant=vacant,
        alone=alone,
        swaps=exchanged,
        stopped=tuple(_stopped(search, vacant, sorted(others))),
        more=len(able - shown),
        first=first,
    )


def _today(problem: RosterProblem) -> int:
    """Number of today's day; 0 where the plan does not hold it."""
    start = problem.horizon.start
    since = 0 if start is None else (date.today() - start).days
    return since if 0 <= since < problem.horizon.days else 0


def changed_cells(problem: RosterProblem, plan: Roster, cells: Iterable[tuple[int, int, int]]) -> tuple[Changed, ...]:
    """Cells ``(person, day, new duty)`` by name.

    Parameters
    ----------
    problem : RosterProblem
        The ward.
    plan : Roster
        Before the change.
    cells : iterable of tuple
        Person, day, index of the new duty.

    Returns
    -------
    tuple of Changed
        In the order of the cells.
    """
    names = ["-"] + [d.id for d in problem.duties[1:]]
    return tuple(Changed(problem.employees[e].id, d, names[int(plan.duties[e, d])], names[a]) for e, d, a in cells)


def _stopped(search: WaySearch, vacant: Evaluation, people: Sequence[int]) -> Iterator[Stopped]:
    """Why each of some people cannot take the shift."""
    problem, label = search.problem, search.problem.horizon.label(search.day)
    for e in np.flatnonzero(search.there).tolist():
        works, name = problem.duties[int(search.plan.duties[e, search.day])].id, problem.employees[e].id
        yield Stopped(name, (Reason(f"works {works} on {label} already", (name,), (search.day,)),))
    known = {(v.rule, v.message) for v in vacant.violations if v.hard}
    broken = _broken(problem, search.plan, [(e, search.day, search.duties[0]) for e in people])
    for e in people:
        name = problem.employees[e].id
        new = [violation_reason(v) for v in broken.get(name, ()) if (v.rule, v.message) not in known]
        lines = search.costs.stopping(search.costs.moves(search.day, [e], search.duties[0]))
        new += [Reason(f"{x.label or x.title} {label}".strip(), (), (search.day,), x.rule) for x in lines]
        none = Reason("has no duty to give in return that both may exchange", (name,), (search.day,))
        yield Stopped(name, tuple(dict.fromkeys(new)) or (none,))


def _broken(problem: RosterProblem, plan: Roster, cells: Iterable[tuple[int, int, int]]) -> dict[str, list[Violation]]:
    """Hard rules of single people that each breaks with the person's own cell changed: one evaluation for all."""
    found: dict[str, list[Violation]] = {}
    for v in problem.evaluate(changed(plan, cells)).violations:
        if v.hard and len(v.who) == 1:
            found.setdefault(v.who[0], []).append(v)
    return found


class _Final:
    """Ways as answers, each evaluated as a whole plan."""

    def __init__(
        self, problem: RosterProblem, plan: Roster, before: Evaluation, absent: int | None, lacking: list[int]
    ) -> None:
        self.problem, self.plan, self.before, self.absent, self.lacking = problem, plan, before, absent, lacking

    def best(self, ways: Iterable[Way], most: int) -> tuple[Answer, ...]:
        ordered = sorted(ways, key=lambda w: (*w.rank, len(w.cells), w.person))
        return tuple(self._answer(way) for way in ordered[:most])

    def _answer(self, way: Way) -> Answer:
        problem, plan = self.problem, self.plan
        cells = list(way.cells)
        if self.absent is not None:
            day = way.cells[0][1]
            cells = [c for c in cells if c[:2] != (self.absent, day)] + (
                [c for c in cells if c[:2] == (self.absent, day)] or [(self.absent, day, OFF)]
            )
        after = changed(plan, cells)
        found = problem.evaluate(after)
        changes = changed_cells(problem, plan, cells)
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
            by_rule=tuple(sorted((r for r in by_rule if abs(r[1]) > NOISE), key=lambda r: -r[1])),
            stays=lines_broken(problem, after, self.lacking),
        )
