"""Why no plan exists, in the planner's words, and the way out: moves first, then the cheapest set of rules to relax.

Four means: moving people who lie there, and who has no bed even so (:mod:`optimise.hospital.repair`); counting (nights
with more people than beds need no solver); an irreducible set of rules that cannot all be kept; and an elastic
relaxation: every hard rule gets a price and the least total of relaxations is sought (Chinneck, "Feasibility and
Infeasibility in Optimization", 2008).
"""

from __future__ import annotations

import numpy as np

from optimise.core.arrays import IntArray
from optimise.hospital.conflict import conflicting_rules
from optimise.hospital.model.hospital import HospitalModel
from optimise.hospital.model.scope import Scope
from optimise.hospital.problem import HospitalProblem
from optimise.hospital.repair import fewest_moves, lacks_beds, moves_of, moves_told, relief
from optimise.hospital.repair.moves import LEFT_OUT
from optimise.hospital.rules import get_rule
from optimise.hospital.rules.cover import nursed
from optimise.solvers.highs import Highs

__all__ = ["elastic", "explain", "moving_first", "overfull"]

#: Columns beyond which no elastic model is built.
MOST_COLUMNS = 400_000


def overfull(problem: HospitalProblem) -> tuple[str, ...]:
    """Days on which those who must be there outnumber the open beds, or have no nurse; a proof that no plan exists."""
    people = problem.patients
    hard = (problem.hard("RoomCapacity"), problem.hard("MandatoryUnscheduledPatients"), problem.hard("AdmissionDay"))
    if not all(hard):
        return ()
    days = np.arange(problem.days)[None, :]
    # present whatever the admission day: from the last one on, to the end of a stay that began on the first
    sure = (days >= people.due[:, None]) & (days < (people.release + people.stay)[:, None]) & people.mandatory[:, None]
    need, beds = sure.sum(axis=0), problem.rooms.beds.sum(axis=0)
    return (
        *(
            f"day {d}: {need[d]} patients must be in hospital, but only {beds[d]} beds are open (RoomCapacity)"
            for d in np.flatnonzero(need > beds)
        ),
        *_unstaffed(problem, need),
    )


def _unstaffed(problem: HospitalProblem, need: IntArray) -> tuple[str, ...]:
    """Shifts in which somebody must be in hospital and no nurse is on duty."""
    layer = problem.nursing
    if layer is None or not nursed(problem):
        return ()
    empty = ~layer.on_duty.any(axis=0).reshape(problem.days, problem.shifts) & (need > 0)[:, None]
    return tuple(
        f"day {d}, {layer.shifts[k]}: no nurse is on duty, but {need[d]} patients must be in hospital (UncoveredRoom)"
        for d, k in zip(*np.nonzero(empty), strict=True)
    )


def elastic(problem: HospitalProblem) -> HospitalProblem:
    """The problem with every hard rule soft at its relaxation price, and all other costs 0."""
    ticks: dict[str, int | None] = {}
    for setting in problem.rules:
        if setting.hard:
            ticks[setting.rule] = get_rule(problem, setting.rule).relaxation
        else:
            ticks[setting.rule] = 0
    return problem.with_settings(ticks)


def explain(problem: HospitalProblem, *, seconds: float = 30.0, most: int = 12) -> tuple[str, ...]:
    """Sentences: proofs by counting first; then the moves that would do, or who has no bed even so; where neither
    helps, what the cheapest relaxation found would break.

    Parameters
    ----------
    seconds : float
        For the elastic model; the answer is the best relaxation found in that time.
    most : int
        Sentences a rule before the rest is summed up.
    """
    told = list(overfull(problem))
    if len(told) > most:
        told[most:] = [f"and {len(told) - most} more days"]
    way_out = moving_first(problem, seconds=0.5 * seconds, most=most)
    rules, exact = conflicting_rules(problem, seconds=0.25 * seconds)
    if rules:
        told.append(f"these rules cannot all be kept: {', '.join(rules)}{'' if exact else ' (perhaps not all needed)'}")
    if way_out:
        return (*told, *way_out)
    soft = elastic(problem)
    columns = Scope.whole(soft).columns(soft)
    moves = not problem.hard("Transfer") and columns * problem.days <= MOST_COLUMNS
    # the nurses alone may be at fault; where something else is, a relaxation without them tells it sooner
    alone = exact and rules and all(get_rule(problem, rule).layer == "nursing" for rule in rules)
    for nursing in ((True,) if alone else (False, True)) if problem.nursing is not None else (False,):
        if columns > MOST_COLUMNS:
            return (*told, *_by_counting(problem))
        built = HospitalModel(soft, moves=moves, nursing=nursing)
        solved = Highs(built.model.freeze()).solve(seconds=max(1.0, 0.5 * seconds))
        if solved.values is None:
            return tuple(told) or _by_counting(problem)
        found = soft.evaluate(built.plan(solved.values))
        # of nurses the relaxation without them says nothing
        told_of = () if nursing else {s.rule for s in problem.rules if get_rule(problem, s.rule).layer == "nursing"}
        broken = [v for v in found.violations if problem.hard(v.rule) and v.rule not in told_of]
        if broken:
            break
    else:
        return tuple(told)
    sums = {r.rule: r.amount for r in found.rules if problem.hard(r.rule) and r.amount and r.rule not in told_of}
    proven = "cheapest" if solved.bound >= solved.objective - 1e-6 else "cheapest found"
    parts = ", ".join(f"{rule} by {amount:g} {get_rule(problem, rule).unit}" for rule, amount in sums.items())
    told.append(f"{proven} set of rules to relax: {parts}")
    for rule in sums:
        mine = [v for v in broken if v.rule == rule]
        told += [f"{rule}: {v.message}" for v in mine[:most]]
        if len(mine) > most:
            told.append(f"{rule}: and {len(mine) - most} more")
    return tuple(told)


def moving_first(problem: HospitalProblem, *, seconds: float, most: int = 12) -> tuple[str, ...]:
    """The moves that let every other hard rule be kept, and who has no bed even so; empty where that does not help.

    Sought with nothing but moves and people left out having a price.
    """
    ticks = {s.rule: None if s.hard else 0 for s in problem.rules}
    must = ("Transfer", 1), ("MandatoryUnscheduledPatients", LEFT_OUT)
    free = problem.with_settings(ticks | {rule: price for rule, price in must if rule in ticks or rule == "Transfer"})
    found = fewest_moves(free, seconds=seconds)
    if found.hard or not lacks_beds(free, found.plan):
        return ()
    moves = moves_of(problem, found.plan)
    told = [f"a way out: {text}" for text in moves_told(problem, found.plan, most=most)]
    if moves and problem.hard("Transfer"):
        told.append("moves are forbidden by the rule Transfer; give it a price, and the cheapest moves are planned")
    # a price stands in the settings above only to look for the plan
    out = relief(problem.with_settings({"MandatoryUnscheduledPatients": None}), found.plan, seconds=seconds, most=most)
    if out and problem.hard("MandatoryUnscheduledPatients"):
        hint = "give the rule MandatoryUnscheduledPatients a price, and a plan says who is left out"
        return (*told, *out, hint)
    return (*told, *out)


def _by_counting(problem: HospitalProblem) -> tuple[str, ...]:
    """A hint where the elastic model is too large."""
    people = problem.patients
    need = int((people.stay * people.mandatory).sum())
    beds = int(problem.rooms.beds.sum())
    return (f"mandatory patients need {need} bed-days in all; {beds} are open",)
