"""Small masters of a bed plan: blocks are patients, choices are rooms for their whole stay.

With ``S_r`` the open patients who choose room r, the energy is ``c + sum_r cost(r, S_r)``, where ``cost(r, S)`` is what
the domain's evaluation charges for S in r while the other open patients are away. Each is a cost of the sum of
``2**i`` over the patients in r (`quantum.sums.SumCost`), so that any rule within a room is kept, of whatever degree.
Costs that couple rooms (a nurse's load) are not seen; `exact` says whether any was found.
"""

import math
from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from optimise.core.errors import InputError, UnsupportedError
from optimise.hospital.problem import HospitalPlan, HospitalProblem
from quantum.encode.assembly import Assembled
from quantum.encode.hospital import RoomEncoding, default_hard_price
from quantum.encode.room_columns import placed
from quantum.onehot import OneHot
from quantum.sums import SumCost

__all__ = ["dearest_first", "encode_bed_choices"]

_MOST = 8  # patients who may choose one room: each room is evaluated with every set of them
_ZERO = 1e-9


def dearest_first(problem: HospitalProblem, plan: HospitalPlan) -> list[int]:
    """Patients who lie in one room on the busiest day, those first who would save most by being away.

    Parameters
    ----------
    problem : HospitalProblem
    plan : HospitalPlan
        A plan of it.

    Returns
    -------
    list of int
        Numbers of patients.
    """
    here = plan.room >= 0
    day = int(np.argmax(here.sum(axis=0)))
    inside = [
        p
        for p in np.flatnonzero(here[:, day]).tolist()
        if not problem.patients.inpatient[p] and np.unique(plan.room[p][here[p]]).size == 1
    ]
    cost = problem.evaluate(plan).cost
    saved = {p: cost - problem.evaluate(placed(plan, [p], {})).cost for p in inside}
    return sorted(inside, key=lambda p: -saved[p])


def encode_bed_choices(
    problem: HospitalProblem, plan: HospitalPlan, people: int, each: int, *, verify: int = 200
) -> RoomEncoding:
    """The master of the first so many patients (`dearest_first`) and their cheapest rooms.

    Parameters
    ----------
    problem : HospitalProblem
    plan : HospitalPlan
        What is not open stays as it is here.
    people : int
        Blocks, 1 or more.
    each : int
        Rooms of each patient, 2 or more: that of the plan first, then those that are cheapest by themselves.
    verify : int
        Random choices that are compared with the domain.

    Returns
    -------
    RoomEncoding
        Its first state is the plan.

    Raises
    ------
    InputError
        For more patients than there are, or more rooms.
    UnsupportedError
        When more than eight of them may choose one room.
    """
    order, rooms = dearest_first(problem, plan), len(problem.rooms.ids)
    if not 1 <= people <= len(order):
        raise InputError(f"{people} patients, of {len(order)} who lie in one room on the busiest day", item="people")
    if not 2 <= each <= rooms:
        raise InputError(f"{each} rooms each, of {rooms}", item="columns_each")
    patients, price = sorted(order[:people]), default_hard_price(problem)
    nobody = problem.evaluate(placed(plan, patients, {}))
    empty = nobody.penalised(price)

    def cost(r: int, chosen: list[int]) -> float:
        found = problem.evaluate(placed(plan, patients, dict.fromkeys(chosen, r)))
        return found.penalised(price) - empty

    cells, singles = [], []
    for p in patients:
        alone = np.array([cost(r, [p]) for r in range(rooms)])
        now = int(plan.room[p][plan.room[p] >= 0][0])
        kept = [now, *(r for r in np.argsort(alone, kind="stable").tolist() if r != now)][:each]
        cells.append((p, np.array(kept, dtype=np.int64)))
        singles.append(alone[kept])
    sums = [s for r in range(rooms) if (s := _room(problem, cells, r, cost)) is not None]
    ids, names = problem.patients.ids, problem.rooms.ids
    plain = OneHot.from_tables(singles, {}, empty, [f"{ids[p]}: {names[r]}" for p, kept in cells for r in kept])
    onehot = OneHot(plain.qubo, plain.sizes, tuple(sums))
    made = RoomEncoding(problem, Assembled(onehot, people, True, 0.0), plan, tuple(cells), price)
    rng = np.random.default_rng(0)
    for _ in range(verify):
        choices = np.array([rng.integers(each) for _ in patients])
        true = made.cost(choices)
        if abs(onehot.energy(choices) - true) > 1e-6 * max(1.0, abs(true)):
            return RoomEncoding(problem, Assembled(onehot, people, False, math.inf), plan, tuple(cells), price)
    return made


def _room(
    problem: HospitalProblem,
    cells: list[tuple[int, NDArray[np.int64]]],
    r: int,
    cost: Callable[[int, list[int]], float],
) -> SumCost | None:
    """What the open patients in a room cost together beyond what each costs alone; None where that is nothing."""
    blocks = [b for b, (_, kept) in enumerate(cells) if r in kept]
    if len(blocks) > _MOST:
        raise UnsupportedError(f"{len(blocks)} open patients may choose room {problem.rooms.ids[r]}; at most {_MOST}")
    if len(blocks) < 2:
        return None
    patients = [cells[b][0] for b in blocks]
    alone = [cost(r, [p]) for p in patients]
    costs = np.zeros(1 << len(blocks))
    for total in range(costs.size):
        inside = [i for i in range(len(blocks)) if total >> i & 1]
        if len(inside) > 1:
            costs[total] = cost(r, [patients[i] for i in inside]) - sum(alone[i] for i in inside)
    if np.abs(costs).max() <= _ZERO:
        return None
    parts = {b: np.where(cells[b][1] == r, float(1 << i), 0.0) for i, b in enumerate(blocks)}
    return SumCost(parts, np.arange(float(costs.size)), costs, f"room {problem.rooms.ids[r]}")
