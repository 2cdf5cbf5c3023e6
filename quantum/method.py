"""Method ``qaoa``: a full problem by small quantum pieces.

Every round cuts the same number of pieces out of the incumbent (shared among ranks), solves each on a simulator,
decodes, evaluates exactly and keeps what improves. The sampler can be swapped for a classical one with the same
budget, which is how the quantum part is judged.
"""

import logging
import math
import time
from collections.abc import Mapping
from typing import Any, ClassVar, TypeVar

import numpy as np

from optimise.core.errors import InputError
from optimise.core.method import Communicator, Deadline, Limits, Listener, Outcome, Progress, stop_asked
from optimise.core.problem import Problem
from optimise.core.result import Bounds, Plan, Stats, Stop
from optimise.hospital.problem import HospitalProblem
from optimise.roster.problem import RosterProblem
from quantum.angles import linear_ramp
from quantum.ansatz import Resources
from quantum.baselines import SAMPLERS, QaoaSampler, Sampler
from quantum.encode.assembly import Cover
from quantum.energy import EnergyProblem
from quantum.methods.qaoa import EnergyQaoa, EnergyQaoaOptions
from quantum.mixers import MIXERS, BlockMixer, RowMixer, X
from quantum.onehot import OneHot
from quantum.options import checked, option, read_options
from quantum.pieces import Cutter, RoomCutter, RosterCutter
from quantum.plugins import find
from quantum.qaoa import QaoaOptions
from quantum.row_ansatz import alternating

__all__ = ["PiecesOptions", "QaoaMethod"]

log = logging.getLogger(__name__)


@checked
class PiecesOptions:
    """Options of the method ``qaoa`` on rosters and hospitals."""

    sampler: str = option(
        default="qaoa", doc="who samples a piece: qaoa, random, annealing, exact, highs, or an entry point"
    )
    people: int = option(default=4, doc="blocks of a piece", ge=1)
    columns: int = option(default=6, doc="most choices of a block; a piece has at most columns ** people states", ge=1)
    shots: int = option(default=512, doc="budget of a piece", ge=1)
    pieces: int = option(default=4, doc="pieces a round", ge=1)
    leeway: float = option(default=0.1, doc="a plan so much dearer than the best (relative) is still worked on", ge=0)
    cover: Cover | None = option(
        default=None,
        doc="how cover enters a roster piece's energy (quantum.encode.assembly); default fit; rosters only",
    )
    depth: int = option(default=3, doc="layers (sampler qaoa)", ge=0)
    mixer: str = option(default="xy-complete", doc="mixer by name (sampler qaoa)")
    optimiser: str = option(default="auto", doc="as quantum.qaoa.QaoaOptions (sampler qaoa)")
    evaluations: int = option(default=30, doc="most objective calls (sampler qaoa)", ge=1)
    cvar: float = option(default=1.0, doc="share of the best outcomes that counts (sampler qaoa)", gt=0, le=1)
    simulator: str = option(default="fast", doc="simulator by name (sampler qaoa)")


L = TypeVar("L", bound=Plan)

#: Options that only the sampler ``qaoa`` has.
_CIRCUIT = ("depth", "mixer", "optimiser", "evaluations", "cvar", "simulator")


class QaoaMethod:
    """Quantum neighbourhood search: QAOA on pieces, everything else exact and classical."""

    name = "qaoa"
    options = PiecesOptions
    described_options: ClassVar[dict[str, type[Any]]] = {"energy": EnergyQaoaOptions}

    def supports(self, problem: Problem) -> bool:
        """Rosters, hospitals, and energies."""
        return isinstance(problem, RosterProblem | HospitalProblem | EnergyProblem)

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
        """Improve a plan piece by piece until a limit; an energy goes to QAOA whole."""
        if isinstance(problem, EnergyProblem):
            return EnergyQaoa().solve(
                problem, limits=limits, seed=seed, comm=comm, listen=listen, start=start, options=options
            )
        clock, chosen = Deadline(limits.seconds), _checked(problem, options)
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
            for number in range(comm.rank, chosen.pieces, comm.size):
                if stop_asked():
                    break
                found, facts = _work(cutter, sampler, plan, chosen.shots, (seed, rounds, number), spent)
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
                elif value > cost + chosen.leeway * abs(cost):
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
    cutter: Cutter[L], sampler: Sampler, plan: L, shots: int, key: tuple[int, int, int], spent: dict[str, float]
) -> tuple[tuple[float, L] | None, tuple[int, int, OneHot | None]]:
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


def _tell(problem: Problem[L], listen: Listener, clock: Deadline, cost: float, plan: L, rounds: int) -> bool:
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


def _checked(problem: Problem, options: Mapping[str, object] | None) -> PiecesOptions:
    """Options, of which none is dropped: what the sampler or the problem has no use for is refused."""
    chosen = read_options(PiecesOptions, options, "method qaoa")
    if chosen.sampler != "qaoa":
        find("samplers", chosen.sampler, SAMPLERS)
        if idle := [name for name in _CIRCUIT if name in (options or {})]:
            raise InputError(f"sampler {chosen.sampler} runs no circuit; it has no option {', '.join(idle)}")
    if chosen.cover is not None and not isinstance(problem, RosterProblem):
        raise InputError("cover is an option of rosters; a hospital has no cover rows")
    return chosen


def _sampler(chosen: PiecesOptions) -> Sampler:
    if chosen.sampler != "qaoa":
        return find("samplers", chosen.sampler, SAMPLERS)
    names = ("depth", "optimiser", "evaluations", "cvar", "simulator")
    given = {name: getattr(chosen, name) for name in names}
    return QaoaSampler(QaoaOptions(mixer=_mixer(chosen), **given))


def _mixer(chosen: PiecesOptions) -> BlockMixer | RowMixer:
    made = find("mixers", chosen.mixer, MIXERS)()
    if isinstance(made, X):
        raise InputError("pieces are one-hot blocks, which mixer x would leave; take a block mixer")
    return made


def _cutter(problem: Problem, chosen: PiecesOptions) -> Cutter:
    if isinstance(problem, RosterProblem):
        return RosterCutter(problem, people=chosen.people, columns=chosen.columns, cover=chosen.cover or "fit")
    assert isinstance(problem, HospitalProblem)
    return RoomCutter(problem, people=chosen.people, columns=chosen.columns)


def _resources(problem: OneHot, chosen: PiecesOptions) -> dict[str, float]:
    """Gates of the largest piece's circuit, transpiled to CX; none for classical samplers."""
    if chosen.sampler != "qaoa":
        return {}
    cost: Resources = alternating(problem, _mixer(chosen)).resources(linear_ramp(chosen.depth, problem))
    return {"circuit depth": float(cost.depth), "two-qubit gates": float(cost.two_qubit_gates)}
