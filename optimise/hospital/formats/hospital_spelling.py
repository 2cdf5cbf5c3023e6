"""One spelling of each name in a hospital document: `ward 1` is the ward `Ward 1` where no other is called so."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from optimise.hospital.formats.hospital_document import HospitalData

__all__ = ["one_spelling"]

#: Fields that name something, by what defines it.
_NAMES = {"ward": "wards", "room": "rooms", "specialty": "specialties", "needs": "features", "surgeon": "surgeons"}
_SHEETS = ("rooms", "beds", "bed_state", "electives", "emergencies", "care")


def one_spelling(hospital: HospitalData) -> HospitalData:
    """The document with names spelt as where they are defined; upper and lower case and blanks do not count.

    Parameters
    ----------
    hospital : HospitalData

    Returns
    -------
    HospitalData
        Names that nothing resembles, and those that several definitions differ in by case alone, stay as they are.
    """
    rooms = hospital.rooms
    wards = _spellings(ward.id for ward in hospital.wards)
    known = {
        "wards": _spellings(room.ward for room in rooms) | wards,
        "rooms": _spellings(room.room for room in rooms),
        "specialties": _spellings(s for ward in hospital.wards for s in ward.specialties),
        "features": _spellings(feature for room in rooms for feature in room.features),
        "surgeons": _spellings(surgeon.id for surgeon in hospital.surgeons),
    }
    changed: dict[str, object] = {}
    for sheet in _SHEETS:
        made = []
        for row in getattr(hospital, sheet):
            said = {field: getattr(row, field) for field in _NAMES if hasattr(row, field)}
            spelt = {field: _spelt(value, known[_NAMES[field]]) for field, value in said.items()}
            made.append(row if spelt == said else row.model_copy(update=spelt))
        if made != getattr(hospital, sheet):
            changed[sheet] = made
    return hospital.model_copy(update=changed) if changed else hospital


def _spellings(names: Iterable[str]) -> dict[str, set[str]]:
    found: dict[str, set[str]] = {}
    for name in names:
        found.setdefault(_plain(name), set()).add(name)
    return found


def _spelt(value: object, known: Mapping[str, set[str]]) -> object:
    if isinstance(value, list):
        return [_spelt(each, known) for each in value]
    names = known.get(_plain(value), set()) if isinstance(value, str) else set()
    return next(iter(names)) if len(names) == 1 else value


def _plain(text: str) -> str:
    return " ".join(text.split()).casefold()
