"""A handful of plans between pounds, wishes and fairness, each with its bound.

The cost of a plan is the sum of what pounds, refused wishes, unfairness and all other rules cost. Each plan here is the
cheapest one found when one of the first three counts several times as much, or as little, as the ward says. Its bound
is that of the same sum, so it holds of every plan: none is better for somebody who weighs them so.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace

from optimise.core.errors import InputError
from optimise.core.given import typed_call
from optimise.core.method import Limits, Listener, stopping
from optimise.core.problem import Plannable, stated_as
from optimise.core.result import Bounds, Stop
from optimise.driver import solve
from optimise.roster.formats.ward_pay import PAID
from optimise.roster.problem import Roster, RosterProblem
from optimise.roster.rules import Fairness, Requests, RosterRule
from optimise.roster.trust.pounds import pounds
from optimise.roster.view import requests, requests_met

__all__ = ["PARTS", "Frontier", "FrontierPlan", "frontier", "part_of", "parts_of", "shared_bounds", "weighed"]

#: What is weighed against each other; all else is the rest.
PARTS = ("pounds", "wishes", "fairness")


@dataclass(frozen=True, slots=True)
class FrontierPlan:
    """One plan of a frontier.

    Attributes
    ----------
    name : str
        What counts how much: ``as the ward says``, ``wishes x 4``.
    factors : mapping of str to float
        By which the price of each part was multiplied.
    plan : Roster
    parts : mapping of str to float
        What each part costs at the ward's own prices, and the ``rest``.
    bill : float or None
        Pounds of duties and of bank and agency; None where no rates are known.
    refused : int
        Wishes.
    weighed : Bounds
        Of the weighed cost: that of the plan, and what no plan is below.
    stop : Stop
        Why its search ended.
    dominated : str
        Name of a plan that is nowhere dearer and somewhere cheaper; empty where none was found.
    """

    name: str
    factors: Mapping[str, float]
    plan: Roster
    parts: Mapping[str, float]
    bill: float | None
    refused: int
    weighed: Bounds
    stop: Stop
    dominated: str = ""

    @property
    def cost(self) -> float:
        """Cost at the ward's own prices."""
        return sum(self.parts.values())


@dataclass(frozen=True, slots=True)
class Frontier:
    """What came out.

    Attributes
    ----------
    plans : tuple of FrontierPlan
        Empty where no plan was found.
    stop : Stop
        Of the first search.
    explanation : tuple of str
        Why there is no plan.
    """

    plans: tuple[FrontierPlan, ...]
    stop: Stop
    explanation: tuple[str, ...] = ()


def part_of(rule: RosterRule) -> str:
    """The part of the cost that a rule belongs to.

    Parameters
    ----------
    rule : RosterRule

    Returns
    -------
    str
        One of :data:`PARTS`, or ``rest``.
    """
    if isinstance(rule, Fairness):
        return "fairness"
    if isinstance(rule, Requests):
        return "wishes" if rule.asked else "pounds" if rule.label == PAID else "rest"
    return "rest"


def parts_of(problem: RosterProblem, plan: Roster) -> dict[str, float]:
    """What each part of a plan costs.

    Parameters
    ----------
    problem : RosterProblem
    plan : Roster

    Returns
    -------
    dict of str to float
        :data:`PARTS` and ``rest``, at the problem's own prices.
    """
    made = dict.fromkeys((*PARTS, "rest"), 0.0)
    for rule, cost in zip(problem.rules, problem.evaluate(plan).rules, strict=True):
        made[part_of(rule)] += cost.cost
    return made


def weighed(problem: RosterProblem, factors: Mapping[str, float]) -> RosterProblem:
    """The problem with the prices of some parts multiplied; what is hard stays so.

    Parameters
    ----------
    problem : RosterProblem
    factors : mapping of str to float
        Above 0, by part.

    Returns
    -------
    RosterProblem
    """
    return replace(problem, rules=tuple(_times(rule, factors.get(part_of(rule), 1.0)) for rule in problem.rules))


def _times(rule: RosterRule, factor: float) -> RosterRule:
    if factor == 1:
        return rule
    if isinstance(rule, Fairness):
        return replace(rule, weight=factor * rule.weight)
    assert isinstance(rule, Requests)
    return replace(rule, requests=tuple(replace(r, weight=factor * r.weight) for r in rule.requests))


