"""What a roster amounts to, in plain sentences."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from itertools import groupby

from optimise.core.quantities import hours, number, quantity
from optimise.core.result import Evaluation
from optimise.report.words import Sentence, count, listed, price_sentence, rules_sentence
from optimise.roster.problem import Roster, RosterProblem
from optimise.roster.view import CoverCell, CoverRow, cover, fair_shares, requests, requests_told, shares

__all__ = ["roster_sentences"]


def roster_sentences(problem: RosterProblem, plan: Roster, evaluation: Evaluation) -> list[Sentence]:
    """Rules, cover, requests and fairness of a roster."""
    said = [rules_sentence(evaluation)]
    if any(not r.hard for r in evaluation.rules):
        said.append(price_sentence(evaluation))
    said += _cover_sentences(problem, plan)
    wishes = requests(problem, plan)
    if wishes:
        about = frozenset(w.rule for w in wishes)
        refused = [w for w in wishes if not w.granted]
        if refused:
            tone = "bad" if any(math.isinf(w.weight) for w in refused) else "note"
            said.append(Sentence(f"{requests_told(problem, plan)}.", tone, about))
        else:
            text = f"All {len(wishes)} requests are granted." if len(wishes) > 1 else "The one request is granted."
            said.append(Sentence(text, "good", about))
    said.append(_fairness(problem, plan))
    said += _shares(problem, plan)
    return said


def _shares(problem: RosterProblem, plan: Roster) -> list[Sentence]:
    """How far people are off the shares that rules call fair."""
    said = []
    for rule, mine in groupby(fair_shares(problem, plan), key=lambda s: s.rule):
        each = list(mine)
        upper = each[0].noun == "hours over contract"
        far = [s for s in each if s.have - s.share >= 1 or (not upper and s.share - s.have >= 1)]
        name = each[0].noun.capitalize() if rule == f"fair share of {each[0].noun}" else rule.capitalize()
        if not far:
            text = f"{name}: everybody is within one {'hour' if upper else 'of them'} of the fair share."
            said.append(Sentence(text, "good", frozenset({rule})))
            continue
        worst = max(far, key=lambda s: abs(s.have - s.share))
        who = problem.employees[worst.employee]
        text = f"{name}: {len(far)} of {count(len(each), 'person', 'people')} off the fair share, furthest "
        text += f"{who.name or who.id} with {number(worst.have)} of {worst.share:.1f}."
        said.append(Sentence(text, "note", frozenset({rule})))
    return said


def _cover_sentences(problem: RosterProblem, plan: Roster) -> list[Sentence]:
    """Who is missing and who is too many, over all rules that ask for people."""
    cells = [(row, cell) for row in cover(problem, plan) for cell in row.cells if cell.asks]
    about = frozenset(row.rule for row, _ in cells)
    if not cells:
        return []
    if all(cell.kept for _, cell in cells):
        return [Sentence("Every shift has the people it asks for.", "good", about)]
    said = []
    for what, amount, told in (
        ("Short of people", lambda c: c.short, lambda c: f"{number(c.short)} of {number(c.minimum)} missing"),
        ("More people than wanted", lambda c: c.over, lambda c: f"{c.present}, at most {number(c.maximum)} wanted"),
    ):
        said += _where(problem, cells, what, amount, told)
    return [Sentence(s.text, s.tone, about) for s in said]


def _where(
    problem: RosterProblem,
    cells: Sequence[tuple[CoverRow, CoverCell]],
    what: str,
    amount: Callable[[CoverCell], float],
    told: Callable[[CoverCell], str],
) -> list[Sentence]:
    found = sorted((x for x in cells if amount(x[1]) > 0), key=lambda x: (not x[1].broken, -amount(x[1]), x[1].day))
    if not found:
        return []
    where = listed([f"{problem.horizon.label(c.day)} {row.label} ({told(c)})" for row, c in found], 4)
    text = f"{what} at {len(found)} of {count(len(cells), 'place')} to cover: {where}."
    return [Sentence(text, "bad" if any(c.broken for _, c in found) else "note")]


def _fairness(problem: RosterProblem, plan: Roster) -> Sentence:
    each = shares(problem, plan)
    parts = []
    if any(s.minutes for s in each):
        parts.append(_between([s.minutes for s in each], hours))
    parts.append(_range([s.days for s in each], "days of work"))
    if any(s.nights for s in each):
        parts.append(_range([s.nights for s in each], "nights"))
    parts.append(_range([s.weekends for s in each], "weekends"))
    return Sentence(f"From person to person: {listed(parts, 5)}.")


def _between(values: Sequence[float], told: Callable[[float], str]) -> str:
    low, high = min(values), max(values)
    return told(low) if low == high else f"{told(low)} to {told(high)}"


def _range(values: Sequence[float], what: str) -> str:
    low, high = min(values), max(values)
    return quantity(low, what) if low == high else f"{number(low)} to {quantity(high, what)}"
