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
