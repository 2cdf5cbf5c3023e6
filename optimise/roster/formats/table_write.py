"""Wards as tables: a folder of CSV files or one Excel workbook, and an empty one to fill in."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any

from optimise.formats.sheets import Sheet
from optimise.formats.table_write import sheet_rows, written
from optimise.formats.table_write import write_template as _write_template
from optimise.roster.formats.table_sheets import SHEETS
from optimise.roster.formats.ward_model import WardData

__all__ = ["template", "write_tables", "write_template"]

#: Header -> sheet whose first column its cells offer.
LISTS = {"staff": "staff", "contract": "contracts", "shift": "?shifts"}  # a pinned shift may be off


def write_tables(ward: WardData, path: Path) -> Path:
    """Write a ward as a workbook (``.xlsx``) or else as a folder of CSV files.

    Raises
    ------
    InputError
        If a value cannot be held by a cell (a name with a comma in a list), or nothing can be written there.
    """
    data = ward.data()
    data["rules"] = {name: _plain(ward, name) for name in type(ward.rules).model_fields}
    return written({sheet: sheet_rows(sheet, data, _entries) for sheet in SHEETS}, path, LISTS, notes=False)


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


def template(path: Path) -> Path:
    """Write an empty ward to fill in: every sheet with what its columns mean and rows that show how it is used.

    The rows are a small ward that can be solved as it stands. In a workbook, cells that choose from a list (people,
    contracts, kinds of leave) offer it.
    """
    return _write_template(SHEETS, Path(path), LISTS)


#: The name by which the command calls it.
write_template = template
