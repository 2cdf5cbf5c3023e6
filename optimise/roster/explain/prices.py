"""What breaking a hard rule costs, and the ward in which every hard rule may be broken at that price."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import replace

import numpy as np

from optimise.roster.explain.pieces import Form, Given, Piece, only
from optimise.roster.problem import RosterProblem
from optimise.roster.rules.primitives import Counter, Pattern, Segment
from optimise.roster.rules.requests import Eligibility

__all__ = ["Prices", "softened"]

#: Price of a duty done without the skill.
UNSKILLED = 10.0


class Prices:
    """Price of one unit of each rule where none is given: 1, for totals in minutes 1 a typical shift, and
    :data:`UNSKILLED` for work that a person lacks the skill for, which no planner can decree.

    Parameters
    ----------
    problem : RosterProblem
    by_rule : mapping, optional
        Price of one unit (person, day, shift length) by rule name.
    """

    def __init__(self, problem: RosterProblem, by_rule: Mapping[str, float] | None = None) -> None:
        lengths = [s.minutes for s in problem.shifts if s.minutes > 0]
        self.shift = float(np.median(lengths)) if lengths else 480.0
        self.by_rule = {r.name: UNSKILLED for r in problem.rules if isinstance(r, Eligibility)} | dict(by_rule or {})

    def unit(self, form: Form) -> float:
        """Price of one unit of a compiled form, in the form's own unit."""
        price = self.by_rule.get(form.rule, 1.0)
        return price / self.shift if isinstance(form, Counter) and form.unit == "minutes" else price


def softened(problem: RosterProblem, some: Iterable[Piece], prices: Prices) -> RosterProblem:
    """The problem whose only cost is the price of broken hard rules; every roster is a plan of it."""
    rules = []
    for rule in only(problem, some).rules:
        assert isinstance(rule, Given)
        forms: list[Form] = []
        for form in rule.forms:
            price = prices.unit(form)
            if isinstance(form, Pattern):
                forms.append(replace(form, weight=price))
            elif isinstance(form, Counter):
                forms.append(replace(form, weight_lower=price, weight_upper=price))
            else:
                segments = (Segment(math.inf, price),)
                forms.append(replace(form, under=segments, over=segments))
        rules.append(replace(rule, forms=tuple(forms)))
    return replace(problem, rules=tuple(rules))
