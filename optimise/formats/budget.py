"""What one file may cost to read, in one place; every reader asks here before its library unpacks or builds anything.

The limits are far above any ward, hospital or region that we know of, and low enough that a file made to do harm (a
zip bomb, a hundred thousand brackets, one cell in the last column of a sheet) is refused within seconds.
"""

from __future__ import annotations

import json
import lzma
import math
import re
import tokenize
import tomllib
import zipfile
import zlib
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from optimise.core.errors import InputError

__all__ = [
    "BUDGET",
    "ReadingBudget",
    "check_depth",
    "parse_json",
    "parse_toml",
    "read_arrays",
    "read_bytes",
    "spend",
    "zip_members",
]


@dataclass(frozen=True, slots=True)
class ReadingBudget:
    """Most that one file may hold.

    Attributes
    ----------
    file_bytes : int
        Size on disk of any file.
    yaml_bytes : int
        Size of a YAML file, which takes a hundred times as long to read as JSON.
    depth : int
        Containers inside containers (JSON, YAML, TOML) and elements inside elements (XML).
    containers : int
        Objects and lists of a JSON file, nodes of a YAML file.
    elements : int
        Elements of an XML file, or of all parts of a workbook together.
    entries : int
        Files inside a zip archive (workbooks, scenarios, forecasts).
    unpacked_bytes : int
        Size of all entries of a workbook together.
    ratio : int
        Unpacked size over packed size of an entry of a workbook above ``ratio_from`` bytes.
    array_bytes : int
        Size of all arrays of a file of scenarios or a forecast together.
    rows, columns : int
        Last row and column that a sheet may have; those of spreadsheet programs.
    cells : int
        Cells of all sheets of a workbook together, in each row up to its last one.
    """

    file_bytes: int = 64 << 20
    yaml_bytes: int = 4 << 20
    depth: int = 60
    containers: int = 1_000_000
    elements: int = 500_000
    entries: int = 1_000
    unpacked_bytes: int = 64 << 20
    ratio: int = 200
    ratio_from: int = 1 << 20
    array_bytes: int = 256 << 20
    rows: int = 1_048_576
    columns: int = 16_384
    cells: int = 4_000_000


#: The budget that every reader keeps to.
BUDGET = ReadingBudget()

#: What the zip archive, its unpackers and numpy raise about damaged entries and headers.
_DAMAGED = (
    *(zipfile.BadZipFile, zipfile.LargeZipFile, zlib.error, lzma.LZMAError, tokenize.TokenError),
    *(OSError, ValueError, KeyError, EOFError, TypeError, AttributeError, SyntaxError, NotImplementedError),
    *(RecursionError, OverflowError),
)


def spend(file: Path, what: str, value: int, limit: int, *, line: int | None = None, item: str | None = None) -> None:
    """Refuse a file that holds more than its budget.

    Parameters
    ----------
    file : path
        The file at fault.
    what : str
        What is counted, as a plural noun.
    value : int
        How many there are.
    limit : int
        How many are allowed.
    line : int, optional
        1-based line.
    item : str, optional
        The entry at fault.

    Raises
    ------
    InputError
        Naming the file, what there is too much of, how much, and the limit.
    """
    if value > limit:
        raise InputError(
            f"has {value:,} {what}, more than the {limit:,} that are read", file=file, line=line, item=item
        )


def read_bytes(path: Path, budget: ReadingBudget = BUDGET) -> bytes:
    """The bytes of a file, with every failure turned into an :class:`InputError`."""
    try:
        spend(path, "bytes", path.stat().st_size, budget.file_bytes)
        if not path.is_dir() and not path.is_file():
            raise InputError("is neither a file nor a folder", file=path)  # a pipe would be waited for
        return path.read_bytes()
    except FileNotFoundError:
        raise InputError("no such file", file=path) from None
    except IsADirectoryError:
        raise InputError("is a folder, a file was expected", file=path) from None
    except OSError as error:
        raise InputError(f"cannot be read ({error.strerror})", file=path) from None
    except ValueError:
        raise InputError("is not the name of a file", file=path) from None


def check_depth(data: object, file: Path, budget: ReadingBudget = BUDGET) -> None:
    """Refuse plain values nested more deeply than the budget allows; itself it does not recurse."""
    level = [data]
    for _ in range(budget.depth + 1):
        level = [
            inner
            for each in level
            for inner in (each.values() if isinstance(each, dict) else each if isinstance(each, list) else ())
            if isinstance(inner, dict | list)
        ]
        if not level:
            return
    raise InputError(f"is nested too deeply (more than {budget.depth} levels)", file=file)


