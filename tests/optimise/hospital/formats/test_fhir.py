"""FHIR R4 bundles of our own making: what they mean, what is left out with a word, what is refused by resource."""

from __future__ import annotations

import copy
import json
import logging
import sys
from pathlib import Path
from typing import Any

import pytest

import optimise
from optimise.core.errors import InputError, MissingExtraError
from optimise.formats.base import detect
from optimise.hospital.formats.fhir import hospital_from
from optimise.hospital.formats.fhir_bundle import load_bundle
from optimise.hospital.formats.hospital_tables import hospital_of

PLANNED_END = "http://hl7.org/fhir/5.0/StructureDefinition/extension-Encounter.plannedEndDate"


def location(key: str, kind: str, part_of: str = "", **more: Any) -> dict[str, Any]:
    made = {"resourceType": "Location", "id": key, "physicalType": {"coding": [{"code": kind}]}}
    return made | ({"partOf": {"reference": f"Location/{part_of}"}} if part_of else {}) | more


def encounter(name: str, patient: str, place: str = "", status: str = "in-progress", **more: Any) -> dict[str, Any]:
    made: dict[str, Any] = {"resourceType": "Encounter", "id": name, "status": status, "class": {"code": "IMP"}}
    made["subject"] = {"reference": f"Patient/{patient}"}
    if place:
        made["location"] = [{"location": {"reference": f"Location/{place}"}, "status": "active"}]
    return made | more


def bundle() -> dict[str, Any]:
    leaves = [{"url": PLANNED_END, "valueDateTime": "2026-12-02T11:00:00Z"}]
    service = {"coding": [{"code": "300", "display": "General medicine"}]}
    resources = [
        location("w", "wa", name="Ward 1"),
        location("bay", "ro", "w", name="Bay A"),
        location("side", "ro", "w", name="Side room"),
        *(location(f"a{i}", "bd", "bay", name=f"{i}") for i in (1, 2)),
        location("a3", "bd", "bay", name="3", operationalStatus={"code": "C"}),
        location("s1", "bd", "side", name="1", operationalStatus={"code": "I"}),
        {"resourceType": "Patient", "id": "p1", "gender": "female", "birthDate": "1954-12-01"},
        {"resourceType": "Patient", "id": "p2", "gender": "female"},
        {"resourceType": "Patient", "id": "p3"},
        encounter("e1", "p1", "a1", extension=leaves, serviceType=service),
        encounter("e2", "p2", "s1", period={"start": "2026-11-20", "end": "2026-12-01"}),
        encounter("e3", "p3", status="planned", period={"start": "2026-12-01T08:00:00Z", "end": "2026-12-03"}),
        encounter("e4", "p3", "a2", status="finished"),
    ]
    entries = [{"fullUrl": f"urn:uuid:{r['id']}", "resource": r} for r in resources]
    made = {"resourceType": "Bundle", "type": "collection", "timestamp": "2026-11-30T07:00:00Z"}
    return made | {"entry": entries}


def resources_of(data: dict[str, Any]) -> dict[str, dict[str, dict[str, Any]]]:
    made: dict[str, dict[str, dict[str, Any]]] = {"Location": {}, "Encounter": {}, "Patient": {}}
    for entry in data["entry"]:
        made[entry["resource"]["resourceType"]][entry["resource"]["id"]] = entry["resource"]
    return made


def read(data: dict[str, Any]) -> Any:
    return hospital_from(data, resources_of(data))


def changed(name: str, **values: Any) -> dict[str, Any]:
    made = copy.deepcopy(bundle())
    found = next(e["resource"] for e in made["entry"] if e["resource"]["id"] == name)
    found |= values
    for key in [key for key, value in values.items() if value is None]:
        del found[key]
    return made


def test_wards_rooms_beds_and_people_come_from_the_resources() -> None:
    made = read(bundle())
    assert str(made.start) == "2026-11-30"
    assert [(r.ward, r.room) for r in made.rooms] == [("Ward 1", "Bay A"), ("Ward 1", "Side room")]
    assert [(b.room, b.bed, b.status) for b in made.beds][2] == ("Bay A", "3", "closed")
    one, two = made.bed_state
    assert (one.patient, one.sex, one.age, one.room, one.bed) == ("p1", "F", 71, "Bay A", "1")
    assert (one.specialty, str(one.expected_discharge), one.alone) == ("General medicine", "2026-12-02", False)
    assert (str(two.expected_discharge), two.alone, two.age) == ("2026-12-01", True, None)
    assert [(e.patient, e.sex, str(e.earliest), e.nights) for e in made.electives] == [
        ("p3", "unknown", "2026-12-01", 2)
    ]


