"""Room and admission wishes of the native hospital file: what its patients, rooms and wards say, as tables."""

from __future__ import annotations

import numpy as np

from optimise.core.arrays import IntArray
from optimise.core.errors import InputError
from optimise.hospital.beds import AdmissionWish, Rooms, RoomWish
from optimise.hospital.formats.hospital_schema import HospitalFile, RoomCost

__all__ = ["dates_of", "wishes_of"]


def wishes_of(data: HospitalFile, rooms: Rooms, wards: dict[str, int]) -> tuple[RoomWish, ...]:
    """Wishes in a fixed order; a rule without any amount, or given as a table, is left out."""
    stays = np.array([min(p.stay, data.days) for p in data.patients])
    width = int(stays.max())
    inside = np.arange(width)[None, :] < stays[:, None]
    own = np.where(inside, np.arange(len(stays))[:, None], -1)
    given = {cost.rule for cost in data.room_costs}
    made = []
    for rule, text, amount in (
        ("RoomGenderPolicy", "the room is kept for the other gender", _other_gender(data, rooms)),
        ("RequiredFeature", "the room lacks a required feature", _lacking(data, "needs")),
        ("AgeLimit", "outside the ward's age limits", _outside_ages(data, rooms, wards)),
        ("Outlying", "the ward does not treat the specialty", _outlying(data, rooms, wards)),
        ("WishedFeature", "the room lacks a feature wished for", _lacking(data, "wishes")),
        ("RoomSize", "the room is larger than wished for", _too_large(data)),
    ):
        if amount.any() and rule not in given:
            made.append(RoomWish(rule, text, amount, own))
    return (*made, *(_table(data, cost, inside) for cost in data.room_costs))


def dates_of(data: HospitalFile) -> tuple[AdmissionWish, ...]:
    """Admission wishes: days that do not suit, then the tables."""
    made, given = [], {cost.rule for cost in data.date_costs}
    amount = np.zeros((len(data.patients), data.days + 1), dtype=np.int64)
    for i, p in enumerate(data.patients):
        late = [d for d in p.unsuitable_days if d >= data.days]
        if late:
            raise InputError(f"unsuitable day {late[0]}: days run from 0 to {data.days - 1}", item=f"patient {p.id}")
        amount[i, p.unsuitable_days] = 1
    if amount.any() and "UnsuitableDay" not in given:
        made.append(AdmissionWish("UnsuitableDay", "the day does not suit", amount))
    for cost in data.date_costs:
        if len(cost.amounts) != len(data.patients) or any(len(row) != data.days + 1 for row in cost.amounts):
            text = f"needs one row a patient, {len(data.patients)} in all, of {data.days + 1} numbers"
            raise InputError(text, item=f"date_costs {cost.rule}")
        made.append(AdmissionWish(cost.rule, cost.text or cost.rule, np.array(cost.amounts, dtype=np.int64)))
    return tuple(made)


def _other_gender(data: HospitalFile, rooms: Rooms) -> IntArray:
    gender = np.array([data.genders.index(p.gender) for p in data.patients])[:, None]
    made: IntArray = (rooms.policy >= 0) & (rooms.policy != gender)
    return made


def _lacking(data: HospitalFile, field: str) -> IntArray:
    """Number of features of ``field`` that a room lacks; a wish for something needed counts once, as the need."""
    has = [set(r.features) for r in data.rooms]
    made = np.zeros((len(data.patients), len(has)), dtype=np.int64)
    for i, p in enumerate(data.patients):
        wanted = set(getattr(p, field)) - (set(p.needs) if field == "wishes" else set())
        if wanted:
            made[i] = [len(wanted - features) for features in has]
    return made


def _outside_ages(data: HospitalFile, rooms: Rooms, wards: dict[str, int]) -> IntArray:
    low, high = np.zeros(len(wards), dtype=np.int64), np.full(len(wards), 10**6)
    for ward in data.wards:
        low[wards[ward.id]], high[wards[ward.id]] = ward.minimum_age, ward.maximum_age
    known = np.array([p.age is not None for p in data.patients])[:, None]
    age = np.array([p.age or 0 for p in data.patients])[:, None]
    made: IntArray = known & ((age < low[rooms.ward]) | (age > high[rooms.ward]))
    return made


def _outlying(data: HospitalFile, rooms: Rooms, wards: dict[str, int]) -> IntArray:
    treats: list[set[str]] = [set() for _ in wards]
    for ward in data.wards:
        treats[wards[ward.id]] = set(ward.specialties)
    made = np.zeros((len(data.patients), len(rooms.ids)), dtype=np.int64)
    for i, p in enumerate(data.patients):
        if p.specialty is not None:
            made[i] = [bool(treats[w]) and p.specialty not in treats[w] for w in rooms.ward]
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
