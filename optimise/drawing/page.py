"""A plain HTML page of sentences, tables and pictures: one file, no script, works offline."""

from __future__ import annotations

import base64
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from optimise.core.atomic import write_text
from optimise.core.errors import MissingExtraError

__all__ = ["MARKS", "Section", "stylesheet", "templates", "write_page"]

_HERE = Path(__file__).parent

#: What stands before a sentence of each tone; a tick only where all that it speaks of is kept.
MARKS = {"fact": "\N{MIDDLE DOT}", "good": "\N{CHECK MARK}", "note": "!", "bad": "\N{BALLOT X}"}


def templates(*folders: Path, extra: str = "report") -> Any:
    """The Jinja environment of all pages: templates of ``folders``, then those that every page shares.

    Raises
    ------
    MissingExtraError
        Naming the extra, where Jinja is not installed.
    """
    try:
        from jinja2 import Environment, FileSystemLoader, StrictUndefined
    except ImportError:
        raise MissingExtraError("jinja2", extra) from None
    return Environment(
        loader=FileSystemLoader([*folders, _HERE]),
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
        undefined=StrictUndefined,
    )


def stylesheet() -> str:
    """The style sheet of all pages."""
    return (_HERE / "report.css").read_text(encoding="utf-8")


@dataclass(frozen=True, slots=True)
class Section:
    """One part of a page: a heading with text, a table, a PNG picture, each where given."""

    heading: str
    text: str = ""
    head: tuple[str, ...] = ()
    rows: tuple[tuple[str, ...], ...] = ()
    png: bytes = b""

    @property
    def picture(self) -> str:
        """The picture as the template wants it."""
        return base64.b64encode(self.png).decode("ascii")


def write_page(
    file: Path, title: str, subtitle: str, sentences: Sequence[tuple[str, str]], sections: Sequence[Section]
) -> Path:
    """Write a page; ``sentences`` are (tone, text) with tone fact, good, note or bad."""
    text = (
        templates()
        .get_template("page.html.j2")
        .render(
            css=stylesheet(),
            title=title,
            subtitle=subtitle,
            sentences=sentences,
            sections=sections,
            marks=MARKS,
        )
    )
    return write_text(file, text)
