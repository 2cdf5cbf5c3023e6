"""The one driver of all methods: validate, run, re-evaluate, check, pack.

Nothing here is global: any number of solves may run side by side in threads of one process.
"""

from __future__ import annotations

import logging
import math
import threading
import time
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path
from typing import TypeVar

from optimise.core import compiling
from optimise.core.bounds import rounding
from optimise.core.checkpoint import Kept
from optimise.core.communicator import abort_on_error
from optimise.core.errors import UnsupportedError, WardwiseError
from optimise.core.given import typed_call
from optimise.core.grid import round_up
from optimise.core.kinds import cost_grid, fitted, kind_of
from optimise.core.leg import Leg
from optimise.core.method import (
    Communicator,
    Deadline,
    Limits,
    Listener,
    Method,
    Outcome,
    Progress,
    SerialComm,
    as_asked,
    get_method,
    heeding,
    stopping,
)
from optimise.core.options import check_options
from optimise.core.problem import Plannable, Problem, stated
from optimise.core.provenance import provenance
from optimise.core.result import Bounds, Evaluation, Plan, Result, Stats, Stop, Trace, TracePoint
from optimise.runs.keeper import Keeper, kept_run

__all__ = ["MethodError", "solve"]

log = logging.getLogger(__name__)

#: Rounding of sums of doubles: a bound this close to the cost is printed as the cost.
_NOISE = 1e-12
_EXPLAIN_SECONDS = 30.0
#: Ties are broken in so many seconds beyond the limit at most; a ward of 30 needs one.
_EVENING_SECONDS = 2.0
#: With less time left than this, in seconds or as a share of the limit, a method may call it over.
_SOON, _SOON_SHARE = 1.0, 0.05
_MOST_POINTS = 20_000  # of a trace; far above what a chart can show


class MethodError(RuntimeError):
    """A method broke its contract: a wrong cost, an impossible bound. A fault of ours, not of the input."""


L = TypeVar("L", bound=Plan)


