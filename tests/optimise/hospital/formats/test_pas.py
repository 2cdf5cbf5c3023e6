"""PAS: fixtures of the benchmark, both readings of mixed rooms, round trips, and bad input."""

from __future__ import annotations

import json
from contextlib import suppress
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from optimise.core.errors import InputError
from optimise.formats.base import ReadOptions
from optimise.hospital.formats.pas import PasFormat
from optimise.hospital.give_beds import give_beds

pytestmark = pytest.mark.quick

PAS = PasFormat()
OPTIONS = ReadOptions()
COUNTS = {
    "age": "AgeLimit",
    "required_property": "RequiredProperty",
    "preferred_property": "PreferredProperty",
    "room_size_preference": "RoomSize",
    "department_specialism": "DepartmentSpecialism",
    "room_specialism_level": "RoomSpecialism",
    "fixed_gender": "RoomGenderPolicy",
    "transfers": "Transfer",
    "bed_conflicts": "BedConflict",
}


@pytest.fixture(scope="module")
def folder(benchmarks: Path) -> Path:
    return benchmarks / "pas"


@pytest.mark.parametrize(
    ("mixing", "cost", "mixed"),
    [
        ("forbidden", "cost_without_mixing", "mixed_minority_patients"),
        ("minority", "cost_mixing_minority", "mixed_minority_patients"),
        ("room", "cost_mixing_per_room_night", "mixed_room_nights"),
    ],
)
def test_reproduces_the_fixtures(folder: Path, mixing: str, cost: str, mixed: str) -> None:
    fixtures = json.loads((folder / "fixtures" / "expected.json").read_text())
    assert len(fixtures) == 6
    for name, wanted in fixtures.items():
        path = folder / "instances" / f"{wanted['instance']}.txt"
        problem = PAS.read(path, ReadOptions(extra={"mixing": mixing}))
        found = problem.evaluate(PAS.read_plan(folder / "fixtures" / name, problem))
        amounts = found.by_rule()
        for key, rule in COUNTS.items():
            assert amounts[rule] == wanted["counts"][key], (name, key)
        assert amounts["RoomGenderMix"] == wanted["counts"][mixed]
        assert found.cost == wanted[cost]
        assert found.feasible == ("good" in name)


def test_plan_is_written_as_it_was_read(folder: Path, tmp_path: Path) -> None:
    problem = PAS.read(folder / "instances" / "testdata05.txt", OPTIONS)
    source = folder / "fixtures" / "testdata05_good.sol"
    plan = PAS.read_plan(source, problem)
    (written,) = PAS.write_plan(plan, problem, tmp_path / "plan")
    assert written.read_text().split() == source.read_text().split()


def test_beds_given_out_have_no_conflict(folder: Path) -> None:
    problem = PAS.read(folder / "instances" / "testdata13.txt", OPTIONS)
    plan = PAS.read_plan(folder / "fixtures" / "testdata13_good.sol", problem)
    bed = give_beds(problem, plan)
    given_out = type(plan)(plan.admission, plan.room, plan.theatre, plan.nurse, bed)
    assert problem.evaluate(given_out).by_rule()["BedConflict"] == 0
    assert (bed < problem.rooms.beds.max()).all()
    assert ((bed >= 0) == (plan.room >= 0)).all()


def test_reads_every_instance(folder: Path) -> None:
    stays = {"testdata01": 652, "testdata07": 519}
    for path in sorted((folder / "instances").glob("*.txt")):
        assert PAS.detects(path)
        problem = PAS.read(path, OPTIONS)
        assert len(problem.patients) == stays.get(path.stem, len(problem.patients))
        assert (problem.patients.release + problem.patients.stay <= problem.days).all()
    parts = PAS.read(folder / "instances" / "testdata13.txt", OPTIONS)
    wish = next(w for w in parts.beds.wishes if w.rule == "RoomSpecialism")
    changes = [len(np.unique(row[row >= 0])) > 1 for row in wish.row]
    assert 0 < sum(changes) <= 235


ODD = ["", "-1", "0", "1", "2", "7", "999999999999999999999999", "nan", "1.5", "X", "|", "M", "END.", "\x00", "é"]


@settings(max_examples=200, deadline=None, suppress_health_check=list(HealthCheck))
@given(draw=st.data())
def test_only_input_errors_escape(draw: st.DataObject, folder: Path, tmp_path: Path) -> None:
    lines = (folder / "instances" / "testdata07.txt").read_text().split("\n")
    for _ in range(draw.draw(st.integers(1, 3))):
        if not lines:
            break
        # Early lines, where every section starts, are tried as often as all others together.
        top = draw.draw(st.sampled_from([12, 40, len(lines) - 1]))
        i = draw.draw(st.integers(0, min(top, len(lines) - 1)))
        action = draw.draw(st.sampled_from(["word", "drop", "double", "cut"]))
        if action == "word":
            words = lines[i].split(" ")
            words[draw.draw(st.integers(0, len(words) - 1))] = draw.draw(st.sampled_from(ODD))
            lines[i] = " ".join(words)
        elif action == "drop":
            del lines[i]
        elif action == "double":
            lines.insert(i, lines[i])
        else:
            del lines[i + 1 :]
    path = tmp_path / "mutated.txt"
    path.write_text("\n".join(lines))
    PAS.detects(path)
    with suppress(InputError):
        problem = PAS.read(path, OPTIONS)
        problem.evaluate(problem.empty_plan())


@pytest.mark.parametrize(
    ("old", "new", "line", "item"),
    [
        ("Planning horizon: 14", "Planning horizon: -3", 8, "Planning horizon"),
        ("1 telemetry", "2 telemetry", 25, "room property 2"),
        ("2 12 | 1 | 1 | D", "1 12 | 1 | 1 | D", 29, "room 1"),
        ("2 12 | 1 | 1 | D", "2 12 | 1 | 9 | D", 29, "room 2"),
        ("2 12 | 1 | 1 | D", "2 12 | 1 | 1 | Q", 29, "room 2"),
        ("2 12 | 1 | 1 | D", "2 12 | nan | 1 | D", 29, "room 2"),
    ],
)
def test_errors_name_line_and_item(old: str, new: str, line: int, item: str, folder: Path, tmp_path: Path) -> None:
    text = (folder / "instances" / "testdata01.txt").read_text()
    assert text.count(old) == 1
    path = tmp_path / "broken.txt"
    path.write_text(text.replace(old, new))
    with pytest.raises(InputError) as caught:
        PAS.read(path, OPTIONS)
    assert caught.value.line == line
    assert caught.value.item == item


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("nobody 3", "unknown patient"),
        ("1 99\n1 99", "occurs twice"),
        ("1 0", "unknown bed"),
        ("1", "expected one for each"),
        ("3 275 275 275", "expected one for each"),
    ],
)
def test_bad_plans_are_rejected(line: str, message: str, folder: Path, tmp_path: Path) -> None:
    problem = PAS.read(folder / "instances" / "testdata01.txt", OPTIONS)
    path = tmp_path / "plan.sol"
    path.write_text(line)
    with pytest.raises(InputError, match=message) as caught:
        PAS.read_plan(path, problem)
    assert caught.value.line == line.count("\n") + 1


def test_unknown_mixing_is_refused(folder: Path) -> None:
    with pytest.raises(InputError, match="mixing"):
        PAS.read(folder / "instances" / "testdata01.txt", ReadOptions(extra={"mixing": "maybe"}))
