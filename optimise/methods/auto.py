"""Method ``auto``: a sensible choice by the size of the problem and the number of ranks.

Options are passed on to the methods chosen.
"""

from __future__ import annotations

import logging
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
#: Decisions of a roster from which a plan is made first: column generation needs minutes there to find one.
LARGE = 100_000
#: Table cells of all people together beyond which one round of exact pricing takes minutes.
MOST_WORK = 4e8
#: Share of the time that goes to finding a good plan before the whole model starts from it.
FIRST_SHARE = 0.35


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
        log.info("auto: %d decisions, %s", size(problem), " then ".join(chosen))
        clock, told = Deadline(limits.seconds), _Remembering(listen)
        best: Outcome | None = None
        for position, name in enumerate(chosen):
            last = position == len(chosen) - 1
            share = clock.left if last else FIRST_SHARE * clock.left
            method = get_method(name)
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
            if asked or best.stop in (Stop.OPTIMAL, Stop.GAP, Stop.INFEASIBLE):
                break
        assert best is not None
        return best


def _options(method: Method, options: Mapping[str, Any] | None) -> dict[str, Any]:
    """What a method is told; where to keep its state only if it can."""
    kept = () if getattr(method, "resumable", False) else ("checkpoint", "resume")
    return {name: value for name, value in (options or {}).items() if name not in kept}


class _Remembering:
    """Passes messages on and remembers whether the listener has asked to stop."""

    def __init__(self, listen: Listener) -> None:
        self.listen, self.asked = listen, False

    @property
    def stopping(self) -> bool:
        self.asked = self.asked or stopping(self.listen)
        return self.asked

    def __call__(self, progress: Progress) -> bool:
        self.asked = bool(self.listen(progress)) or self.asked
        return self.asked


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

    Rosters go to column generation, which beat the whole model on every instance tried, small ones included; it uses
    all ranks. What it cannot express goes to fix-and-optimise and then, from that plan, to the whole model.
    """
    decisions = size(problem)
    if problem.kind == "roster":
        if _usable("column-generation", problem):
            # the longest ones have a way of their own in there, which makes its own first plan
            early = decisions > LARGE and not _endless(problem) and _usable("matheuristic", problem)
            first = ("matheuristic",) if early else ()
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
