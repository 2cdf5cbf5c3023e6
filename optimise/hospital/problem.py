"""The hospital: beds, and optionally theatres with their surgeons and the nurses of the wards.

One problem class serves both public families: patient admission scheduling (PAS) is a hospital without theatres
and nursing, with fixed dates and priced transfers; the integrated healthcare timetabling problem (IHTC 2024) has
every layer.
"""

from __future__ import annotations

import dataclasses
import hashlib
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

import numpy as np

from optimise.core.arrays import unique
from optimise.core.digest import feed
from optimise.core.errors import InputError
from optimise.core.horizon import Day, Horizon
from optimise.core.notebook import facts
from optimise.core.result import Evaluation
from optimise.hospital.beds import BedProblem, replace_array
from optimise.hospital.context import EarlierPlan, HospitalContext, HospitalPlan, Nursing, RuleSetting, Theatres
from optimise.hospital.evaluate import evaluate
from optimise.hospital.rules import known_rules

__all__ = ["HospitalPlan", "HospitalProblem", "Nursing", "RuleSetting", "Theatres"]


@dataclass(frozen=True, slots=True, eq=False)
class HospitalProblem(HospitalContext):
    """A validated hospital planning problem.

    Attributes
    ----------
    rules : tuple of RuleSetting
        The rules in force, in the order in which they are reported.
    scale : int
        Ticks in one unit of cost: costs are exact integers of ``1 / scale``.
    earlier : EarlierPlan, optional
        The plan before, where changes of theatres and nurses have a price.
    start : date, optional
        Date of day 0. It and what follows are told, not planned with, and so no part of the digest.
    about : dict
        Patient -> what is recorded of him or her: ``gender`` as recorded, ``expected_discharge``, ``specialty``,
        ``needs``, ``isolation``, and what the file says beside its own fields.
    document : object, optional
        The document that people edit, from which the problem was made.
    doubts : tuple of str
        What looks wrong in the data, a sentence each; planned with as it stands.
    unread : tuple of str
        What the file holds and nobody read, a sentence each.
    """

    name: str
    family: str
    beds: BedProblem
    rules: tuple[RuleSetting, ...]
    theatres: Theatres | None = None
    nursing: Nursing | None = None
    scale: int = 1
    earlier: EarlierPlan | None = None
    start: date | None = None
    about: dict[str, dict[str, Any]] = field(default_factory=dict)
    document: Any = None
    doubts: tuple[str, ...] = ()
    unread: tuple[str, ...] = ()

    @property
    def kind(self) -> str:
        return "hospital"

    def __post_init__(self) -> None:
        unique(tuple(s.rule for s in self.rules), "rule")
        wishes = {wish.rule for wish in self.beds.wishes} | {date.rule for date in self.beds.dates}
        for setting in self.rules:
            if setting.rule not in known_rules() and setting.rule not in wishes:
                raise InputError(f"unknown rule; known: {', '.join(known_rules())}", item=setting.rule)
            if setting.weight is not None and not 0 <= setting.weight <= 10**9:
                raise InputError("the weight must lie between 0 and 10^9", item=setting.rule)
        if not 1 <= self.scale <= 10**6:
            raise InputError("the scale must be at least 1", item="scale")
        patients, days = len(self.beds.patients), self.days
        if self.theatres is not None:
            t = self.theatres
            if len(t.surgeon) != patients:
                raise InputError("does not have one entry a patient", item="theatres.surgeon")
            for name, array in (("minutes", t.minutes), ("surgeon_minutes", t.surgeon_minutes)):
                if array.shape[0] and array.shape[1] != days:
                    raise InputError(f"is given for {array.shape[1]} of {days} days", item=f"theatres.{name}")
        if self.nursing is not None:
            n = self.nursing
            if n.ids and n.max_load.shape[1] != days * len(n.shifts):
                raise InputError("does not have one entry a shift", item="nursing.max_load")
            if n.workload.shape[0] != patients:
                raise InputError("does not have one row a patient", item="nursing.workload")
            need = np.minimum(self.beds.patients.stay, days) * len(n.shifts)
            if patients and n.workload.shape[1] < int(need.max()):
                raise InputError("does not reach to the end of the longest stay", item="nursing.workload")
        if self.earlier is not None:
            shape = (len(self.rooms.ids), days * self.shifts)
            if len(self.earlier.theatre) != patients or self.earlier.nurse.shape != shape:
                raise InputError("does not match the patients, rooms and shifts", item="earlier plan")

    # -- the Problem face ----------------------------------------------------------------------------------
    def evaluate(self, plan: HospitalPlan) -> Evaluation:
        """Exact cost and violations of a plan, from the plan alone.

        Parameters
        ----------
        plan : HospitalPlan
            Admissions, rooms, theatres and nurses.

        Returns
        -------
        Evaluation
            Cost, amount of broken hard rules, and each broken rule.

        Raises
        ------
        InputError
            When the plan does not belong to this problem (shapes, unknown indices, broken stays).
        """
        return evaluate(self, plan)

    def digest(self) -> str:
        """SHA-256 (hex) of the content: everything except name, family and an earlier plan that there is not."""
        sha = hashlib.sha256()
        feed(sha, dataclasses.replace(self, name="", family=""), told=_TOLD, optional=_OPTIONAL)
        return sha.hexdigest()

    @property
    def horizon(self) -> Horizon:
        """The days of the plan, with dates where the first day has one."""
        return Horizon(self.days, self.start)

    def gender_of(self, patient: int) -> str:
        """Gender of a patient as recorded.

        Parameters
        ----------
        patient : int
            0-based.

        Returns
        -------
        str
            In the words of the file.
        """
        told = self.about.get(self.patients.ids[patient], {})
        return str(told.get("gender", self.beds.genders[int(self.patients.gender[patient])]))

    def day_name(self, day: int) -> str:
        """A day in words.

        Parameters
        ----------
        day : int
            0-based; may lie outside the horizon.

        Returns
        -------
        str
            ``Mon 30 Nov`` where the first day has a date, else the number.
        """
        return str(day) if self.start is None else f"{self.start + timedelta(days=day):%a %-d %b}"

    # -- edits ---------------------------------------------------------------------------------------------
    def with_rule(self, rule: str, weight: float | None) -> HospitalProblem:
        """Copy with a rule made hard (``None``) or soft with a weight in units of cost.

        Parameters
        ----------
        rule : str
            Name of the rule; added where it is not in force.
        weight : float or None
            Units of cost for one unit of the rule; None makes it hard.

        Returns
        -------
        HospitalProblem
            A copy.

        Raises
        ------
        InputError
            For an unknown rule, or a weight that is no multiple of ``1 / scale``.
        """
        ticks = None if weight is None else round(weight * self.scale)
        if weight is not None and abs(weight * self.scale - (ticks or 0)) > 1e-9:
            raise InputError(f"the weight must be a multiple of 1/{self.scale}", item=rule)
        return self.with_settings({rule: ticks})

    def with_settings(self, ticks: dict[str, int | None]) -> HospitalProblem:
        """Copy with some rules' weights replaced (in ticks; None is hard); rules not in force are added.

        Parameters
        ----------
        ticks : dict of str to int or None
            Weight by rule in ticks of ``1 / scale``; None makes it hard.

        Returns
        -------
        HospitalProblem
            A copy.
        """
        old = {s.rule: s.weight for s in self.rules}
        settings = tuple(RuleSetting(rule, weight) for rule, weight in (old | ticks).items())
        return dataclasses.replace(self, rules=settings)

    def close_beds(self, room: str, days: Iterable[Day], beds: int | None = None) -> HospitalProblem:
        """Copy with ``beds`` beds of a room (default all) closed on some days.

        Parameters
        ----------
        room : str
            Id of the room.
        days : iterable of int, date or str
            0-based days of the horizon, or their dates.
        beds : int, optional
            How many to close; all when left out.

        Returns
        -------
        HospitalProblem
            A copy.

        Raises
        ------
        InputError
            For an unknown room or a day outside the horizon.
        """
        r = self.position(self.rooms.ids, room, "room")
        chosen = [self.horizon.index(d) for d in days]
        left = np.zeros(len(chosen)) if beds is None else np.maximum(0, self.rooms.beds[r, chosen] - beds)
        rooms = replace_array(self.rooms, "beds", (r, chosen), left)
        return dataclasses.replace(self, beds=dataclasses.replace(self.beds, rooms=rooms))

    def pin_admission(self, patient: str, day: Day) -> HospitalProblem:
        """Copy in which a patient must be admitted on ``day``.

        Parameters
        ----------
        patient : str
            Id of the patient.
        day : int, date or str
            0-based day of admission, or its date.

        Returns
        -------
        HospitalProblem
            A copy in which the patient is mandatory.

        Raises
        ------
        InputError
            For an unknown patient or a day outside the horizon.
        """
        p = self.position(self.patients.ids, patient, "patient")
        day = self.horizon.index(day)
        patients = replace_array(self.patients, "mandatory", p, True)
        release, due = patients.release.copy(), patients.due.copy()
        release[p] = due[p] = day
        patients = dataclasses.replace(patients, release=release, due=due)
        return dataclasses.replace(self, beds=dataclasses.replace(self.beds, patients=patients))

    def _repr_html_(self) -> str:
        shown = [
            ("patients", len(self.patients)),
            ("rooms", len(self.rooms.ids)),
            ("days", self.days),
            ("rules", ", ".join(s.rule for s in self.rules)),
        ]
        return facts(self.name, shown, self.family)

    def __repr__(self) -> str:
        parts = [
            f"{len(self.patients)} patients",
            f"{len(self.rooms.ids)} rooms",
            f"{int(self.rooms.beds.max(axis=1).sum())} beds",
            f"{self.days} days",
        ]
        if self.theatres is not None:
            parts.append(f"{len(self.theatres.ids)} theatres")
        if self.nursing is not None:
            parts.append(f"{len(self.nursing.ids)} nurses")
        return f"HospitalProblem({self.name}: {', '.join(parts)})"


#: Fields that are no part of a digest, and those that are none where there is nothing in them.
_TOLD = frozenset({"start", "about", "document", "doubts", "unread"})
_OPTIONAL = frozenset({"earlier", "operation_of", "justified", "contact_of", "cleaning", "noon", "uncertain"})