@typed_call
def solve(
    problem: Problem[L] | Plannable[L],
    method: str | Method = "auto",
    *,
    limits: Limits | None = None,
    seed: int = 0,
    comm: Communicator | None = None,
    listen: Listener | None = None,
    start: L | None = None,
    options: Mapping[str, object] | None = None,
    checkpoint: str | Path | None = None,
    resume: bool = False,
) -> Result[L]:
    """Solve a planning problem.

    Parameters
    ----------
    problem : Problem or Plannable
        A roster or hospital problem, for example from :func:`optimise.read`, or a document (:class:`optimise.Ward`).
    method : str or Method
        Name of an installed method (``wardwise methods`` lists them) or an object of your own with that face.
    limits : Limits, optional
        Seconds, gap, iterations, threads; one minute when left out. No limit counts the compiling of kernels, once on
        a machine (``stats.phases["compiling"]``, and an event for ``listen``).
    seed : int
        Seed of all random choices.
    comm : Communicator, optional
        An mpi4py communicator; every rank of it calls ``solve`` with the same arguments. Serial when left out.
    listen : callable, optional
        Called with :class:`~optimise.core.method.Progress` on every improvement and now and then between, on the
        thread that solves; returning True asks the method to stop.
    start : Plan, optional
        A plan to start from. If it is feasible, the result is never worse; a hospital's plan that breaks a hard rule is
        repaired first.
    options : mapping, optional
        The method's own options; ``wardwise methods NAME`` lists them.
    checkpoint : path, optional
        Folder in which the best plan and bound are kept while the method works; a method with ``resumable = True``
        also keeps there how far it has come (it finds the folder among its options).
    resume : bool
        Go on from what the folder holds, if anything; the time spent before counts against ``limits.seconds``.

    Returns
    -------
    Result
        The same on every rank. The plan's cost is recomputed from the plan alone.

    Raises
    ------
    UnsupportedError
        If there is no such method or it cannot work on this kind of problem.
    InputError, WardwiseError
        If an option is not known, an argument is of a wrong type or makes no sense, or start is of another problem.
    MethodError
        If the method claims a cost or a bound that contradicts the independent evaluation.
    """
    problem, limits, comm = stated(problem), limits or Limits(), comm or SerialComm()
    _validate(limits, seed)
    chosen = get_method(method) if isinstance(method, str) else method
    if not chosen.supports(problem):
        raise UnsupportedError(
            f"method {chosen.name!r} does not work on {problem.kind} problems such as this one"
            + (f"; it needs {chosen.needs}" if hasattr(chosen, "needs") else "")
            + (f"; {why}" if (why := getattr(chosen, "refusal", lambda _: "")(problem)) else "")
        )
    if start is not None:
        start = fitted(problem, start, "start")
    check_options(chosen, problem, options, comm.size)

    with abort_on_error(comm), heeding(listen), ExitStack() as kept:
        clock = Deadline(limits.seconds)
        facts = provenance(problem, chosen.name, limits=limits, seed=seed, ranks=comm.size, options=options)
        leg = Leg.begun(comm, facts.started)
        keeper, before = kept.enter_context(kept_run(problem, comm, leg, checkpoint, resume, clock, listen))
        began_cpu = time.process_time()
        if before.seconds:
            left = max(1.0, limits.seconds - before.seconds)
            log.info("resumed after %.1f s; %.1f s are left", before.seconds, left)
            limits, clock.seconds = replace(limits, seconds=left), left
        begin = _better_start(problem, before.plan, start)
        if begin is not None:  # on one rank: how far a repair comes may depend on the clock
            begin = comm.bcast(kind_of(problem).repaired(problem, begin) if comm.rank == 0 else None)
        grid = cost_grid(problem)
        recorder, compiled = _Recorder(clock, listen, keeper, grid, before), compiling.seconds()
        if checkpoint is not None and getattr(chosen, "resumable", False):
            options = {**(options or {}), "checkpoint": str(checkpoint), "resume": resume}
        log.info("%s on %s: method %s, seed %d, %d ranks", problem.kind, problem.name, chosen.name, seed, comm.size)
        with compiling.hearing(recorder.compiling):
            outcome = chosen.solve(
                problem, limits=limits, seed=seed, comm=comm, listen=recorder, start=begin, options=options
            )
        spent = comm.gather((clock.elapsed, compiling.seconds() - compiled, time.process_time() - began_cpu))
        result: Result[L] | None = None
        if comm.rank == 0:
            if before.bound > outcome.bounds.dual:
                outcome = replace(outcome, bounds=outcome.bounds.with_dual(before.bound, before.bound_source))
            early = clock.left > max(_SOON, _SOON_SHARE * clock.seconds)
            outcome = as_asked(_evened(problem, outcome, start, limits), listen)
            outcome, evaluation = _reasoned(problem, *_best(problem, outcome, begin), clock)
            if keeper is not None:
                before.contradict(evaluation, keeper.file.newest)
            bounds = _lifted(problem, _checked(chosen.name, outcome, evaluation), grid)
            stop = _settled(outcome.stop, bounds, limits, early=early)
            recorder.close(bounds)
            leg = leg.ended(clock.elapsed, sum(cpu for _, _, cpu in spent or ()), bounds.primal, bounds.dual)
            if keeper is not None:
                keeper.close(outcome.plan, bounds.primal, bounds.dual, bounds.dual_source, leg)
            result = Result(
                plan=outcome.plan,
                stop=stop,
                bounds=bounds,
                evaluation=evaluation,
                trace=Trace(tuple(recorder.points)),
                stats=_stats(outcome.stats, before.seconds + leg.seconds, spent or ()),
                provenance=facts,
                explanation=_explanation(problem, outcome, stop, evaluation),
                legs=(*before.legs, leg),
            )
        shared: Result[L] = comm.bcast(result)
    return shared


