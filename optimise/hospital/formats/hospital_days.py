"""Dates of a native hospital file as days of its plan: stays from discharge dates, operations of in-patients."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from datetime import date, time, timedelta
from typing import Any

from optimise.core.errors import InputError
from optimise.hospital.beds import ARRIVES_EARLY, LEAVES_LATE
from optimise.hospital.formats.hospital_schema import HospitalFile, NurseEntry, PatientEntry, RoomEntry

__all__ = ["Settled", "noon_of", "number", "settled"]

_log = logging.getLogger(__name__)
#: What hospital documents tell of a patient, which nobody expects to be planned with.
_TOLD = frozenset({"bed", "infection", "note", "expected", "arrives_at", "leaves_at"})


def number(day: int | date) -> int:
    """A day that is settled already."""
    assert isinstance(day, int)
    return day


@dataclass(frozen=True, slots=True)
class Settled:
    """A file in which every day is a number, every stay is known and operations of in-patients are entries.

    Attributes
    ----------
    file : HospitalFile
        Operations stand behind the patients, with a stay of 0.
    start : date or None
    operation_of : list of int
        By entry: the in-patient whose operation it is, else -1.
    justified : list of int
        By entry: nights during which a mixed room is justified.
    about : dict
        By patient: what is told of him or her and has no part in the plan.
    """

    file: HospitalFile
    start: date | None
    operation_of: list[int]
    justified: list[int]
    about: dict[str, dict[str, Any]]


def settled(data: HospitalFile) -> Settled:
    """Every day of a file as a number.

    Raises
    ------
    InputError
        For dates without a start, days outside the plan, and stays that are unknown or contradict their dates.
    """
    calendar = _Calendar(data.days, data.start or _implied_start(data), data.unknown_stay)
    patients = [calendar.patient(p) for p in data.patients]
    justified = [calendar.justified(p, given) for p, given in zip(patients, data.patients, strict=True)]
    operated = [i for i, p in enumerate(patients) if p.room is not None and p.surgeon is not None]
    for p in (patients[i] for i in operated):
        patients.append(calendar.operation(p))
    for i in operated:
        patients[i] = patients[i].model_copy(update={"surgeon": None, "surgery_minutes": 0})
    more = len(operated)
    file = data.model_copy(
        update={
            "start": calendar.start,
            "patients": patients,
            "rooms": [calendar.room(r) for r in data.rooms],
            "nurses": [calendar.nurse(n) for n in data.nurses],
            "room_costs": [c.model_copy(update={"rows": [*c.rows, *([[0]] * more)]}) for c in data.room_costs],
            "date_costs": [
                c.model_copy(update={"amounts": [*c.amounts, *([[0] * (data.days + 1)] * more)]})
                for c in data.date_costs
            ],
        }
    )
    return Settled(file, calendar.start, [-1] * len(data.patients) + operated, justified + [0] * more, _about(data))


def noon_of(data: HospitalFile) -> list[int]:
    """By entry, who is in bed at noon of the days of arrival and of leaving; zeros where no rule asks for hours.

    Nothing said means: comes in the afternoon, leaves in the morning.

    Raises
    ------
    InputError
        For an hour that is none, where the rule BedTurnover has a price or is hard.
    """
    if data.rules.get("BedTurnover", "off") == "off":
        return [0] * len(data.patients)
    noon = time(12)
    made = []
    for p in data.patients:
        said = {}
        for key, usual in (("arrives_at", noon), ("leaves_at", time())):
            text = (p.model_extra or {}).get(key)
            try:
                said[key] = usual if text is None else time.fromisoformat(str(text))
                if said[key].tzinfo is not None:
                    raise ValueError
            except ValueError:
                text = f"{key} is {str(text)[:40]!r}, expected a time such as 07:30"
                raise InputError(text, item=f"patient {p.id}") from None
        early, late = said["arrives_at"] < noon, said["leaves_at"] > noon
        made.append(ARRIVES_EARLY * (early and p.room is None) + LEAVES_LATE * late)
    return made


def _implied_start(data: HospitalFile) -> date | None:
    """The first day, where in-patients have both nights to come and a day of discharge."""
    found: dict[date, str] = {}
    for p in data.patients:
        if p.room is not None and p.stay is not None and p.expected_discharge is not None:
            found.setdefault(p.expected_discharge - timedelta(days=p.stay), p.id)
    if len(found) > 1:
        (one, who), (other, whom) = list(found.items())[:2]
        text = f"there is no start: by patient {who} it is {one}, by patient {whom} {other}"
        raise InputError(text, item="start")
    return next(iter(found), None)


def _about(data: HospitalFile) -> dict[str, dict[str, Any]]:
    made: dict[str, dict[str, Any]] = {}
    features = {feature for room in data.rooms for feature in room.features}
    only = {key for p in data.patients for key in p.model_extra or () if key not in features | _TOLD}
    if only:
        _log.warning("%s: told of patients and not planned with; no room has such a feature", ", ".join(sorted(only)))
    for p in data.patients:
        told: dict[str, Any] = {}
        if p.gender in data.genders[2:] or p.accommodated_as is not None:
            told["gender"] = p.gender
        if p.accommodated_as is not None:
            told["accommodated_as"] = p.accommodated_as
        if p.expected_discharge is not None:
            told["expected_discharge"] = p.expected_discharge
        if p.specialty is not None:
            told["specialty"] = p.specialty
        if p.needs:
            told["needs"] = list(p.needs)
        if p.isolation is not None:
            told["isolation"] = p.isolation
        if p.contact_of is not None:
            told["contact_of"] = p.contact_of
        if p.overstay:
            told["overstay"] = list(p.overstay)
        told |= p.model_extra or {}
        if told:
            made[p.id] = told
    return made


@dataclass(frozen=True, slots=True)
class _Calendar:
    """Days of the plan by date."""

    days: int
    start: date | None
    unknown_stay: int | None

    def number(self, value: int | date, item: str) -> int:
        """Day of the plan, below 0 or beyond its end where a date lies outside."""
        if not isinstance(value, date):
            return value
        if self.start is None:
            raise InputError(f"{value} is a date, but the file has no start", item=item)
        return (value - self.start).days

    def patient(self, p: PatientEntry) -> PatientEntry:
        who = f"patient {p.id}"
        earliest = self.number(p.earliest, who)
        latest = None if p.latest is None else self.number(p.latest, who)
        if isinstance(p.earliest, date):
            earliest = max(0, earliest)  # waiting already
        if isinstance(p.latest, date) and latest is not None:
            if latest < 0:
                raise InputError(f"had to be admitted by {p.latest}, before the plan begins", item=who)
            latest = min(latest, self.days - 1)
        for name in ("surgery_earliest", "surgery_latest"):
            if getattr(p, name) is not None and (p.room is None or p.surgeon is None):
                raise InputError(
                    f"{name} is for in-patients with a surgeon; others are operated on admission", item=who
                )
        unsuitable = [d for d in (self.number(each, who) for each in p.unsuitable_days) if d >= 0]
        if any(isinstance(each, date) for each in p.unsuitable_days):
            unsuitable = [d for d in unsuitable if d < self.days]
        update = {"earliest": earliest, "latest": latest, "unsuitable_days": unsuitable}
        return p.model_copy(update={**update, "stay": self.stay(p, earliest, latest)})

    def stay(self, p: PatientEntry, earliest: int, latest: int | None) -> int:
        """Nights; from the expected discharge where they are not given."""
        who, leaves = f"patient {p.id}", p.expected_discharge
        arrives = 0 if p.room is not None else earliest if earliest == latest else None
        if p.stay is not None:
            if leaves is not None and self.start is not None and arrives is not None:
                found = (leaves - self.start).days - arrives
                if found != p.stay:
                    said = f"stays {p.stay} nights, but {found} by the expected discharge on {leaves}"
                    raise InputError(f"{said}; give one of the two", item=who)
            return p.stay
        if leaves is not None and arrives is not None:
            found = self.number(leaves, who) - arrives
            if found >= (0 if p.room is not None else 1):
                return found
        if p.room is not None and self.unknown_stay is not None:
            return self.unknown_stay
        if leaves is None:
            remedy = "give stay or expected_discharge" + (", or unknown_stay for all such" if p.room else "")
            raise InputError(f"nobody knows how long: {remedy}", item=who)
        if arrives is None:
            raise InputError("may be admitted on several days and so needs a stay in nights", item=who)
        text = f"expected discharge {leaves} is past" if p.room else f"leaves on {leaves}, not after admission"
        raise InputError(text + ("; give another, or unknown_stay for all such" if p.room else ""), item=who)

    def justified(self, p: PatientEntry, given: PatientEntry) -> int:
        """Nights from admission in which a mixed room is justified."""
        nights = 0
        for phase in p.care:
            if not phase.justified:
                break
            nights += phase.nights
        if given.justified_until is None:
            return nights
        who = f"patient {p.id}"
        if p.room is None and p.earliest != p.latest:
            raise InputError("justified_until needs a settled day of admission; use phases of care", item=who)
        first = 0 if p.room is not None else int(self.number(p.earliest, who))
        return max(nights, self.number(given.justified_until, who) - first)

    def operation(self, p: PatientEntry) -> PatientEntry:
        """The operation of an in-patient, on a day of the stay."""
        who = f"patient {p.id}"
        first = 0 if p.surgery_earliest is None else max(0, self.number(p.surgery_earliest, who))
        stays = min(int(p.stay or 0), self.days)
        last = stays - 1 if p.surgery_latest is None else min(stays - 1, self.number(p.surgery_latest, who))
        if last < first:
            raise InputError(f"no day is left for surgery: day {first} to day {last} of the plan", item=who)
        return PatientEntry.model_construct(
            id=f"{p.id}, surgery",
            gender=p.gender,
            stay=0,
            age_group=p.age_group,
            earliest=first,
            latest=last,
            surgeon=p.surgeon,
            surgery_minutes=p.surgery_minutes,
            delay_factor=p.delay_factor,
        )

    def room(self, room: RoomEntry) -> RoomEntry:
        """Closed days that lie in the plan, where they are dates; numbers are checked as they are."""
        made = []
        for closed in room.closed:
            who = f"room {room.id}"
            first, last = self.number(closed.first_day, who), self.number(closed.last_day, who)
            if isinstance(closed.first_day, date):
                first = max(0, first)
            if isinstance(closed.last_day, date):
                if self.number(closed.last_day, who) < self.number(closed.first_day, who):
                    raise InputError("closed days must lie in the horizon, first before last", item=who)
                last = min(last, self.days - 1)
                if last < first:
                    continue
            made.append(closed.model_copy(update={"first_day": first, "last_day": last}))
        return room.model_copy(update={"closed": made})

    def nurse(self, nurse: NurseEntry) -> NurseEntry:
        duties = []
        for duty in nurse.shifts:
            day = self.number(duty.day, f"nurse {nurse.id}")
            if day >= 0 and (day < self.days or not isinstance(duty.day, date)):
                duties.append(duty.model_copy(update={"day": day}))
        return nurse.model_copy(update={"shifts": duties})
