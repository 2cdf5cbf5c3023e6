"""The list by which a roster is approved: each question with pass, fail, or what is not known.

After appendix 7 of *E-rostering the clinical workforce* (NHS England and NHS Improvement 2020). Nothing passes of which
a rule is broken or something is not known.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from optimise.core.quantities import hours, quantity
from optimise.core.result import Evaluation
from optimise.roster.formats.ward_model import WardData
from optimise.roster.problem import Roster, RosterProblem
from optimise.roster.rules import Cover, Rest, RestWithin, RosterRule
from optimise.roster.rules.compound import Headcounts
from optimise.roster.trust.accounts import hours_accounts, ward_data
from optimise.roster.trust.figures import E_ROSTERING, Figure, Verdict, roster_figures
from optimise.roster.trust.flags import NICE, red_flags
from optimise.roster.view import fair_shares, requests_told

__all__ = ["Check", "checklist"]

_LIST = f"{E_ROSTERING}, appendix 7"
_LAW = "Working Time Regulations 1998"


@dataclass(frozen=True, slots=True)
class Check:
    """One question of the list.

    Attributes
    ----------
    question : str
    verdict : str
        ``pass``, ``fail``, ``unknown`` or ``fact``.
    text : str
        What was found, or what would tell.
    source : str
    """

    question: str
    verdict: Verdict
    text: str
    source: str


def checklist(problem: RosterProblem, plan: Roster, evaluation: Evaluation) -> tuple[Check, ...]:
    """All questions with their answers.

    Parameters
    ----------
    problem : RosterProblem
    plan : Roster
    evaluation : Evaluation
        Of the plan.

    Returns
    -------
    tuple of Check
        Empty where the problem comes from no ward document.
    """
    ward = ward_data(problem)
    if ward is None:
        return ()
    figures = {figure.name: figure for figure in roster_figures(problem, plan)}
    made = [
        _hard(evaluation),
        _rules(problem, evaluation, "Every demand is met", _LIST, _demanded, "no demand"),
        _rules(
            problem,
            evaluation,
            "Skills and supervision on every shift",
            _LIST,
            _skilled,
            "no skill mix and no supervision",
        ),
        *_working_time(problem, evaluation),
        _hours(problem, plan),
        *(_figure(figures[name]) for name in ("Annual leave", "Headroom used", "Lead time to publication")),
        _figure(figures["Additional duties"]),
        _flags(problem, plan),
        _fair(problem, plan),
        _wishes(problem, plan),
    ]
    return tuple(made)


def _hard(evaluation: Evaluation) -> Check:
    broken = [r.rule for r in evaluation.rules if r.hard and r.amount]
    text = f"broken: {', '.join(broken)}" if broken else f"all {sum(r.hard for r in evaluation.rules)} are kept"
    return Check("Rules that must be kept", "fail" if broken else "pass", text, _LIST)


def _demanded(rule: RosterRule) -> bool:
    return isinstance(rule, Cover) or (isinstance(rule, Headcounts) and rule.name.startswith("cover "))


def _skilled(rule: RosterRule) -> bool:
    return isinstance(rule, Headcounts) and not _demanded(rule)


def _rules(
    problem: RosterProblem,
    evaluation: Evaluation,
    question: str,
    source: str,
    chosen: Callable[[RosterRule], bool],
    none: str,
) -> Check:
    """Whether every rule of a kind is kept; without any there is nothing to tell it from."""
    names = {rule.name for rule in problem.rules if chosen(rule)}
    if not names:
        return Check(question, "unknown", f"the ward has {none}", source)
    broken = [r for r in evaluation.rules if r.rule in names and r.amount]
    if broken:
        text = "; ".join(f"{r.rule}: {quantity(r.amount, r.unit)} off" for r in broken)
        return Check(question, "fail", text, source)
    return Check(question, "pass", f"{len(names)} rule{'s' * (len(names) != 1)} kept", source)


def _working_time(problem: RosterProblem, evaluation: Evaluation) -> Iterator[Check]:
    """Rest and average week, from the ward's rules that are at least as strict as the law."""

    def rest(rule: RosterRule) -> bool:
        return isinstance(rule, Rest) and rule.minutes >= 11 * 60

    def weekly(rule: RosterRule) -> bool:
        return isinstance(rule, RestWithin) and rule.minutes >= 24 * 60 and rule.days <= 7 * rule.count

    def average(rule: RosterRule) -> bool:
        return rule.name.startswith("at most") and rule.name.endswith("a week on average")

    for question, clause, chosen, none in (
        ("11 hours of rest between shifts", "regulation 10", rest, "no rule of 11 h rest"),
        ("24 hours of rest in 7 days, or 48 in 14", "regulation 11", weekly, "no such rule (weekly_rest)"),
        ("Average week", "regulation 4", average, "no rule of an average week"),
    ):
        found = _rules(problem, evaluation, question, f"{_LAW}, {clause}", chosen, none)
        if found.verdict == "pass":
            missing = _unbound(problem, chosen)
            if missing:
                text = f"kept by those it binds; it does not bind {', '.join(missing)}"
                found = Check(question, "unknown", text, found.source)
        yield found


