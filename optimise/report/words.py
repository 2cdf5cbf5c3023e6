"""What a plan amounts to, in plain sentences, good news and bad news alike."""

from __future__ import annotations

import math
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, replace

from optimise.core.quantities import hours, number, quantity
from optimise.core.result import Evaluation, Result, RuleCost, Stop
from optimise.hospital.problem import HospitalPlan, HospitalProblem
from optimise.hospital.view import not_placed, nurse_load, occupancy
from optimise.roster.problem import Roster, RosterProblem
from optimise.roster.view import CoverCell, CoverRow, cover, requests, shares

__all__ = [
    "Sentence",
    "broken",
    "count",
    "gap_in_words",
    "hospital_sentences",
    "number",
    "roster_sentences",
    "rules_sentence",
    "vouching",
]


@dataclass(frozen=True, slots=True)
class Sentence:
    """A sentence and how it sounds.

    Attributes
    ----------
    tone : str
        ``fact``, ``good`` (a tick stands before it), ``note`` (something to look at), ``bad`` (a hard rule).
    rules : frozenset of str
        The rules that the sentence speaks of. A good one vouches that every one of them is kept.
    """

    text: str
    tone: str = "fact"
    rules: frozenset[str] = frozenset()


def broken(evaluation: Evaluation, rules: Collection[str] | None = None) -> list[RuleCost]:
    """The rules (of these names) that a plan breaks, the hard ones first, then the dearest."""
    found = [r for r in evaluation.rules if r.amount and (rules is None or r.rule in rules)]
    return sorted(found, key=lambda r: (not r.hard, -r.cost))


def vouching(text: str, evaluation: Evaluation, rules: Collection[str], *, otherwise: str = "") -> Sentence:
    """A sentence with a tick before it if all of these rules are kept.

    Else ``otherwise`` and what is broken, or, without that, the sentence as a mere fact.
    """
    about, found = frozenset(rules), broken(evaluation, rules)
    if not found:
        return Sentence(text, "good", about)
    if not otherwise:
        return Sentence(text, "fact", about)
    return Sentence(f"{otherwise}: {_amounts(found)}.", "bad" if found[0].hard else "note", about)


def _amounts(found: Sequence[RuleCost], most: int = 5) -> str:
    told = [f"{r.rule} ({quantity(r.amount, r.unit)}{'' if r.hard else f', cost {number(r.cost)}'})" for r in found]
    return _list(told, most)


def count(value: int, noun: str, plural: str = "") -> str:
    """``1 nurse``, ``no nurses``, ``3 nurses``."""
    if value == 1:
        return f"1 {noun}"
    return f"{value if value else 'no'} {plural or noun + 's'}"


def _list(parts: Sequence[str], most: int = 3) -> str:
    shown = list(parts[:most])
    if len(parts) > most:
        shown.append(f"and {len(parts) - most} more")
        return ", ".join(shown)
    return " and ".join([", ".join(shown[:-1]), shown[-1]]) if len(shown) > 1 else "".join(shown)


def gap_in_words(result: Result) -> Sentence:
    """How good the plan is proven to be."""
    bounds = result.bounds
    told = f" ({bounds.hearsay})" if bounds.hearsay else ""  # the bound, and with it every proof, comes from a file
    if result.stop is Stop.INFEASIBLE:
        return Sentence(f"No plan exists that keeps every hard rule{told or '; this is proven'}.", "bad")
    if not result.feasible:
        return Sentence("No plan that keeps every hard rule was found within the limits given.", "bad")
    cost = number(result.cost)
    if result.proven:
        if told:
            return Sentence(f"The plan costs {cost}, and no plan costs less{told}.", "note")
        return Sentence(f"The plan costs {cost}, and it is proven that no plan costs less.", "good")
    if not math.isfinite(bounds.dual):
        return Sentence(f"The plan costs {cost}. How much better a plan could be is not known.", "note")
    saved = result.cost - bounds.dual
    share = f" ({100 * bounds.gap:.1f} %)" if bounds.primal > 0 else ""
    return Sentence(
        f"The plan costs {cost}. No plan costs less than {number(bounds.dual)}{told}, so at most "
        f"{number(saved)}{share} could still be saved; much of that may not be there to save.",
        "note" if bounds.gap > 0.05 else "fact",
    )


def rules_sentence(evaluation: Evaluation) -> Sentence:
    """Whether every rule that must be kept is kept, and if not, which are broken."""
    hard = [r.rule for r in evaluation.rules if r.hard]
    return vouching(
        "Every rule that must be kept is kept.",
        _only(evaluation, lambda r: r.hard),
        hard,
        otherwise="Rules that must be kept are broken",
    )


def _price_sentence(evaluation: Evaluation) -> Sentence:
    """Whether the rules that have a price are kept, and if not, which of them cost most."""
    soft = [r.rule for r in evaluation.rules if not r.hard]
    return vouching(
        "Every rule that may be broken at a price is kept too.",
        _only(evaluation, lambda r: not r.hard),
        soft,
        otherwise="Rules that may be broken at a price are broken",
    )


