"""INRC-II: both file forms, weekly solutions, and an independent evaluator written from the published rules."""

from __future__ import annotations

import json
import re
import shutil
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from optimise.core.errors import InputError
from optimise.formats.base import ReadOptions, read, read_plan, write_plan
from optimise.roster.formats.inrc2 import Inrc2Format, validator_breakdown, write_history
from optimise.roster.problem import Employee, Roster, RosterProblem

DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
SCENARIO = """SCENARIO = tiny

WEEKS = 2

SKILLS = 2
Head
Nurse

SHIFT_TYPES = 2
Early (2,3)
Night (3,4)

FORBIDDEN_SHIFT_TYPES_SUCCESSIONS
Early 0
Night 1 Early

CONTRACTS = 2
Full (5,9) (3,5) (2,3) 1 1
Part (2,4) (2,4) (3,5) 2 0

NURSES = 3
Ann Full 2 Head Nurse
Bob Full 1 Nurse
Cat Part 1 Nurse
"""
HISTORY = """HISTORY
0 tiny

NURSE_HISTORY
Ann 4 1 Night 2 4 0
Bob 0 0 None 0 0 1
Cat 1 0 Early 1 1 0
"""
LINES = (
    *("total_assignments", "consecutive", "non_working_days", "preferences", "max_working_weekend"),
    *("complete_weekends", "optimal_coverage", "total", "min", "skill", "succ"),
)
WEEK = """WEEK_DATA
tiny

REQUIREMENTS
Early Head (0,1) (0,0) (1,1) (0,0) (1,1) (0,0) (0,0)
Early Nurse (1,2) (1,1) (0,1) (1,1) (0,1) (1,1) (1,3)
Night Head (0,0) (0,0) (0,0) (0,0) (0,0) (0,0) (0,1)
Night Nurse (0,1) (1,1) (1,1) (1,2) (1,1) (1,1) (1,1)

SHIFT_OFF_REQUESTS = 3
Ann Any Tue
Cat Night Sat
Cat Any Sat
"""


