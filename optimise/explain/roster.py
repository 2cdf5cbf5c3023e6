"""Explain why a roster problem has no plan."""

from __future__ import annotations

import logging
from collections import defaultdict
from collections.abc import Mapping, Sequence

from optimise.domain.roster import Roster, RosterProblem
from optimise.explain.arithmetic import counted_conflict
from optimise.explain.elastic import Elastic
from optimise.explain.explanation import Explanation
from optimise.explain.pieces import Piece, pieces, sentences
from optimise.explain.quickxplain import quickxplain
from optimise.method import Deadline
from optimise.result import Violation

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
        Wall-clock limit; about half goes to the relaxation.
    seed : int
    prices : mapping, optional
        Price of breaking a rule by one unit (person, day, shift length), by rule name; 1 for rules left out.
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
        return None if counted is None else _counted(problem, counted, None)
    elastic = Elastic(problem, facts, prices=prices, threads=threads, seed=seed)
    log.info("explaining %s: %d hard facts, %d columns", problem.name, len(facts), elastic.arrays.columns)
    solved, nearest = elastic.relax(clock.left / 2)
    broken = _broken(problem, nearest)
    if counted is not None:
        return _counted(problem, counted, nearest, broken, solved.objective, solved.bound)
    if nearest is not None and not broken:
        return None
    infeasible = elastic.shows_infeasible(solved.bound)
    core, exact, shown = _conflict(elastic, clock, broken, infeasible)
    if not core and nearest is None and not infeasible:
        return None
    parts = tuple(facts[i] for i in core)
    return Explanation(
        conflict=sentences(parts),
        relaxation=broken,
        infeasible=infeasible or shown,
        irreducible=bool(core) and exact,
        price=solved.objective,
        price_bound=max(solved.bound, 0.0),
        parts=parts,
        nearest=nearest,
    )


def _counted(
    problem: RosterProblem,
    counted: tuple[list[Piece], str],
    nearest: Roster | None,
    broken: tuple[Violation, ...] = (),
    price: float = float("inf"),
    bound: float = 0.0,
) -> Explanation:
    parts, summary = counted
    return Explanation((summary, *sentences(parts)), broken, True, True, price, max(bound, 0.0), tuple(parts), nearest)


def _broken(problem: RosterProblem, nearest: Roster | None) -> tuple[Violation, ...]:
    """What a roster breaks, by the independent evaluator."""
    if nearest is None:
        return ()
    return tuple(v for v in problem.evaluate(nearest).violations if v.hard)


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
