"""The root of column generation: the linear master of everybody, dives from it, and enumeration of cheap rosters."""

from __future__ import annotations

import logging
import math
from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from hpc.column_generation.ascent import ascend
from hpc.column_generation.branching import SOURCE, Branching
from hpc.column_generation.column import Column
from hpc.column_generation.disaggregate import spread
from hpc.column_generation.dive import dive
from hpc.column_generation.generation import Generated, generate, rising
from hpc.column_generation.incumbent import descend
from hpc.column_generation.master import Master, MasterSolution
from hpc.column_generation.steps import Steps
from hpc.column_generation.subproblem import Subproblem
from hpc.column_generation.windows import sweep
from hpc.runtime.pool import Team
from optimise.roster.arrays import roster_arrays
from optimise.roster.kernels import COARSE, GRID
from optimise.roster.search.relaxation import Relaxation
from optimise.roster.search.relaxation import ascend as relaxed_ascent

if TYPE_CHECKING:
    from hpc.column_generation.run import Run

__all__ = ["bound_and_columns", "branches", "cheap", "dives", "enumeration", "planned_dives"]

log = logging.getLogger(__name__)

Floats = NDArray[np.float64]


def cheap(run: Run, most: float | None = None) -> bool:
    """Whether pricing everybody takes little, so that it may be done hundreds of times."""
    return sum(run.pricer.work(e) for e in range(run.problem.shape[0])) < (
        run.tuning.root.cheap if most is None else most
    )


def lasting(run: Run) -> bool:
    """Whether annealing suits and the horizon is so long that the master's simplex takes nearly all of the time."""
    return run.annealed and run.cover.days >= run.tuning.windows.least_days


def crowded(run: Run) -> bool:
    """Whether so many are planned that hasty dives end far above the master."""
    people, t = len(run.cover.kind), run.tuning.root
    return people * run.cover.days >= t.crowd if run.annealed else people >= t.many


def quick_duals(run: Run, until: float, climbed: Callable[[int, float], None]) -> Floats:
    """Cover duals and a bound from the relaxation with priced totals: seconds where exact pricing takes minutes."""
    if run.relaxed is not None:  # the opening has made them
        return run.relaxed.duals[: run.cover.lines]
    try:
        arrays = roster_arrays(run.cover.compiled, run.pricer.automata)
        found = relaxed_ascent(
            Relaxation(arrays, run.cover),
            seconds=math.inf,
            steps=run.tuning.root.relaxed,
            tuning=run.tuning.opening.relaxation,
            over=lambda: run.over() or run.clock.elapsed > until,
            listen=lambda bound: climbed(0, bound),
        )
    except ValueError as error:
        log.info("no bound with priced totals: %s", error)
        return np.zeros(run.cover.lines)
    return found.duals[: run.cover.lines]


def bound_and_columns(run: Run, team: Team, until: float) -> tuple[Generated, Master]:
    """Solve the linear master of everybody; the bound of the run rises as it goes.

    An ascent of the duals comes first where pricing is cheap: a master with a few columns per person has useless
    duals, and the columns of the ascent save about half of its simplex iterations.
    """
    everybody, nothing = Subproblem.whole(run.cover, lattice=run.grid), np.zeros(run.cover.lines)
    leader, left = run.compiled.leader, lambda: run.clock.left
    t = run.tuning.root
    most = t.most_columns * len(everybody.people)
    master = Master(everybody, run.penalty / 100.0, leader=leader, left=left, most=most, idle=t.idle)
    if run.incumbent is not None:
        for plan in (run.incumbent, *run.others):
            master.add_plan(plan.words, plan.personal)

    def climbed(_: int, bound: float) -> None:
        run.rise(bound, "ascent")

    if run.pool is not None:
        stored = zip(run.pool.people.tolist(), run.pool.words, run.pool.costs.tolist(), strict=True)
        master.add([master.make(e, word, cost) for e, word, cost in stored])
    with run.timers("root"):
        center = run.duals if run.pool is not None else None
        start = nothing
        if center is None and (len(master.people) * run.cover.days >= run.tuning.root.large or not cheap(run)):
            center = start = quick_duals(run, until, climbed)
        if (center is None or center is start) and cheap(run, run.tuning.root.dear if run.annealed else None):
            first = ascend(
                replace(everybody, cost=min(run.cost, 1e12)),
                team.price,
                start=start,
                iterations=t.ascent,
                keep=t.kept,
                over=lambda: run.over() or run.clock.elapsed > until,
                listen=climbed,
                tuning=run.tuning.ascent,
            )
            center = first.duals
            master.add(first.columns)
        root = linear(run, team, master, center, until)
    run.duals = root.duals
    run.timers.count("columns", len(master.columns))
    run.timers.count("simplex iterations", master.simplex)
    return root, master


