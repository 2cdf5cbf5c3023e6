"""Cutting a planning problem into one-hot pieces that fit a simulator, and judging what comes back."""

from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray
from typing_extensions import TypeVar

from optimise.core.errors import UnsupportedError
from optimise.core.method import stop_asked
from optimise.core.result import Plan
from optimise.hospital.problem import HospitalPlan, HospitalProblem
from optimise.hospital.search import construct as construct_hospital
from optimise.roster.kernels.cover import CoverRows
from optimise.roster.kernels.pricing import Pricer, on_grid
from optimise.roster.problem import Roster, RosterProblem
from optimise.roster.search.construct import construct as construct_roster
from optimise.roster.search.construct import hard_price
from quantum.encode.assembly import Cover
from quantum.encode.hospital import RoomEncoding, default_hard_price, encode_rooms
from quantum.encode.room_columns import RoomColumns, encode_room_columns
from quantum.encode.roster import Block, encode_blocks, personal_costs
from quantum.onehot import OneHot

#: Plans that are cut; any where nothing is said.
L = TypeVar("L", bound=Plan, default=Any)
L_co = TypeVar("L_co", bound=Plan, covariant=True, default=Any)


class Piece(Protocol[L_co]):
    """A one-hot problem cut out of a plan."""

    onehot: OneHot

    def best(self, choices: NDArray[np.int64]) -> tuple[float, L_co]:
        """True priced cost and plan of the best of several choices (s, blocks), the present plan (all zeros) apart."""
        ...


class Cutter(Protocol[L]):
    """Makes plans and pieces of one kind of problem; costs count hard units at a price."""

    def start(self, seed: int) -> L | None:
        """A first plan."""
        ...

    def cost(self, plan: L) -> float:
        """Priced cost of a plan."""
        ...

    def piece(self, plan: L, rng: np.random.Generator) -> Piece[L] | None:
        """Cut a random piece out of a plan, or None when this draw leaves nothing to choose."""
        ...


@dataclass(slots=True)
class _RosterPiece:
    onehot: OneHot
    blocks: list[Block]
    cutter: "RosterCutter"
    plan: Roster
    values: NDArray[np.float64]  # of the cover lines, without the people of the piece
    personal: list[NDArray[np.float64]]
    rest: float

    def best(self, choices: NDArray[np.int64]) -> tuple[float, Roster]:
        """Cover is counted exactly here, also where the energy only fitted it."""
        rows = self.cutter.rows
        found: tuple[float, NDArray[np.int64]] = (np.inf, choices[0])
        for choice in _changed(choices[:, : len(self.blocks)]):
            values, cost = self.values.copy(), self.rest
            for block, costs, x in zip(self.blocks, self.personal, choice.tolist()):
                lines, shares = rows.column(block.employee, block.words[x])
                values[lines] += shares
                cost += float(costs[x])
            cost += float(rows.line_costs(values, self.cutter.price).sum())
            if cost < found[0]:
                found = (cost, choice)
        duties = self.plan.duties.copy()
        for block, x in zip(self.blocks, found[1].tolist()):
            duties[block.employee] = block.words[x]
        return found[0], Roster.from_array(duties)


class RosterCutter:
    """Pieces of a roster: a few people, each with a few rosters open.

    Half of the pieces are restricted masters of column generation with few columns, the other half neighbourhoods
    (a window of days); in both, hard personal rules hold by construction.
    """

    def __init__(
        self,
        problem: RosterProblem,
        *,
        people: int = 4,
        columns: int = 8,
        cover: Cover = "fit",
    ) -> None:
        self.problem, self.people, self.columns = problem, people, columns
        self.compiled = problem.compiled
        self.rows, self.pricer = CoverRows(self.compiled), Pricer(self.compiled)
        self.price = hard_price(self.compiled)
        self._cover: Cover = cover

    def start(self, seed: int) -> Roster | None:
        """Person by person against the cover still missing (`optimise.roster.search.construct`)."""
        made = construct_roster(self.compiled, self.problem.automata, np.random.default_rng([seed, 0]), stop_asked)
        return None if made.duties is None else Roster.from_array(made.duties)

    def cost(self, plan: Roster) -> float:
        """Evaluated cost plus the price of hard units."""
        return self.problem.evaluate(plan).penalised(self.price)

    def piece(self, plan: Roster, rng: np.random.Generator) -> _RosterPiece | None:
        """Random people, each with columns from pricing or with all rosters that differ in a window of days."""
        count = min(self.people, self.compiled.employees)
        chosen = sorted(rng.choice(self.compiled.employees, count, replace=False).tolist())
        others = np.setdiff1d(np.arange(self.compiled.employees), chosen)
        values = self.rows.counts(plan.duties[others], others)
        window = rng.random() < 0.5
        length = int(rng.integers(1, 4))
        first = int(rng.integers(max(1, self.compiled.days - length + 1)))
        blocks = []
        for e in chosen:
            words = self._window(plan, e, first, length) if window else self._columns(plan, e, chosen, values, rng)
            blocks.append(Block(int(e), words))
        if all(len(b.words) == 1 for b in blocks):
            return None
        encoded = encode_blocks(self.problem, blocks, plan, cover=self._cover, hard_price=self.price)
        personal = [personal_costs(self.compiled, b.employee, b.words, self.price) for b in blocks]
        rest = sum(float(personal_costs(self.compiled, int(e), plan.duties[e : e + 1], self.price)[0]) for e in others)
        return _RosterPiece(encoded.onehot, blocks, self, plan, values, personal, rest)

    def _window(self, plan: Roster, employee: int, first: int, length: int) -> NDArray[np.int16]:
        """The cheapest rosters of a person that differ in a few days only, the present one first."""
        now = plan.duties[employee]
        shut = np.ones((self.compiled.days, self.compiled.alphabet), dtype=np.bool_)
        shut[np.arange(self.compiled.days), now] = False
        shut[first : first + length] = False
        found = self.pricer.price(employee, np.zeros(shut.shape), columns=self.columns, forbidden=shut, every=True)
        return _distinct(now, found.words, self.columns)

    def _columns(
        self, plan: Roster, employee: int, chosen: list[int], values: NDArray[np.float64], rng: np.random.Generator
    ) -> NDArray[np.int16]:
        """Rosters that pricing finds when a random part of the group covers what it covers now."""
        found = plan.duties[employee : employee + 1]
        for _ in range(3 * self.columns):
            if len(found) >= self.columns:
                break
            seen, share = values.copy(), rng.random()
            for other in chosen:
                if other != employee and rng.random() < share:
                    lines, shares = self.rows.column(other, plan.duties[other])
                    seen[lines] += shares
            marginal = self.rows.marginal(seen, self.price)[self.rows.kind[employee]]
            spread = rng.random() * (np.abs(marginal).mean() + 1e-9)
            priced = on_grid(marginal + rng.normal(0.0, spread, marginal.shape))
            more = self.pricer.price(employee, priced, columns=2).words
            found = _distinct(found[0], np.concatenate([found, more]), self.columns)
        return found


