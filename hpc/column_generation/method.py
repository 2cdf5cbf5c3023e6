"""``column-generation``: Dantzig-Wolfe bound, dive, neighbourhood search; serial or over MPI ranks."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hpc.beds import refusal as bed_refusal
from hpc.column_generation.final_mip import WHOLE_SOURCE, close, first_plan
from hpc.column_generation.generation import LocalPricing
from hpc.column_generation.incumbent import Incumbent, construct, descend
from hpc.column_generation.parallel_search import Search
from hpc.column_generation.root import bound_and_columns, branches, cheap, dives, enumeration
from hpc.column_generation.run import Run
from hpc.column_generation.search_state import SearchState, state_of
from hpc.column_generation.start_heuristic import LEAST, Opening
from hpc.long_horizon.method import LongRun, is_long
from hpc.runtime.balance import longest_first
from hpc.runtime.checkpoint import Checkpoint
from hpc.runtime.pool import Team, rehearse
from optimise.core.grid import round_up
from optimise.core.method import Communicator, Limits, Listener, Outcome, Progress, stopping
from optimise.core.result import Bounds, Plan, Stop
from optimise.roster.problem import Roster, RosterProblem
from optimise.roster.search.construct import MOST_CELLS, table_cells
from optimise.roster.search.construct import construct as in_pieces

__all__ = ["ColumnGeneration", "ColumnGenerationMethod", "supported"]

log = logging.getLogger(__name__)

Floats = NDArray[np.float64]
#: Decisions up to which the whole model gets its chance, after this many rounds without gain.
_WHOLE, _PATIENCE = 4000, 8
#: Length of the first bursts of reinsertion, in full ones.
_BURST = 0.3
#: Nodes of branch and price after the root, and when the search is stuck.
_EARLY, _NODES = 4, 5000
#: Shares of the time left for them; the early one gets the long share where plan and bound are wide apart.
_SHORT, _LONG, _WIDE = 0.1, 0.3, 0.02
#: Share of the time left for a first plan by the whole model, where pricing gives none.
_MODEL = 0.4


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
        Shares of the time for the root bound (default 0.5) and for the annealing before it (0.08; 0.2 where most cover
        is exact).
    long : bool
        Whether to solve as a long horizon (:mod:`hpc.long_horizon.method`); by size when left out.
    """

    name = "column-generation"
    resumable = True

    def supports(self, problem: Any) -> bool:
        if problem.kind == "hospital":
            from optimise.hospital.beds_search import usable

            return usable(problem) and not bed_refusal(problem)
        return problem.kind == "blocks" or supported(problem)

    def refusal(self, problem: Any) -> str:
        """Which rules of a bed problem are not known here, in words; empty where all are."""
        return bed_refusal(problem) if problem.kind == "hospital" else ""

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
        if problem.kind == "hospital":
            from hpc.beds.method import solve_beds

            return solve_beds(problem, limits=limits, seed=seed, comm=comm, listen=listen, start=start)  # type: ignore[arg-type]
        if problem.kind == "blocks":
            from hpc.blocks.block_generation import solve_blocks

            return solve_blocks(
                problem, limits=limits, seed=seed, comm=comm, listen=listen, start=start, options=options
            )
        given = dict(options or {})
        if given.pop("long", is_long(problem)):
            return LongRun(problem, limits, seed, comm, listen, start, given, self.name).solve()
        return ColumnGeneration(problem, limits, seed, comm, listen, start, given, self.name).solve()


def supported(problem: Any) -> bool:
    """Rosters whose counters count upwards; the rest of the vocabulary is covered."""
    if not isinstance(problem, RosterProblem):
        return False
    return all(c.values is None or bool((c.values >= 0).all()) for c in problem.compiled.counters)


