"""Beds as column blocks: a block per room, a choice per set of patients that may lie there together.

With ``S_r`` the set chosen for room r the energy is

    ``c + sum_r cost(r, S_r) + weight sum_p (sum_r [p in S_r] - 1)**2``

where ``cost(r, S)`` is what the domain's evaluation charges for S in r while the other open patients are away. Rules
within a room (capacity, gender, needs, wishes) thus hold or are priced exactly by construction, whatever their form;
only that every patient lies somewhere exactly once is a (quadratic) penalty, as in the restricted master problem of
column generation. Costs that couple rooms (a nurse's total load) are not seen; `exact` says whether any was found.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from optimise.core.errors import UnsupportedError
from optimise.hospital.problem import HospitalPlan, HospitalProblem
from quantum.encode.hospital import default_hard_price
from quantum.onehot import OneHot

__all__ = ["RoomColumns", "encode_room_columns", "placed"]


@dataclass(frozen=True, slots=True, eq=False)
class RoomColumns:
    """Sets of patients per room as a one-hot energy.

    Attributes
    ----------
    onehot : OneHot
    patients : open patients
    rooms : int64 (blocks,)
    sets : by block: bool (choices, patients)
    exact : bool
        Whether the energy equals the domain cost on every choice that was checked: choices that place every patient
        in exactly one room. Elsewhere a wrong number of rooms is priced by its square, not as the domain does.
    """

    problem: HospitalProblem
    onehot: OneHot
    base: HospitalPlan
    patients: tuple[int, ...]
    rooms: NDArray[np.int64]
    sets: tuple[NDArray[np.bool_], ...]
    hard_price: float
    exact: bool

    def covers(self, choices: NDArray[np.int64]) -> NDArray[np.int64]:
        """How many rooms hold each open patient (patients,)."""
        return np.asarray(sum(sets[x].astype(np.int64) for sets, x in zip(self.sets, choices.tolist())))

    def mended(self, choices: NDArray[np.int64]) -> list[str]:
        """What `decode` settles by itself: patients in several rooms or in none, in words."""
        ids = self.problem.patients.ids
        return [
            f"patient {ids[p]} lies in {count} rooms, not 1"
            for p, count in zip(self.patients, self.covers(choices).tolist())
            if count != 1
        ]

    def hard(self, choices: NDArray[np.int64]) -> float:
        """Amount of hard rules broken by the plan of a choice, patients in too many rooms or in none included."""
        wrong = float(np.abs(self.covers(choices) - 1).sum())
        return self.problem.evaluate(self.decode(choices)).hard + wrong

    def decode(self, choices: NDArray[np.int64]) -> HospitalPlan:
        """The plan of a choice. A patient in several rooms stays in the first; one in none keeps the room of the
        plan that was opened."""
        room = self.base.room.copy()
        seen: set[int] = set()
        for r, sets, x in zip(self.rooms.tolist(), self.sets, choices.tolist()):
            for i in np.flatnonzero(sets[x]).tolist():
                if i not in seen:
                    seen.add(i)
                    p = self.patients[i]
                    room[p, room[p] >= 0] = r
        return HospitalPlan(self.base.admission, room, self.base.theatre, self.base.nurse)

    def cost(self, choices: NDArray[np.int64]) -> float:
        """Domain cost of a choice, plus the price of every patient who lies in too many rooms or in none."""
        evaluation = self.problem.evaluate(self.decode(choices))
        wrong = float(np.abs(self.covers(choices) - 1).sum())
        return evaluation.cost + self.hard_price * (evaluation.hard + wrong)


def encode_room_columns(
    problem: HospitalProblem,
    plan: HospitalPlan,
    patients: Sequence[int],
    *,
    most: int = 64,
    weight: float | None = None,
    verify: int = 200,
) -> RoomColumns:
    """Open the rooms of some admitted patients of a plan.

    Parameters
    ----------
    problem : HospitalProblem
    plan : HospitalPlan
        What is not open stays as it is here.
    patients : indices of admitted patients
    most : most sets of a room
    weight : price of a patient too few or too many; default above every hard unit of the domain.
    verify : choices with every patient in one room that are compared with the domain, at most.

    Returns
    -------
    RoomColumns
        A block for each room, over the sets of patients that may lie there.

    Raises
    ------
    UnsupportedError
        When a room has more than `most` sets, or a patient fits nowhere.
    """
    price = default_hard_price(problem) if weight is None else weight
    away = placed(plan, patients, {})
    nobody = problem.evaluate(away)

    def marginal(r: int, chosen: tuple[int, ...]) -> float | None:
        """Cost of a set in a room, None where it breaks a hard rule (each patient placed mends one unit)."""
        found = problem.evaluate(placed(plan, patients, dict.fromkeys(chosen, r)))
        return found.cost - nobody.cost if found.hard <= nobody.hard - len(chosen) + 1e-9 else None

    rooms, sets, costs = [], [], []
    for r in range(len(problem.rooms.ids)):
        grown, priced = _grow(r, list(patients), marginal, most, problem.rooms.ids[r])
        if len(grown) > 1:
            rooms.append(r)
            sets.append(np.array([[p in s for p in patients] for s in grown], dtype=np.bool_))
            costs.append(np.array(priced))
    for i, p in enumerate(patients):
        if not any(s[:, i].any() for s in sets):
            raise UnsupportedError(f"no room may take patient {problem.patients.ids[p]}")
    # weight (sum_r a_r - 1)**2 = weight (1 - sum_r a_r + 2 sum_{r<s} a_r a_s), a_r in {0, 1}
    linear = [c - price * s.sum(axis=1) for c, s in zip(costs, sets)]
    pairs = {
        (a, b): 2 * price * (sets[a].astype(np.float64) @ sets[b].T.astype(np.float64))
        for b in range(len(sets))
        for a in range(b)
    }
    names = [
        f"{problem.rooms.ids[r]}: {'+'.join(problem.patients.ids[p] for p, on in zip(patients, row) if on) or '-'}"
        for r, table in zip(rooms, sets)
        for row in table
    ]
    onehot = OneHot.from_tables(linear, pairs, nobody.cost + price * len(patients), names)
    made = RoomColumns(
        problem, onehot, plan, tuple(patients), np.array(rooms, dtype=np.int64), tuple(sets), price, False
    )
    return RoomColumns(
        problem, onehot, plan, made.patients, made.rooms, made.sets, price, _is_exact(made, nobody.hard, verify)
    )


def _grow(
    r: int,
    patients: list[int],
    marginal: Callable[[int, tuple[int, ...]], float | None],
    most: int,
    name: str,
) -> tuple[list[tuple[int, ...]], list[float]]:
    """All sets of patients that a room may hold, the empty one first, and their costs."""
    sets: list[tuple[int, ...]] = [()]
    costs = [0.0]
    for p in patients:
        for chosen in list(sets):
            cost = marginal(r, (*chosen, p))
            if cost is not None:
                sets.append((*chosen, p))
                costs.append(cost)
        if len(sets) > most:
            raise UnsupportedError(f"more than {most} sets of patients may lie in room {name}; open fewer patients")
    return sets, costs


def placed(plan: HospitalPlan, patients: Sequence[int], where: dict[int, int]) -> HospitalPlan:
    """The plan with the open patients away, except those in `where`.

    Parameters
    ----------
    plan : HospitalPlan
    patients : sequence of int
        Who is open.
    where : dict
        Room of each of them who is not away.

    Returns
    -------
    HospitalPlan
    """
    room, admission = plan.room.copy(), plan.admission.copy()
    for p in patients:
        if p in where:
            room[p, room[p] >= 0] = where[p]
        else:
            room[p] = -1
            admission[p] = -1
    return HospitalPlan(admission, room, plan.theatre, plan.nurse)


def _is_exact(made: RoomColumns, hard: float, verify: int) -> bool:
    """Compare with the domain on random choices that place every patient once."""
    rng, checked = np.random.default_rng(0), 0
    for _ in range(50 * verify):
        if checked >= verify:
            break
        where: list[list[int]] = [[] for _ in made.rooms]
        for i in rng.permutation(len(made.patients)).tolist():
            where[int(rng.integers(len(made.rooms)))].append(i)
        choices = []
        for sets, members in zip(made.sets, where):
            row = np.zeros(len(made.patients), dtype=np.bool_)
            row[members] = True
            found = np.flatnonzero((sets == row).all(axis=1))
            if found.size == 0:
                break
            choices.append(int(found[0]))
        if len(choices) < len(made.sets):
            continue
        checked += 1
        chosen = np.array(choices)
        evaluation = made.problem.evaluate(made.decode(chosen))
        same = abs(evaluation.cost - made.onehot.energy(chosen)) <= 1e-6 * max(1.0, abs(evaluation.cost))
        if not same or evaluation.hard > max(0.0, hard - len(made.patients)) + 1e-9:
            return False
    return checked > 0