def parse_json(text: str, file: Path, budget: ReadingBudget = BUDGET) -> Any:
    """Values of a JSON text: no key twice in an object, no NaN, nothing nested too deeply.

    Raises
    ------
    InputError
        With the line where it is known.
    """

    def pairs(items: list[tuple[str, object]]) -> dict[str, Any]:
        made = dict(items)
        if len(made) != len(items):
            twice = next(key for key, count in Counter(key for key, _ in items).items() if count > 1)
            shown = twice[:60].encode("utf-8", "backslashreplace").decode("utf-8")
            raise InputError(f"the key {shown!r} is given twice in one object", file=file)
        return made

    def constant(word: str) -> Any:
        raise InputError(f"{word} is not a number that can be used", file=file)

    spend(file, "objects and lists", text.count("{") + text.count("["), budget.containers)
    try:
        made = json.loads(text, object_pairs_hook=pairs, parse_constant=constant)
    except json.JSONDecodeError as error:
        raise InputError(
            f"is not valid JSON: {error.msg} (column {error.colno})", file=file, line=error.lineno
        ) from None
    except RecursionError:
        raise InputError(f"is nested too deeply (more than {budget.depth} levels)", file=file) from None
    except ValueError:
        raise InputError("holds a number with too many digits", file=file) from None
    check_depth(made, file, budget)
    return made


def parse_toml(text: str, file: Path, budget: ReadingBudget = BUDGET) -> dict[str, Any]:
    """Values of a TOML text.

    Raises
    ------
    InputError
        With the line where it is known.
    """
    try:
        made = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        found = re.search(r"\(at line (\d+)", str(error))
        raise InputError(f"is not TOML: {error}", file=file, line=int(found[1]) if found else None) from None
    except RecursionError:
        raise InputError(f"is nested too deeply (more than {budget.depth} levels)", file=file) from None
    except ValueError:
        raise InputError("is not TOML: a number or date cannot be used", file=file) from None
    check_depth(made, file, budget)
    return made


def zip_members(archive: zipfile.ZipFile, file: Path, budget: ReadingBudget = BUDGET) -> list[zipfile.ZipInfo]:
    """The entries of a workbook, once the directory of its archive has been found to keep to the budget.

    What the directory says of a size holds: no more is ever unpacked from an entry.
    """
    members = archive.infolist()
    spend(file, "entries", len(members), budget.entries)
    spend(file, "bytes when unpacked", sum(each.file_size for each in members), budget.unpacked_bytes)
    for each in members:
        where = f"entry {each.filename[:60]!r}"
        if each.flag_bits & 1:
            raise InputError("is protected by a password", file=file, item=where)
        if each.file_size > budget.ratio_from:
            spend(
                file,
                "bytes for each packed one",
                each.file_size // max(each.compress_size, 1),
                budget.ratio,
                item=where,
            )
    return members


def read_arrays(path: Path, what: str, budget: ReadingBudget = BUDGET) -> Mapping[str, npt.NDArray[Any]]:
    """The arrays of an ``.npz`` file, each no larger than its entry in the archive; no pickled objects.

    Parameters
    ----------
    what : str
        What the file should be, for messages: ``"file of scenarios"``.
    """
    try:
        spend(path, "bytes", path.stat().st_size, budget.file_bytes)
        with zipfile.ZipFile(path) as archive:
            spend(path, "entries", len(archive.infolist()), budget.entries)
            total = sum(each.file_size for each in archive.infolist())
            spend(path, "bytes when unpacked", total, budget.array_bytes)
            for each in archive.infolist():
                _check_array(archive, each, path)
        with path.open("rb") as stream, np.load(stream, allow_pickle=False) as stored:
            return {name: stored[name] for name in stored.files}
    except FileNotFoundError:
        raise InputError("no such file", file=path) from None
    except _DAMAGED as error:
        raise InputError(f"is no {what} ({str(error)[:200]})", file=path) from None


def _check_array(archive: zipfile.ZipFile, member: zipfile.ZipInfo, file: Path) -> None:
    """Refuse an array whose header asks for more memory than its entry holds bytes."""
    with archive.open(member) as stream:
        version = np.lib.format.read_magic(stream)
        reader = {(1, 0): np.lib.format.read_array_header_1_0, (2, 0): np.lib.format.read_array_header_2_0}.get(version)
        if reader is None:
            raise ValueError(f"{member.filename} is of an unknown version")
        shape, _, dtype = reader(stream)
        asked = math.prod(shape) * dtype.itemsize
    if asked > member.file_size or dtype.hasobject:
        message = f"asks for {asked:,} bytes, more than the {member.file_size:,} that it holds"
        raise InputError(message, file=file, item=f"array {member.filename[:60]!r}")
