"""Documents as tables in general: rows and pairs in and out, choices, an empty one to fill in."""

from __future__ import annotations

from pathlib import Path

import pytest
from pydantic import Field

from optimise.core.errors import InputError
from optimise.formats.document import Document, validated
from optimise.formats.document_text import document_json, document_yaml
from optimise.formats.parts import Part
from optimise.formats.sheets import Sheet, column
from optimise.formats.table_write import sheet_rows, write_template, written
from optimise.formats.tables import Tables

pytestmark = pytest.mark.quick


class Pet(Part):
    id: str
    owner: str | None = None
    legs: int = 4


class House(Part):
    name: str
    pets: list[Pet] = Field(default_factory=list)


SHEETS = (
    Sheet("house", "", (column("name"),), "pairs", "The house.", ({"name": "Ours"},)),
    Sheet("pets", "pets", (column("id"), column("owner"), column("legs", "number")), note="Who lives there.",
          examples=({"id": "cat"}, {"id": "hen", "owner": "cat", "legs": "2"})),
)  # fmt: skip


def read(path: Path) -> House:
    return Tables.read(path, SHEETS, ("house", "pets")).checked(House, lambda house: None)[0]


@pytest.mark.parametrize("name", ["house.xlsx", "house"])
def test_a_template_is_a_document(name: str, tmp_path: Path) -> None:
    path = write_template(SHEETS, tmp_path / name, {"owner": "?pets"})
    assert read(path) == House(name="Ours", pets=[Pet(id="cat"), Pet(id="hen", owner="cat", legs=2)])


@pytest.mark.parametrize("name", ["house.xlsx", "house"])
def test_what_is_written_is_read(name: str, tmp_path: Path) -> None:
    house = House(name="Theirs", pets=[Pet(id="dog")])
    data = house.model_dump(mode="json", exclude_defaults=True)
    written({sheet: sheet_rows(sheet, data) for sheet in SHEETS}, tmp_path / name, {}, notes=False)
    assert read(tmp_path / name) == house


def test_a_fault_is_told_with_its_row_and_column(tmp_path: Path) -> None:
    (tmp_path / "house.csv").write_text("key,value\nname,Ours\n")
    (tmp_path / "pets.csv").write_text("id,legs\ncat,4\nhen,2.5\n")
    with pytest.raises(InputError, match="whole number") as caught:
        read(tmp_path)
    assert (caught.value.line, caught.value.item) == (3, "column legs")
    (tmp_path / "house.csv").unlink()
    (tmp_path / "pets.csv").unlink()
    with pytest.raises(InputError, match=r"at least house\.csv and pets\.csv"):
        read(tmp_path)


@pytest.mark.parametrize("suffix", [".json", ".yaml"])
def test_text_in_either_language_says_the_same(suffix: str) -> None:
    data = {"name": "on", "pets": [{"id": "cat"}, {"id": "2026-01-05"}]}
    text = document_json(data) if suffix == ".json" else document_yaml(data)
    assert validated(House, Document.parse(text, Path("house" + suffix)).data).model_dump(exclude_defaults=True) == data
