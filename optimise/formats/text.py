"""Small helpers that the readers and writers of text formats share."""

from __future__ import annotations

import mmap
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from optimise.core.errors import InputError, clip, placed
from optimise.formats.base import read_text

__all__ = [
    "LARGEST",
    "LONGEST",
    "Row",
    "beside",
    "clip",
    "contains",
    "head",
    "integer",
    "is_file",
    "look_up",
    "numbered",
    "placed",
    "refuse_cut",
    "rows",
    "separator",
    "whole",
]

#: Largest integer that a file may hold; larger ones are slips and would overflow the arrays.
LARGEST = 10**9

#: Longest horizon in days that a file may ask for (ten years); longer ones are slips.
LONGEST = 3660

_NEWLINE = re.compile(r"\r\n|\n|\r")
_INTEGER = re.compile(r"[+-]?[0-9]{1,18}\Z")
_Value = TypeVar("_Value")


@dataclass(frozen=True, slots=True)
class Row:
    """One line of a text file, stripped, with the place it was read from."""

    file: Path
    line: int
    text: str

    def error(self, message: str, item: str | None = None) -> InputError:
        """An :class:`InputError` that names this line."""
        return InputError(clip(message, 400), file=self.file, line=self.line, item=item and clip(item))

    def integer(self, text: str, item: str, low: int = 0, high: int = LARGEST) -> int:
        """The integer written in ``text``, between ``low`` and ``high``."""
        with placed(self.file, self.line):
            return integer(text, item, low, high)

    def fields(self, count: int, what: str, separator: str | None = ",") -> list[str]:
        """Exactly ``count`` separated and stripped fields."""
        parts = [p.strip() for p in self.text.split(separator)]
        if len(parts) != count:
            raise self.error(f"{what} has {count} fields, found {len(parts)}")
        return parts

    def look_up(self, table: Mapping[str, _Value], key: str, what: str) -> _Value:
        """``table[key]``, or an error that lists (some of) the known names."""
        with placed(self.file, self.line):
            return look_up(table, key, what)


def look_up(table: Mapping[str, _Value], key: str, what: str) -> _Value:
    """``table[key]``, or an :class:`InputError` that lists (some of) the known names."""
    try:
        return table[key]
    except KeyError:
        known = list(table)
        names = clip(", ".join(known[:12]), 200) + (", ..." if len(known) > 12 else "")
        raise InputError(f"unknown {what} {clip(key)!r}; known: {names or 'none'}") from None


def integer(text: str, item: str, low: int = 0, high: int = LARGEST) -> int:
    """Parse an integer in plain digits, between ``low`` and ``high``."""
    text = text.strip()
    if not _INTEGER.match(text):
        raise InputError(f"a whole number was expected, not {clip(text)!r}", item=clip(item))
    value = int(text)
    if not low <= value <= high:
        raise InputError(f"{value} is not between {low} and {high}", item=clip(item))
    return value


def numbered(path: Path) -> Iterator[Row]:
    """All lines of a text file."""
    for line, text in enumerate(_NEWLINE.split(read_text(path)), 1):
        yield Row(path, line, text.strip())


def rows(path: Path, comment: str | None = "#") -> list[Row]:
    """The lines of a text file that are neither blank nor comments."""
    return [r for r in numbered(path) if r.text and not (comment and r.text.startswith(comment))]


def separator(text: str) -> str:
    """What stands between the cells: semicolons where a spreadsheet's language writes decimal commas.

    Headers and keys hold no separator, so the first one that follows such a word tells; a remark may hold any.
    """
    lines = (line for line in text.splitlines() if line and not line.lstrip('"').startswith("#"))
    return next((c for line in lines for c in line if c in ",;\t"), ",")


def head(path: Path, size: int = 65536) -> str:
    """The first bytes of a file as text, ``""`` when it is not a readable file; never raises."""
    try:
        if not path.is_file():
            return ""
        with path.open("rb") as stream:
            return stream.read(size).decode("utf-8", "replace").removeprefix("\ufeff")
    except (OSError, ValueError):
        return ""


def contains(path: Path, pattern: re.Pattern[bytes]) -> bool:
    """Whether a file holds a pattern anywhere, however large it is; False when it is no readable file."""
    try:
        if not path.is_file() or not path.stat().st_size:
            return False
        with path.open("rb") as stream, mmap.mmap(stream.fileno(), 0, access=mmap.ACCESS_READ) as content:
            return pattern.search(content) is not None
    except (OSError, ValueError):
        return False


def is_file(path: Path) -> bool:
    """Whether a path leads to a file; False also for what cannot be a path."""
    try:
        return path.is_file()
    except (OSError, ValueError):
        return False


def whole(text: str) -> bool:
    """Whether a text ends with a line end, as files do that were written to their end."""
    return not text or text[-1] in "\r\n"


def refuse_cut(word: str, known: Iterable[str], what: str) -> None:
    """Refuse the last word of a text without a line end where it may be the beginning of another known word.

    Raises
    ------
    InputError
    """
    longer = next((name for name in known if name != word and name.startswith(word)), None)
    if longer is not None:
        text = f"ends inside a line, and {clip(word)!r} may be the beginning of {clip(longer)!r}; end the last line"
        raise InputError(text, item=what)


def beside(stem: Path, ending: str) -> Path:
    """``DIR/plan`` and ``.csv`` make ``DIR/plan.csv`` (dots inside the stem are kept)."""
    return stem.with_name(stem.name + ending)
