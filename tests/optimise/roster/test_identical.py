"""People alike: found by rules and history, and truly exchangeable."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np

from optimise.roster.compiled import CompiledRoster
from optimise.roster.evaluate import roster_cost
from optimise.roster.identical import distinct
from optimise.roster.problem import RosterProblem
from optimise.roster.rules import Request, Requests, Runs, Total

Ward = Callable[..., RosterProblem]
RULES: tuple[Any, ...] = (
    Runs(name="work", of=6, minimum=2, maximum=3, weight_minimum=5.0),
    Total(name="nights", of=4, maximum=1, weight_maximum=3.0),
)


def test_wishes_and_history_tell_people_apart(ward: Ward) -> None:
    wish = Requests(name="wishes", requests=(Request(2, 1, 1, 4.0),))
    problem = ward(*RULES, wish, histories=((0,), (0,), (0,), (1,), (1,), (2,)))
    # 1 and 2 end a run that began before the horizon; early and night count alike in it
    assert CompiledRoster.of(problem).leader.tolist() == [0, 0, 2, 3, 3, 3]
    assert CompiledRoster.of(ward(*RULES, histories=((),) * 3)).leader.tolist() == [0, 0, 0]


def test_people_alike_may_exchange_their_rosters(ward: Ward) -> None:
    problem = ward(*RULES, histories=((0,), (1,), (0,), (1,)))
    compiled = problem.compiled
    assert compiled.leader.tolist() == [0, 1, 0, 1]
    random = np.random.default_rng(1)
    for _ in range(20):
        words = random.integers(0, compiled.alphabet, (4, compiled.days)).astype(np.int16)
        assert roster_cost(compiled, words) == roster_cost(compiled, words[[2, 3, 0, 1]])
        assert roster_cost(compiled, words) == roster_cost(compiled, words[[2, 1, 0, 3]])


def test_names_do_not_matter(ward: Ward) -> None:
    problem = ward(*RULES, histories=((), ()))
    renamed = replace(problem, rules=tuple(replace(rule, name=f"{rule.name} of all") for rule in RULES))
    assert CompiledRoster.of(renamed).leader.tolist() == [0, 0]


def test_different_closed_cells_part_people_alike() -> None:
    leader = np.array([0, 0, 0, 3], dtype=np.int32)
    closed = np.array([[True, False]])
    people, place = distinct([0, 1, 2, 3], leader, {1: closed, 2: closed.copy()})
    assert (people, place) == ([0, 1, 3], [0, 1, 1, 2])
    assert distinct([2, 1, 3], leader, {}) == ([2, 3], [0, 0, 1])
