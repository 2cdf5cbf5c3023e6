"""A ward as tables: a folder of CSV files or one Excel workbook, in and out, and an empty one to fill in."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from optimise.core.atomic import write_text
from optimise.formats.base import ReadOptions
from optimise.formats.sheets import BOOKS
from optimise.formats.text import beside
from optimise.formats.workbook import Page, save
from optimise.roster.formats import table_read
from optimise.roster.formats.native_plan import plan_csv, plan_rows, read_native_plan
from optimise.roster.formats.table_read import WardTables
from optimise.roster.formats.table_write import template, write_tables, write_template
from optimise.roster.formats.ward import Ward, ward_of
from optimise.roster.formats.ward_problem import to_problem
from optimise.roster.problem import Roster, RosterProblem

__all__ = ["TableFormat", "read_tables", "template", "ward_of", "write_tables", "write_template"]


class TableFormat:
    """Wards as a folder of CSV files or an Excel workbook."""

    name = "table"
    description = "Wardwise ward as a folder of CSV files or an Excel workbook, plans likewise"
    kind = "roster"

    def detects(self, path: Path) -> bool:
        try:
            if path.suffix.lower() in BOOKS:
                with path.open("rb") as stream:
                    return stream.read(2) == b"PK"
            return sum((path / f"{name}.csv").is_file() for name in ("ward", "shifts", "staff")) > 1
        except OSError:
            return False

    def read(self, path: Path, options: ReadOptions) -> RosterProblem:
        made = WardTables.of(path)
        _, problem = made.checked(Ward, to_problem)
        form = "xlsx" if made.book else "csv"
        return replace(problem, family="table", meta={**problem.meta, "table": form, "unread": tuple(made.notes)})

    def read_plan(self, path: Path, problem: RosterProblem) -> Roster:
        return read_native_plan(path, problem)

    def write_plan(self, plan: Roster, problem: RosterProblem, stem: Path) -> list[Path]:
        if problem.meta.get("table") != "xlsx":
            return [write_text(beside(stem, ".csv"), plan_csv(plan, problem))]
        page = Page("plan", plan_rows(plan, problem), shaded=[d.id for d in problem.duties[1:]], width=11.0)
        return [save(beside(stem, ".xlsx"), [page])]

    def write(self, problem: RosterProblem, path: Path) -> list[Path]:
        """Write the ward of a problem that was read from a ward document."""
        return _files(write_tables(ward_of(problem), path))


def read_tables(path: Path) -> Ward:
    """Read a ward from a folder of CSV files or a workbook and check it whole.

    Raises
    ------
    InputError
        Naming the file, the row, and sheet and column.
    """
    return table_read.read_tables(path, Ward)


def _files(path: Path) -> list[Path]:
    return sorted(path.glob("*.csv")) if path.is_dir() else [path]
