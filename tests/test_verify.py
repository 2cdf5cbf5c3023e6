"""The checkers of plans for outsiders: short, alone, and of the same mind as ours."""

from __future__ import annotations

import ast
import csv
import json
import random
import re
import subprocess
import sys
import xml.etree.ElementTree as ET
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import ModuleType

import pytest

import optimise

ROOT = Path(__file__).resolve().parent.parent
EXAMPLES = ROOT / "examples"
CHECKERS = sorted([*EXAMPLES.glob("verify_*.py"), *EXAMPLES.glob("certify_*.py")])
PLANS = ("Instance1", "Instance2", "Instance8")


def run(checker: str, *words: object) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-I", str(EXAMPLES / checker), *map(str, words)]
    return subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)


def verified(instance: Path, plan: Path) -> subprocess.CompletedProcess[str]:
    return run("verify_curtois.py", instance, plan)


def files(benchmarks: Path, name: str) -> tuple[Path, Path]:
    folder = benchmarks / "curtois"
    return folder / "instances" / f"{name}.txt", folder / "fixtures" / f"{name}_strandmark.csv"


@pytest.mark.parametrize("checker", CHECKERS, ids=lambda file: file.stem)
def test_it_is_short_and_imports_nothing_of_ours(checker: Path) -> None:
    text = checker.read_text(encoding="utf-8")
    assert len(text.splitlines()) <= 131
    beside = {file.stem for file in CHECKERS}
    for node in ast.walk(ast.parse(text)):
        names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
        names += [node.module or ""] if isinstance(node, ast.ImportFrom) else []
        assert not [name for name in names if name.partition(".")[0] not in {*sys.stdlib_module_names, *beside}]


@pytest.mark.parametrize("name", PLANS)
def test_it_finds_the_cost_that_a_published_plan_states(name: str, benchmarks: Path) -> None:
    instance, plan = files(benchmarks, name)
    stated = re.search(r"cost=(\d+)", plan.read_text(encoding="utf-8"))
    assert stated is not None
    assert verified(instance, plan).stdout == f"feasible, cost {stated[1]}\n"


@pytest.mark.parametrize("day", range(0, 14, 3))
def test_it_refuses_what_our_evaluation_refuses(day: int, benchmarks: Path, tmp_path: Path) -> None:
    instance, plan = files(benchmarks, "Instance1")
    lines = plan.read_text(encoding="utf-8").splitlines()
    name, *cells = lines[1].split(",")
    cells[day] = "-" if cells[day] == "D" else "D"
    changed = tmp_path / "plan.csv"
    changed.write_text("\n".join([lines[0], ",".join([name, *cells]), *lines[2:]]) + "\n", encoding="utf-8")
    ward = optimise.read_ward(instance)
    found = optimise.evaluate(ward, optimise.read_plan(changed, ward))
    done = verified(instance, changed)
    assert (done.returncode == 0) == found.feasible
    if found.feasible:
        assert done.stdout == f"feasible, cost {found.cost:.0f}\n"


def test_a_plan_of_other_people_is_refused(benchmarks: Path) -> None:
    done = verified(files(benchmarks, "Instance1")[0], files(benchmarks, "Instance2")[1])
    assert done.returncode == 1
    assert "other people" in done.stderr


INRC2 = ("n005w4_0_1-2-3-3", "n005w4_1_5-3-1-0", "n012w8_0_3-5-0-2-0-4-5-2")


@pytest.mark.parametrize("name", INRC2)
def test_weeks_of_inrc2_cost_what_the_official_validator_says(name: str, benchmarks: Path) -> None:
    folder, stem = benchmarks / "inrc2" / "fixtures" / name, name.partition("_")[0]
    expected = json.loads((folder / "expected.json").read_text(encoding="utf-8"))
    done = run("verify_inrc2.py", benchmarks / "inrc2" / "datasets" / stem, name, *sorted(folder.glob("sol-week*.txt")))
    assert done.stdout.splitlines()[-1] == f"feasible, cost {expected['total']}"


def test_a_week_of_inrc2_that_is_changed_is_another_cost_or_refused(benchmarks: Path, tmp_path: Path) -> None:
    name = INRC2[0]
    weeks = sorted((benchmarks / "inrc2" / "fixtures" / name).glob("sol-week*.txt"))
    text = weeks[0].read_text(encoding="utf-8").splitlines()
    first = next(i for i, line in enumerate(text) if line.startswith("ASSIGNMENTS")) + 1
    changed = tmp_path / "week0.txt"
    changed.write_text("\n".join([*text[:first], *text[first + 1 :]]) + "\n", encoding="utf-8")
    done = run("verify_inrc2.py", benchmarks / "inrc2" / "datasets" / "n005w4", name, changed, *weeks[1:])
    assert "cost 1695" not in done.stdout