def slow_breakdown(folder: Path, name: str, cells: list[list[str]]) -> dict[str, float]:
    """The validator's lines by run-length arithmetic on the words of the text files.

    ``cells`` holds "-" or "Shift:Skill" by nurse and day.
    """
    scenario, h, order = name.split("_")
    words = (folder / f"Sc-{scenario}.txt").read_text().split("\n")
    weeks = [(folder / f"WD-{scenario}-{w}.txt").read_text().split("\n") for w in order.split("-")]

    def below(lines: list[str], title: str, end: str = "") -> list[list[str]]:
        start = next(i for i, line in enumerate(lines) if line.startswith(title)) + 1
        out = []
        for line in lines[start:]:
            if line.strip() == end:
                break
            out.append(line.split())
        return out

    def pair(text: str) -> tuple[int, int]:
        a, b = text.strip("()").split(",")
        return int(a), int(b)

    limits = {t[0]: pair(t[1]) for t in below(words, "SHIFT_TYPES")}
    bans = {t[0]: t[2:] for t in below(words, "FORBIDDEN")}
    contracts = {t[0]: t[1:] for t in below(words, "CONTRACTS")}
    nurses = below(words, "NURSES")
    history = {t[0]: t[1:] for t in below((folder / f"H0-{scenario}-{h}.txt").read_text().split("\n"), "NURSE_HISTORY")}
    n_days = 7 * len(weeks)
    out = dict.fromkeys((k for k in LINES if k != "total"), 0.0)

    def runs(inside: list[bool], past: int, low: int, high: int) -> int:
        charge, day = 0, 0
        if past and not inside[0]:
            charge += max(0, low - past)
        while day < n_days:
            if not inside[day]:
                day += 1
                continue
            begin = day
            while day < n_days and inside[day]:
                day += 1
            used = past if begin == 0 else 0
            length = day - begin + used
            charge += max(0, length - high) - max(0, used - high)
            if day < n_days:
                charge += max(0, low - length)
        return charge

    for row, (nurse, contract, _, *skills) in zip(cells, nurses, strict=True):
        total, work, off, weekends, complete = contracts[contract]
        done, done_weekends, last, same, worked, free = history[nurse]
        shifts = [c.split(":")[0] for c in row]
        assigned = sum(s != "-" for s in shifts) + int(done)
        low, high = pair(total)
        out["total_assignments"] += 20 * (max(0, low - assigned) + max(0, assigned - high))
        out["consecutive"] += 30 * runs([s != "-" for s in shifts], int(worked), *pair(work))
        for shift, (low, high) in limits.items():
            past = int(same) if last == shift else 0
            out["consecutive"] += 15 * runs([s == shift for s in shifts], past, low, high)
        out["non_working_days"] += 30 * runs([s == "-" for s in shifts], int(free), *pair(off))
        ends = [(shifts[7 * w + 5] != "-", shifts[7 * w + 6] != "-") for w in range(len(weeks))]
        out["max_working_weekend"] += 30 * max(0, sum(map(any, ends)) + int(done_weekends) - int(weekends))
        out["complete_weekends"] += 30 * int(complete) * sum(a != b for a, b in ends)
        out["skill"] += sum(c != "-" and c.split(":")[1] not in skills for c in row)
        for before, after in zip([last.replace("None", "-"), *shifts], shifts, strict=False):
            out["succ"] += after in bans.get(before, ())
    names = [n[0] for n in nurses]
    for w, lines in enumerate(weeks):
        for shift, skill, *wanted in below(lines, "REQUIREMENTS"):
            for day, text in enumerate(wanted):
                count = sum(row[7 * w + day] == f"{shift}:{skill}" for row in cells)
                least, best = pair(text)
                out["min"] += max(0, least - count)
                out["optimal_coverage"] += 30 * max(0, best - count) if count >= least else 0
        for nurse, shift, day in (t for t in below(lines, "SHIFT_OFF_REQUESTS") if t):
            got = cells[names.index(nurse)][7 * w + DAYS.index(day)]
            out["preferences"] += 10 * (got != "-" if shift == "Any" else got.split(":")[0] == shift)
    out["total"] = sum(v for k, v in out.items() if k not in ("min", "skill", "succ"))
    return out


def random_roster(problem: RosterProblem, rng: np.random.Generator) -> Roster:
    people, days, duties = problem.shape
    out = np.zeros((people, days), dtype=np.int16)
    for row in out:
        day = 0
        while day < days:
            length = int(rng.integers(1, 7))
            row[day : day + length] = int(rng.integers(0, duties)) if rng.random() < 0.65 else 0
            day += length
    noise = rng.random(out.shape) < 0.1
    out[noise] = rng.integers(0, duties, int(noise.sum()))
    return Roster.from_array(out)


@pytest.fixture
def tiny(tmp_path: Path) -> Path:
    folder = tmp_path / "tiny"
    folder.mkdir()
    (folder / "Sc-tiny.txt").write_text(SCENARIO)
    (folder / "H0-tiny-0.txt").write_text(HISTORY)
    for w in range(3):
        (folder / f"WD-tiny-{w}.txt").write_text(WEEK)
    return folder


def instance(path: Path, **options: str) -> RosterProblem:
    problem = read(path, format="inrc2", **options)
    assert isinstance(problem, RosterProblem)
    return problem


# ---- costs -------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    "name",
    [
        "n005w4_0_1-2-3-3",
        "n005w4_1_5-3-1-0",
        "n005w4_2_6-7-8-9",
        "n012w8_0_3-5-0-2-0-4-5-2",
        "n012w8_1_7-7-0-8-9-3-2-6",
        "n012w8_2_4-5-6-7-2-1-2-1",
    ],
)
def test_fixtures_equal_the_validator_line_by_line(benchmarks: Path, name: str) -> None:
    problem = instance(benchmarks / "inrc2" / "datasets" / name)
    folder = benchmarks / "inrc2" / "fixtures" / name
    expected = json.loads((folder / "expected.json").read_text())
    evaluation = problem.evaluate(read_plan(folder, problem))
    found = validator_breakdown(evaluation)
    lines = {k: v for k, v in expected.items() if isinstance(v, int)}
    assert len(lines) == 8
    assert {k: found[k] for k in lines} == lines
    assert {k: found[k] for k in ("min", "skill", "succ")} == {k: expected["hard"][k] for k in ("min", "skill", "succ")}
    assert evaluation.feasible
    assert evaluation.cost == expected["total"]