class ColumnGeneration(Run):
    """The phases of a solve and their order."""

    # ---- the algorithm -------------------------------------------------------------------------------------------
    def solve(self) -> Outcome:
        nobody = [e for e in range(self.problem.compiled.employees) if not self.pricer.automata[e].feasible]
        if nobody:
            return self._impossible(nobody)
        state = SearchState()
        resumed = self.resumed()
        if resumed is not None and resumed.phase == "search":
            state = state_of(resumed.search)
        self._construct(resumed)
        if self.incumbent is not None and (resumed is None or not resumed.words.size):
            self._anneal()
            state.warmth, state.suited = self.chains.warmth, self.chains.suited
        if self.options.get("root", True) and (resumed is None or resumed.phase == "root"):
            self._root()
        if self.incumbent is not None and not self.stopped:
            self._search(state)
        return self.outcome(state)

    def _construct(self, resumed: Checkpoint | None) -> None:
        """A first plan: given, resumed, or built person by person and improved one person at a time."""
        with self.timers("construction"):
            given = self.start.duties if isinstance(self.start, Roster) else None
            if resumed is not None:
                self.tables = dict(resumed.tables)
            if resumed is not None and resumed.words.size:
                self.pricer.settle(self.tables)
                self.incumbent = Incumbent(self.cover, resumed.words, resumed.personal, self.penalty)
                self.report("resumed")
                return
            if given is not None:
                personal = np.array([self.pricer.cost(e, given[e]) for e in range(len(given))])
                if np.isfinite(personal).all():
                    self.incumbent = Incumbent(self.cover, given, personal, self.penalty)
                    self.report("start")
                    return
            if self.comm.rank == 0:
                order = list(range(self.problem.compiled.employees))
                self.incumbent = self._first(order)
                for _ in range(10):
                    if (
                        self.incumbent is None
                        or self.over()
                        or not descend(self.incumbent, self.pricer, order, over=self.over)
                    ):
                        break
            elif self.options.get("root", True) and self._whole:
                mine = np.flatnonzero(self._owners() == self.comm.rank).tolist()
                rehearse(self.pricer, self.cover, mine, self.over)
            self.pricer.settle({})  # tables as they were, so that all ranks start the root alike
            self.share()
            self.report("construction")

    def _anneal(self) -> None:
        """Chains of annealing from the first plan: the quick way to a good plan and to columns near it."""
        assert self.incumbent is not None
        chains, left = self.chains, self.clock.left
        share = float(self.options.get("anneal_share", chains.share))
        most = float(self.options.get("anneal_share", chains.most))
        with self.timers("annealing"):
            plans = chains.start(self.incumbent, self.comm, share * left, self.over, most * left)
            self.pricer.settle({})  # repairs leave no trace in later answers
        self.incumbent, self.others, self.annealed = plans[0], plans[1:], self.chains.suited
        self.report("annealing")
        if not self.chains.suited:
            self._open()

    def _open(self) -> None:
        """A plan by relaxation and reinsertion, where no chain was run: dives take long to come as near."""
        assert self.incumbent is not None
        opening = None if cheap(self, LEAST) else self._opening()
        if opening is None:
            return
        share = min(1.0, opening.stretch * float(self.options.get("anneal_share", 0.2)))
        began, seconds = self.clock.elapsed, max(share * self.clock.left, 1e-3)

        def spent() -> float:
            return 0.0 if self.limits.iterations is not None else (self.clock.elapsed - began) / seconds

        with self.timers("opening"):
            self.relaxed = opening.relax(self.comm, self.over)
            if self.options.get("root", True):
                self.bound = max(self.bound, round_up(self.relaxed.bound, self.lattice))
            plans = opening.plans(self.incumbent, self.relaxed, self.comm, spent, self.over)
            self.pricer.settle({})  # repairs leave no trace in later answers
        self.incumbent, self.others = plans[0], plans[1:]
        self.report("reinsertion")

    def _opening(self) -> Opening | None:
        """Reinsertion for this problem, where it can be used."""
        try:
            return Opening(self.cover, self.pricer, self.problem.automata, self.penalty, self.seed)
        except ValueError as error:
            log.info("no reinsertion: %s", error)
            return None

    @property
    def _whole(self) -> bool:
        """Whether one person's table is small enough to be built over the whole horizon for a first plan."""
        return table_cells(self.problem.compiled, self.pricer.automata) <= MOST_CELLS

    def _first(self, order: list[int]) -> Incumbent | None:
        """A roster for everybody: over the whole horizon, or in pieces where one person's table would be too large.

        Where neither comes to one the whole model is asked: pricing that finds nothing has proven nothing.
        """
        compiled, built = self.problem.compiled, self.pricer.automata
        if self._whole:
            plain = construct(self.cover, self.pricer, order, self.penalty, over=self.over)
            if plain is not None or self.over():
                return plain
            log.info("pricing gives somebody no roster; a first plan is looked for in other ways")
        half = 0.4 * self.limits.seconds
        made = in_pieces(compiled, built, np.random.default_rng([self.seed, 0]), lambda: self.clock.elapsed > half)
        words = made.duties
        if words is None and not made.proven and not self.over():
            words = first_plan(self.problem, _MODEL * self.clock.left, self.seed, self.over)
        if words is None:
            return None
        personal = np.array([self.pricer.cost(e, words[e]) for e in order])
        self.incumbent = Incumbent(self.cover, words, personal, self.penalty)
        self.report("construction")
        return self.incumbent

    def _root(self) -> None:
        """Bound by column generation and a dive, on rank 0 with all ranks pricing."""
        people = list(range(self.problem.compiled.employees))
        with self.timers("building"):
            owner = self._owners()
        local = LocalPricing(self.pricer, self.cover, over=self.over, threads=self.limits.threads)
        self.team = team = Team(self.comm, local, owner, self.timers, lambda: stopping(self.listen))
        share = float(self.options.get("root_share", 0.5))
        began = self.clock.elapsed
        if self.comm.rank == 0:
            try:
                root, master = bound_and_columns(self, team, people, began + share * (self.limits.seconds - began))
                if root.solution.artificial < 1e-6 and not self.over():
                    dives(self, team, master, root)
                    enumeration(self, master, root)
                    wide = self.cost - self.bound > _WIDE * self.cost
                    branches(self, team, master, nodes=_EARLY, share=_LONG if wide else _SHORT)
                self.over()
                if self.stopped:
                    self.save("root", master=master, force=True)
            finally:
                team.release()
        else:
            team.serve()
        local.close()
        self.timers.count("pricing calls", team.calls)
        self.timers.count("priced blocks", local.solved)
        self.bound, self.duals, self.stopped = self.comm.bcast((self.bound, self.duals, self.stopped))
        promoted = self.comm.allgather(self.pricer.promoted())
        agreed: dict[int, tuple[int, ...]] = {}
        for rank, mine in enumerate(promoted):
            agreed.update({e: active for e, active in mine.items() if team.owner[e] == rank})
        self.pricer.settle(agreed)
        self.tables = agreed
        self.share()

    def _owners(self) -> NDArray[np.int32]:
        """Rank that prices each person at first, by the size of tables; owners follow the clock later."""
        work = [float(self.pricer.work(e)) for e in range(self.problem.compiled.employees)]
        return longest_first(np.array(work), self.comm.size)

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
        if not state.suited:
            search.chains = self._opening()  # bursts of reinsertion in place of chains
            if state.round == 0:
                state.length = _BURST
        self.save("search", state, force=True)
        while not self.agree(self.finished(state)):
            gain = search.round(self.over, lambda: self.stopped or stopping(self.listen))
            if gain is None:
                self.stopped = True
                break
            self.incumbent = search.incumbent
            if gain > 0:
                self.report("neighbourhood")
            if self.agree(self._stuck(state)):
                self._close(state)
                search.incumbent = self.incumbent
            self.save("search", state)
        self.save("search", state, force=True)

    def _stuck(self, state: SearchState) -> bool:
        """Whether it is time to branch: a problem that is not large, still open, without gains for a while."""
        return (
            (self._small or cheap(self))
            and not state.closing
            and state.since_gain >= _PATIENCE
            and not self.finished(state)
        )

    @property
    def _small(self) -> bool:
        people, days, duties = self.problem.shape
        return people * days * (duties - 1) <= _WHOLE

    def _close(self, state: SearchState) -> None:
        """Branch and price by all ranks; then branch and bound of HiGHS on a small whole model, on rank 0."""
        if self.options.get("root", True) and cheap(self):
            self._tree()
        if self.comm.rank == 0 and self._small and not self.closed and not self.over():
            assert self.incumbent is not None
            with self.timers("whole model"):
                done = close(self.problem, self.incumbent.words, 0.6 * self.clock.left, self.seed, self._heard)
            if done.bounds.dual > self.bound:
                self.bound, self.source = done.bounds.dual, done.bounds.dual_source
            if isinstance(done.plan, Roster) and done.bounds.primal < self.cost - 1e-7:
                words = done.plan.duties
                personal = np.array([self.pricer.cost(e, words[e]) for e in range(len(words))])
                self.incumbent = Incumbent(self.cover, words, personal, self.penalty)
            self.report("whole model")
        self.bound, self.source, self.stopped = self.comm.bcast((self.bound, self.source, self.stopped))
        self.share()
        state.closing = not self.stopped

    def _tree(self) -> None:
        """A tree from the duals of the root; its columns are made anew, so that a resumed run does the same."""
        local = LocalPricing(self.pricer, self.cover, over=self.over, threads=self.limits.threads)
        self.team = team = Team(self.comm, local, self._owners(), self.timers, lambda: stopping(self.listen))
        if self.comm.rank == 0:
            try:
                branches(self, team, None, nodes=_NODES, share=_LONG)
            finally:
                team.release()
        else:
            team.serve()
        local.close()
        self.pricer.reset()

    def _heard(self, progress: Progress) -> bool:
        """Pass on what the whole model reports; True asks it to stop."""
        if progress.dual > self.bound:
            self.bound, self.source = progress.dual, WHOLE_SOURCE
        self.report("whole model")
        return self.over() or self.closed

    def _impossible(self, nobody: list[int]) -> Outcome:
        names = ", ".join(self.problem.employees[e].id for e in nobody[:5])
        text = f"no sequence of duties obeys the personal rules of {names}"
        return Outcome(None, Stop.INFEASIBLE, Bounds(), self.timers.stats(self.comm), (text,))
