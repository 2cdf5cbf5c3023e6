"""``wardwise solve --from-plan``: yesterday's plan, today's changes, what it costs to change."""

from __future__ import annotations

import csv
import json
import shutil
from pathlib import Path

import pytest

from optimise.cli import main

EXAMPLE = Path(__file__).parents[3] / "examples" / "ward4x7.json"


def run(*arguments: object) -> int:
    with pytest.raises(SystemExit) as left:
        main([str(a) for a in arguments])
    assert isinstance(left.value.code, int)
    return left.value.code


@pytest.fixture(scope="module")
def yesterday(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("plan") / "run"
    assert run("solve", EXAMPLE, "-m", "highs", "-t", 20, "-o", folder, "-q") == 0
    return folder


@pytest.fixture
def today(tmp_path: Path) -> Path:
    """RN01 is off sick on Saturday."""
    ward = json.loads(EXAMPLE.read_text())
    ward["leave"].append({"staff": "RN01", "first": "2026-01-10", "last": "2026-01-10"})
    (tmp_path / "today.json").write_text(json.dumps(ward))
    return tmp_path / "today.json"


def test_a_sick_nurse_is_replaced_and_the_past_stays(yesterday: Path, today: Path, tmp_path: Path) -> None:
    out = tmp_path / "again"
    plan = ("--from-plan", yesterday, "--freeze-until", "2026-01-08", "--change-cost", 5)
    assert run("solve", today, "-m", "highs", "-t", 20, "-o", out, "-q", *plan) == 0
    with open(out / "changes.csv", newline="") as file:
        rows = list(csv.DictReader(file))
    assert any(r["who"] == "RN01" and r["now"] == "-" for r in rows)
    assert all(int(r["day"]) >= 3 for r in rows)
    made = json.loads((out / "result.json").read_text())
    assert made["feasible"]
    old, new = (json.loads((f / "plan.json").read_text())["roster"] for f in (yesterday, out))
    for who, row in old.items():
        assert {d: s for d, s in row.items() if d < "2026-01-08"} == {
            d: s for d, s in new[who].items() if d < "2026-01-08"
        }
    assert run("report", out) == 0  # the run can be read again, its earlier plan included


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--freeze-until", "2"], "need --from-plan"),
        (
            ["--from-plan", "PLAN", "--freeze-until", "Tuesday"],
            "freeze until: 'Tuesday' is no day; give its number",
        ),
        (["--from-plan", "PLAN", "--freeze-until", "40"], "days run from 0 to 7"),
        (["--from-plan", "PLAN", "--change-cost", "-1"], "price of 0 or more"),
        (["--from-plan", "nowhere.json"], "there is no such plan"),
        (["--from-plan", "PLAN", "--output", "PLAN"], "overwritten"),
        (["--from-plan", str(EXAMPLE)], "ward4x7.json"),
    ],
)
def test_wrong_use_is_told(
    arguments: list[str], message: str, yesterday: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    given = [str(yesterday) if a == "PLAN" else a for a in arguments]
    assert run("solve", EXAMPLE, "-t", 5, *given) == 2
    assert message in capsys.readouterr().err


@pytest.mark.parametrize(
    "change",
    [
        {"roster": None},
        {"roster": []},
        {"roster": {"RN01": 3}},
        {"roster": {"RN01": {"someday": "E"}}},
        {"roster": {"RN01": {"9" * 5000: "E"}}},
        {"days": "x"},
        {"days": None},
        {"start": "soon"},
        {"start": 3},
        {"schema": "wardwise-plan/1", "roster": {"RN01": {"2026-01-05": {"a": 1}}}},
    ],
)
def test_an_earlier_plan_that_is_malformed_ends_in_words(
    change: dict[str, object], yesterday: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    plan = json.loads((yesterday / "plan.json").read_text())
    file = tmp_path / "plan.json"
    file.write_text(json.dumps({**plan, **change}))
    code = run("solve", EXAMPLE, "-m", "highs", "-t", 5, "-q", "--from-plan", file)
    assert code in (0, 2)
    assert "Traceback" not in capsys.readouterr().err


def test_a_deeply_nested_plan_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "plan.json"
    file.write_text("[" * 100_000)
    assert run("solve", EXAMPLE, "-t", 5, "-q", "--from-plan", file) == 2
    assert "plan.json" in capsys.readouterr().err


def test_a_report_of_an_edited_result_is_refused_and_an_honest_one_names_its_source(
    yesterday: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = tmp_path / "run"
    shutil.copytree(yesterday, folder)
    assert run("report", folder, "--only", "html") == 0
    text = (folder / "report.html").read_text()
    assert "proven by the run of" in text
    assert "proven optimal" not in text
    made = json.loads((folder / "result.json").read_text())
    made["cost"] = made["lower_bound"] = made["evaluation"]["cost"] = 0
    made["bounds"]["primal"] = made["bounds"]["dual"] = 0
    (folder / "result.json").write_text(json.dumps(made))
    capsys.readouterr()
    assert run("report", folder) == 2
    assert "result.json: cost: says 0, the plan beside it evaluates to" in capsys.readouterr().err
