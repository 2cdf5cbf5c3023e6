"""``column-generation``: Dantzig-Wolfe bound, dive, neighbourhood search; serial or over MPI ranks."""

from __future__ import annotations

import logging
import math
import time
from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hpc.annealing import Chains
from hpc.checkpoint import Checkpoint, Pool
from hpc.comm import Team
from hpc.dive import dive
from hpc.generation import Generated, LocalPricing, cost_lattice, generate, round_up
from hpc.incumbent import Incumbent, construct, descend
from hpc.long_horizon import LongRun, is_long
from hpc.master import Master, MasterSolution
from hpc.parallel_search import Search, SearchState, state_of
from hpc.partition import longest_first
from hpc.timers import Timers
from optimise.checkpoint import SECONDS_BETWEEN, between
from optimise.domain.roster import Roster, RosterProblem
from optimise.errors import InputError
from optimise.kernels import Pricer
from optimise.kernels.cover import CoverRows
from optimise.method import Communicator, Deadline, Limits, Listener, Outcome, Progress, stopping
from optimise.result import Bounds, Plan, Stop
from optimise.rules.compiled import CompiledRoster
from optimise.search.construct import MOST_CELLS, table_cells
from optimise.search.construct import construct as in_pieces

__all__ = ["ColumnGenerationMethod", "Run", "lattice_of", "supported"]

log = logging.getLogger(__name__)

Floats = NDArray[np.float64]
#: (whole rosters or single duties, share fixed per step, pricing rounds per step); the first is quick, the second
#: is the one that closes hard cover, the others bring variety
_DIVES = ((True, 0.25, 3), (False, 0.05, 30), (True, 0.2, 20), (True, 0.03, 10), (False, 0.02, 40))
_SMALL = 20 * 35  # people times days up to which rosters are enumerated
SOURCE = "Lagrangian bound of column generation (exact dyadic arithmetic)"


class ColumnGenerationMethod:
    """Column generation over exact pricing, then diving and large-neighbourhood search.

    Options
    -------
    checkpoint : path
        Folder in which to keep the state; what it holds is resumed when ``resume`` is true.
    resume : bool
        Under a work limit (``limits.iterations``) the answer is that of a run that was never stopped: a root that was
        cut short is repeated from its beginning (once; a root that is cut again goes on from its columns).
    root_share, anneal_share : float
        Shares of the time for the root bound (default 0.5) and for the annealing before it (0.2).
    """

    name = "column-generation"
    resumable = True

    def supports(self, problem: Any) -> bool:
        return problem.kind == "blocks" or supported(problem)

    def solve(
        self,
        problem: Any,
        *,
        limits: Limits,
        seed: int,
        comm: Communicator,
        listen: Listener,
        start: Plan | None = None,
        options: Mapping[str, Any] | None = None,
    ) -> Outcome:
        if problem.kind == "blocks":
            from hpc.block_generation import solve_blocks

            return solve_blocks(
                problem, limits=limits, seed=seed, comm=comm, listen=listen, start=start, options=options
            )
        if is_long(problem):
            return LongRun(problem, limits, seed, comm, listen, start, dict(options or {}), self.name).solve()
        return Run(problem, limits, seed, comm, listen, start, dict(options or {}), self.name).solve()


def supported(problem: Any) -> bool:
    """Rosters whose counters count upwards; the rest of the vocabulary is covered."""
    if not isinstance(problem, RosterProblem):
        return False
    return all(c.values is None or bool((c.values >= 0).all()) for c in problem.compiled.counters)


def lattice_of(compiled: CompiledRoster) -> float:
    """Step of which every total cost is a multiple, or 0."""
    weights: list[float] = [p.cost for p in compiled.patterns if not p.hard]
    for c in compiled.counters:
        weights += [w for w in (c.weight_lower, c.weight_upper) if math.isfinite(w)]
    for line in compiled.lines:
        for bound, segments in ((line.lower, line.under), (line.upper, line.over)):
            if not math.isfinite(bound):
                continue
            whole = bound == round(bound) and all(t.coefficient == round(t.coefficient) for t in line.terms)
            prices = [s.price for s in segments if math.isfinite(s.price)]
            if prices and not (whole and all(s.width == math.inf or s.width == round(s.width) for s in segments)):
                return 0.0
            weights += prices
    return cost_lattice(np.asarray(weights, dtype=np.float64))


