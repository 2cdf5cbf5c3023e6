"""OR-PAS: fixtures of the benchmark, both readings of mixed rooms, round trips, and bad input."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from optimise.core.errors import InputError
from optimise.formats.base import ReadOptions, detect, read, read_plan
from optimise.hospital.admissions.data import AdmissionPlan
from optimise.hospital.admissions.evaluate import hard_and_cost
from optimise.hospital.admissions.problem import AdmissionProblem
from optimise.hospital.formats.orpas import OrPasFormat
from optimise.hospital.formats.orpas_plan import write_plan

pytestmark = pytest.mark.quick

ORPAS = OrPasFormat()
COSTS = {
    "feature": ("PreferredProperty",),
    "preference": ("RoomSize",),
    "specialism": ("DepartmentSpecialism",),
    "fixed_gender": ("RoomGenderPolicy",),
    "gender": ("RoomGenderMix",),
    "transfer": ("Transfer",),
    "delay": ("PatientDelay",),
    "overcrowd_risk": ("OverstayRisk",),
    "or_overtime": ("SessionOvertime", "TheatreOvertime"),
    "idle_or": ("IdleTheatre",),
    "idle_room": ("IdleBeds",),
}
BROKEN = {
    "unsuitable_room": "PatientRoomCompatibility",
    "room_capacity": "RoomCapacity",
    "or_specialism": "SessionLimit",
    "or_day": "TheatreLimit",
    "missing_patient": "MandatoryUnscheduledPatients",
    "stay_length": "StayLength",
    "stay_gap": "StayGap",
    "too_early": "TooEarly",
    "too_late": "TooLate",
}
#: Two rooms, four patients, two counted days: one lies there, one is urgent, two are elective.
SMALL = """<?xml version="1.0" encoding="UTF-8"?>
<OrPasu_instance name="OR_PASU_small">
  <descriptor><Departments>1</Departments><Rooms>2</Rooms><Features>1</Features><Patients>4</Patients>
    <Specialisms>1</Specialisms><Horizon start_day="2014-05-01" num_days="2"/><Treatments>2</Treatments></descriptor>
  <specialisms><specialism>Eyes</specialism></specialisms>
  <features><feature>television</feature></features>
  <departments><department name="D"><main_specialisms><main_specialism>Eyes</main_specialism></main_specialisms>
    </department></departments>
  <rooms>
    <room name="A" capacity="1" department="D" gender_policy="SameGender">
      <features><feature>television</feature></features></room>
    <room name="B" capacity="2" department="D" gender_policy="SameGender"/>
  </rooms>
  <treatments><treatment name="Rest" specialism="Eyes" surgery="0"/>
    <treatment name="Knife" specialism="Eyes" surgery="1" length="100"/></treatments>
  <or_slots slot_length="180"><day name="2014-05-01">
    <specialism_assignment name="Eyes" number_or_slots="1"/></day></or_slots>
  <patients>
    <patient name="p1" age="40" gender="Male" treatment="Rest" registration="2014-05-01" admission="2014-05-01"
      discharge="2014-05-02" variability="1" room="B"/>
    <patient name="p3" age="40" gender="Female" treatment="Knife" registration="2014-05-01" admission="2014-05-01"
      discharge="2014-05-02" variability="0" surgery_day="2014-05-01" max_admission="2014-05-01">
      <room_properties><room_property name="television" type="needed"/></room_properties></patient>
    <patient name="p4" age="40" gender="Female" treatment="Knife" registration="2014-05-01" admission="2014-05-01"
      discharge="2014-05-02" variability="0" surgery_day="2014-05-01" preferred_capacity="1"/>
    <patient name="p7" age="40" gender="Male" treatment="Knife" registration="2014-05-02" admission="2014-05-02"
      discharge="2014-05-03" variability="0" surgery_day="2014-05-02">
      <room_properties><room_property name="television" type="preferred"/></room_properties></patient>
  </patients>
