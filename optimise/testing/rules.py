"""Prove a roster rule of your own: it charges what its definition says, and every engine charges the same.

    from optimise.testing import check_rule
    check_rule(MyRule(name="mine"), lambda problem, duties: 20.0 * ...)

Raises `AssertionError` that says what is broken, and where.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from itertools import product

import numpy as np
from numpy.typing import NDArray

from optimise.core.bounds import same_cost
from optimise.core.result import Evaluation
from optimise.roster.arrays import RosterArrays, lenient_arrays
from optimise.roster.kernels.cost import line_cost
from optimise.roster.kernels.cover import CoverRows
from optimise.roster.model.roster import RosterModel
from optimise.roster.problem import Roster, RosterProblem
from optimise.roster.rules import Request, Requests, RosterRule
from optimise.solvers.highs import Highs
from optimise.testing.brute import brute
from optimise.testing.wards import DAY, NIGHT, WORK, ward

__all__ = ["Definition", "check_rule"]

#: ``(problem, duties) -> cost``: what a rule costs on duties (people, days), ``inf`` where a hard rule is broken.
Definition = Callable[[RosterProblem, NDArray[np.int16]], float]

#: Rows of duties of one person that are all tried; above, so many are drawn.
ROWS = 729


def check_rule(
    rule: RosterRule, defined: Definition, *, problem: RosterProblem | None = None, models: int = 2, seed: int = 0
) -> None:
    """A roster rule against its definition, through the evaluator, the kernels and the model in both its forms.

    Parameters
    ----------
    rule : RosterRule
    defined : callable
        The rule by its own words, written without the library.
    problem : RosterProblem, optional
        A tiny problem to try it on. By default two wards of two people, five days from a Friday, duties 0 (off), 1
        (day) and 2 (night): one without history, one in which the first person had a night on the day before.
    models : int
        Problems with drawn wishes whose optimum is compared with a list of all rosters.
    seed : int
        Of what is drawn.
    """
    random = np.random.default_rng(seed)
    given = (ward("check", (), people=2, days=5), ward("check", (), people=2, days=5, history=NIGHT))
    matters = False
    for plain in given if problem is None else (problem,):
        ruled = plain.with_rules(rule)
        assert ruled.digest() == plain.with_rules(rule).digest(), "the same rule twice gives two problems"
        assert ruled.digest() != plain.digest(), "the rule adds nothing: it yields no pattern, counter or line"
        kernels = lenient_arrays(ruled.compiled), CoverRows(ruled.compiled)
        for duties in _rosters(ruled, random):
            found = _charged_as_defined(ruled, rule, defined, duties)
            _kernels_agree(*kernels, duties, found)
            matters |= bool(found.violations)
        for _ in range(models):
            _modelled(ruled.with_rules(_wishes(ruled, random)))
    assert matters, "no roster that was tried breaks the rule: give a problem in which some do"


def _rosters(problem: RosterProblem, random: np.random.Generator) -> Iterator[NDArray[np.int16]]:
    """Every row of the first person (many, where there are too many), the others drawn."""
    people, days, alphabet = problem.shape
    rows = product(range(alphabet), repeat=days) if alphabet**days <= ROWS else iter(())
    drawn = random.integers(0, alphabet, (ROWS, people, days)).astype(np.int16)
    listed = list(rows)
    for i, duties in enumerate(drawn[: len(listed) or ROWS]):
        if listed:
            duties[0] = listed[i]
        yield duties


def _charged_as_defined(
    problem: RosterProblem, rule: RosterRule, defined: Definition, duties: NDArray[np.int16]
) -> Evaluation:
    """Hold the evaluation of these duties against the definition."""
    wanted, found = float(defined(problem, duties.copy())), problem.evaluate(Roster(duties))
    assert wanted >= 0, f"the definition gives {wanted}: a rule never lowers a cost"
    where = f"on {duties.tolist()}"
    if math.isinf(wanted):
        assert not found.feasible, f"{where} the evaluator finds nothing hard broken, the definition forbids it"
    else:
        assert found.feasible, f"{where} the evaluator forbids what the definition prices at {wanted:g}"
        assert same_cost(found.cost, wanted), f"{where} the evaluator charges {found.cost:g}, the definition {wanted:g}"
    for violation in found.violations:
        assert violation.rule == rule.name, f"{where} a violation is told of {violation.rule!r}"
        assert violation.message, f"{where} a violation has no words for the planner"
    return found


def _kernels_agree(arrays: RosterArrays, cover: CoverRows, duties: NDArray[np.int16], found: Evaluation) -> None:
    each = [line_cost(arrays, person, row) for person, row in enumerate(duties)]
    values, where = cover.counts(duties), f"on {duties.tolist()}"
    cost = sum(soft for soft, _ in each) + float(cover.line_costs(values, 0.0).sum())
    hard = sum(units for _, units in each) + cover.hard_amount(values)
    assert same_cost(cost, found.cost), f"{where} the kernels charge {cost:g}, the evaluator {found.cost:g}"
    assert (hard > 0) != found.feasible, f"{where} kernels and evaluator differ in what is hard"


def _wishes(problem: RosterProblem, random: np.random.Generator) -> Requests:
    """A price on some duties of everybody's days, so that every problem has a best roster of its own."""
    people, days, _ = problem.shape
    made = [
        Request(
            e, d, int(random.choice([1, DAY, NIGHT, WORK]) & problem.everything) or 1, float(random.integers(1, 30))
        )
        for e in range(people)
        for d in range(days)
    ]
    return Requests(name="wishes drawn to check a rule", requests=tuple(made))


def _modelled(problem: RosterProblem) -> None:
    """Both forms of the model have the optimum of the list of all rosters."""
    best = brute(problem)
    for form in ("clauses", "flow"):
        built = RosterModel(problem, form=form)
        solved = Highs(built.model.freeze()).solve()
        if not best.feasible:
            assert solved.values is None, f"the model ({form}) has a roster where none keeps the rule"
            continue
        assert solved.values is not None, f"the model ({form}) has no roster, the list of all has"
        assert same_cost(solved.objective, best.cost), (
            f"the model ({form}) has the optimum {solved.objective:g}, the list of all rosters {best.cost:g}"
        )
