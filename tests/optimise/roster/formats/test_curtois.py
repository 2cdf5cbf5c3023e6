"""The Curtois & Qu reader, its rosters, and an independent evaluator written from the family's description."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from optimise.core.errors import InputError
from optimise.formats.base import ReadOptions, read, read_plan, write_plan
from optimise.roster.formats.curtois import CurtoisFormat
from optimise.roster.problem import Roster, RosterProblem

pytestmark = pytest.mark.quick

SMALL = """# a comment
SECTION_HORIZON
14
SECTION_SHIFTS
E,480,
LL,600,E
N,720,E|LL
SECTION_STAFF
A,E=14|LL=14|N=0,4320,3360,5,2,2,1
B,E=3|LL=14|N=14,4320,0,3,3,3,2
C,E=14|LL=0|N=2,9999,480,2,1,1,0
SECTION_DAYS_OFF
A,3,5
B
SECTION_SHIFT_ON_REQUESTS
A,1,LL,3
B,2,N,2
SECTION_SHIFT_OFF_REQUESTS
A,4,E,5
C,0,N,1
SECTION_COVER
0,E,1,100,1
0,LL,2,100,1
3,N,0,100,1
9,E,3,40,7
"""


def slow_costs(text: str, rows: list[list[str]]) -> dict[str, float]:
    """Amounts and costs of a roster, straight from the lines of the file; "-" is a day off."""
    lines = [line.strip() for line in text.splitlines() if line.strip() and not line.startswith("#")]
    sections: dict[str, list[list[str]]] = {}
    for line in lines:
        if line.startswith("SECTION_"):
            name = line[8:]
            sections[name] = []
        else:
            sections[name].append(line.split(","))
    days = int(sections["HORIZON"][0][0])
    minutes = {s[0]: int(s[1]) for s in sections["SHIFTS"]}
    after = {s[0]: s[2].split("|") if s[2] else [] for s in sections["SHIFTS"]}
    names = [s[0] for s in sections["STAFF"]]
    out = dict.fromkeys(
        ("rotation", "types", "minutes", "long", "short", "rest", "weekends", "leave", "on", "off", "under", "over"), 0
    )
    for row, staff in zip(rows, sections["STAFF"], strict=True):
        most = {part.split("=")[0]: int(part.split("=")[1]) for part in staff[1].split("|")}
        max_minutes, min_minutes, max_run, min_run, min_off, max_weekends = map(int, staff[2:])
        out["rotation"] += sum(row[d + 1] in after.get(row[d], ()) for d in range(days - 1))
        out["types"] += sum(max(0, row.count(s) - m) for s, m in most.items())
        total = sum(minutes[s] for s in row if s != "-")
        out["minutes"] += max(0, min_minutes - total) + max(0, total - max_minutes)
        begin = 0
        while begin < days:
            end = begin
            while end < days and (row[end] == "-") == (row[begin] == "-"):
                end += 1
            inner, length = begin > 0 and end < days, end - begin
            if row[begin] == "-":
                out["rest"] += max(0, min_off - length) if inner else 0
            else:
                out["long"] += max(0, length - max_run)
                out["short"] += max(0, min_run - length) if inner else 0
            begin = end
        worked = sum(row[7 * k + 5] != "-" or row[7 * k + 6] != "-" for k in range(days // 7))
        out["weekends"] += max(0, worked - max_weekends)
    for who, *off in sections["DAYS_OFF"]:
        out["leave"] += sum(rows[names.index(who)][int(d)] != "-" for d in off)
    for who, day, shift, weight in sections["SHIFT_ON_REQUESTS"]:
        out["on"] += int(weight) * (rows[names.index(who)][int(day)] != shift)
    for who, day, shift, weight in sections["SHIFT_OFF_REQUESTS"]:
        out["off"] += int(weight) * (rows[names.index(who)][int(day)] == shift)
    for day, shift, wanted, under, over in sections["COVER"]:
        count = sum(row[int(day)] == shift for row in rows)
        out["under"] += int(under) * max(0, int(wanted) - count)
        out["over"] += int(over) * max(0, count - int(wanted))
    return out


def evaluated(problem: RosterProblem, plan: Roster) -> dict[str, float]:
    """The same table from the library."""
    by_rule = problem.evaluate(plan).rules

    def hard(*starts: str) -> float:
        return sum(r.amount for r in by_rule if r.rule.startswith(starts) and r.hard)

    def cost(name: str) -> float:
        return sum(r.cost for r in by_rule if r.rule == name)

    return {
        "rotation": hard("shift rotation"),
        "types": hard("shifts not allowed", "most shifts"),
        "minutes": hard("minutes"),
        "long": hard("at most"),
        "short": sum(r.amount for r in by_rule if r.rule.startswith("at least") and "shifts" in r.rule),
        "rest": sum(r.amount for r in by_rule if r.rule.startswith("at least") and "days off" in r.rule),
        "weekends": hard("worked weekends"),
        "leave": hard("days off"),
        "on": cost("shift-on requests"),
        "off": cost("shift-off requests"),
        "cover": cost("cover"),
    }


def agree(text: str, problem: RosterProblem, duties: np.ndarray) -> None:
    plan = Roster.from_array(duties)
    slow = slow_costs(text, problem.table(plan))
    slow["cover"] = slow.pop("under") + slow.pop("over")
    assert evaluated(problem, plan) == slow


def blocks(rng: np.random.Generator, people: int, days: int, duties: int) -> np.ndarray:
    """A random roster made of runs, as real ones are."""
    out = np.zeros((people, days), dtype=np.int16)
    for row in out:
        day = 0
        while day < days:
            length = int(rng.integers(1, 7))
            row[day : day + length] = rng.integers(0, duties) if rng.random() < 0.7 else rng.integers(0, duties, 1)
            day += length
    noise = rng.random(out.shape) < 0.15
    out[noise] = rng.integers(0, duties, int(noise.sum()))
    return out


@pytest.fixture
def small(tmp_path: Path) -> RosterProblem:
    (tmp_path / "Small.txt").write_text(SMALL)
    problem = read(tmp_path / "Small.txt", format="curtois")
    assert isinstance(problem, RosterProblem)
    return problem


@pytest.mark.parametrize("number", [1, 2, 8])
def test_fixture_costs_are_exact(benchmarks: Path, number: int) -> None:
    folder = benchmarks / "curtois"
    problem = read(folder / "instances" / f"Instance{number}.txt", format="curtois")
    fixture = folder / "fixtures" / f"Instance{number}_strandmark.csv"
    head = dict(part.split("=") for part in fixture.read_text().split("\n")[0][1:].split())
    evaluation = problem.evaluate(read_plan(fixture, problem))
    cost = {r.rule: r.cost for r in evaluation.rules}
    assert evaluation.feasible
    assert evaluation.cost == int(head["cost"])
    assert cost["shift-on requests"] == int(head["on"])
    assert cost["shift-off requests"] == int(head["off"])
    assert cost["cover"] == int(head["under"]) + int(head["over"])


@settings(deadline=None, max_examples=150)
@given(seed=st.integers(0, 2**32 - 1))
def test_agrees_with_the_slow_evaluator_on_a_small_instance(
    seed: int, tmp_path_factory: pytest.TempPathFactory
) -> None:
    path = tmp_path_factory.getbasetemp() / "Small.txt"
    if not path.exists():
        path.write_text(SMALL)
    problem = _cached(path)
    agree(SMALL, problem, blocks(np.random.default_rng(seed), *problem.shape))


@pytest.mark.parametrize("number", [1, 2, 5, 8, 12, 15])
def test_agrees_with_the_slow_evaluator_on_real_instances(benchmarks: Path, number: int) -> None:
    path = benchmarks / "curtois" / "instances" / f"Instance{number}.txt"
    problem, text, rng = _cached(path), path.read_text(), np.random.default_rng(number)
    for _ in range(8):
        agree(text, problem, blocks(rng, *problem.shape))


def test_runs_at_the_edges_are_exempt_from_minima_only(small: RosterProblem) -> None:
    rows = [["-"] * 14 for _ in range(3)]
    rows[1][0] = rows[1][13] = "LL"  # one-day runs at both edges, B wants at least 3
    assert evaluated(small, small.roster(rows))["short"] == 0
    rows[1][5] = "LL"
    assert evaluated(small, small.roster(rows))["short"] == 2
    rows[1][:4] = ["LL"] * 4  # longer than 3 at the edge
    assert evaluated(small, small.roster(rows))["long"] == 1


def test_every_shared_instance_parses(benchmarks: Path) -> None:
    paths = sorted((benchmarks / "curtois" / "instances").glob("*.txt"))
    assert paths
    for path in paths:
        assert CurtoisFormat().detects(path)
        problem = _cached(path)
        assert problem.horizon.days % 7 == 0
        assert problem.name == path.stem


def test_plans_come_back_as_they_were_written(small: RosterProblem, tmp_path: Path) -> None:
    plan = Roster.from_array(blocks(np.random.default_rng(1), *small.shape))
    (path,) = write_plan(plan, small, tmp_path / "my.plan")
    assert path.name == "my.plan.csv"
    assert read_plan(path, small) == plan
    path.write_text("# any order\n" + "\n".join(reversed(path.read_text().splitlines())))
    assert read_plan(path, small) == plan


@pytest.mark.parametrize(
    ("old", "new", "line", "words"),
    [
        ("14\nSECTION_SHIFTS", "many\nSECTION_SHIFTS", 3, "whole number"),
        ("14\nSECTION_SHIFTS", "999999\nSECTION_SHIFTS", 3, "between 1 and"),
        ("LL,600,E", "LL,600", 6, "3 fields"),
        ("LL,600,E", "LL,600,Q", 6, "unknown shift 'Q'"),
        ("N,720,E|LL", "E,720,LL", 7, "unique"),
        ("E=14|LL=14|N=0", "E=14|LL=14", 9, "no maximum for shift N"),
        ("A,3,5", "A,3,14", 13, "between 0 and 13"),
        ("A,3,5", "Z,3,5", 13, "unknown employee 'Z'"),
        ("A,1,LL,3", "A,1,LL,x", 16, "weight of a request of A"),
        ("3,N,0,100,1", "0,LL,0,100,1", 24, "two cover lines"),
        ("SECTION_COVER", "SECTION_COVERS", 21, "unknown section"),
        ("SECTION_STAFF\n", "SECTION_SHIFTS\n", 8, "already given"),
    ],
)
def test_bad_lines_are_named(tmp_path: Path, old: str, new: str, line: int, words: str) -> None:
    path = tmp_path / "Bad.txt"
    assert old in SMALL
    path.write_text(SMALL.replace(old, new, 1))
    with pytest.raises(InputError, match=words) as caught:
        CurtoisFormat().read(path, ReadOptions())
    assert (caught.value.file, caught.value.line) == (path, line)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("A" + ",-" * 14, "no line for B, C"),
        ("A,E,E", "14 days wanted, found 2"),
        ("Z" + ",-" * 14, "unknown employee"),
        ("A" + ",Q" * 14, "unknown shift"),
        ("A" + ",-" * 14 + "\nA" + ",-" * 14, "listed twice"),
    ],
)
def test_bad_plans_are_named(small: RosterProblem, tmp_path: Path, text: str, words: str) -> None:
    path = tmp_path / "plan.csv"
    path.write_text(text)
    with pytest.raises(InputError, match=words) as caught:
        read_plan(path, small)
    assert caught.value.file == path


def test_windows_line_ends_read_the_same(small: RosterProblem, tmp_path: Path) -> None:
    path = tmp_path / "Small.txt"
    path.write_bytes(SMALL.replace("\n", "\r\n").encode())
    assert read(path, format="curtois").digest() == small.digest()


_CACHE: dict[Path, RosterProblem] = {}


def _cached(path: Path) -> RosterProblem:
    if path not in _CACHE:
        _CACHE[path] = CurtoisFormat().read(path, ReadOptions())
    return _CACHE[path]
