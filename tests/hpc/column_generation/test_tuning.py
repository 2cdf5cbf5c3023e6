"""Numbers of the search reach the parts that they steer."""

from __future__ import annotations

from hpc_cases import small

from hpc.column_generation.options import ColumnGenerationOptions
from hpc.column_generation.run import penalty_of
from hpc.column_generation.start_heuristic import Opening
from hpc.column_generation.tuning import OpeningTuning
from optimise.roster.kernels import Pricer
from optimise.roster.kernels.cover import CoverRows


def test_a_nested_number_of_the_opening_reaches_its_search() -> None:
    place = "tuning.opening.reinsertion"
    options = ColumnGenerationOptions.of({f"{place}.people": [3], f"{place}.hot": 1})
    problem = small(1, people=4, days=14)
    cover = CoverRows(problem.compiled)
    made, usual = (
        Opening(cover, Pricer(problem.compiled), problem.automata, penalty_of(problem.compiled), 1, tuning)
        for tuning in (options.tuning.opening, OpeningTuning())
    )
    assert made.search.temperatures[0] == 25 * usual.search.temperatures[0]
    assert {people for people, length, _ in made.search.arms.tolist() if length == 7} == {3}
    assert {people for people, length, _ in usual.search.arms.tolist() if length == 7} == {1, 2, 4, 7}
