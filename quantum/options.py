"""Options as data: frozen, checked classes, read from Python, ``--option`` and TOML by one function.

A class of options is a pydantic dataclass made by `checked`; every field has a type, a range where one makes sense, and
a description. A value that does not fit is a `ValueError` in Python and an `InputError` (exit code 2) from a file or
the command line.
"""

from collections.abc import Mapping
from typing import Any, TypeVar, dataclass_transform

from pydantic import ConfigDict, Field, ValidationError
from pydantic.dataclasses import dataclass as _dataclass

from optimise.core.errors import InputError

__all__ = ["checked", "defaults_of", "described", "option", "read_options"]

T = TypeVar("T")
_CONFIG = ConfigDict(extra="forbid", arbitrary_types_allowed=True)


def option(*, default: Any, doc: str, **limits: Any) -> Any:
    """A field of options: its default, what it is, and its limits (``ge``, ``gt``, ``le``, ``lt``)."""
    return Field(default=default, description=doc, **limits)


@dataclass_transform(frozen_default=True, field_specifiers=(option,))
def checked(cls: type[T]) -> type[T]:
    """Make a class of options: frozen, checked when made, unknown names refused."""
    made: Any = _dataclass(frozen=True, config=_CONFIG)(cls)
    kept: type[T] = made
    return kept


def read_options(cls: type[T], given: Mapping[str, object] | None, who: str, where: str = "") -> T:
    """Options of `who` from a mapping; `where` ends the sentence that refuses a name.

    Raises
    ------
    InputError
        For an unknown name, or a value that does not fit; it says which there are, or what was expected.
    """
    values = dict(given or {})
    known = defaults_of(cls)
    for name in values:
        if name not in known:
            raise InputError(f"{who} has no option {name!r}{where}; it has: {', '.join(known) or 'none'}")
    try:
        return cls(**values)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        name = str(first["loc"][0]) if first["loc"] else ""
        said = first["msg"].removeprefix("Value error, ")
        if not name:
            raise InputError(f"{who}: {said}") from None
        raise InputError(f"{who}: {said}, got {values.get(name, first['input'])!r}", item=f"option {name}") from None


def defaults_of(cls: type[Any]) -> dict[str, Any]:
    """Names of the options of a class with their defaults."""
    made = {}
    for name, info in cls.__pydantic_fields__.items():
        made[name] = info.get_default(call_default_factory=True)
    return made


def described(cls: type[Any]) -> list[tuple[str, object, str]]:
    """(name, default, description) of every option."""
    infos = cls.__pydantic_fields__
    return [(name, default, infos[name].description or "") for name, default in defaults_of(cls).items()]
