"""Beds as one-hot blocks: a block per patient over rooms, the rest of the plan fixed.

The energy is the second-order expansion of the domain's own evaluation around the given plan,
``c + sum_p f_p(r_p) + sum_{p<q} g_pq(r_p, r_q)``: exact wherever the cost couples at most two of the open patients at
a time; `exact` says whether that was verified by enumeration.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np
from numpy.typing import NDArray

from optimise.core.errors import UnsupportedError
from optimise.hospital.problem import HospitalPlan, HospitalProblem
from quantum.encode.assembly import Assembled
from quantum.onehot import OneHot


@dataclass(frozen=True, slots=True, eq=False)
class RoomEncoding:
    """Rooms of a few admitted patients as a one-hot energy; `cells` holds each block's patient and rooms."""

    problem: HospitalProblem
    encoding: Assembled
    base: HospitalPlan
    cells: tuple[tuple[int, NDArray[np.int64]], ...]
    hard_price: float

    @property
    def onehot(self) -> OneHot:
        """The energy."""
        return self.encoding.onehot

    def decode(self, choices: NDArray[np.int64]) -> HospitalPlan:
        """The plan of a choice: each open patient lies in the chosen room for the whole stay."""
        room = self.base.room.copy()
        for (patient, rooms), choice in zip(self.cells, choices.tolist()):
            room[patient, room[patient] >= 0] = rooms[choice]
        return HospitalPlan(self.base.admission, room, self.base.theatre, self.base.nurse)

    def hard(self, choices: NDArray[np.int64]) -> float:
        """Amount of hard rules that the plan of a choice breaks."""
        return self.problem.evaluate(self.decode(choices)).hard

    def cost(self, choices: NDArray[np.int64]) -> float:
        """Domain cost of a choice: evaluated cost plus `hard_price` times the hard amount."""
        return self.problem.evaluate(self.decode(choices)).penalised(self.hard_price)


def encode_rooms(
    problem: HospitalProblem,
    plan: HospitalPlan,
    patients: Sequence[int],
    *,
    hard_price: float | None = None,
    most_rooms: int = 8,
    verify: int = 4096,
) -> RoomEncoding:
    """Open the rooms of some admitted patients of a plan.

    Parameters
    ----------
    problem : HospitalProblem
    plan : HospitalPlan
        What is not open stays as it is here.
    patients : indices of admitted patients who lie in one room for their whole stay
    hard_price : price of a unit of broken hard rules; default above every soft weight.
    most_rooms : rooms per patient; the present one and the cheapest others.
    verify : enumerate and compare when there are at most so many states.

    Returns
    -------
    RoomEncoding
        A block for each patient, over rooms: the present one first.

    Raises
    ------
    UnsupportedError
        If a patient does not lie in one room for the whole stay.
    """
    price = hard_price if hard_price is not None else default_hard_price(problem)
    rooms = []
    for p in patients:
        here = np.unique(plan.room[p][plan.room[p] >= 0])
        if here.size != 1:
            raise UnsupportedError(f"patient {problem.patients.ids[p]} does not lie in one room for the whole stay")
        rooms.append(_rooms(problem, p, int(here[0])))
    cost = _costs(problem, plan, list(patients), rooms, price)
    now = [0] * len(rooms)
    middle = cost(now)
    singles = [np.array([cost(_moved(now, {a: x})) - middle for x in range(r.size)]) for a, r in enumerate(rooms)]
    # Keep the present room and the cheapest others.
    for a, single in enumerate(singles):
        kept = np.concatenate([[0], 1 + np.argsort(single[1:], kind="stable")[: most_rooms - 1]])
        rooms[a], singles[a] = rooms[a][kept], single[kept]
    cost = _costs(problem, plan, list(patients), rooms, price)
    pairs = {}
    for a, b in combinations(range(len(rooms)), 2):
        table = np.zeros((rooms[a].size, rooms[b].size))
        for x in range(1, rooms[a].size):
            for y in range(1, rooms[b].size):
                table[x, y] = cost(_moved(now, {a: x, b: y})) - middle - singles[a][x] - singles[b][y]
        if table.any():
            pairs[(a, b)] = table
    names = [f"{problem.patients.ids[p]}: {problem.rooms.ids[r]}" for p, rs in zip(patients, rooms) for r in rs]
    onehot = OneHot.from_tables(singles, pairs, middle, names)
    exact, error = False, np.inf
    if onehot.states <= verify:
        every = onehot.choices(np.arange(onehot.states))
        error = float(np.abs(onehot.energies(every) - [cost(c) for c in every.tolist()]).max())
        exact = error < 1e-6
    encoding = Assembled(onehot, len(rooms), exact, 0.0 if exact else error)
    cells = tuple((int(p), r) for p, r in zip(patients, rooms))
    return RoomEncoding(problem, encoding, plan, cells, price)


def _rooms(problem: HospitalProblem, patient: int, present: int) -> NDArray[np.int64]:
    open_ = np.flatnonzero(~problem.patients.forbidden[patient])
    return np.concatenate([[present], open_[open_ != present]]).astype(np.int64)


def _moved(now: list[int], changes: dict[int, int]) -> list[int]:
    return [changes.get(a, x) for a, x in enumerate(now)]


def _costs(
    problem: HospitalProblem, plan: HospitalPlan, patients: list[int], rooms: list[NDArray[np.int64]], price: float
) -> Callable[[list[int]], float]:
    def cost(choices: list[int]) -> float:
        room = plan.room.copy()
        for p, r, x in zip(patients, rooms, choices):
            room[p, room[p] >= 0] = r[x]
        evaluation = problem.evaluate(HospitalPlan(plan.admission, room, plan.theatre, plan.nurse))
        return evaluation.penalised(price)

    return cost


def default_hard_price(problem: HospitalProblem) -> float:
    """A price per hard unit above every soft weight."""
    weights = [s.weight for s in problem.rules if s.weight is not None]
    return 10.0 * (1 + max(weights, default=1)) / problem.scale
