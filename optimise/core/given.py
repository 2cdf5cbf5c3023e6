"""What a program hands to the public functions, checked at the door by the types that their annotations say.

A wrong argument is told by its name, with what was given and what was wanted, before any work.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable
from dataclasses import fields
from datetime import date
from functools import cache, wraps
from numbers import Integral, Real
from os import PathLike
from pathlib import Path
from types import NoneType, SimpleNamespace, UnionType
from typing import Annotated, Any, Literal, NoReturn, TypeVar, Union, cast, get_args, get_origin, get_type_hints

from optimise.core.errors import InputError, clip

__all__ = ["check_fields", "refuse", "typed_call"]

F = TypeVar("F", bound=Callable[..., Any])

#: Types in words; what is not here goes by its name.
_WORDS: dict[Any, str] = {
    int: "a whole number",
    float: "a number",
    str: "a text",
    bool: "True or False",
    date: "a date",
    NoneType: "None",
    Path: "a path",
}
_ROLES = {"Mapping": "a mapping", "Sequence": "a sequence", "Callable": "a function", "Plan": "a plan"}
#: Abstract types that stand for plain ones, which numbers of NumPy are too.
_STANDING: dict[Any, Any] = {int: Integral, float: Real, Path: PathLike}


def typed_call(function: F) -> F:
    """Decorator: arguments are of the types that the annotations say, else :class:`InputError` names the argument.

    Parameters
    ----------
    function : callable
        Problems and documents are left to :func:`optimise.core.problem.stated`, which the function calls.

    Returns
    -------
    callable
        Of the same signature. What Python itself refuses, such as an unknown keyword, stays a ``TypeError``.
    """
    signature = inspect.signature(function)
    several = {n for n, p in signature.parameters.items() if p.kind in (p.VAR_KEYWORD, p.VAR_POSITIONAL)}

    @wraps(function)
    def call(*args: object, **kwargs: object) -> object:
        try:
            given = signature.bind(*args, **kwargs).arguments
        except TypeError:
            given = {}  # the call below says what is wrong
        hints = _hints(function)
        for name, value in given.items():
            if name in hints and name not in several:
                _check(name, value, hints[name])
        return function(*args, **kwargs)

    return cast(F, call)


def check_fields(made: Any) -> None:
    """Refuse a dataclass whose fields are not of their types; for its ``__post_init__``.

    Parameters
    ----------
    made : dataclass instance

    Raises
    ------
    InputError
        Names the field.
    """
    of: Any = type(made)
    hints = _hints(of)
    for one in fields(made):
        _check(one.name, getattr(made, one.name), hints[one.name])


def refuse(name: str, value: object, wanted: str) -> NoReturn:
    """Say which argument is wrong, what it is and what was wanted.

    Parameters
    ----------
    name : str
    value : object
    wanted : str

    Raises
    ------
    InputError
    """
    plain = isinstance(value, str | Real | date | PathLike | NoneType)
    told = clip(repr(value)) if plain else f"of type {type(value).__name__}"
    raise InputError(f"is {told}; expected {wanted}", item=name)


@cache
def _hints(function: Callable[..., object] | type[object]) -> dict[str, Any]:
    """Annotations of arguments or fields; of what comes back nothing is asked."""
    said = {name: hint for name, hint in inspect.get_annotations(function).items() if name != "return"}
    space = getattr(function, "__globals__", None) or vars(inspect.getmodule(function))
    return get_type_hints(SimpleNamespace(__annotations__=said), globalns=space)


def _check(name: str, value: object, hint: object) -> None:
    if not _fits(value, hint):
        refuse(name, value, _words(hint))


def _fits(value: object, hint: object) -> bool:
    """Whether a value is of an annotation; what cannot be told is let through."""
    if isinstance(hint, TypeVar):
        return _fits(value, hint.__bound__ or Any)
    origin, parts = get_origin(hint), get_args(hint)
    if origin in (Union, UnionType):
        return any(_fits(value, part) for part in parts)
    if origin is Literal:
        return value in parts
    if origin is Annotated:
        return _fits(value, parts[0])
    wanted = origin or hint
    boolean = type(value).__name__ in ("bool", "bool_")  # those of NumPy too, which is not loaded for this
    if boolean and wanted in (int, float):
        return False  # True is no 1
    if wanted is bool:
        return boolean
    wanted = _STANDING.get(wanted, wanted)
    if getattr(wanted, "_is_protocol", False) and not getattr(wanted, "_is_runtime_protocol", False):
        return True
    if getattr(wanted, "__name__", "") in ("Problem", "Plannable"):
        return True  # left to `stated`
    return not isinstance(wanted, type | UnionType) or isinstance(value, wanted)


def _words(hint: object) -> str:
    """An annotation as people say it."""
    if isinstance(hint, TypeVar):
        return _words(hint.__bound__)
    origin, parts = get_origin(hint), get_args(hint)
    if origin in (Union, UnionType):
        return " or ".join(_words(part) for part in parts)
    if origin is Literal:
        return " or ".join(map(repr, parts))
    if origin is Annotated:
        return _words(parts[0])
    name = getattr(origin or hint, "__name__", str(hint))
    return _WORDS.get(origin or hint) or _ROLES.get(name, name)
