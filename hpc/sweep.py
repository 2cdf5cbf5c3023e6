"""Windows of days in which everybody is planned anew: the linear master of four weeks is solved in seconds where
that of eight takes minutes, and a few passes with growing windows bring a plan near to what its dive would give."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from hpc.ascent import ascend
from hpc.comm import Team
from hpc.dive import dive
from hpc.generation import Generated, generate, rising
from hpc.master import Master
from optimise.kernels import COARSE

if TYPE_CHECKING:
    from hpc.column_generation import Run

__all__ = ["LEAST", "sweep"]

Floats = NDArray[np.float64]

#: Days of the first windows, between two of them and by which they grow; horizons from which they are worth while.
_WIDE, _STEP, LEAST = 28, 14, 42
#: Passes of one width while each gains this share of the cost.
_PASSES, _GAIN = 3, 0.01
#: Share of the time left that passes may take.
_SHARE = 0.7
#: Rounds of the ascent and of the master, and the gap, as a part of what may be gained, that ends them.
_ASCENT, _ROUNDS, _LOOSE = 30, 60, 0.1
#: Steps of the dive: share of cells, pricing rounds, share at which annealing takes over.
_FIXED, _INNER, _LEVEL = 0.1, 5, 0.85


def sweep(run: Run, team: Team, whole: Master) -> bool:
    """Improve the run's plan by windows over everybody, widening them; its rosters become columns of ``whole``.

    Each window is a fresh column generation with everybody's duties outside it fixed, a dive that stops early, and
    annealing of what it left free (as in fix-and-optimise, Helber and Sahling 2010, with columns for the windows).

    Returns
    -------
    bool
        Whether there was time for all passes.
    """
    days = run.cover.days
    if run.incumbent is None:
        return True
    until = run.clock.elapsed + _SHARE * run.clock.left
    wide, k = _WIDE, 0
    while wide < days:
        for _ in range(_PASSES):
            before = run.cost
            for first in range(0, days - wide + _STEP, _STEP):
                if run.over() or run.closed or run.clock.elapsed > until:
                    return False
                with run.timers("windows"):
                    gained = _window(run, team, (min(first, days - wide), min(first + wide, days)), k)
                k += 1
                if gained:
                    run.report("window")
                    whole.add_plan(run.incumbent.words, run.incumbent.personal)
            if before - run.cost < _GAIN * before:
                break
        wide += _STEP
    return True


def _window(run: Run, team: Team, days: tuple[int, int], k: int) -> bool:
    """Plan everybody anew on these days; whether the plan became cheaper."""
    incumbent, cover, lattice = run.incumbent, run.cover, run.lattice
    assert incumbent is not None
    people = list(range(len(incumbent.words)))
    rest = incumbent.rest(people, days)
    fixed, lines, shut, now = rest.fixed, rest.lines, rest.shut, rest.cost
    goal = now - (lattice if lattice > 0 else 1e-6 * max(1.0, abs(now))) + 1e-6
    first = ascend(
        cover,
        team.price,
        people,
        fixed=fixed,
        start=np.zeros(cover.lines),
        target=now,
        cutoff=goal,
        iterations=_ASCENT,
        keep=10,
        lines=lines,
        shut=shut,
        over=run.over,
        grid=COARSE,
    )
    if first.bound >= goal or run.over():
        return False
    master = Master(cover, people, fixed, run.penalty / 100.0, lines)
    master.left = lambda: run.clock.left
    master.add_plan(incumbent.words, incumbent.personal)
    master.add(first.columns)

    def once(center: Floats | None) -> Generated:
        return generate(
            master,
            team.price,
            fixed=fixed,
            center=center,
            cutoff=goal,
            lattice=lattice,
            iterations=_ROUNDS,
            shut=shut,
            loose=_LOOSE,
            smoothing=0.5,
            over=run.over,
            grid=COARSE,
        )

    root = rising(master, first.duals, once, most=run.penalty, over=run.over)
    if root.bound >= goal or run.over():
        return False
    found = dive(
        master,
        team.price,
        fixed=fixed,
        center=root.duals,
        lattice=lattice,
        cutoff=now,
        over=run.over,
        share=_FIXED,
        sure=0.95,
        whole=False,
        iterations=_INNER,
        rise=np.inf,
        most_reverts=3,
        shut=shut,
        grid=COARSE,
        level=_LEVEL,
    )
    if found is None:
        return False
    trial = incumbent.copy()
    trial.put(found.columns)
    tables = run.pricer.promoted()
    trial = run.chains.polish(trial, (1 << 16) + k, run.over, found.kept, brief=True)
    run.pricer.settle(tables)  # repairs leave no trace in later answers
    if trial.cost >= run.cost:
        return False
    run.incumbent = trial
    return True
