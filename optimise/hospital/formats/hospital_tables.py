"""Hospital documents on disk: JSON, YAML, a workbook or a folder of CSV files, and an empty one to fill in."""

from __future__ import annotations

import dataclasses
import logging
import re
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

from pydantic import PrivateAttr

from optimise.core.atomic import write_text
from optimise.core.errors import InputError, UnsupportedError
from optimise.core.problem import Problem
from optimise.formats.base import ReadOptions, read_text
from optimise.formats.document import Document
from optimise.formats.document_text import TEXT, document_json, document_yaml
from optimise.formats.examine import examined
from optimise.formats.sheets import BOOKS
from optimise.formats.table_write import sheet_rows, write_template, written
from optimise.formats.tables import Tables
from optimise.formats.text import head
from optimise.hospital.formats.hospital import HospitalFormat
from optimise.hospital.formats.hospital_compile import doubts_of, first_day, to_problem
from optimise.hospital.formats.hospital_document import HospitalData
from optimise.hospital.formats.hospital_edits import HospitalEdits
from optimise.hospital.formats.hospital_sheets import LISTS, NEEDED, SHEETS
from optimise.hospital.problem import HospitalProblem

__all__ = ["Hospital", "HospitalDocumentFormat", "hospital_of", "schema", "template"]

_log = logging.getLogger(__name__)
_MARK = re.compile(r"""["']?kind["']?\s*:\s*["']?hospital-document\b""")
_SHEET = re.compile(rb'<(?:\w+:)?sheet\s[^>]*?name="([^"]*)"')
_BOOK = 1_000_000  # bytes of a workbook's list of sheets that are looked at


class Hospital(HospitalEdits):
    """A hospital on one morning and the days to plan."""

    _unread: tuple[str, ...] = PrivateAttr(default=())

    def problem(self) -> HospitalProblem:
        """The hospital as a problem to solve.

        Raises
        ------
        InputError
            If entries contradict each other or name what does not exist.
        """
        made = to_problem(self)
        return dataclasses.replace(made, document=self, unread=self._unread)

    @classmethod
    def load(cls, path: str | Path) -> Hospital:
        """Read a hospital from JSON, YAML, a workbook or a folder of CSV files, and check that it makes sense.

        What is hardly meant is logged as a warning, with file, row and column.

        Parameters
        ----------
        path : path
            File or folder.

        Returns
        -------
        Hospital

        Raises
        ------
        InputError
            Of every fault, naming file, line (or sheet and row), item and value.
        """
        path = Path(path)
        if path.suffix.lower() not in TEXT:
            tables = Tables.read(path, SHEETS, NEEDED)
            made = _warned(tables.checked(cls, to_problem)[0], tables.locate)
            made._unread = tuple(tables.notes)
            return made
        document = Document.parse(read_text(path), path)
        try:
            made, _ = examined(cls, document.data, to_problem)
        except InputError as error:
            raise document.locate(error) from None
        return _warned(made, document.locate)

    def save(self, path: str | Path) -> Path:
        """Write the hospital.

        Parameters
        ----------
        path : path
            Its suffix decides: ``.json``, ``.yaml``, ``.xlsx``, or none for a folder of CSV files.

        Returns
        -------
        Path
            What was written.
        """
        path = Path(path)
        suffix = path.suffix.lower()
        if suffix in TEXT:
            return write_text(path, document_json(self.data()) if suffix == ".json" else document_yaml(self.data()))
        return written({sheet: sheet_rows(sheet, self.data()) for sheet in SHEETS}, path, LISTS, notes=False)


def _warned(made: Hospital, locate: Callable[[InputError], InputError]) -> Hospital:
    for doubt in doubts_of(made):
        _log.warning("%s", locate(doubt))
    return made


def _alone(path: Path) -> bool:
    """Whether a file is a sheet of people in beds, by its first line."""
    first = {cell.strip().strip('"').lower() for cell in re.split(r"[,;\t]", head(path, 4096).partition("\n")[0])}
    return {"room", "patient", "expected_discharge"} <= first


class HospitalDocumentFormat(HospitalFormat):
    """Hospitals as people edit them; plans are those of the native format."""

    name = "hospital-document"
    description = "Wardwise hospital to edit: a workbook, a folder of CSV files, YAML or JSON; plans as JSON"

    def detects(self, path: Path) -> bool:
        suffix = path.suffix.lower()
        try:
            if suffix in BOOKS:
                return {"rooms", "bed-state"} <= _sheet_names(path)
            if suffix in TEXT:
                return _MARK.search(head(path)) is not None
            if path.is_file():
                return _alone(path)
            return all((path / f"{name}.csv").is_file() for name in NEEDED)
        except (OSError, ValueError):
            return False

    def read(self, path: Path, options: ReadOptions) -> HospitalProblem:
        if path.suffix.lower() not in (*TEXT, *BOOKS) and path.is_file():
            text = (
                "is a bed state without its rooms: put it into a folder as bed-state.csv, with a rooms.csv beside it "
                "(ward, room, beds); 'wardwise template --kind hospital FOLDER' shows both"
            )
            raise InputError(text, file=path)
        made = Hospital.load(path)
        if made.start is None:
            _log.warning("no start is given: the plan begins on %s, the earliest expected discharge", first_day(made))
        return made.problem()

    def write(self, problem: HospitalProblem, path: Path) -> list[Path]:
        """Write the document of a problem that was read from one."""
        made = hospital_of(problem).save(path)
        return sorted(made.glob("*.csv")) if made.is_dir() else [made]

    def schema(self) -> dict[str, Any]:
        """JSON Schema of the document."""
        return schema()


def _sheet_names(path: Path) -> set[str]:
    """Names of a workbook's sheets; none for what is no workbook."""
    try:
        with zipfile.ZipFile(path) as book, book.open("xl/workbook.xml") as stream:
            return {name.decode("utf-8", "replace") for name in _SHEET.findall(stream.read(_BOOK))}
    except (zipfile.BadZipFile, KeyError, NotImplementedError, RuntimeError, EOFError):
        return set()


def hospital_of(problem: Problem) -> Hospital:
    """The hospital document that a problem was made from.

    Raises
    ------
    UnsupportedError
        If there is none, or the problem has been edited since.
    """
    made = problem.document if isinstance(problem, HospitalProblem) else None
    if not isinstance(made, Hospital):
        raise UnsupportedError(f"{problem.name} was not read from a hospital document, and cannot be written as one")
    if made.problem().digest() != problem.digest():
        raise UnsupportedError("the problem was edited since its document was read; edit the document and write that")
    return made.model_copy(update={"start": first_day(made)})


def template(path: Path) -> Path:
    """Write an empty hospital to fill in: every sheet with what its columns mean and rows that show how it is used.

    The rows are a small hospital that can be solved as it stands.
    """
    return write_template(SHEETS, Path(path), LISTS)


def schema() -> dict[str, Any]:
    """JSON Schema of the hospital document, as made from the models."""
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": "wardwise:hospital-document-1",
        **HospitalData.model_json_schema(),
        "title": "Wardwise hospital",
    }
