"""Why somebody has a duty, or a request was refused: the plan solved again with the opposite demanded.

What the other plan costs is exact, and a lower bound says that no plan costs less, or how far that is proven.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

import numpy as np

from optimise.ask.cover import Changed, changed_cells
from optimise.ask.nearby import fewer_changes, ways_to_leave, ways_to_take, within_days
from optimise.ask.reasons import Reason, fact_reason
from optimise.core.errors import InputError
from optimise.core.given import typed_call
from optimise.core.kinds import fitted
from optimise.core.method import Deadline, Limits, Listener
from optimise.core.problem import Plannable, stated_as
from optimise.core.result import Bounds, Evaluation, Stop
from optimise.driver import solve
from optimise.roster.explain import Piece, explain
from optimise.roster.names import day_named, index_named, person_named, shift_named
from optimise.roster.problem import OFF, Roster, RosterProblem
from optimise.roster.rules.requests import Pins, Requests

__all__ = ["ASKED", "Question", "WhyAnswer", "why"]

#: Name of the rule that demands the opposite.
ASKED = "what is asked for"
#: Share of the time in which plans close to the given one are looked for.
_NEAR = 0.3
#: And in which changes that are not needed are taken back.
_FEWER = 0.2


class Question(StrEnum):
    """What is asked about somebody's day."""

    DUTY = "duty"
    """Why the person works it."""
    REQUEST = "request"
    """Why the person's request was refused."""
    SHIFT = "shift"
    """Why the person does not work a shift."""


@dataclass(frozen=True, slots=True)
class WhyAnswer:
    """What the opposite would cost.

    Attributes
    ----------
    question : Question
    who : str
    day : int
    has : str
        Id of the duty in the plan, ``"-"`` for off.
    wanted : str
        What was demanded instead, in words: ``not N``, ``off``, ``E``.
    before : Evaluation
        The plan as it is.
    after : Evaluation or None
        The best plan found with the opposite; None where there is none.
    plan : Roster or None
        That plan.
    changes : tuple of Changed
        Where it differs from the plan as it is, the cell asked about first, then the same day.
    by_rule : tuple of (str, float)
        Rules whose cost differs, dearest first.
    bound : float
        No plan with the opposite costs less; infinite where none exists.
    bound_source : str
        Who proves that.
    impossible : bool
        Whether no plan with the opposite keeps all hard rules.
    reasons : tuple of str
        Why, where it is impossible, as lines.
    because : tuple of Reason
        The facts that cannot all hold then; empty where they were not found in time.
    seconds : float
        That solving took.
    """

    question: Question
    who: str
    day: int
    has: str
    wanted: str
    before: Evaluation
    after: Evaluation | None
    plan: Roster | None
    changes: tuple[Changed, ...]
    by_rule: tuple[tuple[str, float], ...]
    bound: float
    bound_source: str
    impossible: bool
    reasons: tuple[str, ...]
    because: tuple[Reason, ...]
    seconds: float

    @property
    def added(self) -> float:
        """What the best plan found costs more than the plan as it is; infinite where none was found."""
        return math.inf if self.after is None else self.after.cost - self.before.cost

    @property
    def least_added(self) -> float:
        """What every plan with the opposite costs more than the plan as it is; -inf where nothing is known."""
        return self.bound - self.before.cost

    @property
    def proven(self) -> bool:
        """Whether the price is proven: no plan is cheaper, none exists, or one costs no more than the plan as it is."""
        if self.impossible:
            return True
        if self.after is None:
            return False
        cost = self.after.cost
        return self.added <= 1e-9 or Bounds(cost, self.bound).closed


@typed_call
def why(
    problem: RosterProblem | Plannable[Roster],
    plan: Roster,
    who: int | str,
    day: int | str | date,
    *,
    shift: int | str | None = None,
    seconds: float = 8.0,
    method: str = "auto",
    seed: int = 0,
    known: tuple[float, str] = (-math.inf, ""),
    listen: Listener | None = None,
) -> WhyAnswer:
    """Find out what the opposite of a person's day would cost.

    Parameters
    ----------
    problem : RosterProblem or Plannable
        The ward, or a document of it.
    plan : Roster
        A plan that keeps all hard rules.
    who : int or str
        Index of the person, id or name.
    day : int, str or date
        0-based day, a date, or a day as people say it.
    shift : int or str, optional
        Ask about this shift, by index, id or name: why the person works it, or why not. Without one: about a refused
        request of that day, else about the duty.
    seconds : float
        Time limit of solving again.
    method : str
        Method that solves again.
    seed : int
        Of that method.
    known : tuple of (float, str)
        A lower bound of all plans of the problem, and its source; it holds with the opposite demanded too.
    listen : callable, optional
        Hears of progress.

    Returns
    -------
    WhyAnswer
        With its proof, or how far that came.

    Raises
    ------
    InputError
        If the plan breaks hard rules, or there is nothing to ask about: off, and no request refused.
    """
    problem = stated_as(RosterProblem, problem)
    plan = fitted(problem, plan)
    who, day = index_named(who, problem, person_named), index_named(day, problem, day_named)
    shift = None if shift is None else index_named(shift, problem, shift_named)
    before = problem.evaluate(plan)
    if not before.feasible:
        broken = ", ".join(r.rule for r in before.rules if r.hard and r.amount)
        raise InputError(f"breaks hard rules ({broken}); mend it first", item="plan")
    question, allowed = _opposite(problem, plan, who, day, shift)
    demanded = problem.with_rules(Pins(name=ASKED, cells=((who, day, allowed),)))
    clock = Deadline(seconds)
    best = _nearest(demanded, plan, who, day, allowed, seconds=_NEAR * seconds, seed=seed)
    near = math.inf if best is None else demanded.evaluate(best).cost
    (bound, source), impossible = known, False
    reasons: tuple[str, ...] = ()
    facts: tuple[Piece, ...] = ()
    if near > before.cost + 1e-9:  # else nothing is left to prove
        limits = Limits(seconds=max(clock.left - _FEWER * seconds, 0.5 * seconds), target=before.cost)
        result = solve(demanded, method, limits=limits, seed=seed, start=best, listen=listen)
        if isinstance(result.plan, Roster) and result.feasible and result.cost < near - 1e-9:
            best = fewer_changes(demanded, plan, result.plan, seconds=_FEWER * seconds, seed=seed)
        impossible = result.stop is Stop.INFEASIBLE
        if impossible:
            conflict = explain(demanded, seconds=max(clock.left, 0.5 * seconds))
            facts = () if conflict is None else tuple(conflict.parts)
            reasons = conflict.as_lines() if conflict is not None and facts else result.explanation
        if result.bounds.dual > bound:
            bound, source = result.bounds.dual, result.bounds.dual_source
    after = None if best is None else problem.evaluate(best)
    return WhyAnswer(
        question=question,
        who=problem.employees[who].id,
        day=day,
        has=_id(problem, int(plan.duties[who, day])),
        wanted=_words(problem, allowed),
        before=before,
        after=after,
        plan=best,
        changes=() if best is None else _ordered(problem, plan, best, who, day),
        by_rule=() if after is None else _by_rule(before, after),
        bound=math.inf if impossible else bound,
        bound_source=source,
        impossible=impossible,
        reasons=reasons,
        because=tuple(fact_reason(fact, demanded) for fact in facts),
        seconds=clock.elapsed,
    )