@pytest.mark.parametrize(
    "name", ["n005w4_0_1-2-3-3", "n012w8_2_4-5-6-7-2-1-2-1", "n030w4_1_6-2-9-1", "n080w4_2_2-2-0-0"]
)
def test_agrees_with_the_slow_evaluator_on_real_instances(benchmarks: Path, name: str) -> None:
    folder = benchmarks / "inrc2" / "datasets" / name.split("_")[0]
    problem, rng = instance(folder / name), np.random.default_rng(3)
    for _ in range(6):
        plan = random_roster(problem, rng)
        assert validator_breakdown(problem.evaluate(plan)) == slow_breakdown(folder, name, problem.table(plan))


@st.composite
def borders(draw: st.DrawFn) -> str:
    """The history line of one nurse, without the name."""
    counts = f"{draw(st.integers(0, 9))} {draw(st.integers(0, 2))}"
    last = draw(st.sampled_from(["None", "Early", "Night"]))
    if last == "None":
        return f"{counts} None 0 0 {draw(st.integers(0, 9))}"
    same = draw(st.integers(1, 6))
    return f"{counts} {last} {same} {same + draw(st.integers(0, 3))} 0"


@settings(deadline=None, max_examples=150)
@given(lines=st.tuples(borders(), borders(), borders()), seed=st.integers(0, 2**32 - 1))
def test_agrees_with_the_slow_evaluator_under_any_history(
    lines: tuple[str, ...], seed: int, tmp_path_factory: pytest.TempPathFactory
) -> None:
    folder = tmp_path_factory.getbasetemp() / "any"
    folder.mkdir(exist_ok=True)
    (folder / "Sc-tiny.txt").write_text(SCENARIO)
    for w in range(2):
        (folder / f"WD-tiny-{w}.txt").write_text(WEEK)
    rows = "".join(f"{n} {line}\n" for n, line in zip(("Ann", "Bob", "Cat"), lines, strict=True))
    (folder / "H0-tiny-0.txt").write_text(f"HISTORY\n0 tiny\n\nNURSE_HISTORY\n{rows}")
    problem = instance(folder / "tiny_0_1-0")
    rng = np.random.default_rng(seed)
    for _ in range(3):
        plan = random_roster(problem, rng)
        slow = slow_breakdown(folder, "tiny_0_1-0", problem.table(plan))
        assert validator_breakdown(problem.evaluate(plan)) == slow


@pytest.mark.parametrize("name", ["n005w4_0_1-2-3-3", "n012w8_0_3-5-0-2-0-4-5-2"])
def test_stages_add_up_to_the_static_cost(benchmarks: Path, tmp_path: Path, name: str) -> None:
    folder = benchmarks / "inrc2" / "datasets" / name.split("_")[0]
    _, history, order = name.split("_")
    whole = instance(folder / name)
    rng = np.random.default_rng(4)
    for plan in (read_plan(benchmarks / "inrc2" / "fixtures" / name, whole), random_roster(whole, rng)):
        assert isinstance(plan, Roster)
        path, total = folder / f"H0-{whole.meta['scenario']}-{history}.txt", dict.fromkeys(LINES, 0.0)
        for w, week in enumerate(order.split("-")):
            more = {} if w == whole.horizon.days // 7 - 1 else {"stage": True}
            stage = read(folder, format="inrc2", history=str(path), weeks=week, **more)
            part = Roster.from_array(plan.duties[:, 7 * w : 7 * w + 7])
            for line, cost in validator_breakdown(stage.evaluate(part)).items():
                total[line] += cost
            written = write_plan(part, stage, tmp_path / "part")
            assert [p.name for p in written] == [f"part-week{w}.txt"]
            path = write_history(part, stage, tmp_path / f"history{w}.txt")
        assert total == validator_breakdown(whole.evaluate(plan))
        assert read_plan(tmp_path / "part-week0.txt", whole) == plan


