"""Hospital documents: every form says the same, and mistakes are told by sheet, row and column."""

from __future__ import annotations

import json
import shutil
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from pydantic import BaseModel
from typer.testing import CliRunner

import optimise
from optimise import Limits
from optimise.cli.app import app
from optimise.core.errors import InputError, UnsupportedError
from optimise.formats.base import detect
from optimise.hospital.formats.hospital_checks import OTHER_SEX, UNKNOWN_SEX
from optimise.hospital.formats.hospital_compile import doubts_of, file_of, first_day, to_problem
from optimise.hospital.formats.hospital_document import HospitalData
from optimise.hospital.formats.hospital_sheets import SHEETS
from optimise.hospital.formats.hospital_tables import Hospital, hospital_of, schema, template
from optimise.hospital.problem import HospitalProblem

pytestmark = pytest.mark.quick

CASES = Path(__file__).parents[2] / "cases"
FORMS = ["hospital.xlsx", "folder", "hospital.yaml", "hospital.json"]


@pytest.fixture(scope="module")
def example(tmp_path_factory: pytest.TempPathFactory) -> Hospital:
    """The hospital of the template."""
    return Hospital.load(template(tmp_path_factory.mktemp("template") / "hospital.xlsx"))


def small(**changes: Any) -> Hospital:
    rooms = [{"ward": "A", "room": "1", "beds": 2}, {"ward": "B", "room": "1", "beds": 1}]
    here = [{"ward": "A", "room": "1", "patient": "P", "sex": "Female", "expected_discharge": "2026-12-01"}]
    return Hospital.model_validate({"start": "2026-11-30", "days": 3, "rooms": rooms, "bed_state": here} | changes)


@pytest.mark.parametrize("form", FORMS)
def test_every_form_holds_the_same_hospital(form: str, example: Hospital, tmp_path: Path) -> None:
    path = example.save(tmp_path / form)
    problem = optimise.read(path)
    assert isinstance(problem, HospitalProblem)
    assert hospital_of(problem) == example
    assert problem.digest() == example.problem().digest()
    assert detect(path).name == "hospital-document"


def test_the_example_uses_every_sheet_but_that_of_nurses_and_has_a_plan(example: Hospital) -> None:
    empty = [sheet.name for sheet in SHEETS if sheet.target and not getattr(example, sheet.target)]
    assert empty == ["nurses"]
    result = optimise.solve(example.problem(), "highs", limits=Limits(seconds=30))
    assert result.cost == 40  # a move, a theatre opened, two nights of intensive care beyond need


def test_what_the_clerk_exports_is_read_with_a_sheet_of_rooms(tmp_path: Path) -> None:
    shutil.copy(CASES / "bed-state.csv", tmp_path)
    (tmp_path / "rooms.csv").write_text(
        "ward,room,beds,features\nWard 1,Bay A,4,oxygen\nWard 1,Side room 1,1,side room\n"
    )
    problem = optimise.read(tmp_path)
    assert isinstance(problem, HospitalProblem)
    assert problem.start == date(2026, 11, 30)
    assert problem.patients.stay.tolist() == [1, 0, 3]
    assert problem.about["P2"]["infection"] == "flu A"


