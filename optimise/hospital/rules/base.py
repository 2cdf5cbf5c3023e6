"""The contract of a hospital rule: its exact amount, its rows, and which engines know it by their own code.

Every rule is evaluated exactly and modelled exactly, so the evaluation and whatever solves the rows of the model know
each one. Other engines keep costs by increments and know only the rules that they were written for. They ask before
they run (:mod:`optimise.hospital.rules.engines`), and where a rule in force is strange to them they are not used, or
each of their plans is checked again by the exact evaluation.

Amounts are never negative and a hard rule only forbids. So whatever leaves a rule out (construction, relaxations,
bounds) is a relaxation of the problem, and its lower bound holds.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import ClassVar

import numpy as np

from optimise.core.arrays import IntArray
from optimise.core.errors import InputError
from optimise.hospital.context import HospitalContext
from optimise.hospital.model.columns import HospitalColumns
from optimise.hospital.rules.state import HospitalState

__all__ = ["EVERY_ENGINE", "Breach", "Breaches", "Engine", "HospitalRule", "divisor", "plural"]


class Engine(StrEnum):
    """Engines that know rules by their own code; the values are their names in messages."""

    JOINT = "joint search"  # optimise.hospital.search.joint
    ROOMS = "search of rooms for fixed stays"  # optimise.hospital.beds_search, optimise.hospital.search.annealing
    COLUMNS = "column generation of rooms"  # hpc.beds


EVERY_ENGINE = frozenset(Engine)


@dataclass(frozen=True, slots=True)
class Breach:
    """Who, when and what of one entry of :class:`Breaches`."""

    who: tuple[str, ...]
    days: tuple[int, ...]
    message: str


@dataclass(frozen=True, slots=True)
class Breaches:
    """Where and by how much a plan breaks a rule.

    Attributes
    ----------
    amount : int array (entries,)
        Every entry is positive; their sum is the rule's amount.
    tell : callable
        Position of an entry -> :class:`Breach`. Called only when violations are listed.
    """

    amount: IntArray
    tell: Callable[[int], Breach]

    def __post_init__(self) -> None:
        # bounds that leave a rule out hold only while no rule can lower the cost of a plan
        if self.amount.size and int(self.amount.min()) <= 0:
            raise InputError("a rule has an amount that is not positive", item="breaches")

    @staticmethod
    def positive(amount: IntArray, tell: Callable[[tuple[int, ...]], Breach]) -> Breaches:
        """From a table of amounts; ``tell`` receives the index of an entry in the table.

        Parameters
        ----------
        amount : int array
            Amounts of any shape; what is not above 0 is no breach.
        tell : callable
            Gets the index of an entry and says who, where and when.

        Returns
        -------
        Breaches
            Of the entries above 0.
        """
        where = np.argwhere(amount > 0)
        values = amount[amount > 0].astype(np.int64)
        return Breaches(values, lambda i: tell(tuple(int(v) for v in where[i])))

    @staticmethod
    def of_nights(state: HospitalState, amount: IntArray, text: str) -> Breaches:
        """From an amount for each patient and night of a plan.

        Parameters
        ----------
        state : HospitalState
        amount : int array
            In the order of the state's entries; what is not above 0 is no breach.
        text : str
            What the rule asks.

        Returns
        -------
        Breaches
        """
        problem = state.problem

        def tell(index: tuple[int, ...]) -> Breach:
            i = index[0]
            person, room = problem.patients.ids[state.person[i]], problem.rooms.ids[state.room[i]]
            d = int(state.day[i])
            return Breach((person, room), (d,), f"patient {person} in room {room} on day {d}: {text}")

        return Breaches.positive(amount, tell)


class HospitalRule(ABC):
    """A rule, stateless: its exact amount on a plan, its breaches, and its part of the model.

    Attributes
    ----------
    name : str
        In evaluations, in the model's rows and terms, in files and in explanations.
    text : str
        What the rule asks, in one line.
    unit : str
        What its amount counts: ``people``, ``minutes``.
    layer : str
        "beds", "theatres" or "nursing"; the rule is void in a hospital without that layer.
    default : float or str
        Price of one unit, "hard" or "off", in files of the native format that do not mention the rule.
    engines : frozenset of Engine
        Those that know the rule exactly by their own code; none for a rule that only has its amount and its rows.
    hard_only : frozenset of Engine
        Those among them that know it only where it is hard.
    relaxation : int or None
        Price of one unit when the cheapest set of rules to relax is sought; None: it is never relaxed.
    """

    name: str
    text: str
    unit: str
    layer: ClassVar[str] = "beds"
    default: ClassVar[float | str] = "off"
    engines: ClassVar[frozenset[Engine]] = frozenset()
    hard_only: ClassVar[frozenset[Engine]] = frozenset()
    relaxation: ClassVar[int | None] = 10

    def applies(self, problem: HospitalContext) -> bool:
        """Whether the problem has the rule's layer.

        Parameters
        ----------
        problem : HospitalContext
            Rooms, patients, theatres and nursing.

        Returns
        -------
        bool
            False where there is nothing that the rule could count.
        """
        return self.layer == "beds" or getattr(problem, self.layer) is not None

    def known_to(self, engine: Engine, weight: int | None) -> bool:
        """Whether an engine knows the rule exactly at a weight (None: hard, 0: it costs nothing).

        Parameters
        ----------
        engine : Engine
            Which engine asks.
        weight : int or None
            In ticks; None is hard.

        Returns
        -------
        bool
            False where the engine may use the rule by evaluation only.
        """
        return weight == 0 or (engine in self.engines and (weight is None or engine not in self.hard_only))

    def serves(self, problem: HospitalContext, engine: Engine, weight: int | None) -> bool:
        """Whether an engine knows the rule exactly in a problem; rules that depend on its data say no more often.

        Parameters
        ----------
        problem : HospitalContext
            Rooms, patients, theatres and nursing.
        engine : Engine
            Which engine asks.
        weight : int or None
            In ticks; None is hard.

        Returns
        -------
        bool
            False where the engine may use the rule by evaluation only.
        """
        return self.known_to(engine, weight)

    def step(self, problem: HospitalContext) -> int:
        """A number of which the rule's amount is a multiple on every plan; 0 where it is always 0.

        Parameters
        ----------
        problem : HospitalContext
            Rooms, patients, theatres and nursing.

        Returns
        -------
        int
            In the rule's own unit.
        """
        return 1

    @abstractmethod
    def breaches(self, state: HospitalState) -> Breaches:
        """Exact amounts on a plan.

        Parameters
        ----------
        state : HospitalState
            A plan with its counts.

        Returns
        -------
        Breaches
            Amounts in the rule's own unit, and who, where and when.
        """

    @abstractmethod
    def add(self, model: HospitalColumns) -> None:
        """Add the rule's rows and cost terms, under its name, with its weight in the model's problem.

        Parameters
        ----------
        model : HospitalColumns
            The model that gets the rows.
        """


def plural(count: int, noun: str) -> str:
    """``3 beds``, ``1 bed``."""
    return f"{count} {noun}" if count == 1 else f"{count} {noun}s"


def divisor(values: IntArray) -> int:
    """Greatest common divisor of all entries; 0 where all are 0 or there are none."""
    return int(np.gcd.reduce(values, axis=None)) if values.size else 0
