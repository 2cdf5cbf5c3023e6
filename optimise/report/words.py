"""What a plan amounts to, in plain sentences, good news and bad news alike."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from optimise.core.result import Evaluation, Result, Stop
from optimise.hospital.problem import HospitalPlan, HospitalProblem
from optimise.hospital.view import not_placed, nurse_load, occupancy
from optimise.roster.problem import Roster, RosterProblem
from optimise.roster.view import cover, requests, shares

__all__ = ["Sentence", "count", "gap_in_words", "hospital_sentences", "number", "roster_sentences", "rules_sentence"]


@dataclass(frozen=True, slots=True)
class Sentence:
    """A sentence and how it sounds: ``good``, ``bad`` (a hard rule), ``note`` (something to look at)."""

    text: str
    tone: str = "good"


def number(value: float) -> str:
    """``607``, ``4.25``, ``1,204``; at most two decimals."""
    if not math.isfinite(value):
        return "unknown"
    if abs(value - round(value)) < 1e-9:
        return f"{round(value):,}"
    return f"{value:,.2f}".rstrip("0").rstrip(".")


def count(value: int, noun: str, plural: str = "") -> str:
    """``1 nurse``, ``no nurses``, ``3 nurses``."""
    if value == 1:
        return f"1 {noun}"
    return f"{value if value else 'no'} {plural or noun + 's'}"


def _people(value: float) -> str:
    return "1 person" if value == 1 else f"{number(value)} people"


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
        return Sentence("No plan that keeps every hard rule was found in the time given.", "bad")
    cost = number(result.cost)
    if result.stop is Stop.OPTIMAL:
        if told:
            return Sentence(f"The plan costs {cost}, and no plan costs less{told}.", "note")
        return Sentence(f"The plan costs {cost}, and it is proven that no plan costs less.")
    if not math.isfinite(bounds.dual):
        return Sentence(f"The plan costs {cost}. How much better a plan could be is not known.", "note")
    saved = bounds.primal - bounds.dual
    share = f" ({100 * bounds.gap:.1f} %)" if bounds.primal > 0 else ""
    return Sentence(
        f"The plan costs {cost}. No plan costs less than {number(bounds.dual)}{told}, so at most "
        f"{number(saved)}{share} could still be saved; much of that may not be there to save.",
        "note" if bounds.gap > 0.05 else "good",
    )


def rules_sentence(evaluation: Evaluation) -> Sentence:
    broken = [r for r in evaluation.rules if r.hard and r.amount]
    if not broken:
        return Sentence("Every rule that must be kept is kept.")
    names = _list([f"{r.rule} ({number(r.amount)})" for r in broken], 5)
    return Sentence(f"Rules that must be kept are broken: {names}.", "bad")


def roster_sentences(problem: RosterProblem, plan: Roster, evaluation: Evaluation) -> list[Sentence]:
    """Rules, cover, requests and fairness of a roster."""
    said = [rules_sentence(evaluation)]
    cells = [(row, cell) for row in cover(problem, plan) for cell in row.cells]
    short = sorted((x for x in cells if x[1].short > 0), key=lambda x: (-x[1].short, x[1].day))
    if cells and not short:
        said.append(Sentence("Every shift has the people it asks for."))
    elif short:
        missing = sum(cell.short for _, cell in short)
        where = _list([f"{problem.horizon.label(c.day)} {row.label} ({number(c.short)})" for row, c in short], 4)
        text = f"Short of {_people(missing)} in all, at {len(short)} of {len(cells)} places to cover: {where}."
        said.append(Sentence(text, "bad" if any(c.broken for _, c in short) else "note"))
    wishes = requests(problem, plan)
    if wishes:
        refused = [w for w in wishes if not w.granted]
        if refused:
            text = f"{len(refused)} of {count(len(wishes), 'request')} refused."
            said.append(Sentence(text, "note"))
        else:
            said.append(
                Sentence(
                    f"All {len(wishes)} requests are granted." if len(wishes) > 1 else "The one request is granted."
                )
            )
    said.append(_fairness(problem, plan))
    return said


def _fairness(problem: RosterProblem, plan: Roster) -> Sentence:
    each = shares(problem, plan)
    parts = []
    if any(s.minutes for s in each):
        parts.append(_range([s.minutes / 60 for s in each], "hours"))
    parts.append(_range([s.days for s in each], "days of work"))
    if any(s.nights for s in each):
        parts.append(_range([s.nights for s in each], "nights"))
    parts.append(_range([s.weekends for s in each], "weekends"))
    return Sentence(f"From person to person: {_list(parts, 5)}.")


def _range(values: Sequence[float], what: str) -> str:
    low, high = min(values), max(values)
    return f"{number(low)} {what}" if low == high else f"{number(low)} to {number(high)} {what}"


def hospital_sentences(problem: HospitalProblem, plan: HospitalPlan, evaluation: Evaluation) -> list[Sentence]:
    """Rules, admissions, occupancy, theatres and nurses of a hospital plan."""
    said = [rules_sentence(evaluation)]
    people = problem.patients
    new = int((~people.inpatient).sum())
    left = not_placed(problem, plan)
    must = sum(n.mandatory for n in left)
    if not left:
        said.append(Sentence(f"All {count(len(people), 'patient')} have a bed."))
    else:
        text = f"{new - len(left)} of {count(new, 'patient')} to admit have a place; {len(left)} have none"
        said.append(
            Sentence(f"{text}, {must} of whom must be admitted.", "bad")
            if must
            else Sentence(f"{text} (none of them had to be admitted).", "note")
        )
    late = (plan.admission - people.release)[(plan.admission >= 0) & ~people.inpatient]
    if late.size and late.any():
        text = f"{int((late > 0).sum())} admitted later than their first possible day"
        text += f", by {late[late > 0].mean():.1f} days on average."
        said.append(Sentence(text, "note"))
    taken, beds = occupancy(problem, plan).sum(axis=0), problem.rooms.beds.sum(axis=0)
    total = int(beds.sum())
    if total:
        fullest = int((taken / beds.clip(1)).argmax())
        said.append(
            Sentence(
                f"Beds are {100 * int(taken.sum()) / total:.0f} % full on average; fullest on day {fullest} "
                f"({int(taken[fullest])} of {int(beds[fullest])})."
            )
        )
    if problem.nursing is not None:
        over = int(((nurse_load(problem, plan) > problem.nursing.max_load) & problem.nursing.on_duty).sum())
        said.append(
            Sentence(f"{count(over, 'shift')} in which a nurse carries more than the agreed load.", "note")
            if over
            else Sentence("No nurse carries more than the agreed load.")
        )
    return said
