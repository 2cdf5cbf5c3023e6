"""Method ``auto``: a sensible choice by the size of the problem and the number of ranks.

Options are passed on to those of the methods chosen that know them.
"""

from __future__ import annotations

import logging
import math
from collections.abc import Mapping, Sequence
from dataclasses import replace

from optimise.core.errors import InputError, UnsupportedError
from optimise.core.kinds import kind_of
from optimise.core.lanes import Lanes, lanes_of
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
from optimise.core.options import check_options, documented, flat, taken
from optimise.core.problem import Problem
from optimise.core.result import Plan, Stop
from optimise.methods.options import AutoOptions

__all__ = ["AutoMethod", "choices"]

log = logging.getLogger(__name__)

#: Methods asked one after the other while there is no plan.
FALLBACKS = ("matheuristic", "highs")
#: Option with the user's own rows.
ROWS = "customise"


@documented
class AutoMethod:
    """A choice by kind and size: column generation for rosters and beds, search for hospitals, HiGHS for small ones."""

    name = "auto"
    resumable = True
    options = AutoOptions

    def supports(self, problem: Problem) -> bool:
        return bool(choices(problem))

    def lanes(self, problem: Problem, options: Mapping[str, object] | None = None) -> Lanes | None:
        """Those of the method chosen that has most.

        Parameters
        ----------
        problem : Problem
        options : mapping, optional

        Returns
        -------
        Lanes or None
        """
        given = flat(options or {})
        methods = [get_method(name) for name in choices(problem)]
        found = [lanes_of(method, problem, _options(method, problem, given)) for method in methods]
        known = [lanes for lanes in found if lanes is not None]
        return max(known, key=lambda lanes: lanes.count) if known and len(known) == len(found) else None

    def check_options(self, problem: Problem, given: Mapping[str, object], ranks: int) -> None:
        """Refuse what none of the methods to be chosen knows, and values that one of them cannot use."""
        given = flat(given)
        chosen, spare = _turns(problem, given)
        known = {name for name in given if name.partition(".")[0] in AutoOptions.model_fields}
        methods = [get_method(name) for name in (*chosen, *spare)]
        for method in methods:
            mine = _options(method, problem, given)
            check_options(method, problem, mine, ranks)
            known |= set(mine)
        if unknown := [name for name in given if name not in known]:
            raise InputError(
                f"unknown option; the methods chosen here are {', '.join(dict.fromkeys(m.name for m in methods))}",
                item=f"option {unknown[0]}",
            )

    def solve(
        self,
        problem: Problem,
        *,
        limits: Limits,
        seed: int,
        comm: Communicator,
        listen: Listener,
        start: Plan | None = None,
        options: Mapping[str, object] | None = None,
    ) -> Outcome:
        """Choose methods and run them in turn; parameters and answer are those of every method.

        Raises
        ------
        UnsupportedError
            If no installed method works on the problem.
        """
        given = flat(options or {})
        t = _own(given).choice
        chosen, spare = _turns(problem, given)
        if not chosen:
            raise UnsupportedError(f"no installed method works on {problem.kind} problems")
        first_share, tried = t.first_share, chosen[:-1] == ("highs",)
        if tried and limits.iterations is not None:  # a try ends by the clock, on which work limits must not depend
            chosen = chosen[1:]
        elif tried:
            first_share = min(t.first_share, t.try_seconds / max(limits.seconds, t.try_seconds))
        log.info("auto: %d decisions, %s", kind_of(problem).size(problem), " then ".join(chosen))
        clock = Deadline(limits.seconds)
        best: Outcome | None = None
        for position, name in enumerate((*chosen, *spare)):
            left = comm.bcast(clock.left)
            if position >= len(chosen) and (_planned(best) or left < 0.1):
                break
            last = position == len(chosen) - 1 or position == len(chosen) + len(spare) - 1
            # ranks above 0 do not hear of plans, and work limits must not depend on the clock
            worked = limits.iterations is not None
            share = left if last or worked else first_share * left
            patient = comm.rank > 0 or worked or position != len(chosen) - 1 or not spare or _planned(best)
            told = _Remembering(listen, math.inf if patient else t.patience * left)
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
                options=_options(method, problem, given),
            )
            # Every rank must take the same way from here, and only rank 0's outcome counts.
            best, asked = comm.bcast((_better(best, mine), told.asked))
            ended = best.stop in (Stop.OPTIMAL, Stop.GAP) and _planned(best)
            if asked or ended or best.stop is Stop.INFEASIBLE or best.bounds.primal <= limits.target:
                break
        assert best is not None
        # who gave way has not been interrupted by anybody
        return replace(best, stop=Stop.TIME) if best.stop is Stop.INTERRUPTED and not asked else best


def _own(given: Mapping[str, object]) -> AutoOptions:
    """What of some options is for auto itself."""
    return AutoOptions.of({name: value for name, value in given.items() if name.partition(".")[0] == "choice"})


def _turns(problem: Problem, given: Mapping[str, object]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Methods to use one after the other, and those for where they find no plan.

    Rows of the user's own are known to the whole model alone: any other method would plan and bound without them.

    Raises
    ------
    UnsupportedError
        If there are such rows and the problem has no whole model.
    """
    if given.get(ROWS) is None:
        chosen = choices(problem)
        return chosen, _spare(problem, chosen)
    if not _usable("highs", problem):
        raise UnsupportedError(f"{ROWS}: rows of your own need a whole model (highs), which {problem.name} has not")
    return ("highs",), ()


def _spare(problem: Problem, chosen: Sequence[str]) -> tuple[str, ...]:
    """Methods that are asked where those chosen find no plan."""
    return tuple(name for name in FALLBACKS if name != chosen[-1] and _usable(name, problem))


def _options(method: Method, problem: Problem, given: Mapping[str, object]) -> dict[str, object]:
    """What a method is told: what it knows; where to keep its state only if it can."""
    left = () if getattr(method, "resumable", False) else ("checkpoint", "resume")
    told = {name: value for name, value in given.items() if name not in left and name.partition(".")[0] != "choice"}
    return taken(method, problem, told)


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


def choices(problem: Problem) -> tuple[str, ...]:
    """Names of the methods to use one after the other: what the kind prefers, else whatever suits; may be empty."""
    wanted = kind_of(problem).preferred(problem, lambda name: _usable(name, problem))
    return wanted or tuple(name for name in reversed(FALLBACKS) if _usable(name, problem))


def _usable(name: str, problem: Problem) -> bool:
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