class _Recorder:
    """A listener that keeps the trace, monotone in both bounds, and passes each message on.

    Bounds are rounded up to the grid of possible costs; once plan and bound have met, the method is asked to stop.
    """

    def __init__(
        self,
        clock: Deadline,
        listen: Listener | None,
        keeper: Keeper | None = None,
        grid: float = 0.0,
        before: Kept | None = None,
    ) -> None:
        self.clock, self.listen, self.keeper, self.grid = clock, listen, keeper, grid
        self.primal, self.dual = math.inf, -math.inf
        self.points: list[TracePoint] = list(before.points) if before is not None else []
        self._before = before.seconds if before is not None else 0.0
        self._thread, self._compiled = threading.get_ident(), False

    def compiling(self, kernel: str) -> None:
        """Kernels are being compiled: say so once in the trace, on the thread that solves."""
        if threading.get_ident() == self._thread and not self._compiled:
            self._compiled = True
            log.info("compiling kernels (%s first), once on this machine; no time limit counts it", kernel)
            self(Progress(self.clock.elapsed, self.primal, self.dual, "compiling kernels"))

    def __call__(self, progress: Progress) -> bool:
        dual = round_up(progress.dual, self.grid)
        better = progress.primal < self.primal or dual > self.dual
        self.primal, self.dual = min(self.primal, progress.primal), max(self.dual, dual)
        now = replace(progress, seconds=self._before + self.clock.elapsed, primal=self.primal, dual=self.dual)
        if (better or progress.event) and len(self.points) < _MOST_POINTS:
            self.points.append(now.point())
            if self.keeper is not None:
                self.keeper.note(now.point())
        if self.keeper is not None:
            self.keeper.see(progress)
        asked = bool(self.listen(now)) if self.listen is not None else False
        return asked or self.met

    @property
    def met(self) -> bool:
        """Whether plan and bound have met: nothing is left to find."""
        return Bounds(self.primal, self.dual).closed

    @property
    def stopping(self) -> bool:
        """Whether it is time to stop, without telling the listener anything; see
        :func:`optimise.core.method.stopping`."""
        return self.met or stopping(self.listen)

    def close(self, bounds: Bounds) -> None:
        work = self.points[-1].work if self.points else 0.0
        seconds = self._before + self.clock.elapsed
        self.points.append(TracePoint(seconds, bounds.primal, bounds.dual, work, "end"))


def _validate(limits: Limits, seed: int) -> None:
    if not limits.seconds > 0:
        raise WardwiseError(f"the time limit must be above 0 seconds, not {limits.seconds:g}")
    if not 0 <= limits.gap <= 1:
        raise WardwiseError(f"the gap must be a part of the cost, from 0 to 1 (0.01 is 1 %), not {limits.gap:g}")
    if limits.iterations is not None and limits.iterations < 1:
        raise WardwiseError(f"the iteration limit must be 1 or more, not {limits.iterations}")
    if limits.threads < 1:
        raise WardwiseError(f"the number of threads must be 1 or more, not {limits.threads}")
    if seed < 0:
        raise WardwiseError(f"the seed must be 0 or more, not {seed}")


def _better_start(problem: Problem[L], kept: L | None, given: L | None) -> L | None:
    """The plan of an earlier run or the given one, whichever is better."""
    if kept is None or given is None:
        return kept if given is None else given
    ours, theirs = problem.evaluate(kept), problem.evaluate(given)
    return given if theirs.feasible and (not ours.feasible or theirs.cost < ours.cost) else kept


def _best(problem: Problem, outcome: Outcome, start: Plan | None) -> tuple[Outcome, Evaluation | None]:
    """The method's plan or the start plan, whichever is better, with its independent evaluation."""
    found = problem.evaluate(outcome.plan) if outcome.plan is not None else None
    if start is None:
        return outcome, found
    given = problem.evaluate(start)
    if not given.feasible or (found is not None and found.feasible and found.cost <= given.cost):
        return outcome, found
    kept = replace(outcome, plan=start, bounds=replace(outcome.bounds, primal=given.cost, primal_source="start plan"))
    return kept, given


def _evened(problem: Problem[L], outcome: Outcome, start: L | None, limits: Limits) -> Outcome:
    """Ties broken fairly, unless it was asked to stop; who plans from an earlier plan wants few changes instead."""
    plan = outcome.plan
    if start is not None or plan is None or outcome.stop is Stop.INTERRUPTED:
        return outcome
    wait = Deadline(_EVENING_SECONDS if limits.iterations is None else math.inf)
    return replace(outcome, plan=kind_of(problem).evened(problem, plan, lambda: wait.over))