def test_a_person_added_later_gets_a_history_too(tiny: Path, tmp_path: Path) -> None:
    problem = instance(tiny / "tiny_0_2-1").with_employee(Employee("Dan", contract="Full"), like="Bob")
    rows = [["-"] * 14] * 3 + [["-"] * 11 + ["Early:Nurse", "-", "Night:Nurse"]]
    written = write_history(problem.roster(rows), problem, tmp_path / "h.txt").read_text().splitlines()
    assert written[:2] == ["HISTORY", "2 tiny"]
    assert written[-1] == "Dan 2 1 Night 1 1 0"


# ---- ways to name an instance ------------------------------------------------------------------------------------
def test_json_form_is_the_same_problem(benchmarks: Path) -> None:
    name = "n030w4_1_6-2-3-1"
    text = instance(benchmarks / "inrc2" / "datasets" / "n030w4" / name)
    other = instance(benchmarks / "inrc2" / "json_sample" / name)
    assert text.digest() == other.digest()
    assert text.meta == other.meta


def test_names_and_options_give_the_same_problem(tiny: Path) -> None:
    digest = instance(tiny / "tiny_0_2-1").digest()
    assert instance(tiny.parent / "tiny_0_2-1").digest() == digest
    for history in ("0", "H0-tiny-0", "H0-tiny-0.txt", str(tiny / "H0-tiny-0.txt")):
        assert instance(tiny, history=history, weeks="2-1").digest() == digest
    assert instance(tiny / "Sc-tiny.txt", history="0", weeks="2,1").digest() == digest


def test_detection(tiny: Path, tmp_path: Path) -> None:
    detects = Inrc2Format().detects
    assert detects(tiny)
    assert detects(tiny / "tiny_0_2-1")
    assert detects(tiny.parent / "tiny_0_2-1")
    assert not detects(tiny / "tiny_0_2-x")
    assert not detects(tmp_path)
    assert not detects(tmp_path / "other_0_2-1")
    assert not detects(tiny / "H0-tiny-0.txt")
    assert not detects(Path("bad\0name_0_1"))


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({}, "history and weeks to be given.*found: 0.*found: 0, 1, 2.*--history 0 --weeks 0-1"),
        ({"history": "0"}, "weeks to be given"),
        ({"history": "7", "weeks": "0-1"}, "H0-tiny-7.txt: no such file; known indexes: 0"),
        ({"history": "0", "weeks": "0-9"}, "WD-tiny-9.txt: no such file; known indexes: 0, 1, 2"),
        ({"history": "0", "weeks": "0-1-2"}, "2 weeks are to be given, not 3"),
        ({"history": "x", "weeks": "0-1"}, "names no history"),
        ({"history": "0", "weeks": "0;1"}, "is not a list of week indexes"),
    ],
)
def test_what_is_to_be_given_is_said(tiny: Path, options: dict[str, str], words: str) -> None:
    with pytest.raises(InputError, match=words):
        instance(tiny, **options)


def test_every_shared_file_parses(benchmarks: Path) -> None:
    count = 0
    for folder in sorted((benchmarks / "inrc2").glob("dataset*/*")):
        weeks = int(re.search(r"w(\d+)$", folder.name)[1])  # type: ignore[index]
        found = sorted((int(p.stem.split("-")[-1]) for p in folder.glob("WD-*")), reverse=True)
        for h in range(3):
            order = "-".join(str(w) for w in (found * weeks)[:weeks])
            problem = instance(folder, history=str(h), weeks=order)
            assert problem.horizon.days == 7 * weeks
            count += 1
    assert count >= 57


