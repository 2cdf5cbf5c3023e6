"""Windows of days in which everybody is planned anew: the linear master of four weeks is solved in seconds where
that of eight takes minutes, and a few passes with growing windows bring a plan near to what its dive would give."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from hpc.column_generation.annealing import Chains
from hpc.column_generation.ascent import ascend
from hpc.column_generation.dive import dive
from hpc.column_generation.generation import Generated, Pricing, generate, rising
from hpc.column_generation.incumbent import Incumbent
from hpc.column_generation.master import Master
from hpc.column_generation.options import ColumnGenerationTuning
from hpc.column_generation.subproblem import Subproblem
from hpc.runtime.pool import Team
from hpc.runtime.timers import Work

if TYPE_CHECKING:
    from hpc.column_generation.run import Run

__all__ = ["renew", "sweep"]

Floats = NDArray[np.float64]


def sweep(run: Run, team: Team, whole: Master) -> bool:
    """Improve the run's plan by windows over everybody, widening them; its rosters become columns of ``whole``.

    Each window is a fresh column generation with everybody's duties outside it fixed, a dive that stops early, and
    annealing of what it left free (as in fix-and-optimise, Helber and Sahling 2010, with columns for the windows).

    Returns
    -------
    bool
        Whether there was time for all passes.
    """
    days, t = run.cover.days, run.tuning.windows
    if run.incumbent is None:
        return True
    everybody = list(range(len(run.incumbent.words)))
    until = run.clock.elapsed + t.share * run.clock.left
    wide, k = t.days, 0
    while wide < days:
        for _ in range(t.passes):
            before = run.cost
            for first in range(0, days - wide + t.step, t.step):
                if run.over() or run.closed or run.clock.elapsed > until:
                    return False
                window = (min(first, days - wide), min(first + wide, days))
                with run.timers("windows"):
                    tables = run.pricer.promoted()
                    better = renew(
                        run.incumbent,
                        run.incumbent.subproblem(everybody, window, lattice=run.grid),
                        team.price,
                        run.chains,
                        k,
                        over=run.over,
                        left=lambda: run.clock.left,
                        tuning=run.tuning,
                    )
                    run.pricer.settle(tables)  # repairs leave no trace in later answers
                k += 1
                if better is not None and run.found(better, "window"):
                    whole.add_plan(better.words, better.personal)
            if before - run.cost < t.gain * before:
                break
        wide += t.step
    return True


def renew(
    incumbent: Incumbent,
    subproblem: Subproblem,
    pricing: Pricing,
    chains: Chains,
    k: int,
    *,
    over: Callable[[], bool],
    left: Callable[[], float] = lambda: math.inf,
    work: Work | None = None,
    tuning: ColumnGenerationTuning = ColumnGenerationTuning(),  # noqa: B008
) -> Incumbent | None:
    """Plan people (everybody) anew on the days of a window; None where the plan does not become cheaper.

    Parameters
    ----------
    incumbent : Incumbent
    subproblem : Subproblem
        Of the incumbent.
    pricing : Pricing
        Prices people at duals of the lines.
    chains : Chains
        The annealing from which integer plans come.
    k : int
        Stream of random numbers of the annealing.
    over : callable
        Asked between steps; True ends the attempt.
    left : callable
        Seconds that a linear master may take.
    work : Work, optional
        Where to count what is done.
    tuning : ColumnGenerationTuning

    Returns
    -------
    Incumbent or None
        A cheaper plan.
    """
    t = tuning.windows
    first = ascend(
        subproblem,
        pricing,
        start=np.zeros(incumbent.cover.lines),
        iterations=t.ascent,
        keep=t.kept,
        over=over,
        tuning=tuning.ascent,
    )
    if first.bound >= subproblem.cutoff or over():
        return None
    master = Master(subproblem, incumbent.penalty / 100.0, left=left)
    master.work = work or master.work
    master.add_plan(incumbent.words, incumbent.personal)
    master.add(first.columns)

    def once(center: Floats | None) -> Generated:
        return generate(
            master,
            subproblem,
            pricing,
            center=center,
            iterations=t.rounds,
            loose=t.loose,
            smoothing=t.smoothing,
            over=over,
        )

    root = rising(master, first.duals, once, most=incumbent.penalty, over=over)
    if root.bound >= subproblem.cutoff or over():
        return None
    found = dive(
        master,
        subproblem.below(subproblem.cost),
        pricing,
        t.dive,
        center=root.duals,
        over=over,
        tuning=tuning.dive,
    )
    if found is None:
        return None
    trial = incumbent.copy()
    trial.put(found.columns)
    trial = chains.polish(trial, (1 << 16) + k, over, found.kept, brief=True)
    return trial if trial.cost < incumbent.cost else None
