"""The text files of INRC-II: scenario, history, week data and weekly solutions."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from optimise.core.errors import InputError
from optimise.formats.text import LONGEST, Row, placed, rows
from optimise.roster.formats.inrc2_problem import (
    DAYS,
    MOST_WEEKS,
    NONE,
    Border,
    Inrc2Contract,
    Inrc2History,
    Inrc2Week,
    Nurse,
    Scenario,
    stem_of,
    weekday,
)

__all__ = ["read_solution"]

_PAIR = re.compile(r"\(\s*([0-9]{1,9})\s*,\s*([0-9]{1,9})\s*\)\Z")
_TITLE = re.compile(r"([A-Z_]+)\s*=\s*(\S+)\Z")

Pair = tuple[int, int]


class _Lines:
    """The lines of a file, one after the other."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._rows = iter(rows(path, comment=None))

    def next(self, wanted: str) -> Row:
        try:
            return next(self._rows)
        except StopIteration:
            raise InputError(f"ends where {wanted} was expected", file=self.path) from None

    def title(self, name: str) -> Row:
        """A line that holds exactly ``name``."""
        row = self.next(f"the line {name}")
        if row.text != name:
            raise row.error(f"the line {name} was expected")
        return row

    def value(self, name: str) -> tuple[Row, str]:
        """The right side of ``NAME = value``."""
        row = self.next(f"{name} = ...")
        found = _TITLE.match(row.text)
        if not found or found[1] != name:
            raise row.error(f"{name} = ... was expected")
        return row, found[2]

    def block(self, name: str, what: str) -> Iterator[Row]:
        """The lines announced by ``NAME = count``."""
        row, text = self.value(name)
        for i in range(row.integer(text, name, 0, 10**6)):
            yield self.next(f"{what} {i + 1} of {text}")

    def end(self) -> None:
        for row in self._rows:
            raise row.error("nothing more was expected")


def _pair(row: Row, text: str, what: str) -> Pair:
    found = _PAIR.match(text)
    if not found:
        raise row.error(f"{what}: (number,number) was expected, not {text[:40]!r}")
    return int(found[1]), int(found[2])


def _tokens(row: Row, count: int, what: str) -> list[str]:
    return row.fields(count, what, separator=None)


def read_scenario(path: Path) -> Scenario:
    """Read ``Sc-....txt``."""
    lines = _Lines(path)
    _, name = lines.value("SCENARIO")
    row, text = lines.value("WEEKS")
    scenario = Scenario(name, row.integer(text, "WEEKS", 1, MOST_WEEKS), stem=stem_of(path))
    for row in lines.block("SKILLS", "skill"):
        with placed(path, row.line):
            scenario.add_skill(row.text)
    for row in lines.block("SHIFT_TYPES", "shift type"):
        shift, run = _tokens(row, 2, "a shift type")
        with placed(path, row.line, f"shift type {shift}"):
            scenario.add_shift(shift, _pair(row, run, "consecutive days"))
    lines.title("FORBIDDEN_SHIFT_TYPES_SUCCESSIONS")
    for _ in scenario.shifts:
        row = lines.next("a line of forbidden successions")
        shift, count, *after = (*row.text.split(), "", "")[: max(2, len(row.text.split()))]
        if row.integer(count, "number of successions") != len(after):
            raise row.error(f"{count} shift types announced, {len(after)} given", f"shift type {shift}")
        with placed(path, row.line):
            scenario.add_succession(shift, after)
    for row in lines.block("CONTRACTS", "contract"):
        contract, total, work, off, weekends, complete = _tokens(row, 6, "a contract")
        item = f"contract {contract}"
        with placed(path, row.line, item):
            scenario.add_contract(
                contract,
                Inrc2Contract(
                    _pair(row, total, "assignments"),
                    _pair(row, work, "consecutive working days"),
                    _pair(row, off, "consecutive days off"),
                    row.integer(weekends, item),
                    bool(row.integer(complete, item, 0, 1)),
                ),
            )
    for row in lines.block("NURSES", "nurse"):
        tokens = row.text.split()
        if len(tokens) < 3:
            raise row.error("a nurse has a name, a contract, a number of skills and skills")
        nurse, contract, count, *skills = tokens
        if row.integer(count, f"number of skills of {nurse}") != len(skills):
            raise row.error(f"{count} skills announced, {len(skills)} given", f"nurse {nurse}")
        with placed(path, row.line, f"nurse {nurse}"):
            scenario.add_nurse(nurse, Nurse(contract, tuple(skills)))
    lines.end()
    return scenario


