"""Wards as tables: a folder of CSV files or one Excel workbook, and an empty one to fill in."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from optimise.core.atomic import write_text
from optimise.core.csvfile import csv_text
from optimise.core.errors import InputError
from optimise.formats.workbook import Choices, Page, save
from optimise.roster.formats.table_cells import KINDS, CellError
from optimise.roster.formats.table_sheets import BOOKS, SHEETS, Column, Sheet
from optimise.roster.formats.ward_model import WardData

__all__ = ["template", "write_tables", "write_template"]


def write_tables(ward: WardData, path: Path) -> Path:
    """Write a ward as a workbook (``.xlsx``) or else as a folder of CSV files.

    Raises
    ------
    InputError
        If a value cannot be held by a cell (a name with a comma in a list), or nothing can be written there.
    """
    data = ward.data()
    data["rules"] = {name: _plain(ward, name) for name in type(ward.rules).model_fields}
    return _written({sheet: _sheet_rows(sheet, data) for sheet in SHEETS}, path, notes=False)


def _plain(ward: WardData, name: str) -> Any:
    """A limit of the ward as plain values; the lawful ones are written out, and switched off where they are."""
    value = getattr(ward.rules, name)
    if ward.rules.pack is not None and name not in ward.rules.model_fields_set:
        return None  # the pack may say otherwise
    if isinstance(value, str):
        return value
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
    if path.suffix.lower() in BOOKS:
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
