"""Flat tables of a roster: made once, shared by views, and true to the compiled rules."""

from __future__ import annotations

import numpy as np
import pytest

from optimise.generate import ward
from optimise.roster.arrays import (
    RosterArrays,
    cover_arrays,
    cover_priced,
    gridded,
    lenient_arrays,
    priced,
    roster_arrays,
)
from optimise.roster.kernels import Pricer
from optimise.roster.kernels.cover import CoverRows
from optimise.roster.problem import RosterProblem


@pytest.fixture(scope="module")
def problem() -> RosterProblem:
    return ward(6, weeks=2, seed=4).problem()


def test_all_read_one_flattening(problem: RosterProblem) -> None:
    arrays = problem.arrays
    assert roster_arrays(problem.compiled, problem.automata) is arrays
    assert Pricer(problem.compiled, problem.automata).arrays is arrays
    assert CoverRows(problem.compiled).row[0].base is cover_arrays(problem.compiled).row
    assert arrays.row is cover_arrays(problem.compiled).row
    lenient = lenient_arrays(problem.compiled)
    assert lenient is lenient_arrays(problem.compiled)
    assert lenient.row is arrays.row


def test_tables_follow_each_automaton(problem: RosterProblem) -> None:
    arrays, random = problem.arrays, np.random.default_rng(0)
    people, days, duties = problem.shape
    for e in range(people):
        automaton, k, state = problem.automata[e], arrays.automaton[e], 0
        for d in range(days):
            layer = automaton.layers[d]
            open_ = [a for a in range(duties) if layer.next[state, automaton.letter[a]] >= 0]
            a = int(random.choice(open_))
            r = arrays.at[arrays.layer[k, d]] + state * arrays.width[k] + arrays.letter[k, a]
            x = automaton.letter[a]
            assert arrays.move[r] == layer.next[state, x]
            assert arrays.cost[r] == layer.cost[state, x]
            hits = layer.hits[state, x]
            assert arrays.hits[r, : len(hits)].tolist() == hits.tolist()
            assert arrays.marks[r] == sum(int(h) << c for c, h in enumerate(hits))
            state = int(layer.next[state, x])


def test_lenient_tables_never_stop(problem: RosterProblem) -> None:
    lenient = lenient_arrays(problem.compiled)
    assert (lenient.move >= 0).all()
    assert lenient.broken.any()
    assert not problem.arrays.broken.any()


@pytest.mark.parametrize("view", [gridded, lambda a: cover_priced(a, 9.0), lambda a: priced(a, 9.0)])
def test_a_view_leaves_the_tables_as_they_were(problem: RosterProblem, view: object) -> None:
    before = [np.array(table) for table in problem.arrays]
    seen = view(problem.arrays)  # type: ignore[operator]
    assert isinstance(seen, RosterArrays)
    assert seen.move is problem.arrays.move
    assert all(np.array_equal(table, kept) for table, kept in zip(list(problem.arrays), before, strict=True))  # type: ignore[arg-type]