def _owned(lines: _Lines, scenario: Scenario) -> int:
    """The week index of a line ``index scenario``."""
    row = lines.next("week index and scenario")
    index, name = _tokens(row, 2, "this line (week index and scenario)")
    _same(row, name, scenario)
    return row.integer(index, "week index", 0, MOST_WEEKS)


def _same(row: Row, name: str, scenario: Scenario) -> None:
    if name not in scenario.names:
        raise row.error(f"belongs to scenario {name[:60]!r}, not to {scenario.id!r}")


def read_history(path: Path, scenario: Scenario) -> Inrc2History:
    """Read ``H0-....txt``."""
    lines = _Lines(path)
    lines.title("HISTORY")
    history = Inrc2History(_owned(lines, scenario))
    lines.title("NURSE_HISTORY")
    for _ in scenario.nurses:
        row = lines.next("the history of a nurse")
        nurse, total, weekends, shift, same, work, off = _tokens(row, 7, "the history of a nurse")
        item = f"history of {nurse}"
        counts = [row.integer(v, item, 0, LONGEST) for v in (same, work, off)]
        border = Border(
            row.integer(total, item), row.integer(weekends, item), None if shift == NONE else shift, *counts
        )
        with placed(path, row.line, item):
            history.add(scenario, nurse, border)
    lines.end()
    return history


def read_week(path: Path, scenario: Scenario) -> Inrc2Week:
    """Read ``WD-....txt``."""
    lines = _Lines(path)
    lines.title("WEEK_DATA")
    row = lines.next("the scenario")
    _same(row, row.text, scenario)
    lines.title("REQUIREMENTS")
    week = Inrc2Week()
    for _ in range(len(scenario.shifts) * len(scenario.skills)):
        row = lines.next("a line of requirements (one per shift type and skill)")
        shift, skill, *days = _tokens(row, 9, "a line of requirements")
        with placed(path, row.line):
            wanted = tuple(_pair(row, text, f"{shift} {skill} on {DAYS[d]}") for d, text in enumerate(days))
            week.add_requirement(scenario, shift, skill, wanted)
    for row in lines.block("SHIFT_OFF_REQUESTS", "request"):
        nurse, shift, day = _tokens(row, 3, "a request")
        with placed(path, row.line, f"request of {nurse}"):
            week.add_request(scenario, nurse, shift, day)
    lines.end()
    return week


def read_solution(path: Path, *scenario: str) -> tuple[int, list[tuple[Row, str, int, str, str]]]:
    """Read one weekly solution of a scenario, by any of its names.

    Returns its week index and its (line, nurse, weekday, shift, skill).
    """
    lines = _Lines(path)
    lines.title("SOLUTION")
    row = lines.next("week index and scenario")
    index, name = _tokens(row, 2, "this line (week index and scenario)")
    if name not in scenario:
        raise row.error(f"belongs to scenario {name[:60]!r}, not to {scenario[0]!r}")
    week = row.integer(index, "week index", 0, MOST_WEEKS)
    found = []
    for row in lines.block("ASSIGNMENTS", "assignment"):
        nurse, day, shift, skill = _tokens(row, 4, "an assignment")
        with placed(path, row.line, f"nurse {nurse}"):
            found.append((row, nurse, weekday(day), shift, skill))
    lines.end()
    return week, found