def _unbound(problem: RosterProblem, chosen: Callable[[RosterRule], bool]) -> list[str]:
    """People whom no rule of a kind binds; those who have opted out are told by the ward."""
    bound: set[int] = set()
    for rule in problem.rules:
        if chosen(rule):
            for part in getattr(rule, "parts", (rule,)):
                bound.update(int(e) for e in part.scope(problem))
    ward: WardData | None = ward_data(problem)
    free = {e for e, person in enumerate(ward.staff) if person.working_time_opt_out} if ward else set()
    return [p.id for e, p in enumerate(problem.employees) if e not in bound | free]


def _hours(problem: RosterProblem, plan: Roster) -> Check:
    """Whether everybody is within one shift of the contract."""
    question = "Everybody within one shift of the contract"
    longest = max((s.minutes for s in problem.shifts), default=0)
    accounts = [a for a in hours_accounts(problem, plan) if a.net is not None]
    if not accounts or not longest:
        return Check(question, "unknown", "nobody has contracted hours", _LIST)
    off = [a for a in accounts if abs(a.net or 0) > longest]
    told = ", ".join(f"{problem.employees[a.employee].id} {hours(a.net or 0)}" for a in off)
    text = f"further off: {told}" if off else f"all {len(accounts)} are within {hours(longest)}"
    return Check(question, "fail" if off else "pass", text, _LIST)


def _figure(figure: Figure) -> Check:
    value = "" if figure.value is None else f"{figure.value:g} {figure.unit}; "
    return Check(figure.name, figure.verdict, value + figure.text, figure.source)


def _flags(problem: RosterProblem, plan: Roster) -> Check:
    found = red_flags(problem, plan)
    question = "No red flag in the roster"
    if found.flags:
        return Check(question, "fail", f"{len(found.flags)} found, {found.looked_at} shifts looked at", NICE)
    if found.unknown or not found.looked_at:
        return Check(question, "unknown", "; ".join(found.unknown) or "no shift has clock times", NICE)
    return Check(question, "pass", f"{found.looked_at} shifts looked at", NICE)


def _fair(problem: RosterProblem, plan: Roster) -> Check:
    question = "Loads are shared fairly"
    each = fair_shares(problem, plan)
    if not each:
        return Check(question, "unknown", "the ward shares nothing (rules.fairness)", _LIST)
    far = sorted(
        {problem.employees[s.employee].id for s in each if abs(s.have - s.share) >= 1 and "hours" not in s.noun}
    )
    text = f"one or more off the share: {', '.join(far)}" if far else "everybody is within one of each share"
    return Check(question, "fail" if far else "pass", text, _LIST)


def _wishes(problem: RosterProblem, plan: Roster) -> Check:
    told = requests_told(problem, plan)
    return Check("Requests", "fact" if told else "unknown", told or "nobody asked for anything", _LIST)
