"""Method ``qaoa``: a full problem by small quantum pieces.

Every round cuts the same number of pieces out of the incumbent (shared among ranks), solves each on a simulator,
decodes, evaluates exactly and keeps what improves. The sampler can be swapped for a classical one with the same
budget, which is how the quantum part is judged.

Options
-------
sampler : {"qaoa", "random", "annealing", "exact", "highs"}
people, columns : int
    Blocks of a piece, and most choices of a block; a piece has at most ``columns ** people`` states.
shots : int
    Budget of a piece.
depth, mixer, optimiser, evaluations, cvar, simulator : as `quantum.qaoa.QaoaOptions` (mixer by name)
pieces : int
    Pieces a round.
leeway : float
    A plan so much dearer than the best (relative) is still worked on.
cover : {"fit", "exact"}
    How cover enters a roster piece's energy (see `quantum.encode.assembly`).
"""

import logging
import math
import time
from collections.abc import Mapping
from typing import Any

import numpy as np

from optimise.core.errors import InputError
from optimise.core.method import Communicator, Deadline, Limits, Listener, Outcome, Progress
from optimise.core.problem import Problem
from optimise.core.result import Bounds, Plan, Stats, Stop
from quantum.angles import linear_ramp
from quantum.ansatz import Ansatz, Resources
from quantum.baselines import SAMPLERS, QaoaSampler, Sampler
from quantum.energy import EnergyProblem
from quantum.mixers import MIXERS
from quantum.onehot import OneHot
from quantum.pieces import Cutter, RoomCutter, RosterCutter
from quantum.qaoa import QaoaOptions

__all__ = ["QaoaMethod"]

log = logging.getLogger(__name__)

_DEFAULTS: dict[str, Any] = {
    "sampler": "qaoa",
    "people": 4,
    "columns": 6,
    "shots": 512,
    "pieces": 4,
    "leeway": 0.1,
    "cover": "fit",
    "depth": 3,
    "mixer": "xy-complete",
    "optimiser": "bfgs",
    "evaluations": 30,
    "cvar": 1.0,
    "simulator": "fast",
}

#: Who cuts pieces of problems of each kind.
_CUTTERS: dict[str, Any] = {"roster": RosterCutter, "hospital": RoomCutter}


class QaoaMethod:
    """Quantum neighbourhood search: QAOA on pieces, everything else exact and classical."""

    name = "qaoa"

    def supports(self, problem: Any) -> bool:
        """Rosters, hospitals, and energies."""
        return isinstance(problem, EnergyProblem) or getattr(problem, "kind", "") in _CUTTERS

    def solve(
        self,
        problem: Problem,
        *,
        limits: Limits,
        seed: int,
        comm: Communicator,
        listen: Listener,
        start: Plan | None = None,
        options: Mapping[str, Any] | None = None,
    ) -> Outcome:
        """Improve a plan piece by piece until a limit; an energy goes to QAOA whole."""
        if isinstance(problem, EnergyProblem):
            from quantum.methods.qaoa import EnergyQaoa

            return EnergyQaoa().solve(problem, limits=limits, seed=seed, comm=comm, listen=listen, options=options)
        clock, chosen = Deadline(limits.seconds), _checked(options)
        sampler = _sampler(chosen)
        cutter = _cutter(problem, chosen)
        plan = start if start is not None else cutter.start(seed)
        if plan is None:
            return Outcome(None, Stop.ERROR, Bounds(), Stats(clock.elapsed), ("no first plan was found",))
        best, cost = plan, cutter.cost(plan)
        tally = {"pieces": 0.0, "improved": 0.0, "evaluations": 0.0, "qubits": 0.0}
        spent = {"cut": 0.0, "sample": 0.0, "judge": 0.0}
        largest: OneHot | None = None
        asked = _tell(problem, listen, clock, cost, plan, 0) if comm.rank == 0 else False
        stop, rounds = Stop.TIME, 0
        while True:
            # Rank 0 decides for all, so that every rank leaves in the same round.
            stop_now = comm.bcast(_why_stop(clock, limits, rounds, cost, asked))
            if stop_now is not None:
                stop = stop_now
                break
            mine = []
            for number in range(comm.rank, chosen["pieces"], comm.size):
                found, facts = _work(cutter, sampler, plan, chosen["shots"], (seed, rounds, number), spent)
                if found is not None:
                    mine.append((number, *found))
                tally["pieces"] += facts[0]
                tally["evaluations"] += facts[1]
                if facts[2] is not None and (largest is None or facts[2].qubo.size > largest.qubo.size):
                    largest = facts[2]
            gathered = sorted((item for part in comm.allgather(mine) for item in part), key=lambda item: item[0])
            # Pieces of a round may overlap, so one whole plan is taken. Record-to-record travel (Dueck 1993): also a
            # worse one, as long as it is near the best.
            if gathered:
                value, plan = min(((v, p) for _, v, p in gathered), key=lambda item: item[0])
                if value < cost - 1e-9:
                    cost, best = value, plan
                    tally["improved"] += 1
                    if comm.rank == 0:
                        asked = _tell(problem, listen, clock, cost, best, rounds)
                elif value > cost + chosen["leeway"] * abs(cost):
                    plan = best
            rounds += 1
        if largest is not None:
            tally["qubits"] = float(largest.qubo.size)
            tally.update(_resources(largest, chosen))
        evaluation = problem.evaluate(best)
        bounds = Bounds(evaluation.cost, primal_source="qaoa pieces") if evaluation.feasible else Bounds()
        tally["rounds"] = float(rounds)
        phases = {name: (seconds,) for name, seconds in spent.items()}
        return Outcome(best, stop, bounds, Stats(clock.elapsed, phases, tally))


