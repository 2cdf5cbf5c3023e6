"""FHIR R4 bundles as hospital documents: places from Location, who lies there from Encounter and Patient.

A bundle holds no names: patients are called by the id of their resource. What the standard does not say (infections,
needs, which ward treats what) is added to the document that ``wardwise convert`` writes.
"""

from __future__ import annotations

import logging
from collections import Counter
from datetime import date, datetime
from pathlib import Path
from typing import Any

from optimise.core.errors import InputError, InputErrors
from optimise.formats.base import ReadOptions
from optimise.formats.document import ItemError, nearest
from optimise.formats.text import head
from optimise.hospital.formats.fhir_bundle import Resources, element, load_bundle
from optimise.hospital.formats.hospital import HospitalFormat
from optimise.hospital.formats.hospital_document import HospitalData
from optimise.hospital.formats.hospital_tables import Hospital
from optimise.hospital.problem import HospitalProblem

__all__ = ["FhirFormat", "hospital_from"]

_log = logging.getLogger(__name__)
_DAYS = 7
_SEX = {"female": "F", "male": "M", "other": "other", "unknown": "unknown"}
#: Codes of Location.physicalType, and of Location.operationalStatus (HL7 v2 table 0116).
_KINDS = {"wa": "ward", "ro": "room", "bd": "bed"}
_STATUS = {"C": "closed", "K": "being cleaned", "H": "being cleaned"}
_ISOLATED = "I"
#: Planned days, as R5 names them, stand in these extensions of R4.
_PLANNED = {"start": "extension-Encounter.plannedStartDate", "end": "extension-Encounter.plannedEndDate"}


class FhirFormat(HospitalFormat):
    """Bundles of Location, Encounter and Patient; read only."""

    name = "fhir"
    description = "FHIR R4 bundle of Location, Encounter and Patient (JSON), read as a hospital document"

    def detects(self, path: Path) -> bool:
        if path.suffix.lower() != ".json":
            return False
        return '"Bundle"' in (early := head(path, 4096)) and '"resourceType"' in early

    def read(self, path: Path, options: ReadOptions) -> HospitalProblem:
        path = Path(path)
        bundle, resources = load_bundle(path)
        made = _Reader(bundle, resources)
        try:
            return Hospital(**made.document().model_dump()).problem()
        except InputErrors as errors:
            raise errors.each(made.locate).at(file=path) from None
        except InputError as error:
            raise made.locate(error).at(file=path) from None

    def write(self, problem: HospitalProblem, path: Path) -> list[Path]:
        raise InputError(
            "FHIR bundles are read, not written; --to hospital-document writes what people edit", file=path
        )


def hospital_from(bundle: dict[str, object], resources: Resources) -> HospitalData:
    """The hospital that a bundle describes.

    Parameters
    ----------
    bundle : dict
        Its timestamp is the morning of the bed state.
    resources : dict
        By type and id, checked.

    Returns
    -------
    HospitalData

    Raises
    ------
    InputError
        With resource and element, for references that lead nowhere and what has no meaning here.
    """
    return _Reader(bundle, resources).document()