@typed_call
def frontier(
    problem: RosterProblem | Plannable[Roster],
    *,
    factor: float = 4.0,
    seconds: float = 20.0,
    method: str = "auto",
    seed: int = 0,
    told: Callable[[str], None] | None = None,
    listen: Listener | None = None,
) -> Frontier:
    """Plans between pounds, wishes and fairness.

    Parameters
    ----------
    problem : RosterProblem or Plannable
        The ward, or a document of it.
    factor : float
        How much more, and less, each part counts in its two plans; above 1.
    seconds : float
        Time limit of each plan.
    method : str
        That searches each.
    seed : int
        Of that method.
    told : callable, optional
        Hears which plan is next.
    listen : Listener, optional
        Of each search. Where it is ``stopping``, no further plan is looked for, and those found stay.

    Returns
    -------
    Frontier

    Raises
    ------
    InputError
        If the problem prices none of the parts, or the factor is not above 1.
    """
    problem = stated_as(RosterProblem, problem)
    if not 1 < factor < math.inf:
        raise InputError(f"must be above 1, not {factor:g}", item="factor")
    priced = _priced(problem)
    if not priced:
        raise InputError("has no priced wishes, fair shares or pounds to weigh against each other", item=problem.name)
    ways: list[tuple[str, dict[str, float]]] = [("as the ward says", {})]
    ways += [(f"{part} x {factor:g}", {part: factor}) for part in priced]
    ways += [(f"{part} / {factor:g}", {part: 1 / factor}) for part in priced]
    found: list[tuple[Roster, dict[str, float]]] = []
    bounds: list[tuple[float, str, Stop]] = []
    for name, factors in ways:
        if told is not None:
            told(name)
        other, start = weighed(problem, factors), _cheapest(found, factors)[0] if found else None
        result = solve(other, method, limits=Limits(seconds=seconds), seed=seed, start=start, listen=listen)
        if not isinstance(result.plan, Roster) or not result.feasible:
            if not found:
                return Frontier((), result.stop, result.explanation)
        else:
            found.append((result.plan, parts_of(problem, result.plan)))
        bounds.append((result.bounds.dual, result.bounds.dual_source, result.stop))
        if stopping(listen):
            break
    ways = ways[: len(bounds)]
    if math.isfinite(problem.compiled.floor):  # no price is below 0
        bounds = list(shared_bounds(ways, bounds))
    made = [_plan(problem, name, f, found, bound) for (name, f), bound in zip(ways, bounds, strict=True)]
    return Frontier(tuple(_dominance(made)), bounds[0][2])


def shared_bounds(
    ways: list[tuple[str, dict[str, float]]], bounds: list[tuple[float, str, Stop]]
) -> Iterable[tuple[float, str, Stop]]:
    """Bounds, each at least what another one says of the same plans.

    Where no price is below 0, no part costs less than nothing. So where every part counts at least ``s`` times as much
    as in another way, every plan costs at least ``s`` times that way's bound.

    Parameters
    ----------
    ways : list of (str, dict)
        Name and factors of each.
    bounds : list of (float, str, Stop)
        What no plan is below, what proves it, and why the search stopped.

    Yields
    ------
    tuple
        Of each way, as it came.
    """
    for (_, factors), (dual, source, stop) in zip(ways, bounds, strict=True):
        best, proof = dual, source
        for (name, others), (other, _, _) in zip(ways, bounds, strict=True):
            less = min(1.0, *(factors.get(part, 1.0) / others.get(part, 1.0) for part in PARTS))
            if other > 0 and less * other > best:
                best, proof = less * other, f"the bound of {name!r}"
        yield best, proof, stop


def _priced(problem: RosterProblem) -> list[str]:
    """Parts of which some rule has a price."""
    made = []
    for part in PARTS:
        rules = [rule for rule in problem.rules if part_of(rule) == part]
        if any(0 < price < math.inf for rule in rules for price in _prices(rule)):
            made.append(part)
    return made


def _prices(rule: RosterRule) -> Iterable[float]:
    if isinstance(rule, Requests):
        return {request.weight for request in rule.requests}
    assert isinstance(rule, Fairness)
    return (rule.weight,)


def _weighed_cost(parts: Mapping[str, float], factors: Mapping[str, float]) -> float:
    return sum(factors.get(part, 1.0) * cost for part, cost in parts.items())


def _cheapest(
    found: list[tuple[Roster, dict[str, float]]], factors: Mapping[str, float]
) -> tuple[Roster, dict[str, float]]:
    """The plan that costs least when parts are weighed so, and its parts."""
    return min(found, key=lambda each: _weighed_cost(each[1], factors))


def _plan(
    problem: RosterProblem,
    name: str,
    factors: dict[str, float],
    found: list[tuple[Roster, dict[str, float]]],
    bound: tuple[float, str, Stop],
) -> FrontierPlan:
    """The best of all plans found, for one way to weigh."""
    plan, parts = _cheapest(found, factors)
    cost, bill = _weighed_cost(parts, factors), pounds(problem, plan)
    dual, source, stop = bound
    return FrontierPlan(
        name=name,
        factors={part: factors.get(part, 1.0) for part in PARTS},
        plan=plan,
        parts=parts,
        bill=None if bill is None else bill.total,
        refused=len(requests(problem, plan)) - requests_met(problem, plan),
        weighed=Bounds(cost, min(dual, cost), "this plan", source),
        stop=stop,
    )


def _dominance(plans: list[FrontierPlan]) -> Iterable[FrontierPlan]:
    for plan in plans:
        others = (other for other in plans if _better(other, plan))
        yield replace(plan, dominated=next((other.name for other in others), ""))


def _better(one: FrontierPlan, other: FrontierPlan) -> bool:
    ahead = [other.parts[part] - one.parts[part] for part in other.parts]
    return min(ahead) > -1e-6 and max(ahead) > 1e-6