def _opposite(problem: RosterProblem, plan: Roster, who: int, day: int, shift: int | None) -> tuple[Question, int]:
    """The question, and the duties that answer it by their price."""
    duty = int(plan.duties[who, day])
    works = problem.duties[duty].shift
    if shift is not None and shift != works:
        return Question.SHIFT, problem.shift_mask(problem.shifts[shift].id)
    if shift is None:
        avoid = _refused(problem, who, day, duty)
        if avoid:
            return Question.REQUEST, problem.everything & ~avoid
    if duty == OFF:
        text = f"is off on {problem.horizon.label(day)} and no request is refused then; ask about a shift"
        raise InputError(text, item=f"person {problem.employees[who].id!r}")
    return Question.DUTY, problem.everything & ~problem.shift_mask(problem.shifts[works].id)


def _refused(problem: RosterProblem, who: int, day: int, duty: int) -> int:
    """Duties that refused requests of a person's day avoid; of those that contradict each other, the dearest one."""
    asked = [
        r
        for rule in problem.rules
        if isinstance(rule, Requests) and rule.asked
        for r in rule.requests
        if (r.employee, r.day) == (who, day) and r.avoid >> duty & 1
    ]
    avoid = 0
    for r in sorted(asked, key=lambda r: -r.weight):
        if problem.everything & ~(avoid | r.avoid):
            avoid |= r.avoid
    return avoid


def _nearest(
    demanded: RosterProblem, plan: Roster, who: int, day: int, allowed: int, *, seconds: float, seed: int
) -> Roster | None:
    """The cheapest plan that does what is asked with few changes; None where none keeps the hard rules."""
    duties = [a for a in range(len(demanded.duties)) if allowed >> a & 1]
    found: list[tuple[float, int, Roster]] = []
    if not demanded.compiled.allowed[who, day, duties].any():
        return None
    plans: Iterable[Roster] = ways_to_leave(demanded, plan, day, who) if 0 in duties else ()
    window = within_days(demanded, plan, day, who, seconds=seconds, seed=seed)
    plans = (*plans, *ways_to_take(demanded, plan, day, who, [a for a in duties if a != OFF]))
    for each in (*plans, *(() if window is None else (window,))):
        evaluation = demanded.evaluate(each)
        if evaluation.feasible:
            found.append((evaluation.cost, int((each.duties != plan.duties).sum()), each))
    return min(found, key=lambda f: f[:2])[2] if found else None


def _ordered(problem: RosterProblem, plan: Roster, best: Roster, who: int, day: int) -> tuple[Changed, ...]:
    cells = [(e, d, int(best.duties[e, d])) for e, d in np.argwhere(plan.duties != best.duties).tolist()]
    cells.sort(key=lambda c: (c[:2] != (who, day), c[1] != day, c[1], c[0]))
    return changed_cells(problem, plan, cells)


def _by_rule(before: Evaluation, after: Evaluation) -> tuple[tuple[str, float], ...]:
    earlier = {r.rule: r.cost for r in before.rules if not r.hard}
    change = [(r.rule, r.cost - earlier.get(r.rule, 0.0)) for r in after.rules if not r.hard]
    return tuple(sorted((c for c in change if abs(c[1]) > 1e-9), key=lambda c: -c[1]))


def _id(problem: RosterProblem, duty: int) -> str:
    return "-" if duty == OFF else problem.duties[duty].id


def _words(problem: RosterProblem, allowed: int) -> str:
    """``off``, ``E or L``, ``not N``: the duties of a mask, or what they leave out where that is shorter."""
    left_out = problem.everything & ~allowed
    shown, prefix = (allowed, "") if allowed.bit_count() <= left_out.bit_count() else (left_out, "not ")
    names = ["off" if a == OFF else problem.duties[a].id for a in range(len(problem.duties)) if shown >> a & 1]
    return prefix + " or ".join(names)
