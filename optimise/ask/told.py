"""Answers as text for people and as JSON."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from optimise.ask.cover import Answer, Changed, CoverAnswer
from optimise.core.quantities import number
from optimise.roster.problem import RosterProblem

__all__ = ["cover_lines", "cover_object"]


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
        "cost": found.before.cost,
        "hard": found.before.hard,
        "cost_vacant": found.vacant.cost,
        "hard_vacant": found.vacant.hard,
        "alone": [_answer(a, problem) for a in found.alone],
        "swaps": [_answer(a, problem) for a in found.swaps],
        "stopped": [{"who": s.who, "rules": list(s.rules), "reasons": list(s.reasons)} for s in found.stopped],
    }


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
    if found.alone:
        lines += ["", "Nobody else is disturbed:"]
        for a in found.alone:
            lines += [f"  {a.who}: {_cost(a, found.vacant.hard)}{_left(a.who, a.changes)}", *_rules(a)]
    if found.swaps:
        lines += ["", "With one swap:"]
        for a in found.swaps:
            lines += [f"  {a.who}: {_cost(a, found.vacant.hard)}; {swapped(a.who, a.changes[1:], problem)}", *_rules(a)]
    if found.stopped:
        lines += ["", f"The other {len(found.stopped)}:" if found.possible else f"Nobody can ({len(found.stopped)}):"]
        for s in found.stopped:
            rules = f" ({', '.join(s.rules)})" if s.rules else ""
            lines.append(f"  {s.who}: {'; '.join(r.removeprefix(f'{s.who}: ') for r in s.reasons)}{rules}")
    return lines


def _now(found: CoverAnswer) -> str:
    text = f"The plan costs {number(found.before.cost)}"
    if found.before.hard:
        text += f" and breaks hard rules by {number(found.before.hard)}"
    if found.instead_of:
        text += f"; with nobody in the place it costs {number(found.vacant.cost)}"
        if found.vacant.hard > found.before.hard:
            text += f" and breaks hard rules by {number(found.vacant.hard)} ({', '.join(_harder(found))})"
    return text + "."


def _harder(found: CoverAnswer) -> list[str]:
    """Hard rules that the vacant place breaks more than the plan does."""
    before = {r.rule: r.amount for r in found.before.rules if r.hard}
    return [r.rule for r in found.vacant.rules if r.hard and r.amount > before.get(r.rule, 0.0)]


def _cost(answer: Answer, vacant: float) -> str:
    added = answer.added
    text = "costs the same" if abs(added) < 1e-9 else f"costs {number(abs(added))} {'more' if added > 0 else 'less'}"
    if vacant > answer.evaluation.hard:
        left = answer.evaluation.hard
        text += f", hard rules stay broken by {number(left)}" if left else ", no hard rule stays broken"
    return text


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
