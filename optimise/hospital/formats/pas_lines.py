"""Lines of a PAS file: fields between bars, sections under headings, and what is wrong with a line in words."""

from __future__ import annotations

from dataclasses import dataclass

from optimise.core.errors import InputError

__all__ = ["LIMIT", "TextLine", "TextLines", "index"]

#: Largest whole number that a file may hold.
LIMIT = 10**6


@dataclass(frozen=True, slots=True)
class TextLine:
    """One line split at bars into lists of words."""

    number: int
    item: str
    parts: list[list[str]]

    def whole(self, part: int, count: int) -> list[str]:
        words = self.parts[part]
        if len(words) != count:
            raise self.error(f"field {part + 1} has {len(words)} entries, expected {count}")
        return words

    def ints(self, words: list[str]) -> list[int]:
        made = []
        for word in words:
            if not (word.isascii() and word.isdigit() and len(word) < 10 and int(word) <= LIMIT):
                raise self.error(f"expected a whole number from 0 to {LIMIT}, found {word[:40]!r}")
            made.append(int(word))
        return made

    def flags(self, part: int, count: int) -> list[int]:
        made = self.ints(self.whole(part, count))
        if any(v > 1 for v in made):
            raise self.error(f"field {part + 1} may hold 0 and 1 only")
        return made

    def levels(self, part: int, specialisms: dict[str, int]) -> dict[int, int]:
        """Level by specialism from pairs "level specialism"; pairs with specialism 0 are padding."""
        words = self.parts[part]
        if len(words) % 2:
            raise self.error(f"field {part + 1} needs pairs of level and specialism")
        made: dict[int, int] = {}
        for level, name in zip(self.ints(words[::2]), words[1::2], strict=True):
            if name == "0":
                continue
            if level < 1:
                raise self.error("level 1 is the best, found 0")
            made[self.known(specialisms, name, "specialism")] = level
        return made

    def known(self, index: dict[str, int], name: str, what: str) -> int:
        if name not in index:
            raise self.error(f"unknown {what} {name[:40]!r}")
        return index[name]

    def error(self, message: str) -> InputError:
        return InputError(message, line=self.number, item=self.item)


class TextLines:
    """Non-blank lines of a file, handed out in order."""

    def __init__(self, text: str) -> None:
        self.lines = [(i, s.strip()) for i, s in enumerate(text.splitlines(), start=1) if s.strip()]
        self.next = 0

    def take(self, what: str) -> tuple[int, str]:
        if self.next >= len(self.lines):
            raise InputError(f"the file ends where {what} was expected", line=len(self.lines) or 1)
        self.next += 1
        return self.lines[self.next - 1]

    def head(self, name: str) -> int:
        number, text = self.take(f"'{name}:'")
        key, colon, value = text.partition(":")
        if not colon or key.strip() != name:
            raise InputError(f"expected '{name}:', found {text[:40]!r}", line=number)
        return TextLine(number, name, []).ints([value.strip()])[0]

    def section(self, name: str, rows: int, what: str, fields: int) -> list[TextLine]:
        """The ``rows`` lines under ``name:``, each with ``fields`` fields and an id not seen before."""
        number, text = self.take(f"'{name}:'")
        if text != f"{name}:":
            raise InputError(f"expected '{name}:', found {text[:40]!r}", line=number)
        made, seen = [], set()
        for _ in range(rows):
            number, text = self.take(f"a {what}")
            parts = [part.split() for part in text.split("|")]
            first = parts[0][0] if parts[0] else ""
            line = TextLine(number, f"{what} {first[:40]}", parts)
            if len(parts) != fields:
                raise line.error(f"has {len(parts)} fields separated by '|', expected {fields}")
            if first in seen:
                raise line.error("occurs twice")
            seen.add(first)
            made.append(line)
        return made


def index(lines: list[TextLine]) -> dict[str, int]:
    """Position of each line by its id."""
    return {line.parts[0][0]: i for i, line in enumerate(lines)}