@pytest.mark.parametrize(
    ("sheet", "old", "new", "line", "item", "message"),
    [
        ("bed-state", "2026-12-01", "2026-11-01", 2, "column expected_discharge", "2026-11-01 is past on 2026-11-30"),
        ("bed-state", "2026-12-01", "", 2, "column expected_discharge", "is missing; give it, or nights, or unknown"),
        ("bed-state", "2026-12-01", "soon", 2, "column expected_discharge", "a date such as"),
        ("bed-state", "Bay A,1", "Bay C,1", 2, "column room", "no room of Ward 1 is called 'Bay C'; did you mean"),
        ("bed-state", "P2", "P1", 3, "column patient", "'P1' is there twice, also in row 2$"),
        ("electives", "E1", "P2", 2, "column patient", "'P2' is there twice, also in row 3 of the bed state"),
        ("bed-state", "Bay A,2", "Bay A,1", 3, "column bed", r"P2 and P1 \(row 2\) both lie in bed 1 of Ward 1, Bay A"),
        ("bed-state", "Bay A,2", "Bay A,5", 3, "column bed", "Ward 1, Bay A has 4 beds, and none is called '5'"),
        ("beds", "Bay B,4", "Bay B,40", 2, "column bed", "Ward 1, Bay B has 4 beds, and none is called '40'"),
        ("bed-state", "P1,F", "P1,W", 2, "column sex", "'W' is no sex; known: F, M, female, male"),
        ("bed-state", "P1,F", "P1,femal", 2, "column sex", "'femal' is no sex; did you mean 'female'?"),
        ("electives", "E1,M", "E1,mael", 2, "column sex", "'mael' is no sex; did you mean 'male'?"),
        ("emergencies", ",F,", ",fmale,", 2, "column sex", "is no sex; did you mean"),
        ("rooms", "2,any", "2,sane", 6, "column sex", "'sane' says not whose room it is; did you mean 'same'?"),
        ("rooms", "Side room 2", "Side room 1", 5, "column room", "is there twice"),
        ("beds", "closed", "shut", 2, "column status", "should be 'open', 'closed'"),
        ("care", "P3", "P9", 2, "column patient", "nobody is called 'P9'"),
        ("electives", "Kay", "May", 2, None, "unknown surgeon 'May'"),
        ("electives", "2026-12-02", "2026-11-30", 2, "column latest", "is before the earliest day"),
    ],
)
def test_a_mistake_is_told_with_its_row_and_column(
    sheet: str, old: str, new: str, line: int, item: str | None, message: str, example: Hospital, tmp_path: Path
) -> None:
    example.save(tmp_path)
    file = tmp_path / f"{sheet}.csv"
    file.write_text(file.read_text().replace(old, new, 1))
    with pytest.raises(InputError, match=message) as caught:
        Hospital.load(tmp_path)
    assert (caught.value.file, caught.value.line, caught.value.item) == (file, line, item)


@pytest.mark.parametrize(
    ("sheet", "old", "new", "line", "column", "message"),
    [
        ("bed-state", "oxygen", "oxigen", 2, "needs", "no room has 'oxigen'; did you mean 'oxygen'?"),
        ("care", "ventilator", "ventilation", 2, "needs", "no room has 'ventilation'; did you mean 'ventilator'?"),
        ("bed-state", "General med", "Genral med", 2, "specialty", "no ward lists 'Genral medicine'; did you mean"),
        ("bed-state", "P1,F", "P1,", 2, "sex", "the sex of P1 is unknown: planned alone in a room"),
        ("emergencies", ",F,", ",,", 2, "sex", "the sex is unknown: each is planned alone in a room"),
        (
            "beds",
            "Bay B,4",
            "Bay A,2",
            3,
            "bed",
            "bed 2 of Ward 1, Bay A is closed until 2026-12-02, and P2 lies in it",
        ),
        ("rooms", "Bay A,4", "Bay A,1", 3, "room", None),
    ],
)
@pytest.mark.parametrize("form", ["folder", "hospital.xlsx"])
def test_what_is_hardly_meant_is_told_with_its_row_and_column(
    form: str,
    sheet: str,
    old: str,
    new: str,
    line: int,
    column: str,
    message: str | None,
    example: Hospital,
    tmp_path: Path,
    caplog: pytest.LogCaptureFixture,
) -> None:
    folder = example.save(tmp_path / "changed")
    if message is None:  # the second patient of a room with one bed; no bed is named
        state = folder / "bed-state.csv"
        state.write_text(state.read_text().replace("Bay A,1", "Bay A,").replace("Bay A,2", "Bay A,"))
        message = "more people lie in Ward 1, Bay A than it has open beds (1): somebody has to move"
    file = folder / f"{sheet}.csv"
    file.write_text(file.read_text().replace(old, new, 1))
    loaded = Hospital.load(folder)
    caplog.clear()
    assert Hospital.load(loaded.save(tmp_path / form)) == loaded
    told = "bed-state" if sheet in ("beds", "rooms") else sheet
    where = f"{told}.csv:{line}: " if form == "folder" else f"hospital.xlsx:{line}: sheet {told}, "
    assert len(caplog.messages) == 1, caplog.messages
    assert f"{where}column {column}: {message}" in caplog.messages[0]


