"""Roster and hospital planned together, by turns."""

from __future__ import annotations

import logging
import math
from collections.abc import Callable
from dataclasses import dataclass, replace

from optimise.core.errors import InputError
from optimise.core.method import Communicator, Limits
from optimise.driver import solve
from optimise.hospital.problem import HospitalPlan, HospitalProblem
from optimise.joint.link import COVER, Link, on_duty, wanted
from optimise.roster.problem import Roster, RosterProblem
from optimise.roster.rules.cover import Cover, Demand
from optimise.roster.rules.primitives import HARD, Segment

__all__ = ["JointPlan", "Round", "plan_jointly"]

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Round:
    """Costs of one turn: the ward's own rules, the hospital's, and both."""

    ward: float
    hospital: float

    @property
    def total(self) -> float:
        return self.ward + self.hospital


@dataclass(frozen=True, slots=True, eq=False)
class JointPlan:
    """The best pair of plans that was found.

    Attributes
    ----------
    roster : Roster
    plan : HospitalPlan
    hospital : HospitalProblem
        With the nurses on duty as the roster has them; ``plan`` belongs to it.
    rounds : tuple of Round
        The first is planning one after the other: a roster with even cover, then the hospital.
    best : int
        The round that was kept.
    """

    roster: Roster
    plan: HospitalPlan
    hospital: HospitalProblem
    rounds: tuple[Round, ...]
    best: int

    @property
    def gain(self) -> float:
        """What planning together saves against planning one after the other."""
        return self.rounds[0].total - self.rounds[self.best].total


def plan_jointly(
    hospital: HospitalProblem,
    ward: RosterProblem,
    *,
    rounds: int = 4,
    limits: Limits | None = None,
    seed: int = 0,
    comm: Communicator | None = None,
    listen: Callable[[Round], None] | None = None,
) -> JointPlan:
    """Plan nurses and patients by turns.

    Round 0 rosters the ward with even cover and then plans the hospital with the nurses that are on duty. Every later
    round asks for the nurses whom the best plan's patients need, rosters again, and plans the hospital again from
    the plan before where that is still feasible. The pair with the lowest total is kept, so the result is never worse
    than planning one after the other. There is no bound on the joint optimum.

    Parameters
    ----------
    hospital : HospitalProblem
        With nurses; their duties are what the roster decides.
    ward : RosterProblem
        The same people and shifts, by id; its own cover rules stay in force and are paid for in the ward's cost.
    rounds : int
        Rounds in all, at least 1.
    limits : Limits, optional
        Time for all; dealt evenly, a third of each round to the roster.
    seed : int
    comm : Communicator, optional
        One rank when left out.
    listen : callable, optional
        Told each round.

    Returns
    -------
    JointPlan
        The best pair of plans, and the rounds.

    Raises
    ------
    InputError
        If ward and hospital do not fit together, or no feasible roster or plan was found in the first round.
    """
    if rounds < 1:
        raise InputError(f"is {rounds}; at least one is needed", item="rounds")
    limits, link = limits or Limits(), Link.of(hospital, ward)
    share = limits.seconds / rounds
    found: list[Round] = []
    kept: tuple[Roster, HospitalPlan, HospitalProblem] | None = None
    best = 0
    asked = _even(ward, hospital, link)
    for turn in range(rounds):
        rostered = solve(
            asked, limits=replace(limits, seconds=share / 3), seed=seed, comm=comm, start=kept[0] if kept else None
        )
        if kept is None and not rostered.feasible:  # without a first roster there is nothing to go on from
            rostered = solve(asked, limits=replace(limits, seconds=share), seed=seed, comm=comm)
        if not isinstance(rostered.plan, Roster) or not rostered.feasible:
            if kept is None:
                raise InputError("no feasible roster was found", item=f"ward {ward.name}")
            break
        staffed = on_duty(hospital, rostered.plan, link)
        start = kept[1] if kept is not None else None
        planned = solve(
            staffed, limits=replace(limits, seconds=2 * share / 3), seed=seed, comm=comm, start=start
        )  # fmt: skip
        feasible = isinstance(planned.plan, HospitalPlan) and planned.feasible
        cost = planned.cost if feasible else math.inf
        found.append(Round(ward.evaluate(rostered.plan).cost, cost))
        log.info("round %d: ward %g, hospital %g", turn, found[-1].ward, found[-1].hospital)
        if listen is not None:
            listen(found[-1])
        if feasible and (kept is None or found[-1].total < found[best].total):
            assert isinstance(planned.plan, HospitalPlan)
            kept, best = (rostered.plan, planned.plan, staffed), turn
        if kept is None:
            raise InputError("no feasible plan was found", item=f"hospital {hospital.name}")
        asked = wanted(ward, hospital, kept[1], link)
    assert kept is not None
    return JointPlan(*kept, tuple(found), best)


def _even(ward: RosterProblem, hospital: HospitalProblem, link: Link) -> RosterProblem:
    """The ward with the same number of nurses wanted in every shift, as a planner does who knows no patients."""
    layer = hospital.nursing
    assert layer is not None
    even = max(1, int(layer.on_duty.sum()) // (hospital.days * hospital.shifts))
    price = (hospital.weight("ExcessiveNurseWorkload") or 1) / hospital.scale * max(1, int(link.load.mean()))
    steps = (*([Segment(even - 1, price)] if even > 1 else []), Segment(math.inf, HARD))
    people = tuple(link.employee.tolist())
    demands = tuple(
        Demand(d, mask, even, under=steps, employees=people, label=layer.shifts[k])
        for d in range(hospital.days)
        for k, mask in enumerate(link.duty_mask)
    )
    return ward.with_rules(Cover(name=COVER, demands=demands))
