"""``hospital``: all ranks search the joint plan of one hospital, each along its own random stream.

Time goes in rounds. In the first round every walker anneals a plan of its own from scratch; then all take the best
plan found and search around it, each with other temperatures and neighbourhoods. Rounds end by the clock, so that
ranks wait for one another for a slice at most; under a work limit the number of walkers and the work of each are
fixed, a walker's stream depends on (seed, walker, round) alone, and the plan is the same on any number of ranks.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import numpy as np

from hpc.hospital.options import HospitalOptions
from hpc.runtime.session import Session
from optimise.core.method import Communicator, Limits, Listener, Outcome, Progress
from optimise.core.options import documented
from optimise.core.problem import Problem
from optimise.core.result import Bounds, Stop
from optimise.hospital.problem import HospitalPlan, HospitalProblem
from optimise.hospital.search import improve_hospital

__all__ = ["HospitalSearchMethod"]


@documented
class HospitalSearchMethod:
    """Parallel joint search; see :func:`optimise.hospital.search.improve_hospital` for what one walker does."""

    name = "hospital"
    options = HospitalOptions

    def supports(self, problem: Problem) -> bool:
        return getattr(problem, "kind", "") == "hospital"

    def solve(
        self,
        problem: HospitalProblem,
        *,
        limits: Limits,
        seed: int,
        comm: Communicator,
        listen: Listener,
        start: HospitalPlan | None = None,
        options: Mapping[str, object] | None = None,
    ) -> Outcome[HospitalPlan]:
        asked = HospitalOptions.of(options)
        t = asked.tuning
        known, done = Walkers(limits, seed, comm, listen, name=self.name, source=""), 0
        clock, timers = known.clock, known.timers
        work = limits.iterations is not None
        ends, share_of_bound = (t.rounds, t.bound) if comm.size > 1 else ((1.0,), t.bound_alone)
        walkers = max(t.walkers, comm.size) if work else comm.size
        count = len(ends) if limits.iterations is None else -(-limits.iterations // (walkers * t.steps))
        best: Outcome[HospitalPlan] = Outcome(start, Stop.TIME, Bounds())
        notes: tuple[str, ...] = ()
        for round_ in range(count):
            until = limits.seconds if work else ends[round_] * limits.seconds
            mine: list[tuple[int, Outcome]] = []
            for walker in range(comm.rank, walkers, comm.size):
                left = until - clock.elapsed
                if left < 0.05 or known.stopping:
                    break
                stream = int(np.random.default_rng((seed, walker, round_)).integers(2**31))
                share = replace(limits, seconds=left, iterations=t.steps if work else None)
                with timers("search"):
                    found = improve_hospital(
                        problem,
                        limits=share,
                        seed=stream,
                        listen=known,
                        start=best.plan,
                        tuning=asked.joint_tuning,
                        bound=share_of_bound if round_ == 0 and walker == walkers - 1 and not work else 0.0,
                    )
                mine.append((walker, found))
                notes = found.explanation if found.plan is not None else notes
                done += int(found.stats.counts.get("neighbourhoods", 0))
            with timers("idle"):
                gathered = comm.allgather((mine, known.stopping))
            best = _best(best, [o for _, o in sorted((w for part, _ in gathered for w in part), key=lambda w: w[0])])
            known.others(best)
            if any(asked for _, asked in gathered):
                best = replace(best, stop=Stop.INTERRUPTED)
            if best.stop in (Stop.INTERRUPTED, Stop.INFEASIBLE, Stop.OPTIMAL, Stop.GAP):
                break
            # all ranks must agree on whether there is a further round
            if not any(known.waits.allgather(clock.left > 0.05)):
                break
        timers.count("neighbourhoods", done)
        stop = Stop.ITERATIONS if work and best.stop is Stop.TIME else best.stop
        said = notes if best.plan is not None else ()
        return replace(
            best, stop=stop, stats=timers.stats(comm, {"walkers": walkers}), explanation=best.explanation or said
        )


class Walkers(Session[HospitalPlan]):
    """One solve; also the listener of this rank's walkers."""

    def plan(self) -> HospitalPlan | None:
        return self.best

    def others(self, best: Outcome[HospitalPlan]) -> None:
        """Tell of what other ranks found."""
        if best.bounds.primal < self.cost or best.bounds.dual > self.bound:
            self.hear(Progress(self.clock.elapsed, best.bounds.primal, best.bounds.dual, "other ranks", plan=best.plan))


def _best(best: Outcome, found: list[Outcome]) -> Outcome:
    """The cheapest plan of all walkers (the first of equals), with the best bound and the strongest reason to stop."""
    for outcome in found:
        bounds = best.bounds.with_dual(outcome.bounds.dual, outcome.bounds.dual_source)
        if outcome.stop is Stop.INFEASIBLE:
            return outcome
        better = outcome.bounds.primal < best.bounds.primal
        if better:
            bounds = bounds.with_primal(outcome.bounds.primal, outcome.bounds.primal_source)
        stop = outcome.stop if outcome.stop in (Stop.OPTIMAL, Stop.GAP, Stop.INTERRUPTED) else best.stop
        explanation = outcome.explanation if best.plan is None else ()
        best = Outcome(outcome.plan if better else best.plan, stop, bounds, explanation=explanation)
    return best
