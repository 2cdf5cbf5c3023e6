"""JSON read with care: places of errors in words, no duplicate keys, no NaN, nothing half-written."""

from __future__ import annotations

import json
from collections.abc import Iterable
from functools import lru_cache
from pathlib import Path
from typing import Any, TypeVar

from pydantic import BaseModel, ConfigDict, ValidationError

from optimise.core.atomic import write_text
from optimise.core.errors import InputError
from optimise.formats.base import read_text
from optimise.formats.budget import parse_json

__all__ = ["Loose", "Strict", "load_json", "lookup", "parse", "top_keys", "write_json"]

_M = TypeVar("_M", bound=BaseModel)


class Loose(BaseModel):
    """Exact types; keys that are not known are ignored."""

    model_config = ConfigDict(strict=True, extra="ignore", frozen=True)


class Strict(BaseModel):
    """Exact types; keys that are not known are errors."""

    model_config = ConfigDict(strict=True, extra="forbid", frozen=True, allow_inf_nan=False)


def load_json(path: Path) -> Any:
    """Parse a JSON file; every failure is an :class:`InputError` with the line where known."""
    return parse_json(read_text(path), path)


def top_keys(path: Path) -> dict[str, Any]:
    """Keys of the object that a JSON file holds, with their values where those are words; empty for anything else.

    For telling formats apart: whole files are read, since nothing says that a key comes early.
    """
    try:
        about = path.stat()
        return dict(_top_keys(path, about.st_mtime_ns, about.st_size))
    except (OSError, ValueError, InputError):
        return {}


@lru_cache(maxsize=4)
def _top_keys(path: Path, changed: int, size: int) -> dict[str, Any]:
    data = load_json(path)
    return {k: v if isinstance(v, str) else None for k, v in data.items()} if isinstance(data, dict) else {}


def parse(model: type[_M], data: object, path: Path | None = None) -> _M:
    """Validate data against a pydantic model; the first problem becomes an :class:`InputError`."""
    try:
        return model.model_validate(data)
    except ValidationError as error:
        first = error.errors(include_url=False, include_context=False)[0]
        item = _place(first["loc"], data)
        more = error.error_count() - 1
        text = f"{first['msg'][:1].lower()}{first['msg'][1:]}"
        if not isinstance(first["input"], (dict, list)):
            text += f", found {str(first['input'])[:40]!r}"
        raise InputError(text + (f" (and {more} more)" if more else ""), file=path, item=item or None) from None


def _place(loc: Iterable[str | int], data: Any) -> str:
    """``patients[3].stay``, with the entry's id in brackets where it has one."""
    text, here, name = "", data, ""
    for step in loc:
        if text and not isinstance(here, (dict, list)):
            break  # the name of a union's branch
        text += f"[{step}]" if isinstance(step, int) else (f".{step}" if text else step)
        try:
            here = here[step]
        except (KeyError, IndexError, TypeError):
            here = None
        if isinstance(here, dict) and isinstance(here.get("id"), str):
            name = here["id"]
    return f"{text} ({name[:40]})" if name else text


def lookup(index: dict[str, int], name: str, what: str, item: str) -> int:
    """Position of an id, or an :class:`InputError` that names who refers to it."""
    if name not in index:
        raise InputError(f"unknown {what} {name[:60]!r}", item=item)
    return index[name]


def write_json(path: Path, data: object) -> Path:
    """Write indented JSON."""
    return write_text(path, json.dumps(data, indent=1, ensure_ascii=False, allow_nan=False) + "\n")