# ---- plans -------------------------------------------------------------------------------------------------------
def test_plans_come_back_as_they_were_written(tiny: Path, tmp_path: Path) -> None:
    problem = instance(tiny / "tiny_0_2-1")
    plan = random_roster(problem, np.random.default_rng(5))
    out = tmp_path / "out"
    files = write_plan(plan, problem, out / "plan")
    assert [f.name for f in files] == ["plan-week0.txt", "plan-week1.txt"]
    (out / "log.txt").write_text("not a solution")
    assert read_plan(out, problem) == plan
    assert read_plan(files[1], problem) == plan
    shutil.rmtree(out)


@pytest.mark.parametrize(
    ("old", "new", "line", "words"),
    [
        ("SOLUTION", "SOLUTIONS", 1, "the line SOLUTION was expected"),
        ("0 tiny", "0 huge", 2, "belongs to scenario 'huge'"),
        ("0 tiny", "5 tiny", None, "week 5 is not in the problem"),
        ("0 tiny", "1 tiny", None, "is also in"),
        ("ASSIGNMENTS = 2", "ASSIGNMENTS = 3", None, "ends where assignment 3 of 3"),
        ("ASSIGNMENTS = 2", "ASSIGNMENTS = 1", 6, "nothing more"),
        ("Ann Mon", "Zoe Mon", 5, "unknown nurse 'Zoe'"),
        ("Ann Mon", "Ann May", 5, "unknown day 'May'"),
        ("Early Head", "Late Head", 5, "unknown shift and skill 'Late:Head'"),
        ("Bob Tue", "Ann Mon", 6, "two assignments on Mon"),
    ],
)
def test_bad_plans_are_named(tiny: Path, tmp_path: Path, old: str, new: str, line: int | None, words: str) -> None:
    problem = instance(tiny / "tiny_0_2-1")
    first = "SOLUTION\n0 tiny\n\nASSIGNMENTS = 2\nAnn Mon Early Head\nBob Tue Night Nurse\n"
    out = tmp_path / "out"
    out.mkdir()
    (out / "s0.txt").write_text(first)
    (out / "s1.txt").write_text("SOLUTION\n1 tiny\nASSIGNMENTS = 0\n")
    assert read_plan(out, problem).duties.astype(bool).sum() == 2  # type: ignore[attr-defined]
    assert old in first
    (out / "s0.txt").write_text(first.replace(old, new, 1))
    with pytest.raises(InputError, match=words) as caught:
        read_plan(out / "s0.txt", problem)
    assert caught.value.line == line
    assert caught.value.file is not None


@pytest.mark.parametrize(
    ("file", "old", "new", "line", "words"),
    [
        ("Sc-tiny.txt", "SKILLS = 2", "SKILLS = 3", 10, "SHIFT_TYPES = ... was expected"),
        ("Sc-tiny.txt", "Early (2,3)", "Early (4,3)", 10, "minimum 4 and maximum 3"),
        ("Sc-tiny.txt", "Night 1 Early", "Night 1 Late", 15, "unknown shift type 'Late'"),
        ("Sc-tiny.txt", "Night 1 Early", "Night 2 Early", 15, "2 shift types announced, 1 given"),
        ("Sc-tiny.txt", "Full (5,9)", "Full (5;9)", 18, "number,number"),
        ("Sc-tiny.txt", "Bob Full 1 Nurse", "Bob Half 1 Nurse", 23, "unknown contract 'Half'"),
        ("Sc-tiny.txt", "Bob Full 1 Nurse", "Ann Full 1 Nurse", 23, "two times nurse 'Ann'"),
        ("H0-tiny-0.txt", "Night 2 4 0", "Night 5 4 0", 5, "consecutive"),
        ("H0-tiny-0.txt", "Bob 0 0", "Ann 0 0", 6, "two times"),
        ("WD-tiny-1.txt", "(1,3)", "(4,3)", 6, "minimum 4 and maximum 3"),
        ("WD-tiny-1.txt", "Cat Night Sat", "Cat Late Sat", 12, "unknown shift type"),
        ("WD-tiny-1.txt", "Cat Night Sat", "Cat Night", 12, "3 fields"),
    ],
)
def test_bad_lines_are_named(tiny: Path, file: str, old: str, new: str, line: int, words: str) -> None:
    path = tiny / file
    assert old in path.read_text()
    path.write_text(path.read_text().replace(old, new, 1))
    with pytest.raises(InputError, match=words) as caught:
        instance(tiny / "tiny_0_1-0")
    assert (caught.value.file, caught.value.line) == (path, line)


