"""Room and admission wishes of the native hospital file: what its patients, rooms and wards say, as tables."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from optimise.core.arrays import IntArray
from optimise.core.errors import InputError
from optimise.hospital.beds import AdmissionWish, Rooms, RoomWish
from optimise.hospital.formats.hospital_days import number
from optimise.hospital.formats.hospital_schema import HospitalFile, RoomCost

__all__ = ["dates_of", "wishes_of"]


def wishes_of(data: HospitalFile, rooms: Rooms, wards: dict[str, int]) -> tuple[RoomWish, ...]:
    """Wishes in a fixed order; a rule without any amount, or given as a table, is left out."""
    stays = np.array([min(p.stay or 0, data.days) for p in data.patients])
    width = max(1, int(stays.max()))
    inside = np.arange(width)[None, :] < stays[:, None]
    phases = _phases(data)
    first = np.array([0, *np.cumsum([len(each) for each in phases])])[:-1]
    own = np.where(inside, first[:, None], -1)
    for i, each in enumerate(phases):
        begin = 0
        for k, phase in enumerate(each[:-1]):  # the last one is the patient's own and goes on
            own[i, begin : min(begin + phase.nights, stays[i])] = first[i] + k
            begin += phase.nights
        if len(each) > 1:
            own[i, begin : stays[i]] = first[i] + len(each) - 1
    whole = np.repeat(np.arange(len(phases)), [len(each) for each in phases])
    given = {cost.rule for cost in data.room_costs}
    made = []
    for rule, text, amount in (
        ("RoomGenderPolicy", "the room is kept for the other gender", _other_gender(data, rooms)[whole]),
        ("RequiredFeature", "the room lacks a required feature", _lacking(data, phases)),
        ("AgeLimit", "outside the ward's age limits", _outside_ages(data, rooms, wards)[whole]),
        ("ClosedWard", "the ward is closed to admissions", _closed(data, rooms, wards)[whole]),
        ("Outlying", "the ward does not treat the specialty", _outlying(phases, rooms, wards, data)),
        ("WishedFeature", "the room lacks a feature wished for", _wishing(data, phases)),
        ("RoomSize", "the room is larger than wished for", _too_large(data)[whole]),
    ):
        if amount.any() and rule not in given:
            made.append(RoomWish(rule, text, amount, own))
    return (*made, *(_table(data, cost, inside) for cost in data.room_costs))


def dates_of(data: HospitalFile) -> tuple[AdmissionWish, ...]:
    """Admission wishes: days that do not suit, then the tables."""
    made, given = [], {cost.rule for cost in data.date_costs}
    amount = np.zeros((len(data.patients), data.days + 1), dtype=np.int64)
    for i, p in enumerate(data.patients):
        unsuitable = [number(d) for d in p.unsuitable_days]
        late = [d for d in unsuitable if d >= data.days]
        if late:
            raise InputError(f"unsuitable day {late[0]}: days run from 0 to {data.days - 1}", item=f"patient {p.id}")
        amount[i, unsuitable] = 1
    if amount.any() and "UnsuitableDay" not in given:
        made.append(AdmissionWish("UnsuitableDay", "the day does not suit", amount))
    for cost in data.date_costs:
        if len(cost.amounts) != len(data.patients) or any(len(row) != data.days + 1 for row in cost.amounts):
            text = f"needs one row a patient, {len(data.patients)} in all, of {data.days + 1} numbers"
            raise InputError(text, item=f"date_costs {cost.rule}")
        made.append(AdmissionWish(cost.rule, cost.text or cost.rule, np.array(cost.amounts, dtype=np.int64)))
    return tuple(made)


def _other_gender(data: HospitalFile, rooms: Rooms) -> IntArray:
    gender = np.array([data.genders.index(p.accommodated_as or p.gender) for p in data.patients])[:, None]
    resident = np.array([p.stay != 0 for p in data.patients])[:, None]
    made: IntArray = (rooms.policy >= 0) & (rooms.policy != gender) & resident
    return made


@dataclass(frozen=True, slots=True)
class _Phase:
    """Nights of a stay with the same needs; the last phase of a patient is his or her own and has no end."""

    nights: int
    specialty: str | None
    needs: frozenset[str]
    wishes: frozenset[str]


def _phases(data: HospitalFile) -> list[list[_Phase]]:
    features = {feature for room in data.rooms for feature in room.features}
    made = []
    for p in data.patients:
        marked = {key for key, value in (p.model_extra or {}).items() if value is True and key in features}
        wishes, needs = frozenset(p.wishes), frozenset(p.needs) | marked
        if sum(phase.nights for phase in p.care) > (p.stay or 0):
            text = f"phases of care last {sum(phase.nights for phase in p.care)} nights, the stay {p.stay}"
            raise InputError(text, item=f"patient {p.id}")
        phases = [_Phase(c.nights, c.specialty or p.specialty, frozenset(c.needs), wishes) for c in p.care]
        made.append([*phases, _Phase(0, p.specialty, needs, wishes)])
    return made


def _features(data: HospitalFile, wanted: list[frozenset[str]]) -> IntArray:
    has = [set(r.features) for r in data.rooms]
    made = np.zeros((len(wanted), len(has)), dtype=np.int64)
    for i, each in enumerate(wanted):
        if each:
            made[i] = [len(each - features) for features in has]
    return made


def _lacking(data: HospitalFile, phases: list[list[_Phase]]) -> IntArray:
    """Number of features needed that a room lacks, by (phase, room)."""
    return _features(data, [phase.needs for each in phases for phase in each])


def _wishing(data: HospitalFile, phases: list[list[_Phase]]) -> IntArray:
    """The same of features wished for; a wish for something needed counts once, as the need."""
    return _features(data, [phase.wishes - phase.needs for each in phases for phase in each])


def _outside_ages(data: HospitalFile, rooms: Rooms, wards: dict[str, int]) -> IntArray:
    low, high = np.zeros(len(wards), dtype=np.int64), np.full(len(wards), 10**6)
    for ward in data.wards:
        low[wards[ward.id]], high[wards[ward.id]] = ward.minimum_age, ward.maximum_age
    known = np.array([p.age is not None for p in data.patients])[:, None]
    age = np.array([p.age or 0 for p in data.patients])[:, None]
    made: IntArray = known & ((age < low[rooms.ward]) | (age > high[rooms.ward]))
    return made


def _closed(data: HospitalFile, rooms: Rooms, wards: dict[str, int]) -> IntArray:
    """Rooms of wards that are closed to admissions, but of who lies on the ward at the start."""
    closed = np.zeros(len(wards), dtype=np.bool_)
    for ward in data.wards:
        closed[wards[ward.id]] = ward.closed_to_admissions
    place = dict(zip(rooms.ids, rooms.ward.tolist(), strict=True))
    home = np.array([-1 if p.room is None else place.get(p.room, -1) for p in data.patients])[:, None]
    made: IntArray = closed[rooms.ward] & (home != rooms.ward)
    return made


def _outlying(phases: list[list[_Phase]], rooms: Rooms, wards: dict[str, int], data: HospitalFile) -> IntArray:
    treats: list[set[str]] = [set() for _ in wards]
    for ward in data.wards:
        treats[wards[ward.id]] = set(ward.specialties)
    every = [phase.specialty for each in phases for phase in each]
    made = np.zeros((len(every), len(rooms.ids)), dtype=np.int64)
    for i, specialty in enumerate(every):
        if specialty is not None:
            made[i] = [bool(treats[w]) and specialty not in treats[w] for w in rooms.ward]
    return made


def _too_large(data: HospitalFile) -> IntArray:
    size = np.array([r.beds for r in data.rooms])
    most = np.array([10**6 if p.largest_room is None else p.largest_room for p in data.patients])[:, None]
    made: IntArray = size > most
    return made


def _table(data: HospitalFile, cost: RoomCost, inside: IntArray) -> RoomWish:
    """A table given in full."""
    item = f"room_costs {cost.rule}"
    if any(len(row) != len(data.rooms) for row in cost.amounts):
        raise InputError(f"needs rows of {len(data.rooms)} numbers, one a room", item=item)
    if len(cost.rows) != len(data.patients):
        raise InputError(f"needs one list of rows a patient, {len(data.patients)} in all", item=item)
    row = np.full(inside.shape, -1)
    for i, given in enumerate(cost.rows):
        nights = int(inside[i].sum())
        if len(given) not in (1, nights) or max(given) >= len(cost.amounts):
            text = f"needs one row, or one for each of {nights} nights, from 0 to {len(cost.amounts) - 1}"
            raise InputError(text, item=f"{item}, patient {data.patients[i].id}")
        row[i, :nights] = given
    return RoomWish(cost.rule, cost.text, np.array(cost.amounts), row)
