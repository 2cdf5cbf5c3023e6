"""``column-generation``: Dantzig-Wolfe bound, dive, neighbourhood search; serial or over MPI ranks."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from typing import ClassVar, TypeGuard

import numpy as np
from numpy.typing import NDArray

from hpc.beds.options import BedOptions
from hpc.blocks.options import BlockOptions
from hpc.column_generation.certify import certify
from hpc.column_generation.final_mip import first_plan
from hpc.column_generation.generation import LocalPricing
from hpc.column_generation.incumbent import Incumbent, construct, descend
from hpc.column_generation.kept_columns import keep, priced, refuse_columns
from hpc.column_generation.options import ColumnGenerationOptions
from hpc.column_generation.root import bound_and_columns, branches, cheap, dives, enumeration
from hpc.column_generation.run import Run, form
from hpc.column_generation.search_phase import search
from hpc.column_generation.search_state import SearchState, state_of
from hpc.long_horizon.method import LongRun, is_long
from hpc.runtime.checkpoint import Checkpoint
from hpc.runtime.pool import rehearse
from optimise.core.engines import ByKind
from optimise.core.method import Communicator, Limits, Listener, Outcome
from optimise.core.options import Options, documented
from optimise.core.problem import Problem
from optimise.core.result import Bounds, Plan
from optimise.roster.problem import Roster, RosterProblem
from optimise.roster.search.construct import construct as in_pieces
from optimise.roster.totals import table_cells

__all__ = ["ColumnGeneration", "ColumnGenerationMethod", "supported"]

log = logging.getLogger(__name__)

Floats = NDArray[np.float64]


@documented
class ColumnGenerationMethod(ByKind):
    """Column generation over exact pricing, then diving and large-neighbourhood search."""

    name = "column-generation"
    resumable = True
    options: ClassVar[type[ColumnGenerationOptions]] = ColumnGenerationOptions
    options_by_kind: ClassVar[Mapping[str, type[Options]]] = {"hospital": BedOptions, "blocks": BlockOptions}
    engines: ClassVar[Mapping[str, str]] = {
        "hospital": "hpc.beds.engine:BedGeneration",
        "blocks": "hpc.blocks.engine:BlockGeneration",
    }

    def supports_itself(self, problem: Problem) -> bool:
        return supported(problem)

    def solve_itself(
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
        given = self.options.of(options)
        assert isinstance(problem, RosterProblem)
        run: type[ColumnGeneration | LongRun] = ColumnGeneration
        if given.long or (given.long is None and is_long(problem, given.long_tuning, form(problem, given))):
            refuse_columns(given)
            run = LongRun
        return run(problem, limits, seed, comm, listen, start, given, self.name).solve()


def supported(problem: Problem) -> TypeGuard[RosterProblem]:
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
            if self.given:
                self._nearby()
            if not self.agree(self.finished()):
                self._anneal()
            state.warmth, state.suited = self.chains.warmth, self.chains.suited
        gone = self.agree(self.over() or self.reached)  # tables alone would take long
        if self.options.root and (resumed is None or resumed.phase == "root") and not self._thrashing:
            if not gone:
                self._root()
            elif self.stopped:
                self.save("root", force=True)
        if self.incumbent is not None and not self.stopped:
            search(self, state)
        self.done = state.round
        keep(self)
        certify(self)
        return self.outcome({"rounds": float(state.round)})

    @property
    def _thrashing(self) -> bool:
        """Whether start after start was too short for what comes next in the root: the search needs less at a time."""
        vain = 0 if self.earlier is None else self.earlier.vain
        return self.incumbent is not None and vain >= self.tuning.root.starts

    def _construct(self, resumed: Checkpoint | None) -> None:
        """A first plan: given, resumed, or built person by person and improved one person at a time."""
        with self.timers("construction"):
            given = self.start.duties if isinstance(self.start, Roster) else None
            if resumed is not None:
                self.tables = dict(resumed.tables)
            if resumed is not None and resumed.words.size:
                self.pricer.settle(self.tables)
                self.settle(Incumbent(self.cover, resumed.words, resumed.personal, self.penalty))
                self.report("resumed")
                return
            if given is not None:
                personal = np.array([self.pricer.cost(e, given[e]) for e in range(len(given))])
                if np.isfinite(personal).all():
                    self.settle(Incumbent(self.cover, given, personal, self.penalty))
                    self.given = True
                    self.report("start")
                    return
            if self.comm.rank == 0:
                order = list(range(self.problem.compiled.employees))
                first = self._first(order)
                for _ in range(self.tuning.search.descents):
                    if first is None or self._late():
                        break
                    if not descend(first, self.pricer, order, over=self._late):
                        break
                self.settle(first)
            elif self.options.root and self._whole:
                mine = np.flatnonzero(self.owners() == self.comm.rank).tolist()
                rehearse(self.pricer, self.cover, mine, self.over)
            self.pricer.settle({})  # tables as they were, so that all ranks start the root alike
            self.share()
            self.report("construction")

    def _late(self) -> bool:
        """Whether a first plan has taken its share of the time."""
        gone = self.clock.elapsed > self.tuning.search.building * self.limits.seconds
        return self.over() or (gone and self.limits.iterations is None)

    def _nearby(self) -> None:
        """What is near a plan that was given, on rank 0 so that the answer hangs not on the number of ranks."""
        assert self.incumbent is not None
        asked = self.options.anneal_share
        share = self.tuning.annealing.given_share if asked is None else asked
        until = self.clock.elapsed + share * self.clock.left

        def late() -> bool:
            return self.over() or self.reached or (self.limits.iterations is None and self.clock.elapsed > until)

        with self.timers("annealing"):
            if self.comm.rank == 0:
                self.chains.nearby(self.incumbent, late, lambda better: self.found(better, "near the start"))
            self.pricer.settle({})
        self.share()

    def _anneal(self) -> None:
        """Chains of annealing from the first plan: the quick way to a good plan and to columns near it."""
        assert self.incumbent is not None
        chains, left = self.chains, self.clock.left
        asked = self.options.anneal_share
        share, most = (chains.share, chains.most) if asked is None else (asked, asked)
        with self.timers("annealing"):
            plans = chains.start(self.incumbent, self.waits, share * left, self.over, most * left)
            self.pricer.settle({})  # repairs leave no trace in later answers
        self.settle(plans[0])
        self.others, self.annealed = plans[1:], self.chains.suited
        self.report("annealing")
        if not self.chains.suited:
            self._open()

    def _open(self) -> None:
        """A plan by relaxation and reinsertion, where no chain was run: dives take long to come as near."""
        assert self.incumbent is not None
        opening = None if cheap(self, self.tuning.opening.least_work) else self.reinsertion()
        if opening is None:
            return
        asked = self.options.anneal_share
        share = min(1.0, opening.stretch * (self.tuning.annealing.exact_share if asked is None else asked))
        began, seconds = self.clock.elapsed, max(share * self.clock.left, 1e-3)

        def spent() -> float:
            return 0.0 if self.limits.iterations is not None else (self.clock.elapsed - began) / seconds

        with self.timers("opening"):
            self.relaxed = opening.relax(self.waits, self.over)
            if self.options.root:
                self.rise(self.relaxed.bound)
            plans = opening.plans(self.incumbent, self.relaxed, self.waits, spent, self.over)
            self.pricer.settle({})  # repairs leave no trace in later answers
        self.settle(plans[0])
        self.others = plans[1:]
        self.report("reinsertion")

    @property
    def _whole(self) -> bool:
        """Whether one person's table is small enough to be built over the whole horizon for a first plan."""
        return table_cells(self.compiled, self.pricer.automata) <= self.tuning.construction.cells

    def _first(self, order: list[int]) -> Incumbent | None:
        """A roster for everybody: over the whole horizon, or in pieces where one person's table would be too large.

        Where neither comes to one the whole model is asked: pricing that finds nothing has proven nothing.
        """
        compiled, built = self.compiled, self.pricer.automata
        if self._whole:
            grace = self.tuning.search.grace
            plain = construct(self.cover, self.pricer, order, self.penalty, self.over, self._late, grace)
            if plain is not None:  # told before it is improved: what is known can be kept
                self.found(plain.copy(), "construction")
            if plain is not None or self.over():
                return plain
            log.info("pricing gives somebody no roster; a first plan is looked for in other ways")
        half = self.tuning.search.first * self.limits.seconds
        rng, t = np.random.default_rng([self.seed, 0]), self.tuning.construction
        made = in_pieces(compiled, built, rng, lambda: self.clock.elapsed > half, t)
        words = made.duties
        if words is None and not made.proven and not self.over():
            words = self._model_plan()
        if words is None:
            return None
        personal = np.array([self.pricer.cost(e, words[e]) for e in order])
        first = Incumbent(self.cover, words, personal, self.penalty)
        self.found(first.copy(), "construction")
        return first

    def _model_plan(self) -> NDArray[np.int16] | None:
        """Duties of the first plan of the whole model."""
        search = self.tuning.search
        return first_plan(self.problem, search.first * self.clock.left, self.seed, self.over, search.nodes)

    def _root(self) -> None:
        """Bound by column generation and a dive, on rank 0 with all ranks pricing."""
        local = LocalPricing(self.pricer, self.cover, over=self.over, threads=self.limits.threads)
        team = self.assemble(local)
        share = self.options.root_share or self.tuning.root.share
        began = self.clock.elapsed
        if self.comm.rank == 0:
            try:
                root, master = bound_and_columns(self, team, began + share * (self.limits.seconds - began))
                if self.options.columns is not None:
                    self.priced = priced(master, root)
                if root.solution.artificial < 1e-6 and not self.over():
                    dives(self, team, master, root)
                    enumeration(self, master, root)
                    tree = self.tuning.tree
                    wide = self.cost - self.bound > tree.wide * self.cost
                    branches(self, team, master, nodes=tree.early, share=tree.long if wide else tree.short)
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
        self.agree_on_bound()
        self.duals = self.waits.bcast(self.duals)
        promoted = self.waits.allgather(self.pricer.promoted())
        agreed: dict[int, tuple[int, ...]] = {}
        for rank, mine in enumerate(promoted):
            agreed.update({e: active for e, active in mine.items() if team.owner[e] == rank})
        self.pricer.settle(agreed)
        self.tables = agreed
        self.share()

    def _impossible(self, nobody: list[int]) -> Outcome:
        names = ", ".join(self.problem.employees[e].id for e in nobody[:5])
        text = f"no sequence of duties obeys the personal rules of {names}"
        return self.impossible(text, bounds=Bounds())
