"""Method ``auto``: a sensible choice by the size of the problem and the number of ranks.

Options are passed on to the methods chosen.
"""

from __future__ import annotations

import logging
import math
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from optimise.core.errors import UnsupportedError
from optimise.core.method import (
    Communicator,
    Deadline,
    Limits,
    Listener,
    Method,
    Outcome,
    Progress,
    available_methods,
    get_method,
    stopping,
)
from optimise.core.result import Plan, Stop

__all__ = ["AutoMethod", "choices", "size"]

log = logging.getLogger(__name__)

#: Decisions of a hospital up to which the whole model alone is the best choice. Measured on two cores: HiGHS closes
#: IHTC small01 (about 200 decisions) and finds no plan in 40 s for test01 (about 3000).
SMALL = 500
#: Decisions of a roster up to which the whole model has a first try, of some seconds at most. Measured on random wards
#: of 10 to 110 decisions: HiGHS proves nearly all of them in 0.1 s, column generation takes 0.4 to 3 s and more.
TINY, TRY_SECONDS = 250, 5.0
#: Decisions of a roster from which a plan is made first: column generation needs minutes there to find one.
LARGE = 100_000
#: Table cells of all people together beyond which one round of exact pricing takes minutes.
MOST_WORK = 4e8
#: Share of the time that goes to finding a good plan before the whole model starts from it.
FIRST_SHARE = 0.35
#: Methods asked one after the other while there is no plan; share of the time after which the chosen one gives way.
FALLBACKS, PATIENCE = ("matheuristic", "highs"), 0.5


class AutoMethod:
    """A choice by kind and size: column generation for rosters and beds, search for hospitals, HiGHS for small ones."""

    name = "auto"
    resumable = True

    def supports(self, problem: Any) -> bool:
        return bool(choices(problem, 1)) or bool(choices(problem, 2))

    def solve(
        self,
        problem: Any,
        *,
        limits: Limits,
        seed: int,
        comm: Communicator,
        listen: Listener,
        start: Plan | None = None,
        options: Mapping[str, Any] | None = None,
    ) -> Outcome:
        chosen = choices(problem, comm.size)
        if not chosen:
            raise UnsupportedError(f"no installed method works on {problem.kind} problems")
        first_share, tried = FIRST_SHARE, chosen[:-1] == ("highs",)
        if tried and limits.iterations is not None:  # a try ends by the clock, on which work limits must not depend
            chosen = chosen[1:]
        elif tried:
            first_share = min(FIRST_SHARE, TRY_SECONDS / max(limits.seconds, TRY_SECONDS))
        log.info("auto: %d decisions, %s", size(problem), " then ".join(chosen))
        clock = Deadline(limits.seconds)
        best: Outcome | None = None
        spare = tuple(name for name in FALLBACKS if name != chosen[-1] and _usable(name, problem))
        for position, name in enumerate((*chosen, *spare)):
            left = comm.bcast(clock.left)
            if position >= len(chosen) and (_planned(best) or left < 0.1):
                break
            last = position == len(chosen) - 1 or position == len(chosen) + len(spare) - 1
            share = left if last else first_share * left
            # ranks above 0 do not hear of plans, and work limits must not depend on the clock
            patient = comm.rank > 0 or limits.iterations is not None or position != len(chosen) - 1 or not spare
            told = _Remembering(listen, math.inf if patient else PATIENCE * left)
            method = get_method(name)
            if position >= len(chosen):
                log.info("auto: no plan yet; %s for up to %.1f s", name, share)
            mine = method.solve(
                problem,
                limits=replace(limits, seconds=max(0.1, share)),
                seed=seed,
                comm=comm,
                listen=told,
                start=best.plan if best is not None and best.plan is not None else start,
                options=_options(method, options),
            )
            # Every rank must take the same way from here, and only rank 0's outcome counts.
            best, asked = comm.bcast((_better(best, mine), told.asked))
            ended = best.stop in (Stop.OPTIMAL, Stop.GAP) and _planned(best)
            if asked or ended or best.stop is Stop.INFEASIBLE or best.bounds.primal <= limits.target:
                break
        assert best is not None
        # who gave way has not been interrupted by anybody
        return replace(best, stop=Stop.TIME) if best.stop is Stop.INTERRUPTED and not asked else best


def _options(method: Method, options: Mapping[str, Any] | None) -> dict[str, Any]:
    """What a method is told; where to keep its state only if it can."""
    kept = () if getattr(method, "resumable", False) else ("checkpoint", "resume")
    return {name: value for name, value in (options or {}).items() if name not in kept}


