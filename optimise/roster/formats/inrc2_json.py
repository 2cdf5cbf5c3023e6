"""The JSON files of INRC-II: scenario, history and week data."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Annotated

from pydantic import Field

from optimise.core.errors import InputError
from optimise.formats.json_document import Loose, load_json, parse
from optimise.formats.text import LARGEST, LONGEST, placed
from optimise.roster.formats.inrc2_problem import (
    MOST_WEEKS,
    NONE,
    Border,
    Inrc2Contract,
    Inrc2History,
    Inrc2Week,
    Nurse,
    Scenario,
    stem_of,
)

__all__ = ["read_week"]

_Count = Annotated[int, Field(ge=0, le=LARGEST)]
_Days = Annotated[int, Field(ge=0, le=LONGEST)]
_Name = Annotated[str, Field(min_length=1, max_length=200)]


class _ShiftType(Loose):
    id: _Name
    minimumNumberOfConsecutiveAssignments: _Count
    maximumNumberOfConsecutiveAssignments: _Count


class _Succession(Loose):
    precedingShiftType: _Name
    succeedingShiftTypes: list[_Name]


class _Contract(Loose):
    id: _Name
    minimumNumberOfAssignments: _Count
    maximumNumberOfAssignments: _Count
    minimumNumberOfConsecutiveWorkingDays: _Count
    maximumNumberOfConsecutiveWorkingDays: _Count
    minimumNumberOfConsecutiveDaysOff: _Count
    maximumNumberOfConsecutiveDaysOff: _Count
    maximumNumberOfWorkingWeekends: _Count
    completeWeekends: Annotated[int, Field(ge=0, le=1)] | bool


class _Nurse(Loose):
    id: _Name
    contract: _Name
    skills: list[_Name]


class _Scenario(Loose):
    id: _Name
    numberOfWeeks: Annotated[int, Field(ge=1, le=MOST_WEEKS)]
    skills: list[_Name]
    shiftTypes: list[_ShiftType]
    forbiddenShiftTypeSuccessions: list[_Succession]
    contracts: list[_Contract]
    nurses: list[_Nurse]


class _NurseHistory(Loose):
    nurse: _Name
    numberOfAssignments: _Count
    numberOfWorkingWeekends: _Count
    lastAssignedShiftType: _Name
    numberOfConsecutiveAssignments: _Days
    numberOfConsecutiveWorkingDays: _Days
    numberOfConsecutiveDaysOff: _Days


class _History(Loose):
    week: Annotated[int, Field(ge=0, le=MOST_WEEKS)]
    scenario: _Name
    nurseHistory: list[_NurseHistory]


class _Wanted(Loose):
    minimum: _Count
    optimal: _Count


class _Requirement(Loose):
    shiftType: _Name
    skill: _Name
    requirementOnMonday: _Wanted
    requirementOnTuesday: _Wanted
    requirementOnWednesday: _Wanted
    requirementOnThursday: _Wanted
    requirementOnFriday: _Wanted
    requirementOnSaturday: _Wanted
    requirementOnSunday: _Wanted

    def days(self) -> Iterable[_Wanted]:
        return (
            self.requirementOnMonday,
            self.requirementOnTuesday,
            self.requirementOnWednesday,
            self.requirementOnThursday,
            self.requirementOnFriday,
            self.requirementOnSaturday,
            self.requirementOnSunday,
        )


class _Request(Loose):
    nurse: _Name
    shiftType: _Name
    day: _Name


class _Week(Loose):
    scenario: _Name
    requirements: list[_Requirement]
    shiftOffRequests: list[_Request]


def read_scenario(path: Path) -> Scenario:
    """Read ``Sc-....json``."""
    data = parse(_Scenario, load_json(path), path)
    scenario = Scenario(data.id, data.numberOfWeeks, stem=stem_of(path))
    for i, skill in enumerate(data.skills):
        with placed(path, item=f"skills[{i}]"):
            scenario.add_skill(skill)
    for i, s in enumerate(data.shiftTypes):
        with placed(path, item=f"shiftTypes[{i}] ({s.id})"):
            scenario.add_shift(s.id, (s.minimumNumberOfConsecutiveAssignments, s.maximumNumberOfConsecutiveAssignments))
    for i, f in enumerate(data.forbiddenShiftTypeSuccessions):
        with placed(path, item=f"forbiddenShiftTypeSuccessions[{i}]"):
            scenario.add_succession(f.precedingShiftType, f.succeedingShiftTypes)
    for i, c in enumerate(data.contracts):
        with placed(path, item=f"contracts[{i}] ({c.id})"):
            contract = Inrc2Contract(
                (c.minimumNumberOfAssignments, c.maximumNumberOfAssignments),
                (c.minimumNumberOfConsecutiveWorkingDays, c.maximumNumberOfConsecutiveWorkingDays),
                (c.minimumNumberOfConsecutiveDaysOff, c.maximumNumberOfConsecutiveDaysOff),
                c.maximumNumberOfWorkingWeekends,
                bool(c.completeWeekends),
            )
            scenario.add_contract(c.id, contract)
    for i, n in enumerate(data.nurses):
        with placed(path, item=f"nurses[{i}] ({n.id})"):
            scenario.add_nurse(n.id, Nurse(n.contract, tuple(n.skills)))
    return scenario


def _same(path: Path, name: str, scenario: Scenario) -> None:
    if name not in scenario.names:
        raise InputError(f"belongs to scenario {name[:60]!r}, not to {scenario.id!r}", file=path, item="scenario")


def read_history(path: Path, scenario: Scenario) -> Inrc2History:
    """Read ``H0-....json``."""
    data = parse(_History, load_json(path), path)
    _same(path, data.scenario, scenario)
    history = Inrc2History(data.week)
    for i, n in enumerate(data.nurseHistory):
        with placed(path, item=f"nurseHistory[{i}] ({n.nurse})"):
            border = Border(
                n.numberOfAssignments,
                n.numberOfWorkingWeekends,
                None if n.lastAssignedShiftType == NONE else n.lastAssignedShiftType,
                n.numberOfConsecutiveAssignments,
                n.numberOfConsecutiveWorkingDays,
                n.numberOfConsecutiveDaysOff,
            )
            history.add(scenario, n.nurse, border)
    with placed(path, item="nurseHistory"):
        history.complete(scenario)
    return history


def read_week(path: Path, scenario: Scenario) -> Inrc2Week:
    """Read ``WD-....json``."""
    data = parse(_Week, load_json(path), path)
    _same(path, data.scenario, scenario)
    week = Inrc2Week()
    for i, r in enumerate(data.requirements):
        with placed(path, item=f"requirements[{i}]"):
            wanted = tuple((w.minimum, w.optimal) for w in r.days())
            week.add_requirement(scenario, r.shiftType, r.skill, wanted)
    for i, q in enumerate(data.shiftOffRequests):
        with placed(path, item=f"shiftOffRequests[{i}]"):
            week.add_request(scenario, q.nurse, q.shiftType, q.day)
    with placed(path, item="requirements"):
        week.complete(scenario)
    return week