def _checked(method: str, outcome: Outcome, evaluation: Evaluation | None) -> Bounds:
    """Bounds with the evaluated cost as the primal one; raises when the method contradicts the evaluation."""
    bounds = outcome.bounds
    if evaluation is None or not evaluation.feasible:
        if math.isfinite(bounds.primal):
            what = "no plan" if evaluation is None else f"a plan that breaks hard rules by {evaluation.hard:g}"
            raise MethodError(f"method {method} claims cost {bounds.primal:g} but returned {what}")
        if outcome.stop is Stop.OPTIMAL:
            raise MethodError(f"method {method} claims to be optimal without a feasible plan")
        return bounds
    cost = evaluation.cost
    slack = rounding(cost)
    if outcome.stop is Stop.INFEASIBLE:
        raise MethodError(f"method {method} claims that no plan exists but returned one of cost {cost:g}")
    if math.isfinite(bounds.primal) and abs(bounds.primal - cost) > slack:
        raise MethodError(f"method {method} claims cost {bounds.primal!r}; the plan costs {cost!r}")
    if bounds.dual > cost + slack:
        raise MethodError(
            f"method {method} claims the lower bound {bounds.dual!r} ({bounds.dual_source}), "
            f"above the cost {cost!r} of its own plan"
        )
    dual = cost if bounds.dual > cost - _NOISE * max(1.0, abs(cost)) else bounds.dual
    return Bounds(cost, dual, bounds.primal_source or method, bounds.dual_source)


def _lifted(problem: Problem, bounds: Bounds, grid: float = 0.0) -> Bounds:
    """The bound rounded up to the next possible cost.

    One below what the prices alone prove gives way to that first; an unknown one stays unknown.
    """
    if not math.isfinite(bounds.dual):
        return bounds
    floor = kind_of(problem).floor(problem)
    bounds = bounds.with_dual(floor.value, floor.source)
    dual = min(max(bounds.dual, round_up(bounds.dual, grid)), max(bounds.primal, bounds.dual))
    return replace(bounds, dual=dual)


def _settled(stop: Stop, bounds: Bounds, limits: Limits, *, early: bool) -> Stop:
    """Why it stopped, as bounds and clock show it: a closed gap is optimal, and time is over only when it is."""
    if stop is Stop.INFEASIBLE or bounds.dual == math.inf:  # no plan costs less than infinity: there is none
        return Stop.INFEASIBLE
    if bounds.closed:
        return Stop.OPTIMAL
    if stop is Stop.OPTIMAL or (stop is not Stop.INTERRUPTED and bounds.gap <= limits.gap):
        stop = Stop.GAP
    if stop is Stop.GAP and not math.isfinite(bounds.gap):  # there is no gap to have reached
        stop = Stop.TIME
    if stop is Stop.TIME and early:  # the search ended by itself
        return Stop.ITERATIONS if math.isfinite(bounds.primal) else Stop.STUCK
    return stop


def _explanation(problem: Problem, outcome: Outcome, stop: Stop, evaluation: Evaluation | None) -> tuple[str, ...]:
    """Why there is no plan, or what must be said of the one there is."""
    return (
        *kind_of(problem).unread(problem),
        *(tuple(outcome.explanation) or _reasons(problem, stop)),
        *_remarks(problem, outcome.plan, evaluation),
    )


def _reasons(problem: Problem, stop: Stop) -> tuple[str, ...]:
    """Why no plan exists, when the method has proven it but does not say."""
    if stop is not Stop.INFEASIBLE:
        return ()
    return kind_of(problem).explain(problem, seconds=_EXPLAIN_SECONDS)


def _remarks(problem: Problem, plan: Plan | None, evaluation: Evaluation | None) -> tuple[str, ...]:
    """What people must hear beside a feasible plan."""
    if plan is None or evaluation is None or not evaluation.feasible:
        return ()
    return kind_of(problem).remarks(problem, plan)


def _reasoned(
    problem: Problem, outcome: Outcome, evaluation: Evaluation | None, clock: Deadline
) -> tuple[Outcome, Evaluation | None]:
    """Where there is no feasible plan: infeasible, if that can be proven in what is left or a little more."""
    found = evaluation is not None and evaluation.feasible
    if found or outcome.stop in (Stop.INFEASIBLE, Stop.INTERRUPTED):
        return outcome, evaluation
    seconds = max(clock.left, min(10.0, 0.2 * clock.seconds))
    proven = kind_of(problem).without_plan(problem, outcome.stop, seconds=seconds, stats=outcome.stats)
    if proven.stop is Stop.INFEASIBLE:
        return proven, None
    return replace(outcome, explanation=outcome.explanation or proven.explanation), evaluation


def _stats(stats: Stats, seconds: float, spent: Sequence[tuple[float, float, float]]) -> Stats:
    phases = {**stats.phases, "total": tuple(total for total, _, _ in spent)}
    if any(compiled for _, compiled, _ in spent):  # beside the total, not part of it
        phases["compiling"] = tuple(compiled for _, compiled, _ in spent)
    return replace(stats, seconds=seconds, phases=phases)
