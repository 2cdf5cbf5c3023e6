"""Wards from tables: every sheet becomes part of a ward document, which is then checked as any other.

What is found wrong is told with the sheet (or file), the row and the column from which it came.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any, TypeVar

from optimise.formats.document import nearest
from optimise.formats.sheets import Sheet
from optimise.formats.tables import Spot, Tables
from optimise.roster.formats.table_sheets import SHEETS
from optimise.roster.formats.ward_model import WardData
from optimise.roster.formats.ward_problem import to_problem

__all__ = ["WardTables", "read_tables"]

_W = TypeVar("_W", bound=WardData)


def read_tables(path: Path, model: type[_W]) -> _W:
    """Read a ward from a folder of CSV files or a workbook and check it whole.

    Raises
    ------
    InputError
        Naming the file, the row, and sheet and column.
    """
    return WardTables.of(path).checked(model, to_problem)[0]


class WardTables(Tables):
    """The ward document that a set of sheets makes: entries may belong to the rules, a contract or a person."""

    @classmethod
    def of(cls, path: Path) -> WardTables:
        """Read a workbook or a folder of CSV files."""
        return cls.read(path, SHEETS, ("ward", "shifts", "staff"))

    def place(self, sheet: Sheet, number: int, entry: dict[str, object]) -> Spot:
        if sheet.shape == "rows":
            return super().place(sheet, number, entry)
        owner, path = self.owner(sheet, number, entry)
        if sheet.shape == "limits":
            if "limits" in owner:
                raise self.error(sheet, number, "this person has a row already", "staff")
            owner["limits"] = entry
            self.spots[(*path, "limits")] = (sheet, number)
            return (*path, "limits")
        if path[0] == "staff":
            owner, path = owner.setdefault("limits", {}), (*path, "limits")
        items = owner.setdefault(sheet.target, [])
        items.append(entry)
        self.spots[(*path, sheet.target, len(items) - 1)] = (sheet, number)
        return (*path, sheet.target, len(items) - 1)

    def owner(self, sheet: Sheet, number: int, entry: dict[str, object]) -> tuple[dict[str, Any], Spot]:
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