def test_doubts_about_yaml_and_json_are_told_with_their_line(
    example: Hospital, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    changed = example.model_copy(deep=True)
    changed.bed_state[1].sex = ""
    for name in ("h.yaml", "h.json"):
        caplog.clear()
        path = changed.save(tmp_path / name)
        Hospital.load(path)
        (said,) = caplog.messages
        line = int(said.split(":")[1])
        assert "sex of P2 is unknown" in said
        assert "sex" in path.read_text().splitlines()[line - 1]


def test_a_hospital_as_it_should_be_raises_no_doubt(example: Hospital) -> None:
    assert doubts_of(example) == ()


@pytest.mark.parametrize(
    ("beds", "ok"),
    [
        ([("A", "1", "1"), ("A", "1", "2")], True),
        ([("B", "1", "2")], False),
        ([("B", "1", "window")], True),
        ([("A", "1", "door"), ("A", "1", "window")], True),
        ([("A", "2", "3"), ("A", "2", "4"), ("A", "1", "1")], True),  # the ward counts on: 1 and 2, then 3 to 5
        ([("A", "2", "1"), ("A", "2", "4"), ("A", "1", "2")], False),
        ([("A", "2", "4"), ("A", "2", "6")], False),
    ],
)
def test_numbers_of_beds_run_from_one_or_through_the_ward(beds: list[tuple[str, str, str]], ok: bool) -> None:
    rooms = [{"ward": w, "room": r, "beds": n} for w, r, n in (("A", "1", 2), ("A", "2", 3), ("B", "1", 1))]
    here = [{"ward": w, "room": r, "bed": b, "patient": f"P{i}", "sex": "F", "nights": 1}
            for i, (w, r, b) in enumerate(beds)]  # fmt: skip
    hospital = Hospital.model_validate({"start": "2026-11-30", "rooms": rooms, "bed_state": here})
    if ok:
        hospital.problem()
    else:
        with pytest.raises(InputError, match="none is called"):
            hospital.problem()


def test_a_list_of_all_beds_names_them() -> None:
    beds = [{"ward": "A", "room": "1", "bed": bed} for bed in ("7a", "7b")]
    here = [{"ward": "A", "room": "1", "bed": "7c", "patient": "P", "sex": "F", "nights": 1}]
    with pytest.raises(InputError, match="none is called '7c'; known: 7a, 7b"):
        small(beds=beds, bed_state=here).problem()


@pytest.mark.parametrize("word", [*OTHER_SEX, *UNKNOWN_SEX, ""])
def test_whoever_is_neither_or_unknown_lies_alone(word: str) -> None:
    problem = small(emergencies=[{"date": "2026-12-01", "sex": word}]).problem()
    assert problem.patients.isolation.tolist() == [0, 1]
    assert problem.gender_of(1) == (word or "unknown")


def test_a_mistake_in_yaml_is_told_with_its_line(example: Hospital, tmp_path: Path) -> None:
    path = example.save(tmp_path / "hospital.yaml")
    path.write_text(path.read_text().replace("room: Bay A\n  bed: '1'", "room: Bay Z\n  bed: '1'"))
    with pytest.raises(InputError, match="Bay Z") as caught:
        Hospital.load(path)
    assert path.read_text().splitlines()[(caught.value.line or 0) - 1].strip() == "room: Bay Z"


def test_rooms_go_by_ward_and_name_and_statuses_close_beds() -> None:
    beds = [
        {"ward": "A", "room": "1", "bed": "1", "status": "being cleaned"},
        {"ward": "A", "room": "1", "bed": "2", "status": "reserved", "until": "2026-12-02"},
        {"ward": "B", "room": "1", "bed": "1", "status": "closed"},
    ]
    problem = small(beds=beds).problem()
    assert problem.rooms.ids == ("A/1", "B/1")
    assert problem.rooms.beds.tolist() == [[0, 1, 2], [0, 0, 0]]


def test_unknown_stays_take_the_nights_that_the_hospital_says() -> None:
    here = [{"ward": "A", "room": "1", "patient": "P", "sex": "F", "expected_discharge": "2026-11-01"}]
    assert small(bed_state=here, unknown_stay=2).problem().patients.stay.tolist() == [2]


def test_sex_is_read_in_every_spelling_and_kept_where_it_is_another() -> None:
    here = [{"ward": "A", "room": "1", "patient": name, "sex": sex, "nights": 1}
            for name, sex in (("P", "female"), ("Q", "M"), ("R", "other"))]  # fmt: skip
    here[2]["room"] = "1"
    problem = small(bed_state=here).problem()
    assert [problem.gender_of(p) for p in range(3)] == ["F", "M", "other"]
    assert problem.patients.isolation.tolist() == [0, 0, 1]


def test_emergencies_expected_are_people_on_their_day() -> None:
    file = file_of(small(emergencies=[{"date": "2026-12-01", "count": 2, "nights": 1}]))
    assert [p.id for p in file.patients[1:]] == ["emergency 2026-12-01 no. 1", "emergency 2026-12-01 no. 2"]
    assert to_problem(small(emergencies=[{"date": "2026-12-01"}])).patients.release.tolist() == [0, 1]


def test_the_first_day_is_said_or_follows_from_the_discharges() -> None:
    assert first_day(small(start=None)) == date(2026, 12, 1)
    with pytest.raises(InputError, match="is missing"):
        first_day(small(start=None, bed_state=[{"ward": "A", "room": "1", "patient": "P", "nights": 1}]))


def test_an_edited_problem_is_not_written_as_its_document() -> None:
    problem = small().problem()
    with pytest.raises(UnsupportedError, match="edited"):
        hospital_of(problem.close_beds("A/1", [1]))


def test_the_published_schema_is_that_of_the_models() -> None:
    folder = Path(optimise.__file__).parent / "formats" / "schema"
    assert json.loads((folder / "hospital-document-1.json").read_text()) == schema()
    assert set(schema()["properties"]) == set(HospitalData.model_fields)


def test_the_command_makes_templates_and_converts_between_all_forms(tmp_path: Path) -> None:
    def run(*words: str) -> str:
        done = CliRunner().invoke(app, list(words))
        assert done.exit_code == 0, done.output
        return done.output

    run("template", str(tmp_path / "hospital.xlsx"))
    run("template", str(tmp_path / "folder"), "--kind", "hospital")
    wanted = Hospital.load(tmp_path / "hospital.xlsx")
    assert Hospital.load(tmp_path / "folder") == wanted
    run("convert", str(tmp_path / "hospital.xlsx"), str(tmp_path / "h.yaml"), "--to", "hospital-document")
    assert Hospital.load(tmp_path / "h.yaml") == wanted
    run("convert", str(tmp_path / "h.yaml"), str(tmp_path / "native.json"), "--to", "hospital")
    assert optimise.read(tmp_path / "native.json").digest() == wanted.problem().digest()


def test_a_bed_state_alone_says_what_it_lacks(tmp_path: Path) -> None:
    file = tmp_path / "bed-state.csv"
    file.write_text("ward,room,bed,patient,sex,expected_discharge\nWard 1,Bay A,1,P1,F,2026-12-01\n")
    with pytest.raises(InputError, match="without its rooms: put it into a folder"):
        optimise.read(file)


def test_an_unknown_rule_is_told_with_its_place_and_the_nearest() -> None:
    with pytest.raises(InputError, match=r"rules\[1\].rule: no rule is called 'Transfr'; did you mean 'Transfer'"):
        small(rules=[{"rule": "Outlying", "price": 3}, {"rule": "Transfr", "price": 5}]).problem()


def test_the_annotated_example_shows_every_key() -> None:
    hospital = optimise.Hospital.load(Path(__file__).parents[4] / "examples" / "annotated-hospital.yaml")
    parts = [hospital, *(part for name in type(hospital).model_fields for part in _parts(getattr(hospital, name)))]
    said = {(type(part).__name__, key) for part in parts for key in part.model_fields_set}
    known = {(type(part).__name__, key) for part in parts for key in type(part).model_fields}
    in_both = {key for kind, key in said if kind in ("InPatient", "Elective")}  # said of one kind of patient is enough
    assert {key for kind, key in known - said if key not in in_both} == set()


def _parts(value: object) -> list[BaseModel]:
    return [part for part in value if isinstance(part, BaseModel)] if isinstance(value, list) else []


def lying(*people: dict[str, Any]) -> list[dict[str, Any]]:
    """Rows of the bed state in one bay, all to go home on day 2."""
    usual = {"ward": "A", "room": "1", "sex": "F", "expected_discharge": "2026-12-02"}
    return [usual | {"patient": f"P{i}"} | person for i, person in enumerate(people)]


def told(**changes: Any) -> list[str]:
    rooms = [{"ward": "A", "room": "1", "beds": 6}]
    return [doubt.message for doubt in doubts_of(small(**({"rooms": rooms} | changes)))]


def test_who_lies_beside_an_infection_is_told() -> None:
    (doubt,) = told(bed_state=lying({"infection": "norovirus"}, {}, {}))
    assert doubt.startswith("P0 (norovirus) lies in A, 1 with P1 and P2: contacts say norovirus under exposed_to")
    assert not told(bed_state=lying({"infection": "norovirus"}, {"exposed_to": "Norovirus"}))


def test_both_sexes_in_a_room_for_one_are_told() -> None:
    (doubt,) = told(bed_state=lying({}, {}, {"sex": "male"}))
    assert doubt.startswith("both sexes lie in A, 1: P2 beside 2 of the other; somebody has to move")
    rooms = [{"ward": "A", "room": "1", "beds": 6, "sex": "any"}]
    assert not told(bed_state=lying({}, {"sex": "M"}), rooms=rooms)
    assert not told(bed_state=lying({}, {"sex": "M", "expected_discharge": "2026-11-30"}))


def test_chances_that_play_no_part_are_told() -> None:
    (doubt,) = told(bed_state=lying({"discharge_chance": 0.6}, {}))
    assert doubt.startswith("the discharge_chance of 1 patient plays no part: say holds_with")
    assert not told(bed_state=lying({"discharge_chance": 0.6}), holds_with=0.9)


def test_that_a_sheet_of_nurses_knows_no_workload_is_told() -> None:
    nurses = [{"nurse": "N", "date": "2026-11-30", "shift": "night"}]
    assert any("knows no workload" in doubt for doubt in told(bed_state=lying({}), nurses=nurses))


def test_who_must_come_and_lie_alone_has_somebody_move() -> None:
    """Two bays with one patient each: the one whose sex is unknown needs a bay, so somebody joins the other."""
    rooms = [{"ward": "A", "room": room, "beds": 2} for room in "12"]
    here = [row | {"room": room} for row, room in zip(lying({}, {}), "12", strict=True)]
    comes = [{"date": "2026-11-30", "count": 1, "nights": 1}]
    problem = small(rooms=rooms, bed_state=here, emergencies=comes).problem()
    assert not problem.hard("Transfer")
    assert optimise.solve(problem, "highs", limits=Limits(seconds=30)).cost == 50.0
    empty = [*rooms, {"ward": "A", "room": "3", "beds": 2}]
    assert small(rooms=empty, bed_state=here, emergencies=comes).problem().hard("Transfer")