</OrPasu_instance>
"""


@pytest.fixture
def small(tmp_path: Path) -> AdmissionProblem:
    path = tmp_path / "small.xml"
    path.write_text(SMALL, encoding="utf-8")
    problem = read(path)
    assert isinstance(problem, AdmissionProblem)
    return problem


@pytest.fixture(scope="module")
def folder(benchmarks: Path) -> Path:
    return benchmarks / "orpas"


@pytest.mark.parametrize(("mixing", "total"), [("room", "total"), ("minority", "total_minor_value")])
def test_reproduces_the_fixtures(folder: Path, mixing: str, total: str) -> None:
    fixtures = json.loads((folder / "fixtures" / "expected.json").read_text())
    assert len(fixtures) == 5
    for name, wanted in fixtures.items():
        problem = ORPAS.read(folder / "instances" / f"{wanted['instance']}.xml", ReadOptions(extra={"mixing": mixing}))
        plan = ORPAS.read_plan(folder / "fixtures" / name, problem)
        found = problem.evaluate(plan)
        assert (found.cost, found.hard) == (wanted[total], sum(wanted["violations"].values()))
        assert hard_and_cost(problem, plan) == (found.hard, found.cost)
        rules = {rule.rule: rule for rule in found.rules}
        for key, names in COSTS.items():
            if mixing == "room":
                assert sum(rules[n].cost for n in names) == wanted["costs"][key], (name, key)
        for key, rule in BROKEN.items():
            assert rules[rule].amount == wanted["violations"][key], (name, key)


def test_reads_what_is_published(folder: Path) -> None:
    for path in sorted((folder / "instances").iterdir())[::6]:
        assert detect(path).name == "orpas"
        problem = read(path)
        assert isinstance(problem, AdmissionProblem)
        assert problem.days == 2 * problem.counted


def test_every_component_by_hand(small: AdmissionProblem) -> None:
    # p1 in B on day 0; p3, urgent, in A; p4 with surgery on day 2, in A; p7 on day 2 in B, beside nobody
    room = np.full((4, 4), -1)
    room[0, 0], room[1, 0], room[2, 2], room[3, 2] = 1, 0, 0, 1
    found = small.evaluate(AdmissionPlan(room))
    rules = {rule.rule: rule.amount for rule in found.rules}
    assert found.feasible
    assert rules["PatientDelay"] == 2 + 1
    assert rules["PreferredProperty"] == 1
    assert rules["SessionOvertime"] == 20  # two elective surgeries of 100 minutes in 180
    assert rules["TheatreOvertime"] == 20
    assert rules["IdleTheatre"] == 180  # of the only session that counts; three surgeries could fill it
    assert rules["IdleBeds"] == 4 - 2  # six bed nights, two used, two that nobody could
    assert found.cost == 5 * 3 + 20 + 3 * 40 + 10 * 180 + 20 * 2


def test_people_who_may_stay_longer_crowd_the_room(small: AdmissionProblem) -> None:
    room = np.full((4, 4), -1)
    room[0, 0], room[1, 0], room[2, 1], room[3, 1] = 1, 0, 1, 1
    found = {rule.rule: rule.amount for rule in small.evaluate(AdmissionPlan(room)).rules}
    assert found["OverstayRisk"] == 1  # p1 may still be there
    assert found["RoomGenderMix"] == 1
    assert found["SessionLimit"] == 200  # no session on day 1
    assert found["TheatreLimit"] == 200 - 60


def test_solutions_round_trip(small: AdmissionProblem, tmp_path: Path) -> None:
    room = np.full((4, 4), -1)
    room[0, 0], room[1, 0], room[2, 2], room[3, 2] = 1, 0, 0, 1
    plan = AdmissionPlan(room)
    path = write_plan(plan, small, tmp_path / "plan.xml")
    text = path.read_text(encoding="utf-8")
    assert read_plan(path, small).same_as(plan)
    assert '<patient name="p4" status="registered" delay="2">' in text
    assert f'objectives="{small.evaluate(plan).cost:g}"' in text


@pytest.mark.parametrize(
    ("old", "new", "line", "words"),
    [
        ('age="40" gender="Female"', 'age="x" gender="Female"', 21, "age"),
        ('treatment="Rest" reg', 'treatment="Sleep" reg', 19, "unknown treatment 'Sleep'"),
        ('room="B"/>', 'room="C"/>', 19, "unknown room 'C'"),
        ('discharge="2014-05-02" variability="1"', 'discharge="2014-05-01" variability="1"', 19, "a night"),
        ('name="p7"', 'name="p4"', 26, "occurs twice"),
        ("<Patients>4", "<Patients>3", 3, "states 3"),
        ('admission="2014-05-02"', 'admission="soon"', 26, "expected a date"),
        ('<day name="2014-05-01">', '<day name="2014-05-09">', 16, "outside the horizon"),
        ("</OrPasu_instance>", "", 31, "not well-formed"),
    ],
)
def test_bad_instances_name_the_line(tmp_path: Path, old: str, new: str, line: int, words: str) -> None:
    path = tmp_path / "bad.xml"
    path.write_text(SMALL.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(InputError, match=words) as caught:
        read(path, format="orpas")
    assert caught.value.line == line


def test_patients_may_be_cut_out(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    start = SMALL.index('<patient name="p7"')
    end = SMALL.index("</patients>")
    (tmp_path / "cut.xml").write_text(SMALL[:start] + SMALL[end:], encoding="utf-8")
    problem = read(tmp_path / "cut.xml")
    assert isinstance(problem, AdmissionProblem)
    assert len(problem.patients) == 3
    assert "states 4 patients and holds 3" in caplog.text


@pytest.mark.parametrize(
    ("patient", "words"),
    [
        ('<patient name="p9"/>', "is unknown"),
        ('<patient name="p1"/><patient name="p1"/>', "occurs twice"),
        ('<patient name="p1"><stay day="2014-05-01" room="Z"/></patient>', "unknown room"),
        ('<patient name="p1"><stay day="2015-05-01" room="A"/></patient>', "4 days"),
        (
            '<patient name="p1"><stay day="2014-05-01" room="A"/><stay day="2014-05-01" room="B"/></patient>',
            "two rooms",
        ),
    ],
)
def test_bad_solutions_are_refused(small: AdmissionProblem, tmp_path: Path, patient: str, words: str) -> None:
    path = tmp_path / "plan.xml"
    path.write_text(f"<OrPasu_main_out><patients_scheduling>{patient}</patients_scheduling></OrPasu_main_out>")
    with pytest.raises(InputError, match=words):
        read_plan(path, small)


def test_solutions_of_another_instance_are_refused(small: AdmissionProblem, tmp_path: Path) -> None:
    path = tmp_path / "plan.xml"
    path.write_text('<OrPasu_main_out instance="other"><patients_scheduling/></OrPasu_main_out>')
    with pytest.raises(InputError, match="is of instance 'other'"):
        read_plan(path, small)
