"""A ward as tables: a folder of CSV files or one Excel workbook, in and out, and an empty one to fill in.

Every sheet becomes part of a ward document, which is then checked as any other; what is found wrong is told with the
sheet (or file), the row and the column from which it came.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from optimise.core.atomic import write_text
from optimise.core.csvfile import csv_text, unguarded
from optimise.core.errors import InputError, UnsupportedError
from optimise.formats.base import ReadOptions, read_text
from optimise.formats.text import beside, separator, whole
from optimise.roster.formats.native_plan import plan_csv, plan_rows, read_native_plan, read_plan_rows
from optimise.roster.formats.table_cells import KINDS, CellError
from optimise.roster.formats.table_sheets import SHEETS, Column, Sheet
from optimise.roster.formats.ward import Ward
from optimise.roster.formats.ward_document import ItemError, nearest, validated
from optimise.roster.problem import Roster, RosterProblem

__all__ = ["TableFormat", "read_tables", "template", "write_tables", "write_template"]

_BOOKS = (".xlsx", ".xlsm")
Rows = list[tuple[int, list[str]]]
Spot = tuple[str | int, ...]


class TableFormat:
    """Wards as a folder of CSV files or an Excel workbook."""

    name = "table"
    description = "Wardwise ward as a folder of CSV files or an Excel workbook, plans likewise"
    kind = "roster"

    def detects(self, path: Path) -> bool:
        try:
            if path.suffix.lower() in _BOOKS:
                with path.open("rb") as stream:
                    return stream.read(2) == b"PK"
            return sum((path / f"{name}.csv").is_file() for name in ("ward", "shifts", "staff")) > 1
        except OSError:
            return False

    def read(self, path: Path, options: ReadOptions) -> RosterProblem:
        from dataclasses import replace

        made = _Tables.of(path)
        problem = made.checked().problem()
        form = "xlsx" if made.book else "csv"
        return replace(problem, family="table", meta={**problem.meta, "table": form})

    def read_plan(self, path: Path, problem: RosterProblem) -> Roster:
        if path.suffix.lower() not in _BOOKS:
            return read_native_plan(path, problem)
        from optimise.formats.workbook import load

        sheets = load(path)
        rows = sheets.get("plan") or next(iter(sheets.values()), [])
        return read_plan_rows(rows, path, problem)

    def write_plan(self, plan: Roster, problem: RosterProblem, stem: Path) -> list[Path]:
        if problem.meta.get("table") != "xlsx":
            return [write_text(beside(stem, ".csv"), plan_csv(plan, problem))]
        from optimise.formats.workbook import Page, save

        page = Page("plan", plan_rows(plan, problem), shaded=[d.id for d in problem.duties[1:]], width=11.0)
        return [save(beside(stem, ".xlsx"), [page])]

    def write(self, problem: RosterProblem, path: Path) -> list[Path]:
        """Write the ward of a problem that was read from a ward document."""
        return _files(write_tables(ward_of(problem), path))


def ward_of(problem: RosterProblem) -> Ward:
    """The ward document that a problem was made from.

    Raises
    ------
    UnsupportedError
        If there is none, or the problem has been edited since.
    """
    ward = problem.meta.get("ward")
    if not isinstance(ward, Ward):
        raise UnsupportedError(f"only a ward can be written as one; {problem.name} is of the family {problem.family}")
    if ward.problem().digest() != problem.digest():
        raise UnsupportedError("the problem was edited since its ward was read; edit the ward and write that")
    return ward


def _files(path: Path) -> list[Path]:
    return sorted(path.glob("*.csv")) if path.is_dir() else [path]


# ---------------------------------------------------------------------------------------------- reading


def read_tables(path: Path) -> Ward:
    """Read a ward from a folder of CSV files or a workbook and check it whole.

    Raises
    ------
    InputError
        Naming the file, the row, and sheet and column.
    """
    return _Tables.of(path).checked()


@dataclass
class _Tables:
    """The document that a set of sheets makes, and where each item of it came from."""

    path: Path
    book: bool
    data: dict[str, Any] = field(default_factory=dict)
    spots: dict[Spot, tuple[Sheet, int]] = field(default_factory=dict)

    @classmethod
    def of(cls, path: Path) -> _Tables:
        book = path.suffix.lower() in _BOOKS
        made = cls(path, book)
        sheets = _book_rows(path) if book else _folder_rows(path)
        known = {sheet.name for sheet in SHEETS}
        for name in sheets:
            if book and name not in known and not name.startswith("#"):
                message = f"unknown sheet {name!r}" + nearest(name, sorted(known))
                raise InputError(message, file=path)
        for sheet in SHEETS:
            made.take(sheet, sheets.get(sheet.name, []))
        return made

    def checked(self) -> Ward:
        try:
            ward = validated(Ward, self.data)
            ward.problem()
        except InputError as error:
            raise self.locate(error) from None
        return ward

    def error(self, sheet: Sheet, row: int | None, message: str, column: str = "") -> InputError:
        file = self.path if self.book else self.path / f"{sheet.name}.csv"
        parts = [f"sheet {sheet.name}"] if self.book else []
        item = ", ".join([*parts, *([f"column {column}"] if column else [])])
        return InputError(message, file=file, line=row, item=item or None)

    def locate(self, error: InputError) -> InputError:
        """An error about the document as one about the sheets."""
        if not isinstance(error, ItemError):
            return error.at(file=self.path)
        message = re.sub(r"\b([a-z_]+)\[([0-9]+)\]", self.row_of, error.message)
        for length in range(len(error.path), 0, -1):
            found = self.spots.get(error.path[:length])
            if found is not None:
                sheet, row = found
                rest = error.path[length:] if sheet.shape != "pairs" else error.path[length - 1 :]
                return self.error(sheet, row, message, _header(sheet, rest))
        sheet_of = next((s for s in SHEETS if error.path and s.target == error.path[0]), SHEETS[0])
        if sheet_of.target and message == "is missing":
            message = "is missing or has no rows"
        return self.error(sheet_of, None, message, "" if sheet_of.target else str(error.path[0]))

    def row_of(self, item: re.Match[str]) -> str:
        """``leave[0]``, as a document counts its entries, as the row that it stands in."""
        _, row = self.spots.get((item[1], int(item[2])), (None, None))
        return item[0] if row is None else f"row {row}"

    # ---- one sheet -------------------------------------------------------------------------------------------
    def take(self, sheet: Sheet, rows: Rows) -> None:
        rows = [(n, cells) for n, cells in rows if any(cells) and not cells[0].startswith("#")]
        if not rows:
            return
        if sheet.shape == "pairs":
            self.take_pairs(sheet, rows)
            return
        columns = self.columns(sheet, *rows[0])
        for number, cells in rows[1:]:
            entry: dict[str, Any] = {}
            for column, text in zip(columns, cells, strict=False):
                if text and column is not None:
                    self.put(sheet, number, column, text, entry)
            for extra in cells[len(columns) :]:
                if extra:
                    raise self.error(sheet, number, f"{extra!r} stands beside the last column")
            if entry:
                self.place(sheet, number, entry)

    def columns(self, sheet: Sheet, number: int, header: list[str]) -> list[Column | None]:
        known = {column.header: column for column in sheet.columns}
        made: list[Column | None] = []
        for text in header:
            name = text.strip().lower().replace(" ", "_")
            if name and name not in known:
                raise self.error(sheet, number, f"unknown column {text!r}" + nearest(name, list(known)))
            if name and known[name] in made:
                raise self.error(sheet, number, f"the column {text!r} is there twice")
            made.append(known.get(name))
        return made

    def put(self, sheet: Sheet, number: int, column: Column, text: str, entry: dict[str, Any]) -> None:
        try:
            value = KINDS[column.cells].read(text)
        except CellError as error:
            raise self.error(sheet, number, str(error), column.header) from None
        inside = entry
        for part in column.place[:-1] if column.cells != "price" else column.place:
            inside = inside.setdefault(part, {})
        if column.cells == "price":
            inside.update(value)
        else:
            inside[column.place[-1]] = value

    def take_pairs(self, sheet: Sheet, rows: Rows) -> None:
        known = {column.header: column for column in sheet.columns}
        inside = self.data.setdefault(sheet.target, {}) if sheet.target else self.data
        for number, cells in rows:
            key, text = cells[0].lower().replace(" ", "_"), cells[1] if len(cells) > 1 else ""
            if (key, text) in (("key", "value"), ("", "")):
                continue
            if key not in known:
                raise self.error(sheet, number, f"unknown key {cells[0]!r}" + nearest(key, list(known)))
            if key in inside:
                raise self.error(sheet, number, f"{key} is there twice")
            if text:
                self.put(sheet, number, known[key], text, inside)
                self.spots[(sheet.target, key) if sheet.target else (key,)] = (sheet, number)

    def place(self, sheet: Sheet, number: int, entry: dict[str, Any]) -> None:
        if sheet.shape == "rows":
            items = self.data.setdefault(sheet.target, [])
            items.append(entry)
            self.spots[sheet.target, len(items) - 1] = (sheet, number)
            return
        owner, path = self.owner(sheet, number, entry)
        if sheet.shape == "limits":
            if "limits" in owner:
                raise self.error(sheet, number, "this person has a row already", "staff")
            owner["limits"] = entry
            self.spots[(*path, "limits")] = (sheet, number)
            return
        if path[0] == "staff":
            owner, path = owner.setdefault("limits", {}), (*path, "limits")
        items = owner.setdefault(sheet.target, [])
        items.append(entry)
        self.spots[(*path, sheet.target, len(items) - 1)] = (sheet, number)

    def owner(self, sheet: Sheet, number: int, entry: dict[str, Any]) -> tuple[dict[str, Any], Spot]:
        """The rules, contract or person that a row speaks of; the name is taken out of the entry."""
        contract, person = entry.pop("contract", None), entry.pop("staff", None)
        if contract is not None and person is not None:
            raise self.error(sheet, number, "names both a contract and a person; give one of the two")
        if sheet.shape == "limits" and person is None:
            raise self.error(sheet, number, "names nobody", "staff")
        if contract is None and person is None:
            return self.data.setdefault("rules", {}), ("rules",)
        key, name = ("staff", person) if person is not None else ("contracts", contract)
        entries = self.data.get(key, [])
        for i, each in enumerate(entries):
            if each.get("id") == name:
                return each, (key, i)
        noun = "nobody" if key == "staff" else "no contract"
        known = [str(each.get("id", "")) for each in entries]
        column = "staff" if key == "staff" else "contract"
        raise self.error(sheet, number, f"{noun} is called {name!r}" + nearest(str(name), known), column)


def _header(sheet: Sheet, rest: Spot) -> str:
    """The column that holds the part of an entry at ``rest``."""
    names = tuple(part for part in rest if isinstance(part, str))
    if names and names[-1] in ("hard", "weight") and len(names) == 1:
        return "weight"
    for column in sheet.columns:
        if column.place and names[: len(column.place)] == column.place:
            return column.header
    return ""


def _book_rows(path: Path) -> Mapping[str, Rows]:
    from optimise.formats.workbook import load

    return load(path)


def _folder_rows(path: Path) -> Mapping[str, Rows]:
    if not path.is_dir():
        raise InputError("no such folder of CSV files" if not path.exists() else "is not a folder", file=path)
    made: dict[str, Rows] = {}
    for sheet in SHEETS:
        file = path / f"{sheet.name}.csv"
        if file.is_file():
            made[sheet.name] = _csv_rows(read_text(file), file)
    if "shifts" not in made or "staff" not in made:
        raise InputError("a folder with at least ward.csv, shifts.csv and staff.csv was expected", file=path)
    return made


def _csv_rows(text: str, file: Path) -> Rows:
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator(text))
    try:
        made = [(reader.line_num, [unguarded(cell.strip()) for cell in row]) for row in reader]
    except csv.Error as error:
        raise InputError(f"is not CSV: {error}", file=file, line=reader.line_num) from None
    header = next((row for _, row in made if any(row) and not row[0].startswith("#")), [])
    if made and not whole(text) and len(made[-1][1]) < len(header):
        said = f"ends inside a line, with {len(made[-1][1])} of {len(header)} cells: the file was cut short"
        raise InputError(said, file=file, line=made[-1][0])
    return made


# ---------------------------------------------------------------------------------------------- writing


def write_tables(ward: Ward, path: Path) -> Path:
    """Write a ward as a workbook (``.xlsx``) or else as a folder of CSV files.

    Raises
    ------
    InputError
        If a value cannot be held by a cell (a name with a comma in a list), or nothing can be written there.
    """
    data = ward.data()
    data["rules"] = {name: _plain(ward, name) for name in type(ward.rules).model_fields}
    return _written({sheet: _sheet_rows(sheet, data) for sheet in SHEETS}, path, notes=False)


def _plain(ward: Ward, name: str) -> Any:
    """A limit of the ward as plain values; the lawful ones are written out, and switched off where they are."""
    value = getattr(ward.rules, name)
    if value is None:
        return "none" if type(ward.rules).model_fields[name].default_factory is not None else None
    return ward.rules.model_dump(mode="json", exclude_defaults=True, include={name}).get(
        name, _default(value) if not isinstance(value, list) else []
    )


def _default(value: Any) -> Any:
    return value.model_dump(mode="json", exclude_defaults=True)


def _sheet_rows(sheet: Sheet, data: dict[str, Any]) -> list[list[str]]:
    header = [column.header for column in sheet.columns]
    if sheet.shape == "pairs":
        inside = data.get(sheet.target, {}) if sheet.target else data
        cells = _cells(sheet, inside)
        return [["key", "value"], *([key, cells[key]] for key in header if cells[key])]
    rows = [_cells(sheet, entry) for entry in _entries(sheet, data)]
    for row in rows:
        if row[header[0]].startswith("#"):
            raise InputError(f"{row[header[0]]!r} would be taken for a remark", item=f"sheet {sheet.name}")
    return [header, *([row[key] for key in header] for row in rows)]


def _entries(sheet: Sheet, data: dict[str, Any]) -> Iterable[dict[str, Any]]:
    if sheet.shape == "rows":
        yield from data.get(sheet.target, [])
    elif sheet.shape == "limits":
        for person in data.get("staff", []):
            scalars = {k: v for k, v in person.get("limits", {}).items() if not isinstance(v, list)}
            if scalars:
                yield {"staff": person["id"], **scalars}
    else:
        yield from data["rules"].get(sheet.target) or []
        for contract in data.get("contracts", []):
            yield from ({"contract": contract["id"], **each} for each in contract.get(sheet.target, []))
        for person in data.get("staff", []):
            yield from ({"staff": person["id"], **each} for each in person.get("limits", {}).get(sheet.target, []))


def _cells(sheet: Sheet, entry: Mapping[str, Any]) -> dict[str, str]:
    made: dict[str, str] = {}
    for column in sheet.columns:
        inside: Any = entry
        for part in column.place[:-1] if column.cells != "price" else column.place:
            inside = inside.get(part, {})
        try:
            if column.cells == "price":
                priced = inside.get("hard") or inside.get("weight") is not None
                made[column.header] = KINDS["price"].write(inside) if priced else ""
            else:
                value = inside.get(column.place[-1])
                empty = value is None or value == "" or value == [] or value == {}
                made[column.header] = "" if empty else KINDS[column.cells].write(value)
        except CellError as error:
            raise InputError(str(error), item=f"sheet {sheet.name}, column {column.header}") from None
    return made


def _written(sheets: dict[Sheet, list[list[str]]], path: Path, *, notes: bool) -> Path:
    if path.suffix.lower() in _BOOKS:
        from optimise.formats.workbook import Page, save

        pages = [
            Page(
                sheet.name,
                rows,
                notes=[_note(column) for column in sheet.columns] if sheet.shape != "pairs" else [sheet.note],
                choices=_choices(sheet, 3 if notes else 2) if sheet.shape != "pairs" else (),
            )
            for sheet, rows in sheets.items()
        ]
        return save(path, pages)
    if path.suffix:
        raise InputError("is neither .json, .yaml, .xlsx nor a folder", file=path)
    for sheet, rows in sheets.items():
        file = path / f"{sheet.name}.csv"
        if len(rows) > 1 or notes:
            write_text(file, csv_text(rows))
        elif file.exists():
            file.unlink()  # a sheet of an earlier ward that this one does not have
    return path


def _note(column: Column) -> str:
    form = KINDS[column.cells].hint
    if column.empty:
        form += f"; empty = {column.empty}"
    return f"{column.note}\n({form})" if column.note else form


def _choices(sheet: Sheet, first: int) -> list[Any]:
    """What the cells of a sheet offer; ``first`` is the row with which entries begin, below header and remarks."""
    from optimise.formats.workbook import Choices

    def listed(other: str) -> str:
        return f"{other}!$A${first}:$A$2000"

    made: list[Any] = []
    for i, column in enumerate(sheet.columns, 1):
        if column.options:
            made.append(Choices(i, '"' + ",".join(column.options) + '"', first))
        elif column.header == "staff" and column.cells == "text":
            made.append(Choices(i, listed("staff"), first))
        elif column.header == "contract":
            made.append(Choices(i, listed("contracts"), first))
        elif column.header == "shift":
            made.append(Choices(i, listed("shifts"), first, strict=False))  # off is allowed too
    return made


def template(path: Path) -> Path:
    """Write an empty ward to fill in: every sheet with what its columns mean and rows that show how it is used.

    The rows are a small ward that can be solved as it stands. In a workbook, cells that choose from a list (people,
    contracts, kinds of leave) offer it.
    """
    made: dict[Sheet, list[list[str]]] = {}
    for sheet in SHEETS:
        header = [column.header for column in sheet.columns]
        if sheet.shape == "pairs":
            example = sheet.examples[0]
            rows = [["key", "value"]]
            rows += [[c.header, example.get(c.header, ""), f"# {_note(c)}".replace("\n", " ")] for c in sheet.columns]
            made[sheet] = [["# " + sheet.note], *rows]
            continue
        hints = [_note(column).replace("\n", " ") for column in sheet.columns]
        hints[0] = f"# {sheet.note} {hints[0]}"
        made[sheet] = [header, hints, *([row.get(key, "") for key in header] for row in sheet.examples)]
    return _written(made, Path(path), notes=True)


#: The name by which the command calls it.
write_template = template
