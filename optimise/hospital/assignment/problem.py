"""The problem object of room and nurse assignment: its data, evaluation and digest."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, fields
from typing import Any

import numpy as np

from optimise.core.digest import feed
from optimise.core.result import Evaluation
from optimise.hospital.assignment.data import AssignmentData, AssignmentPlan
from optimise.hospital.assignment.evaluate import evaluate

__all__ = ["AssignmentPlan", "AssignmentProblem"]


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class AssignmentProblem(AssignmentData):
    """A validated problem; attributes as :class:`~optimise.hospital.assignment.data.AssignmentData`."""

    def evaluate(self, plan: AssignmentPlan) -> Evaluation:
        """Exact cost and violations of a plan, from the plan alone.

        Parameters
        ----------
        plan : AssignmentPlan
            Rooms and nurses by patient and shift; it may break every rule.

        Returns
        -------
        Evaluation
            Cost, amount of broken hard rules, and each broken rule.

        Raises
        ------
        InputError
            When the shapes do not match or a room or nurse does not exist.
        """
        return evaluate(self, plan)

    def digest(self) -> str:
        """SHA-256 (hex) of the content: everything except names."""
        sha = hashlib.sha256()
        for each in fields(self):
            if each.name not in ("name", "family"):
                sha.update(f"f{each.name}".encode())
                feed(sha, _exact(getattr(self, each.name)))
        return sha.hexdigest()

    def __repr__(self) -> str:
        size = f"{len(self.patients)} patients, {len(self.rooms.ids)} rooms, {int(self.rooms.beds.sum())} beds"
        return f"AssignmentProblem({self.name}: {size}, {len(self.nurses.ids)} nurses, {self.days} days)"


def _exact(value: Any) -> Any:
    """The same with fractions as the words of their bits: hashes take whole numbers."""
    if isinstance(value, np.ndarray):
        return np.ascontiguousarray(value).view(np.int64) if value.dtype == np.float64 else value
    if hasattr(value, "__dataclass_fields__"):
        return tuple(_exact(getattr(value, each.name)) for each in fields(value))
    return value
