"""XML read into a plain tree with line numbers; document types, and with them all entity tricks, are refused."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from xml.parsers import expat

from optimise.core.errors import InputError
from optimise.formats.budget import BUDGET, read_bytes, spend
from optimise.formats.text import LARGEST, clip, integer, placed

__all__ = ["Node", "read_xml"]


@dataclass(slots=True, eq=False)
class Node:
    """An element: tag, attributes, own text, children, and where it begins."""

    file: Path
    line: int
    tag: str
    attributes: dict[str, str]
    pieces: list[str] = field(default_factory=list)
    children: list[Node] = field(default_factory=list)

    @property
    def text(self) -> str:
        """The text directly inside, stripped."""
        return "".join(self.pieces).strip()

    def error(self, message: str, item: str | None = None) -> InputError:
        """An :class:`InputError` that names this element's line."""
        return InputError(clip(message, 400), file=self.file, line=self.line, item=clip(item or f"<{self.tag}>"))

    def all(self, tag: str) -> list[Node]:
        """Children of a tag."""
        return [c for c in self.children if c.tag == tag]

    def maybe(self, tag: str) -> Node | None:
        """The only child of a tag, or None."""
        found = self.all(tag)
        if len(found) > 1:
            raise found[1].error("occurs twice")
        return found[0] if found else None

    def one(self, tag: str) -> Node:
        """The only child of a tag."""
        found = self.maybe(tag)
        if found is None:
            raise self.error(f"<{tag}> is missing")
        return found

    def inside(self, group: str, tag: str) -> list[Node]:
        """``<group><tag/><tag/>...</group>``; an absent group is empty."""
        found = self.maybe(group)
        return [] if found is None else found.all(tag)

    def word(self) -> str:
        """The text, which may not be empty."""
        if not self.text:
            raise self.error("is empty")
        return self.text

    def integer(self, low: int = 0, high: int = LARGEST) -> int:
        with placed(self.file, self.line):
            return integer(self.text, f"<{self.tag}>", low, high)

    def attribute(self, name: str) -> str:
        if name not in self.attributes:
            raise self.error(f"attribute {name!r} is missing")
        return self.attributes[name]

    def weight(self) -> int:
        """The attribute ``weight``, 0 or more."""
        with placed(self.file, self.line):
            return integer(self.attribute("weight"), f"<{self.tag} weight>")


def read_xml(path: Path) -> Node:
    """Parse an XML file.

    Raises
    ------
    InputError
        For anything that is not well-formed, with the line; for document type declarations.
    """
    data = read_bytes(path)
    parser = expat.ParserCreate()
    parser.buffer_text = True
    stack: list[Node] = []
    roots: list[Node] = []
    count = 0

    def start(tag: str, attributes: dict[str, str]) -> None:
        nonlocal count
        count += 1
        spend(path, "elements", count, BUDGET.elements, line=parser.CurrentLineNumber)
        spend(path, "levels of elements", len(stack), BUDGET.depth, line=parser.CurrentLineNumber)
        node = Node(path, parser.CurrentLineNumber, tag, attributes)
        (stack[-1].children if stack else roots).append(node)
        stack.append(node)

    def end(_: str) -> None:
        stack.pop()

    def text(piece: str) -> None:
        stack[-1].pieces.append(piece)

    def doctype(*_: object) -> None:
        raise InputError("document types and entities are refused", file=path, line=parser.CurrentLineNumber)

    parser.StartElementHandler = start
    parser.EndElementHandler = end
    parser.CharacterDataHandler = text
    parser.StartDoctypeDeclHandler = doctype
    try:
        parser.Parse(data, True)
    except expat.ExpatError as error:
        words = expat.errors.messages[error.code]
        raise InputError(f"is not well-formed XML: {words}", file=path, line=error.lineno) from None
    except (LookupError, ValueError) as error:
        raise InputError(f"cannot be decoded ({clip(str(error))})", file=path) from None
    return roots[0]
