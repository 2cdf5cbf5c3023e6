"""Damaged files: a reader gives a usable problem or an :class:`InputError` that says where, and nothing else."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from optimise.core.errors import InputError
from optimise.formats.base import ReadOptions
from optimise.roster.formats.curtois import CurtoisFormat
from optimise.roster.formats.inrc1 import Inrc1Format
from optimise.roster.formats.inrc2 import Inrc2Format
from optimise.roster.problem import Roster, RosterProblem

T = TypeVar("T")
Format = CurtoisFormat | Inrc1Format | Inrc2Format

CURTOIS = """SECTION_HORIZON
14
SECTION_SHIFTS
E,480,
L,600,E
SECTION_STAFF
A,E=14|L=3,4320,3360,5,2,2,1
B,E=3|L=0,4320,0,3,3,3,2
SECTION_DAYS_OFF
A,3,5
SECTION_SHIFT_ON_REQUESTS
A,1,L,3
SECTION_SHIFT_OFF_REQUESTS
B,4,E,5
SECTION_COVER
0,E,1,100,1
1,L,2,100,1
"""
SCENARIO = """SCENARIO = tiny
WEEKS = 1
SKILLS = 2
Head
Nurse
SHIFT_TYPES = 2
Early (2,3)
Night (3,4)
FORBIDDEN_SHIFT_TYPES_SUCCESSIONS
Early 0
Night 1 Early
CONTRACTS = 1
Full (5,9) (3,5) (2,3) 1 1
NURSES = 2
Ann Full 2 Head Nurse
Bob Full 1 Nurse
"""
HISTORY = """HISTORY
0 tiny
NURSE_HISTORY
Ann 4 1 Night 2 4 0
Bob 0 0 None 0 0 1
"""
WEEK = """WEEK_DATA
tiny
REQUIREMENTS
Early Head (0,1) (0,0) (1,1) (0,0) (1,1) (0,0) (0,0)
Early Nurse (1,2) (1,1) (0,1) (1,1) (0,1) (1,1) (1,3)
Night Head (0,0) (0,0) (0,0) (0,0) (0,0) (0,0) (0,1)
Night Nurse (0,1) (1,1) (1,1) (1,2) (1,1) (1,1) (1,1)
SHIFT_OFF_REQUESTS = 2
Ann Any Tue
Bob Night Sat
"""
SCENARIO_JSON = """{"id": "tiny", "numberOfWeeks": 1, "skills": ["Head", "Nurse"],
 "shiftTypes": [{"id": "Early", "minimumNumberOfConsecutiveAssignments": 2, "maximumNumberOfConsecutiveAssignments": 3},
  {"id": "Night", "minimumNumberOfConsecutiveAssignments": 3, "maximumNumberOfConsecutiveAssignments": 4}],
 "forbiddenShiftTypeSuccessions": [{"precedingShiftType": "Early", "succeedingShiftTypes": []},
  {"precedingShiftType": "Night", "succeedingShiftTypes": ["Early"]}],
 "contracts": [{"id": "Full", "minimumNumberOfAssignments": 5, "maximumNumberOfAssignments": 9,
  "minimumNumberOfConsecutiveWorkingDays": 3, "maximumNumberOfConsecutiveWorkingDays": 5,
  "minimumNumberOfConsecutiveDaysOff": 2, "maximumNumberOfConsecutiveDaysOff": 3,
  "maximumNumberOfWorkingWeekends": 1, "completeWeekends": 1}],
 "nurses": [{"id": "Ann", "contract": "Full", "skills": ["Head", "Nurse"]},
  {"id": "Bob", "contract": "Full", "skills": ["Nurse"]}]}