def test_a_name_too_long_for_a_file_names_none(tiny: Path) -> None:
    path = tiny / "scenario.txt"
    (tiny / "Sc-tiny.txt").unlink()
    path.write_text(SCENARIO.replace("= tiny", "= " + "9" * 300))
    with pytest.raises(InputError, match="no such file") as caught:
        instance(path, history="0", weeks="1-0")
    assert caught.value.file == tiny
    assert len(str(caught.value)) < 500


def test_bad_json_is_named(benchmarks: Path, tmp_path: Path) -> None:
    folder = tmp_path / "n030w4"
    shutil.copytree(benchmarks / "inrc2" / "json_sample" / "n030w4", folder)
    path = folder / "H0-n030w4-1.json"
    good = path.read_text()
    for old, new, words in (
        ('"HN_1"', '"HN_0"', r"nurseHistory\[1\] \(HN_0\): two times history of 'HN_0'"),
        ('"Night"', '"Nap"', "unknown shift type 'Nap'"),
        ('"numberOfAssignments" : 0', '"numberOfAssignments" : "0"', r"nurseHistory\[0\]\.numberOfAssignments"),
        ('"week" : 0,', '"week" : 0', "not valid JSON"),
    ):
        path.write_text(good.replace(old, new, 1))
        with pytest.raises(InputError, match=words) as caught:
            Inrc2Format().read(folder, ReadOptions(history="1", weeks="0-0-0-0"))
        assert caught.value.file == path


# ---- scenarios that call themselves otherwise than their files do -------------------------------------------------
@pytest.mark.parametrize("said", ["tiny_2", "tiny"])
def test_text_files_are_found_by_their_names(tiny: Path, tmp_path: Path, said: str) -> None:
    expected = instance(tiny / "tiny_0_1-0")
    for file in tiny.iterdir():
        text = file.read_text()
        name = "tiny_2" if file.name.startswith("Sc-") else said
        file.write_text(
            text.replace("= tiny", f"= {name}").replace("0 tiny", f"0 {name}").replace("A\ntiny", f"A\n{name}")
        )
    found = instance(tiny / "tiny_0_1-0")
    assert found.digest() == expected.digest()
    assert found.name == "tiny_0_1-0"
    assert instance(tiny, history="0", weeks="1-0").digest() == expected.digest()
    assert instance(tiny, history="H0-tiny-0.txt", weeks="1-0").digest() == expected.digest()
    plan = random_roster(found, np.random.default_rng(2))
    out = tmp_path / "out"
    out.mkdir()
    written = write_plan(plan, found, out / "plan")
    assert written[0].read_text().startswith("SOLUTION\n0 tiny_2\n")
    assert read_plan(out, found) == plan
    for file in written:
        file.write_text(file.read_text().replace("tiny_2", "tiny"))
    assert read_plan(out, found) == plan


def test_json_files_are_found_by_their_names(benchmarks: Path, tmp_path: Path) -> None:
    folder = tmp_path / "n030w4"
    shutil.copytree(benchmarks / "inrc2" / "json_sample" / "n030w4", folder)
    expected = instance(folder, history="1", weeks="0-0-0-0")
    for file in folder.glob("*.json"):
        file.write_text(file.read_text().replace('"n030w4"', '"n030w4_7"'))
    assert instance(folder, history="1", weeks="0-0-0-0").digest() == expected.digest()


def test_files_of_another_scenario_are_still_refused(tiny: Path) -> None:
    (tiny / "H0-tiny-0.txt").write_text(HISTORY.replace("tiny", "other"))
    with pytest.raises(InputError, match="belongs to scenario 'other', not to 'tiny'"):
        instance(tiny / "tiny_0_1-0")
