"""Answers as text for people and as JSON."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from optimise.ask.cover import Answer, Changed, CoverAnswer, Stopped
from optimise.ask.reasons import reason_objects
from optimise.ask.requests import MostRequests, most_told
from optimise.ask.why import Question, WhyAnswer
from optimise.core.quantities import finite_or_none, number
from optimise.core.result import Bounds, Violation
from optimise.roster.problem import Roster, RosterProblem
from optimise.roster.view import requests_met, requests_told

__all__ = [
    "changes_object",
    "cover_lines",
    "cover_object",
    "requests_lines",
    "requests_object",
    "swapped",
    "why_lines",
    "why_object",
]

#: Changed cells of another plan that are printed.
_MOST_CHANGES = 12


def cover_object(found: CoverAnswer, problem: RosterProblem) -> dict[str, Any]:
    """Who can take a shift, as JSON.

    Parameters
    ----------
    found : CoverAnswer
        The answer.
    problem : RosterProblem
        The ward.

    Returns
    -------
    dict
        Of plain values.
    """
    return {
        "question": "cover",
        "problem": problem.name,
        "day": _day(problem, found.day),
        "shift": found.shift,
        "instead_of": found.instead_of,
        "from_day": _day(problem, found.first),
        "possible": found.possible,
        "cost": found.before.cost,
        "hard": found.before.hard,
        "cost_vacant": found.vacant.cost,
        "hard_vacant": found.vacant.hard,
        "alone": [_answer(a, problem) for a in found.alone],
        "swaps": [_answer(a, problem) for a in found.swaps],
        "stopped": [_stopped(s, problem) for s in found.stopped],
    }


def _stopped(one: Stopped, problem: RosterProblem) -> dict[str, Any]:
    because = reason_objects(one.because, problem)
    return {"who": one.who, "rules": list(one.rules), "reasons": list(one.reasons), "because": because}


def _day(problem: RosterProblem, day: int) -> dict[str, Any]:
    when = problem.horizon.date(day)
    return {"number": day, "date": None if when is None else when.isoformat(), "label": problem.horizon.label(day)}


def _answer(answer: Answer, problem: RosterProblem) -> dict[str, Any]:
    return {
        "who": answer.who,
        "added_cost": answer.added,
        "cost": answer.evaluation.cost,
        "hard": answer.evaluation.hard,
        "disturbs": list(answer.disturbs),
        "changes": changes_object(answer.changes, problem),
        "by_rule": dict(answer.by_rule),
        "stays_short": [v.message for v in answer.stays],
    }


def changes_object(changes: Iterable[Changed], problem: RosterProblem) -> list[dict[str, Any]]:
    """Changed cells as JSON.

    Parameters
    ----------
    changes : iterable of Changed
        The cells.
    problem : RosterProblem
        The ward.

    Returns
    -------
    list of dict
        One a cell.
    """
    return [
        {"who": c.who, "day": _day(problem, c.day)["date"] or c.day, "before": c.before, "after": c.after}
        for c in changes
    ]


def cover_lines(found: CoverAnswer, problem: RosterProblem) -> list[str]:
    """Who can take a shift, as lines to print.

    Parameters
    ----------
    found : CoverAnswer
        The answer.
    problem : RosterProblem
        The ward.

    Returns
    -------
    list of str
        Without line ends.
    """
    label = problem.horizon.label(found.day)
    place = f" instead of {found.instead_of}" if found.instead_of else ""
    lines = [f"{problem.name}: who can work {found.shift} on {label}{place}?", _now(found)]
    if found.first:
        lines.append(f"Nobody gives up a duty before {problem.horizon.label(found.first)}.")
    for title, answers in _groups(found):
        lines += ["", title]
        for a in answers:
            also = f"; {swapped(a.who, a.changes[1:], problem)}" if a in found.swaps else _left(a.who, a.changes)
            lines += [f"  {a.who}: {_cost(a, found.vacant.hard)}{also}", *_rules(a)]
    shown = bool(found.alone or found.swaps)
    if shown and not found.possible:
        lines += ["", "Nobody can take it so that every rule that must be kept is kept."]
    if found.more:
        lines += ["", f"{found.more} more can; --most {found.more + len(found.alone)} lists them."]
    if found.stopped:
        lines += ["", f"The other {len(found.stopped)}:" if shown else f"Nobody can ({len(found.stopped)}):"]
        for s in found.stopped:
            rules = f" ({', '.join(s.rules)})" if s.rules else ""
            lines.append(f"  {s.who}: {'; '.join(r.removeprefix(f'{s.who}: ') for r in s.reasons)}{rules}")
    return lines


def _groups(found: CoverAnswer) -> Iterator[tuple[str, list[Answer]]]:
    """Titles with their answers: those who fill the place as it must be, then those who do not."""
    for title, short in (("", False), ("But a rule that must be kept stays broken", True)):
        for ways, who in ((found.alone, "Nobody else is disturbed"), (found.swaps, "With one swap")):
            answers = [a for a in ways if bool(a.stays) == short]
            if answers:
                yield (f"{title}; {who[0].lower()}{who[1:]}:" if title else f"{who}:"), answers


def _now(found: CoverAnswer) -> str:
    text = f"The plan costs {number(found.before.cost)}"
    if found.before.hard:
        text += f" and breaks hard rules by {number(found.before.hard)}"
    if found.instead_of:
        text += f"; with nobody in the place it costs {number(found.vacant.cost)}"
        harder = _harder(found)
        if harder:
            text += f" and breaks hard rules by {number(found.vacant.hard)} ({', '.join(harder)})"
    return text + "."


def _harder(found: CoverAnswer) -> list[str]:
    """Hard rules that the vacant place breaks more than the plan does."""
    before = {r.rule: r.amount for r in found.before.rules if r.hard}
    return [r.rule for r in found.vacant.rules if r.hard and r.amount > before.get(r.rule, 0.0)]


def _cost(answer: Answer, vacant: float) -> str:
    added = answer.added
    text = "costs the same" if abs(added) < 1e-9 else f"costs {number(abs(added))} {'more' if added > 0 else 'less'}"
    left = answer.evaluation.hard
    if answer.stays:
        text += f", but {'; '.join(v.message for v in answer.stays)} ({', '.join(_rules_of(answer.stays))})"
    elif vacant and not left:
        text += ", no hard rule stays broken"
    elif left:
        text += f", hard rules stay broken by {number(left)} elsewhere"
    return text


def _rules_of(broken: Iterable[Violation]) -> list[str]:
    return list(dict.fromkeys(v.rule for v in broken))


def _left(who: str, changes: Sequence[Changed]) -> str:
    before = next(c.before for c in changes if c.who == who)
    return f"; leaves {before}" if before != "-" else ""


def _rules(answer: Answer) -> list[str]:
    told = [f"{rule} {'+' if cost > 0 else '-'}{number(abs(cost))}" for rule, cost in answer.by_rule]
    return [f"    {', '.join(told)}"] if told else []


def swapped(who: str, changes: Sequence[Changed], problem: RosterProblem) -> str:
    """The other cells of a swap in words.

    Parameters
    ----------
    who : str
        Who takes the shift.
    changes : sequence of Changed
        What changes besides.
    problem : RosterProblem
        The ward.

    Returns
    -------
    str
        ``gives up D on Fri 9 Jan; Bob works D on Fri 9 Jan (was off)``.
    """
    told = []
    for c in changes:
        day = problem.horizon.label(c.day)
        if c.who == who:
            told.append(f"gives up {c.before} on {day}")
        elif c.after != "-":
            told.append(f"{c.who} works {c.after} on {day}" + ("" if c.before == "-" else f" and not {c.before}"))
    return "; ".join(told)


def why_object(found: WhyAnswer, problem: RosterProblem) -> dict[str, Any]:
    """Why somebody has a duty, as JSON.

    Parameters
    ----------
    found : WhyAnswer
        The answer.
    problem : RosterProblem
        The ward.

    Returns
    -------
    dict
        Of plain values; null is unknown, or none where ``impossible``.
    """
    after = found.after
    return {
        "question": f"why-{found.question}",
        "problem": problem.name,
        "who": found.who,
        "day": _day(problem, found.day),
        "has": found.has,
        "wanted": found.wanted,
        "cost": found.before.cost,
        "cost_wanted": None if after is None else after.cost,
        "added_cost": None if after is None else found.added,
        "lower_bound": finite_or_none(found.bound),
        "lower_bound_source": found.bound_source,
        "proven": found.proven,
        "impossible": found.impossible,
        "reasons": list(found.reasons),
        "because": reason_objects(found.because, problem),
        "changes": changes_object(found.changes, problem),
        "by_rule": dict(found.by_rule),
        "seconds": found.seconds,
    }


def why_lines(found: WhyAnswer, problem: RosterProblem) -> list[str]:
    """Why somebody has a duty, as lines to print.

    Parameters
    ----------
    found : WhyAnswer
        The answer.
    problem : RosterProblem
        The ward.

    Returns
    -------
    list of str
        Without line ends.
    """
    label, has = problem.horizon.label(found.day), "is off" if found.has == "-" else f"works {found.has}"
    asked = {
        Question.DUTY: f"why does {found.who} work {found.has} on {label}?",
        Question.REQUEST: f"why was the request of {found.who} on {label} ({found.wanted}) refused?",
        Question.SHIFT: f"why does {found.who} not work {found.wanted} on {label}?",
    }[found.question]
    lines = [f"{problem.name}: {asked}", f"The plan costs {number(found.before.cost)}; {found.who} {has} then."]
    if found.impossible:
        return [*lines, f"No plan that keeps all hard rules has it otherwise ({found.wanted}); this is proven.",
                *found.reasons]  # fmt: skip
    lines += _price(found)
    if found.changes:
        lines.append("It would change:")
        lines += [_change(c, problem) for c in found.changes[:_MOST_CHANGES]]
        if len(found.changes) > _MOST_CHANGES:
            lines.append(f"  and {len(found.changes) - _MOST_CHANGES} more days of duty (--json lists them)")
    if found.by_rule:
        told = [f"{rule} {'+' if cost > 0 else '-'}{number(abs(cost))}" for rule, cost in found.by_rule]
        lines.append(f"What differs in cost: {', '.join(told)}.")
    return lines


def _price(found: WhyAnswer) -> list[str]:
    if found.after is None:
        return ["No plan that has it otherwise was found in the time; that none exists is not proven."]
    added, cost = found.added, number(found.after.cost)
    if abs(added) <= 1e-9:
        return [f"A plan with {found.wanted} costs the same: there is no need for it to be so."]
    if added < 0:
        return [f"A plan with {found.wanted} costs {number(-added)} less ({cost}): this plan is not the best one."]
    line = f"With {found.wanted} the best plan found costs {number(added)} more ({cost})."
    if found.proven:
        return [line, f"No plan with it costs less: {_proof(found.bound_source)}."]
    if found.least_added > 0:
        least = f"that it costs at least {number(found.least_added)} more"
    elif math.isfinite(found.bound):
        least = f"that no such plan costs less than {number(found.bound)}"
    else:
        return [line, "Not proven within the time: no lower bound is known."]
    return [line, f"Not proven within the time; what is known is {least}: {_proof(found.bound_source)}."]


def _proof(source: str) -> str:
    """How far a bound is to be believed: what proved it is for JSON, whose run did is not."""
    return Bounds(dual_source=source).hearsay or "this is proven"


def _change(change: Changed, problem: RosterProblem) -> str:
    before, after = (duty if duty != "-" else "off" for duty in (change.before, change.after))
    return f"  {problem.horizon.label(change.day)}  {change.who}: {after} instead of {before}"


def requests_object(found: MostRequests, problem: RosterProblem, plan: Roster) -> dict[str, Any]:
    """How many requests could be met, as JSON.

    Parameters
    ----------
    found : MostRequests
        What was proven.
    problem : RosterProblem
        The ward.
    plan : Roster
        The plan asked about.

    Returns
    -------
    dict
        Of plain values.
    """
    return {
        "question": "why-requests",
        "problem": problem.name,
        "asked": found.asked,
        "met": requests_met(problem, plan),
        "most": found.most,
        "most_found": found.met,
        "exact": found.exact,
        "source": found.source,
        "bound_of": "hard rules kept, soft rules free, every request at the same price",
        "seconds": found.seconds,
    }


def requests_lines(found: MostRequests, problem: RosterProblem, plan: Roster) -> list[str]:
    """How many requests could be met, as lines to print.

    Parameters
    ----------
    found : MostRequests
        What was proven.
    problem : RosterProblem
        The ward.
    plan : Roster
        The plan asked about.

    Returns
    -------
    list of str
        Without line ends.
    """
    lines = [f"{problem.name}: {requests_told(problem, plan)}.", most_told(found)]
    what = "Hard rules are kept in this bound and soft rules are free"
    if found.most < found.asked:
        lines.append(f"{what}: {_proof(found.source)}.")
    elif not found.exact:
        lines.append(f"{what}; fewer could not be proven within the time.")
    if found.met > requests_met(problem, plan):
        lines.append(f"A plan that meets {found.met} was found; its soft rules may cost more.")
    return lines