class Run:
    """One solve: the phases, their clock and what they share."""

    def __init__(
        self,
        problem: RosterProblem,
        limits: Limits,
        seed: int,
        comm: Communicator,
        listen: Listener,
        start: Plan | None,
        options: dict[str, Any],
        name: str,
    ) -> None:
        self.clock = Deadline(limits.seconds)
        self.problem, self.limits, self.seed, self.comm, self.listen = problem, limits, seed, comm, listen
        self.start, self.options, self.name = start, options, name
        self.timers = Timers()
        known = {"root", "checkpoint", "resume", "root_share", "anneal_share"}
        if set(options) - known:
            raise InputError(
                f"unknown option {', '.join(sorted(set(options) - known))}; known: {', '.join(sorted(known))}"
            )
        self.bound = -math.inf
        self.duals: Floats | None = None
        self.stopped = False
        self.incumbent: Incumbent | None = None
        self._saved = time.perf_counter()
        self._writing = SECONDS_BETWEEN
        self.tables: dict[int, tuple[int, ...]] = {}
        self.team: Team | None = None
        self.cuts, self.dives = 0, 0
        self.pool: Pool | None = None
        self.others: list[Incumbent] = []

    # ---- the algorithm -------------------------------------------------------------------------------------------
    def solve(self) -> Outcome:
        with self.timers("building"):
            compiled = self.problem.compiled
            self.pricer = Pricer(compiled)
            self.cover = CoverRows(compiled)
        self.lattice = lattice_of(compiled)
        self.penalty = _penalty(compiled)
        nobody = [e for e in range(compiled.employees) if not self.pricer.automata[e].feasible]
        if nobody:
            return self._impossible(nobody)
        state = SearchState()
        resumed = self._resumed()
        if resumed is not None and resumed.phase == "search":
            state = state_of(resumed.search)
        self.chains = Chains(self.cover, self.pricer, self.lattice, self.seed)
        self._construct(resumed)
        if self.incumbent is not None and (resumed is None or not resumed.words.size):
            self._anneal()
            state.warmth, state.suited = self.chains.warmth, self.chains.suited
        if self.options.get("root", True) and (resumed is None or resumed.phase == "root"):
            self._root()
        if self.incumbent is not None and not self.stopped:
            self._search(state)
        return self._outcome(state)

    def _construct(self, resumed: Checkpoint | None) -> None:
        """A first plan: given, resumed, or built person by person and improved one person at a time."""
        with self.timers("construction"):
            given = self.start.duties if isinstance(self.start, Roster) else None
            if resumed is not None:
                self.tables = dict(resumed.tables)
            if resumed is not None and resumed.words.size:
                self.pricer.settle(self.tables)
                self.incumbent = Incumbent(self.cover, resumed.words, resumed.personal, self.penalty)
                self._report("resumed")
                return
            if given is not None:
                personal = np.array([self.pricer.cost(e, given[e]) for e in range(len(given))])
                if np.isfinite(personal).all():
                    self.incumbent = Incumbent(self.cover, given, personal, self.penalty)
                    self._report("start")
                    return
            if self.comm.rank == 0:
                order = list(range(self.problem.compiled.employees))
                self.incumbent = self._first(order)
                for _ in range(10):
                    if (
                        self.incumbent is None
                        or self._over()
                        or not descend(self.incumbent, self.pricer, order, over=self._over)
                    ):
                        break
            self.pricer.settle({})  # tables as they were, so that all ranks start the root alike
            self._share()
            self._report("construction")

    def _anneal(self) -> None:
        """Chains of annealing from the first plan: the quick way to a good plan and to columns near it."""
        assert self.incumbent is not None
        share = float(self.options.get("anneal_share", 0.2))
        with self.timers("annealing"):
            plans = self.chains.start(self.incumbent, self.comm, share * self.clock.left, self._over)
            self.pricer.settle({})  # repairs leave no trace in later answers
        self.incumbent, self.others = plans[0], plans[1:]
        self._report("annealing")

    def _first(self, order: list[int]) -> Incumbent | None:
        """A roster for everybody: over the whole horizon, or in pieces where one person's table would be too large."""
        compiled, built = self.problem.compiled, self.pricer.automata
        if table_cells(compiled, built) <= MOST_CELLS:
            return construct(self.cover, self.pricer, order, self.penalty, over=self._over)
        half = 0.4 * self.limits.seconds
        made = in_pieces(compiled, built, np.random.default_rng([self.seed, 0]), lambda: self.clock.elapsed > half)
        if made.duties is None:
            return None
        personal = np.array([self.pricer.cost(e, made.duties[e]) for e in order])
        self.incumbent = Incumbent(self.cover, made.duties, personal, self.penalty)
        self._report("construction")
        return self.incumbent

    def _root(self) -> None:
        """Bound by column generation and a dive, on rank 0 with all ranks pricing."""
        people = list(range(self.problem.compiled.employees))
        with self.timers("building"):
            work = np.array([self.pricer.work(e) for e in people], dtype=np.float64)
        owner = longest_first(work, self.comm.size)
        local = LocalPricing(self.pricer, self.cover, over=self._over)
        self.team = team = Team(self.comm, local, owner, self.timers, lambda: stopping(self.listen))
        share = float(self.options.get("root_share", 0.5))
        began = self.clock.elapsed
        if self.comm.rank == 0:
            try:
                root, master = self._generate(team, people, began + share * (self.limits.seconds - began))
                if root.solution.artificial < 1e-6 and not self._over():
                    self._dive(team, master, root)
                    self._enumerate(master, root)
                self._over()
                if self.stopped:
                    self._save("root", master=master, force=True)
            finally:
                team.release()
        else:
            team.serve()
        self.timers.count("pricing calls", team.calls)
        self.timers.count("priced blocks", local.solved)
        self.bound, self.duals, self.stopped = self.comm.bcast((self.bound, self.duals, self.stopped))
        promoted = self.comm.allgather(self.pricer.promoted())
        agreed: dict[int, tuple[int, ...]] = {}
        for rank, mine in enumerate(promoted):
            agreed.update({e: active for e, active in mine.items() if owner[e] == rank})
        self.pricer.settle(agreed)
        self.tables = agreed
        self._share()

    def _generate(self, team: Team, people: list[int], until: float) -> tuple[Generated, Master]:
        nothing = np.zeros(self.cover.lines)
        master = Master(self.cover, people, nothing, self.penalty / 100.0)
        if self.incumbent is not None:
            for plan in (self.incumbent, *self.others):
                master.add([master.make(e, plan.words[e], float(plan.personal[e])) for e in people])

        def listen(iteration: int, solution: MasterSolution, bound: float) -> None:
            self.timers.counts["iterations"] = iteration
            if round_up(bound, self.lattice) > self.bound:
                self.bound = round_up(bound, self.lattice)
                self._report("column generation")
            self._save("root", master=master)
            log.debug("iteration %d: master %.3f, bound %.3f", iteration, solution.objective, bound)

        if self.pool is not None:
            stored = zip(self.pool.people.tolist(), self.pool.words, self.pool.costs.tolist(), strict=True)
            master.add([master.make(e, word, cost) for e, word, cost in stored])
        with self.timers("root"):
            center = self.duals if self.pool is not None else None
            while True:  # a low price of hard units keeps duals calm; it rises until they are avoided
                root = generate(
                    master,
                    team.price,
                    fixed=nothing,
                    center=center,
                    cutoff=self._cost,
                    lattice=self.lattice,
                    iterations=1_000_000,
                    over=lambda: self._over() or self.clock.elapsed > until,
                    most_columns=60 * len(people),
                    listen=listen,
                )
                center = root.duals
                if root.solution.artificial < 1e-6 or master.penalty >= self.penalty or self.clock.elapsed > until:
                    break
                master.charge(5.0 * master.penalty)
        self.duals = root.duals
        self.timers.count("columns", len(master.columns))
        self.timers.count("simplex iterations", master.simplex)
        return root, master

    def _dive(self, team: Team, master: Master, root: Generated) -> None:
        """Several dives with different courage; the best plan wins after a descent."""
        until = self.clock.elapsed + 0.35 * self.clock.left

        def over() -> bool:
            return self._over() or self.clock.elapsed > until

        for done, (whole, share, iterations) in enumerate(_DIVES):
            if done < self.dives:  # before this run was stopped
                continue
            if over() or self.bound >= self._cost - 1e-7 or self.incumbent is None:
                return
            with self.timers("dive"):
                found = dive(
                    master,
                    team.price,
                    fixed=np.zeros(self.cover.lines),
                    center=root.duals,
                    lattice=self.lattice,
                    cutoff=self._cost + 0.25 * (self._cost - self.bound),
                    over=over,
                    share=share,
                    sure=0.95,
                    whole=whole,
                    iterations=iterations,
                    rise=math.inf,
                    most_reverts=3,
                    partial=True,
                )
                if found is None:
                    continue
                trial = self.incumbent.copy()
                trial.put(found[0])
                tables = self.pricer.promoted()
                for _ in range(3):
                    if self._over() or not descend(trial, self.pricer, range(len(trial.words)), over=self._over):
                        break
                self.pricer.settle(tables)  # a descent on one rank leaves no trace in later answers
            if trial.cost < self._cost:
                self.incumbent = trial
                self._report("dive")
            if not self.stopped:
                self.dives = done + 1

    def _enumerate(self, master: Master, root: Generated) -> None:
        """Restricted-master MIP over every roster whose reduced cost is below a growing gap (Baldacci et al. 2008).

        Rosters that no rule tells apart count once, so the MIP proves nothing by itself; it finds plans that dives
        miss on small instances. Left out when the lists grow beyond a few thousand.
        """
        people = master.people
        if self.incumbent is None or len(people) * self.cover.days > _SMALL:
            return
        until = self.clock.elapsed + 0.3 * self.clock.left
        prices = self.cover.prices(root.duals)
        step = self.lattice or 1e-3 * max(1.0, abs(self._cost))
        for k in (1, 2, 4, 8):
            if self._over() or self.clock.elapsed > until or self.bound >= self._cost - 1e-7:
                return
            with self.timers("enumeration"):
                listed = 0
                for e in people:
                    mine = prices[self.cover.kind[e]]
                    least = self.pricer.price(e, mine).bound
                    found = self.pricer.price(e, mine, limit=least + k * step, columns=400, every=True)
                    listed += len(found.words)
                    master.add([master.make(e, w, self.pricer.cost(e, w)) for w in found.words])
                chosen, cost, _ = master.integer(
                    cutoff=self._cost, nodes=400, over=lambda: self._over() or self.clock.elapsed > until
                )
            if chosen is not None and cost < self._cost - 1e-7:
                trial = self.incumbent.copy()
                trial.put(chosen)
                if trial.cost < self._cost:
                    self.incumbent = trial
                    self._report("enumeration")

    def _search(self, state: SearchState) -> None:
        assert self.incumbent is not None
        search = Search(
            self.incumbent,
            self.pricer,
            self.comm,
            duals=self.duals,
            lattice=self.lattice,
            seed=self.seed,
            timers=self.timers,
            state=state,
            chains=self.chains,
        )
        self._save("search", state, force=True)
        while not self._agree(self._finished(state)):
            gain = search.round(self._over, lambda: self.stopped or stopping(self.listen))
            if gain is None:
                self.stopped = True
                break
            self.incumbent = search.incumbent
            if gain > 0:
                self._report("neighbourhood")
            self._save("search", state)
        self._save("search", state, force=True)

    # ---- stopping ------------------------------------------------------------------------------------------------
    @property
    def _cost(self) -> float:
        return math.inf if self.incumbent is None else self.incumbent.cost

    def _over(self) -> bool:
        self.stopped = self.stopped or stopping(self.listen) or (self.team is not None and self.team.asked)
        return self.stopped or self.clock.over

    def _finished(self, state: SearchState) -> bool:
        if self._over() or self._cost <= self.limits.target:
            return True
        if self.limits.iterations is not None and state.round >= self.limits.iterations:
            return True
        return self._cost - self.bound <= max(self.limits.gap * abs(self._cost), 1e-7)

    def _agree(self, done: bool) -> bool:
        """Rank 0 decides, so that no rank waits for another that has left."""
        return bool(self.comm.bcast(done))

    # ---- sharing and reporting -----------------------------------------------------------------------------------
    def _share(self) -> None:
        """Rank 0's incumbent becomes everyone's."""
        if self.comm.size == 1:
            return
        packed = None if self.incumbent is None else (self.incumbent.words, self.incumbent.personal)
        packed = self.comm.bcast(packed)
        self.incumbent = None if packed is None else Incumbent(self.cover, packed[0], packed[1], self.penalty)

    def _report(self, event: str) -> None:
        if self.comm.rank:
            return
        plan = None
        cost = math.inf
        if self.incumbent is not None and self.incumbent.feasible:
            plan, cost = Roster(self.incumbent.words), self.incumbent.cost
        work = self.timers.counts.get("iterations", 0.0)
        if self.listen(Progress(self.clock.elapsed, cost, self.bound, event, work, plan)):
            self.stopped = True

    def _resumed(self) -> Checkpoint | None:
        """What an earlier run left, the same on all ranks (rank 0 reads)."""
        path = self.options.get("checkpoint")
        if path is None or not self.options.get("resume"):
            return None
        mine = Checkpoint.read(path, self.problem.digest(), self.seed) if self.comm.rank == 0 else None
        found: Checkpoint | None = self.comm.bcast(mine)
        if found is not None:
            self.cuts = found.cuts
        if self.limits.iterations is not None and (found is None or (found.phase == "root" and found.cuts <= 1)):
            self.start = None  # the answer of a run that was never stopped is asked for: begin again
            return None
        if found is not None:
            self.bound, self.duals = found.bound, found.duals if found.duals.size else None
            self.pool, self.dives = found.pool, found.dives
        return found

    def _save(
        self, phase: str, state: SearchState | None = None, *, master: Master | None = None, force: bool = False
    ) -> None:
        """Keep the state, now and then or by ``force``; rank 0 only."""
        path = self.options.get("checkpoint")
        if path is None or self.comm.rank:
            return
        if not force and time.perf_counter() - self._saved < between(self._writing):
            return
        began = time.perf_counter()
        columns = [] if master is None else master.columns
        pool = None
        if columns:
            pool = Pool(
                np.array([c.employee for c in columns], dtype=np.int32),
                np.stack([c.word for c in columns]),
                np.array([c.cost for c in columns]),
            )
        Checkpoint(
            self.problem.digest(),
            self.seed,
            phase,
            np.zeros((0, 0), np.int16) if self.incumbent is None else self.incumbent.words,
            np.zeros(0) if self.incumbent is None else self.incumbent.personal,
            self.bound,
            np.zeros(0) if self.duals is None else self.duals,
            {} if state is None else asdict(state),
            self.tables,
            pool,
            self.dives,
            self.cuts + (phase == "root"),  # whoever reads this was cut short in the root
        ).write(path)
        self._saved = time.perf_counter()
        self._writing = self._saved - began

    def _outcome(self, state: SearchState) -> Outcome:
        stats = self.timers.stats(self.comm, {"rounds": float(state.round)})
        feasible = self.incumbent is not None and self.incumbent.feasible
        plan = Roster(self.incumbent.words) if self.incumbent is not None and feasible else None
        primal = self._cost if feasible else math.inf
        if feasible and self.bound >= primal - 1e-7:
            stop = Stop.OPTIMAL
        elif self.stopped:
            stop = Stop.INTERRUPTED
        elif self.clock.over:
            stop = Stop.TIME
        elif self.limits.iterations is not None and state.round >= self.limits.iterations:
            stop = Stop.ITERATIONS
        else:
            stop = Stop.GAP
        dual = min(self.bound, primal) if feasible else self.bound
        bounds = Bounds(primal, dual, self.name if feasible else "", SOURCE if math.isfinite(dual) else "")
        return Outcome(plan, stop, bounds, stats)

    def _impossible(self, nobody: list[int]) -> Outcome:
        names = ", ".join(self.problem.employees[e].id for e in nobody[:5])
        text = f"no sequence of duties obeys the personal rules of {names}"
        return Outcome(None, Stop.INFEASIBLE, Bounds(), self.timers.stats(self.comm), (text,))


def _penalty(compiled: CompiledRoster) -> float:
    """A price for hard cover above anything that one person's roster can save."""
    dearest = [p.cost for p in compiled.patterns if not p.hard]
    dearest += [w for c in compiled.counters for w in (c.weight_lower, c.weight_upper) if math.isfinite(w)]
    dearest += [s.price for line in compiled.lines for s in (*line.under, *line.over) if math.isfinite(s.price)]
    return 100.0 * max([10.0, *dearest])