IHTC = {
    "RoomAgeMix": "room_mixed_age",
    "RoomSkillLevel": "room_nurse_skill",
    "ContinuityOfCare": "continuity_of_care",
    "ExcessiveNurseWorkload": "nurse_eccessive_workload",
    "OpenOperatingTheater": "open_operating_theater",
    "SurgeonTransfer": "surgeon_transfer",
    "PatientDelay": "patient_delay",
    "ElectiveUnscheduledPatients": "unscheduled_optional",
}


def test_schedules_of_ihtc_have_the_amounts_of_the_official_validator(
    benchmarks: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.syspath_prepend(str(EXAMPLES))
    import verify_ihtc

    root = benchmarks / "ihtc2024"
    with (root / "vectors" / "expected.csv").open(encoding="utf-8", newline="") as lines:
        vectors = list(csv.DictReader(lines))
    seen = 0
    for row in vectors:
        plan = root / "vectors" / row["vector"]
        if row["outcome"] != "evaluated":
            assert run("verify_ihtc.py", root / row["instance"], plan).returncode == 1
            continue
        read = [json.loads(file.read_text(encoding="utf-8")) for file in (root / row["instance"], plan)]
        broken, amounts = verify_ihtc.judge(*read)
        for official, ours in IHTC.items():
            assert row[official] in ("", str(amounts[ours])), (row["vector"], official)
        for rule in ("RoomGenderMix", "RoomCapacity", "SurgeonOvertime", "OperatingTheaterOvertime", "AdmissionDay"):
            assert broken[rule] == int(row[rule]), (row["vector"], rule)
        seen += 1
    assert seen >= 10


@pytest.fixture
def inrc1(monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    monkeypatch.syspath_prepend(str(EXAMPLES))
    import verify_inrc1

    return verify_inrc1


def written(file: Path, days: Sequence[object], plan: Mapping[str, Sequence[str | None]]) -> Path:
    """A roster in the competition's format."""
    solution = ET.Element("Solution")
    for name, line in plan.items():
        for day, shift in zip(days, line, strict=True):
            if shift:
                duty = ET.SubElement(solution, "Assignment")
                for tag, text in (("Date", str(day)), ("Employee", name), ("ShiftType", shift)):
                    ET.SubElement(duty, tag).text = text
    ET.ElementTree(solution).write(file)
    return file


@pytest.mark.parametrize("name", ["sprint01", "sprint_late02", "medium_hidden01", "long_hint01", "long_late03"])
def test_rosters_of_inrc1_cost_what_our_evaluation_says(
    name: str, inrc1: ModuleType, benchmarks: Path, tmp_path: Path
) -> None:
    instance = benchmarks / "inrc1" / "instances" / f"{name}.xml"
    root, problem, rng = ET.parse(instance).getroot(), optimise.read_ward(instance), random.Random(name)
    shifts = [shift.get("ID") for shift in root.iter("Shift") if shift.get("ID")]
    people = {one.get("ID"): one for one in root.iter("Employee") if one.get("ID")}
    contracts, days = {one.get("ID"): one for one in root.iter("Contract")}, inrc1.calendar(root)
    for share in (0.3, 0.6, 0.9):
        plan = {who: [rng.choice(shifts) if rng.random() < share else None for _ in days] for who in people}
        cost = sum(inrc1.requests(root, plan))
        for who, person in people.items():
            skills = {one.text for one in person.iter("Skill")}
            line = inrc1.cost_of_line(root, contracts[person.findtext("ContractID")], skills, plan[who])
            cost += sum(line.values())
        file = written(tmp_path / "plan.xml", days, plan)
        assert optimise.evaluate(problem, optimise.read_plan(file, problem)).cost == cost


def test_a_roster_of_inrc1_is_read_and_one_that_is_changed_is_refused(
    inrc1: ModuleType, benchmarks: Path, tmp_path: Path
) -> None:
    instance = benchmarks / "inrc1" / "instances" / "sprint01.xml"
    root = ET.parse(instance).getroot()
    days, people = inrc1.calendar(root), [one.get("ID") for one in root.iter("Employee") if one.get("ID")]
    plan: dict[str, list[str | None]] = {who: [None] * len(days) for who in people}
    for number, day in enumerate(days):
        cover = root.findall("CoverRequirements/DayOfWeekCover")[day.weekday()]
        assert cover.findtext("Day") == inrc1.DAYS[day.weekday()]
        wanted = [one.findtext("Shift") for one in cover.iter("Cover") for _ in range(int(one.findtext("Preferred")))]
        for who, shift in zip(people, wanted, strict=False):
            plan[who][number] = shift
    problem, file = optimise.read_ward(instance), written(tmp_path / "plan.xml", days, plan)
    found = optimise.evaluate(problem, optimise.read_plan(file, problem))
    assert found.feasible
    assert run("verify_inrc1.py", instance, file).stdout.splitlines()[-1] == f"feasible, cost {found.cost:.0f}"
    plan[people[0]][3] = None
    done = run("verify_inrc1.py", instance, written(file, days, plan))
    assert done.returncode == 1
    assert f"{days[3]} " in done.stderr


PAS = {
    "age": "age",
    "required_property": "required property",
    "preferred_property": "wished property",
    "room_size_preference": "room size",
    "department_specialism": "department",
    "room_specialism_level": "room specialism",
    "fixed_gender": "sex",
    "transfers": "transfer",
}


def test_plans_of_pas_have_the_amounts_of_the_fixtures(benchmarks: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(str(EXAMPLES))
    import verify_pas

    folder = benchmarks / "pas"
    expected = json.loads((folder / "fixtures" / "expected.json").read_text(encoding="utf-8"))
    assert len(expected) >= 6
    for name, row in expected.items():
        data = verify_pas.read(folder / "instances" / f"{row['instance']}.txt")
        broken, amounts = verify_pas.judge(data, verify_pas.plan_of(data, folder / "fixtures" / name))
        counts = row["counts"]
        assert {line: amounts[ours] for line, ours in PAS.items()} == {line: counts[line] for line in PAS}
        assert sum("in bed" in text for text in broken) == counts["bed_conflicts"]
        assert sum("both sexes" in text for text in broken) == counts["mixed_room_nights"]
        cost = sum(amounts[line] * price for line, price in verify_pas.PRICES.items()) / 5
        assert cost == pytest.approx(row["cost_without_mixing"])


def test_a_plan_of_pas_that_is_changed_is_another_cost_or_refused(benchmarks: Path, tmp_path: Path) -> None:
    folder = benchmarks / "pas"
    instance, plan = folder / "instances" / "testdata01.txt", folder / "fixtures" / "testdata01_good.sol"
    assert run("verify_pas.py", instance, plan).stdout.splitlines()[-1] == "feasible, cost 662.8"
    first, *rest = plan.read_text(encoding="utf-8").splitlines()
    name, *nights = first.split()
    changed = tmp_path / "plan.sol"
    for line in (f"{name} " + " ".join(nights[:-1]), rest[0], f"{name} " + " ".join(["9999"] * len(nights))):
        changed.write_text("\n".join([line, *rest]) + "\n", encoding="utf-8")
        assert run("verify_pas.py", instance, changed).returncode == 1


ORPAS = (
    "dept2_short00_static.xml",
    "dept4_short00_dynamic.xml",
    "dept4_short07_static.xml",
    "dept2_short00_perturbed.xml",
)


@pytest.mark.parametrize("name", ORPAS)
def test_plans_of_orpas_have_the_costs_of_the_fixtures(
    name: str, benchmarks: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.syspath_prepend(str(EXAMPLES))
    import verify_orpas

    folder = benchmarks / "orpas"
    row = json.loads((folder / "fixtures" / "expected.json").read_text(encoding="utf-8"))[name]
    instance = verify_orpas.Instance(folder / "instances" / f"{row['instance']}.xml")
    plan, unread = verify_orpas.plan_of(instance, folder / "fixtures" / name)
    broken, amounts = verify_orpas.judge(instance, plan)
    told = {kind: sum(much for found, much, _ in broken if found == kind) for kind in ("room", "capacity", "minutes")}
    counts = row["violations"]
    assert not unread
    assert told == {
        "room": counts["unsuitable_room"],
        "capacity": counts["room_capacity"],
        "minutes": counts["or_specialism"] + counts["or_day"],
    }
    found = {line: amounts[line] * price for line, price in verify_orpas.PRICES.items()}
    if told["minutes"]:  # the published validator charges no overtime that breaks the rule
        found["or_overtime"] -= 3 * told["minutes"]
    assert found == row["costs"]


def test_a_plan_of_orpas_that_is_changed_is_another_cost_or_refused(benchmarks: Path, tmp_path: Path) -> None:
    folder = benchmarks / "orpas"
    instance, plan = folder / "instances" / "or_pas_dept4_short07.xml", folder / "fixtures" / "dept4_short07_static.xml"
    assert run("verify_orpas.py", instance, plan).stdout.splitlines()[-1] == "feasible, cost 28399"
    text, changed = plan.read_text(encoding="utf-8"), tmp_path / "plan.xml"
    rooms = sorted(set(re.findall('room="(.+?)"', text)))
    first = re.search('room="(.+?)"', text)
    assert first is not None
    nights = re.search(r"<stay [^>]*/>", text)
    assert nights is not None
    another = next(room for room in rooms if room != first[1])
    for other in (text.replace(nights[0], "", 1), text.replace(first[0], f'room="{another}"'),
                  text.replace(first[0], 'room="R_999"', 1)):  # fmt: skip
        changed.write_text(other, encoding="utf-8")
        assert "cost 28399" not in run("verify_orpas.py", instance, changed).stdout
    done = run("verify_orpas.py", instance, folder / "fixtures" / "dept4_short07_broken.xml")
    assert done.returncode == 1
    assert done.stderr.count("nights in a row") == 5
    assert run("verify_orpas.py", folder / "instances" / "or_pas_dept2_short00.xml", plan).returncode == 1


def test_plans_of_iprnpa_have_the_amounts_of_the_fixtures(benchmarks: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(str(EXAMPLES))
    import verify_iprnpa

    folder = benchmarks / "iprnpa"
    expected = json.loads((folder / "fixtures" / "expected.json").read_text(encoding="utf-8"))
    for name, row in expected.items():
        files = (folder / "instances" / f"{row['instance']}.json", folder / "fixtures" / name)
        broken, amounts = verify_iprnpa.judge(*(json.loads(file.read_text(encoding="utf-8")) for file in files))
        assert bool(broken) == any(row["violations"].values())
        if not broken:
            assert {line: amounts[line] for line in row["raw"]} == pytest.approx(row["raw"], abs=1e-4)
        else:
            assert len(broken) >= 60
            assert sum("off duty" in text for text in broken) == row["violations"]["nurse_off_duty"]
            assert sum("not there" in text for text in broken) == row["violations"]["not_present"]


def test_a_plan_of_iprnpa_that_is_changed_is_another_cost_or_refused(benchmarks: Path, tmp_path: Path) -> None:
    folder = benchmarks / "iprnpa"
    instance, file = folder / "instances" / "UMD_instance_01.json", folder / "fixtures" / "UMD_instance_01_sa.json"
    assert run("verify_iprnpa.py", instance, file).stdout.splitlines()[-1] == "feasible, cost 1065.0104"
    changed = tmp_path / "plan.json"
    plan = json.loads(file.read_text(encoding="utf-8"))
    shift, room = next(
        (shift, room) for shift, rooms in plan.items() if shift.isdigit() for room in rooms if rooms[room]
    )
    patient = next(iter(plan[shift][room]))
    for nurse in (None, "999"):
        plan[shift][room][patient] = nurse
        changed.write_text(json.dumps(plan), encoding="utf-8")
        assert run("verify_iprnpa.py", instance, changed).returncode == 1
    del plan[shift][room][patient]
    changed.write_text(json.dumps(plan), encoding="utf-8")
    assert f"patient {patient}: no room or no nurse" in run("verify_iprnpa.py", instance, changed).stderr


RESULTS = ROOT / "tests" / "benchmarks" / "results"
SITE = ROOT / "docs" / "benchmarks"


def rows(name: str) -> list[dict[str, str]]:
    with (RESULTS / name).open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines))


PLANS_OF_OURS = [row for row in rows("runs.csv") if row["plan"]]


@pytest.mark.parametrize("row", PLANS_OF_OURS, ids=lambda row: row["instance"])
def test_a_plan_of_the_records_costs_what_the_page_says(row: dict[str, str], benchmarks: Path) -> None:
    assert float(row["cost"]) < float(row["best known"])
    if row["family"] != "ihtc2024":
        pytest.skip("no program of our own making verifies plans of this family yet")
    folder = "small" if row["instance"].startswith("small") else "test"
    instance = benchmarks / "ihtc2024" / folder / f"{row['instance']}.json"
    done = run("verify_ihtc.py", instance, SITE / row["plan"])
    assert done.stdout.splitlines()[-1] == f"feasible, cost {row['cost']}"


CERTIFICATES = rows("certificates.csv")
#: Those that the program checks in a second or two; the others take it up to half a minute each: checked with the row.
QUICK = {"Instance1", "Instance2", "Instance4", "Instance11"}


@pytest.mark.parametrize("row", CERTIFICATES, ids=lambda row: row["instance"])
def test_a_certificate_of_the_records_shows_what_the_page_says(
    row: dict[str, str], benchmarks: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = json.loads((SITE / row["file"]).read_text(encoding="utf-8"))
    assert found["problem"] == row["instance"]
    assert found["bound"] <= float(row["shown"])
    if row["instance"] in QUICK:
        monkeypatch.syspath_prepend(str(EXAMPLES))
        import certify_curtois

        instance = benchmarks / "curtois" / "instances" / f"{row['instance']}.txt"
        assert certify_curtois.check(certify_curtois.verify_curtois.sections(instance), found) == float(row["shown"])