def _changed(choices: NDArray[np.int64]) -> NDArray[np.int64]:
    """The choices that change something, or the first one when none does."""
    changed = choices[choices.any(axis=1)]
    return changed if len(changed) else choices[:1]


def _distinct(first: NDArray[np.int16], words: NDArray[np.int16], most: int) -> NDArray[np.int16]:
    """`first` and the other words in their order, each once, at most `most`."""
    kept = {word.tobytes(): word for word in [first, *words]}
    return np.array(list(kept.values())[:most], dtype=np.int16)


@dataclass(slots=True)
class _RoomPiece:
    onehot: OneHot
    encoding: RoomEncoding | RoomColumns

    def best(self, choices: NDArray[np.int64]) -> tuple[float, HospitalPlan]:
        """Evaluated exactly, also where the expansion was not exact."""
        changed = _changed(choices)[:16]
        problem, price = self.encoding.problem, self.encoding.hard_price
        found = [problem.evaluate(self.encoding.decode(c)) for c in changed]
        costs = [e.penalised(price) for e in found]
        at = int(np.argmin(costs))
        return float(costs[at]), self.encoding.decode(changed[at])


class RoomCutter:
    """Pieces of a hospital plan: a few patients who are in at about the same time, over their rooms."""

    def __init__(self, problem: HospitalProblem, *, people: int = 4, columns: int = 4) -> None:
        self.problem, self.people, self.columns = problem, people, columns
        self.price = default_hard_price(problem)

    def start(self, seed: int) -> HospitalPlan:
        """Patients by insertion (`optimise.hospital.search.construct`)."""
        return construct_hospital(self.problem, seed=seed)[0]

    def cost(self, plan: HospitalPlan) -> float:
        """Evaluated cost plus the price of hard units."""
        return self.problem.evaluate(plan).penalised(self.price)

    def piece(self, plan: HospitalPlan, rng: np.random.Generator) -> _RoomPiece | None:
        """Random patients of one to three random days who stay in one room."""
        length = int(rng.integers(1, 4))
        day = int(rng.integers(max(1, self.problem.days - length + 1)))
        there = np.flatnonzero((plan.room[:, day : day + length] >= 0).any(axis=1))
        fixed = self.problem.patients.inpatient
        movable = [int(p) for p in there if not fixed[p] and np.unique(plan.room[p][plan.room[p] >= 0]).size == 1]
        if not movable:
            return None
        chosen = rng.choice(movable, min(self.people, len(movable)), replace=False)
        patients = sorted(chosen.tolist())
        # With few rooms, a block per room over sets of patients: exact whatever the rules within a room.
        if len(self.problem.rooms.ids) <= self.people:
            sets = self._sets(plan, patients)
            if sets is not None:
                return sets
        encoding = encode_rooms(self.problem, plan, patients, hard_price=self.price, most_rooms=self.columns, verify=0)
        return None if encoding.onehot.states == 1 else _RoomPiece(encoding.onehot, encoding)

    def _sets(self, plan: HospitalPlan, patients: list[int]) -> _RoomPiece | None:
        try:
            encoding = encode_room_columns(self.problem, plan, patients, most=2**self.people, verify=0)
        except UnsupportedError:
            return None
        return _RoomPiece(encoding.onehot, encoding) if encoding.onehot.states > 1 else None