def _planned(outcome: Outcome | None) -> bool:
    return outcome is not None and math.isfinite(outcome.bounds.primal)


class _Remembering:
    """Passes messages on and remembers whether the listener has asked to stop.

    A method that has no plan after ``patience`` seconds is asked to stop too, so that another can have its turn.
    """

    def __init__(self, listen: Listener, patience: float = math.inf) -> None:
        self.listen, self.asked = listen, False
        self.clock, self.planned = Deadline(patience), False

    @property
    def late(self) -> bool:
        return self.clock.over and not self.planned

    @property
    def stopping(self) -> bool:
        self.asked = self.asked or stopping(self.listen)
        return self.asked or self.late

    def __call__(self, progress: Progress) -> bool:
        self.planned = self.planned or math.isfinite(progress.primal)
        self.asked = bool(self.listen(progress)) or self.asked
        return self.asked or self.late


def size(problem: Any) -> int:
    """Rough number of yes-or-no decisions of the whole model."""
    if problem.kind == "roster":
        people, days, duties = problem.shape
        return int(people * days * max(1, duties - 1))
    if problem.kind == "region":
        return int(problem.supply.size * len(problem.trusts))
    if problem.kind == "capacity":
        return int(problem.scenarios.count * problem.outlying.size * problem.rounds)
    if problem.kind == "blocks":
        return int(problem.arrays.integer.sum())
    rooms = (~problem.patients.forbidden).sum(axis=1)
    window = problem.patients.due - problem.patients.release + 1
    return int((rooms * window).sum())


def choices(problem: Any, ranks: int) -> tuple[str, ...]:
    """Names of the methods to use one after the other; empty when none is installed for this kind of problem.

    Rosters go to column generation, which beat the whole model on every benchmark tried and uses all ranks; tiny ones
    after a short try of the whole model. What it cannot express goes to fix-and-optimise and then, from that plan, to
    the whole model.
    """
    decisions = size(problem)
    if problem.kind == "roster":
        if _usable("column-generation", problem):
            # the longest ones have a way of their own in there, which makes its own first plan
            early = decisions > LARGE and not _endless(problem) and _usable("matheuristic", problem)
            tiny = decisions <= TINY and _usable("highs", problem)
            first = ("matheuristic",) if early else ("highs",) if tiny else ()
            return (*first, "column-generation")
        wanted: tuple[str, ...] = ("matheuristic", "highs")
    elif problem.kind == "region":
        wanted = ("federated",) if _usable("federated", problem) else ("highs",)
    elif problem.kind == "capacity":
        wanted = ("benders",) if _usable("benders", problem) else ("highs",)
    elif problem.kind == "blocks":
        wanted = ("column-generation",) if _usable("column-generation", problem) else ("highs",)
    elif decisions <= SMALL:
        wanted = ("highs",)
    else:
        # beds with fixed stays: the search there and prices for the bound; everything else: the joint search
        wanted = ("column-generation", "hospital", "matheuristic")
        wanted = next(((name,) for name in wanted if _usable(name, problem)), ())
    usable = tuple(name for name in wanted if _usable(name, problem))
    return usable or tuple(name for name in ("highs", "matheuristic") if _usable(name, problem))


def _endless(problem: Any) -> bool:
    """Whether one exact pricing round over everybody would take minutes (a year of Curtois Instance22: 130 s)."""
    from optimise.roster.search.construct import table_cells

    try:
        return bool(problem.shape[0] * table_cells(problem.compiled, problem.automata) > MOST_WORK)
    except UnsupportedError:
        return False


def _usable(name: str, problem: Any) -> bool:
    """Whether a method is installed, loads, and works on the problem."""
    if name not in available_methods():
        return False
    try:
        method: Method = get_method(name)
    except ImportError:
        return False
    return method.supports(problem)


def _better(first: Outcome | None, second: Outcome) -> Outcome:
    """The better plan with the better bound of two outcomes of the same problem; the later one says why it ended."""
    if first is None:
        return second
    plan, bounds = second.plan, second.bounds
    if first.bounds.primal < bounds.primal:
        plan, bounds = first.plan, bounds.with_primal(first.bounds.primal, first.bounds.primal_source)
    bounds = bounds.with_dual(first.bounds.dual, first.bounds.dual_source)
    phases = {**first.stats.phases, **second.stats.phases}
    counts = {**first.stats.counts, **second.stats.counts}
    stats = replace(second.stats, phases=phases, counts=counts)
    return replace(second, plan=plan, bounds=bounds, stats=stats)
