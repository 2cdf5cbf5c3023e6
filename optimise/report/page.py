"""A plain HTML page of sentences, tables and pictures: one file, no script, works offline."""

from __future__ import annotations

import base64
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from optimise.core.atomic import write_text
from optimise.core.errors import MissingExtraError

__all__ = ["Section", "write_page"]

_HERE = Path(__file__).parent


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
    """Write a page; ``sentences`` are (tone, text) with tone good, note or bad."""
    try:
        from jinja2 import Environment, FileSystemLoader, StrictUndefined
    except ImportError:
        raise MissingExtraError("jinja2", "report") from None
    environment = Environment(
        loader=FileSystemLoader(_HERE), autoescape=True, trim_blocks=True, lstrip_blocks=True, undefined=StrictUndefined
    )
    text = environment.get_template("page.html.j2").render(
        css=(_HERE / "report.css").read_text(encoding="utf-8"),
        title=title,
        subtitle=subtitle,
        sentences=sentences,
        sections=sections,
    )
    return write_text(file, text)
