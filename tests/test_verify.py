"""The checkers of plans for outsiders: short, alone, and of the same mind as ours."""

from __future__ import annotations

import ast
import csv
import json
import re
import subprocess
import sys
from pathlib import Path

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
    assert len(text.splitlines()) <= 130
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