def test_what_is_left_out_is_told(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.WARNING):
        made = read(changed("e1", **{"class": {"code": "EMER"}}))
        read(changed("e1", extension=None))
        read(changed("e2", location=None))
    assert [p.patient for p in made.bed_state] == ["p2"]
    assert [record.message for record in caplog.records] == [
        "left out: 1 encounters of class EMER, in-progress",
        "1 in-patients have no planned end that is to come: planned to stay for all 7 days",
        "left out: 1 in-patients without a bed or room",
    ]


@pytest.mark.parametrize("day", ["2026-11-20", "2026-12-07"])
def test_who_is_planned_for_another_week_is_left_out_and_told(day: str, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.WARNING):
        made = read(changed("e3", period={"start": day, "end": "2026-12-31"}))
    assert made.electives == []
    said = [record.message for record in caplog.records]
    assert said == ["left out: 1 planned encounters that begin on none of the 7 days"]


@pytest.mark.parametrize("place", ["bay", "w"])
def test_beds_of_a_place_that_is_not_in_use_are_closed(place: str) -> None:
    made = read(changed(place, status="suspended"))
    assert {b.status for b in made.beds if b.room == "Bay A"} == {"closed"}
    assert {b.status for b in made.beds if b.room == "Side room"} == ({"open"} if place == "bay" else {"closed"})


@pytest.mark.parametrize(
    ("data", "text"),
    [
        (
            changed("e1", subject={"reference": "Patient/p9"}),
            r"Encounter/e1: subject: 'Patient/p9' is not in the bundle",
        ),
        (changed("a1", partOf={"reference": "Location/w"}), r"Location/a1: partOf: 'w' is no room"),
        (changed("bay", partOf=None), r"Location/bay: partOf: has no reference"),
        (changed("e3", period={"start": "2026-12-01"}), r"Encounter/e3: period\.end: a planned end after 2026-12-01"),
        (changed("e3", period=None), r"Encounter/e3: period\.start: is missing"),
        (bundle() | {"timestamp": None}, r"Bundle\.timestamp: is missing"),
    ],
)
def test_what_leads_nowhere_is_refused_by_resource_and_element(data: dict[str, Any], text: str) -> None:
    with pytest.raises(InputError, match=text):
        read(data)


def test_without_the_library_the_extra_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("encounter", "location", "patient"):
        monkeypatch.setitem(sys.modules, f"fhir.resources.R4B.{name}", None)
    with pytest.raises(MissingExtraError, match=r"fhir\.resources.*fhir"):
        load_bundle(tmp_path / "b.json")


def test_a_bundle_is_solved_and_written_as_a_document(tmp_path: Path) -> None:
    pytest.importorskip("fhir.resources")
    file = tmp_path / "bundle.json"
    file.write_text(json.dumps(bundle()), encoding="utf-8")
    assert detect(file).name == "fhir"
    problem = optimise.read_hospital(file)
    assert [p.patient for p in hospital_of(problem).bed_state] == ["p1", "p2"]
    found = optimise.solve(problem, "highs", limits=optimise.Limits(seconds=20))
    assert found.plan is not None
    written = hospital_of(problem).save(tmp_path / "hospital.yaml")
    assert optimise.read_hospital(written).digest() == problem.digest()


@pytest.mark.parametrize(
    ("data", "text"),
    [
        (changed("e1", **{"class": None}), r"b\.json: Encounter/e1: class: field required"),
        (changed("e1", stat=1), r"b\.json: Encounter/e1: stat: extra inputs are not permitted"),
        (changed("p1", gender=7), r"b\.json: Patient/p1: gender"),
        (changed("a2", id="a1"), r"Bundle\.entry\[4\]: Location/a1 is there twice"),
        (changed("e2", location=[{"location": {"reference": "Location/a1"}}]), r"Encounter/e2: bed"),
    ],
)
def test_the_standard_is_kept(data: dict[str, Any], text: str, tmp_path: Path) -> None:
    pytest.importorskip("fhir.resources")
    file = tmp_path / "b.json"
    file.write_text(json.dumps(data), encoding="utf-8")
    with pytest.raises(InputError, match=text):
        optimise.read(file)


def test_somebody_in_bed_may_come_again() -> None:
    made = bundle()
    stays = [{"start": "2026-12-02", "end": "2026-12-04"}, {"start": "2026-12-03", "end": "2026-12-05"}]
    again = [encounter(f"e{5 + k}", "p1", status="planned", period=period) for k, period in enumerate(stays)]
    made["entry"] += [{"resource": resource} for resource in again]
    problem = optimise.Hospital(**read(made).model_dump()).problem()
    assert set(problem.patients.ids) == {"p1", "p1 (e5)", "p1 (e6)", "p2", "p3"}
