"""How much memory and time a solve may want, from the instance alone, before anything is queued or started.

Rough on purpose: the figures come from runs on public instances (peak resident memory of one rank in MiB: made ward of
30 people 330, IHTC i20 289, Curtois Instance15 396, Instance24 545; ``python -m tests.benchmarks.memory``) and lie up
to a half above them, because a job that asks for a little too much waits a little longer, and one that asks for too
little is killed.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from optimise.core.errors import UnsupportedError
from optimise.core.kinds import kind_of
from optimise.core.lanes import lanes_of
from optimise.core.method import get_method
from optimise.core.problem import Problem
from optimise.roster.problem import RosterProblem
from optimise.roster.totals import table_cells

__all__ = ["Estimate", "estimate", "idle_ranks"]

_MIB = 2**20
_BASE = 256 * _MIB  # interpreter, NumPy, compiled kernels, HiGHS
_CELL = 5  # bytes per cell and day of a pricing table: values, and variants kept aside
_GROWTH = 4  # times that a table grows when counters enter it that were left out at first
_MOST_CELLS = 1_600_000  # what a table usually has at most then
_LONG = 4e8  # cells of everybody from which nobody is priced exactly (hpc.long_horizon.method)
_DECISION = {"highs": 6 * 1024, "cp-sat": 4 * 1024}  # bytes per yes-or-no decision of a whole model in the solver
_OTHER_DECISION = {"hospital": 3 * 1024, "roster": 256}
_USUAL = 1024
_SECONDS_PER_DECISION = 0.03  # until column generation is within a few percent, one rank
_LEAST, _MOST = 60.0, 4 * 3600.0


@dataclass(frozen=True, slots=True)
class Estimate:
    """What one solve may want.

    Attributes
    ----------
    memory : int
        Bytes per rank.
    seconds : float
        A sensible time limit when none is given; not a promise.
    decisions : int
        Yes-or-no decisions of the whole model, on which both rest.
    """

    memory: int
    seconds: float
    decisions: int


def estimate(problem: Problem, method: str = "auto") -> Estimate:
    """Estimate memory per rank and a sensible time limit for solving a problem by a method."""
    decisions = kind_of(problem).size(problem)
    memory: float = _BASE + decisions * _DECISION.get(method, _OTHER_DECISION.get(problem.kind, _USUAL))
    if isinstance(problem, RosterProblem) and method in ("auto", "column-generation", "parallel-search"):
        memory += _table(problem)
    seconds = min(_MOST, max(_LEAST, _SECONDS_PER_DECISION * decisions))
    return Estimate(int(memory), float(seconds), decisions)


def idle_ranks(problem: Problem, method: str, ranks: int, options: Mapping[str, object] | None = None) -> str:
    """A sentence about ranks that can have no work; empty where all have some.

    Parameters
    ----------
    problem : Problem
    method : str
        Name.
    ranks : int
        That are asked for.
    options : mapping, optional
        The method's own.

    Returns
    -------
    str
        Such as "40 scenarios, 1024 ranks: 984 idle".
    """
    lanes = lanes_of(get_method(method), problem, options)
    if lanes is None or ranks <= lanes.count:
        return ""
    if lanes.count == 1:
        return f"{method} works in one process here, {ranks} ranks: {ranks - 1} idle"
    return f"{lanes.count} {lanes.of}, {ranks} ranks: {ranks - lanes.count} idle"


def _table(problem: RosterProblem) -> float:
    """Bytes of the largest person's pricing table, over all days; 0 where the horizon is too long for one."""
    try:
        cells = table_cells(problem.compiled, problem.automata)
    except UnsupportedError:
        return 0.0
    people, days, _ = problem.shape
    if people * cells > _LONG:
        return 0.0
    return float(min(_GROWTH * cells, _MOST_CELLS) * days * _CELL)