def linear(run: Run, team: Team, master: Master, center: Floats | None, until: float) -> Generated:
    """The linear master of everybody, after windows where the horizon is long and it does not converge soon."""
    t = run.tuning.root
    near = run.annealed or run.relaxed is not None
    loose = t.near if near and len(master.people) * run.cover.days >= t.large else 0.0
    if crowded(run):
        loose = min(loose, t.nearer)
    if lasting(run):
        soon = run.clock.elapsed + t.patience * run.clock.left
        root = converge(run, team, master, center, soon, min(loose, t.nearer))
        if root.solution.objective - root.bound <= t.converged * run.cost:
            return root
        finished, center = sweep(run, team, master), root.duals
        now = run.clock.elapsed  # unfinished windows: the master of everybody would take far longer still
        until = max(until, now + t.rest * run.clock.left) if finished else now
    return converge(run, team, master, center, until, loose)


def converge(
    run: Run, team: Team, master: Master, center: Floats | None, until: float, loose: float = 0.0
) -> Generated:
    """Column generation on the master of everybody, with a price of hard units that rises until they are avoided.

    Parameters
    ----------
    run : Run
        Takes bounds, checkpoints and the clock.
    team : Team
        Prices people over all ranks.
    master : Master
        Of everybody.
    center : float array (lines,), optional
        Duals to start from.
    until : float
        Seconds of the run after which it ends.
    loose : float
        Stop when the bound is within this fraction of what may still be gained.

    Returns
    -------
    Generated
        Solution of the master, bound and duals.
    """

    def listen(iteration: int, solution: MasterSolution, bound: float) -> None:
        run.timers.counts["iterations"] = iteration
        run.rise(bound, "column generation")
        run.save("root", master=master)
        log.debug("iteration %d: master %.3f, bound %.3f", iteration, solution.objective, bound)

    def late() -> bool:
        return run.over() or run.clock.elapsed > until

    def once(center: Floats | None) -> Generated:
        return generate(
            master,
            master.subproblem.below(run.cost),
            team.price,
            center=center,
            iterations=1_000_000,
            over=late,
            listen=listen,
            loose=loose,
        )

    return rising(master, center, once, most=run.penalty, over=late)


def dives(run: Run, team: Team, master: Master, root: Generated) -> None:
    """Several dives with different courage; the best plan wins after a descent.

    Where annealing suits, a chain at low temperature mends what each dive left, and dives end early where they fail.
    """
    t = run.tuning.root
    if run.annealed and root.solution.objective - root.bound > t.half * (run.cost - root.bound):
        return  # the master is as far from its end as the plan; neighbourhoods gain more
    if run.relaxed is not None and run.clock.left < t.part * run.timers.seconds["root"]:
        return  # there is a good plan from the opening, and no time to end a dive
    vain = 0
    whole, careful = spread(master, t.beside), lasting(run)
    grid = GRID if cheap(run) and not careful else COARSE
    planned = planned_dives(run)
    share, grace = (t.lasting_share, t.grace) if careful else (t.diving, 1.0)
    began, seconds = run.clock.elapsed, share * run.clock.left
    until = began + grace * seconds

    def used() -> float:
        return 0.0 if run.limits.iterations is not None else (run.clock.elapsed - began) / max(seconds, 1e-9)

    way = _Way(run)

    def over() -> bool:
        return run.over() or (run.clock.elapsed > until and not way.ending)

    for done, steps in enumerate(planned):
        if done < run.dives:  # before this run was stopped
            continue
        if done == 0 and run.relaxed is not None:
            continue  # a hasty dive finds nothing better
        if over() or run.closed or run.incumbent is None or vain >= t.vain:
            return
        if done > 1 and not run.annealed:
            gap = (run.cost - run.bound) / max(run.cost, 1e-9)
            if gap <= t.at_once:
                return
            if gap <= t.enough and steps.whole:
                continue
        way = _Way(run)
        with run.timers("dive"):
            found = dive(
                whole,
                replace(whole.subproblem, cutoff=_cutoff(run), grid=grid),
                team.price,
                steps,
                center=root.duals,
                over=over,
                partial=True,
                used=used,
                listen=way.made,
                tuning=run.tuning.dive,
            )
            way = _Way(run)
            vain = vain + 1 if found is None else 0
            if found is None:
                continue
            trial = run.incumbent.copy()
            trial.put(found.columns)
            tables = run.pricer.promoted()
            for _ in range(0 if run.annealed and steps.level < 1.0 else t.descents):
                if run.over() or not descend(trial, run.pricer, range(len(trial.words)), over=run.over):
                    break
            if run.annealed:
                trial = run.chains.polish(trial, done, run.over, found.kept)
            run.pricer.settle(tables)  # a descent on one rank leaves no trace in later answers
        if run.found(trial, "dive") and run.annealed:
            whole.add_plan(trial.words, trial.personal)
        if not run.stopped:
            run.dives = done + 1
        if not root.converged and not run.over():
            with run.timers("root"):
                master.add(whole.columns)
                on = run.clock.elapsed + t.further * run.clock.left
                root = converge(run, team, master, root.duals, max(until, on))
                whole = spread(master, t.beside)
            run.duals = root.duals


