"""Small HTML tables for notebooks, of which ``_repr_html_`` of results, evaluations and problems is made."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from html import escape

__all__ = ["facts", "paragraphs", "table"]


def _text(value: object) -> str:
    if isinstance(value, float):
        if not math.isfinite(value):
            return "unknown"
        return f"{value:,.6g}" if abs(value) < 1e6 else f"{value:,.0f}"
    return escape(str(value))


def table(head: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """Rows under a head, which may be empty."""
    heads = "".join(f"<th style='text-align:left'>{escape(name)}</th>" for name in head)
    body = "".join("<tr>" + "".join(f"<td>{_text(v)}</td>" for v in row) + "</tr>" for row in rows)
    top = f"<thead><tr>{heads}</tr></thead>" if head else ""
    return f"<table>{top}<tbody>{body}</tbody></table>"


def facts(title: str, rows: Iterable[tuple[str, object]], note: str = "") -> str:
    """Names and values under a title."""
    return f"<b>{escape(title)}</b>{f' ({escape(note)})' if note else ''}{table((), rows)}"


def paragraphs(texts: Iterable[str]) -> str:
    """One paragraph a text."""
    return "".join(f"<p>{escape(text)}</p>" for text in texts)
