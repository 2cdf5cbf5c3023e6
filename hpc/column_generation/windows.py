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
from hpc.column_generation.tuning import DiveTuning, WindowTuning
from hpc.runtime.pool import Team
from hpc.runtime.timers import Work
from optimise.roster.kernels import COARSE

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
                        team.price,
                        run.chains,
                        window,
                        k,
                        lattice=run.grid,
                        over=run.over,
                        left=lambda: run.clock.left,
                        tuning=t,
                        diving=run.tuning.dive,
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
    pricing: Pricing,
    chains: Chains,
    days: tuple[int, int],
    k: int,
    *,
    lattice: float,
    over: Callable[[], bool],
    left: Callable[[], float] = lambda: math.inf,
    work: Work | None = None,
    tuning: WindowTuning = WindowTuning(),  # noqa: B008
    diving: DiveTuning = DiveTuning(),  # noqa: B008
) -> Incumbent | None:
    """Plan everybody anew on the days of a half-open window; None where the plan does not become cheaper.

    Parameters
    ----------
    k : int
        Stream of random numbers of the annealing.
    left : callable
        Seconds that a linear master may take.
    work : Work, optional
        Where to count what is done.
    """
    cover = incumbent.cover
    people = list(range(len(incumbent.words)))
    rest = incumbent.rest(people, days)
    cutoff = rest.cutoff(lattice)
    first = ascend(
        cover,
        pricing,
        people,
        fixed=rest.fixed,
        start=np.zeros(cover.lines),
        target=rest.cost,
        cutoff=cutoff,
        iterations=tuning.ascent,
        keep=tuning.kept,
        lines=rest.lines,
        shut=rest.shut,
        over=over,
        grid=COARSE,
    )
    if first.bound >= cutoff or over():
        return None
    master = Master(cover, people, rest.fixed, incumbent.penalty / 100.0, rest.lines, left=left)
    master.work = work or master.work
    master.add_plan(incumbent.words, incumbent.personal)
    master.add(first.columns)

    def once(center: Floats | None) -> Generated:
        return generate(
            master,
            pricing,
            fixed=rest.fixed,
            center=center,
            cutoff=cutoff,
            lattice=lattice,
            iterations=tuning.rounds,
            shut=rest.shut,
            loose=tuning.loose,
            smoothing=0.5,
            over=over,
            grid=COARSE,
        )

    root = rising(master, first.duals, once, most=incumbent.penalty, over=over)
    if root.bound >= cutoff or over():
        return None
    found = dive(
        master,
        pricing,
        tuning.dive,
        fixed=rest.fixed,
        center=root.duals,
        lattice=lattice,
        cutoff=rest.cost,
        over=over,
        shut=rest.shut,
        grid=COARSE,
        tuning=diving,
    )
    if found is None:
        return None
    trial = incumbent.copy()
    trial.put(found.columns)
    trial = chains.polish(trial, (1 << 16) + k, over, found.kept, brief=True)
    return trial if trial.cost < incumbent.cost else None