def planned_dives(run: Run) -> tuple[Steps, ...]:
    """The dives of a run, first to last."""
    t = run.tuning.root
    if lasting(run):
        return (t.lasting,)
    if crowded(run):
        return (t.lasting, *t.guided[1:]) if run.annealed else (t.dives[0], t.lasting, *t.dives[2:])
    return t.guided if run.annealed else t.dives


class _Way:
    """How far a dive has come, and whether its pace brings it to its end within the limit of the run.

    A dive that ends brings a plan near the bound; one that is cut short brings next to nothing. So a dive past its
    share of the time goes on while it would end (late steps take less than early ones), unless the plan is near the
    bound anyway: then neighbourhoods do better.
    """

    def __init__(self, run: Run) -> None:
        self.run, self.began, self.part = run, run.clock.elapsed, 0.0

    def made(self, part: float) -> None:
        self.part = part

    @property
    def ending(self) -> bool:
        run, near = self.run, self.run.tuning.root.at_once
        if run.cost - run.bound <= near * run.cost:
            return False
        whole = (run.clock.elapsed - self.began) / max(self.part, 1e-9)
        return self.began + whole <= run.limits.seconds


def _cutoff(run: Run) -> float:
    """What a dive may cost before it is given up."""
    gap = run.cost - run.bound
    near = not run.annealed and gap <= run.tuning.root.enough * run.cost
    return run.cost + max(run.tuning.root.above * gap, run.tuning.root.passing * run.cost if near else 0.0)


def enumeration(run: Run, master: Master, root: Generated) -> None:
    """Restricted-master MIP over every roster whose reduced cost is below a growing gap (Baldacci et al. 2008).

    Rosters that no rule tells apart count once, so the MIP proves nothing by itself; it finds plans that dives
    miss on small instances. Left out on larger ones.
    """
    people = master.people
    if run.incumbent is None or len(people) * run.cover.days > run.tuning.root.enumerated:
        return
    t = run.tuning.root
    until = run.clock.elapsed + t.listing * run.clock.left
    prices = run.cover.prices(root.duals)
    step = run.grid or 1e-3 * max(1.0, abs(run.cost))
    for k in t.gaps:
        if run.over() or run.clock.elapsed > until or run.closed:
            return
        with run.timers("enumeration"):
            for e in master.leaders:
                mine = prices[run.cover.kind[e]]
                least = run.pricer.price(e, mine).bound
                found = run.pricer.price(e, mine, limit=least + k * step, columns=t.listed, every=True)
                master.add([master.make(e, w, run.pricer.cost(e, w)) for w in found.words])
            chosen, cost, _ = master.integer(
                cutoff=run.cost, nodes=t.listed_nodes, over=lambda: run.over() or run.clock.elapsed > until
            )
        if chosen is not None and cost < run.cost - 1e-7:
            trial = run.incumbent.copy()
            trial.put(chosen)
            run.found(trial, "enumeration")


def branches(run: Run, team: Team, root: Master | None, *, nodes: int, share: float) -> None:
    """Branch and price where that is cheap, for some nodes and a share of the time left; bound and plan of the run.

    The tree begins with the columns of ``root``, if any.
    """
    if run.incumbent is None or run.duals is None or not cheap(run) or lasting(run) or run.closed:
        return
    if not run.cost - run.bound <= run.tuning.tree.most_gap * run.cost:  # too far apart for a tree
        return
    until = run.clock.elapsed + share * run.clock.left

    def found(chosen: list[Column], _: float) -> None:
        assert run.incumbent is not None
        trial = run.incumbent.copy()
        trial.put(chosen)
        if trial.cost < run.cost - 1e-7:
            run.found(trial, "branching")

    def bounded(bound: float) -> None:
        run.rise(bound, "branching", SOURCE)

    with run.timers("branching"):
        tree = Branching(
            Subproblem.whole(run.cover, lattice=run.grid),
            team.price,
            [] if root is None else spread(root, run.tuning.root.beside).columns,
            penalty=run.penalty / 100.0,
            cost=lambda: run.cost,
            found=found,
            bounded=bounded,
            left=lambda: run.clock.left,
            tuning=run.tuning,
        )
        tree.master.add_plan(run.incumbent.words, run.incumbent.personal)
        tree.run(
            duals=run.duals,
            bound=run.bound,
            nodes=nodes,
            over=lambda: run.over() or run.closed or run.clock.elapsed > until,
        )
    run.timers.count("nodes", tree.nodes)
