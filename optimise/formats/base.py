"""The face of a file format, and the registry that finds the right one.

A format is one module with one class; :data:`FORMATS` names ours as strings, so that listing or detecting formats
imports only what it must. Those of other packages come by the entry-point group ``wardwise.formats`` (name ->
``module:class``).
"""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.metadata import entry_points
from pathlib import Path
from typing import Any, Protocol, runtime_checkable

from typing_extensions import TypeVar

from optimise.core.errors import InputError, UnsupportedError
from optimise.core.given import typed_call
from optimise.core.kinds import fitted, kind_of, load
from optimise.core.problem import Plannable, Problem, stated
from optimise.core.result import Plan
from optimise.formats.budget import parse_json, read_bytes

__all__ = [
    "FORMATS",
    "Format",
    "ReadOptions",
    "UnknownFormat",
    "detect",
    "get_format",
    "known_formats",
    "native_format",
    "read",
    "read_plan",
    "read_text",
    "write_plan",
]

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class ReadOptions:
    """Choices that some families need beside the path.

    Attributes
    ----------
    history : str, optional
        INRC-II: name of the history file (``H0-n030w4-1.txt``, or its index ``1``).
    weeks : str, optional
        INRC-II: week indexes in order, ``"6-2-9-1"``.
    extra : mapping
        Family-specific switches (``{"mixing": "minority"}`` for PAS).
    """

    history: str | None = None
    weeks: str | None = None
    extra: Mapping[str, Any] | None = None


#: Problems and plans of a family; any where nothing is said.
P = TypeVar("P", bound=Problem, default=Any)
L = TypeVar("L", bound=Plan, default=Any)


@runtime_checkable
class Format(Protocol[P, L]):
    """Reader and writer of one family.

    ``detects`` must be quick and must never raise. Readers raise :class:`InputError` and nothing else for bad
    input. ``write_plan`` receives the path *stem* (``DIR/plan``), adds its own suffix or suffixes and returns the
    files written; it writes through a temporary file and a rename, so that nothing half-written is left.
    """

    name: str
    description: str
    kind: str  # "roster" or "hospital"

    def detects(self, path: Path) -> bool: ...
    def read(self, path: Path, options: ReadOptions) -> P: ...
    def read_plan(self, path: Path, problem: P) -> L: ...
    def write_plan(self, plan: L, problem: P, stem: Path) -> list[Path]: ...


FORMATS: dict[str, str] = {
    "region": "optimise.capacity.formats.region:RegionFormat",  # trusts that share units
    "capacity": "optimise.capacity.formats.capacity:CapacityFormat",  # native JSON of two-stage bed planning
    "hospital-document": "optimise.hospital.formats.hospital_tables:HospitalDocumentFormat",  # what people edit
    "native": "optimise.roster.formats.native:NativeFormat",
    "table": "optimise.roster.formats.table:TableFormat",  # a folder of CSV files or one workbook
    "hospital": "optimise.hospital.formats.hospital:HospitalFormat",  # native JSON of beds, theatres and nursing
    "fhir": "optimise.hospital.formats.fhir:FhirFormat",  # bundles of Location, Encounter and Patient, read only
    "curtois": "optimise.roster.formats.curtois:CurtoisFormat",
    "inrc1": "optimise.roster.formats.inrc1:Inrc1Format",
    "inrc2": "optimise.roster.formats.inrc2:Inrc2Format",
    "pas": "optimise.hospital.formats.pas:PasFormat",
    "ihtc": "optimise.hospital.formats.ihtc:IhtcFormat",
    "orpas": "optimise.hospital.formats.orpas:OrPasFormat",
    "iprnpa": "optimise.hospital.formats.iprnpa:IprnpaFormat",
}


def known_formats() -> dict[str, str]:
    """Names of all formats with the object reference each one comes from; ours are asked first."""
    found = dict(FORMATS)
    for point in entry_points(group="wardwise.formats"):
        found.setdefault(point.name, point.value)
    return found


def get_format(name: str) -> Format:
    """Return the format called ``name``; :class:`InputError` lists the known ones."""
    known = FORMATS if name in FORMATS else known_formats()
    if name not in known:
        raise InputError(f"unknown format {name!r}; known: {', '.join(known)}")
    made: Format = load(known[name])()
    return made


class UnknownFormat(InputError):
    """A file that none of the formats takes for its own."""


def detect(path: Path) -> Format:
    """Find the format of a file or folder."""
    for name in known_formats():
        found = get_format(name)
        if found.detects(path):
            return found
    if not exists(path) and not exists(path.parent):
        raise InputError("no such file or folder", file=path)
    if not exists(path):
        raise InputError("no such file, folder, or instance name inside its folder", file=path)
    if strange := _strange(path):
        raise InputError(strange, file=path)
    raise UnknownFormat(f"not in a known format ({', '.join(known_formats())}); give --format to say which", file=path)


def _strange(path: Path) -> str:
    """Why a file cannot be in any format, where its first bytes tell."""
    try:
        if path.is_dir():
            return "" if any(path.iterdir()) else "is an empty folder"
        with path.open("rb") as stream:
            first = stream.read(4)
    except OSError as error:
        return f"cannot be read ({error.strerror})"
    if not first:
        return "is empty"
    if encoding_hint(first):
        return "is not UTF-8 text" + encoding_hint(first)
    if path.suffix.lower() == ".json":
        parse_json(read_text(path), path)  # says where the text is no JSON
    if first == b"\xd0\xcf\x11\xe0":
        return "is an old Excel workbook (.xls) or one with a password; save it as .xlsx without a password"
    if path.suffix.lower() in (".xls", ".xlsb", ".ods"):
        return "only workbooks saved as .xlsx (or .xlsm) can be read"
    return "is no Excel workbook, whatever its name says" if path.suffix.lower() in (".xlsx", ".xlsm") else ""