class _Reader:
    def __init__(self, bundle: dict[str, object], resources: Resources) -> None:
        self.locations, self.encounters = resources["Location"], resources["Encounter"]
        self.patients = resources["Patient"]
        stamp = bundle.get("timestamp")
        if not isinstance(stamp, str):
            raise InputError("is missing: the morning of the bed state", item="Bundle.timestamp")
        self.start = _day(stamp, "Bundle.timestamp")
        #: List of the document -> the resource from which each of its rows comes.
        self.rows: dict[str, list[dict[str, Any]]] = {"bed_state": [], "electives": [], "rooms": []}
        self.unknown = 0

    def document(self) -> HospitalData:
        rooms, beds = self.places()
        left: Counter[str] = Counter()
        lying: list[dict[str, Any]] = []
        waiting: list[dict[str, Any]] = []
        for encounter in self.encounters.values():
            status, kind = encounter["status"], encounter["class"].get("code")
            if status in ("in-progress", "onleave") and kind in ("IMP", "ACUTE", "NONAC"):
                entry = self.in_patient(encounter)
                if entry is None:
                    left["in-patients without a bed or room"] += 1
                    continue
                lying.append(entry)
                self.rows["bed_state"].append(encounter)
            elif status == "planned" and kind in ("IMP", "ACUTE", "NONAC"):
                entry = self.elective(encounter)
                if not 0 <= (entry["earliest"] - self.start).days < _DAYS:
                    left[f"planned encounters that begin on none of the {_DAYS} days"] += 1
                    continue
                waiting.append(entry)
                self.rows["electives"].append(encounter)
            elif status not in ("finished", "cancelled", "entered-in-error"):
                left[f"encounters of class {kind}, {status}"] += 1
        self.apart(lying, waiting)
        for what, count in left.items():
            _log.warning("left out: %d %s", count, what)
        if self.unknown:
            text = "%d in-patients have no planned end that is to come: planned to stay for all %d days"
            _log.warning(text, self.unknown, _DAYS)
        wards = dict.fromkeys(room["ward"] for room in rooms)
        made = {"name": "FHIR bundle", "start": self.start, "days": _DAYS, "unknown_stay": _DAYS, "rooms": rooms}
        made |= {"wards": [{"id": name} for name in wards], "beds": beds, "bed_state": lying, "electives": waiting}
        return HospitalData.model_validate(made)

    def apart(self, lying: list[dict[str, object]], waiting: list[dict[str, object]]) -> None:
        """A further stay of somebody who lies in already, or comes twice, is planned under a name of its own."""
        known = {entry["patient"] for entry in lying}
        for entry, encounter in zip(waiting, self.rows["electives"], strict=True):
            if entry["patient"] in known:
                entry["patient"] = f"{entry['patient']} ({encounter['id']})"
            known.add(entry["patient"])

    # ---- places --------------------------------------------------------------------------------------------------
    def places(self) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
        """Rooms in the order of the bundle, and their beds with their status."""
        rooms, beds = [], []
        for location in self.locations.values():
            if self.kind(location) == "room":
                self.rows["rooms"].append(location)
                rooms.append({"ward": self.name(self.ward(location)), "room": self.name(location)})
            elif self.kind(location) == "bed":
                room = self.parent(location, "room")
                ward = self.ward(room)
                code = (location.get("operationalStatus") or {}).get("code", "")
                used = all(place.get("status", "active") == "active" for place in (location, room, ward))
                status = _STATUS.get(code, "open") if used else "closed"
                where = {"ward": self.name(ward), "room": self.name(room), "bed": self.name(location)}
                beds.append(where | {"status": status})
        if not rooms:
            raise InputError("no Location is a room (physicalType ro)", item="Bundle.entry")
        return rooms, beds

    @staticmethod
    def kind(location: dict[str, Any]) -> str:
        codes = (location.get("physicalType") or {}).get("coding", ())
        return next((_KINDS[c["code"]] for c in codes if c.get("code") in _KINDS), "")

    @staticmethod
    def name(location: dict[str, Any]) -> str:
        return str(location.get("name") or location["id"])

    def parent(self, location: dict[str, Any], wanted: str) -> dict[str, Any]:
        """What a location is part of, which must be a room or a ward."""
        found = self.resolve(location.get("partOf"), self.locations, location, "partOf")
        if self.kind(found) != wanted:
            text = f"{found['id']!r} is no {wanted} (physicalType {next(k for k, v in _KINDS.items() if v == wanted)})"
            raise InputError(text, item=element(location, "partOf"))
        return found

    def ward(self, room: dict[str, Any]) -> dict[str, Any]:
        return self.parent(room, "ward")

    @staticmethod
    def resolve(
        reference: dict[str, object] | None, known: dict[str, dict[str, object]], owner: dict[str, object], name: str
    ) -> dict[str, Any]:
        """The resource of the bundle to which an element refers."""
        text = (reference or {}).get("reference")
        if not text:
            raise InputError("has no reference", item=element(owner, name))
        wanted = str(text).removeprefix("urn:uuid:").rsplit("/", 1)[-1]
        if wanted not in known:
            raise InputError(f"{text!r} is not in the bundle{nearest(wanted, list(known))}", item=element(owner, name))
        return known[wanted]

    # ---- people --------------------------------------------------------------------------------------------------
    def person(self, encounter: dict[str, Any]) -> dict[str, Any]:
        """What a patient and the service of the encounter say."""
        patient = self.resolve(encounter.get("subject"), self.patients, encounter, "subject")
        born = patient.get("birthDate")
        service = encounter.get("serviceType") or {}
        coding: dict[str, Any] = next(iter(service.get("coding", ())), {})
        return {
            "patient": patient["id"],
            "sex": _SEX.get(patient.get("gender", "unknown"), "unknown"),
            "age": None if born is None or len(born) < 10 else _age(date.fromisoformat(born[:10]), self.start),
            "specialty": service.get("text") or coding.get("display") or coding.get("code"),
        }

    def in_patient(self, encounter: dict[str, Any]) -> dict[str, Any] | None:
        """A row of the bed state; None where nobody says where the patient lies."""
        stays = [each for each in encounter.get("location", ()) if each.get("status", "active") == "active"]
        stays = [each for each in stays if not (each.get("period") or {}).get("end")]
        found = [self.resolve(each["location"], self.locations, encounter, "location") for each in stays]
        place = next((each for kind in ("bed", "room") for each in found if self.kind(each) == kind), None)
        if place is None:
            return None
        room = self.parent(place, "room") if self.kind(place) == "bed" else place
        made = self.person(encounter) | {"ward": self.name(self.ward(room)), "room": self.name(room)}
        leaves = self.planned(encounter, "end")
        if leaves is None or leaves < self.start:
            self.unknown += 1
        made["expected_discharge"] = leaves
        if self.kind(place) == "bed":
            made["bed"] = self.name(place)
            made["alone"] = (place.get("operationalStatus") or {}).get("code") == _ISOLATED
        return made

    def elective(self, encounter: dict[str, object]) -> dict[str, Any]:
        """A row of the electives, who come on the planned day."""
        begin, end = self.planned(encounter, "start"), self.planned(encounter, "end")
        if begin is None:
            raise InputError("is missing, and no planned start is given", item=element(encounter, "period.start"))
        if end is None or end <= begin:
            raise InputError(f"a planned end after {begin} is wanted", item=element(encounter, "period.end"))
        days = {"earliest": begin, "latest": begin, "nights": (end - begin).days}
        return self.person(encounter) | days

    def planned(self, encounter: dict[str, Any], which: str) -> date | None:
        """Planned day of coming or leaving: the extension, else that end of the period."""
        for extension in encounter.get("extension", ()):
            if str(extension.get("url", "")).endswith(_PLANNED[which]) and extension.get("valueDateTime"):
                return _day(extension["valueDateTime"], element(encounter, f"extension {_PLANNED[which]}"))
        said = (encounter.get("period") or {}).get(which)
        return None if said is None else _day(str(said), element(encounter, f"period.{which}"))

    # ---- messages ------------------------------------------------------------------------------------------------
    def locate(self, error: InputError) -> InputError:
        """An error of the document, told by the resource from which its row comes."""
        if not isinstance(error, ItemError) or len(error.path) < 2 or str(error.path[0]) not in self.rows:
            return error
        key, row = str(error.path[0]), error.path[1]
        if not isinstance(row, int) or row >= len(self.rows[key]):
            return error
        what = str(error.path[2]) if len(error.path) > 2 else "entry"
        return InputError(error.message, item=element(self.rows[key][row], what))


def _day(text: str, item: str) -> date:
    """Local day of a date or a time, with or without zone."""
    try:
        return date.fromisoformat(text) if len(text) == 10 else datetime.fromisoformat(text).date()
    except ValueError:
        raise InputError(f"{text[:40]!r} is no day", item=item) from None


def _age(born: date, today: date) -> int:
    return max(0, today.year - born.year - ((today.month, today.day) < (born.month, born.day)))
