"""Explain why a roster problem has no plan."""

from __future__ import annotations

import logging
import math
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from optimise.core.method import Deadline, Limits, SerialComm, get_method
from optimise.core.quickxplain import quickxplain
from optimise.core.result import Violation
from optimise.roster.explain.arithmetic import counted_conflict
from optimise.roster.explain.elastic import Elastic
from optimise.roster.explain.explanation import Explanation
from optimise.roster.explain.pieces import Piece, pieces, sentences
from optimise.roster.explain.prices import Prices, softened
from optimise.roster.problem import Roster, RosterProblem

__all__ = ["explain"]

log = logging.getLogger(__name__)

#: Beyond this many duty columns the elastic model is not built; counting still is tried.
MOST_CHOICES = 400_000


def explain(
    problem: RosterProblem,
    *,
    seconds: float,
    seed: int = 0,
    prices: Mapping[str, float] | None = None,
    threads: int = 1,
) -> Explanation | None:
    """Find rules that contradict each other and the cheapest set of rules to relax.

    First what counting shows (a day without a duty, a total or a cover line out of reach), then the cheapest
    relaxation of all hard rules, then an irreducible conflict (Junker 2004) among facts that HiGHS' infeasible
    subsystem, or the broken rules of the nearest roster, point at.

    Parameters
    ----------
    problem : RosterProblem
    seconds : float
        Wall-clock limit; at most half of it goes to the relaxation.
    seed : int
    prices : mapping, optional
        Price of breaking a rule by one unit (person, day, shift length), by rule name; for rules left out see
        :class:`~optimise.roster.explain.prices.Prices`.
    threads : int

    Returns
    -------
    Explanation or None
        None when a plan exists, or when nothing could be found out in time.
    """
    clock = Deadline(seconds)
    facts = pieces(problem)
    if not facts:
        return None
    counted = counted_conflict(problem, facts)
    people, days, duties = problem.shape
    if people * days * duties > MOST_CHOICES:
        return None if counted is None else _counted(problem, counted, _Way())
    cost = Prices(problem, prices)
    elastic = Elastic(problem, facts, prices=cost, threads=threads, seed=seed)
    log.info("explaining %s: %d hard facts, %d columns", problem.name, len(facts), elastic.arrays.columns)
    way = _way_out(problem, elastic, cost, clock, seed)
    if counted is not None:
        return _counted(problem, counted, way)
    if way.nearest is not None and not way.broken:
        return None
    infeasible = elastic.shows_infeasible(way.bound)
    core, exact, shown = _conflict(elastic, clock, way.broken, infeasible)
    if not core and way.nearest is None and not infeasible:
        return None
    parts = tuple(facts[i] for i in core)
    return Explanation(
        conflict=sentences(parts),
        relaxation=way.broken,
        infeasible=infeasible or shown,
        irreducible=bool(core) and exact,
        price=way.price,
        price_bound=max(way.bound, 0.0),
        parts=parts,
        nearest=way.nearest,
    )


@dataclass(frozen=True, slots=True)
class _Way:
    """A way out: the nearest roster, what it breaks, its price, and a lower bound of the price."""

    nearest: Roster | None = None
    broken: tuple[Violation, ...] = ()
    price: float = math.inf
    bound: float = 0.0


def _way_out(problem: RosterProblem, elastic: Elastic, prices: Prices, clock: Deadline, seed: int) -> _Way:
    """The cheapest relaxation: HiGHS for the bound and small wards, the matheuristic where that leaves a gap."""
    solved, nearest = elastic.relax(clock.left / 4)
    price = solved.objective
    if price - solved.bound > 1e-6 * max(1.0, price) or nearest is None:
        soft = softened(problem, elastic.pieces, prices)
        limits = Limits(seconds=max(clock.left / 3, 0.01), target=max(solved.bound, 0.0) * (1 + 1e-7) + 1e-7)
        found = _searched(soft, limits, seed)
        if found is not None:
            evaluation = soft.evaluate(found)
            if evaluation.cost < price:
                price, nearest = evaluation.cost, found
    broken = () if nearest is None else tuple(v for v in problem.evaluate(nearest).violations if v.hard)
    return _Way(nearest, broken, price, solved.bound)


def _searched(soft: RosterProblem, limits: Limits, seed: int) -> Roster | None:
    """A cheap roster of a problem in which everything has a price, by the matheuristic."""
    search = get_method("matheuristic")
    outcome = search.solve(soft, limits=limits, seed=seed, comm=SerialComm(), listen=lambda progress: None)
    return outcome.plan if isinstance(outcome.plan, Roster) else None


def _counted(problem: RosterProblem, counted: tuple[list[Piece], str], way: _Way) -> Explanation:
    """Explanation by a conflict that counting shows."""
    parts, summary = counted
    lines = (summary, *sentences(parts))
    return Explanation(lines, way.broken, True, True, way.price, max(way.bound, 0.0), tuple(parts), way.nearest)


def _conflict(
    elastic: Elastic, clock: Deadline, broken: Sequence[Violation], infeasible: bool
) -> tuple[list[int], bool, bool]:
    """An irreducible conflict (indices of facts), whether certainly irreducible, and whether proven a conflict."""
    facts = elastic.pieces
    start = _start(elastic, clock, broken, infeasible)
    if start is None:
        return [], False, False
    groups: dict[tuple[str, int, int], list[int]] = defaultdict(list)
    for i in start:
        groups[facts[i].group].append(i)

    def together(some: list[list[int]]) -> bool | None:
        return elastic.conflicting([i for group in some for i in group], clock)

    def alone(some: list[int]) -> bool | None:
        return elastic.conflicting(some, clock)

    coarse, _ = quickxplain(list(groups.values()), together)
    # an unanswered coarse test only leaves more for the fine stage, whose own tests decide
    fine, exact = quickxplain([i for group in coarse for i in group], alone)
    return sorted(fine), exact, True


def _start(elastic: Elastic, clock: Deadline, broken: Sequence[Violation], infeasible: bool) -> list[int] | None:
    """Conflicting facts to start from, likely ones first; None when no conflict could be shown."""
    facts = elastic.pieces
    everything = list(range(len(facts)))
    linear = elastic.linear_core(clock, everything)
    if linear is not None and elastic.conflicting(linear, clock):
        return linear
    # what the nearest roster breaks, then all of those people and days, then everything
    problem = elastic.built.problem
    names = {name for v in broken for name in v.who}
    people = {e for e, one in enumerate(problem.employees) if one.id in names}
    days = {d for v in broken for d in v.days}
    near = [i for i in everything if set(facts[i].employees) & people]
    wide = [i for i in everything if i in set(near) or (not facts[i].employees and set(facts[i].days) & days)]
    for some in (near, wide):
        if some and elastic.conflicting(some, clock, most=clock.left / 4):
            return some
    ordered = wide + [i for i in everything if i not in set(wide)]
    if infeasible or elastic.conflicting(everything, clock):
        return ordered
    return None