@typed_call
def read(
    path: str | Path,
    *,
    format: str | None = None,
    history: str | None = None,
    weeks: str | None = None,
    **extra: object,
) -> Problem:
    """Read an instance in any known format.

    Parameters
    ----------
    path : path
        File or folder; for INRC-II a dataset folder with ``history`` and ``weeks``, or
        ``FOLDER/n030w4_1_6-2-9-1``.
    format : str, optional
        Name of the format; detected from the content when left out.
    history : str, optional
        History file of an INRC-II dataset folder.
    weeks : str, optional
        Week numbers of an INRC-II dataset folder, parted by ``-``.
    extra : object
        Choices of one format only, by name; others are refused.

    Returns
    -------
    Problem
        Validated; a roster, a hospital or a capacity problem.

    Raises
    ------
    InputError
        Naming file, line and item.
    """
    path = Path(path)
    chosen = get_format(format) if format else detect(path)
    taken = getattr(chosen, "choices", () if chosen.name in FORMATS else tuple(extra))
    for name in extra:
        if name not in taken:
            told = f"there are {', '.join(taken)}" if taken else "it has none of its own"
            raise InputError(f"is no choice of the format {chosen.name!r}; {told}", item=name)
    try:
        found: Problem = chosen.read(path, ReadOptions(history, weeks, extra or None))
    except InputError as error:  # what a problem's own checks find knows of no file
        raise error.at(file=path) from error.__cause__
    return found


@typed_call
def read_plan(path: str | Path, problem: Problem[L] | Plannable[L], *, format: str | None = None) -> L:
    """Read a plan for ``problem``, in the problem's own family format or the native JSON plan.

    Parameters
    ----------
    path : path
        File or folder of the plan.
    problem : Problem or Plannable
        The problem that it is a plan of, or a document of it.
    format : str, optional
        Name of the format; that of the problem's family when left out.

    Returns
    -------
    Plan
        Of the problem's kind; not evaluated yet, so it may break rules.

    Raises
    ------
    InputError
        If there is no such file, or it does not fit the problem; names file, line and item.
    """
    path, problem = Path(path), stated(problem)
    if not exists(path):
        raise InputError("no such plan file or folder", file=path)
    chosen: Format[Problem[L], L] = get_format(format or problem.family)
    try:
        return chosen.read_plan(path, problem)
    except InputError as error:
        raise error.at(file=path) from error.__cause__


@typed_call
def write_plan(
    plan: L, problem: Problem[L] | Plannable[L], stem: str | Path, *, format: str | None = None
) -> list[Path]:
    """Write a plan in the format of the problem's family (or another) and return the files.

    Parameters
    ----------
    plan : Plan
        What is written.
    problem : Problem or Plannable
        The problem that it is a plan of, or a document of it.
    stem : path
        Path without a suffix; the format adds its own.
    format : str, optional
        Name of the format; that of the problem's family when left out.

    Returns
    -------
    list of Path
        The files, in the order in which they were written.

    Raises
    ------
    InputError
        If the plan is of another problem.
    """
    problem = stated(problem)
    plan = fitted(problem, plan)
    chosen: Format[Problem[L], L] = get_format(format or problem.family)
    return chosen.write_plan(plan, problem, Path(stem))


def native_format(problem: Problem) -> str:
    """Name of our own format for this kind of problem.

    Raises
    ------
    UnsupportedError
        If there is none.
    """
    kind = kind_of(problem)
    if kind.native is None:
        raise UnsupportedError(f"plans of {kind.title} problems have no file format")
    return kind.native


def read_text(path: Path) -> str:
    """Text of a file (UTF-8 with or without BOM), with every failure turned into an :class:`InputError`.

    A CSV file in UTF-16 or Windows-1252, as spreadsheets save it, is read too, with a warning in the log.

    Parameters
    ----------
    path : path
        A text file.

    Returns
    -------
    str
        The content, decoded as UTF-8.

    Raises
    ------
    InputError
        If it cannot be read or is no UTF-8.
    """
    data = read_bytes(path)
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        if path.suffix.lower() == ".csv" and (text := _spreadsheet_text(data, path)) is not None:
            return text
        hint = encoding_hint(data) or "; was it saved as Windows-1252 (ANSI)? Save it as UTF-8"
        raise InputError(f"is not UTF-8 text (byte {error.start}){hint}", file=path) from None


def _spreadsheet_text(data: bytes, path: Path) -> str | None:
    """Text of a CSV file as spreadsheets save it, UTF-16 by its mark or else Windows-1252; None where it is neither."""
    encoding, name = ("utf-16", "UTF-16") if encoding_hint(data) else ("cp1252", "Windows-1252")
    if encoding == "cp1252" and b"\0" in data:
        return None
    try:
        text = data.decode(encoding)
    except UnicodeDecodeError:
        return None
    log.warning("%s is not UTF-8; read as %s", path, name)
    return text


def encoding_hint(first: bytes) -> str:
    """What to say of a file that begins with the mark of another encoding; ``""`` where there is none."""
    if first.startswith((b"\xff\xfe", b"\xfe\xff")):
        return '; it was saved as UTF-16 ("Unicode"). Save it as UTF-8'
    return ""


def exists(path: Path) -> bool:
    """Whether a path leads to something; False also for what cannot be a path."""
    try:
        return path.exists()
    except (OSError, ValueError):
        return False
