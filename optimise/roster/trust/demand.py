"""How much of the demand of whole shifts is met, by everybody or by some people."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass

from optimise.roster.problem import Roster, RosterProblem
from optimise.roster.rules import Cover, Demand, Line
from optimise.roster.rules.compound import Headcounts

__all__ = ["Met", "met_by", "present", "wanted_of"]


@dataclass(frozen=True, slots=True)
class Met:
    """Duties asked for, and how many of them are done.

    Attributes
    ----------
    wanted, met : float
        Duties; one person too many on a shift meets nothing elsewhere.
    others : int
        Head counts that were not looked at, because they ask for people between clock times or for shares.
    """

    wanted: float
    met: float
    others: int

    @property
    def left_out(self) -> str:
        """What was not looked at, as the end of a sentence."""
        return f"; {self.others} head counts between clock times or of shares are not in it" if self.others else ""


def met_by(problem: RosterProblem, plan: Roster, people: frozenset[int] | None) -> Met:
    """How much of the demand is met.

    Parameters
    ----------
    problem : RosterProblem
    plan : Roster
    people : frozenset of int or None
        Only demand of which all who may meet it are among them; None for all demand.

    Returns
    -------
    Met
    """
    wanted = met = 0.0
    for demand in wanted_of(problem, people):
        wanted += demand.minimum
        met += min(demand.minimum, present(plan, demand))
    others = sum(1 for line in _others(problem) if people is None or _among(line, people))
    return Met(wanted, met, others)


def wanted_of(problem: RosterProblem, people: frozenset[int] | None, inside: int = -1) -> Iterator[Demand]:
    """Demand of whole shifts.

    Parameters
    ----------
    problem : RosterProblem
    people : frozenset of int or None
        Only demand of which all who may meet it are among them, skill mix too. None: each person asked for once,
        so that demand for some people inside a demand for anybody does not count again.
    inside : int
        Only demand of duties of this mask; by default of all.

    Yields
    ------
    Demand
        With a minimum above 0.
    """
    demands = [d for rule in problem.rules if isinstance(rule, Cover) for d in rule.demands]
    demands = [d for d in demands if d.minimum > 0 and not d.mask & ~inside]
    if people is None:
        anybody: dict[int, int] = {}
        for d in demands:
            if d.employees is None:
                anybody[d.day] = anybody.get(d.day, 0) | d.mask
        yield from (d for d in demands if d.employees is None or not d.mask & anybody.get(d.day, 0))
        return
    yield from (d for d in demands if d.employees is not None and people.issuperset(d.employees))
    for line in _lines(problem):
        if _whole_shifts(line) and _among(line, people) and not line.terms[0].mask & ~inside:
            term = line.terms[0]
            label = line.title or line.label
            yield Demand(line.day, term.mask, line.lower + line.already, employees=term.employees, label=label)


def present(plan: Roster, demand: Demand) -> int:
    """How many of those who count work a duty that counts.

    Parameters
    ----------
    plan : Roster
    demand : Demand

    Returns
    -------
    int
    """
    duties = plan.duties[:, demand.day]
    some = duties if demand.employees is None else duties[list(demand.employees)]
    return sum(demand.mask >> int(a) & 1 for a in some)


def _lines(problem: RosterProblem) -> Iterator[Line]:
    """Head counts of other rules that ask for people."""
    for rule in problem.rules:
        if isinstance(rule, Headcounts):
            yield from (line for line in rule.lines(problem) if math.isfinite(line.lower))


def _whole_shifts(line: Line) -> bool:
    """Whether a head count asks for a number of people in duties of its own day."""
    one = len(line.terms) == 1 and line.terms[0].coefficient == 1 and line.terms[0].day == line.day
    return one and line.scale == 1 and line.lower > 0 and not line.already


def _others(problem: RosterProblem) -> Iterator[Line]:
    return (line for line in _lines(problem) if not _whole_shifts(line) and len(line.terms) > 0 and line.under)


def _among(line: Line, people: frozenset[int]) -> bool:
    counted = [term for term in line.terms if term.coefficient > 0]
    return all(term.employees is not None and people.issuperset(term.employees) for term in counted)
