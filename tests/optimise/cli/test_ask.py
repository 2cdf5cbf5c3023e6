"""``wardwise cover`` and ``wardwise why`` as a user calls them."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import optimise

ROOT = Path(__file__).parents[3]
Command = Callable[..., Any]

WARD = ROOT / "examples" / "minimal.yaml"


def command(*arguments: object) -> subprocess.CompletedProcess[str]:
    line = [sys.executable, "-m", "optimise", *map(str, arguments)]
    return subprocess.run(line, capture_output=True, text=True, timeout=120, check=False, cwd=ROOT)


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Folder of a solve."""
    folder = tmp_path_factory.mktemp("run") / "out"
    done = command("solve", WARD, "-m", "highs", "-t", "3", "-o", folder, "-q")
    assert done.returncode == 0, done.stderr
    return folder


def worker(run: Path, day: str, shift: str) -> str:
    roster = json.loads((run / "plan.json").read_text())["roster"]
    return next(str(name) for name, row in roster.items() if row.get(day) == shift)


def test_cover_tells_who_what_and_why_not(run: Path) -> None:
    who = worker(run, "2026-01-08", "N")
    done = command("cover", WARD, "--plan", run, "--day", "8 Jan", "--shift", "n", "--instead-of", who.lower())
    assert done.returncode == 0, done.stderr
    assert done.stderr == ""
    assert f"Small ward: who can work N on Thu 8 Jan instead of {who}?" in done.stdout
    assert "with nobody in the place it costs" in done.stdout


def test_cover_as_json_is_one_object_that_check_confirms(wardwise: Command, run: Path) -> None:
    done = command("cover", WARD, "--plan", run / "plan.json", "--day", "3", "--shift", "E", "--json")
    made = json.loads(done.stdout)
    assert done.returncode == 0
    problem = optimise.read_ward(WARD)
    plan = optimise.read_plan(run / "plan.json", problem)
    assert made["cost"] == problem.evaluate(plan).cost
    assert made["day"] == {"number": 3, "date": "2026-01-08", "label": "Thu 8 Jan"}
    names = {a["who"] for a in made["alone"] + made["swaps"] + made["stopped"]}
    assert names == {e.id for e in problem.employees}
    checked = wardwise("check", WARD, run, "--json")
    assert json.loads(checked.out)["cost"] == made["cost"]


@pytest.mark.parametrize(
    ("given", "told"),
    [
        (("--day", "Thursday", "--shift", "N"), "say which: 2026-01-08, 2026-01-15"),
        (("--day", "3", "--shift", "Q"), "known: E, L, N"),
        (("--day", "3", "--shift", "N", "--instead-of", "Zoe"), "person 'Zoe'"),
        (("--day", "3"), "--shift N or --instead-of WHO"),
        (("--day", "3", "--shift", "N", "--swap"), "--swap needs --instead-of WHO"),
    ],
)
def test_wrong_questions_are_one_line_and_exit_2(
    wardwise: Command, run: Path, given: tuple[str, ...], told: str
) -> None:
    done = wardwise("cover", WARD, "--plan", run, *given)
    assert done.code == 2
    assert done.out == ""
    assert told in done.err
    assert len(done.err.splitlines()) == 1


def test_why_tells_the_price_and_says_when_it_is_not_proven(run: Path) -> None:
    who = worker(run, "2026-01-08", "N")
    done = command("why", run, "--who", who, "--day", "8 Jan", "-m", "highs", "-t", "2")
    assert done.returncode in (0, 1), done.stderr
    assert f"Small ward: why does {who} work N on Thu 8 Jan?" in done.stdout
    assert ("Not proven within the time" in done.stdout) == (done.returncode == 1)


def test_why_as_json_is_one_object(wardwise: Command, run: Path) -> None:
    who = worker(run, "2026-01-08", "N")
    done = wardwise("why", run / "plan.json", WARD, "--who", who, "--day", "3", "-m", "highs", "-t", "2", "--json")
    made = json.loads(done.out)
    assert made["question"] == "why-duty"
    assert made["wanted"] == "not N"
    assert done.code == (0 if made["proven"] else 1)


def test_requests_that_could_be_met_stand_in_summary_and_report(wardwise: Command, tmp_path: Path) -> None:
    ward, out = tmp_path / "ward.yaml", tmp_path / "out"
    asked = (
        "requests:\n  - {staff: Ann, days: [2026-01-05], want: off}\n  - {staff: Ann, days: [2026-01-05], want: [E]}\n"
    )
    days = "demand:\n  - {shifts: [E], minimum: 1}\n"
    ward.write_text(WARD.read_text(encoding="utf-8").partition("demand:")[0] + days + asked, encoding="utf-8")
    solved = wardwise("solve", ward, "-m", "highs", "-t", "2", "-o", out)
    assert "1 of 2 requests is met (50.0 %)." in solved.out
    done = wardwise("why", out, "--requests", "-m", "highs")
    assert done.code == 0
    assert "No plan that keeps the hard rules meets more than 1 of 2 requests (50.0 %)." in done.out
    assert wardwise("report", out, "--only", "html").code == 0
    page = (out / "report.html").read_text(encoding="utf-8")
    assert (
        "No plan that keeps the hard rules meets more than 1 of 2 requests (50.0 %) (read from requests.json)." in page
    )


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ((), "either --who WHO --day D, or --requests"),
        (("--who", "Ann"), "belong together"),
        (("--who", "Ann", "--day", "3", "--requests"), "either --who"),
        (("--requests",), "nobody asked for anything"),
    ],
)
def test_wrong_whys_are_one_line_and_exit_2(wardwise: Command, run: Path, given: tuple[str, ...], told: str) -> None:
    done = wardwise("why", run, *given)
    assert done.code == 2
    assert told in done.err
    assert len(done.err.splitlines()) == 1
