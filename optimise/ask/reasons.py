"""Why something cannot be: the rule, the people and the days apart from the words."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from optimise.core.result import Violation
from optimise.roster.explain import Piece
from optimise.roster.problem import RosterProblem

__all__ = ["Reason", "fact_reason", "reason_objects", "violation_reason"]


@dataclass(frozen=True, slots=True)
class Reason:
    """One reason.

    Attributes
    ----------
    message : str
        A clause that does not name the person.
    who : tuple of str
        Ids of the people it is about; empty where it is about a head count.
    days : tuple of int
        0-based days it is about; empty where it is about all of them.
    rule : str
        Name of the rule; empty where no rule says so.
    """

    message: str
    who: tuple[str, ...] = ()
    days: tuple[int, ...] = ()
    rule: str = ""

    @property
    def sentence(self) -> str:
        """The reason with the person that it is about."""
        return f"{', '.join(self.who)}: {self.message}" if self.who else self.message


def violation_reason(broken: Violation) -> Reason:
    """What a broken rule says.

    Parameters
    ----------
    broken : Violation

    Returns
    -------
    Reason
    """
    named = f"{broken.who[0]}: " if len(broken.who) == 1 else ""
    return Reason(broken.message.removeprefix(named), broken.who, broken.days, broken.rule)


def fact_reason(fact: Piece, problem: RosterProblem) -> Reason:
    """What a fact of a conflict says.

    Parameters
    ----------
    fact : Piece
    problem : RosterProblem

    Returns
    -------
    Reason
    """
    who = tuple(problem.employees[e].id for e in fact.employees)
    return Reason(f"{fact.verb}{fact.when}".removeprefix(":").strip(), who, fact.days, fact.rule)


def reason_objects(reasons: Iterable[Reason], problem: RosterProblem) -> list[dict[str, Any]]:
    """Reasons as JSON.

    Parameters
    ----------
    reasons : iterable of Reason
    problem : RosterProblem

    Returns
    -------
    list of dict
        ``rule``, ``who``, ``days`` (dates, or numbers where the problem has none) and ``message``.
    """
    return [
        {
            "rule": one.rule or None,
            "who": list(one.who),
            "days": [d if (when := problem.horizon.date(d)) is None else when.isoformat() for d in one.days],
            "message": one.message,
        }
        for one in reasons
    ]
