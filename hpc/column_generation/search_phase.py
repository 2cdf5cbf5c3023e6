"""The search of column generation: neighbourhoods until the end, and branching where a small problem is stuck."""

from __future__ import annotations

import numpy as np

from hpc.column_generation.final_mip import few_decisions, prove
from hpc.column_generation.free_search import FreeSearch
from hpc.column_generation.generation import LocalPricing
from hpc.column_generation.incumbent import Incumbent
from hpc.column_generation.parallel_search import Search
from hpc.column_generation.root import branches, cheap
from hpc.column_generation.run import Run
from hpc.column_generation.search_state import SearchState
from optimise.core.method import stopping

__all__ = ["search"]


def search(run: Run, state: SearchState) -> None:
    """Improve the incumbent of a run until its limits; on all ranks.

    In rounds, so that the answer hangs neither on the clock nor on the number of ranks; where the clock ends the run
    and there are several ranks, without (:mod:`hpc.column_generation.free_search`).
    """
    assert run.incumbent is not None
    made = (FreeSearch if run.free else Search)(
        run.incumbent,
        run.pricer,
        run.comm,
        duals=run.duals,
        seed=run.seed,
        timers=run.timers,
        state=state,
        chains=run.chains,
        tuning=run.tuning,
    )
    if not state.suited:
        made.chains = run.reinsertion()  # bursts of reinsertion in place of chains
        if state.round == 0:
            state.length = run.tuning.search.burst
    run.save("search", state, force=True)
    run.done = state.round
    while not run.agree(run.finished()):
        if isinstance(made, FreeSearch):
            made.run(run, lambda: _stuck(run, state, run.comm.size))
        elif not _round(run, made):
            break
        if run.agree(_stuck(run, state, run.comm.size if run.free else run.tuning.search.round)):
            _close(run, state)
            made.incumbent = run.incumbent
        run.save("search", state)
    run.save("search", state, force=True)


def _round(run: Run, made: Search) -> bool:
    """One round on all ranks; False where somebody was asked to stop, and it was dropped.

    That is so under a work limit, where the answer is that of a run that was never stopped. Elsewhere what a round has
    found is kept: starts of a job may be shorter than a round.
    """
    gain = made.round(run.over, lambda: run.stopped or stopping(run.listen), whole=run.limits.iterations is not None)
    run.stopped = run.stopped or made.asked
    if gain is None:
        return False
    run.done = made.state.round
    run.settle(made.incumbent)
    if gain > 0:
        run.report("neighbourhood")
    return True


def _stuck(run: Run, state: SearchState, each: int) -> bool:
    """Whether it is time to branch: a problem that is not large, still open, without gains for a while.

    Parameters
    ----------
    each : int
        Neighbourhoods for each step of ``state.since_gain``.
    """
    tuning = run.tuning.search
    return (
        (_small(run) or cheap(run))
        and not state.closing
        and state.since_gain * each >= tuning.patience * tuning.round
        and not run.finished()
    )


def _small(run: Run) -> bool:
    return few_decisions(run.problem, run.tuning.search.whole)


def _close(run: Run, state: SearchState) -> None:
    """Branch and price by all ranks; then branch and bound of HiGHS on a small whole model, on rank 0."""
    if run.options.root and cheap(run):
        _tree(run)
    if run.comm.rank == 0 and _small(run) and not run.closed and not run.over():
        assert run.incumbent is not None
        t = run.tuning.search
        words = prove(run, run.problem, run.incumbent.words, t.whole_share * run.clock.left, t.nodes)
        if words is not None:
            personal = np.array([run.pricer.cost(e, words[e]) for e in range(len(words))])
            run.settle(Incumbent(run.cover, words, personal, run.penalty))
        run.report("whole model")
    run.agree_on_bound()
    run.share()
    state.closing = not run.stopped


def _tree(run: Run) -> None:
    """A tree from the duals of the root; its columns are made anew, so that a resumed run does the same."""
    local = LocalPricing(run.pricer, run.cover, over=run.over, threads=run.limits.threads)
    team = run.assemble(local)
    if run.comm.rank == 0:
        try:
            branches(run, team, None, nodes=run.tuning.tree.nodes, share=run.tuning.tree.long)
        finally:
            team.release()
    else:
        team.serve()
    local.close()
    run.pricer.reset()