def _only(evaluation: Evaluation, those: Callable[[RuleCost], bool]) -> Evaluation:
    return replace(evaluation, rules=tuple(r for r in evaluation.rules if those(r)))


def roster_sentences(problem: RosterProblem, plan: Roster, evaluation: Evaluation) -> list[Sentence]:
    """Rules, cover, requests and fairness of a roster."""
    said = [rules_sentence(evaluation)]
    if any(not r.hard for r in evaluation.rules):
        said.append(_price_sentence(evaluation))
    said += _cover_sentences(problem, plan)
    wishes = requests(problem, plan)
    if wishes:
        about = frozenset(w.rule for w in wishes)
        refused = [w for w in wishes if not w.granted]
        if refused:
            tone = "bad" if any(math.isinf(w.weight) for w in refused) else "note"
            said.append(Sentence(f"{len(refused)} of {count(len(wishes), 'request')} refused.", tone, about))
        else:
            text = f"All {len(wishes)} requests are granted." if len(wishes) > 1 else "The one request is granted."
            said.append(Sentence(text, "good", about))
    said.append(_fairness(problem, plan))
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
    where = _list([f"{problem.horizon.label(c.day)} {row.label} ({told(c)})" for row, c in found], 4)
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
    return Sentence(f"From person to person: {_list(parts, 5)}.")


def _between(values: Sequence[float], told: Callable[[float], str]) -> str:
    low, high = min(values), max(values)
    return told(low) if low == high else f"{told(low)} to {told(high)}"


def _range(values: Sequence[float], what: str) -> str:
    low, high = min(values), max(values)
    return quantity(low, what) if low == high else f"{number(low)} to {quantity(high, what)}"


#: What a layer of a hospital is called.
_LAYERS = {"beds": "Beds and patients", "theatres": "Theatres and surgeons", "nursing": "Nurses"}


def hospital_sentences(problem: HospitalProblem, plan: HospitalPlan, evaluation: Evaluation) -> list[Sentence]:
    """Rules, admissions, occupancy, theatres and nurses of a hospital plan."""
    from optimise.hospital.rules import get_rule

    layers: dict[str, set[str]] = {}
    for rule in evaluation.rules:
        layers.setdefault(get_rule(problem, rule.rule).layer, set()).add(rule.rule)
    said = [rules_sentence(evaluation)]
    for layer, rules in layers.items():
        name = _LAYERS[layer]
        said.append(vouching(f"{name}: every rule is kept.", evaluation, rules, otherwise=name))
    said += _admissions(problem, plan, evaluation)
    taken, beds = occupancy(problem, plan).sum(axis=0), problem.rooms.beds.sum(axis=0)
    total = int(beds.sum())
    if total:
        fullest = int((taken / beds.clip(1)).argmax())
        said.append(
            Sentence(
                f"Beds are {100 * int(taken.sum()) / total:.0f} % full on average; fullest on day {fullest} "
                f"({int(taken[fullest])} of {int(beds[fullest])} beds)."
            )
        )
    if problem.nursing is not None:
        over = int(((nurse_load(problem, plan) > problem.nursing.max_load) & problem.nursing.on_duty).sum())
        nursing = frozenset(layers.get("nursing", ()))
        said.append(
            Sentence(f"{count(over, 'shift')} in which a nurse carries more than the agreed load.", "note", nursing)
            if over
            else vouching("No nurse carries more than the agreed load.", evaluation, nursing)
        )
    return said


def _admissions(problem: HospitalProblem, plan: HospitalPlan, evaluation: Evaluation) -> list[Sentence]:
    """Who has a bed, who has none, and who comes later than could be."""
    people, said = problem.patients, []
    beds = frozenset({"RoomCapacity", "BedConflict", "PatientRoomCompatibility"} & evaluation.by_rule().keys())
    new = int((~people.inpatient).sum())
    left = not_placed(problem, plan)
    must = sum(n.mandatory for n in left)
    crowded = int((occupancy(problem, plan) > problem.rooms.beds).sum())
    if not left and crowded:
        text = f"All {count(len(people), 'patient')} have a room, but rooms hold more people than open beds"
        said.append(Sentence(f"{text} at {count(crowded, 'place and day', 'places and days')}.", "bad", beds))
    elif not left:
        said.append(vouching(f"All {count(len(people), 'patient')} have a bed.", evaluation, beds))
    else:
        text = f"{new - len(left)} of {count(new, 'patient')} to admit have a place; {len(left)} have none"
        said.append(
            Sentence(f"{text}, {must} of whom must be admitted.", "bad")
            if must
            else Sentence(f"{text} (none of them had to be admitted).", "note")
        )
    late = (plan.admission - people.release)[(plan.admission >= 0) & ~people.inpatient]
    if late.size and late.any():
        text = f"{count(int((late > 0).sum()), 'patient')} admitted later than the first possible day"
        text += f", by {quantity(round(float(late[late > 0].mean()), 1), 'days')} on average."
        said.append(Sentence(text, "note"))
    return said
