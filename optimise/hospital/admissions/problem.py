"""The problem object of admission scheduling: its data, evaluation and digest."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, fields, is_dataclass
from typing import Any

import numpy as np

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
                _feed(sha, getattr(self, each.name))
        return sha.hexdigest()

    def __repr__(self) -> str:
        beds = int(self.rooms.beds.max(axis=1).sum())
        size = f"{len(self.patients)} patients, {len(self.rooms.ids)} rooms, {beds} beds, {self.days} days"
        return f"AdmissionProblem({self.name}: {size})"


def _feed(sha: Any, value: Any) -> None:
    """Feed a value into a hash so that different contents never read the same."""
    if isinstance(value, np.ndarray):
        sha.update(f"a{value.shape}".encode())
        sha.update(np.ascontiguousarray(value).astype("?" if value.dtype == np.bool_ else "<i8").tobytes())
    elif is_dataclass(value):
        for each in fields(value):
            sha.update(f"f{each.name}".encode())
            _feed(sha, getattr(value, each.name))
    elif isinstance(value, (tuple, list)):
        sha.update(f"t{len(value)}".encode())
        for entry in value:
            _feed(sha, entry)
    else:
        text = repr(value)
        sha.update(f"v{len(text)}:{text}".encode())
