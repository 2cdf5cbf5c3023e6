"""Ward documents on disk, in any form: JSON, YAML, a workbook or a folder of CSV files."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TypeVar

import yaml

from optimise.core.atomic import write_text
from optimise.core.errors import InputError
from optimise.formats.base import read_text
from optimise.roster.formats.table_read import read_tables
from optimise.roster.formats.table_write import write_tables
from optimise.roster.formats.ward_document import Document, ItemError, validated
from optimise.roster.formats.ward_model import SCHEMA_VERSION, WardData
from optimise.roster.formats.ward_problem import to_problem

__all__ = ["TEXT", "parsed", "read_as", "save_ward", "ward_text"]

#: Suffixes of documents; everything else is tables.
TEXT = (".json", ".yaml", ".yml")
_W = TypeVar("_W", bound=WardData)


def parsed(path: Path) -> Document:
    """The text of a document with the places of its entries; its version is checked."""
    document = Document.parse(read_text(path), path)
    version = document.data.get("schema_version", SCHEMA_VERSION) if isinstance(document.data, dict) else None
    if isinstance(version, int) and version > SCHEMA_VERSION:
        message = f"is version {version}, this Wardwise reads version {SCHEMA_VERSION}; a newer one is needed"
        raise document.locate(ItemError(message, ("schema_version",)))
    return document


def read_as(path: Path, model: type[_W]) -> _W:
    """Read a ward document of any form and check it whole.

    Raises
    ------
    InputError
        Naming file, line and item.
    """
    if path.suffix.lower() not in TEXT:
        return read_tables(path, model)
    document = parsed(path)
    try:
        ward = validated(model, document.data)
        to_problem(ward)
    except InputError as error:
        raise document.locate(error) from None
    return ward


def save_ward(ward: WardData, path: Path) -> Path:
    """Write a ward document whole or not at all; the suffix of the path decides its form."""
    suffix = path.suffix.lower()
    if suffix == ".json":
        return write_text(path, ward_text(ward))
    if suffix in (".yaml", ".yml"):
        made = yaml.dump(ward.data(), Dumper=_Dumper, sort_keys=False, allow_unicode=True, width=120)
        return write_text(path, made)
    return write_tables(ward, path)


class _Dumper(yaml.SafeDumper):
    """Quotes what YAML 1.1 readers would take for a truth value, a date or a number in base 60."""


def ward_text(ward: WardData) -> str:
    """JSON with one line for each entry of a list, so that a person can read it and a version control compare it."""
    lines = []
    for key, value in ward.data().items():
        if isinstance(value, list) and value and isinstance(value[0], dict):
            rows = ",\n".join("    " + json.dumps(each, ensure_ascii=False) for each in value)
            lines.append(f"  {json.dumps(key)}: [\n{rows}\n  ]")
        else:
            lines.append(f"  {json.dumps(key)}: {json.dumps(value, ensure_ascii=False)}")
    return "{\n" + ",\n".join(lines) + "\n}\n"
