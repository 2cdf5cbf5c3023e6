"""The engine of ``matheuristic`` for hospitals: the search on beds where stays are fixed, else the joint search."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from optimise.core.method import Communicator, Deadline, Limits, Listener, Outcome
from optimise.core.result import Stop
from optimise.hospital.beds_search import improve_beds, usable
from optimise.hospital.problem import HospitalPlan, HospitalProblem
from optimise.hospital.search import improve_hospital
from optimise.methods.options import HospitalSearchOptions

__all__ = ["HospitalSearch"]


class HospitalSearch:
    """Every hospital, on one core."""

    options = HospitalSearchOptions

    def supports(self, problem: HospitalProblem) -> bool:
        return True

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
    ) -> Outcome:
        clock, asked = Deadline(limits.seconds), HospitalSearchOptions.of(options)
        if usable(problem):
            rooms = asked.room_tuning
            found = improve_beds(problem, limits=limits, seed=seed, listen=listen, start=start, tuning=rooms)
            ended = found.plan is not None or found.stop in (Stop.INFEASIBLE, Stop.INTERRUPTED)
            if ended or clock.left < 0.1:
                return found
            limits = replace(limits, seconds=clock.left)  # not everybody was placed: whole neighbourhoods may do it
        return improve_hospital(problem, limits=limits, seed=seed, listen=listen, start=start, tuning=asked.tuning)
