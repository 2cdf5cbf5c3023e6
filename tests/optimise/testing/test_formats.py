"""The check of formats passes sound ones, ours and a stranger's, and finds each way of being wrong."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from optimise.core.errors import InputError
from optimise.core.horizon import Horizon
from optimise.domain import Duty, Employee, Roster, RosterProblem, Shift
from optimise.formats.base import Format, ReadOptions, get_format, read_text
from optimise.roster.rules import Request, Requests
from optimise.testing import check_format


class Names:
    """A name a line; a plan is a row of letters a line."""

    name = "names"
    description = "a name a line"
    kind = "roster"

    def detects(self, path: Path) -> bool:
        return path.suffix == ".names"

    def read(self, path: Path, options: ReadOptions) -> RosterProblem:
        people = read_text(path).split()
        if not people or not all(name.isalpha() and name.isascii() for name in people):
            raise InputError("expected a name a line", file=path)
        if len(set(people)) < len(people):
            raise InputError("the same name twice", file=path)
        duties, staff = (Duty("-"), Duty("D", 0)), tuple(Employee(name) for name in people)
        return RosterProblem(path.stem, self.name, Horizon(3), (Shift("D"),), duties, staff, ())

    def read_plan(self, path: Path, problem: RosterProblem) -> Roster:
        return problem.roster([list(line) for line in read_text(path).split()])

    def write_plan(self, plan: Roster, problem: RosterProblem, stem: Path) -> list[Path]:
        file = stem.with_suffix(".txt")
        file.write_text("\n".join("".join(row) for row in problem.table(plan)))
        return [file]


@pytest.fixture
def file(tmp_path: Path) -> Path:
    made = tmp_path / "ward.names"
    made.write_text("ann\nben\ncyd\n")
    return made


def plan() -> Roster:
    return Roster.from_array([[0, 1, 1], [1, 0, 0], [0, 0, 1]])


def test_a_sound_format_passes(file: Path) -> None:
    check_format(Names(), file, plan=plan())
    check_format(Names(), file)


@pytest.mark.parametrize(("name", "example"), [("native", "ward4x7.json"), ("hospital", "beds6.json")])
def test_our_own_formats_pass(name: str, example: str) -> None:
    examples = Path(__file__).parents[3] / "examples"
    file = examples / example
    check_format(get_format(name), file, damaged=15)


def read_all(self: Any, path: Path, options: ReadOptions) -> RosterProblem:
    """No InputError for bytes that are no text."""
    path.read_text(encoding="utf-8")
    return Names.read(self, path, options)


def mirrored(self: Any, path: Path, problem: RosterProblem) -> RosterProblem:
    return problem


def two_files(self: Any, plan: Roster, problem: RosterProblem, stem: Path) -> list[Path]:
    (stem.parent / "left.tmp").write_text("")
    return Names.write_plan(self, plan, problem, stem)


def elsewhere(self: Any, plan: Roster, problem: RosterProblem, stem: Path) -> list[Path]:
    return Names.write_plan(self, plan, problem, stem.parent / "mine")


def counted(self: Any, plan: Roster, problem: RosterProblem, stem: Path) -> list[Path]:
    """Something new in every file."""
    (file,) = Names.write_plan(self, plan, problem, stem)
    self.count = getattr(self, "count", 0) + 1
    file.write_text(file.read_text() + "\n" * self.count)
    return [file]


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"description": ""}, "no description"),
        ({"kind": "rota"}, "kind is 'rota'"),
        ({"kind": "hospital"}, "its problem of kind 'roster'"),
        ({"name": "other", "detects": lambda self, path: False}, "does not detect its own file"),
        ({"detects": lambda self, path: path.read_text().startswith("ann")}, "detects raises on folder"),
        ({"read": read_all}, "reading ends in .*, not in an InputError"),
        ({"read_plan": mirrored}, "a plan of type Roster is read as RosterProblem"),
        ({"write_plan": lambda *given: []}, "no file is said to be written"),
        ({"write_plan": two_files}, "are not those that are told"),
        ({"write_plan": elsewhere}, "does not begin with the given stem"),
        ({"write_plan": counted}, "written again it is another file"),
    ],
)
def test_a_format_with_one_fault_is_found(changed: dict[str, Any], said: str, file: Path) -> None:
    form = type("Names", (Names,), changed)()
    assert isinstance(form, Format)
    with pytest.raises(AssertionError, match=said):
        check_format(form, file, plan=plan())


def test_a_family_that_nobody_writes_is_found(file: Path) -> None:
    class Other(Names):
        def read(self, path: Path, options: ReadOptions) -> RosterProblem:
            found = Names().read(path, options)
            return RosterProblem(found.name, "else", found.horizon, found.shifts, found.duties, found.employees, ())

    with pytest.raises(AssertionError, match="family is 'else'"):
        check_format(Other(), file, plan=plan())


def test_a_format_that_reads_a_folder_or_nothing_is_found(file: Path) -> None:
    class Lenient(Names):
        def read(self, path: Path, options: ReadOptions) -> RosterProblem:
            return Names().read(path if path.is_file() and path.stat().st_size else file, options)

    with pytest.raises(AssertionError, match="folder is read as a problem"):
        check_format(Lenient(), file, plan=plan())


def test_a_plan_that_costs_otherwise_is_found(tmp_path: Path) -> None:
    class Priced(Names):
        def read(self, path: Path, options: ReadOptions) -> RosterProblem:
            return Names().read(path, options).with_rules(Requests(name="w", requests=(Request(0, 0, 1, 5.0),)))

        def read_plan(self, path: Path, problem: RosterProblem) -> Roster:
            return Roster(1 - Names().read_plan(path, problem).duties)

    made = tmp_path / "ward.names"
    made.write_text("ann\nben\ncyd\n")
    with pytest.raises(AssertionError, match="costs otherwise"):
        check_format(Priced(), made, plan=plan())
