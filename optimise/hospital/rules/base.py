"""The face of a hospital rule."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from optimise.core.arrays import IntArray
from optimise.hospital.context import HospitalContext
from optimise.hospital.model.columns import HospitalColumns
from optimise.hospital.rules.state import HospitalState

__all__ = ["Breach", "Breaches", "HospitalRule", "plural"]


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

    @staticmethod
    def positive(amount: IntArray, tell: Callable[[tuple[int, ...]], Breach]) -> Breaches:
        """From a table of amounts; ``tell`` receives the index of an entry in the table."""
        where = np.argwhere(amount > 0)
        values = amount[amount > 0].astype(np.int64)
        return Breaches(values, lambda i: tell(tuple(int(v) for v in where[i])))


class HospitalRule(ABC):
    """A rule, stateless: its exact amount on a plan, its breaches, and its part of the model.

    ``name`` is used in evaluations, in the model's rows and terms, and in explanations. ``text`` says in one line
    what the rule asks, and ``unit`` what its amount counts.
    """

    name: ClassVar[str]
    text: ClassVar[str]
    unit: ClassVar[str]
    layer: ClassVar[str] = "beds"  # or "theatres" or "nursing": the rule is void without that layer

    def applies(self, problem: HospitalContext) -> bool:
        return self.layer == "beds" or getattr(problem, self.layer) is not None

    @abstractmethod
    def breaches(self, state: HospitalState) -> Breaches:
        """Exact amounts on a plan."""

    @abstractmethod
    def add(self, model: HospitalColumns) -> None:
        """Add the rule's rows and cost terms, under its name, with its weight in the model's problem."""


def plural(count: int, noun: str) -> str:
    """``3 beds``, ``1 bed``."""
    return f"{count} {noun}" if count == 1 else f"{count} {noun}s"
