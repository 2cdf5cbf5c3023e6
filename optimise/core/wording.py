"""Types, ranges and values of options in words, as people read and type them."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import MISSING, Field, fields, is_dataclass
from enum import Enum
from pathlib import Path
from types import UnionType
from typing import Annotated, Any, Literal, Union, get_args, get_origin

from pydantic import BaseModel
from pydantic.fields import FieldInfo

__all__ = ["names_listed", "plain_value", "range_words", "type_words", "value_words"]

_PLAIN = {bool: "true or false", int: "whole number", float: "number", str: "text", Path: "path", Any: "anything"}
_MANY = {"whole number": "whole numbers", "number": "numbers", "text": "texts", "path": "paths"}
_SIGNS = (("ge", ">="), ("gt", ">"), ("le", "<="), ("lt", "<"))


def names_listed(names: Sequence[str], most: int | None = None, last: str = "and") -> str:
    """``a, b and c``.

    Parameters
    ----------
    names : sequence of str
    most : int, optional
        How many are named before the rest is counted: ``a, b and 3 more``.
    last : str
        The word before the last one.

    Returns
    -------
    str
        ``nobody`` where there is none.
    """
    if most is not None and len(names) > most:
        return f"{', '.join(names[:most])} and {len(names) - most} more"
    if not names:
        return "nobody"
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} {last} {names[-1]}"


def value_words(value: object) -> str:
    """A value as it is typed: ``true``, ``0.5``, ``none``; lists in brackets, parts of an object by name.

    Parameters
    ----------
    value : object
        Of an option.

    Returns
    -------
    str
        One line. Of an object only what is not as its class has it is told.
    """
    if value is None:
        return "none"
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, float):
        if math.isfinite(value) and abs(value) < 1e15 and value == int(value):
            return str(int(value))
        return repr(value)
    if isinstance(value, Enum):
        return value_words(value.value)
    if isinstance(value, Mapping):
        return ", ".join(f"{key}: {value_words(each)}" for key, each in value.items()) or "none"
    parts = _parts(value)
    if parts is not None:
        changed = {name: each for name, (each, usual) in parts.items() if each != usual}
        return " ".join(f"{name}={value_words(each)}" for name, each in changed.items()) or "as its class has it"
    if isinstance(value, Sequence | set | frozenset) and not isinstance(value, str):
        held = [value_words(each) for each in value]
        if any(" " in each for each in held):
            return "; ".join(held)
        return f"[{', '.join(held)}]"
    if isinstance(value, type) or callable(value):
        return str(getattr(value, "__name__", type(value).__name__))
    return str(value)


def plain_value(value: object) -> object:
    """A value as JSON holds it; parts of an object by name, what JSON has no word for as text.

    Parameters
    ----------
    value : object
        Of an option.

    Returns
    -------
    object
        None, bool, number, text, list or dict.
    """
    if isinstance(value, float) and not math.isfinite(value):
        return str(value)
    if value is None or isinstance(value, bool | int | float | str):
        return value
    if isinstance(value, Mapping):
        return {str(key): plain_value(each) for key, each in value.items()}
    parts = _parts(value)
    if parts is not None:
        return {name: plain_value(each) for name, (each, _) in parts.items()}
    if isinstance(value, Sequence | set | frozenset):
        return [plain_value(each) for each in value]
    return value_words(value)


def _parts(value: object) -> dict[str, tuple[object, object]] | None:
    """Fields of an object, each with what its class has; None where it has no fields."""
    if isinstance(value, BaseModel):
        usual = {name: one.get_default(call_default_factory=True) for name, one in type(value).model_fields.items()}
        return {name: (getattr(value, name), usual[name]) for name in usual}
    if is_dataclass(value) and not isinstance(value, type):
        return {one.name: (getattr(value, one.name), _usual(one)) for one in fields(value)}
    return None


def _usual(one: Field[object]) -> object:
    return one.default if one.default_factory is MISSING else one.default_factory()


def range_words(field: FieldInfo) -> str:
    """What a field takes: its limits, its choices, or its type.

    Parameters
    ----------
    field : FieldInfo
        Of a pydantic model.

    Returns
    -------
    str
        Such as ``>= 1 and <= 64``, ``exact, fit or pairs``, ``list of numbers``.
    """
    limits = [f"{sign} {getattr(m, what):g}" for what, sign in _SIGNS for m in field.metadata if hasattr(m, what)]
    if limits:
        return " and ".join(limits)
    return type_words(field.annotation)


def type_words(annotation: object) -> str:
    """A type in words.

    Parameters
    ----------
    annotation : type or typing form
        As it stands beside a field.

    Returns
    -------
    str
        Such as ``whole number``, ``list of texts``, ``true, false or terms``.
    """
    if annotation in _PLAIN:
        return _PLAIN[annotation]
    origin, arguments = get_origin(annotation), get_args(annotation)
    if origin is Annotated:
        return type_words(arguments[0])
    if origin is Literal:
        return _either([value_words(each) for each in arguments])
    if origin is Callable or annotation is Callable:
        return "function"
    if origin in (Union, UnionType):
        return _either(_alternatives(arguments))
    if isinstance(origin, type) and issubclass(origin, Mapping):
        return f"names with {_many(type_words(arguments[1]))}"
    if arguments:
        inside = dict.fromkeys(type_words(part) for part in arguments if part is not Ellipsis)
        return f"list of {_either([_many(each) for each in inside])}"
    name = str(getattr(annotation, "__name__", annotation))
    return name.lower() if is_dataclass(annotation) else name


def _alternatives(arguments: tuple[object, ...]) -> list[str]:
    made: list[str] = []
    for part in arguments:
        if part is bool:
            made += ["true", "false"]
        elif get_origin(part) is Literal:
            made += [value_words(each) for each in get_args(part)]
        elif part is not type(None):
            made.append(type_words(part))
    return list(dict.fromkeys(made))


def _either(words: list[str]) -> str:
    return " or ".join(filter(None, (", ".join(words[:-1]), words[-1])))


def _many(word: str) -> str:
    return _MANY.get(word, word)
