"""The problem object of admission scheduling: its data, evaluation and digest."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, fields

from optimise.core.digest import feed
from optimise.core.result import Evaluation
from optimise.hospital.admissions.data import AdmissionData, AdmissionPlan
from optimise.hospital.admissions.evaluate import evaluate

__all__ = ["AdmissionPlan", "AdmissionProblem"]


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class AdmissionProblem(AdmissionData):
    """A validated problem; attributes as :class:`~optimise.hospital.admissions.data.AdmissionData`."""

    def evaluate(self, plan: AdmissionPlan) -> Evaluation:
        """Exact cost and violations of a plan, from the plan alone.

        Parameters
        ----------
        plan : AdmissionPlan
            Rooms by patient and day; stays may be broken.

        Returns
        -------
        Evaluation
            Cost, amount of broken hard rules, and each broken rule.

        Raises
        ------
        InputError
            When the shapes do not match or a room does not exist.
        """
        return evaluate(self, plan)

    def digest(self) -> str:
        """SHA-256 (hex) of the content: everything except names."""
        sha = hashlib.sha256()
        for each in fields(self):
            if each.name not in ("name", "family", "title"):
                sha.update(f"f{each.name}".encode())
                feed(sha, getattr(self, each.name))
        return sha.hexdigest()

    def __repr__(self) -> str:
        beds = int(self.rooms.beds.max(axis=1).sum())
        size = f"{len(self.patients)} patients, {len(self.rooms.ids)} rooms, {beds} beds, {self.days} days"
        return f"AdmissionProblem({self.name}: {size})"