def _work(
    cutter: Cutter, sampler: Sampler, plan: Any, shots: int, key: tuple[int, int, int], spent: dict[str, float]
) -> tuple[tuple[float, Any] | None, tuple[int, int, OneHot | None]]:
    """One piece: cut, sample, judge. The random stream depends on (seed, round, piece) only."""
    begun = time.perf_counter()
    piece = cutter.piece(plan, np.random.default_rng(key))
    cut = time.perf_counter()
    spent["cut"] += cut - begun
    if piece is None:
        return None, (0, 0, None)
    found = sampler(piece.onehot, shots, int(np.random.default_rng([*key, 1]).integers(2**31)))
    sampled = time.perf_counter()
    spent["sample"] += sampled - cut
    result = piece.best(found.choices[:64]) if len(found.choices) else None
    spent["judge"] += time.perf_counter() - sampled
    return result, (1, found.evaluations, piece.onehot)


def _tell(problem: Problem, listen: Listener, clock: Deadline, cost: float, plan: Any, rounds: int) -> bool:
    evaluation = problem.evaluate(plan)
    shown = evaluation.cost if evaluation.feasible else math.inf
    return bool(listen(Progress(clock.elapsed, shown, -math.inf, "qaoa", rounds, plan)))


def _why_stop(clock: Deadline, limits: Limits, rounds: int, cost: float, asked: bool) -> Stop | None:
    if asked:
        return Stop.INTERRUPTED
    if limits.iterations is not None and rounds >= limits.iterations:
        return Stop.ITERATIONS
    if cost <= limits.target:
        return Stop.GAP
    return Stop.TIME if clock.over else None


def _checked(options: Mapping[str, Any] | None) -> dict[str, Any]:
    given = dict(options or {})
    unknown = set(given) - set(_DEFAULTS)
    if unknown:
        raise InputError(f"method qaoa has no option {sorted(unknown)[0]!r}; it has {', '.join(_DEFAULTS)}")
    return {**_DEFAULTS, **given}


def _sampler(chosen: Mapping[str, Any]) -> Sampler:
    if chosen["sampler"] in SAMPLERS:
        return SAMPLERS[chosen["sampler"]]
    if chosen["sampler"] != "qaoa":
        raise InputError(f"unknown sampler {chosen['sampler']!r}; there are qaoa, {', '.join(SAMPLERS)}")
    if chosen["mixer"] not in MIXERS:
        raise InputError(f"unknown mixer {chosen['mixer']!r}; there are {', '.join(MIXERS)}")
    names = ("depth", "optimiser", "evaluations", "cvar", "simulator")
    return QaoaSampler(QaoaOptions(mixer=MIXERS[chosen["mixer"]](), **{name: chosen[name] for name in names}))


def _cutter(problem: Any, chosen: Mapping[str, Any]) -> Cutter:
    made: Cutter = _CUTTERS[problem.kind](problem, people=chosen["people"], columns=chosen["columns"], cover=chosen["cover"])
    return made


def _resources(problem: OneHot, chosen: Mapping[str, Any]) -> dict[str, float]:
    """Gates of the largest piece's circuit, transpiled to CX; none for classical samplers."""
    if chosen["sampler"] != "qaoa":
        return {}
    mixer = MIXERS[chosen["mixer"]]()
    cost: Resources = Ansatz(problem, mixer).resources(linear_ramp(chosen["depth"], problem))
    return {"circuit depth": float(cost.depth), "two-qubit gates": float(cost.two_qubit_gates)}
