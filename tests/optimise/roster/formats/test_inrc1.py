"""INRC-I: the XML reader, rosters, and an independent evaluator written from the published rules."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from datetime import date, timedelta
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from optimise.core.errors import InputError
from optimise.formats.base import ReadOptions, read_plan, write_plan
from optimise.roster.formats.inrc1 import Inrc1Format
from optimise.roster.problem import Roster, RosterProblem

pytestmark = pytest.mark.quick

WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")


def contract(identity: str, weekend: str, **limits: str) -> str:
    """A contract element; ``limits`` are ``Tag="on weight value"`` or ``Tag="weight true"``."""
    rows = []
    for tag, text in limits.items():
        parts = text.split()
        if len(parts) == 3:
            rows.append(f'<{tag} on="{parts[0]}" weight="{parts[1]}">{parts[2]}</{tag}>')
        else:
            rows.append(f'<{tag} weight="{parts[0]}">{parts[1]}</{tag}>')
    return f"""<Contract ID="{identity}"><Description>c{identity}</Description>
{chr(10).join(rows)}
<WeekendDefinition>{weekend}</WeekendDefinition>
<UnwantedPatterns><Pattern>0</Pattern><Pattern>1</Pattern></UnwantedPatterns></Contract>"""


SMALL = f"""<?xml version="1.0" encoding="utf-8"?>
<SchedulingPeriod ID="small">
<StartDate>2010-01-01</StartDate>
<EndDate>2010-01-19</EndDate>
<Skills><Skill>Nurse</Skill><Skill>HeadNurse</Skill></Skills>
<ShiftTypes>
<Shift ID="E"><StartTime>06:30:00</StartTime><EndTime>14:30:00</EndTime><Skills><Skill>Nurse</Skill></Skills></Shift>
<Shift ID="N"><StartTime>22:30:00</StartTime><EndTime>06:30:00</EndTime><Skills><Skill>Nurse</Skill></Skills></Shift>
<Shift ID="DH"><StartTime>08:00:00</StartTime><EndTime>16:00:00</EndTime>
<Skills><Skill>HeadNurse</Skill></Skills></Shift>
</ShiftTypes>
<Patterns>
<Pattern ID="0" weight="3"><PatternEntries>
<PatternEntry index="0"><ShiftType>N</ShiftType><Day>Any</Day></PatternEntry>
<PatternEntry index="1"><ShiftType>E</ShiftType><Day>Any</Day></PatternEntry></PatternEntries></Pattern>
<Pattern ID="1" weight="2"><PatternEntries>
<PatternEntry index="0"><ShiftType>None</ShiftType><Day>Friday</Day></PatternEntry>
<PatternEntry index="1"><ShiftType>Any</ShiftType><Day>Saturday</Day></PatternEntry>
<PatternEntry index="2"><ShiftType>N</ShiftType><Day>Sunday</Day></PatternEntry></PatternEntries></Pattern>
</Patterns>
<Contracts>
{
    contract(
        "0",
        "SaturdaySunday",
        MinNumAssignments="1 2 6",
        MaxNumAssignments="1 3 9",
        MinConsecutiveWorkingDays="1 1 3",
        MaxConsecutiveWorkingDays="1 4 5",
        MinConsecutiveFreeDays="1 2 2",
        MaxConsecutiveFreeDays="1 5 4",
        MinConsecutiveWorkingWeekends="1 7 2",
        MaxConsecutiveWorkingWeekends="1 8 2",
        CompleteWeekends="6 true",
        IdenticalShiftTypesDuringWeekend="9 true",
        AlternativeSkillCategory="11 true",
        NoNightShiftBeforeFreeWeekend="100 true",
        MaxWorkingWeekendsInFourWeeks="1 100 0",
    )
}
{
    contract(
        "1",
        "FridaySaturdaySunday",
        MinNumAssignments="0 2 6",
        MaxNumAssignments="1 1 0",
        MaxConsecutiveWorkingDays="1 4 0",
        MaxConsecutiveFreeDays="1 0 1",
        MinConsecutiveFreeDays="1 1 19",
        MaxConsecutiveWorkingWeekends="1 5 0",
        MinConsecutiveWorkingWeekends="1 1 3",
        CompleteWeekends="3 true",
        IdenticalShiftTypesDuringWeekend="2 true",
        AlternativeSkillCategory="5 false",
    )
}
</Contracts>
<Employees>
<Employee ID="0"><ContractID>0</ContractID><Name>a</Name><Skills><Skill>Nurse</Skill></Skills></Employee>
<Employee ID="1"><ContractID>1</ContractID><Name>b</Name><Skills><Skill>HeadNurse</Skill></Skills></Employee>
<Employee ID="2"><ContractID>0</ContractID><Name>c</Name>
<Skills><Skill>Nurse</Skill><Skill>HeadNurse</Skill></Skills></Employee>
</Employees>
<CoverRequirements>
<DayOfWeekCover><Day>Monday</Day><Cover><Shift>E</Shift><Preferred>2</Preferred></Cover>
<Cover><Shift>N</Shift><Preferred>1</Preferred></Cover></DayOfWeekCover>
<DayOfWeekCover><Day>Saturday</Day><Cover><Shift>DH</Shift><Preferred>1</Preferred></Cover></DayOfWeekCover>
<DateSpecificCover><Date>2010-01-04</Date><Cover><Shift>E</Shift><Preferred>0</Preferred></Cover></DateSpecificCover>
</CoverRequirements>
<DayOffRequests><DayOff weight="4"><EmployeeID>0</EmployeeID><Date>2010-01-02</Date></DayOff></DayOffRequests>
<DayOnRequests><DayOn weight="5"><EmployeeID>1</EmployeeID><Date>2010-01-03</Date></DayOn></DayOnRequests>
<ShiftOffRequests><ShiftOff weight="6"><ShiftTypeID>N</ShiftTypeID><EmployeeID>2</EmployeeID>
<Date>2010-01-04</Date></ShiftOff></ShiftOffRequests>
<ShiftOnRequests><ShiftOn weight="7"><ShiftTypeID>E</ShiftTypeID><EmployeeID>2</EmployeeID>
<Date>2010-01-19</Date></ShiftOn></ShiftOnRequests>
</SchedulingPeriod>
"""


def lengths(flags: list[bool]) -> list[int]:
    """Lengths of the runs of True."""
    return [len(run) for run in "".join("x" if f else " " for f in flags).split()]


def slow_costs(path: Path, cells: list[list[str]]) -> dict[str, int]:
    """Cost by kind of rule, from the raw XML and run lengths; ``cells`` holds "-" or a shift id."""
    root = ET.parse(path).getroot()
    start = date.fromisoformat(root.findtext("StartDate", ""))
    days = (date.fromisoformat(root.findtext("EndDate", "")) - start).days + 1
    names = [WEEKDAYS[(start + timedelta(d)).weekday()] for d in range(days)]
    needs = {s.get("ID"): {k.text for k in s.findall("Skills/Skill")} for s in root.findall("ShiftTypes/Shift")}
    patterns = {p.get("ID"): p for p in root.findall("Patterns/Pattern")}
    contracts = {c.get("ID"): c for c in root.findall("Contracts/Contract")}
    staff = root.findall("Employees/Employee")
    ids = [e.get("ID") for e in staff]
    out = dict.fromkeys(
        (
            "cover",
            "assignments",
            "work",
            "free",
            "weekend runs",
            "complete",
            "identical",
            "skill",
            "patterns",
            "requests",
        ),
        0,
    )
    for d in range(days):
        for shift in needs:
            wanted = 0
            for c in root.findall("CoverRequirements/DayOfWeekCover"):
                for part in c.findall("Cover"):
                    if c.findtext("Day") == names[d] and part.findtext("Shift") == shift:
                        wanted = int(part.findtext("Preferred", ""))
            for c in root.findall("CoverRequirements/DateSpecificCover"):
                for part in c.findall("Cover"):
                    if c.findtext("Date") == str(start + timedelta(d)) and part.findtext("Shift") == shift:
                        wanted = int(part.findtext("Preferred", ""))
            out["cover"] += abs(wanted - sum(row[d] == shift for row in cells))
    for row, person in zip(cells, staff, strict=True):
        terms = contracts[person.findtext("ContractID")]
        skills = {k.text for k in person.findall("Skills/Skill")}
        worked = [c != "-" for c in row]

        def limit(tag: str, terms: ET.Element = terms) -> tuple[int, int]:
            found = terms.find(tag)
            if found is None or found.get("on") != "1":
                return 0, 0
            return int(found.text or ""), int(found.get("weight", ""))

        def weight(tag: str, terms: ET.Element = terms) -> int:
            found = terms.find(tag)
            return 0 if found is None or found.text != "true" else int(found.get("weight", ""))

        def outside(kind: str, values: list[int], what: str) -> None:
            (low, low_price), (high, high_price) = limit(f"Min{what}"), limit(f"Max{what}")
            out[kind] += sum(low_price * max(0, low - v) + high_price * max(0, v - high) for v in values)

        outside("assignments", [sum(worked)], "NumAssignments")
        outside("work", lengths(worked), "ConsecutiveWorkingDays")
        outside("free", lengths([not w for w in worked]), "ConsecutiveFreeDays")
        definition = terms.findtext("WeekendDefinition", "")
        first = next(n for n in WEEKDAYS if definition.startswith(n))
        length = definition.count("day")
        weekends = [range(d, min(days, d + length)) for d in range(days) if names[d] == first]
        outside("weekend runs", lengths([any(worked[d] for d in w) for w in weekends]), "ConsecutiveWorkingWeekends")
        for weekend in weekends:
            on = "".join("W" if worked[d] else "-" for d in weekend)
            if len(on) < length:
                continue
            if length == 2:
                units = on in ("W-", "-W")
            else:
                units = {"W-W": 4, "WW-": 1, "-WW": 1, "W--": 2, "-W-": 2, "--W": 2}.get(on, 0)
            out["complete"] += weight("CompleteWeekends") * units
            types = [row[d] for d in weekend]
            if "-" not in on:
                units = sum(length - types.count(t) for t in set(types))
            else:
                units = length == 2 and on != "--"
            out["identical"] += weight("IdenticalShiftTypesDuringWeekend") * units
        for cell in row:
            if cell != "-" and needs[cell] - skills:
                out["skill"] += weight("AlternativeSkillCategory")
        for use in terms.findall("UnwantedPatterns/Pattern"):
            pattern = patterns[use.text]
            entries = sorted(pattern.iter("PatternEntry"), key=lambda e: int(e.get("index", "")))
            for d in range(days - len(entries) + 1):
                if entries[0].findtext("Day") in ("Any", names[d]) and all(
                    {"Any": row[d + i] != "-", "None": row[d + i] == "-"}.get(
                        e.findtext("ShiftType", ""), row[d + i] == e.findtext("ShiftType")
                    )
                    for i, e in enumerate(entries)
                ):
                    out["patterns"] += int(pattern.get("weight", ""))
    for tag in ("DayOff", "DayOn", "ShiftOff", "ShiftOn"):
        for r in root.iter(tag):
            cell = cells[ids.index(r.findtext("EmployeeID"))][(date.fromisoformat(r.findtext("Date", "")) - start).days]
            got = cell != "-" if tag.startswith("Day") else cell == r.findtext("ShiftTypeID")
            out["requests"] += int(r.get("weight", "")) * (got == tag.endswith("Off"))
    return out


KINDS = {
    "assignments": "assignments",
    "working days in a row": "work",
    "free days in a row": "free",
    "working weekends in a row": "weekend runs",
    "complete weekends": "complete",
    "identical weekends": "identical",
    "alternative skill": "skill",
    "day-off requests": "requests",
    "day-on requests": "requests",
    "shift-off requests": "requests",
    "shift-on requests": "requests",
}


def evaluated(problem: RosterProblem, plan: Roster) -> dict[str, float]:
    out: dict[str, float] = dict.fromkeys((*KINDS.values(), "patterns", "cover"), 0.0)
    evaluation = problem.evaluate(plan)
    for rule in evaluation.rules:
        kind = rule.rule.partition(":")[0]
        kind = "patterns" if kind.startswith("unwanted pattern") else KINDS.get(kind, kind)
        out[kind] += rule.amount if rule.hard else rule.cost
    assert evaluation.cost == sum(v for k, v in out.items() if k != "cover")
    return out


def random_roster(problem: RosterProblem, rng: np.random.Generator) -> Roster:
    people, days, duties = problem.shape
    out = np.zeros((people, days), dtype=np.int16)
    for row in out:
        day, busy = 0, rng.random()
        while day < days:
            length = int(rng.integers(1, 8))
            row[day : day + length] = int(rng.integers(1, duties)) if rng.random() < busy else 0
            day += length
    noise = rng.random(out.shape) < 0.15 * rng.random()
    out[noise] = rng.integers(0, duties, int(noise.sum()))
    return Roster.from_array(out)


def instance(path: Path) -> RosterProblem:
    return Inrc1Format().read(path, ReadOptions())


@pytest.fixture
def small(tmp_path: Path) -> Path:
    path = tmp_path / "small.xml"
    path.write_text(SMALL)
    return path


@settings(deadline=None, max_examples=100)
@given(seed=st.integers(0, 2**32 - 1))
def test_agrees_with_the_slow_evaluator_on_a_small_instance(
    seed: int, tmp_path_factory: pytest.TempPathFactory
) -> None:
    path = tmp_path_factory.getbasetemp() / "small.xml"
    path.write_text(SMALL)
    problem, rng = instance(path), np.random.default_rng(seed)
    for _ in range(2):
        plan = random_roster(problem, rng)
        assert evaluated(problem, plan) == slow_costs(path, problem.table(plan))


@pytest.mark.parametrize(
    "name",
    [
        "sprint01",
        "sprint_late02",
        "sprint_hidden03",
        "sprint_late10",
        "medium_hint01",
        "medium_late02",
        "long_hidden04",
    ],
)
def test_agrees_with_the_slow_evaluator_on_real_instances(benchmarks: Path, name: str) -> None:
    path = benchmarks / "inrc1" / "instances" / f"{name}.xml"
    problem, rng = instance(path), np.random.default_rng(7)
    for _ in range(4):
        plan = random_roster(problem, rng)
        assert evaluated(problem, plan) == slow_costs(path, problem.table(plan))


@pytest.mark.parametrize(
    ("row", "kind", "cost"),
    [
        # contract 0 from Friday 1 January: the weekends are days 1-2, 8-9, 15-16
        ("-------------------", "free", 5 * 15),  # the run of 19 touches both edges
        ("EE-----------------", "work", 1),  # short at the first day, charged all the same
        ("-----------------EE", "work", 1),
        ("-EN----------------", "identical", 2 * 9),
        ("-E-----------------", "identical", 9),
        ("-E-----------------", "complete", 6),
        ("-EE----------------", "weekend runs", 7),
        ("-EE----EEE-----EE--", "weekend runs", 8),
        ("-E------E------E---", "complete", 18),
        ("NE-NE---------------"[:19], "patterns", 6),
        ("-EN----------------", "patterns", 2),
        ("DHD---------------H", "skill", None),
    ],
)
def test_edges_and_weekends(small: Path, row: str, kind: str, cost: int | None) -> None:
    problem = instance(small)
    cells = [["-"] * 19 for _ in range(3)]
    if cost is None:
        cells[0][0] = cells[2][0] = "DH"
        cost = 11  # only the nurse without the skill
    else:
        cells[0] = list(row)
    free = problem.evaluate(problem.roster([["-"] * 19] * 3))
    found = problem.evaluate(problem.roster(cells))

    def price(evaluation: object) -> float:
        lines = evaluation.rules  # type: ignore[attr-defined]
        return sum(
            r.cost
            for r in lines
            if (r.rule.startswith("unwanted") and kind == "patterns")
            or (r.rule.endswith("c0") and KINDS.get(r.rule.partition(":")[0]) == kind)
        )

    others = price(free) / 2 if kind == "free" else 0  # person 2 is free throughout as well
    assert price(found) - others == cost


def test_cover_is_exact_and_dates_overrule_weekdays(small: Path) -> None:
    problem = instance(small)
    cover = {
        (v.days[0], v.message.split()[3].rstrip(":")): v
        for v in problem.evaluate(problem.roster([["-"] * 19] * 3)).violations
        if v.rule == "cover"
    }
    # Mondays 4, 11, 18 January are days 3, 10, 17; the fourth wants no early
    assert sorted(cover) == [(1, "DH"), (3, "N"), (8, "DH"), (10, "E"), (10, "N"), (15, "DH"), (17, "E"), (17, "N")]
    cells = [["-"] * 19 for _ in range(3)]
    cells[0][3] = "E"
    surplus = [v for v in problem.evaluate(problem.roster(cells)).violations if "too many" in v.message]
    assert [(v.days, v.hard, v.amount) for v in surplus] == [((3,), True, 1.0)]


def test_unscored_rules_leave_no_trace(small: Path) -> None:
    names = [r.name for r in instance(small).rules]
    assert not [n for n in names if "ight" in n or "our" in n]
    assert "assignments: c1" in names
    assert "alternative skill: c1" not in names


def test_every_shared_instance_parses(benchmarks: Path) -> None:
    paths = sorted((benchmarks / "inrc1" / "instances").glob("*.xml"))
    assert len(paths) == 69
    for path in paths:
        assert Inrc1Format().detects(path)
        assert instance(path).horizon.days == 28


def test_plans_come_back_as_they_were_written(small: Path, tmp_path: Path) -> None:
    problem = instance(small)
    plan = random_roster(problem, np.random.default_rng(5))
    (path,) = write_plan(plan, problem, tmp_path / "out" / "plan.v1", format="inrc1")
    assert path.name == "plan.v1.xml"
    assert read_plan(path, problem, format="inrc1") == plan
    assert not Inrc1Format().detects(path)


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("<StartDate>2010-01-01", "<StartDate>2010-13-01", "a date such as"),
        ("<EndDate>2010-01-19", "<EndDate>2009-01-19", "horizon of"),
        ('<Shift ID="N">', '<Shift ID="E">', "unique"),
        ("22:30:00", "22h30", "clock time"),
        ("<ShiftType>N</ShiftType><Day>Any", "<ShiftType>Q</ShiftType><Day>Any", "unknown shift 'Q'"),
        ("<Day>Sunday</Day></PatternEntry>", "<Day>Friday</Day></PatternEntry>", "do not follow each other"),
        ('<MinNumAssignments on="1" weight="2">6', '<MinNumAssignments on="1" weight="2">six', "whole number"),
        ('<MinNumAssignments on="1"', '<MinNumAssignments on="maybe"', "true or false"),
        ('<MinNumAssignments on="1" weight="2"', '<MinNumAssignments on="1"', "attribute 'weight' is missing"),
        ("SaturdaySunday</W", "SaturdayMonday</W", "weekdays in a row"),
        ("<Pattern>0</Pattern>", "<Pattern>9</Pattern>", "unknown pattern '9'"),
        ("<ContractID>1", "<ContractID>7", "unknown contract '7'"),
        ("<Preferred>2", "<Preferred>-2", "between 0"),
        ("<EmployeeID>0", "<EmployeeID>8", "unknown employee '8'"),
        ("<Date>2010-01-02", "<Date>2010-02-02", "outside the horizon"),
        ("</Employees>", "</Employee>", "mismatched tag"),
        ("<Skills>", "<Skills>&lol;", "undefined entity"),
        ("<SchedulingPeriod ID", "<!DOCTYPE a [<!ENTITY b 'c'>]><SchedulingPeriod ID", "refused"),
        ("<SchedulingPeriod ID", "<Roster/><SchedulingPeriod ID", "junk after document element"),
    ],
)
def test_bad_elements_are_named(small: Path, old: str, new: str, words: str) -> None:
    assert old in SMALL
    place = '<Pattern ID="1"' if "follow" in words else old  # told at the pattern, not at one of its days
    line = SMALL[: SMALL.index(place)].count("\n") + 1
    small.write_text(SMALL.replace(old, new, 1))
    with pytest.raises(InputError, match=words) as caught:
        instance(small)
    assert (caught.value.file, caught.value.line) == (small, line)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("<Solution><SchedulingPeriodID>big</SchedulingPeriodID></Solution>", "is a roster for 'big'"),
        ("<Plan/>", "<Solution> was expected"),
        ("<Solution><Assignment/></Solution>", "<Date> is missing"),
        ("<Solution>" + "<A/>" * 3, "no element found"),
        ("", "no element found"),
    ],
)
def test_bad_plans_are_named(small: Path, tmp_path: Path, text: str, words: str) -> None:
    path = tmp_path / "plan.xml"
    path.write_text(text)
    with pytest.raises(InputError, match=words) as caught:
        read_plan(path, instance(small), format="inrc1")
    assert caught.value.file == path
