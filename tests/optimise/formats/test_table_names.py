"""What people call sheets and columns."""

from __future__ import annotations

import pytest

from optimise.formats.sheets import Sheet, column
from optimise.formats.table_names import columns_called, sheet_like, unread

pytestmark = pytest.mark.quick

LEAVE = Sheet("leave", "leave", (column("staff"), column("first"), column("last"), column("kind")))
LOG = Sheet("pins", "pins", (column("staff"), column("date"), column("shift")))


def test_a_column_is_known_by_another_word_only_where_its_own_is_not_there() -> None:
    made = columns_called(LEAVE, ["Nurse", "From", "Until", "last", "colour"])
    assert [each and each.header for each in made] == ["staff", "first", None, "last", None]


@pytest.mark.parametrize(
    ("name", "header", "found"),
    [
        ("Holidays", ["Person", "From", "To"], LEAVE),
        ("Holidays", ["day", "what"], None),
        ("2027", ["staff", "first", "last", "kind"], LEAVE),
        ("Log", ["staff", "date", "shift"], None),  # three columns alone say too little
    ],
)
def test_a_sheet_is_known_by_its_name_and_columns(name: str, header: list[str], found: Sheet | None) -> None:
    assert sheet_like(name, header, (LEAVE, LOG)) is found


def test_what_is_not_read_is_said_with_the_nearest_name() -> None:
    said = unread("sheet 'Leeve'", 2, "row", "Leeve", ["leave", "pins"])
    assert said == "NOT READ: sheet 'Leeve' with 2 rows, which has no meaning here; did you mean 'leave'?"
