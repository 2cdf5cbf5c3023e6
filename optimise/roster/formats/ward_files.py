"""Ward documents on disk, in any form: JSON, YAML, a workbook or a folder of CSV files."""

from __future__ import annotations

from pathlib import Path
from typing import TypeVar

from optimise.core.atomic import write_text
from optimise.core.errors import InputError
from optimise.formats.base import read_text
from optimise.formats.document import Document
from optimise.formats.document_text import TEXT, document_json, document_yaml
from optimise.formats.examine import examined
from optimise.roster.formats.table_read import read_tables
from optimise.roster.formats.table_write import write_tables
from optimise.roster.formats.ward_model import WardData
from optimise.roster.formats.ward_problem import to_problem
from optimise.roster.problem import RosterProblem

__all__ = ["TEXT", "compiled", "parsed", "read_as", "save_ward", "ward_text"]

_W = TypeVar("_W", bound=WardData)


def parsed(path: Path) -> Document:
    """The text of a document with the places of its entries; its version is checked."""
    document = Document.parse(read_text(path), path)
    try:
        WardData.check_version(document.data)
    except InputError as error:
        raise document.locate(error) from None
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
    return compiled(path, model)[0]


def compiled(path: Path, model: type[_W]) -> tuple[_W, RosterProblem]:
    """Read a ward from JSON or YAML, and make a problem of it.

    Parameters
    ----------
    path : path
        The document.
    model : type
        Of the ward.

    Returns
    -------
    ward : model
    problem : RosterProblem

    Raises
    ------
    InputError
        Of every fault, naming file, line and item.
    """
    document = parsed(path)
    try:
        return examined(model, document.data, to_problem)
    except InputError as error:
        raise document.locate(error) from None


def save_ward(ward: WardData, path: Path) -> Path:
    """Write a ward document whole or not at all; the suffix of the path decides its form."""
    suffix = path.suffix.lower()
    if suffix == ".json":
        return write_text(path, ward_text(ward))
    if suffix in (".yaml", ".yml"):
        return write_text(path, document_yaml(ward.data()))
    return write_tables(ward, path)


def ward_text(ward: WardData) -> str:
    """JSON with one line for each entry of a list, so that a person can read it and a version control compare it."""
    return document_json(ward.data())
