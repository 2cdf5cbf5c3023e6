"""Objects as tables in notebooks."""

from __future__ import annotations

import math

import optimise
from optimise.core.result import Bounds, Evaluation, Provenance, Result, RuleCost, Stop
from optimise.generate import ward


def test_a_result_shows_cost_bound_and_rules() -> None:
    found = Evaluation(12.0, 0, (RuleCost("cover", False, 3, 12.0), RuleCost("rest", True, 0, 0.0)))
    facts = Provenance(method="highs", instance="Ward <7>")
    shown = Result(None, Stop.TIME, Bounds(12.0, -math.inf), found, provenance=facts)._repr_html_()
    assert "Ward &lt;7&gt;" in shown
    assert "<td>12</td>" in shown
    assert "unknown" in shown
    assert "cover" in shown
    assert "rest" not in shown


def test_an_evaluation_without_fault_says_so() -> None:
    assert "every rule is kept" in Evaluation(0.0, 0, (RuleCost("rest", True, 0, 0.0),))._repr_html_()


def test_a_problem_shows_its_sizes() -> None:
    problem = ward(4, 1, seed=2).problem()
    shown = problem._repr_html_()
    assert "<td>4</td>" in shown
    assert isinstance(problem, optimise.RosterProblem)
