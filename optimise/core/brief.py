"""Things that print on one screen: the text of problems, plans and results, whatever their size."""

from __future__ import annotations

from dataclasses import fields, is_dataclass
from typing import Any, TypeVar

__all__ = ["brief", "short"]

_C = TypeVar("_C", bound=type)
_LONGEST, _MOST = 48, 4


def short(value: object) -> str:
    """A value in at most about fifty letters: arrays by type and shape, long containers by their number."""
    if hasattr(value, "shape") and hasattr(value, "dtype"):
        return f"{value.dtype}{list(value.shape)}"
    if isinstance(value, (tuple, list, dict, set, frozenset)) and (
        len(value) > _MOST or any(is_dataclass(item) or hasattr(item, "shape") for item in value)
    ):
        return f"<{len(value)} {type(value).__name__} items>"
    if is_dataclass(value) and not isinstance(value, type):
        text = repr(value)
        return text if len(text) <= _LONGEST else f"<{type(value).__name__}>"
    text = repr(value)
    return text if len(text) <= _LONGEST else f"{text[: _LONGEST - 3]}..."


def _text(self: Any) -> str:
    shown = (f"{f.name}={short(getattr(self, f.name))}" for f in fields(self) if f.repr)
    return f"{type(self).__name__}({', '.join(shown)})"


def brief(cls: _C) -> _C:
    """Class decorator above ``@dataclass``: fields by name, each cut short."""
    cls.__repr__ = _text  # type: ignore[assignment]
    return cls
