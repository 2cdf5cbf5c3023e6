"""What a hospital plan amounts to, in plain sentences."""

from __future__ import annotations

from dataclasses import replace

from optimise.core.quantities import quantity
from optimise.core.result import Evaluation
from optimise.hospital.problem import HospitalPlan, HospitalProblem
from optimise.hospital.rules import get_rule
from optimise.hospital.view import not_placed, nurse_load, occupancy
from optimise.hospital.waiting import cancelled
from optimise.report.words import Sentence, count, rules_sentence, vouching

__all__ = ["hospital_sentences"]

#: What a layer of a hospital is called.
_LAYERS = {"beds": "Beds and patients", "theatres": "Theatres and surgeons", "nursing": "Nurses"}


def hospital_sentences(problem: HospitalProblem, plan: HospitalPlan, evaluation: Evaluation) -> list[Sentence]:
    """Rules, admissions, occupancy, theatres and nurses of a hospital plan."""
    layers: dict[str, set[str]] = {}
    for rule in evaluation.rules:
        layers.setdefault(get_rule(problem, rule.rule).layer, set()).add(rule.rule)
    said = [*_without_a_bed(problem, plan)]
    kept = rules_sentence(evaluation)
    said.append(replace(kept, tone="fact") if said and kept.tone == "good" else kept)
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


def _without_a_bed(problem: HospitalProblem, plan: HospitalPlan) -> list[Sentence]:
    """The headline of a plan in which people lack a bed: nothing else may look as if all were well."""
    must = sum(n.mandatory for n in not_placed(problem, plan))
    gone = len(cancelled(problem, plan))
    if not must and not gone:
        return []
    told = [f"{count(must, 'patient')} who must come {'has' if must == 1 else 'have'} no bed"] if must else []
    told += [f"{count(gone, 'patient')} on the waiting list {'is' if gone == 1 else 'are'} cancelled"] if gone else []
    return [Sentence("; ".join(told) + ".", "bad" if must else "note")]


def _admissions(problem: HospitalProblem, plan: HospitalPlan, evaluation: Evaluation) -> list[Sentence]:
    """Who has a bed, who has none, and who comes later than could be."""
    people, said = problem.patients, []
    beds = frozenset({"RoomCapacity", "BedConflict", "PatientRoomCompatibility"} & evaluation.by_rule().keys())
    new, everybody = int((~people.inpatient & ~people.operation).sum()), int((~people.operation).sum())
    left = not_placed(problem, plan)
    must = sum(n.mandatory for n in left)
    crowded = int((occupancy(problem, plan) > problem.rooms.beds).sum())
    if not left and crowded:
        text = f"All {count(everybody, 'patient')} have a room, but rooms hold more people than open beds"
        said.append(Sentence(f"{text} at {count(crowded, 'place and day', 'places and days')}.", "bad", beds))
    elif not left:
        said.append(vouching(f"All {count(everybody, 'patient')} have a bed.", evaluation, beds))
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