"""
XML = """<?xml version="1.0" encoding="utf-8"?>
<SchedulingPeriod ID="small">
<StartDate>2010-01-01</StartDate>
<EndDate>2010-01-10</EndDate>
<Skills><Skill>Nurse</Skill></Skills>
<ShiftTypes><Shift ID="E"><StartTime>06:30:00</StartTime><EndTime>14:30:00</EndTime>
<Skills><Skill>Nurse</Skill></Skills></Shift>
<Shift ID="N"><StartTime>22:30:00</StartTime><EndTime>06:30:00</EndTime><Skills/></Shift></ShiftTypes>
<Patterns><Pattern ID="0" weight="3"><PatternEntries>
<PatternEntry index="0"><ShiftType>N</ShiftType><Day>Any</Day></PatternEntry>
<PatternEntry index="1"><ShiftType>E</ShiftType><Day>Friday</Day></PatternEntry></PatternEntries></Pattern></Patterns>
<Contracts><Contract ID="0"><Description>full</Description>
<MinNumAssignments on="1" weight="2">6</MinNumAssignments>
<MaxConsecutiveWorkingDays on="1" weight="1">5</MaxConsecutiveWorkingDays>
<MinConsecutiveFreeDays on="1" weight="1">3</MinConsecutiveFreeDays>
<MinConsecutiveWorkingWeekends on="1" weight="1">2</MinConsecutiveWorkingWeekends>
<WeekendDefinition>SaturdaySunday</WeekendDefinition>
<CompleteWeekends weight="1">true</CompleteWeekends>
<IdenticalShiftTypesDuringWeekend weight="1">true</IdenticalShiftTypesDuringWeekend>
<AlternativeSkillCategory weight="1">true</AlternativeSkillCategory>
<UnwantedPatterns><Pattern>0</Pattern></UnwantedPatterns></Contract></Contracts>
<Employees><Employee ID="0"><ContractID>0</ContractID><Name>a</Name><Skills><Skill>Nurse</Skill></Skills></Employee>
<Employee ID="1"><ContractID>0</ContractID><Name>b</Name><Skills/></Employee></Employees>
<CoverRequirements><DayOfWeekCover><Day>Monday</Day><Cover><Shift>E</Shift><Preferred>2</Preferred></Cover>
</DayOfWeekCover><DateSpecificCover><Date>2010-01-04</Date><Cover><Shift>E</Shift><Preferred>1</Preferred></Cover>
</DateSpecificCover></CoverRequirements>
<DayOffRequests><DayOff weight="4"><EmployeeID>0</EmployeeID><Date>2010-01-02</Date></DayOff></DayOffRequests>
<ShiftOnRequests><ShiftOn weight="7"><ShiftTypeID>E</ShiftTypeID><EmployeeID>1</EmployeeID><Date>2010-01-09</Date>
</ShiftOn></ShiftOnRequests>
</SchedulingPeriod>
"""
WEEK_PLAN = "SOLUTION\n0 tiny\n\nASSIGNMENTS = 2\nAnn Mon Early Head\nBob Tue Night Nurse\n"
CSV_PLAN = "# cost=1\nA" + ",E,L" * 7 + "\nB" + ",-,E" * 7 + "\n"
XML_PLAN = """<?xml version="1.0"?><Solution><SchedulingPeriodID>small</SchedulingPeriodID>
<Assignment><Date>2010-01-01</Date><Employee>0</Employee><ShiftType>E</ShiftType></Assignment>
<Assignment><Date>2010-01-02</Date><Employee>1</Employee><ShiftType>N</ShiftType></Assignment></Solution>
"""

JUNK = (
    *("", "-1", "0", "1", "999999999", "9" * 23, "9" * 5000, "1e9", "nan", "inf", "0x10", "1_000", "\u0663"),
    *("None", "Any", "-", ",", "|", "=", "#", '"', "{", "}", "[", "null", "true", "A", "E", "Mon", "SECTION_COVER"),
    *("<", ">", "&", "&lt;", "]]>", "<a>", "../../etc/passwd", "%s%n"),
    *("\x00", "\ufeff", "\u2028", "\x85", "\u00e9", "\U0001f600"),
)


@st.composite
def damages(draw: st.DrawFn) -> Callable[[bytes], bytes]:
    """A few random edits of a file."""
    steps = draw(
        st.lists(st.tuples(st.integers(0, 8), st.integers(0, 2**30), st.integers(0, 2**30)), min_size=1, max_size=3)
    )
    junk = draw(st.sampled_from(JUNK) | st.text(max_size=6))
    raw = draw(st.binary(max_size=6))

    def damage(data: bytes) -> bytes:
        for kind, a, b in steps:
            data = _edit(data, kind, a, b, junk, raw)
        return data

    return damage


def _edit(data: bytes, kind: int, a: int, b: int, junk: str, raw: bytes) -> bytes:
    if kind == 0:  # truncate
        return data[: a % (len(data) + 1)]
    if kind == 1:  # binary in the middle
        at = a % (len(data) + 1)
        return data[:at] + raw + data[at + b % 3 :]
    text = data.decode("utf-8", "replace")
    if kind in (2, 3, 4):  # lines: delete, duplicate, swap
        lines = text.split("\n")
        i, j = a % len(lines), b % len(lines)
        if kind == 2:
            del lines[i]
        elif kind == 3:
            lines.insert(j, lines[i])
        else:
            lines[i], lines[j] = lines[j], lines[i]
        return "\n".join(lines).encode()
    tokens = re.split(r"(\w+|\s+)", text)
    i, j = a % len(tokens), b % len(tokens)
    if kind == 5:
        tokens[i] = junk
    elif kind == 6:
        tokens[i] = tokens[j]
    elif kind == 7:
        del tokens[i]
    else:  # only numbers, so that the shape survives
        numbers = [k for k, t in enumerate(tokens) if t.isdigit()] or [i]
        tokens[numbers[a % len(numbers)]] = junk
    return "".join(tokens).encode("utf-8", "surrogatepass")


WEEKLY = {"Sc-tiny.txt": SCENARIO, "H0-tiny-0.txt": HISTORY, "WD-tiny-0.txt": WEEK}
WITH_JSON = {"Sc-tiny.json": SCENARIO_JSON, "H0-tiny-0.txt": HISTORY, "WD-tiny-0.txt": WEEK}
CASES: dict[str, tuple[type[Format], dict[str, str], str, str]] = {
    # name: format, files, the file that is damaged, what is read
    "curtois": (CurtoisFormat, {"a.txt": CURTOIS}, "a.txt", "a.txt"),
    "inrc1": (Inrc1Format, {"a.xml": XML}, "a.xml", "a.xml"),
    "inrc2 scenario": (Inrc2Format, WEEKLY, "Sc-tiny.txt", "tiny_0_0"),
    "inrc2 history": (Inrc2Format, WEEKLY, "H0-tiny-0.txt", "tiny_0_0"),
    "inrc2 week": (Inrc2Format, WEEKLY, "WD-tiny-0.txt", "tiny_0_0"),
    "inrc2 json": (Inrc2Format, WITH_JSON, "Sc-tiny.json", "tiny_0_0"),
}

FUZZ = settings(deadline=None, max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture])


def attempt(call: Callable[..., T], *arguments: object) -> T | InputError:
    """What a reader gives back, or the error with which it refuses; all else fails the test."""
    try:
        return call(*arguments)
    except InputError as error:
        return error


def told(error: InputError) -> bool:
    """Whether an error names the file and stays short enough to read."""
    return error.file is not None and len(str(error)) < 1200


def usable(problem: RosterProblem) -> None:
    """A problem that a reader let through can be compiled and evaluated."""
    if problem.shape[0] * problem.shape[1] <= 10**5:
        people, days, _ = problem.shape
        problem.evaluate(Roster.from_array([[0] * days] * people))


@pytest.mark.parametrize("case", CASES)
@FUZZ
@given(damage=damages())
def test_damaged_instances_are_refused_in_words(case: str, damage: Callable[[bytes], bytes], tmp_path: Path) -> None:
    made, files, target, name = CASES[case]
    for file, text in files.items():
        (tmp_path / file).write_text(text)
    (tmp_path / target).write_bytes(damage(files[target].encode()))
    reader = made()
    reader.detects(tmp_path / name)
    found = attempt(reader.read, tmp_path / name, ReadOptions())
    if isinstance(found, InputError):
        assert told(found)
    else:
        usable(found)


@pytest.mark.parametrize("case", ["curtois", "inrc1", "inrc2 scenario"])
@FUZZ
@given(damage=damages())
def test_damaged_plans_are_refused_in_words(case: str, damage: Callable[[bytes], bytes], tmp_path: Path) -> None:
    made, files, _, name = CASES[case]
    for file, text in files.items():
        (tmp_path / file).write_text(text)
    problem = made().read(tmp_path / name, ReadOptions())
    plan = {"curtois": CSV_PLAN, "inrc1": XML_PLAN, "inrc2 scenario": WEEK_PLAN}[case]
    folder = tmp_path / "plans"
    folder.mkdir(exist_ok=True)
    path = folder / "plan-week0.txt"
    path.write_text(plan)
    assert made().read_plan(path, problem).duties.any()
    path.write_bytes(damage(plan.encode()))
    found = attempt(made().read_plan, path, problem)
    if isinstance(found, InputError):
        assert told(found)
    else:
        assert problem.evaluate(found).cost >= 0


@pytest.mark.parametrize(
    ("made", "path"),
    [
        (CurtoisFormat, "curtois/instances/Instance4.txt"),
        (Inrc1Format, "inrc1/instances/sprint01.xml"),
        (Inrc2Format, "inrc2/datasets/n005w4/Sc-n005w4.txt"),
        (Inrc2Format, "inrc2/json_sample/n030w4/Sc-n030w4.json"),
    ],
)
@settings(deadline=None, max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(damage=damages())
def test_damaged_real_files_are_refused_in_words(
    made: type[Format], path: str, damage: Callable[[bytes], bytes], benchmarks: Path, tmp_path: Path
) -> None:
    source = benchmarks / path
    options = ReadOptions()
    if made is Inrc2Format:
        options = ReadOptions(history="0", weeks="0-1-2-3")
        for other in (p for p in source.parent.iterdir() if p.name[:2] in ("H0", "WD")):
            if not (tmp_path / other.name).exists():
                (tmp_path / other.name).write_bytes(other.read_bytes())
    target = tmp_path / source.name
    target.write_bytes(damage(source.read_bytes()))
    found = attempt(made().read, target, options)
    if isinstance(found, InputError):
        assert told(found)
    else:
        usable(found)


@pytest.mark.parametrize("made", [CurtoisFormat, Inrc1Format, Inrc2Format])
def test_folders_devices_and_missing_files_are_refused(made: type[Format], tmp_path: Path) -> None:
    for path in (tmp_path, tmp_path / "none", tmp_path / "none" / "tiny_0_0", Path("bad\0name"), Path("x" * 5000)):
        assert made().detects(path) is False
        with pytest.raises(InputError):
            made().read(path, ReadOptions())


@settings(deadline=None, max_examples=100)
@given(name=st.text(max_size=300) | st.sampled_from(["x" * 5000, "a\0b", "", ".", "..", "/dev/null", "~"]))
def test_any_name_of_an_instance_is_refused_in_words(name: str) -> None:
    for made in (CurtoisFormat, Inrc1Format, Inrc2Format):
        assert made().detects(Path(name)) is False
        assert isinstance(attempt(made().read, Path(name), ReadOptions()), InputError)
